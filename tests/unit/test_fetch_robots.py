"""robots.txt: asked first, remembered, obeyed; a site that cannot answer is not asked for its pages either."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from http_peer import Peer, redirect, reply, reset
from hypothesis import given
from hypothesis import strategies as st

from rarewatch import errors
from rarewatch.fetch import Web
from rarewatch.fetch.address import address
from rarewatch.fetch.robots import CAP, Robots, Rules, verdict
from rarewatch.nouns.robots import RobotsNote
from rarewatch.nouns.source import Access, Get, Got

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
LOCAL = Access(allow_private=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
RULES = b"User-agent: *\nDisallow: /private/\nAllow: /private/open\n"


class Clock:
    def __init__(self):
        self.time = START

    def __call__(self):
        return self.time


class Memory:
    def __init__(self):
        self.notes = {}

    async def load(self, origin):
        return self.notes.get(origin)

    async def save(self, note):
        self.notes[note.origin] = note


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def memory():
    return Memory()


@pytest.fixture
async def web(clock, memory):
    async with Web(contact="", per_host=4, politeness=0.0, clock=clock, robots=memory) as made:
        yield made


@pytest.fixture
async def peer():
    async with Peer() as made:
        for path in ("/a", "/b", "/private/x", "/private/open"):
            made.on(path, reply(200, b"ok"))
        yield made


async def ask(web, peer, path="/a", access=LOCAL):
    return await web.get(Get(peer.url(path)), access)


def asked(peer):
    return [one.path for one in peer.asked]


async def test_it_is_asked_once_and_before_all_else(web, peer, memory):
    peer.on("/robots.txt", reply(200, RULES))
    await asyncio.gather(*(ask(web, peer, path) for path in ("/a", "/b", "/a")))
    assert asked(peer)[0] == "/robots.txt"
    assert asked(peer).count("/robots.txt") == 1
    note = memory.notes[f"http://127.0.0.1:{peer.port}"]
    assert (note.at, note.status, note.text, note.detail) == (START, 200, RULES.decode(), "its rules are obeyed")


async def test_what_it_forbids_is_not_asked_and_the_line_is_named(web, peer):
    peer.on("/robots.txt", reply(200, RULES))
    with pytest.raises(errors.Disallowed, match=r"robots\.txt says 'Disallow: /private/'") as caught:
        await ask(web, peer, "/private/x")
    assert (caught.value.url, caught.value.retry) == (peer.url("/private/x"), "later")
    await ask(web, peer, "/private/open")
    assert asked(peer) == ["/robots.txt", "/private/open"]


async def test_a_source_may_be_told_not_to_ask(web, peer):
    peer.on("/robots.txt", reply(200, RULES))
    await ask(web, peer, "/private/x", replace(LOCAL, robots=False))
    assert asked(peer) == ["/private/x"]


async def test_it_is_asked_as_the_source_asks_but_without_its_headers(web, peer):
    peer.on("/robots.txt", reply(200, RULES))
    await ask(web, peer, access=replace(LOCAL, user_agent="Example/1", headers={"X-Key": "geheim"}))
    robots = peer.asked[0].headers
    assert (robots["user-agent"], "x-key" in robots) == ("Example/1", False)


async def test_every_host_of_a_redirect_is_asked(web, peer):
    async with Peer() as other:
        other.on("/robots.txt", reply(200, RULES))
        peer.on("/a", redirect(other.url("/private/x")))
        with pytest.raises(errors.Disallowed):
            await ask(web, peer)
        assert asked(other) == ["/robots.txt"]


@pytest.mark.parametrize("status", [401, 403, 404, 410, 412, 418])
async def test_none_there_means_no_rules(web, peer, memory, status):
    peer.on("/robots.txt", reply(status, RULES))
    assert (await ask(web, peer, "/private/x")).status == 200
    (note,) = memory.notes.values()
    assert (note.status, note.text, note.detail) == (status, "", f"no rules: there is none (status {status})")


async def test_a_web_page_in_its_place_holds_no_rules(web, peer, memory):
    peer.on("/robots.txt", reply(200, b"\xef\xbb\xbf\n<html>User-agent: *\nDisallow: /\n</html>"))
    await ask(web, peer)
    assert [note.detail for note in memory.notes.values()] == ["no rules: a web page stands there"]


async def test_redirects_are_followed_and_too_many_mean_no_rules(web, peer, memory):
    peer.on("/robots.txt", redirect("/elsewhere.txt"))
    peer.on("/elsewhere.txt", reply(200, RULES))
    with pytest.raises(errors.Disallowed):
        await ask(web, peer, "/private/x")
    async with Peer() as circle:
        circle.on("/robots.txt", redirect("/robots.txt"))
        circle.on("/a", reply(200))
        await ask(web, circle)
        assert "circle" in memory.notes[f"http://127.0.0.1:{circle.port}"].detail


async def test_of_a_file_too_large_the_beginning_counts(web, peer):
    large = RULES + b"# filling\n" * (CAP // 10) + b"Disallow: /a\n"
    peer.on("/robots.txt", reply(200, large))
    await ask(web, peer, "/a")
    with pytest.raises(errors.Disallowed):
        await ask(web, peer, "/private/x")


async def test_the_pace_it_asks_for_is_kept_up_to_half_a_minute(peer):
    peer.on("/robots.txt", reply(200, b"User-agent: rarewatch\nCrawl-delay: 0.2\n"))
    loop = asyncio.get_running_loop()
    async with Web(contact="", per_host=4, politeness=0.0) as web:
        await ask(web, peer)
        begun = loop.time()
        await ask(web, peer)
        await ask(web, peer)
    assert loop.time() - begun >= 0.35
    assert Rules("User-agent: *\nCrawl-delay: 9000").pace == 30.0


@pytest.mark.parametrize(
    ("header", "fresh"),
    [("", DAY), ("max-age=60", HOUR), ("max-age=7200", 2 * HOUR), ("max-age=999999", DAY), ("no-store", HOUR)],
)
async def test_an_answer_counts_as_long_as_the_server_says_within_an_hour_and_a_day(web, peer, clock, header, fresh):
    peer.on("/robots.txt", reply(200, RULES, [("Cache-Control", header)] if header else []))
    await ask(web, peer)
    clock.time = START + fresh - timedelta(seconds=1)
    await ask(web, peer)
    assert asked(peer).count("/robots.txt") == 1
    clock.time = START + fresh
    await ask(web, peer)
    assert asked(peer).count("/robots.txt") == 2


@pytest.mark.parametrize(
    "failing",
    [
        (reply(500), errors.ServerTrouble),
        (reply(521), errors.Refused),
        (reply(429), errors.RateLimited),
        (reset, errors.Unreachable),
    ],
    ids=["500", "521", "429", "reset"],
)
async def test_while_it_cannot_be_had_nothing_is_asked(web, peer, clock, memory, failing):
    answer, kind = failing
    peer.on("/robots.txt", answer)
    with pytest.raises(kind) as caught:
        await ask(web, peer)
    assert caught.value.url == peer.url("/robots.txt")
    before = asked(peer)
    assert set(before) == {"/robots.txt"}
    with pytest.raises(kind):
        await ask(web, peer)
    assert asked(peer) == before
    assert [note.failed for note in memory.notes.values()] == [True]
    clock.time += timedelta(seconds=61)
    peer.on("/robots.txt", reply(404))
    await ask(web, peer)


async def test_a_wish_to_be_left_alone_is_not_taken_for_its_answer(web, peer, clock, memory):
    peer.on("/robots.txt", reply(429, headers=[("Retry-After", "300")]))
    for _ in range(2):
        with pytest.raises(errors.RateLimited):
            await ask(web, peer)
    assert (asked(peer), memory.notes) == (["/robots.txt"], {})
    clock.time += timedelta(seconds=301)
    peer.on("/robots.txt", reply(404))
    await ask(web, peer)


async def test_an_older_copy_counts_while_it_fails(web, peer, clock, memory):
    peer.on("/robots.txt", reply(200, RULES))
    await ask(web, peer)
    clock.time += DAY
    peer.on("/robots.txt", reply(503))
    await ask(web, peer)
    with pytest.raises(errors.Disallowed):
        await ask(web, peer, "/private/x")
    (note,) = memory.notes.values()
    assert (note.at, note.detail) == (
        START,
        "robots.txt of 2026-11-22 08:00 UTC counts, it cannot be had now: status 503: the server failed",
    )


async def test_so_does_one_from_before_a_restart(peer, clock, memory):
    origin = f"http://127.0.0.1:{peer.port}"
    await memory.save(RobotsNote(origin, START - 9 * DAY, 200, RULES.decode()))
    peer.on("/robots.txt", reset)
    async with Web(contact="", per_host=1, politeness=0.0, clock=clock, robots=memory) as web:
        with pytest.raises(errors.Disallowed):
            await ask(web, peer, "/private/x")
        await ask(web, peer)


async def test_after_a_day_of_failing_it_counts_as_none_over_restarts(peer, clock, memory):
    peer.on("/robots.txt", reply(500))
    for later, kind in [(0, errors.ServerTrouble), (23, errors.ServerTrouble), (24, None)]:
        clock.time = START + later * HOUR
        async with Web(contact="", per_host=1, politeness=0.0, clock=clock, robots=memory) as web:
            if kind is None:
                await ask(web, peer)
            else:
                with pytest.raises(kind):
                    await ask(web, peer)
    (note,) = memory.notes.values()
    assert note.detail.startswith("no rules: robots.txt has failed since 2026-11-22 08:00 UTC")


async def test_who_is_cancelled_while_it_is_asked_keeps_nobody_else_from_asking(web, peer):
    begun = asyncio.Event()

    async def slow(asked, writer):
        if begun.is_set():
            await reply(404)(asked, writer)
        begun.set()

    peer.on("/robots.txt", slow)
    first, second = (asyncio.create_task(ask(web, peer)) for _ in range(2))
    await begun.wait()
    first.cancel()
    assert (await second).body == b"ok"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("User-agent: *\nDisallow: /", "Disallow: /"),
        ("User-agent: other\nDisallow: /", ""),
        ("User-agent: RareWatch\nDisallow: /a\n\nUser-agent: *\nDisallow: /", "Disallow: /a"),
        ("User-agent: rarewatch\nDisallow:\n\nUser-agent: *\nDisallow: /", ""),
        ("User-agent: x\nUser-agent: *\nDisallow: /*.html$\nDisallow: /a/", "Disallow: /*.html$"),
        ("Useragent: *\nDisalow: /", "a rule against it"),
        ("User-agent: *\nDisallow: /A", ""),
    ],
)
def test_the_rules_for_us_then_those_for_all(text, line):
    assert Rules(text).against("https://x.example/a/b.html") == line


def test_in_one_line_for_people():
    note = RobotsNote("https://x.example", START, 200, RULES.decode(), "its rules are obeyed")
    assert verdict(note, "https://x.example/private/") == "not asked, robots.txt says 'Disallow: /private/'"
    assert verdict(note, "https://x.example/") == "its rules are obeyed"
    assert verdict(RobotsNote("https://x.example", START, 0, "", "it cannot be had"), "https://x.example/") == "it cannot be had"


@given(st.text(), st.text(alphabet="/a*$?=.%中"))
def test_any_text_gives_a_verdict(text, path):
    assert isinstance(Rules(text).against(f"https://x.example/{path}"), str)


@given(st.text(alphabet="/ab*$.", min_size=1), st.text(alphabet="/ab."))
def test_a_line_is_named_exactly_where_the_page_is_forbidden(rule, path):
    rules = Rules(f"User-agent: *\nDisallow: {rule}")
    line = rules.against(f"https://x.example/{path}")
    assert line in {"", f"Disallow: {rule}"}


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://A.example/x?y", "https://a.example"),
        ("http://a.example:80/", "http://a.example"),
        ("https://a.example:80/", "https://a.example:80"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
    ],
)
def test_origins(url, origin):
    assert address(url).origin == origin


class Sites:
    """Thousands of sites that all answer with the same robots.txt."""

    def __init__(self, status, body=b""):
        self._got = Got("", status, {}, body, "", START)
        self.asked = []

    async def ask(self, url, access):
        self.asked.append(url)
        return self._got

    async def permit(self, robots, number):
        return await robots.permit(address(f"http://host{number}.example.cn/a"), LOCAL)


async def test_thousands_of_sites_are_asked_once_each(clock):
    sites = Sites(404)
    robots = Robots(sites.ask, None, clock)
    for _ in range(2):
        for number in range(5_000):
            await sites.permit(robots, number)
    assert len(sites.asked) == 5_000


async def test_of_many_large_files_those_that_were_not_needed_for_the_longest_are_forgotten(clock):
    sites = Sites(200, b"User-agent: *\nDisallow: /b\n" + b"#" * 450_000)
    robots = Robots(sites.ask, None, clock)
    for number in (*range(8), 0, 8):  # the ninth is more than is kept; the first was needed just before
        await sites.permit(robots, number)
    sites.asked.clear()
    for number in (0, *range(2, 9), 1):
        await sites.permit(robots, number)
    assert sites.asked == ["http://host1.example.cn/robots.txt"]

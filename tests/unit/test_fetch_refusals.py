"""A host that turns visits away is left alone for a while; one page that is refused is no such host."""

from datetime import UTC, datetime, timedelta

import pytest
from http_peer import Peer, reply

from rarewatch.errors import Disallowed, Missing, RateLimited, Refused, Unreachable
from rarewatch.fetch import Web, drive
from rarewatch.fetch.lanes import Lanes
from rarewatch.nouns.source import Access, Get, Reading

START = datetime(2026, 11, 22, 8, tzinfo=UTC)
LOCAL = Access(allow_private=True)


class Clock:
    def __init__(self):
        self.time = START

    def __call__(self):
        return self.time

    def move(self, seconds):
        self.time += timedelta(seconds=seconds)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
async def web(clock):
    async with Web(contact="", per_host=2, politeness=0.0, clock=clock) as made:
        yield made


@pytest.fixture
async def peer():
    async with Peer() as made:
        for path in ("/no", "/nor"):
            made.on(path, reply(403))
        made.on("/yes", reply(200, b"ok"))
        yield made


def look(url, wall):
    if url in wall:
        raise Refused("an anti-bot page", url=url)


def pages(*urls, wall=()):
    """Reads a list, the first, and notes the faults of the pages behind it; those in `wall` are anti-bot pages."""
    faults = []
    for place, url in enumerate(urls):
        try:
            yield Get(url)
            look(url, wall)
        except (Refused, Missing) as fault:
            if not place:
                raise
            faults.append(fault)
    return Reading(faults=tuple(faults))


async def visit(web, *urls, wall=(), access=LOCAL):
    with web.session() as session:
        reading = await drive(pages(*urls, wall=wall), access, session.get)
        session.note(reading.faults)
        return reading


async def refused(web, *urls, **more):
    with pytest.raises(Refused) as caught:
        await visit(web, *urls, **more)
    return caught.value


async def test_after_two_refusals_in_a_row_a_host_is_left_alone(web, peer, clock):
    for path in ("/no", "/nor"):
        assert (await refused(web, peer.url(path))).after is None
    fault = await refused(web, peer.url("/yes"))
    assert (fault.detail, fault.after) == ("the host is left alone after it turned us away, again in 600 s", 600)
    assert len(peer.asked) == 2
    clock.move(600)
    await visit(web, peer.url("/yes"))


async def test_the_pause_doubles_up_to_six_hours_and_a_good_visit_ends_it(web, peer, clock):
    for pause in (600, 1_200, 2_400, 4_800, 9_600, 19_200, 21_600, 21_600):
        await refused(web, peer.url("/no"))
        await refused(web, peer.url("/nor"))
        assert (await refused(web, peer.url("/yes"))).after == pause
        clock.move(pause)
    await visit(web, peer.url("/yes"))
    assert (await refused(web, peer.url("/no"))).after is None
    await visit(web, peer.url("/yes"))


async def test_one_address_alone_has_to_refuse_four_times(web, peer, clock):
    """A source that is refused for good lets another of its host through each time a pause ends."""
    for _ in range(3):
        for _ in range(4):
            assert (await refused(web, peer.url("/no"))).after is None
        assert (await refused(web, peer.url("/yes"))).after == 600
        clock.move(600)
        assert (await refused(web, peer.url("/no"))).after is None
        await visit(web, peer.url("/yes"))


async def test_an_anti_bot_page_counts_though_its_status_is_200(web, peer):
    for url in (peer.url("/yes"), peer.url("/yes?2")):
        peer.on("/yes?2", reply(200, b"ok"))
        await refused(web, url, wall=(url,))
    assert (await refused(web, peer.url("/yes"))).after == 600


async def test_one_page_behind_a_good_list_does_not_count(web, peer):
    for _ in range(5):
        reading = await visit(web, peer.url("/yes"), peer.url("/no"), peer.url("/no"))
        assert len(reading.faults) == 2
    await visit(web, peer.url("/yes"))


@pytest.mark.parametrize("as_page", [False, True])
async def test_three_pages_in_a_row_do(web, peer, as_page):
    urls = [peer.url(f"/p{number}") for number in range(4)]
    for place in range(4):
        peer.on(f"/p{place}", reply(200, b"ok") if as_page or not place else reply(403))
    await visit(web, *urls, wall=urls[1:] if as_page else ())
    assert (await refused(web, peer.url("/yes"))).after == 600


async def test_three_walls_among_many_good_pages_do_not(web, peer):
    urls = [peer.on(f"/p{number}", reply(200, b"ok")) for number in range(12)]
    await visit(web, *urls, wall=urls[2:5])
    await visit(web, peer.url("/yes"))


async def test_other_faults_do_not_count(web, peer):
    for _ in range(3):
        with pytest.raises(Missing):
            await visit(web, peer.url("/none"))
    peer.on("/robots.txt", reply(200, b"User-agent: *\nDisallow: /"))
    async with Web(contact="", per_host=1, politeness=0.0) as fresh:
        for _ in range(3):
            with pytest.raises(Disallowed):
                await visit(fresh, peer.url("/yes"))


async def test_another_host_and_another_way_to_it_are_asked_all_the_same(web, peer):
    for path in ("/no", "/nor"):
        await refused(web, peer.url(path))
    await visit(web, peer.url("/yes", "localhost"))
    with pytest.raises(Unreachable, match="the proxy: no connection"):
        await visit(web, peer.url("/yes"), access=Access(allow_private=True, robots=False, proxy="http://127.0.0.1:9"))


async def test_visits_under_way_when_the_pause_begins_do_not_lengthen_it(clock):
    lanes = Lanes(4, 0.0, clock)
    for number in range(5):
        lanes.refused("a:80", f"/{number}")
    with pytest.raises(Refused) as caught:
        await lanes.enter("a:80", "")
    assert caught.value.after == 600


async def test_a_wish_for_rest_is_kept_apart(clock):
    lanes = Lanes(1, 0.0, clock)
    lanes.rest("a:80", 60)
    lanes.welcomed("a:80")
    with pytest.raises(RateLimited):
        await lanes.enter("a:80", "")


async def test_a_host_in_its_pause_is_not_forgotten(clock):
    lanes = Lanes(1, 0.0, clock)
    lanes.refused("wall:80", "/a", for_sure=True)
    for number in range(2_000):
        async with lanes.turn(f"host{number}", ""):
            pass
    clock.move(601)
    for path in "ab":
        lanes.refused("wall:80", path)
    with pytest.raises(Refused) as caught:
        await lanes.enter("wall:80", "")
    assert caught.value.after == 1_200

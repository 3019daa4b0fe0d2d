"""Redirects: followed a little, checked at every step, and trusted with nothing."""

import pytest
from http_peer import Peer, redirect, reply
from hypothesis import given
from hypothesis import strategies as st

from rarewatch import errors
from rarewatch.clock import now
from rarewatch.fetch import Web
from rarewatch.fetch.address import address
from rarewatch.fetch.jar import Jar
from rarewatch.fetch.trip import Trip
from rarewatch.nouns.source import Access, Get, Validators

LOCAL = Access(allow_private=True)
SECRETS = {"Authorization": "Bearer geheim", "Cookie": "sid=geheim", "X-Api-Key": "geheim", "Referer": "http://a/?t=geheim"}


@pytest.fixture
async def web():
    async with Web(contact="", per_host=4, politeness=0.0) as made:
        yield made


@pytest.fixture
async def peer():
    async with Peer() as made:
        yield made


@pytest.fixture
async def other():
    async with Peer() as made:
        yield made


async def bad(web, url, kind=errors.BadRedirect, **get):
    with pytest.raises(kind) as caught:
        await web.get(Get(url, **get), LOCAL)
    return str(caught.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_followed_to_the_end_whose_address_is_told(web, peer, status):
    peer.on("/news/list.html?p=1", reply(200, b"ok"))
    got = await web.get(Get(peer.on("/news/", redirect("list.html?p=1#top", status))), LOCAL)
    assert (got.url, got.body) == (peer.url("/news/list.html?p=1"), b"ok")


async def test_five_and_no_more(web, peer):
    for step in range(7):
        peer.on(f"/{step}", redirect(f"/{step + 1}"))
    peer.on("/7", reply(200))
    assert (await web.get(Get(peer.url("/2")), LOCAL)).url == peer.url("/7")
    assert "more than 5" in await bad(web, peer.url("/1"))


async def test_in_a_circle(web, peer):
    peer.on("/a", redirect("/b"))
    peer.on("/b", redirect("/a"))
    assert "circle" in await bad(web, peer.url("/a"))
    assert len(peer.asked) == 2


@pytest.mark.parametrize(
    "location",
    ["", "ftp://a/", "javascript:alert(1)", "file:///etc/passwd", "http://", "http://a:99999/", "http://[/", "data:text/html,x"],
)
async def test_to_nowhere(web, peer, location):
    await bad(web, peer.on("/", redirect(location)))


async def test_without_saying_where(web, peer):
    assert "does not say" in await bad(web, peer.on("/", reply(302)))


async def test_every_step_is_guarded():
    """A public host that redirects inside cannot be had on loopback, so the two checks are shown one after the other."""
    trip = Trip(Get("http://public.example/"), Access(), "agent", Jar(now))
    trip.follow(302, b"http://127.0.0.1:1/", [])
    assert trip.at.host == "127.0.0.1"
    async with Web(contact="", per_host=1, politeness=0) as web:
        with pytest.raises(errors.ForbiddenAddress):
            await web.get(Get(trip.at.text), Access())


async def test_an_address_in_disguise_after_a_redirect(web, peer):
    await bad(web, peer.on("/", redirect("http://2130706433/")), errors.ForbiddenAddress)


async def test_nothing_secret_crosses_to_another_host(web, peer, other):
    other.on("/", redirect(peer.url("/back")))
    peer.on("/back", reply(200))
    start = peer.on("/", redirect(other.url("/"))).replace("http://", "http://user:geheim@")
    await web.get(Get(start, headers=SECRETS), LOCAL)
    first, back = peer.asked
    assert first.headers["authorization"] == "Bearer geheim"
    for later in (other.asked[0], back):
        assert "geheim" not in "".join(later.headers.values())
        assert set(later.headers) == {"host", "accept", "accept-encoding", "accept-language", "user-agent"}


async def test_the_same_origin_keeps_what_it_was_given(web, peer):
    peer.on("/b", reply(200))
    await web.get(Get(peer.on("/a", redirect("/b")), headers=SECRETS), LOCAL)
    assert peer.asked[1].headers["x-api-key"] == "geheim"


@pytest.mark.parametrize(
    ("start", "goal", "kept"),
    [
        ("http://a/", "https://a/", True),
        ("https://a/", "http://a/", False),
        ("https://a/", "https://a:444/", False),
        ("https://a/", "https://b.a/", False),
        ("https://a/", "https://A/x", True),
        ("http://a:81/", "https://a/", False),
    ],
)
def test_only_the_same_origin_or_the_same_host_with_tls_is_trusted(start, goal, kept):
    trip = Trip(Get(start, headers=SECRETS), Access(), "agent", Jar(now))
    trip.follow(302, goal.encode(), [])
    assert ("x-api-key" in trip.request().headers) is kept


async def test_a_site_that_wants_its_cookie_back_gets_it_once(web, peer, other):
    async def gate(asked, writer):
        known = "CT6T=1" in asked.headers.get("cookie", "")
        await (redirect(other.url("/")) if known else redirect("/", cookie="CT6T=1; Path=/; HttpOnly"))(asked, writer)

    other.on("/", reply(200, b"in"))
    url = peer.on("/", gate)
    assert (await web.get(Get(url, headers={"Cookie": "own=2"}), LOCAL)).body == b"in"
    assert peer.asked[1].headers["cookie"] == "own=2; CT6T=1"
    assert "cookie" not in other.asked[0].headers


async def test_another_page_is_asked_without_validators(web, peer):
    peer.on("/error.html", reply(200, b"sorry"))
    url = peer.on("/", redirect("/error.html"))
    await web.get(Get(url, validators=Validators(etag='"1"')), LOCAL)
    assert ["if-none-match" in asked.headers for asked in peer.asked] == [True, False]


def test_the_same_page_with_tls_is_asked_with_them():
    trip = Trip(Get("http://a/x?y", validators=Validators(etag='"1"')), Access(), "agent", Jar(now))
    trip.follow(301, b"https://a/x?y", [])
    assert (trip.conditional, trip.request().headers["if-none-match"]) == (True, '"1"')


@pytest.mark.parametrize(("status", "method"), [(301, "GET"), (302, "GET"), (303, "GET"), (307, "POST"), (308, "POST")])
async def test_a_post_becomes_a_get_where_browsers_make_it_one(web, peer, status, method):
    peer.on("/b", reply(200))
    await web.get(Get(peer.on("/a", redirect("/b", status)), "POST", body=b"q=1"), LOCAL)
    assert (peer.asked[1].method, peer.asked[1].body) == (method, b"q=1" if method == "POST" else b"")


async def test_a_post_answered_with_its_own_address_is_no_circle(web, peer):
    async def answer(asked, writer):
        await (redirect("/", 303) if asked.method == "POST" else reply(200, b"ok"))(asked, writer)

    assert (await web.get(Get(peer.on("/", answer), "POST", body=b""), LOCAL)).body == b"ok"


async def test_what_is_posted_does_not_go_to_another_host(web, peer, other):
    assert "posted" in await bad(web, peer.on("/", redirect(other.url("/"), 307)), method="POST", body=b"token=1")
    assert other.asked == []


def test_a_location_in_any_charset_is_taken_by_its_bytes():
    trip = Trip(Get("http://a/x/"), Access(), "agent", Jar(now))
    trip.follow(302, "/公告".encode("gbk"), [])
    assert trip.at.text == "http://a/%B9%AB%B8%E6"


@given(st.one_of(st.binary(), st.text().map(lambda text: b"http://" + text.encode("utf-8", "surrogatepass"))))
def test_any_location_leads_somewhere_or_is_a_bad_redirect(location):
    trip = Trip(Get("http://a/x"), Access(), "agent", Jar(now))
    try:
        trip.follow(302, location, ["", "=", "a", "a=b; c"])
    except errors.BadRedirect:
        return
    assert trip.at.url.scheme in {"http", "https"}
    assert trip.at.host


@given(st.text(), st.sampled_from(["", "http://", "https://a:", "http://u:p@"]))
def test_any_text_is_an_address_or_is_not(text, start):
    try:
        found = address(start + text)
    except ValueError:
        return
    assert (bool(found.host), "#" in found.text, found.url.userinfo) == (True, False, b"")
    assert 0 < found.port < 65_536

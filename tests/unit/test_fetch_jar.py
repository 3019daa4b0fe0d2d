"""Cookies live for one visit and go back to their own site only."""

from datetime import UTC, datetime, timedelta

import pytest
from http_peer import Peer, redirect, reply
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.errors import Refused
from rarewatch.fetch import Web, drive
from rarewatch.fetch.address import address
from rarewatch.fetch.jar import LARGEST, MOST, Jar
from rarewatch.nouns.source import Access, Get, Reading

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
LOCAL = Access(allow_private=True)


class Clock:
    def __init__(self):
        self.time = NOW

    def __call__(self):
        return self.time


def sent(line, to, at="https://www.miit.gov.cn/a/list.html"):
    jar = Jar(lambda: NOW)
    jar.take(address(at), [line])
    return jar.header(address(to)) != b""


@pytest.mark.parametrize(
    ("line", "to", "goes"),
    [
        ("k=1", "https://www.miit.gov.cn/a/api", True),
        ("k=1", "https://www.miit.gov.cn/b", False),
        ("k=1; Path=/", "https://www.miit.gov.cn/b", True),
        ("k=1; path=/a/li", "https://www.miit.gov.cn/a/list.html", False),
        ("k=1; Path=/a/", "https://www.miit.gov.cn/a/b/c", True),
        ("k=1; Path=relative", "https://www.miit.gov.cn/a/x", True),
        ("k=1; Path=/", "http://www.miit.gov.cn/", False),
        ("k=1; Path=/", "https://www.miit.gov.cn:8443/", False),
        ("k=1; Path=/", "https://api.miit.gov.cn/", False),
        ("k=1; Path=/; Domain=.miit.gov.cn", "https://api.miit.gov.cn/", True),
        ("k=1; Path=/; Domain=miit.gov.cn", "https://miit.gov.cn/", True),
        ("k=1; Path=/; Domain=miit.gov.cn", "https://api.miit.gov.cn:8443/", False),
        ("k=1; Path=/; Domain=miit.gov.cn", "http://api.miit.gov.cn/", False),
        ("k=1; Path=/; Domain=miit.gov.cn", "https://evilmiit.gov.cn/", False),
        ("k=1; Path=/; Domain=gov.cn", "https://api.miit.gov.cn/", False),
        ("k=1; Path=/; Domain=gov.cn", "https://www.miit.gov.cn/", False),
        ("k=1; Path=/; Domain=cn", "https://www.miit.gov.cn/", False),
        ("k=1; Path=/; Domain=other.cn", "https://www.miit.gov.cn/", False),
        ("k=1; Path=/; Domain=api.miit.gov.cn", "https://api.miit.gov.cn/", False),
        ("k=1; Path=/; Secure", "https://www.miit.gov.cn/", True),
        ("__Host-k=1; Path=/; Secure; Domain=miit.gov.cn", "https://www.miit.gov.cn/", False),
        ("k=1; Max-Age=60", "https://www.miit.gov.cn/a/", True),
        ("k=1; Max-Age=0", "https://www.miit.gov.cn/a/", False),
        ("k=1; Expires=Sun, 22 Nov 2026 09:00:00 GMT", "https://www.miit.gov.cn/a/", True),
        ("k=1; Expires=Sun, 22-Nov-2026 07:00:00 GMT", "https://www.miit.gov.cn/a/", False),
        ("k=1; Expires=Sun, 22 Nov 2026 07:00:00 GMT; Max-Age=60", "https://www.miit.gov.cn/a/", True),
        ("k=1; Expires=soon", "https://www.miit.gov.cn/a/", True),
        ("no equals sign", "https://www.miit.gov.cn/a/", False),
        ("=1", "https://www.miit.gov.cn/a/", False),
        ("k=\x01", "https://www.miit.gov.cn/a/", False),
        (f"k={'x' * LARGEST}", "https://www.miit.gov.cn/a/", False),
    ],
)
def test_where_a_cookie_goes(line, to, goes):
    assert sent(line, to) is goes


@pytest.mark.parametrize(
    ("line", "at", "to", "goes"),
    [
        ("k=1; Path=/", "http://a.example/", "https://a.example/", True),
        ("k=1; Path=/; Domain=a.example", "http://x.a.example/", "https://y.a.example/", True),
        ("k=1; Path=/; Domain=example", "http://a.example/", "http://b.example/", False),
        ("k=1; Path=/; Secure", "http://a.example/", "https://a.example/", False),
        ("k=1; Path=/; Domain=192.0.2.1", "http://192.0.2.1/", "http://192.0.2.1/", True),
        ("k=1; Path=/; Domain=2.1", "http://192.0.2.1/", "http://198.51.2.1/", False),
        ("k=1; Path=/; Domain=localhost", "http://localhost/", "http://localhost/", True),
        ("k=1; Path=/; Domain=bj.cn", "http://a.bj.cn/", "http://b.bj.cn/", False),
        ("k=1; Path=/; Domain=gov.cn", "http://gov.cn/", "http://www.gov.cn/", False),
        ("k=1; Path=/; Domain=gov.cn", "http://gov.cn/", "http://gov.cn/", True),
    ],
)
def test_borders(line, at, to, goes):
    assert sent(line, to, at) is goes


def test_the_last_value_counts_the_longest_path_comes_first_and_the_oldest_goes():
    jar, at = Jar(lambda: NOW), address("https://a.example/x/y")
    jar.take(at, ["k=1; Path=/", "k=2; Path=/", "l=3; Path=/x"])
    assert jar.header(at) == b"l=3; k=2"
    jar.take(at, ["k=; Path=/; Max-Age=-1"])
    assert jar.header(at) == b"l=3"
    jar.take(at, [f"n{number}=1; Path=/" for number in range(MOST)])
    assert jar.header(at).count(b"=") == MOST
    assert b"l=3" not in jar.header(at)


def test_a_cookie_ends_with_its_time():
    clock, at = Clock(), address("https://a.example/")
    jar = Jar(clock)
    jar.take(at, ["k=1; Max-Age=60"])
    clock.time += timedelta(seconds=60)
    assert jar.header(at) == b""


@given(st.text(), st.text())
def test_any_line_is_taken_or_dropped(line, domain):
    jar, at = Jar(lambda: NOW), address("https://www.a.example/")
    jar.take(at, [line, f"k=1; Domain={domain}"])
    header = jar.header(at)
    assert b"\r" not in header
    assert b"\n" not in header
    assert jar.header(address("https://b.example/")) == b""


# Over a real connection: a page that sets what its interface wants


async def gated(asked, writer):
    known = "session=s1" in asked.headers.get("cookie", "")
    await reply(*((200, b'{"rows": []}') if known else (403, b"no")))(asked, writer)


def page_then_unit(peer, *, page=True):
    """What a kind does that reads a page for its interface's address."""
    if page:
        yield Get(peer.url("/list.html"))
    got = yield Get(peer.url("/api/unit"))
    return Reading(marks=(got.body.decode(),))


@pytest.fixture
async def peer():
    async with Peer() as made:
        made.on("/list.html", reply(200, b"<html>", [("Set-Cookie", "session=s1; Path=/; HttpOnly"), ("Set-Cookie", "x=2")]))
        made.on("/api/unit", gated)
        yield made


@pytest.fixture
async def web():
    async with Web(contact="", per_host=1, politeness=0.0) as made:
        yield made


async def test_what_a_page_sets_goes_with_the_next_request_of_the_visit(web, peer):
    with web.session() as session:
        reading = await drive(page_then_unit(peer), LOCAL, session.get)
    assert reading.marks == ('{"rows": []}',)


async def test_and_with_none_of_the_next_visit(web, peer):
    with web.session() as session:
        await drive(page_then_unit(peer), LOCAL, session.get)
    with pytest.raises(Refused), web.session() as session:
        await drive(page_then_unit(peer, page=False), LOCAL, session.get)


async def test_nor_to_another_site(web, peer):
    async with Peer() as other:
        other.on("/", reply(200))
        peer.on("/away", redirect(other.url("/")))
        with web.session() as session:
            await session.get(Get(peer.url("/list.html")), LOCAL)
            await session.get(Get(peer.url("/away")), LOCAL)
        assert "cookie" in peer.asked[-1].headers
        assert "cookie" not in other.asked[0].headers

"""`Web.get` against answers that are too large, too slow or broken: each has its name, none is taken for whole."""

import asyncio
import gzip

import pytest
from http_peer import Peer, endless, raw, redirect, reply, reset, send, silence

from rarewatch import errors
from rarewatch.fetch import Web
from rarewatch.nouns.source import Access, Get

TEXT = "<title>商务部公告</title>".encode() * 100
LOCAL = Access(allow_private=True)
SHORT = Access(allow_private=True, timeout=0.2)


@pytest.fixture
async def web():
    async with Web(contact="ops@example.org", per_host=4, politeness=0.0) as made:
        yield made


@pytest.fixture
async def peer():
    async with Peer() as made:
        yield made


async def fault(web, url, access=LOCAL, kind=errors.SourceFault, **get):
    with pytest.raises(kind) as caught:
        await web.get(Get(url, **get), access)
    return caught.value


# What is too much or too slow


async def test_a_length_that_is_too_much_is_refused_unread(web, peer):
    url = peer.on("/", silence(raw(200, length=20_000_001)))
    assert "20,000,001 bytes announced" in (await fault(web, url, kind=errors.TooLarge)).detail


@pytest.mark.parametrize("cap", [None, 1000, 10_000_000])
async def test_the_smaller_limit_counts(web, peer, cap):
    access = Access(allow_private=True, max_bytes=5000)
    url = peer.on("/", endless(b"x" * 400))
    told = await fault(web, url, access, errors.TooLarge, cap=cap)
    assert f"{1000 if cap == 1000 else 5000:,} bytes" in told.detail


async def test_a_bomb(web, peer):
    packed = gzip.compress(bytes(30_000_000))
    told = await fault(web, peer.on("/", reply(200, packed, [("Content-Encoding", "gzip")])), kind=errors.TooLarge)
    assert "unpacks to more than 20,000,000 bytes" in told.detail


async def test_compression_nobody_asked_for(web, peer):
    told = await fault(web, peer.on("/", reply(200, b"x", [("Content-Encoding", "br")])), kind=errors.ServerTrouble)
    assert "br" in told.detail


@pytest.mark.parametrize("length", [None, 1_000_000], ids=["no length", "a length"])
async def test_a_slow_drip_ends_with_the_time_for_the_whole(web, peer, length):
    head = raw(200, length=length)
    told = await fault(web, peer.on("/", endless(b"x", head, pause=0.02)), SHORT, errors.TooSlow)
    assert "longer than 0.2 s" in told.detail


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nX-A"], ids=["nothing", "half a header"])
async def test_silence_is_no_answer(web, peer, first):
    assert "no answer within" in (await fault(web, peer.on("/", silence(first)), SHORT, errors.Unreachable)).detail


async def test_time_is_counted_over_all_redirects(web, peer):
    async def slowly(asked, writer):
        await asyncio.sleep(0.08)
        step = int(asked.path[1:])
        await redirect(f"/{step + 1}")(asked, writer)

    for step in range(6):
        peer.on(f"/{step}", slowly)
    await fault(web, peer.url("/0"), SHORT, errors.Unreachable)
    assert len(peer.asked) < 5


# What breaks


@pytest.mark.parametrize(
    "answer",
    [
        reset,
        send(b""),
        reply(200, b"half", length=100),
        send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"),
        reply(200, gzip.compress(TEXT)[:40], [("Content-Encoding", "gzip")]),
    ],
    ids=["reset", "closed", "less than announced", "half a chunk", "half a gzip"],
)
async def test_a_lost_connection_is_never_a_whole_answer(web, peer, answer):
    told = await fault(web, peer.on("/", answer))
    assert (type(told), bool(told.url)) == (errors.Unreachable, True)


@pytest.mark.parametrize(
    "answer",
    [
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nA: " + b"b" * 99_000 + b"\r\n\r\n",
        raw(200, b"more than two", length=2),
    ],
    ids=["another protocol", "a negative length", "an endless header", "more than announced"],
)
async def test_what_is_not_http(web, peer, answer):
    assert "not proper HTTP" in (await fault(web, peer.on("/", send(answer)), kind=errors.ServerTrouble)).detail


async def test_nobody_listens(web):
    async with Peer() as gone:
        url = gone.url("/")
    assert "no connection" in (await fault(web, url, kind=errors.Unreachable)).detail


async def test_a_name_that_does_not_exist(web):
    assert (await fault(web, "http://no-such-name.invalid/", kind=errors.Unreachable)).detail == "no such name"


@pytest.mark.parametrize("url", ["ftp://a/", "", "http://", "http://①/", "http://a:99999/", "http://u:geheim@a\x01/", "//a/b"])
async def test_an_address_that_cannot_be_asked(web, url):
    assert "geheim" not in str(await fault(web, url, kind=errors.Unreachable))

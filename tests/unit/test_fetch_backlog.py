"""Fetching does not run ahead of reading, and reading never waits for fetching."""

import asyncio

import pytest
from http_peer import Peer, reply

from rarewatch.fetch import Backlog, Web, drive
from rarewatch.nouns.source import Access, Get, Reading

LOCAL = Access(allow_private=True)


async def settled():
    """Let every task that can go on go on."""
    for _ in range(20):
        await asyncio.sleep(0)


async def test_there_is_room_again_when_one_lets_go():
    backlog = Backlog(2)
    with backlog:
        await asyncio.wait_for(backlog.room(), 1)
        with backlog:
            waiting = asyncio.create_task(backlog.room())
            await settled()
            assert not waiting.done()
        await asyncio.wait_for(waiting, 1)


async def test_room_comes_back_after_an_error():
    backlog = Backlog(1)
    with pytest.raises(ZeroDivisionError), backlog:
        raise ZeroDivisionError
    await asyncio.wait_for(backlog.room(), 1)


async def test_no_request_is_made_while_there_is_no_room():
    backlog = Backlog(1)
    async with Peer() as peer, Web(contact="", per_host=1, politeness=0, backlog=backlog) as web:
        url = peer.on("/", reply(200, b"body"))
        with backlog:
            asking = asyncio.create_task(web.get(Get(url), LOCAL))
            await settled()
            assert not peer.asked
        assert (await asking).body == b"body"


async def test_the_backlog_is_held_while_a_body_is_parsed_and_not_while_the_next_is_fetched():
    seen = []

    class Watched(Backlog):
        def __enter__(self):
            seen.append("held")
            super().__enter__()

        def __exit__(self, *error):
            seen.append("let go")
            super().__exit__(*error)

    backlog = Watched(1)

    def visit(urls):
        for url in urls:
            yield Get(url)
            seen.append("parsed")
        return Reading()

    async with Peer() as peer, Web(contact="", per_host=1, politeness=0, backlog=backlog) as web:
        urls = [peer.on(f"/{name}", reply(200, b"body")) for name in "ab"]
        await asyncio.wait_for(drive(visit(urls), LOCAL, web.get, backlog), 5)
    assert seen == ["held", "parsed", "let go"] * 2

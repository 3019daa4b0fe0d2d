"""A small proxy on loopback that the browser has to use: it connects to permitted addresses only.

A browser looks names up itself and follows redirects on its own, so that a check of what it asks for would not hold for what it
connects to. Here a name is looked up, checked and connected to in one step, for every connection the browser makes.
"""

import asyncio
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeAlias

from rarewatch.fetch.address import address
from rarewatch.guard import Forbidden, Resolver, check_host

_CONNECT = 15.0
_HEAD = 65_536
_MOST = 50_000_000
_IDLE = 60.0
_BLOCK = 65_536
_CONTENT_LENGTH = re.compile(rb"\r\nContent-Length:[ \t]*([0-9]{1,12})[ \t]*\r\n", re.IGNORECASE)
_HOP = (b"connection", b"proxy-connection", b"keep-alive", b"proxy-authorization")

_Streams: TypeAlias = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Gateway:
    """Passes connections on until `aclose`; `url` is where it listens once `start` was called."""

    def __init__(self, names: ThreadPoolExecutor, *, private: bool) -> None:
        """`names` are the threads that look names up; `private` lets every address pass."""
        self._resolver, self._private = Resolver(names, private=private), private
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.url = ""

    async def start(self) -> None:
        """Listen on a free port of loopback."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_HEAD)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def aclose(self) -> None:
        """Stop listening and end every connection."""
        if self._server is not None:
            self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, browser: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(OSError, ValueError, EOFError, asyncio.LimitOverrunError, asyncio.CancelledError):
                await self._pass_on(browser, back)
        finally:
            self._tasks.discard(task)
            back.close()

    async def _pass_on(self, browser: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_IDLE):
            head = await browser.readuntil(b"\r\n\r\n")
        method, _, rest = head.partition(b" ")
        target = rest.partition(b" ")[0].decode("latin-1")
        tunnel = method == b"CONNECT"
        try:
            to = address(f"https://{target}" if tunnel else target)
            there, out = await self._connect(to.host, to.port)
        except (ValueError, Forbidden, OSError, TimeoutError):
            back.write(b"HTTP/1.1 502 Not passed on\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await back.drain()
            return
        try:
            if tunnel:
                back.write(b"HTTP/1.1 200 Connected\r\n\r\n")
                await back.drain()
                await _both_ways(browser, back, there, out)
            else:
                await _one_request(head, to.url.raw_path, (browser, back), (there, out))
        finally:
            out.close()

    async def _connect(self, host: str, port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection to the first permitted address that takes it."""
        check_host(host, private=self._private)
        found = [result["host"] for result in await self._resolver.resolve(host, port)]
        async with asyncio.timeout(_CONNECT):
            for last, one in enumerate(found, start=1 - len(found)):
                try:
                    return await asyncio.open_connection(one, port, limit=_HEAD)
                except OSError:
                    if last == 0:
                        raise
        raise OSError("no address")


def _last(head: bytes, path: bytes = b"") -> bytes:
    """A head without what was meant for the proxy, and with the word that its connection ends; a request asks for its `path`."""
    first, *lines = head[:-4].split(b"\r\n")
    if path:
        method, _, version = first.split(b" ", 2)
        first = b" ".join((method, path, version))
    kept = [line for line in lines if line.partition(b":")[0].strip().lower() not in _HOP]
    return b"\r\n".join([first, *kept, b"Connection: close", b"", b""])


async def _one_request(head: bytes, path: bytes, browser: _Streams, server: _Streams) -> None:
    """Pass on one plain request and its answer, both told to be the last of their connection.

    A browser sends its next request, to whatever host, over the same connection: that must not get to this one's server.
    """
    length = _CONTENT_LENGTH.search(head)
    server[1].write(_last(head, path) + await browser[0].readexactly(min(int(length[1]), _MOST) if length else 0))
    await server[1].drain()
    async with asyncio.timeout(_IDLE):
        answer = await server[0].readuntil(b"\r\n\r\n")
    browser[1].write(_last(answer))
    await _pump(server[0], browser[1])


async def _both_ways(
    browser: asyncio.StreamReader, back: asyncio.StreamWriter, there: asyncio.StreamReader, out: asyncio.StreamWriter
) -> None:
    """Pump until one side ends, or more was sent than any page may load."""
    pumps = [asyncio.create_task(_pump(browser, out)), asyncio.create_task(_pump(there, back))]
    try:
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for pump in pumps:
            pump.cancel()
        await asyncio.gather(*pumps, return_exceptions=True)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    left = _MOST
    while left > 0 and (block := await asyncio.wait_for(reader.read(_BLOCK), _IDLE)):
        left -= len(block)
        writer.write(block)
        await writer.drain()

"""A web server on loopback that misbehaves on request: what it answers is written byte by byte by the test."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

Pair = tuple[str, str]


@dataclass(frozen=True)
class Asked:
    """A request as it arrived: header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


def raw(status: int, body: bytes = b"", headers: Iterable[Pair] = (), *, length: int | None = -1) -> bytes:
    """An HTTP/1.1 answer; `length` None leaves Content-Length out, a number lies."""
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in headers)]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length < 0 else length}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def reply(status: int, body: bytes = b"", headers: Iterable[Pair] = (), *, length: int | None = -1) -> Answer:
    """A whole answer at once; with a `length` of None or a lie, the connection ends after it."""
    return send(raw(status, body, list(headers), length=length), close=length is None or length >= 0)


def send(data: bytes, *, close: bool = True) -> Answer:
    """Exactly these bytes."""

    async def answer(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()
        if close:
            writer.close()

    return answer


def redirect(location: str, status: int = 302, cookie: str = "") -> Answer:
    return reply(status, b"", [("Location", location), *([("Set-Cookie", cookie)] if cookie else [])])


def endless(block: bytes, head: bytes | None = None, *, pause: float = 0.0) -> Answer:
    """A body that never ends: `block` again and again, with `pause` seconds between."""

    async def answer(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(raw(200, length=None) if head is None else head)
        while not writer.is_closing():
            writer.write(block)
            await writer.drain()
            await asyncio.sleep(pause)

    return answer


def silence(first: bytes = b"") -> Answer:
    """These bytes, then nothing, for as long as the other side waits."""

    async def answer(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        await writer.wait_closed()

    return answer


async def reset(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    """Tear the connection down without a word."""
    writer.transport.abort()


@dataclass
class Peer:
    """The server: `routes` by path (with query), `asked` in the order of arrival; `async with` starts and stops it.

    `greeting` is said before anything was asked. There is no robots.txt, and asking for it does not count, unless it has a route.
    """

    routes: dict[str, Answer] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    greeting: bytes = b""
    asked: list[Asked] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self.tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def on(self, path: str, answer: Answer) -> str:
        """Answer `path` so; gives its address."""
        self.routes[path] = answer
        return self.url(path)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
                if self.greeting:
                    writer.write(self.greeting)
                while not writer.is_closing():
                    asked = await _read(reader)
                    if asked.path == "/robots.txt" and asked.path not in self.routes:
                        writer.write(raw(404))
                        continue
                    self.asked.append(asked)
                    await self.routes.get(asked.path, reply(404))(asked, writer)
        finally:
            self._tasks.discard(task)
            writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("utf-8", "surrogateescape")
    first, *lines = head.split("\r\n")[:-2]
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body, asyncio.get_running_loop().time())

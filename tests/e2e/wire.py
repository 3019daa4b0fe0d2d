"""A wire between rarewatch and a receiver: it passes everything on, unless a test tells it to hold one message at one moment."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal, Self

Moment = Literal["request", "answer"]
"""Before the receiver hears the message, or after it took it and before the sender hears so."""


@dataclass
class Wire:
    """`is_message` and `is_answer` look at all that went up, or came down, on one connection so far."""

    port_there: int
    is_message: Callable[[bytes], bool]
    is_answer: Callable[[bytes], bool]
    hold: Moment | None = None
    held: asyncio.Event = field(default_factory=asyncio.Event)
    _let_go: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
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
        """Where the sender connects."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Drop what is held; everything after passes."""
        self._let_go.set()

    def pass_on(self) -> None:
        """Let what is held go its way."""
        self._passing = True
        self._let_go.set()

    async def _serve(self, here: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        there, out = await asyncio.open_connection("127.0.0.1", self.port_there)
        spoken = bytearray()
        pumps = [asyncio.create_task(self._up(here, out, spoken)), asyncio.create_task(self._down(there, back, spoken))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for writer in (out, back):
                writer.close()
            self._tasks.discard(task)

    async def _up(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, spoken: bytearray) -> None:
        with suppress(ConnectionError):
            while some := await reader.read(65_536):
                spoken += some
                if self.hold == "request" and self.is_message(bytes(spoken)) and not await self._holding():
                    return
                writer.write(some)
                await writer.drain()

    async def _down(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, spoken: bytearray) -> None:
        heard = bytearray()
        with suppress(ConnectionError):
            while some := await reader.read(65_536):
                heard += some
                asked = self.hold == "answer" and self.is_message(bytes(spoken)) and self.is_answer(bytes(heard))
                if asked and not await self._holding():
                    return
                writer.write(some)
                await writer.drain()

    async def _holding(self) -> bool:
        """Hold one message, once; whether it may go on."""
        self.hold = None
        self.held.set()
        await self._let_go.wait()
        return self._passing

    _passing: bool = False


def slack_wire(port: int) -> Wire:
    """A wire to a Slack."""
    return Wire(port, lambda up: b"chat.postMessage" in up, lambda down: b'"ok": true' in down)


def smtp_wire(port: int) -> Wire:
    """A wire to a mail server."""
    return Wire(port, lambda up: up.endswith(b"\r\n.\r\n"), lambda down: b"250 2.0.0 Taken" in down)

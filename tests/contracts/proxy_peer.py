"""A web proxy on loopback for tests of what goes through one."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class ProxyServer:
    """A real HTTP proxy: CONNECT and plain requests; every name leads to loopback, as its own name service has it."""

    login: str = ""
    status: int = 200
    seen: list[str] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    _tasks: set = field(default_factory=set)

    async def __aenter__(self):
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_):
        self._server.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader, writer):
        self._tasks.add(asyncio.current_task())
        try:
            with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
                await self._pass_on(reader, writer)
        finally:
            self._tasks.discard(asyncio.current_task())
            writer.transport.abort()

    async def _pass_on(self, reader, writer):
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, target, _ = head.split(" ", 2)
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head.split("\r\n")[1:-2])}
            self.seen.append(f"{method} {target}")
            self.logins.append(headers.get("proxy-authorization", ""))
            refusal = 407 if self.login and headers.get("proxy-authorization") != self.login else self.status
            if refusal != 200:
                ask = 'Proxy-Authenticate: Basic realm="desk"\r\n' if refusal == 407 else ""
                writer.write(f"HTTP/1.1 {refusal} No\r\n{ask}Content-Length: 0\r\n\r\n".encode())
                await writer.drain()
            elif method == "CONNECT":
                there, out = await asyncio.open_connection("127.0.0.1", int(target.rpartition(":")[2]))
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                await asyncio.gather(_pump(reader, out), _pump(there, writer))
                return
            else:
                writer.write(await _plain(head, target))
                await writer.drain()


async def _plain(head, target):
    """The whole answer to a plain request, asked for by its path and without what is the proxy's."""
    place, _, path = target.removeprefix("http://").partition("/")
    lines = [line for line in head.replace(target, f"/{path}", 1).split("\r\n") if not line.lower().startswith("proxy-")]
    there, out = await asyncio.open_connection("127.0.0.1", int(place.rpartition(":")[2]))
    out.write("\r\n".join(lines).encode())
    answer = await there.readuntil(b"\r\n\r\n")
    length = next(line.partition(b":")[2] for line in answer.split(b"\r\n") if line.lower().startswith(b"content-length"))
    answer += await there.readexactly(int(length))
    out.close()
    return answer


async def _pump(reader, writer):
    while block := await reader.read(65_536):
        writer.write(block)
        await writer.drain()
    writer.close()

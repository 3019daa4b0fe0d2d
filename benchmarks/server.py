"""The other side of the wire, in a process of its own: a thousand feeds on 250 loopback hosts, and a Slack that says yes.

A bare asyncio protocol with answers made beforehand, so that it takes as little of the machine as it can. Told over `/control`:
`validators=0|1` (ETag and 304), `edition=N&every=K` (every K-th feed has its N-th new item), `feed=I&edition=N` (feed I has, and
its headline is one the rules want), and asked for `times=I` (when the last byte of feed I went out and when Slack was next asked).
"""

import asyncio
import json
import socket
import sys
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import feeds

_HEAD_END = b"\r\n\r\n"
_NOT_MODIFIED = b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n"


def hosts(count: int) -> list[str]:
    """The loopback addresses: 127.0.1.1, 127.0.1.2 and on."""
    return [f"127.0.{1 + at // 200}.{1 + at % 200}" for at in range(count)]


class Site:
    """What is served at the moment."""

    def __init__(self, count: int) -> None:
        """`count` feeds in their first edition."""
        self._start = feeds.beginning()
        self._bodies = [feeds.document(feed, 0, self._start) for feed in range(count)]
        self._tags = [b'"e0"'] * count
        self._validators = True
        self._full: list[bytes] = []
        self._left: dict[int, float] = {}
        self._posts: list[float] = []
        self._prepare()

    def _prepare(self) -> None:
        self._full = [
            b"HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml; charset=utf-8\r\nContent-Length: %d\r\n" % len(body)
            + (b"ETag: %s\r\n" % tag if self._validators else b"")
            + b"\r\n"
            + body
            for body, tag in zip(self._bodies, self._tags, strict=True)
        ]

    def control(self, query: str) -> dict[str, Any]:
        """Do what is asked for and say what is known."""
        asked = dict(parse_qsl(query))
        if "times" in asked:
            left = self._left[int(asked["times"])]
            return {"left": left, "posted": next((at for at in self._posts if at > left), None)}
        if "validators" in asked:
            self._validators = asked["validators"] == "1"
        if "every" in asked:
            for feed in range(0, len(self._bodies), int(asked["every"])):
                self._move(feed, int(asked["edition"]), wanted=None)
        elif "feed" in asked:
            self._move(int(asked["feed"]), int(asked["edition"]), wanted=True)
        self._prepare()
        return {"posts": len(self._posts), "bytes": sum(map(len, self._bodies)) // len(self._bodies)}

    def _move(self, feed: int, edition: int, *, wanted: bool | None) -> None:
        self._bodies[feed] = feeds.document(feed, edition, self._start, wanted=wanted)
        self._tags[feed] = b'"e%d"' % edition

    def feed(self, number: int, head: bytes, transport: asyncio.Transport) -> None:
        """Answer a GET of one feed."""
        tag = self._tags[number]
        if self._validators and b"if-none-match: " + tag in head:
            transport.write(_NOT_MODIFIED % tag)
        else:
            transport.write(self._full[number])
        self._left[number] = time.perf_counter()

    def posted(self, transport: asyncio.Transport) -> None:
        """Answer `chat.postMessage`."""
        self._posts.append(time.perf_counter())
        answer = json.dumps({"ok": True, "channel": "C0BENCH0001", "ts": f"{time.time():.6f}"}).encode()
        transport.write(_json(answer))


def _json(answer: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(answer) + answer


class Wire(asyncio.Protocol):
    """One connection, kept alive."""

    def __init__(self, site: Site) -> None:
        """`site` answers."""
        self._site, self._held = site, b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(high=1_000_000)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        while (end := self._held.find(_HEAD_END)) >= 0:
            head = self._held[:end]
            whole = end + len(_HEAD_END) + _length(head)
            if len(self._held) < whole:
                return
            self._held = self._held[whole:]
            self._answer(head)

    def _answer(self, head: bytes) -> None:
        path = head.split(b" ", 2)[1].decode()
        if path.startswith("/feed/"):
            self._site.feed(int(path[6:]), head.lower(), self._transport)
        elif path.startswith("/control"):
            self._transport.write(_json(json.dumps(self._site.control(urlsplit(path).query)).encode()))
        else:
            self._site.posted(self._transport)


def _length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def _serve(count: int, on: int) -> None:
    site, loop = Site(count), asyncio.get_running_loop()
    first, *rest = hosts(on)
    with socket.create_server((first, 0)) as chosen:
        port = chosen.getsockname()[1]
    server = await loop.create_server(lambda: Wire(site), [first, *rest], port, reuse_address=True, backlog=256)
    print(json.dumps({"port": port}), flush=True)
    # Ends when whoever started it closes the pipe.
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))

"""The other side of many sources, in a process of its own: feeds, lists and JSON on thousands of loopback hosts, far away.

Every answer takes 50 to 500 ms. Two sources of three send an ETag and answer 304; of the others the same bytes come again. One poll
in twenty finds a new item, and the rules want those of one source in fifty. There is no robots.txt. Told over `/control?log=1` it
gives what was asked since the last time it told, `[source, seconds since 1970]` each, and how often robots.txt was asked; a Slack
that says yes answers everything else.
"""

import asyncio
import json
import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from functools import lru_cache
from typing import Any

import feeds

HOST = "127.0.0.1"
SHAPES = ("feed", "listing", "json_list")
ITEMS = 20
"""On a page."""
_DAYS = 60
_MOVES = 20
_WANTED = 49
_HABITS = 997
"""So many patterns of dates there are: what is learned of one source's hours says nothing of another's."""
_FASTEST, _SLOWEST = 0.05, 0.5
_TOKEN = b"@@"
_NAVIGATION = "".join(f'<div class="nav"><a href="/column/{at}/">栏目{at}</a><i></i></div>' for at in range(150))
_START = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(hours=2)


def shape(source: int) -> str:
    """Two of five are feeds, two lists, one JSON."""
    return SHAPES[min(source % 5 // 2, 2)]


@lru_cache
def _text(number: int) -> str:
    return feeds.prose(random.Random(number), 150)


@lru_cache(maxsize=100_000)
def _item(kind: str, habit: int, number: int, *, wanted: bool) -> str:
    """Item `number` of every source of a kind and habit; the source's own number takes the place of `@@`."""
    pick = random.Random(f"{kind}/{habit}/{number}")
    title = f"{feeds.headline(pick, wanted=wanted and number >= ITEMS)}（@@之{number}）"
    age = timedelta(days=max(0, ITEMS - 1 - number) * _DAYS / ITEMS, minutes=pick.randrange(4_000 if number < ITEMS else 60))
    at = (_START - age).astimezone(timezone(timedelta(hours=8)))
    link = f"/s/@@/{at:%Y%m}/{number}.html"
    if kind == "listing":
        return f'<li><a href="{link}" title="{title}">{title}</a><span>{at:%Y-%m-%d}</span></li>\n'
    text = _text(number)
    if kind == "json_list":
        return json.dumps(
            {"id": number, "url": link, "title": title, "date": f"{at:%Y-%m-%d %H:%M}", "text": text}, ensure_ascii=False
        )
    return (
        f"<item><title>{title}</title><link>http://n@@.example.cn{link}</link><guid>n@@-{number}</guid>"
        f"<pubDate>{format_datetime(at)}</pubDate><description>{text}</description></item>\n"
    )


def _page(kind: str, habit: int, edition: int, *, wanted: bool) -> bytes:
    items = [_item(kind, habit, number, wanted=wanted) for number in range(ITEMS - 1 + edition, edition - 1, -1)]
    if kind == "listing":
        rows = "".join(items)
        return f"<html><head><title>列表@@</title></head><body>{_NAVIGATION}<ul class='list'>{rows}</ul></body></html>".encode()
    if kind == "json_list":
        return f'{{"code":200,"data":[{",".join(items)}]}}'.encode()
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel><title>频道@@</title>'
        f"<link>http://n@@.example.cn/</link><description>要闻</description>\n{''.join(items)}</channel></rss>\n"
    ).encode()


_TYPES = {"listing": b"text/html; charset=utf-8", "json_list": b"application/json", "feed": b"application/rss+xml"}


class Site:
    """What was asked, and what is served next."""

    def __init__(self, count: int) -> None:
        """`count` sources."""
        self._polls = [0] * count
        self._editions = [0] * count
        self._log: list[tuple[int, float]] = []
        self._robots = 0

    def answer(self, path: bytes, head: bytes) -> tuple[bytes, float]:
        """An answer and after how many seconds it is sent."""
        late = random.uniform(_FASTEST, _SLOWEST)
        if path.startswith(b"/s/"):
            return self._list(int(path[3:]), head), late
        if path == b"/robots.txt":
            self._robots += 1
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", late
        if path.startswith(b"/control"):
            return _json(self._told()), 0.0
        return _json({"ok": True, "channel": "C0BENCH0001", "ts": f"{time.time():.6f}"}), late

    def _told(self) -> dict[str, Any]:
        told = {"log": self._log, "robots": self._robots}
        self._log, self._robots = [], 0
        return told

    def _list(self, source: int, head: bytes) -> bytes:
        self._log.append((source, time.time()))
        self._polls[source] += 1
        if (self._polls[source] + source * 7) % _MOVES == 0:
            self._editions[source] += 1
        edition = self._editions[source]
        tag = b'"e%d"' % edition if source % 3 else b""
        if tag and b"if-none-match: " + tag in head:
            return b"HTTP/1.1 304 Not Modified\r\nETag: %s\r\n\r\n" % tag
        kind = shape(source)
        body = _page(kind, source % _HABITS, edition, wanted=source % _WANTED == 0).replace(_TOKEN, b"%d" % source)
        told = b"ETag: %s\r\n" % tag if tag else b""
        return b"HTTP/1.1 200 OK\r\nContent-Type: %s\r\nContent-Length: %d\r\n%s\r\n%s" % (_TYPES[kind], len(body), told, body)


def _json(value: dict[str, Any]) -> bytes:
    body = json.dumps(value).encode()
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body)


class Wire(asyncio.Protocol):
    """One connection, kept alive; its requests come one after the other."""

    def __init__(self, site: Site) -> None:
        """`site` answers."""
        self._site, self._held = site, b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._held += data
        end = self._held.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self._held[:end].lower()
        at = head.find(b"content-length:")
        if len(self._held) < end + 4 + (int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0):
            return
        self._held = b""
        answer, late = self._site.answer(head.split(b" ", 2)[1], head)
        asyncio.get_running_loop().call_later(late, self._transport.write, answer)


async def _serve(count: int) -> None:
    site, loop = Site(count), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Wire(site), "0.0.0.0", 0, backlog=1_024)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[2])})
    asyncio.run(_serve(int(sys.argv[1])))

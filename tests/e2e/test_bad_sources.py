"""Sources that lie, flood, mix things up or are taken over: nothing false is told, nothing is lost, and no other source suffers."""

import asyncio
import json
import sqlite3
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import newsroom
import pytest
from http_peer import Asked, Peer, raw, reply
from newsroom import Notice, Outcome, awaited, rss

from rarewatch.demo.slack_double import SlackDouble

MEGA = 1_000_000
CAP = 20 * MEGA
MEMORY = 300 * MEGA
"""As much as a pass may take that reads one answer as large as is allowed."""
MANY = 10_000_000
BLOCK = 2_000
XML, HTML, JSON = ([("Content-Type", kind)] for kind in ("application/xml", "text/html; charset=utf-8", "application/json"))
ROWS = {"items": "rows", "title": "t", "link": "u", "date": "d", "articles": "never"}
CHINA = timedelta(hours=8)


@dataclass
class Desk:
    """A site, a Slack, and the folder to poll them with."""

    site: Peer
    slack: SlackDouble
    folder: Path

    def configure(self, *sources, **defaults):
        newsroom.write(
            self.folder,
            [{"url": self.site.url(f"/{source['id']}"), **source} for source in sources],
            notifiers={"slack": {"kind": "slack", "token": {"env": "SLACK_TOKEN"}, "base_url": self.slack.url}},
            deliver=[{"via": "slack", "to": "C0DESK"}],
            workers={"per_host": 20},
            defaults=defaults,
        )

    async def poll(self) -> Outcome:
        outcome = await awaited("poll", "--json", "-c", str(self.folder))
        assert "Traceback" not in outcome.words
        return outcome

    @property
    def posted(self) -> Counter[str]:
        return Counter(one.text.split(" · ")[1].split("\n")[0] for one in self.slack.messages)

    def stored(self, column: str, table: str = "item") -> list:
        with closing(sqlite3.connect(self.folder.parent / "rarewatch.db")) as connection:
            return [value for (value,) in connection.execute(f"SELECT {column} FROM {table} ORDER BY 1")]


@pytest.fixture
async def desk(tmp_path):
    slack = SlackDouble()
    await slack.start()
    async with Peer() as site:
        yield Desk(site, slack, tmp_path / "config")
    await slack.stop()


def today(days: int = 0) -> str:
    return f"{datetime.now(UTC) + CHINA - timedelta(days=days):%Y-%m-%d}"


def listed(*titles: str, base: str = "/a", days: int = 0) -> bytes:
    rows = "".join(f"<li><a href='{base}/{title}.html'>{title}</a><span>{today(days)}</span></li>" for title in titles)
    return newsroom.page(f"<ul class='news'>{rows}</ul>")


class Flood:
    """Ten million entries, made while they are sent; `sent` counts bytes."""

    def __init__(self, head: str, entry: str, tail: str, headers):
        self.head, self.entry, self.tail, self.headers, self.sent = head, entry, tail, headers, 0

    async def __call__(self, _asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(raw(200, self.head.encode(), self.headers, length=None))
        for start in range(0, MANY, BLOCK):
            block = "".join(self.entry.replace("N", str(n)) for n in range(start, start + BLOCK)).encode()
            self.sent += len(block)
            writer.write(block)
            await writer.drain()
        writer.write(self.tail.encode())
        writer.close()


FLOODS = {
    "feed": Flood(
        '<rss version="2.0"><channel><title>t</title>',
        "<item><title>稀土N号</title><guid>N</guid></item>",
        "</channel></rss>",
        XML,
    ),
    "json_list": Flood('{"rows":[{}', ',{"t":"稀土N号","u":"/a/N"}', "]}", JSON),
    "listing": Flood("<ul class=news>", "<li><a href=/a/N>稀土N号公告</a></li>", "</ul>", HTML),
    "sitemap": Flood("<urlset>", "<url><loc>http://127.0.0.1/N</loc></url>", "</urlset>", XML),
}
FLOODED = {"json_list": ROWS, "listing": newsroom.LISTING, "sitemap": {"articles": "never"}, "feed": {}}


async def test_ten_million_entries_end_at_the_cap_and_cost_bounded_memory(desk):
    desk.configure(*({"id": kind, "kind": kind, "options": FLOODED[kind]} for kind in FLOODS), {"id": "good", "kind": "feed"})
    for kind, flood in FLOODS.items():
        desk.site.on(f"/{kind}", flood)
    desk.site.on("/good", reply(200, rss([Notice("g", "稀土好消息一则")]), XML))

    read = await desk.poll()

    assert {name: line["state"] for name, line in read.sources.items()} == dict.fromkeys(FLOODS, "too-large") | {"good": "ok"}
    assert desk.posted == Counter(["稀土好消息一则"])
    assert read.peak < MEMORY, read.peak
    assert all(flood.sent < 3 * CAP for flood in FLOODS.values())


@pytest.mark.parametrize("kind", ["json_list", "feed"])
async def test_as_much_as_is_allowed_is_read_in_bounded_memory(desk, kind):
    """Just under the cap: of hundreds of thousands of entries those are read that are remembered, and the first are told."""
    flood = FLOODS[kind]
    count = (CAP - 1_000) // len(flood.entry.replace("N", "1000000").encode())
    body = flood.head + "".join(flood.entry.replace("N", str(n)) for n in range(1_000_000, 1_000_000 + count)) + flood.tail
    desk.configure({"id": kind, "kind": kind, "options": FLOODED[kind]}, timeout=100)
    desk.site.on(f"/{kind}", reply(200, body.encode(), flood.headers))

    read = await desk.poll()

    (note,) = read.sources[kind]["notes"]
    assert "were read" in note
    assert read.sources[kind]["new"] == 0
    assert read.sources[kind]["items"] > 1_000
    assert read.peak < 2 * MEMORY, read.peak


FORGED = rss([Notice("forged", "伪造的稀土消息混入")])


async def test_what_follows_a_length_that_is_too_short_is_nobodys_answer(desk):
    """The rest of the body lies ready on the connection: it must be read neither as the answer nor as the next source's."""
    whole = rss([Notice("one", "稀土公告其一照登"), Notice("two", "稀土公告其二照登")])
    half = whole.index(b"<item>", whole.index(b"<item>") + 1)
    desk.configure({"id": "liar", "kind": "feed"}, {"id": "next", "kind": "feed"}, {"id": "third", "kind": "feed"})
    lie = raw(200, whole[:half], XML) + raw(200, FORGED, XML) * 3

    async def answer(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(lie)
        await writer.drain()

    desk.site.on("/liar", answer)
    for name in ("next", "third"):
        desk.site.on(f"/{name}", reply(200, rss([Notice(name, f"稀土消息来自{name}")]), XML))

    first = await desk.poll()
    await desk.poll()
    desk.site.on("/liar", reply(200, whole, XML))
    last = await desk.poll()

    assert first.sources["liar"]["state"] in {"truncated", "server-trouble", "unreachable"}
    assert last.code == 0
    assert desk.posted == Counter(["稀土公告其一照登", "稀土公告其二照登", "稀土消息来自next", "稀土消息来自third"])
    assert "伪造的稀土消息混入" not in desk.stored("title")


async def test_pages_of_one_list_in_different_charsets(desk):
    page = {"name": "p", "size": 2, "max_pages": 3}
    desk.configure({"id": "list", "kind": "json_list", "options": {**ROWS, "page": page}})

    def rows(*titles):
        return json.dumps({"rows": [{"t": title, "u": f"/a/{title}", "d": today()} for title in titles]}, ensure_ascii=False)

    desk.site.on("/list", reply(200, rows("稀土旧闻甲则", "稀土旧闻乙则").encode(), JSON))
    desk.site.on("/list?p=2", reply(200, b'{"rows":[]}', JSON))
    await desk.poll()
    before = desk.posted
    desk.site.on("/list", reply(200, rows("稀土新闻一号", "稀土新闻二号").encode(), JSON))
    desk.site.on("/list?p=2", reply(200, rows("稀土新闻三号", "稀土新闻四号").encode("gb18030"), JSON))
    desk.site.on("/list?p=3", reply(200, rows("稀土新闻五号", "稀土旧闻甲则").encode("utf-16"), JSON))

    read = await desk.poll()

    assert read.sources["list"]["new"] == 5
    assert desk.posted - before == Counter([f"稀土新闻{n}号" for n in "一二三四五"])


async def test_announcements_that_share_ids_are_all_kept(desk):
    """Thirty-one announcements under twenty-six ids: five ids stand on two of them."""
    notices = [Notice(f"n{n}", f"第{n}号稀土公告，事项各不相同") for n in range(31)]
    shared = rss(notices)
    for n in range(26, 31):
        shared = shared.replace(f"<guid>n{n}</guid>".encode(), f"<guid>n{n - 26}</guid>".encode())
    desk.configure({"id": "ids", "kind": "feed"})
    desk.site.on("/ids", reply(200, shared, XML))

    read = await desk.poll()
    again = await desk.poll()

    assert (read.sources["ids"]["items"], read.sources["ids"]["new"]) == (31, 31)
    assert desk.posted == Counter([notice.title for notice in notices])
    assert again.sources["ids"]["new"] == 0


async def test_an_old_list_is_named_and_tells_nothing_again(desk):
    desk.configure({"id": "cache", "kind": "listing", "options": {"item": "ul.news li", "date": "span", "articles": "never"}})

    def rows(first: int, last: int) -> bytes:
        lines = "".join(f"<li><a href='/a/{n}.html'>第{n}日稀土日报</a><span>{today(n)}</span></li>" for n in range(first, last))
        return newsroom.page(f"<ul class='news'>{lines}</ul>")

    desk.site.on("/cache", reply(200, rows(0, 30), HTML))
    await desk.poll()
    told = desk.posted
    desk.site.on("/cache", reply(200, rows(12, 30), HTML))
    for _ in range(3):
        await desk.poll()
    stuck = desk.stored("condition", "source_state")
    desk.site.on("/cache", reply(200, rows(0, 30), HTML))
    await desk.poll()

    assert stuck == ["stuck"]
    assert desk.stored("condition", "source_state") == ["ok"]
    assert desk.posted == told


async def test_a_list_that_was_taken_over_tells_nothing(desk):
    """The address answers as before, but every row leads to a site it never led to."""
    options = {"item": "ul.news li", "date": "span", "articles": "never"}
    desk.configure({"id": "taken", "kind": "listing", "options": options})
    desk.site.on("/taken", reply(200, listed("稀土公告原先的一则", "稀土公告原先的二则"), HTML))
    await desk.poll()
    told = desk.posted
    desk.site.on("/taken", reply(200, listed("稀土大亨开户送礼", "稀土期货稳赚不赔", base="http://casino.example.com/x"), HTML))

    read = await desk.poll()

    assert read.sources["taken"]["state"] == "elsewhere"
    assert desk.posted == told
    assert not [title for title in desk.stored("title") if "大亨" in title]


async def test_entities_and_links_open_no_file_and_ask_no_other_host(desk):
    trick = (
        f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd"><!ENTITY h SYSTEM "{desk.site.url("/secret")}">'
        f'<!ENTITY % p SYSTEM "{desk.site.url("/dtd")}">%p;]><rss version="2.0"><channel><title>t</title>'
        "<item><title>稀土消息带着实体&f;&h;</title><link>file:///etc/passwd</link><guid>e1</guid>"
        f"<pubDate>{datetime.now(UTC):%a, %d %b %Y %H:%M:%S} GMT</pubDate><description>稀土&f;</description></item></channel></rss>"
    )
    rows = "<li><a href='file:///etc/hostname'>稀土文件就在本机</a></li><li><a href='/a/1.html'>稀土公告正常一则</a></li>"
    desk.configure(
        {"id": "xml", "kind": "feed"},
        {"id": "files", "kind": "listing", "options": {"item": "ul.news li", "article": {"text": ".b"}}},
    )
    desk.site.on("/xml", reply(200, trick.encode(), XML))
    desk.site.on("/files", reply(200, newsroom.page(f"<ul class='news'>{rows}</ul>"), HTML))
    inner = newsroom.page("<iframe src='file:///etc/passwd'></iframe><script>location.href='file:///etc/passwd'</script>")
    desk.site.on("/a/1.html", reply(200, inner, HTML))

    await desk.poll()

    everything = (
        json.dumps([str(one) for one in desk.slack.messages]) + "".join(desk.stored("title")) + "".join(desk.stored("text"))
    )
    assert "root:" not in everything
    assert not [link for link in desk.stored("link") if link.startswith("file:")]
    assert {one.path for one in desk.site.asked} <= {"/xml", "/files", "/a/1.html", "/robots.txt"}
    assert [title for title in desk.stored("title") if title.startswith("稀土消息带着实体")]

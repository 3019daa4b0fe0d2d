"""Whatever publishers send: a named state for the one source, the others go on, and the next good page is told once."""

import asyncio
import zlib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import newsroom
import pytest
from http_peer import Answer, Asked, Peer, endless, raw, redirect, reply
from newsroom import Notice, Outcome, awaited, rss

from rarewatch.demo.slack_double import SlackDouble

MEGA = 1_000_000
MEMORY = 300 * MEGA
"""A pass over ordinary feeds takes about 100 MB; no answer may make it much more than the 20 MB allowed for each."""

BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (ord("b") + i, b"&%c;" % (ord("a") + i) * 10) for i in range(9))
    + b']><rss version="2.0"><channel><title>t</title><item><title>&j;</title></item></channel></rss>'
)
WALL = newsroom.page("<script>var arg1='5D7F3A9B';function f(){document.cookie='acw_sc__v2='+arg1;location.reload();}</script>")


def _story(name: str) -> Notice:
    return Notice(name, f"{name}发现新的稀土矿点")


def _gzip_bomb() -> bytes:
    packer, block = zlib.compressobj(9, wbits=31), b" " * MEGA
    return b"".join([packer.compress(b"<rss>"), *(packer.compress(block) for _ in range(200)), packer.flush()])


def _xml(body: bytes, **headers: str) -> Answer:
    return reply(
        200, body, [("Content-Type", "application/xml"), *((name.replace("_", "-"), value) for name, value in headers.items())]
    )


def _next_hop(asked: Asked, writer: asyncio.StreamWriter):
    number = int(asked.path.rpartition("/")[2])
    return redirect(f"/hop/{number + 1}")(asked, writer)


def _two(name: str) -> bytes:
    return rss([_story(name), Notice(f"{name}-2", f"{name}又发现一处稀土矿点")])


TRUNCATED = _two("truncated")[: _two("truncated").index(b"<item>", _two("truncated").index(b"<item>") + 1) + 20]
ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n\r\n<rss>"

BAD: dict[str, tuple[str, Answer]] = {
    "html": ("not-a-feed", reply(200, newsroom.page("<h1>系统维护中</h1>"), [("Content-Type", "text/html")])),
    "truncated": ("truncated", _xml(TRUNCATED)),
    "huge-announced": ("too-large", reply(200, b"<rss>", [], length=200 * MEGA)),
    "huge-endless": ("too-large", endless(b"<item><title>x</title></item>" * 2_000, ENDLESS_HEAD)),
    "gzip-bomb": ("too-large", _xml(_gzip_bomb(), Content_Encoding="gzip")),
    "entity-bomb": ("ok", _xml(BOMB)),  # what the entities stand for is not looked up, the entry stays an entry
    "redirects": ("bad-redirect", redirect("/hop/1")),
    "circle": ("bad-redirect", redirect("/circle")),
    "drip": ("too-slow", endless(b" ", ENDLESS_HEAD, pause=0.05)),
    "silent": ("unreachable", endless(b"", b"", pause=0.05)),
    "rows-gone": ("layout-changed", reply(200, newsroom.page("<div class='new-design'></div>"), [("Content-Type", "text/html")])),
    "wall": ("refused", reply(200, WALL, [("Content-Type", "text/html")])),
    "forbidden": ("refused", reply(403)),
    "limited": ("rate-limited", reply(429, b"", [("Retry-After", "120")])),
    "gone": ("missing", reply(404)),
    "broken": ("server-trouble", reply(500)),
    "empty": ("not-a-feed", _xml(b"")),
}
LISTS = {"rows-gone", "wall"}


@dataclass
class Watch:
    """A site with one source a name, a Slack, and the folder to poll them with."""

    site: Peer
    slack: SlackDouble
    folder: Path

    async def poll(self) -> Outcome:
        return await awaited("poll", "--json", "-c", str(self.folder))

    @property
    def posted(self) -> Counter[str]:
        return Counter(one.text.split(" · ")[1].split("\n")[0] for one in self.slack.messages)


@pytest.fixture
async def watch(tmp_path):
    slack = SlackDouble()
    await slack.start()
    async with Peer() as site:
        yield Watch(site, slack, tmp_path / "config")
    await slack.stop()


def _configure(watch: Watch, names: list[str], timeout: float = 30) -> None:
    sources = [
        {"id": name, "kind": "listing", "options": newsroom.LISTING} if name in LISTS else {"id": name, "kind": "feed"}
        for name in names
    ]
    for source in sources:
        # A host that asks for fewer requests is left alone for all its sources, so that one has a host of its own.
        source["url"] = watch.site.url(f"/{source['id']}", host="localhost" if source["id"] == "limited" else "127.0.0.1")
    newsroom.write(
        watch.folder,
        sources,
        notifiers={"slack": {"kind": "slack", "token": {"env": "SLACK_TOKEN"}, "base_url": watch.slack.url}},
        deliver=[{"via": "slack", "to": "C0DESK"}],
        workers={"per_host": 20},
        defaults={"timeout": timeout},
    )


async def test_every_bad_answer_is_a_named_state_and_the_next_good_one_is_told_once(watch):
    names = [*BAD, "good"]
    _configure(watch, names, timeout=3)
    for name, (_, answer) in BAD.items():
        watch.site.on(f"/{name}", answer)
    for hop in range(1, 30):
        watch.site.on(f"/hop/{hop}", _next_hop)
    watch.site.on("/good", _xml(_two("good")))

    first = await watch.poll()

    assert first.code == 1
    assert {name: line["state"] for name, line in first.sources.items()} == {name: state for name, (state, _) in BAD.items()} | {
        "good": "ok"
    }
    assert all(bool(line["fault"]) == (line["state"] != "ok") for line in first.sources.values())
    assert first.sources["good"]["new"] == 2
    assert watch.posted == Counter({**_titles("good", 2), **_titles("truncated", 1)})
    assert first.peak < MEMORY
    assert "Traceback" not in first.words

    for name in names:
        two = [_story(name), Notice(f"{name}-2", f"{name}又发现一处稀土矿点")]
        body = newsroom.rows(two) if name in LISTS else rss(two)
        watch.site.on(f"/{name}", reply(200, body, [("Content-Type", "text/html" if name in LISTS else "application/xml")]))
        for notice in two:
            watch.site.on(f"/art/{notice.slug}.html", reply(200, newsroom.article(notice), [("Content-Type", "text/html")]))

    second = await watch.poll()

    assert second.code == 0, second.words
    assert {line["state"] for line in second.sources.values()} == {"ok"}
    everything = Counter(dict(title for name in names for title in _titles(name, 2).items()))
    assert watch.posted == everything

    third = await watch.poll()

    assert third.code == 0
    assert sum(line["new"] for line in third.sources.values()) == 0
    assert third.deliveries == []
    assert watch.posted == everything


def _titles(name: str, count: int) -> dict[str, int]:
    return dict.fromkeys([f"{name}发现新的稀土矿点", f"{name}又发现一处稀土矿点"][:count], 1)


async def test_an_unreadable_date_costs_the_date_and_nothing_else(watch):
    _configure(watch, ["dates"])
    watch.site.on("/dates", _xml(rss([_story("before")])))
    await watch.poll()
    body = rss([_story("before"), _story("undated")])
    at = body.rindex(b"<pubDate>")
    broken = body[:at] + "<pubDate>发布时间详见附件</pubDate>".encode() + body[body.rindex(b"</pubDate>") + len(b"</pubDate>") :]
    watch.site.on("/dates", _xml(broken))

    read = await watch.poll()

    assert read.code == 0
    assert (read.sources["dates"]["state"], read.sources["dates"]["new"]) == ("ok", 1)
    (note,) = read.sources["dates"]["notes"]
    assert note == "bad-date: 1 date(s) cannot be read, the first is '发布时间详见附件' [http://news.example/undated.html]"
    assert watch.posted == Counter({**_titles("before", 1), **_titles("undated", 1)})
    assert "Published not given" in watch.slack.messages[-1].text


async def test_a_page_cut_by_its_server_costs_nothing(watch):
    """The connection breaks half-way; what was said is not guessed at, it is read again."""
    _configure(watch, ["cut"])
    body = _two("cut")
    head = raw(200, b"", [("Content-Type", "application/xml")], length=len(body))

    async def half(_asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(head + body[: len(body) // 2])
        await writer.drain()
        writer.close()

    watch.site.on("/cut", half)
    broken = await watch.poll()
    watch.site.on("/cut", _xml(body))
    whole = await watch.poll()

    assert broken.code == 1
    assert broken.sources["cut"]["state"] in {"unreachable", "truncated"}
    assert whole.code == 0
    assert watch.posted == Counter(_titles("cut", 2))


@pytest.mark.parametrize("room", [0, 100_000])
async def test_a_full_disk_is_said_and_loses_nothing(watch, room):
    """Files may not grow beyond what they are, as on a full disk: at the start, or once the desk writes."""
    _configure(watch, ["feed"])
    watch.site.on("/feed", _xml(rss([_story("first")])))
    assert (await watch.poll()).code == 0
    many = [_story("first"), *(Notice(f"n{n}", f"第{n}处稀土矿点的勘探结果", f"第{n}处的品位与储量。" * 300) for n in range(40))]
    watch.site.on("/feed", _xml(rss(many)))
    database = watch.folder.parent / "rarewatch.db"
    most = database.stat().st_size + room if room else 1_024

    full = await asyncio.to_thread(
        newsroom.command, "poll", "--json", "-c", str(watch.folder), wrap=("prlimit", f"--fsize={most}", "--")
    )

    assert full.code == (1 if room else 3)
    assert "Traceback" not in full.words
    assert "not recorded" in full.out if room else "the database does not serve" in full.words
    assert watch.posted == Counter(_titles("first", 1))

    after = await watch.poll()

    assert after.code == 0
    assert after.sources["feed"]["new"] == 40
    assert watch.posted == Counter({**_titles("first", 1), **dict.fromkeys([one.title for one in many[1:]], 1)})

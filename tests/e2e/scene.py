"""A site, two receivers and a service between them, for the tests that kill the service."""

import asyncio
import contextlib
import signal
import subprocess
import sys
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import newsroom
from http_peer import Peer
from newsroom import Door, Notice, Service
from wire import Moment, Wire, slack_wire, smtp_wire

FEED = [
    Notice(
        "a1",
        "某部公告第18号 对中重稀土相关物项实施出口管制",
        "对钐、钆、铽、镝、镥、钪、钇等物项实施出口管制措施，自公布之日起正式实施。",
    ),
    Notice("a2", "北方稀土公布四季度稀土精矿交易价格", "稀土精矿交易价格调整为不含税26205元每吨。"),
    Notice("a3", "全国多地迎来降温天气", "未来三天气温将下降。"),
]
LIST = [
    Notice("b1", "工业部门就稀土开采总量控制指标答记者问", "今年的开采指标已经下达到企业，请各地加强监督检查，确保不超指标生产。")
]
WATCHED = "稀土"
REPEAT = "You may have had this already"


@dataclass(frozen=True)
class Receiver:
    """A receiver in a process of its own, which outlives the service, and what it took."""

    port: int
    log: Path

    def taken(self, to: str) -> list[dict[str, Any]]:
        return [one for one in newsroom.doubles_log(self.log) if to in (one.get("channel"), *one.get("to", ()))]


def receiver(module: str, log: Path) -> Iterator[Receiver]:
    words = [sys.executable, "-m", f"rarewatch.demo.{module}", "--log", str(log)]
    with subprocess.Popen(words, env=newsroom.environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield Receiver(int(process.stdout.readline().rsplit(":", 1)[1].split("/")[0]), log)
        process.terminate()
        assert process.wait(10) == 0


class Scene:
    """A site with a feed and a list, wires to both receivers, a configuration; the service is started and killed by the test."""

    def __init__(self, folder: Path, slack: Receiver, post: Receiver, couriers: int) -> None:
        self.slack, self.post = slack, post
        self.database = folder / "rarewatch.db"
        self.channel, self.mailbox = f"C{uuid.uuid4().hex[:10].upper()}", f"{uuid.uuid4().hex}@desk.example"
        self.feed, self.list = list(FEED), list(LIST)
        self.doors = {
            "feed": Door(lambda: newsroom.rss(self.feed)),
            "list": Door(lambda: newsroom.rows(self.list), "text/html"),
            "article": Door(lambda: newsroom.article(LIST[0]), "text/html"),
        }
        self.site = Peer(
            {"/feed.xml": self.doors["feed"], "/index.html": self.doors["list"], "/art/b1.html": self.doors["article"]}
        )
        self.wires = {"slack": slack_wire(slack.port), "mail": smtp_wire(post.port)}
        self.folder, self._couriers = folder / "config", couriers

    def write(self) -> None:
        url = f"http://127.0.0.1:{self.wires['slack'].port}/api/"
        slack = {"kind": "slack", "token": {"env": "SLACK_TOKEN"}, "base_url": url, "pace": 0}
        mail = {"kind": "email", "host": "127.0.0.1", "port": self.wires["mail"].port, "security": "none"}
        newsroom.write(
            self.folder,
            [
                {"id": "feed", "kind": "feed", "url": self.site.url("/feed.xml")},
                {"id": "list", "kind": "listing", "url": self.site.url("/index.html"), "options": newsroom.LISTING},
            ],
            notifiers={"slack": slack, "mail": {**mail, "sender": "watch@rarewatch.example"}},
            deliver=[{"via": "slack", "to": self.channel}, {"via": "mail", "to": self.mailbox}],
            workers={"couriers": self._couriers},
        )

    @property
    def told(self) -> Counter[str]:
        """The headlines that must be told, each once to each receiver."""
        return Counter({notice.title: 1 for notice in [*self.feed, *self.list] if WATCHED in notice.title})

    def wire(self, name: str, moment: Moment) -> Wire:
        self.wires[name].hold = moment
        return self.wires[name]

    async def service(self) -> Service:
        return await Service.start(self.folder)

    async def recover(self) -> None:
        """Start again, and stop in good order when all that is owed was sent and everything was read once more."""
        told = 2 * self.told.total()
        owed = told - sum(row["state"] == "sent" for row in newsroom.deliveries(self.database))
        service = await self.service()
        await service.until("delivery", owed, state="sent")
        await asyncio.gather(self.doors["feed"].passes(1), self.doors["list"].passes(1))
        assert await service.end(signal.SIGTERM) == 0
        rows = newsroom.deliveries(self.database)
        assert [row["state"] for row in rows] == ["sent"] * told

    @property
    def posted(self) -> Counter[str]:
        """Slack messages by headline."""
        return Counter(self._headline(one["text"]) for one in self.slack.taken(self.channel))

    @property
    def mailed(self) -> Counter[str]:
        """Mails by headline."""
        return Counter(self._headline(one["subject"]) for one in self.post.taken(self.mailbox))

    def marked(self) -> int:
        """Messages that say they may be repeats."""
        texts = [one["text"] for one in [*self.slack.taken(self.channel), *self.post.taken(self.mailbox)]]
        return sum(REPEAT in text for text in texts)

    def repeated_mails(self) -> int:
        """How often a mail came again; each such mail must carry the id of the first and say what it is."""
        mails = self.post.taken(self.mailbox)
        ids = {mail["delivery"]: mail["message_id"] for mail in mails}
        assert len(ids) == len(set(ids.values())) == len(self.told)
        assert self.mailed.keys() == self.told.keys()
        had: set[str] = set()
        for mail in mails:
            assert mail["message_id"] == ids[mail["delivery"]]
            if mail["delivery"] in had:
                assert REPEAT in mail["text"]
                assert "(repeat?)" in mail["subject"]
            had.add(mail["delivery"])
        return len(mails) - len(had)

    def _headline(self, words: str) -> str:
        found = [title for title in self.told if title in words]
        assert len(found) == 1, words
        return found[0]


@contextlib.asynccontextmanager
async def staged(folder: Path, slack: Receiver, post: Receiver, couriers: int) -> AsyncIterator[Scene]:
    scene = Scene(folder, slack, post, couriers)
    async with scene.site, scene.wires["slack"], scene.wires["mail"]:
        scene.write()
        yield scene

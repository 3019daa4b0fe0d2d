"""What the tests of the command line share: announcements, and an archive that one pass over them left behind."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import newsroom
from http_peer import Peer, reply
from newsroom import Notice, Outcome, rss

from rarewatch.demo.slack_double import SlackDouble

CONTROL = Notice(
    "c1",
    "某部公告第18号 对中重稀土实施出口管制",
    "对钐、钆、铽等实施出口管制。北方稀土表示遵守规定，自公布之日起正式实施，请各有关单位遵照执行。",
)
PRICE = Notice("p1", "北方稀土公布稀土精矿价格", "价格为每吨26205元。")
OLD = Notice("o1", "稀土行业回顾", "去年的稀土行业情况。", timedelta(days=3))
OTHER = Notice("w1", "全国多地降温", "气温下降。")
COPY = Notice("c1-copy", CONTROL.title, CONTROL.text)


@dataclass(frozen=True)
class Archive:
    """What one `poll --json` left behind and said; two deliveries are dead."""

    folder: Path
    polled: Outcome

    @property
    def config(self) -> tuple[str, str]:
        return "-c", str(self.folder / "config")


async def fill(folder: Path) -> Archive:
    slack = SlackDouble()
    await slack.start()
    slack.fail("invalid_blocks", 2)
    feed = reply(200, rss([CONTROL, PRICE, OLD, OTHER]), [("Content-Type", "application/xml")])
    copy = reply(200, rss([COPY]), [("Content-Type", "application/xml")])
    async with Peer({"/feed": feed, "/copy": copy}) as site:
        sources = [
            {"id": "feed", "kind": "feed", "url": site.url("/feed")},
            {"id": "gone", "kind": "feed", "url": site.url("/gone")},
            {"id": "copy", "kind": "feed", "url": site.url("/copy")},
            {"id": "off", "kind": "feed", "url": site.url("/off"), "enabled": False},
        ]
        newsroom.write(
            folder / "config",
            sources,
            notifiers={
                "slack": {"kind": "slack", "token": {"env": "SLACK_TOKEN"}, "base_url": slack.url},
                "console": {"kind": "console"},
            },
            deliver=[{"via": "slack", "to": ["C1", "C2"]}, {"via": "console", "to": "terminal"}],
            workers={"couriers": 1, "readers": 1},
        )
        polled = await newsroom.awaited("poll", "--json", "-c", str(folder / "config"), "feed", "gone")
        later = await newsroom.awaited("poll", "--json", "-c", str(folder / "config"), "copy")
    await slack.stop()
    assert later.code == 0
    assert later.deliveries == []
    return Archive(folder, polled)

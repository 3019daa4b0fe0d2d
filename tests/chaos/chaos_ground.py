"""The ground of the chaos run: sites that publish, a Slack and a mail server that fail by chance, the configuration between."""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from random import Random
from typing import Self

import newsroom
import yaml
from chaos_tally import Copy, Tally, Telling, copy, tally
from http_peer import Asked, Peer, raw

from rarewatch.demo._odds import Odds
from rarewatch.demo.slack_double import SlackDouble, Trouble
from rarewatch.demo.smtp_double import Fault, SmtpDouble

SLACK_ODDS = {
    Trouble.ACCEPT_THEN_DROP: 0.04,
    Trouble.ACCEPT_THEN_RESET: 0.02,
    Trouble.ACCEPT_THEN_500: 0.02,
    Trouble.ACCEPT_THEN_HANG: 0.003,
    Trouble.RATE_LIMITED: 0.03,
    Trouble.BROKEN: 0.02,
    Trouble.UNAVAILABLE: 0.02,
    Trouble.FATAL_ERROR: 0.01,
    Trouble.NOT_JSON: 0.01,
    Trouble.DROP: 0.03,
    Trouble.HANG: 0.003,
    Trouble.DELAY: 0.05,
}
MAIL_ODDS = {
    Fault.LOST_ANSWER: 0.04,
    Fault.DROP_AT_THE_DOT: 0.02,
    Fault.DROP_IN_DATA: 0.02,
    Fault.HANG_AFTER_DATA: 0.003,
    Fault.FULL: 0.01,
    Fault.GREYLIST: 0.04,
    Fault.DROP_AT_RCPT: 0.01,
    Fault.DROP_AT_MAIL: 0.01,
    Fault.CLOSING: 0.01,
    Fault.HANG: 0.003,
    Fault.DROP_AT_HELLO: 0.01,
    Fault.UNWELCOME: 0.005,
    Fault.DROP: 0.02,
    Fault.DROP_AT_QUIT: 0.03,
    Fault.SLOW: 0.05,
}
_SLACKS, _MAILBOXES = 2, 2
TARGETS = _SLACKS + _MAILBOXES
"""Each announcement is told to so many."""
_GROUP_SIZE = 80
"""At a message a second and channel, a group's announcements need somewhat more than so many seconds."""
_TIMEOUT = 2.0
_STEMS = "甲乙丙丁戊己庚辛壬癸"


@dataclass(frozen=True)
class Announcement:
    """`at` is when it appears on its group's feed, in seconds from the start."""

    number: int
    group: int
    at: float
    title: str
    text: str


@dataclass
class Ground:
    """Everything but the service; `alerts` are deliveries, published within `publishing` seconds."""

    folder: Path
    alerts: int
    publishing: float
    seed: int
    announcements: list[Announcement] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the announcements and the receivers; nothing is opened yet."""
        dice = Random(self.seed)
        count = -(-self.alerts // TARGETS)
        self.groups = min(max(2, -(-count // _GROUP_SIZE)), len(_STEMS) ** 2)
        self.announcements = [_announcement(number, number % self.groups, self.publishing, dice) for number in range(count)]
        # Two pages of the history hold what Slack may give at once, so that a search must turn pages.
        self.slack = SlackDouble(
            token=newsroom.TOKEN, rate=1.0, odds=Odds(SLACK_ODDS, Random(self.seed + 1)), retry_after=1, delay=0.7, lag=0.5, page=15
        )
        self.post = SmtpDouble(odds=Odds(MAIL_ODDS, Random(self.seed + 2)), delay=0.7)
        self.site = Peer({f"/feed{group}.xml": self._feed(group) for group in range(self.groups)})
        self.began = time.monotonic()
        self.since = datetime.now(UTC) - timedelta(minutes=5)
        self._feeds: dict[int, tuple[int, bytes]] = {}

    @property
    def database(self) -> Path:
        """Where the service keeps its rows."""
        return self.folder / "rarewatch.db"

    async def __aenter__(self) -> Self:
        """Open the receivers and the site, and write the configuration."""
        await self.slack.start()
        await self.post.start()
        await self.site.__aenter__()
        self._write()
        self.began = time.monotonic()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close all."""
        await self.site.__aexit__()
        await self.post.stop()
        await self.slack.stop()

    def calm(self) -> None:
        """No more faults."""
        self.slack.odds, self.post.odds = Odds(), Odds()

    def tally(self) -> Tally:
        """What the receivers recorded, against what was published."""
        return tally(self._expected(), self._posted(), self._mailed())

    def _expected(self) -> Iterator[Telling]:
        for one in self.announcements:
            for to in (*_channels(one.group), *_mailboxes(one.group)):
                yield f"{one.number:06d}", to

    def _posted(self) -> Iterator[Copy]:
        for one in self.slack.messages:
            yield copy(one.channel, one.text.partition("\n")[0], one.text, one.ts)

    def _mailed(self) -> Iterator[Copy]:
        for mail in self.post.mails:
            for to in mail.recipients:
                yield copy(to, mail.header("Subject"), mail.text, mail.header("Message-ID"))

    def _feed(self, group: int) -> Callable[[Asked, asyncio.StreamWriter], object]:
        mine = [one for one in self.announcements if one.group == group]

        async def answer(_asked: Asked, writer: asyncio.StreamWriter) -> None:
            shown = [one for one in mine if one.at <= time.monotonic() - self.began]
            kept = self._feeds.get(group)
            if kept is None or kept[0] != len(shown):
                kept = self._feeds[group] = (len(shown), self._rss(shown))
            writer.write(raw(200, kept[1], [("Content-Type", "application/xml")]))
            await writer.drain()

        return answer

    def _rss(self, shown: list[Announcement]) -> bytes:
        items = "".join(
            f"<item><title>{one.title}</title><link>http://news.example/{one.number}.html</link><guid>{one.number}</guid>"
            f"<description>{one.text}</description><pubDate>{format_datetime(self.since + timedelta(seconds=one.at))}</pubDate></item>"
            for one in reversed(shown)
        )
        head = (
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>部</title><link>http://news.example/</link>'
        )
        return f"{head}<description>d</description>{items}</channel></rss>".encode()

    def _write(self) -> None:
        slack = {"kind": "slack", "token": {"env": "SLACK_TOKEN"}, "base_url": self.slack.url, "timeout": _TIMEOUT}
        mail = {"kind": "email", "host": "127.0.0.1", "port": self.post.port, "security": "none", "timeout": _TIMEOUT}
        groups = range(self.groups)
        newsroom.write(
            self.folder / "config",
            [{"id": f"feed{group}", "kind": "feed", "url": self.site.url(f"/feed{group}.xml")} for group in groups],
            notifiers={"slack": slack, "mail": {**mail, "sender": "watch@rarewatch.example"}},
            defaults={"every": 3.0},
            workers={"couriers": 16},
        )
        settings = self.folder / "config" / "rarewatch.yaml"
        # All feeds are on one host here.
        _put(settings, {**yaml.safe_load(settings.read_text(encoding="utf-8")), "host_budget": 36_000})
        rules = [
            {"id": f"g{group}", "title": f"Group {group}", "severity": "notable", "when": {"terms": [_word(group)]}}
            for group in groups
        ]
        subscribers = [
            {
                "id": f"s{group}",
                "rules": [f"g{group}"],
                "deliver": [
                    *({"via": "slack", "to": channel} for channel in _channels(group)),
                    *({"via": "mail", "to": address} for address in _mailboxes(group)),
                ],
            }
            for group in groups
        ]
        _put(self.folder / "config" / "rules" / "all.yaml", {"rules": rules})
        _put(self.folder / "config" / "audience.yaml", {"subscribers": subscribers})


def _put(path: Path, content: dict[str, object]) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")


def _channels(group: int) -> list[str]:
    return [f"C{group:04d}{place:06d}" for place in range(_SLACKS)]


def _mailboxes(group: int) -> list[str]:
    return [f"reader{place}@group{group}.example" for place in range(_MAILBOXES)]


def _word(group: int) -> str:
    """What a group's rule looks for; no such word is a part, or another spelling, of another."""
    return f"稀土{_STEMS[group // 10]}{_STEMS[group % 10]}矿"


def _announcement(number: int, group: int, publishing: float, dice: Random) -> Announcement:
    """One that nothing else resembles, or it would join another's story."""
    words = "".join(chr(dice.randrange(0x5000, 0x9000)) for _ in range(60))
    title = f"{words[:12]}{_word(group)}批次{number:06d}"
    return Announcement(number, group, dice.uniform(0.0, publishing), title, words[12:])

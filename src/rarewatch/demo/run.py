"""The demonstration: the production service against a sample site, a Slack double and a mail server, all on loopback.

Everything but the three servers is what `rarewatch run` uses, with the rules, entities and glossary that are shipped.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from rarewatch import app, clock, config
from rarewatch.demo.site import SampleSite
from rarewatch.demo.slack_double import SlackDouble
from rarewatch.demo.smtp_double import SmtpDouble
from rarewatch.nouns.alert import Delivered, DeliveryState
from rarewatch.nouns.source import Polled

_CHANNEL = "C0RAREEARTH"
_MAILBOX = "analyst@example.org"
_WALLED = "sample-walled"
_PATIENCE = 60.0

_SETTINGS = """\
database: sqlite:///{folder}/demo.db
politeness: 0
host_budget: 36000
notifiers:
  slack: {{kind: slack, token: {{file: {folder}/token}}, base_url: "{slack}", pace: 0}}
  email: {{kind: email, host: {host}, port: {port}, security: none, sender: "rarewatch <alerts@example.org>"}}
"""
_AUDIENCE = f"""\
subscribers:
  - id: desk
    name: The rare-earth desk
    min_severity: notable
    deliver: [{{via: slack, to: {_CHANNEL}}}]
  - id: analyst
    name: An analyst in Berlin
    min_severity: important
    time_zone: Europe/Berlin
    deliver: [{{via: email, to: {_MAILBOX}}}]
"""
_SOURCES = """\
publisher: {{id: sample.{id}, name: "{name}", zh: "{zh}", tier: {tier}, state_owned: {state}}}
defaults: {{every: 1s, jitter: 0, allow_private: true, language: {language}}}
sources:
  - id: sample-{id}
    kind: {kind}
    url: "{site}{path}"
    options: {options}
"""
_PUBLISHERS = (
    ("ministry", "Sample ministry", "示例部", "issuer", "true", "zh", "listing", "/mofcom/zwgk/zcfb/index.html",
     "{item: ul.txtList_01 li, title: a@title, date: span, article: {text: .art-con}}"),
    ("company", "Sample company", "示例公司", "issuer", "true", "zh", "listing", "/company/xwzx/index.html",
     "{item: ul.news-list li, title: a@title, date: em.date, article: {text: .art-con}}"),
    ("wire", "Sample news agency", "示例通讯社", "state_medium", "true", "zh", "feed", "/wire/rss/finance.xml", "{}"),
    ("trade", "Sample trade magazine", "", "trade_press", "false", "en", "feed", "/trade/feed/", "{}"),
    ("walled", "Sample walled site", "", "state_medium", "true", "zh", "listing", "/walled/index.html", "{item: ul li}"),
)  # fmt: skip


@dataclass
class Story:
    """What the demonstration saw; `ok` when everything came as it must."""

    slack: list[Mapping[str, Any]] = field(default_factory=list)
    mails: list[tuple[str, str]] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    items: int = 0
    requests: int = 0
    polls: int = 0
    repeats: int = 0

    @property
    def ok(self) -> bool:
        """Alerts on both channels, none twice, and the walled source named as such."""
        return bool(self.slack) and bool(self.mails) and not self.repeats and set(self.faults) == {_WALLED}


class Watcher:
    """Hears of every poll and delivery, and lets the demonstration wait for them."""

    def __init__(self, say: Callable[[str], None]) -> None:
        """`say` shows progress to people."""
        self._say = say
        self._news = asyncio.Event()
        self.polled: dict[str, int] = {}
        self.sent: list[Delivered] = []
        self.faults: dict[str, str] = {}
        self.items = 0

    def __call__(self, outcome: Polled | Delivered) -> None:
        """Note one outcome."""
        if isinstance(outcome, Delivered):
            if outcome.state is DeliveryState.SENT:
                self.sent.append(outcome)
            self._say(f"  {outcome.state.value:<8}{outcome.target.via} {outcome.target.to}: {outcome.headline}")
        else:
            self._note(outcome)
        self._news.set()

    def _note(self, polled: Polled) -> None:
        first = polled.source not in self.polled
        self.polled[polled.source] = self.polled.get(polled.source, 0) + 1
        if polled.fault:
            self.faults[polled.source] = str(polled.fault)
            if first:
                self._say(f"  FAULT   {polled.source}: {polled.fault}")
        elif first or polled.new:
            self.items += polled.found if first else polled.new
            self._say(f"  read    {polled.source}: {polled.found} item(s), {polled.new} new, {polled.matched} matched")

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until `so()` holds; raises `TimeoutError` after a minute."""
        async with asyncio.timeout(_PATIENCE):
            while not so():
                self._news.clear()
                await self._news.wait()

    async def rounds(self, count: int) -> None:
        """Wait until every source that can be read was read `count` times more."""
        goals = {source: seen + count for source, seen in self.polled.items() if source not in self.faults}
        await self.until(lambda: all(self.polled[source] >= goal for source, goal in goals.items()))


async def play(say: Callable[[str], None]) -> Story:
    """Run the demonstration, telling `say` line by line what happens."""
    async with AsyncExitStack() as stack:
        site = await stack.enter_async_context(SampleSite(clock.now))
        slack = SlackDouble(channels=[_CHANNEL])
        await slack.start()
        stack.push_async_callback(slack.stop)
        smtp = await stack.enter_async_context(SmtpDouble())
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="rarewatch-demo-")))
        write_config(folder, site.url, slack, smtp)
        say(f"A sample web site, a Slack double and a mail server listen on loopback ({site.url}).\n")
        watcher = Watcher(say)
        service = await stack.enter_async_context(app.open_service(config.load(folder), watcher))
        stop = asyncio.Event()
        running = asyncio.create_task(service.run(stop))
        try:
            await _acts(site, watcher, slack, say)
        finally:
            stop.set()
            await running
        return _tally(site, watcher, slack, smtp)


async def _acts(site: SampleSite, watcher: Watcher, slack: SlackDouble, say: Callable[[str], None]) -> None:
    say("1. First reading: what is older than a day is stored without an alert, the rest is news.")
    await watcher.until(lambda: len(watcher.polled) == len(_PUBLISHERS) and bool(watcher.sent))
    await watcher.rounds(1)
    say("\n2. The ministry publishes something new. Its title never says 稀土; the numbers of the documents do.")
    before = len(slack.messages)
    site.publish()
    await watcher.until(lambda: len(slack.messages) > before)
    await watcher.rounds(1)
    say("\n3. Lists change their order, links get tracking parameters, feeds new guids: nothing is news, nobody is told.")
    before = len(slack.messages)
    site.reshuffle()
    await watcher.rounds(2)
    say(f"  every source was read twice more: {len(slack.messages) - before} new message(s)")


def write_config(folder: Path, site: str, slack: SlackDouble, smtp: SmtpDouble) -> None:
    """A configuration folder with the shipped rules and the sample publishers as sources."""
    shipped = config.shipped()
    shutil.copytree(shipped / "rules", folder / "rules")
    for name in ("entities.yaml", "glossary.yaml", "types.yaml"):
        shutil.copy(shipped / name, folder / name)
    (folder / "token").write_text(slack.token, encoding="utf-8")
    settings = _SETTINGS.format(folder=folder, slack=slack.url, host=smtp.host, port=smtp.port)
    (folder / "rarewatch.yaml").write_text(settings, encoding="utf-8")
    (folder / "audience.yaml").write_text(_AUDIENCE, encoding="utf-8")
    (folder / "sources").mkdir()
    keys = ("id", "name", "zh", "tier", "state", "language", "kind", "path", "options")
    for values in _PUBLISHERS:
        about = dict(zip(keys, values, strict=True))
        (folder / "sources" / f"{about['id']}.yaml").write_text(_SOURCES.format(site=site, **about), encoding="utf-8")


def _tally(site: SampleSite, watcher: Watcher, slack: SlackDouble, smtp: SmtpDouble) -> Story:
    posted: list[Mapping[str, Any]] = [{"channel": one.channel, "text": one.text, "blocks": one.blocks} for one in slack.messages]
    heard = [(one.channel, one.text) for one in slack.messages]
    mailed = [mail.header("Message-ID") for mail in smtp.mails]
    return Story(
        slack=posted,
        mails=[(mail.header("Subject"), mail.text) for mail in smtp.mails],
        faults=watcher.faults,
        items=watcher.items,
        requests=site.requests,
        polls=sum(watcher.polled.values()),
        repeats=len(heard) - len(set(heard)) + len(mailed) - len(set(mailed)),
    )


def lines_of(blocks: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """A Slack message's blocks as the lines a reader sees."""
    for block in blocks:
        text = "".join(_texts(block)).strip()
        if text:
            yield from text.split("\n")


def _texts(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("text"), str):
            yield str(part["text"])
        elif part.get("type") == "link":
            yield str(part.get("url", ""))
        for inner in part.values():
            if isinstance(inner, (Mapping, list)):
                yield from _texts(inner)
        if part.get("type") in {"rich_text_section", "rich_text_quote"} or part.get("type") == "plain_text":
            yield "\n"
    elif isinstance(part, list):
        for inner in part:
            yield from _texts(inner)

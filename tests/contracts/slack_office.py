"""A real service database with alerts in it, a Slack double, and the desk between them."""

import asyncio
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from rarewatch import config as configuration
from rarewatch.admit import admit, all_marks
from rarewatch.compose import Composer
from rarewatch.demo.slack_double import SlackDouble
from rarewatch.match import Compiled
from rarewatch.normalise import about, normalise
from rarewatch.notifiers._slack_wire import Wire
from rarewatch.notifiers.slack import Slack
from rarewatch.nouns.alert import Decision, Reason, Verdict
from rarewatch.nouns.source import Draft
from rarewatch.slackapp.desk import Desk
from rarewatch.slackapp.office import Office, Present
from rarewatch.stores.sql import SqlStore

NOW = datetime(2031, 4, 4, 2, 33, tzinfo=UTC)
CHANNEL = "C0123456789"
READER = "U0READER01"


@dataclass
class Scene:
    """Everything a test looks at; `posted` is the alert as the double shows it."""

    double: SlackDouble
    store: SqlStore
    desk: Desk
    config: Any
    clock: list[datetime]

    @property
    def posted(self):
        return self.double.messages[0]

    def element(self, action):
        """A button or a select under the alert, with the id of its block."""
        for block in self.posted.blocks:
            if block["type"] == "actions":
                for element in block["elements"]:
                    if element["action_id"] == action:
                        return element, block["block_id"]
        raise AssertionError(action)

    def press(self, action, option=None, **more):
        """What Slack sends when `action` is pressed under the alert."""
        element, block = self.element(action)
        if option is not None:
            element = {"action_id": action, "option": element["options"][option]}
        where = {"channel": self.posted.channel, "ts": self.posted.ts}
        return self.double.people.action(element, block, where, **more)

    async def done(self):
        await self.desk.drain()


SETTINGS = """\
database: sqlite:///{folder}/db.sqlite
notifiers:
  slack: {{kind: slack, token: {{file: {folder}/token}}, app_token: {{file: {folder}/app}}, base_url: "{url}"}}
"""
AUDIENCE = f"""\
subscribers:
  - {{id: desk, name: Desk, time_zone: Europe/Berlin, deliver: [{{via: slack, to: {CHANNEL}}}]}}
"""
SOURCES = """\
publisher: {id: gov.mofcom, name: Ministry of Commerce, zh: 商务部, tier: issuer}
sources:
  - {id: mofcom, kind: feed, url: "http://127.0.0.1:9/feed", allow_private: true, every: 1h}
"""
RULES = """\
rules:
  - {id: export-control, title: Export control, severity: urgent, when: {terms: [出口管制]}}
  - {id: quota, title: Mining quota, severity: notable, when: {terms: [总量控制指标]}}
"""


def write_folder(folder, url):
    (folder / "sources").mkdir()
    (folder / "rules").mkdir()
    for name, text in (
        ("rarewatch.yaml", SETTINGS.format(folder=folder, url=url)),
        ("audience.yaml", AUDIENCE),
        ("entities.yaml", "entities: []\n"),
        ("sources/mofcom.yaml", SOURCES),
        ("rules/all.yaml", RULES),
        ("token", SlackDouble.token),
        ("app", SlackDouble().people.app_token),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return configuration.load(folder)


def reveal(ref):
    return Path(ref.file).read_text(encoding="utf-8")


async def in_order(work, *args):
    return await asyncio.to_thread(work, *args)


TITLES = ("商务部公布对稀土物项实施出口管制的决定", "关于下达稀土开采总量控制指标的通知", "无关的通知")


def stored_alert(store, config, now=NOW):
    """Three announcements, the first of them to be told."""

    source = config.sources["mofcom"]
    watch = Compiled(config.watch)
    store.migrate()
    store.enrol([source], lambda _: now)
    with store.desk() as book:
        for number, title in enumerate(TITLES):
            draft = Draft(key=f"k{number}", url=f"https://example.com/{number}.html", title=title, text=f"{title}。全文{number}。")
            seen = now - timedelta(minutes=5 - number)
            item = normalise(draft, source, seen)
            (kept,) = book.keep(admit([item], {}, source, seen, baseline=False), all_marks)
            matches = watch.matches(item.title, item.text, about=about(item, source))
            if not matches:
                continue
            book.matched(kept.item, matches)
            story = book.attach(kept.item, "", "first", [number])
            if number == 0:
                desk = config.audience[0]
                told = Decision(kept.item.id, story, desk.id, Verdict.TELL, Reason.FIRST, tuple(matches), desk.targets)
                book.decided([told], source.publisher, now)


@asynccontextmanager
async def scene(folder):
    double = SlackDouble(channels=[CHANNEL], clock=NOW.timestamp)
    await double.start()
    async with AsyncExitStack() as stack:
        stack.push_async_callback(double.stop)
        config = write_folder(folder, double.url)
        store = SqlStore(config.settings.database)
        stack.callback(store.close)
        options = config.settings.notifiers["slack"].options
        composer = Composer(config.watch, config.audience, lambda _: ())
        notifier = Slack(options, reveal)
        stack.push_async_callback(notifier.close)
        stored_alert(store, config)
        (parcel,) = store.claim_deliveries(NOW, 5, timedelta(minutes=2))
        receipt = await notifier.send(composer.compose(parcel), parcel.target)
        store.record_receipt(parcel, receipt)
        clock = [NOW]
        wire = Wire(options.token, options.base_url, 10, reveal)
        stack.push_async_callback(wire.close)
        watch = Compiled(config.watch)
        office = Office(
            via="slack",
            base_url=double.url,
            wire=wire,
            acts=store,
            in_order=in_order,
            archive=store.look,
            present=lambda: Present(config, watch, composer),
            now=lambda: clock[0],
        )
        desk = Desk(office)
        stack.push_async_callback(desk.drain)
        yield Scene(double, store, desk, config, clock)


def shown(blocks):
    """All text a reader sees in blocks."""
    found = []

    def walk(node):
        if isinstance(node, list):
            for one in node:
                walk(one)
        elif isinstance(node, dict):
            if node.get("type") == "user":
                found.append(f"<@{node['user_id']}>")
            for key in ("text", "elements", "blocks"):
                value = node.get(key)
                if isinstance(value, str):
                    found.append(value)
                else:
                    walk(value)

    walk(blocks)
    return "\n".join(found)

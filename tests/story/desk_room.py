"""A whole newsroom on a web that is a dict, a clock that stands still and a real database."""

import asyncio
import hashlib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from email.utils import format_datetime
from html import escape

from making import HOUR, StillClock, at_once, source, subscription
from rarewatch.compose import Composer
from rarewatch.crew import Clerk, Crew, Writer
from rarewatch.errors import Missing
from rarewatch.fetch import drive
from rarewatch.match import Compiled
from rarewatch.matchers.terms import TermOptions
from rarewatch.nouns.alert import Delivered, Receipt, Target
from rarewatch.nouns.source import Got, Polled
from rarewatch.nouns.watch import Leaf, Rule, Severity, Watch
from rarewatch.pipeline import Kit
from rarewatch.sources.feed import Feed
from rarewatch.stores import views
from rarewatch.stores.sql import SqlStore

RULES = {
    "ree": Rule("ree", "Rare earths", Severity.IMPORTANT, Leaf("terms", TermOptions(("稀土", "rare earth"))), digest="d1"),
    "tungsten": Rule("tungsten", "Tungsten", Severity.ROUTINE, Leaf("terms", TermOptions("钨")), digest="d2"),
}
WATCH = Watch(rules=RULES)


def entry(title, at, text="", url="", guid=""):
    url = url or f"https://s1.example.com/{hashlib.sha256(title.encode()).hexdigest()[:8]}.html"
    return (
        f"<item><title>{escape(title)}</title><link>{escape(url)}</link><guid>{escape(guid or url)}</guid>"
        f"<pubDate>{format_datetime(at)}</pubDate><description>{escape(text)}</description></item>"
    )


def feed(*entries):
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>{"".join(entries)}</channel></rss>'.encode()


class Bell:
    """A channel that rings: `answers` are faults to raise first, `gate` holds every message back until it opens."""

    def __init__(self):
        self.rung, self.answers = [], []
        self.gate = asyncio.Event()
        self.gate.set()
        self.entered = asyncio.Event()
        self.at_once = self.most = 0

    async def send(self, message, target):
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        self.entered.set()
        try:
            await self.gate.wait()
            if self.answers and (fault := self.answers.pop(0)):
                raise fault
        finally:
            self.at_once -= 1
        self.rung.append((message, target))
        return Receipt({"ts": str(len(self.rung))}, message.seen_at)

    @property
    def headlines(self):
        return [message.headline for message, _ in self.rung]


class Newsroom:
    """Made by `open_newsroom`; `web` maps addresses to bytes or faults, `outcomes` is all that was told."""

    def __init__(self, store, thread, sources, audience, clock, *, readers, couriers):
        self.store, self.sources, self.clock = store, {one.id: one for one in sources}, clock
        self.web, self.asked, self.bell, self.outcomes = {}, Counter(), Bell(), []
        writer = Writer(thread)
        clerk = Clerk(writer)
        self.kit = clerk.kit = Kit(
            read=self._read,
            submit=clerk.submit,
            store=store,
            in_order=writer,
            insist=writer.insist,
            watch=Compiled(WATCH),
            audience=audience,
            composer=Composer(WATCH, audience, lambda _: ()),
            notifiers={"bell": self.bell},
            now=clock,
        )
        self.crew = Crew(self.kit, self.sources, readers=readers, couriers=couriers, told=self.outcomes.append)

    async def _read(self, job):
        self.asked[job.source.id] += 1
        return await drive(Feed().read(job.source, job.claim.seen), job.source.access, self._get)

    async def _get(self, get, _access):
        found = self.web.get(get.url, Missing("nothing there", url=get.url))
        if isinstance(found, Exception):
            raise found
        return Got(get.url, 200, {}, found, hashlib.sha256(found).hexdigest(), self.clock())

    async def tick(self):
        """What the engine does every second, and then everything that follows from it."""
        await self.crew.send_readers()
        await self.crew.send_couriers()
        await self.crew.one_pass(())

    async def later(self, by=HOUR):
        """The clock goes on and everybody looks again."""
        self.clock.forward(by)
        await self.tick()

    def polled(self, of=None):
        return [one for one in self.outcomes if isinstance(one, Polled) and of in (None, one.source)]

    def delivered(self):
        return [one for one in self.outcomes if isinstance(one, Delivered)]

    def look(self, view, *arguments, **named):
        with self.store.look() as connection:
            return view(connection, *arguments, **named)

    def decisions(self, url):
        """(subscription, verdict, reason) for the newest item under an address."""
        found = self.look(views.find, "", url, url)[0][0]
        return [(made["subscription"], made["verdict"], made["reason"]) for made in self.look(views.decisions_of, found.id)]


def desk_of(id_="desk", **fields):
    return subscription(id_, (Target("bell", id_),), **fields)


@asynccontextmanager
async def open_newsroom(url, sources=None, audience=None, *, clock=None, readers=4, couriers=2):
    sources, audience, clock = sources or [source()], audience or [desk_of()], clock or StillClock()
    with closing(SqlStore(url)) as store, ThreadPoolExecutor(1) as thread:
        store.recover(clock())
        store.enrol(sources, at_once)
        room = Newsroom(store, thread, sources, audience, clock, readers=readers, couriers=couriers)
        yield room
        room.bell.gate.set()
        await room.crew.drain()

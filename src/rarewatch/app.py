"""Puts the parts together: the only module that knows every concrete class."""

import asyncio
import ctypes
import gc
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

import structlog

from rarewatch import (
    clock,
    completeness,
    engines,
    front,
    log,
    notifiers,
    registry,
    schedule,
    settings,
    sources,
    stores,
    suppression,
    telling,
    watchkeeping,
    watchplan,
)
from rarewatch.compose import Composer
from rarewatch.config import Config
from rarewatch.crew import Clerk, Crew, Writer
from rarewatch.engines import Duty, Engine
from rarewatch.errors import ConfigError
from rarewatch.fetch import Backlog, RobotsMemory, Web, drive
from rarewatch.match import Compiled
from rarewatch.normalise import about
from rarewatch.notifiers import Notifier
from rarewatch.nouns.alert import Delivered
from rarewatch.nouns.item import Item
from rarewatch.nouns.memory import Archived, RulesNote
from rarewatch.nouns.robots import RobotsNote
from rarewatch.nouns.secret import SecretRef
from rarewatch.nouns.source import Job, Polled, Reading, Source
from rarewatch.nouns.watch import Example
from rarewatch.papers.pool import Papers
from rarewatch.pipeline import InOrder, Kit
from rarewatch.reload import EVERY_SECONDS, Hands, Reloader
from rarewatch.slackapp.opening import answerable
from rarewatch.sources import SourceKind
from rarewatch.stores import Store
from rarewatch.stores.sql import SqlStore
from rarewatch.text.workdays import is_workday
from rarewatch.trial import archived
from rarewatch.watchkeeping import Watchkeeper

_log = structlog.get_logger()
_LEAST_BACKLOG = 8
_TICK_SECONDS = 1.0
_DRAIN_SECONDS = 25.0
"""What is in hand gets so long to end after SIGTERM: less than the thirty seconds after which supervisors kill."""


def _open_store(config: Config) -> SqlStore:
    """The store of `config`'s database; raises `Unavailable`."""
    url = settings.database_url(config.settings.database)
    scheme = url.partition(":")[0].partition("+")[0]
    try:
        store: SqlStore = registry.load(stores.KINDS, scheme)(url)
    except registry.UnknownKindError as error:
        raise ConfigError(f"no database of kind {scheme!r} is served", hint="use " + " or ".join(error.known)) from error
    return store


@contextmanager
def open_archive(config: Config) -> Iterator[SqlStore]:
    """The store for looking and for small changes beside a running service; the tables are made if need be."""
    store = _open_store(config)
    try:
        store.migrate()
        yield store
    finally:
        store.close()


def reveal(ref: SecretRef) -> str:
    """The secret itself, which no log line will show from now on."""
    return log.hide(settings.reveal(ref))


def notifiers_in_use(config: Config, but: Collection[str] = (), also: Collection[str] = ()) -> dict[str, Notifier]:
    """The notifiers somebody is told by, and those in `also`, by id, without those in `but`.

    One that nobody uses need not have its secrets set. Raises `ConfigError` where a secret is missing.
    """
    used = {target.via for subscription in config.audience for target in subscription.targets}
    used |= {config.settings.canary.via} if config.settings.canary else set()
    used |= answerable(config).keys()  # people may subscribe there by themselves
    used |= set(also)
    found: dict[str, Notifier] = {}
    for name, configured in config.settings.notifiers.items():
        if name in used and name not in but:
            for _, value in configured.options:
                if isinstance(value, SecretRef):
                    reveal(value)  # a kind may ask for it only when it sends: too late to learn that it is not there
            found[name] = registry.load(notifiers.KINDS, configured.kind)(configured.options, reveal)
    return found


def open_web(
    config: Config, *, now: clock.Clock = clock.now, backlog: Backlog | None = None, memory: RobotsMemory | None = None
) -> Web:
    """The web as `config` allows it; what robots.txt says is recorded in `memory`."""
    workers = config.settings.workers
    return Web(
        contact=config.settings.contact,
        per_host=workers.per_host,
        politeness=config.settings.politeness,
        at_once=workers.readers,
        clock=now,
        backlog=backlog,
        robots=memory,
        reveal=reveal,
        chromium=settings.chromium(),
    )


@dataclass(frozen=True)
class _RobotsArchive:
    """What robots.txt said, in the store; `in_order` runs the store's work."""

    store: Store
    in_order: InOrder

    async def load(self, origin: str) -> RobotsNote | None:
        """What was last recorded of `origin`."""
        return await self.in_order(self.store.robots_of, origin)

    async def save(self, note: RobotsNote) -> None:
        """Record `note`."""
        await self.in_order(self.store.note_robots, note)


def reader(web: Web, papers: Papers, backlog: Backlog | None = None) -> Callable[[Job], Awaitable[Reading]]:
    """Reads a job's source over `web`, documents with `papers`; answers that wait for a parser count in `backlog`."""
    kinds: dict[str, SourceKind] = {}

    async def read(job: Job) -> Reading:
        source = job.source
        if source.kind not in kinds:
            kinds[source.kind] = registry.load(sources.KINDS, source.kind)()
        with web.session() as session:
            reading = await drive(kinds[source.kind].read(source, job.claim.seen), source.access, session.get, backlog, papers.read)
            session.note(reading.faults)
        return reading

    return read


@dataclass
class Service:
    """A rarewatch that is put together and alone on its database; `stack` closes what is opened while it runs."""

    config: Config
    kit: Kit
    crew: Crew
    clerk: Clerk
    engine: Engine
    enrolled: Mapping[str, Source]
    stack: AsyncExitStack
    keeper_of: Callable[[Callable[[], Kit]], Watchkeeper]

    async def run(self, stop: asyncio.Event, reload: asyncio.Event | None = None, reload_every: float = EVERY_SECONDS) -> None:
        """Work until `stop`, taking over files that change; then end what is in hand, within 25 seconds.

        The files are looked at every `reload_every` seconds; setting `reload` has them read at the next look, settled or not.
        """
        reloader = Reloader(self.config, self._hands(), reload or asyncio.Event())
        await reloader.begin()
        duties = [
            Duty("readers", _TICK_SECONDS, self.crew.send_readers),
            Duty("couriers", _TICK_SECONDS, self.crew.send_couriers),
            Duty("waiting", telling.EVERY_SECONDS, self.crew.tell_what_waited),
            Duty("files", reload_every, reloader.look),
            Duty("addresses", suppression.EVERY_SECONDS, partial(front.tell_of_addresses, lambda: self.kit)),
            Duty("completeness", completeness.EVERY_SECONDS, partial(self._look_for_gaps, self.kit.now())),
            Duty("watchkeeping", watchkeeping.EVERY_SECONDS, self.keeper_of(lambda: self.kit).look),
        ]
        await front.open_web(lambda: self.config, lambda: self.kit, self.stack, reveal)
        _log.info("started", sources=len(self.enrolled) - bool(self.config.settings.canary), rules=len(self.config.watch.rules))
        await self.engine.run(duties, stop)
        # Said at once, for what is in hand may take a while and silence would look like a hang.
        _log.info("stopping", in_hand=self.crew.in_hand, at_most_seconds=_DRAIN_SECONDS)
        try:
            await asyncio.wait_for(self.crew.drain(), _DRAIN_SECONDS)
        except TimeoutError:
            # Leases and states in the database say what was left; the next start takes it up.
            _log.warning("stopped-with-work-in-hand")
        _log.info("stopped")

    async def _look_for_gaps(self, started: datetime) -> None:
        kit, what = self.kit, self.config.expectations
        look = partial(completeness.look, started=started, now=kit.now())
        told = await kit.in_order(look, kit.store, what, kit.audience, is_workday)
        if told:
            _log.warning("something-missing", deliveries=told)

    def _hands(self) -> Hands:
        kit = self.kit

        async def past(limit: int) -> Sequence[Archived]:
            return await kit.in_order(kit.store.newest, limit)

        async def find(examples: Sequence[Example]) -> Mapping[Example, Example | str]:
            return await kit.in_order(_filled_in, kit.store, examples, self.config.sources)

        async def note(note: RulesNote) -> None:
            await kit.in_order(kit.store.note_rules, note, kit.now())

        return Hands(past=past, find=find, take_over=self.take_over, note=note, now=kit.now)

    async def take_over(self, config: Config, watch: Compiled) -> Sequence[str]:
        """Put the rules, audience and sources of `config` in force, between two acts of the desk and all at once.

        Returns the settings that count only after a restart. Raises `ConfigError` or `Unavailable` with nothing changed.
        """
        fresh = notifiers_in_use(config, self.kit.notifiers)
        for channel in fresh.values():
            self.stack.push_async_callback(channel.close)
        kit = replace(
            self.kit,
            watch=watch,
            audience=config.audience,
            policy=config.policy,
            composer=_composer(config, watch),
            notifiers={**self.kit.notifiers, **fresh},
        )
        sources = schedule.within_budget(config.sources.values(), config.settings.host_budget)
        sources = watchplan.with_canary(self.config.settings, sources)
        enrolled = {source.id: source for source in sources if source.enabled}
        await self.crew.adopt(kit, enrolled, partial(_enrol, kit.store, sources, kit.now()))
        self.clerk.kit = self.kit = kit
        self.enrolled = enrolled
        waiting = _waiting(self.config, config, kit.notifiers.keys() - fresh.keys())
        opened = {name: config.settings.notifiers[name] for name in fresh}
        settings_ = self.config.settings.model_copy(update={"notifiers": {**self.config.settings.notifiers, **opened}})
        self.config = replace(config, settings=settings_)
        return waiting


def _composer(config: Config, watch: Compiled) -> Composer:
    """Types are labels: they are asked when somebody is told, not while it is decided who is.

    Of documents the beginning is looked at: it says what they are, and the rest would hold up everybody's alerts.
    """

    def types(item: Item) -> Sequence[str]:
        source = config.sources.get(item.source)
        found = watch.findings(item.title, item.text, item.attachment[: telling.BEGINNING], about=about(item, source))
        return [label.type for label in found.labels]

    return Composer(config.watch, config.audience, types)


def _filled_in(store: Store, examples: Sequence[Example], sources: Mapping[str, Source]) -> dict[Example, Example | str]:
    return {example: archived(example, store.stored, sources) for example in examples}


def _waiting(old: Config, new: Config, open_: Collection[str]) -> list[str]:
    """The settings that changed and were read once, at the start."""
    named = ["database", "contact", "workers", "politeness", "canary", "heartbeat", "all_clear", "web"]
    changed = [name for name in named if getattr(old.settings, name) != getattr(new.settings, name)]
    before, after = old.settings.notifiers, new.settings.notifiers
    return changed + [f"notifiers.{name}" for name in sorted(open_) if before.get(name) != after.get(name)]


@asynccontextmanager
async def open_service(
    config: Config, told: Callable[[Polled | Delivered], None] = lambda _: None, now: clock.Clock = clock.now
) -> AsyncIterator[Service]:
    """A service for `config`; `told` hears of every poll and delivery.

    Raises `Conflict` when another process works on the database, `Unavailable`, `ConfigError`.
    """
    async with AsyncExitStack() as stack:
        store = _open_store(config)
        stack.callback(store.close)
        stack.enter_context(store.alone())
        thread = stack.enter_context(ThreadPoolExecutor(max_workers=1, thread_name_prefix="writer"))
        writer = Writer(thread)
        everything = schedule.within_budget(config.sources.values(), config.settings.host_budget)
        everything = watchplan.with_canary(config.settings, everything)
        enrolled = {source.id: source for source in everything if source.enabled}
        await writer(_take_over, store, everything, now())
        workers = config.settings.workers
        backlog = Backlog(max(_LEAST_BACKLOG, workers.readers // 4))
        web = open_web(config, now=now, backlog=backlog, memory=_RobotsArchive(store, writer))
        stack.push_async_callback(web.aclose)
        papers = Papers()
        stack.push_async_callback(papers.aclose)
        channels = notifiers_in_use(config, also=[target.via for one in store.own_subscriptions() for target in one.targets])
        for channel in channels.values():
            stack.push_async_callback(channel.close)
        clerk = Clerk(writer)
        compiled = Compiled(config.watch)
        kit = Kit(
            read=reader(web, papers, backlog),
            submit=watchplan.submitting(clerk, backlog, store, writer, now),
            store=store,
            in_order=writer,
            insist=writer.insist,
            watch=compiled,
            audience=config.audience,
            composer=_composer(config, compiled),
            notifiers=channels,
            now=now,
            policy=config.policy,
        )
        _give_back()
        clerk.kit = kit
        crew = Crew(kit, enrolled, readers=workers.readers, couriers=workers.couriers, told=told)
        database = Path(store.url.database) if store.is_sqlite and store.url.database else None
        keeper_of = partial(Watchkeeper, watchplan.planned(config.settings, web, reveal, database), store)
        yield Service(config, kit, crew, clerk, registry.load(engines.KINDS, "local")(), enrolled, stack, keeper_of)


def _give_back() -> None:
    """Return to the system what reading and compiling the configuration took; left to itself, the GNU C library keeps it."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def _take_over(store: Store, all_sources: list[Source], now: datetime) -> None:
    store.migrate()
    in_doubt = store.recover(now)
    if in_doubt:
        _log.warning("deliveries-in-doubt", count=in_doubt)
    _enrol(store, all_sources, now)


def _enrol(store: Store, all_sources: list[Source], now: datetime) -> None:
    total = sum(source.enabled for source in all_sources)
    store.enrol(all_sources, lambda place: schedule.first_poll(place, total, now))

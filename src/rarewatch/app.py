"""Puts the parts together: the only module that knows every concrete class."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import datetime

import structlog

from rarewatch import clock, engines, log, notifiers, registry, schedule, settings, sources, stores
from rarewatch.compose import Composer
from rarewatch.config import Config
from rarewatch.crew import Clerk, Crew, Writer
from rarewatch.engines import Duty, Engine
from rarewatch.errors import ConfigError
from rarewatch.fetch import Web, drive
from rarewatch.match import Compiled
from rarewatch.notifiers import Notifier
from rarewatch.nouns.alert import Delivered
from rarewatch.nouns.secret import SecretRef
from rarewatch.nouns.source import Job, Polled, Reading, Source
from rarewatch.pipeline import Kit
from rarewatch.sources import SourceKind
from rarewatch.stores import Store
from rarewatch.stores.sql import SqlStore

_log = structlog.get_logger()
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


def notifiers_in_use(config: Config) -> dict[str, Notifier]:
    """The notifiers somebody is told by, by id; one that nobody uses need not have its secrets set.

    Raises `ConfigError` where a secret is missing.
    """
    used = {target.via for subscription in config.audience for target in subscription.targets}
    found: dict[str, Notifier] = {}
    for name, configured in config.settings.notifiers.items():
        if name in used:
            for _, value in configured.options:
                if isinstance(value, SecretRef):
                    reveal(value)  # a kind may ask for it only when it sends: too late to learn that it is not there
            found[name] = registry.load(notifiers.KINDS, configured.kind)(configured.options, reveal)
    return found


def reader(web: Web) -> Callable[[Job], Awaitable[Reading]]:
    """Reads a job's source over `web`."""
    kinds: dict[str, SourceKind] = {}

    async def read(job: Job) -> Reading:
        source = job.source
        if source.kind not in kinds:
            kinds[source.kind] = registry.load(sources.KINDS, source.kind)()
        return await drive(kinds[source.kind].read(source, job.claim.seen), source.access, web.get)

    return read


@dataclass(frozen=True)
class Service:
    """A rarewatch that is put together and alone on its database."""

    config: Config
    kit: Kit
    crew: Crew
    engine: Engine
    enrolled: Mapping[str, Source]

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop`; then end what is in hand, within 25 seconds."""
        duties = [
            Duty("readers", _TICK_SECONDS, self.crew.send_readers),
            Duty("couriers", _TICK_SECONDS, self.crew.send_couriers),
        ]
        _log.info("started", sources=len(self.enrolled), rules=len(self.config.watch.rules))
        await self.engine.run(duties, stop)
        # Said at once, for what is in hand may take a while and silence would look like a hang.
        _log.info("stopping", in_hand=self.crew.in_hand, at_most_seconds=_DRAIN_SECONDS)
        try:
            await asyncio.wait_for(self.crew.drain(), _DRAIN_SECONDS)
        except TimeoutError:
            # Leases and states in the database say what was left; the next start takes it up.
            _log.warning("stopped-with-work-in-hand")
        _log.info("stopped")


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
        enrolled = {source.id: source for source in config.sources.values() if source.enabled}
        await writer(_take_over, store, list(config.sources.values()), now())
        workers = config.settings.workers
        web = Web(
            contact=config.settings.contact,
            per_host=workers.per_host,
            politeness=config.settings.politeness,
            at_once=workers.readers,
            clock=now,
        )
        stack.push_async_callback(web.aclose)
        channels = notifiers_in_use(config)
        for channel in channels.values():
            stack.push_async_callback(channel.close)
        clerk = Clerk(writer)
        kit = Kit(
            read=reader(web),
            submit=clerk.submit,
            store=store,
            in_order=writer,
            insist=writer.insist,
            watch=Compiled(config.watch),
            audience=config.audience,
            composer=Composer(config.watch, config.audience),
            notifiers=channels,
            now=now,
        )
        clerk.kit = kit
        crew = Crew(kit, enrolled, readers=workers.readers, couriers=workers.couriers, told=told)
        yield Service(config, kit, crew, registry.load(engines.KINDS, "local")(), enrolled)


def _take_over(store: Store, all_sources: list[Source], now: datetime) -> None:
    store.migrate()
    in_doubt = store.recover(now)
    if in_doubt:
        _log.warning("deliveries-in-doubt", count=in_doubt)
    total = sum(source.enabled for source in all_sources)
    store.enrol(all_sources, lambda place: schedule.first_poll(place, total, now))

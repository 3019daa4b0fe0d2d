"""How the watch the service keeps over itself is put together, from `rarewatch.yaml`."""

import shutil
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from datetime import time
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from rarewatch import canary
from rarewatch.canary import Flight, source_of
from rarewatch.clock import Clock
from rarewatch.config import Settings
from rarewatch.config.own_models import HeartbeatSpec
from rarewatch.crew import Clerk, Writer
from rarewatch.errors import ConfigError
from rarewatch.fetch import Backlog, Web
from rarewatch.nouns.alert import Target
from rarewatch.nouns.secret import SecretRef
from rarewatch.nouns.source import Access, Get, Job, Polled, Reading, Source
from rarewatch.stores import Store
from rarewatch.watchkeeping import Plan
from rarewatch.wellbeing import Room

_PING_SECONDS = 10.0


def with_canary(settings: Settings, sources: Sequence[Source]) -> list[Source]:
    """The sources that are read, and that of canaries where some are wanted."""
    spec = settings.canary
    return [*sources, source_of(Target(spec.via, spec.to), spec.every)] if spec else list(sources)


def submitting(
    clerk: Clerk, backlog: Backlog, store: Store, writer: Writer, now: Clock
) -> Callable[[Job, Reading], Awaitable[Polled]]:
    """Hands canaries to their own desk and all else to the clerk; what has something in it counts in `backlog` until decided."""

    async def submit(job: Job, reading: Reading) -> Polled:
        if job.source.kind == canary.KIND:
            polled: Polled = await writer(canary.desk, job, reading, store, now())
            return polled
        with backlog if reading.drafts else nullcontext():
            return await clerk.submit(job, reading)

    return submit


def planned(settings: Settings, web: Web, reveal: Callable[[SecretRef], str], database: Path | None) -> Plan:
    """What of it is wanted; `database` is the file of the archive, None where it is a server's.

    Raises `ConfigError` when the heartbeat's address is a secret that cannot be had.
    """
    spec, heartbeat, daily = settings.canary, settings.heartbeat, settings.all_clear
    if heartbeat:
        address(heartbeat, reveal)
    folder = database.absolute().parent if database else None
    return Plan(
        flight=Flight(spec.every, spec.within) if spec else None,
        target=Target(spec.via, spec.to) if spec else None,
        ping=partial(_ping, heartbeat, web, reveal) if heartbeat else None,
        at=time.fromisoformat(daily.at.zfill(5)) if daily else None,
        zone=daily.zone if daily else "Asia/Shanghai",
        room=partial(_room, folder) if folder else None,
        place=str(folder or ""),
    )


def address(spec: HeartbeatSpec, reveal: Callable[[SecretRef], str]) -> str:
    """Where the heartbeat goes; raises `ConfigError`, which never shows it, where a secret is missing or is no web address."""
    if isinstance(spec.ping, str):
        return spec.ping
    found = reveal(spec.ping)
    try:
        parts = urlsplit(found)
        right = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        right = False
    if not right or any(char.isspace() for char in found):
        raise ConfigError(f"the heartbeat's address in {spec.ping} is no web address", hint="write https://host/path there")
    return found


async def _ping(spec: HeartbeatSpec, web: Web, reveal: Callable[[SecretRef], str]) -> None:
    """Call the heartbeat's address: ours to call, so its site is not asked whether programs may."""
    access = Access(timeout=_PING_SECONDS, max_bytes=1_000_000, allow_private=spec.allow_private, robots=False)
    await web.get(Get(address(spec, reveal)), access)


def _room(folder: Path) -> Room | None:
    """The room on the disk that holds `folder`; None where it cannot be measured, which the archive will say in its own way."""
    try:
        usage = shutil.disk_usage(folder)
    except OSError:
        return None
    return Room(usage.free, usage.total)

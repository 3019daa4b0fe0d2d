"""Lets a month pass over the real service, store and desk: from one due time to the next, with nobody waiting."""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml

from month.model import WATCHED, Outlet
from month.shapes import SHAPES
from month.webs import Sites, told_numbers
from rarewatch import app, registry, sources
from rarewatch.config.loading import load
from rarewatch.fetch import drive as drive_visit
from rarewatch.nouns.alert import Receipt
from rarewatch.nouns.source import Job, Polled, Reading
from rarewatch.sources.filing import Filing

Serving = Callable[[Sites], AbstractContextManager[object]]
_GRID = 300.0
"""Seconds: what is due within one step is read together, as by a service that was busy."""


class Hands:
    """The clock of the month; it stands still but for `until`."""

    def __init__(self, at: datetime):
        self.at = at

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Bell:
    """The channel of readers and operators: every message, when it came and to whom."""

    clock: Hands
    rung: list = field(default_factory=list)

    def render(self, message, target):
        return {}

    async def send(self, message, target):
        self.rung.append((self.clock(), target.to, message))
        return Receipt({"ts": str(len(self.rung))}, self.clock())

    async def close(self):
        """There is nothing to let go of."""


@dataclass
class Month:
    """What came of it."""

    outlets: Sequence[Outlet]
    start: datetime
    end: datetime
    told: Counter[int]
    told_at: dict[int, datetime]
    notices: list[tuple[datetime, str]]
    polls: int
    faults: Counter[str]
    asked: int
    seconds: float


def configure(folder: Path, outlets: Sequence[Outlet]) -> Path:
    """A configuration folder with every outlet, one rule, a reader and an operator."""
    every = [
        {
            "id": one.id,
            "kind": one.kind,
            "url": one.base + SHAPES[one.kind].path,
            "every": one.every,
            "jitter": 0,
            "options": dict(SHAPES[one.kind].options),
        }
        for one in outlets
    ]
    publisher = {"id": "gov.simulated", "name": "Simulated", "zh": "示例", "tier": "state_medium"}
    rule = {"id": "earths", "title": "Rare earths", "severity": "notable", "when": {"terms": [WATCHED]}}
    files = {
        "rarewatch.yaml": {
            "database": f"sqlite:///{folder.parent}/month.db",
            "notifiers": {"bell": {"kind": "console"}},
            "politeness": 0,
        },
        "audience.yaml": {
            "subscribers": [{"id": "desk", "deliver": [{"via": "bell", "to": "desk"}]}],
            "operators": [{"id": "ops", "deliver": [{"via": "bell", "to": "ops"}]}],
        },
        "entities.yaml": {"entities": []},
        "rules/all.yaml": {"rules": [rule]},
        "sources/all.yaml": {"publisher": publisher, "defaults": {"allow_private": True, "robots": False}, "sources": every},
    }
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return folder


def _reader(sites: Sites, clock: Hands):
    async def read(job: Job) -> Reading:
        kind = Filing(clock=clock) if job.source.kind == "filing" else registry.load(sources.KINDS, job.source.kind)()
        return await drive_visit(kind.read(job.source, job.claim.seen), job.source.access, sites.get)

    return read


async def live(
    outlets: Sequence[Outlet], start: datetime, length: timedelta, folder: Path, serving: Serving = nullcontext
) -> Month:
    """Let `length` pass from `start`; the sites answer behind the fetch seam unless `serving` has them answer over HTTP."""
    clock = Hands(start)
    sites, bell, polled, faults = Sites(outlets, clock), Bell(clock), Counter[str](), Counter[str]()

    def heard(outcome):
        if isinstance(outcome, Polled):
            polled[outcome.source] += 1
            if outcome.fault:
                faults[outcome.fault.name] += 1

    began = time.monotonic()
    with serving(sites):
        config = load(configure(folder / "config", outlets))
        async with app.open_service(config, heard, clock) as service:
            read = _reader(sites, clock) if serving is nullcontext else service.kit.read
            service.clerk.kit = service.kit = replace(service.kit, read=read, notifiers={"bell": bell})
            await service.crew.adopt(service.kit, service.enrolled, lambda: None)
            with closing(sqlite3.connect(folder / "month.db")) as look:
                while (due := _next(look)) <= (start + length).timestamp():
                    clock.at = max(clock.at, datetime.fromtimestamp(-(-due // _GRID) * _GRID, tz=UTC))
                    await service.crew.send_readers()
                    await service.crew.one_pass(())
    told, told_at = _told(outlets, bell)
    notices = [(at, message.headline) for at, to, message in bell.rung if to == "ops"]
    seconds = time.monotonic() - began
    return Month(outlets, start, start + length, told, told_at, notices, polled.total(), faults, sites.asked, seconds)


def _next(look: sqlite3.Connection) -> float:
    (due,) = look.execute("SELECT min(due_at) FROM source_state WHERE enabled").fetchone()
    return float(due)


def _told(outlets: Sequence[Outlet], bell: Bell) -> tuple[Counter[int], dict[int, datetime]]:
    """How often the reader was told of each announcement, and when first."""
    known = {one.number: one for outlet in outlets for one in outlet.announcements}
    told, first = Counter[int](), dict[int, datetime]()
    for at, to, message in bell.rung:
        if to == "desk":
            words = "\n".join([message.headline, *(evidence.sentence for evidence in message.evidence)])
            for number in told_numbers(words, known):
                told[number] += 1
                first.setdefault(number, at)
    return told, first

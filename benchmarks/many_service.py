"""rarewatch with many sources on one core, as it ships; does passes, and runs by the clock.

Usage: many_service.py CONFIG_FOLDER CORE [PROFILE_FILE]. `{"do": "pass"}` reads every source once, `{"do": "run", "seconds": S}`
has the service run for so long, with the sources due evenly over their interval, and tells of every claim the source, when it was
due and when it was claimed.
"""

import asyncio
import os
import random
import sys
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import worker
from ours import Profiles, summary
from sqlalchemy import bindparam, select, update

from rarewatch import config, log
from rarewatch.app import Service, open_service
from rarewatch.nouns.alert import Delivered
from rarewatch.nouns.source import Claim, Polled
from rarewatch.stores.sql import SqlStore
from rarewatch.stores.tables import source_state

_SOON = 3.0


class Watched:
    """The store, with every claim on a source noted: the source, when it was due and when it was claimed."""

    def __init__(self, store: SqlStore) -> None:
        """What is not asked for here is `store`'s."""
        self._store = store
        self.claims: list[tuple[str, float, float]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def claim_sources(self, now: datetime, limit: int, lease: timedelta, only: Collection[str] | None = None) -> Sequence[Claim]:
        claims = self._store.claim_sources(now, limit, lease, only)
        at = time.time()
        s = source_state.c
        if claims and only is None:
            with self._store.look() as connection:
                due = connection.execute(select(s.source, s.due_at).where(s.source.in_([claim.source for claim in claims])))
                self.claims += [(row.source, row.due_at, at) for row in due]
        return claims


async def _run(service: Service, watched: Watched, seconds: float) -> dict[str, Any]:
    """Let the service run by the clock, everything due evenly over the interval of the first source, hosts well mixed."""
    every, now, ids = next(iter(service.enrolled.values())).cadence.every, time.time(), list(service.enrolled)
    random.Random(0).shuffle(ids)  # as jitter does with time
    spread = [{"of": id_, "at": now + _SOON + every * place / len(ids)} for place, id_ in enumerate(ids)]
    with watched.begin() as connection:
        s = source_state.c
        connection.execute(update(source_state).where(s.source == bindparam("of")).values(due_at=bindparam("at")), spread)
    watched.claims = []
    stop = asyncio.Event()
    asyncio.get_running_loop().call_later(seconds + _SOON, stop.set)
    await service.run(stop)
    return {"claims": watched.claims}


async def main(folder: Path) -> None:
    """Open the service and work."""
    log.set_up(level="warning")
    loaded = config.load(folder)
    outcomes: list[Polled | Delivered] = []
    async with open_service(loaded, outcomes.append) as service:
        store = service.kit.store
        assert isinstance(store, SqlStore)
        watched = Watched(store)
        service.kit = service.clerk.kit = replace(service.kit, store=watched)
        await service.crew.adopt(service.kit, service.enrolled, lambda: None)

        async def work(command: dict[str, Any]) -> dict[str, Any]:
            outcomes.clear()
            if command["do"] == "run":
                told = await _run(service, watched, command["seconds"])
            else:
                await service.crew.one_pass(list(service.enrolled))
                told = {}
            return {**summary(outcomes), **told, "held": worker.held()}

        await worker.work(work)


if __name__ == "__main__":
    os.sched_setaffinity(0, {int(sys.argv[2])})
    profiles = Profiles() if len(sys.argv) > 3 else None
    asyncio.run(main(Path(sys.argv[1])))
    if profiles:
        profiles.write(sys.argv[3])

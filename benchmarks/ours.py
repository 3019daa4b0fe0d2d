"""rarewatch as it ships: the service is opened once, and reads its sources once on each command, SQLite on disk.

Usage: ours.py CONFIG_FOLDER [PROFILE_FILE]. A command names the sources (`only`), none means all of them.
"""

import asyncio
import cProfile
import pstats
import sys
import threading
import time
from pathlib import Path
from typing import Any

import worker

from rarewatch import config, log
from rarewatch.app import open_service
from rarewatch.nouns.alert import Delivered, DeliveryState
from rarewatch.nouns.source import Polled


def summary(outcomes: list[Polled | Delivered]) -> dict[str, Any]:
    """What a pass did, counted, and what went wrong in it."""
    polled = [outcome for outcome in outcomes if isinstance(outcome, Polled)]
    told = [outcome for outcome in outcomes if isinstance(outcome, Delivered)]
    return {
        "polled": len(polled),
        "unchanged": sum(one.unchanged for one in polled),
        "found": sum(one.found for one in polled),
        "new": sum(one.new for one in polled),
        "matched": sum(one.matched for one in polled),
        "sent": sum(one.state is DeliveryState.SENT for one in told),
        "failed": [str(one.fault) for one in polled if one.fault][:3]
        + [one.detail for one in told if one.state is not DeliveryState.SENT][:3],
    }


async def main(folder: Path) -> None:
    """Open the service and work."""
    log.set_up(level="warning")
    loaded = config.load(folder)
    outcomes: list[Polled | Delivered] = []

    async with open_service(loaded, outcomes.append) as service:

        async def one_pass(command: dict[str, Any]) -> dict[str, Any]:
            outcomes.clear()
            await service.crew.one_pass(command.get("only") or list(service.enrolled))
            return summary(outcomes)

        await worker.work(one_pass)


class Profiles:
    """A profile of every thread there will be."""

    def __init__(self) -> None:
        self._all: list[cProfile.Profile] = []
        if sys.version_info < (3, 12):
            threading.setprofile(lambda *_: self._add())
        self._add()

    def _add(self) -> None:
        profile = cProfile.Profile(time.thread_time)
        self._all.append(profile)
        profile.enable()

    def write(self, path: str) -> None:
        first, *others = self._all
        first.disable()
        stats = pstats.Stats(first)
        for profile in others:
            stats.add(profile)
        stats.dump_stats(path)


if __name__ == "__main__":
    profiles = Profiles() if len(sys.argv) > 2 else None
    asyncio.run(main(Path(sys.argv[1])))
    if profiles:
        profiles.write(sys.argv[2])

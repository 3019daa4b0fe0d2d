"""One process: APScheduler as a ticker and nothing more. What is due lives in our tables."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from rarewatch.clock import Clock, now
from rarewatch.engines import Duty

_log = structlog.get_logger()
# Its own defaults drop a run that is a second late and starve whatever is slow: late is better than never.
_LATE_NOT_NEVER = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}


_LOOK_SECONDS = 1.0


class LocalEngine:
    """See `engines.Engine`."""

    def __init__(self, clock: Clock = now) -> None:
        """`clock` is watched for being set back: the ticker reckons by it, and would stand still for as long."""
        self._clock = clock

    async def run(self, duties: Sequence[Duty], stop: asyncio.Event) -> None:
        idle = {duty.name: asyncio.Lock() for duty in duties}
        scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=_LATE_NOT_NEVER)
        for duty in duties:
            scheduler.add_job(
                _guarded(duty, idle[duty.name]),
                "interval",
                seconds=duty.every,
                id=duty.name,
                next_run_time=datetime.now(UTC),
            )
        scheduler.start()
        watch = asyncio.create_task(self._watch_the_clock(scheduler))
        try:
            await stop.wait()
        finally:
            watch.cancel()
            # Shutting down with wait=True would cancel what is being done, so: no new runs, let the running ones end.
            scheduler.pause()
            for lock in idle.values():
                async with lock:
                    pass
            scheduler.shutdown(wait=False)

    async def _watch_the_clock(self, scheduler: AsyncIOScheduler) -> None:
        """Make every duty due whenever the clock was set back."""
        before = self._clock()
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            at = self._clock()
            if at < before:
                _log.warning("clock-set-back", seconds=round((before - at).total_seconds(), 3))
                for job in scheduler.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))
            before = at


def _guarded(duty: Duty, lock: asyncio.Lock) -> Callable[[], Awaitable[None]]:
    async def once() -> None:
        async with lock:
            try:
                await duty.work()
            except Exception:  # noqa: BLE001 - a duty that raises must not end the service; it is told and tried again
                _log.exception("duty-failed", duty=duty.name)

    return once

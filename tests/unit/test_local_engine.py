"""The local engine and the clock on the wall."""

import asyncio
from datetime import timedelta

from making import NOW
from rarewatch.engines import Duty
from rarewatch.engines.local import LocalEngine


async def test_when_the_clock_is_set_back_every_duty_is_done_at_once_and_not_when_it_is_that_late_again():
    """The ticker reckons by the clock: set back by a day, it would stand still for a day, and everything with it."""
    moments = iter([NOW, NOW - timedelta(days=1)])
    last = NOW - timedelta(days=1)
    begun = asyncio.Queue()

    async def work():
        begun.put_nowait(None)

    stop = asyncio.Event()
    duties = [Duty(name, 3_600, work) for name in ("one", "two")]
    running = asyncio.create_task(LocalEngine(lambda: next(moments, last)).run(duties, stop))
    async with asyncio.timeout(20):
        for _ in range(4):
            await begun.get()
        stop.set()
        await running
    assert begun.empty()

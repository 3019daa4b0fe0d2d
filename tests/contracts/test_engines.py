"""What every engine must do: each duty at once and at its interval, never twice at once, to the end when told to stop."""

import asyncio

import pytest

from rarewatch import engines, registry
from rarewatch.engines import Duty

TICK = 0.01


class Counted:
    """A duty that counts; `reached(n)` waits until it was begun `n` times."""

    def __init__(self, work=None, every=TICK, name="counted"):
        self.begun = self.ended = self.at_once = self.most_at_once = 0
        self._work = work
        self._changed = asyncio.Condition()
        self.duty = Duty(name, every, self._do)

    async def _do(self):
        self.begun += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        async with self._changed:
            self._changed.notify_all()
        try:
            if self._work:
                await self._work(self.begun)
        finally:
            self.at_once -= 1
            self.ended += 1

    async def reached(self, times):
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: self.begun >= times)


@pytest.fixture(params=engines.KINDS)
def engine(request):
    return registry.load(engines.KINDS, request.param)()


@pytest.fixture
async def run(engine):
    """Runs duties; `await run.stop()` tells it to stop and waits for the end."""

    class Running:
        def __init__(self):
            self.event = asyncio.Event()
            self.task = None

        def __call__(self, *counted):
            self.task = asyncio.create_task(engine.run([one.duty for one in counted], self.event))

        async def stop(self):
            self.event.set()
            async with asyncio.timeout(20):
                await self.task

    running = Running()
    yield running
    if running.task and not running.task.done():
        running.event.set()
        await running.task


async def test_every_duty_is_done_at_once_though_its_interval_is_long(run):
    duties = [Counted(every=3_600, name=f"d{number}") for number in range(4)]
    run(*duties)
    for duty in duties:
        await duty.reached(1)
    await run.stop()
    assert [duty.begun for duty in duties] == [1, 1, 1, 1]


async def test_a_duty_is_done_again_and_again(run):
    counted = Counted()
    run(counted)
    await counted.reached(5)
    await run.stop()
    assert counted.ended == counted.begun


async def test_a_duty_is_never_done_twice_at_once_and_a_slow_one_holds_up_no_other(run):
    gate = asyncio.Event()

    async def wait(_):
        await gate.wait()

    slow, quick = Counted(wait, name="slow"), Counted(name="quick")
    run(slow, quick)
    await quick.reached(8)
    assert slow.begun == 1
    gate.set()
    await slow.reached(3)
    await run.stop()
    assert slow.most_at_once == quick.most_at_once == 1


async def test_a_late_duty_is_done_once_not_never_and_not_for_all_it_missed(run):
    gate = asyncio.Event()

    async def first_waits(time):
        if time == 1:
            await gate.wait()

    late, quick = Counted(first_waits, every=TICK * 2, name="late"), Counted(name="quick")
    run(late, quick)
    await quick.reached(12)
    gate.set()
    await late.reached(2)
    begun = quick.begun
    await quick.reached(begun + 4)
    await run.stop()
    assert 2 <= late.begun <= 6


async def test_one_that_raises_is_told_and_goes_on_at_its_next_time(run, capsys):
    async def fail(time):
        if time < 4:
            raise RuntimeError("out of order")

    failing, quick = Counted(fail, name="failing"), Counted(name="quick")
    run(failing, quick)
    await failing.reached(5)
    await quick.reached(5)
    await run.stop()
    told = capsys.readouterr()
    assert "duty-failed" in told.out + told.err
    assert "failing" in told.out + told.err


async def test_stopping_waits_for_what_is_being_done_and_begins_nothing_more(run):
    gate, entered = asyncio.Event(), asyncio.Event()

    async def wait(_):
        entered.set()
        await gate.wait()

    slow, quick = Counted(wait, name="slow"), Counted(name="quick")
    run(slow, quick)
    await entered.wait()
    await quick.reached(2)
    run.event.set()
    for _ in range(20):
        await asyncio.sleep(0)
    assert not run.task.done()
    begun = quick.begun
    gate.set()
    async with asyncio.timeout(20):
        await run.task
    assert slow.ended == slow.begun == 1
    for _ in range(20):
        await asyncio.sleep(0)
    assert quick.begun == begun


@pytest.mark.parametrize("turns", range(8))
async def test_nothing_begins_after_the_end_however_early_that_is(run, turns):
    """Stopped in the very moments in which the first duties are handed out."""
    counted = [Counted(every=TICK / 10, name=f"d{number}") for number in range(3)]
    run(*counted)
    for _ in range(turns):
        await asyncio.sleep(0)
    await run.stop()
    begun = [one.begun for one in counted]
    assert begun == [one.ended for one in counted]
    for _ in range(20):
        await asyncio.sleep(0)
    assert [one.begun for one in counted] == begun


async def test_without_duties_it_waits_to_be_stopped(run):
    run()
    for _ in range(5):
        await asyncio.sleep(0)
    assert not run.task.done()
    await run.stop()


async def test_a_cancelled_engine_ends_what_it_does_first(run):
    gate = asyncio.Event()

    async def wait(_):
        await gate.wait()

    slow = Counted(wait)
    run(slow)
    await slow.reached(1)
    run.task.cancel()
    await asyncio.sleep(0)
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await run.task
    assert slow.ended == 1

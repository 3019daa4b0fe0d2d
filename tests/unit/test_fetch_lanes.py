"""Politeness towards one host never holds up another, and hosts are forgotten."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from rarewatch.errors import RateLimited
from rarewatch.fetch.lanes import Lanes

START = datetime(2026, 11, 22, 8, tzinfo=UTC)


class Clock:
    def __init__(self):
        self.time = START

    def __call__(self):
        return self.time


def lanes(per_host=1, politeness=0.0, clock=None):
    return Lanes(per_host, politeness, clock or Clock())


async def turns(book, host, names, log, gate):
    async def one(name):
        async with book.turn(host, ""):
            log.append(name)
            await gate.wait()

    return [asyncio.ensure_future(one(name)) for name in names]


async def settle():
    for _ in range(10):
        await asyncio.sleep(0)


async def test_so_many_at_once_in_the_order_they_came():
    book, log, gate = lanes(per_host=2), [], asyncio.Event()
    tasks = await turns(book, "a:80", "123", log, gate)
    other = await turns(book, "b:80", "x", log, gate)
    await settle()
    assert log == ["1", "2", "x"]
    gate.set()
    await asyncio.gather(*tasks, *other)
    assert log == ["1", "2", "x", "3"]


async def test_starts_are_spaced_per_host():
    book, loop, starts = lanes(per_host=5, politeness=0.05), asyncio.get_running_loop(), {"a": [], "b": []}

    async def one(host):
        async with book.turn(host, ""):
            starts[host].append(loop.time())

    await asyncio.gather(*(one(host) for host in "aaabbb"))
    for times in starts.values():
        assert [late >= 0.049 for late in (times[1] - times[0], times[2] - times[1])] == [True, True]
    assert starts["b"][0] < starts["a"][1]


async def test_a_resting_host_refuses_at_once_until_its_time_is_over():
    clock = Clock()
    book = lanes(clock=clock)
    book.rest("a:80", 30)
    clock.time += timedelta(seconds=20)
    with pytest.raises(RateLimited) as caught:
        async with book.turn("a:80", "http://a/"):
            pytest.fail("the host rests")
    assert (caught.value.after, caught.value.url) == (10.0, "http://a/")
    async with book.turn("b:80", ""):
        pass
    clock.time += timedelta(seconds=10)
    async with book.turn("a:80", ""):
        pass


async def test_a_shorter_rest_does_not_shorten_a_longer_one():
    book = lanes()
    book.rest("a", 60)
    book.rest("a", 5)
    with pytest.raises(RateLimited) as caught:
        await book.enter("a", "")
    assert caught.value.after == 60


async def test_who_waits_when_the_rest_begins_is_refused_too():
    book, log, gate = lanes(), [], asyncio.Event()
    tasks = await turns(book, "a", "12", log, gate)
    await settle()
    book.rest("a", 30)
    gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert log == ["1"]
    assert isinstance(results[1], RateLimited)


@pytest.mark.parametrize("politeness", [0.0, 5.0], ids=["waiting for a slot", "waiting for the time"])
async def test_who_gives_up_leaves_no_trace(politeness):
    book, log, gate = lanes(per_host=1 if not politeness else 2, politeness=politeness), [], asyncio.Event()
    first, second = await turns(book, "a", "12", log, gate)
    await settle()
    second.cancel()
    with suppress(asyncio.CancelledError):
        await second
    gate.set()
    await first
    lane = book._lanes["a"]
    assert (lane.users, lane.slots._value, log) == (0, 1 if not politeness else 2, ["1"])


async def test_hosts_are_forgotten_but_not_those_that_rest():
    book = lanes()
    book.rest("resting", 3600)
    for number in range(2000):
        async with book.turn(f"host{number}", ""):
            pass
    assert len(book) <= 256
    with pytest.raises(RateLimited):
        await book.enter("resting", "")

"""Politeness: how often and how many at once one host is asked, and for how long it is left alone.

A host is left alone because it asked for that, or because it turned visits away in a row: two at different addresses, or four at
one, which may be a matter of that address. Then it is for ten minutes, twice as long each time the host still does so afterwards,
up to six hours. One good visit ends that. What starts a pause is counted anew after it: a source that is refused for good must
not use up the time of one that is welcome.
"""

import asyncio
from types import TracebackType

from rarewatch.clock import Clock
from rarewatch.errors import RateLimited, Refused
from rarewatch.fetch.faults import LONGEST_REST

_SWEEP = 256
_ADDRESSES, _TIMES = 2, 4
_FIRST_PAUSE, _LONGEST_PAUSE = 600.0, 21_600.0
_REMEMBERED = 86_400.0


class _Lane:
    """One host: `users` count those inside or waiting, `start` is the earliest next start (loop time), `rest` ends at (POSIX).

    `refused` holds the addresses of the visits turned away since the last good one, or since the last pause; `pauses` counts those
    in a row, `pause` is when the last one ends (POSIX).
    """

    __slots__ = ("gate", "pause", "pauses", "refused", "rest", "slots", "start", "users")

    def __init__(self, per_host: int) -> None:
        self.slots, self.gate = asyncio.Semaphore(per_host), asyncio.Lock()
        self.users, self.start, self.rest = 0, 0.0, 0.0
        self.refused: list[str] = []
        self.pauses, self.pause = 0, 0.0


class Lanes:
    """Every host's lane; hosts that are neither in use nor resting are forgotten, so the table stays small."""

    def __init__(self, per_host: int, politeness: float, clock: Clock) -> None:
        """`per_host` requests at once, `politeness` seconds between two starts, per name and port."""
        self._per_host, self._politeness, self._clock = per_host, politeness, clock
        self._lanes: dict[str, _Lane] = {}
        self._sweep_at = _SWEEP

    def __len__(self) -> int:
        """How many hosts are remembered just now."""
        return len(self._lanes)

    def turn(self, host: str, url: str, pace: float = 0.0) -> "Turn":
        """Wait for a turn at `host` with `async with`; `pace` is the least time between two starts that it asks for, in seconds.

        Raises `RateLimited` or `Refused` at once, with the time that is left, while the host is left alone.
        """
        return Turn(self, host, url, pace)

    def rest(self, host: str, seconds: float) -> None:
        """Leave `host` alone for so long."""
        lane = self._lane(host)
        lane.rest = max(lane.rest, self._clock().timestamp() + seconds)

    def refused(self, host: str, url: str, *, for_sure: bool = False) -> None:
        """Note that a visit to `url` was turned away by `host`; `for_sure` when it was, again and again, within that visit.

        Visits that were under way when the pause began tell nothing new.
        """
        lane, now = self._lane(host), self._clock().timestamp()
        if now < lane.pause:
            return
        lane.refused.append(url)
        if for_sure or len(set(lane.refused)) >= _ADDRESSES or len(lane.refused) >= _TIMES:
            lane.pause = now + min(_FIRST_PAUSE * 2.0 ** min(lane.pauses, 10), _LONGEST_PAUSE)
            lane.pauses += 1
            lane.refused.clear()

    def welcomed(self, host: str) -> None:
        """Note that a visit to `host` went well."""
        lane = self._lanes.get(host)
        if lane is not None:
            lane.pauses, lane.pause = 0, 0.0
            lane.refused.clear()

    async def enter(self, host: str, url: str, pace: float = 0.0) -> _Lane:
        """Come in when it is this request's turn."""
        lane = self._lane(host)
        self._refuse_resting(lane, url)
        lane.users += 1
        try:
            await lane.slots.acquire()
        except asyncio.CancelledError:
            lane.users -= 1
            raise
        try:
            await self._space(lane, max(self._politeness, pace))
            self._refuse_resting(lane, url)
        except (asyncio.CancelledError, RateLimited, Refused):
            self.leave(lane)
            raise
        return lane

    def leave(self, lane: _Lane) -> None:
        """Make room for the next one."""
        lane.slots.release()
        lane.users -= 1
        if len(self._lanes) >= self._sweep_at:
            self._sweep()

    def _lane(self, host: str) -> _Lane:
        lane = self._lanes.get(host)
        if lane is None:
            lane = self._lanes[host] = _Lane(self._per_host)
        return lane

    def _refuse_resting(self, lane: _Lane, url: str) -> None:
        if lane.pause:
            left = lane.pause - self._clock().timestamp()
            if 0 < left <= _LONGEST_PAUSE:
                raise Refused(f"the host is left alone after it turned us away, again in {left:.0f} s", url=url, after=left)
        if lane.rest:
            left = lane.rest - self._clock().timestamp()
            if 0 < left <= LONGEST_REST:  # more is left only where the clock was set back
                raise RateLimited(f"the host asked to be left alone, again in {left:.0f} s", url=url, after=left)
            lane.rest = 0.0

    async def _space(self, lane: _Lane, between: float) -> None:
        if between <= 0:
            return
        loop = asyncio.get_running_loop()
        async with lane.gate:  # one after the other, so that a start that comes late moves the next one too
            if (wait := lane.start - loop.time()) > 0:
                await asyncio.sleep(wait)
            lane.start = loop.time() + between

    def _sweep(self) -> None:
        """Forget idle hosts; the next sweep waits until the table has doubled, so sweeping costs little per request."""
        now, wall = asyncio.get_running_loop().time(), self._clock().timestamp()
        for host, lane in list(self._lanes.items()):
            forgotten = not lane.pauses or lane.pause + _REMEMBERED <= wall
            if not lane.users and lane.start <= now and lane.rest <= wall and forgotten:
                del self._lanes[host]
        self._sweep_at = max(_SWEEP, 2 * len(self._lanes))


class Turn:
    """One request's turn in its host's lane."""

    __slots__ = ("_host", "_lane", "_lanes", "_pace", "_url")

    def __init__(self, lanes: Lanes, host: str, url: str, pace: float) -> None:
        self._lanes, self._host, self._url, self._pace = lanes, host, url, pace
        self._lane: _Lane | None = None

    async def __aenter__(self) -> None:
        self._lane = await self._lanes.enter(self._host, self._url, self._pace)

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._lane is not None:
            self._lanes.leave(self._lane)

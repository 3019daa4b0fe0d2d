"""What was learned of when a source uses to publish: how lively an hour is, and how long a silence is still likely. Pure.

Time is cut into slots, hours or days, sorted into classes: workdays and days off in China, with the hour or the day of the week.
Each class has a rate, the share of its slots in which something appeared, so that a burst counts once. A spell without arrivals is
measured by the rates of the slots it went through, not by the clock: nights, weekends and Golden Week cost next to nothing. The
spells of the past, measured so, say how irregular the source is: a Weibull distribution with their mean and spread gives the spell
that is as unlikely as asked for.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from rarewatch.text.workdays import is_festival, is_workday

Class: TypeAlias = tuple[bool, int]
"""Worked or not, and the hour of the day or the day of the week (0 for days off)."""

LEAST_ARRIVALS, LEAST_DAYS = 8, 10
_EPOCH = date(1970, 1, 1).toordinal()
_BEIJING = 480  # minutes ahead of UTC, all year round
_DAY = 1_440
_PRIOR = 2.0  # arrivals that the mean of a class's neighbours is worth
_DOUBT = 3.0  # spells of mean spread that stand beside those seen
_MARGIN = 1.5  # beyond the longest spell of the past
_UNLIKELY = 0.01
"""Only for chances up to this the longest spell of the past counts: the likelier ones were seen."""
_OUTLIER = 6
_FESTIVAL = 0.5  # long holidays are deader than the weekends the rates were mostly learned from
_LIMIT = 1_100  # days; nothing is said of what lies beyond


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a source publishes: `hazards` per class of slots, `by_day` whether they are days.

    `mean` is that of its spells in hazards, `doubt` how much longer it may be in truth, `shape` the Weibull shape of their spread,
    `longest` the longest; `rate` is the mean share of slots with an arrival.
    """

    by_day: bool
    hazards: Mapping[Class, float]
    mean: float
    doubt: float
    shape: float
    longest: float
    rate: float

    def after(self, start: datetime, chance: float) -> datetime:
        """When a spell without arrivals that began at `start` (aware) has become less likely than `chance` (0 to 1)."""
        left = self.budget(chance)
        minute = int(start.timestamp()) // 60 + _BEIJING
        slot = self._slot(minute) + 1
        last = slot + _LIMIT * (1 if self.by_day else 24)
        while slot < last:
            if not self.by_day and slot % 24 == 0 and (whole := self._of_a_day(slot // 24)) < left:
                left -= whole
                slot += 24
                continue
            left -= self._hazard(slot)
            slot += 1
            if left <= 0:
                break
        return datetime.fromtimestamp(self._begin(slot) * 60, UTC)

    def budget(self, chance: float) -> float:
        """The length of a spell, in hazards, that is less likely than `chance`."""
        spread: float = (-math.log(chance)) ** (1 / self.shape) / math.gamma(1 + 1 / self.shape)
        found = self.mean * self.doubt * spread
        return max(found, _MARGIN * self.longest) if chance <= _UNLIKELY else found

    def lively(self, at: datetime) -> float:
        """How many arrivals an hour are to be expected at `at` (aware), as a multiple of the mean over all hours."""
        share = 1 - math.exp(-self._hazard(self._slot(int(at.timestamp()) // 60 + _BEIJING)))
        return share / self.rate

    def _slot(self, minute: int) -> int:
        return minute // (_DAY if self.by_day else 60)

    def _begin(self, slot: int) -> int:
        """The first minute since 1970 (UTC) of a slot."""
        return slot * (_DAY if self.by_day else 60) - _BEIJING

    def _hazard(self, slot: int) -> float:
        day = date.fromordinal(_EPOCH + (slot if self.by_day else slot // 24))
        found = self.hazards.get(_class(slot, by_day=self.by_day), 0.0)
        return found * _FESTIVAL if is_festival(day) else found

    def _of_a_day(self, day: int) -> float:
        return sum(self._hazard(slot) for slot in range(day * 24, day * 24 + 24))


def learn(arrivals: Sequence[int], by_day: bool, now: datetime) -> Rhythm | None:  # noqa: FBT001 - as the vitals have it
    """The rhythm behind `arrivals` (minutes since 1970, oldest first); None where they are too few or too close together."""
    end = int(now.timestamp()) // 60 + _DAY
    return _learn(tuple(arrivals[: bisect_left(arrivals, end)]), by_day)


@lru_cache(maxsize=2_048)  # asked at every poll of a source, for its next interval
def _learn(arrivals: tuple[int, ...], by_day: bool) -> Rhythm | None:  # noqa: FBT001 - a cache's key
    size = _DAY if by_day else 60
    slots = _without_outliers(sorted({(minute + _BEIJING) // size for minute in arrivals}))
    if len(slots) < LEAST_ARRIVALS or (slots[-1] - slots[0]) * size < LEAST_DAYS * _DAY:
        return None
    hazards, rate = _hazards(slots, by_day=by_day)
    raw = Rhythm(by_day, hazards, 1.0, 1.0, 1.0, 0.0, rate)
    spells = [sum(raw._hazard(slot) for slot in range(one + 1, other + 1)) for one, other in pairwise(slots)]  # noqa: SLF001
    mean = sum(spells) / len(spells)
    # Few spells say little about how regular a source is: until there are more, it may be as irregular as mere chance.
    spread = (sum((one / mean - 1) ** 2 for one in spells) + _DOUBT) / (len(spells) + _DOUBT)
    doubt = 1 + 2 * math.sqrt(spread / len(spells))
    return Rhythm(by_day, hazards, mean, doubt, _shape(spread), max(spells), rate)


def _without_outliers(slots: list[int]) -> list[int]:
    """The slots without those at the beginning that stand far from all others: pinned notices say nothing of a rhythm."""
    gaps = [other - one for one, other in pairwise(slots)]
    most = min(len(slots) // 4, len(slots) - LEAST_ARRIVALS)
    for lost in range(most, 0, -1):
        if gaps[lost - 1] > _OUTLIER * max(gaps[lost:]):
            return slots[lost:]
    return slots


def _class(slot: int, *, by_day: bool) -> Class:
    day = date.fromordinal(_EPOCH + (slot if by_day else slot // 24))
    worked = is_workday(day)
    if by_day:
        return worked, min(day.weekday(), 5) if worked else 0
    return worked, slot % 24


def _hazards(slots: Sequence[int], *, by_day: bool) -> tuple[dict[Class, float], float]:
    """The hazard of each class from the slots with arrivals, and the share of such slots among all.

    What was never seen on days off is not expected there.
    """
    there = Counter(_class(slot, by_day=by_day) for slot in range(slots[0] + 1, slots[-1] + 1))
    hits = Counter(_class(slot, by_day=by_day) for slot in slots[1:])
    hazards = {}
    for worked in (True, False):
        classes = [one for one in there if one[0] is worked]
        total, seen = sum(there[one] for one in classes), sum(hits[one] for one in classes)
        if not seen:
            continue
        weight = _PRIOR * total / seen
        for one in classes:
            count = sum(share * hits[near] for near, share in _near(one, by_day=by_day))
            among = sum(share * there[near] for near, share in _near(one, by_day=by_day))
            share = (count + _PRIOR) / (among + weight)
            hazards[one] = -math.log1p(-min(share, 1 - 0.5 / (among + 1)))
    return hazards, len(slots[1:]) / (slots[-1] - slots[0])


def _near(one: Class, *, by_day: bool) -> Iterator[tuple[Class, float]]:
    """A class and those that tell something of it: an hour's neighbours."""
    if by_day:
        yield one, 1.0
        return
    worked, hour = one
    for step, share in ((-1, 0.25), (0, 0.5), (1, 0.25)):
        yield (worked, (hour + step) % 24), share


@lru_cache(maxsize=256)
def _shape(spread: float) -> float:
    """The shape of the Weibull distribution whose variance is `spread` times its squared mean; from 0.4 to 4."""
    low, high = 0.4, 4.0
    for _ in range(30):
        middle = (low + high) / 2
        found = math.gamma(1 + 2 / middle) / math.gamma(1 + 1 / middle) ** 2 - 1
        low, high = (middle, high) if found > spread else (low, middle)
    return (low + high) / 2

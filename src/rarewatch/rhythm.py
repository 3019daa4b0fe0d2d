"""What was learned of when a source uses to publish: how lively an hour is, and how long a silence is still likely. Pure.

Time is cut into slots, hours or days, sorted into classes: the hours of workdays and of days off in China, or the days of the week.
Each class has a rate, the share of its slots in which something appeared, so that a burst counts once. A spell without arrivals is
measured by the rates of the slots it went through, not by the clock: nights, weekends and Golden Week cost next to nothing. The
spells of the past, measured so, say how irregular the source is: a Weibull distribution with their mean and spread gives the spell
that is as unlikely as asked for.
"""

import math
from array import array
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import accumulate, pairwise

from rarewatch.text.workdays import is_festival, is_workday

LEAST_ARRIVALS, LEAST_DAYS = 8, 10
_EPOCH = date(1970, 1, 1).toordinal()
_BEIJING = 480  # minutes ahead of UTC, all year round
_DAY = 1_440
_WORKED, _MADE_UP, _OFF, _FESTIVAL = 0, 5, 6, 7
"""Kinds of days: workdays (by the day of the week from 0 to 4, where that matters), weekend days that are worked, days off."""
_PRIOR = 2.0  # arrivals that the mean of all classes is worth
_DOUBT = 3.0  # spells of mere chance that stand beside those seen
_MARGIN = 1.5  # beyond the longest spell of the past
_UNLIKELY = 0.01
"""Only for chances up to this the longest spell of the past counts: the likelier ones were seen."""
_OUTLIER = 6
_DEADER = 0.5  # long holidays, than the weekends the rates were mostly learned from
_LIMIT = 1_100  # days; nothing is said of what lies beyond
_SHARES_KEPT = 32_768
_shares: dict[int, "array[float]"] = {}
"""By a digest of the arrivals, how lively every slot is: see `lively`."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a source publishes: for each kind of day the hazards of its slots, one (`by_day`) or 24.

    `mean` is that of its spells in hazards, `doubt` how much longer it may be in truth, `shape` the Weibull shape of their spread,
    `longest` the longest; `rate` is the mean share of slots with an arrival.
    """

    by_day: bool
    hazards: Mapping[int, tuple[float, ...]]
    mean: float
    doubt: float
    shape: float
    longest: float
    rate: float

    def after(self, start: datetime, chance: float) -> datetime:
        """When a spell without arrivals that began at `start` (aware) has become less likely than `chance` (0 to 1)."""
        left = self.budget(chance)
        day, first = _place(start, by_day=self.by_day)
        for today in range(day, day + _LIMIT):
            slots = self.hazards[_kind(today, by_day=self.by_day)]
            begin = first + 1 if today == day else 0
            for slot, spent in enumerate(accumulate(slots[begin:]), begin) if sum(slots) >= left else ():
                if spent >= left:
                    return _moment(today, slot + 1, len(slots))
            left -= sum(slots[begin:])
        return _moment(day + _LIMIT, 0, 1)

    @property
    def a_year(self) -> float:
        """How many spells without arrivals a year has."""
        return self.rate * 365 * (1 if self.by_day else 24)

    def budget(self, chance: float) -> float:
        """The length of a spell, in hazards, that is less likely than `chance`."""
        spread: float = (-math.log(chance)) ** (1 / self.shape) / math.gamma(1 + 1 / self.shape)
        found = self.mean * self.doubt * spread
        return max(found, _MARGIN * self.longest) if chance <= _UNLIKELY else found

    def lively(self, at: datetime) -> float:
        """How many arrivals an hour are to be expected at `at` (aware), as a multiple of the mean over all hours."""
        day, slot = _place(at, by_day=self.by_day)
        return self._share(self.hazards[_kind(day, by_day=self.by_day)][slot])

    def shares(self) -> Iterator[float]:
        """How lively every slot of every kind of day is, the kinds in their order."""
        return (self._share(hazard) for kind in sorted(self.hazards) for hazard in self.hazards[kind])

    def _share(self, hazard: float) -> float:
        return (1 - math.exp(-hazard)) / self.rate


def learn(arrivals: Sequence[int], by_day: bool, now: datetime) -> Rhythm | None:  # noqa: FBT001 - as the vitals have it
    """The rhythm behind `arrivals` (minutes since 1970, oldest first); None where they are too few or too close together."""
    return _learn(_until(arrivals, now), by_day)


def lively(arrivals: Sequence[int], by_day: bool, now: datetime) -> float | None:  # noqa: FBT001 - as the vitals have it
    """What the rhythm behind `arrivals` says of `now`, as `Rhythm.lively`; None where there is none yet.

    Asked at every poll of every source. What is kept for the next time is as little as can be: arrivals and rhythm would take
    thirty times as much.
    """
    known = _until(arrivals, now)
    key = hash((known, by_day))
    if (shares := _shares.get(key)) is None:
        rhythm = _learn(known, by_day)
        if len(_shares) >= _SHARES_KEPT:
            del _shares[next(iter(_shares))]
        shares = _shares[key] = array("f", rhythm.shares() if rhythm else ())
    if not shares:
        return None
    day, slot = _place(now, by_day=by_day)
    kind = _kind(day, by_day=by_day)
    return shares[kind] if by_day else shares[24 * max(0, kind - _MADE_UP) + slot]


def _until(arrivals: Sequence[int], now: datetime) -> tuple[int, ...]:
    """The arrivals without those that bear a date in the future."""
    end = int(now.timestamp()) // 60 + _DAY
    return tuple(arrivals[: bisect_left(arrivals, end)])


def _place(at: datetime, *, by_day: bool) -> tuple[int, int]:
    """The day since 1970 in which `at` lies, in China, and the slot of that day."""
    day, minute = divmod(int(at.timestamp()) // 60 + _BEIJING, _DAY)
    return day, 0 if by_day else minute // 60


@lru_cache(maxsize=64)  # what a reading changed is asked for more than once, one source after the other
def _learn(arrivals: tuple[int, ...], by_day: bool) -> Rhythm | None:  # noqa: FBT001 - a cache's key
    size = _DAY if by_day else 60
    slots = _without_outliers(sorted({(minute + _BEIJING) // size for minute in arrivals}))
    if len(slots) < LEAST_ARRIVALS or (slots[-1] - slots[0]) * size < LEAST_DAYS * _DAY:
        return None
    a_day = 1 if by_day else 24
    kinds = [_kind(day, by_day=by_day) for day in range(slots[0] // a_day, slots[-1] // a_day + 1)]
    hazards = _hazards(slots, kinds, a_day)
    spells = _spells(slots, kinds, hazards)
    mean = sum(spells) / len(spells)
    # Few spells say little about how regular a source is: until there are more, it may be as irregular as mere chance.
    spread = (sum((one / mean - 1) ** 2 for one in spells) + _DOUBT) / (len(spells) + _DOUBT)
    doubt = 1 + 2 * math.sqrt(spread / len(spells))
    rate = (len(slots) - 1) / (slots[-1] - slots[0])
    return Rhythm(by_day, hazards, mean, doubt, _shape(spread), max(spells), rate)


def _without_outliers(slots: list[int]) -> list[int]:
    """The slots without those at the beginning that stand far from all others: pinned notices say nothing of a rhythm."""
    gaps = [other - one for one, other in pairwise(slots)]
    most = min(len(slots) // 4, len(slots) - LEAST_ARRIVALS)
    for lost in range(most, 0, -1):
        if gaps[lost - 1] > _OUTLIER * max(gaps[lost:]):
            return slots[lost:]
    return slots


@lru_cache(maxsize=16_384)
def _kind(day: int, *, by_day: bool) -> int:
    """The kind of a day since 1970; where hours matter all workdays are one kind."""
    there = date.fromordinal(_EPOCH + day)
    if not is_workday(there):
        return _FESTIVAL if is_festival(there) else _OFF
    return min(there.weekday(), _MADE_UP) if by_day else _WORKED


def _hazards(slots: Sequence[int], kinds: Sequence[int], a_day: int) -> dict[int, tuple[float, ...]]:
    """For each kind of day the hazards of its slots, from the slots with arrivals and the kinds of all days from first to last.

    What was never seen on days off is not expected there.
    """
    days, begin = Counter(min(kind, _OFF) for kind in kinds), slots[0] // a_day
    hits = Counter((min(kinds[slot // a_day - begin], _OFF), slot % a_day) for slot in slots)
    hazards = {}
    for group in (range(_OFF if a_day == 1 else _WORKED + 1), range(_OFF, _FESTIVAL)):
        total = sum(days[kind] for kind in group) * a_day
        seen = sum(hits[kind, slot] for kind in group for slot in range(a_day))
        for kind in group:
            counts = [sum(share * hits[kind, near] for near, share in _near(slot, a_day)) for slot in range(a_day)]
            hazards[kind] = tuple(_hazard(count, days[kind], seen / total if total else 0.0) for count in counts)
    hazards[_FESTIVAL] = tuple(_DEADER * hazard for hazard in hazards[_OFF])
    return hazards


def _hazard(count: float, among: int, usual: float) -> float:
    """The hazard of a slot with arrivals on `count` of `among` days, where `usual` is the share in all slots of its group."""
    if not usual:
        return 0.0
    share = (count + _PRIOR) / (among + _PRIOR / usual)
    return -math.log1p(-min(share, 1 - 0.5 / (among + 1)))


def _near(slot: int, a_day: int) -> Iterator[tuple[int, float]]:
    """A slot and those that tell something of it: an hour's neighbours."""
    if a_day == 1:
        yield slot, 1.0
        return
    for step, share in ((-1, 0.25), (0, 0.5), (1, 0.25)):
        yield (slot + step) % a_day, share


def _spells(slots: Sequence[int], kinds: Sequence[int], hazards: Mapping[int, tuple[float, ...]]) -> list[float]:
    """The spells between arrivals, in hazards."""
    a_day = len(hazards[_OFF])
    before = list(accumulate((sum(hazards[kind]) for kind in kinds), initial=0.0))
    within = {kind: list(accumulate(found)) for kind, found in hazards.items()}
    begin = slots[0] // a_day
    spent = [before[slot // a_day - begin] + within[kinds[slot // a_day - begin]][slot % a_day] for slot in slots]
    return [other - one for one, other in pairwise(spent)]


def _moment(day: int, slot: int, a_day: int) -> datetime:
    """The beginning of a slot of a day since 1970 in China."""
    return datetime.fromtimestamp((day * _DAY + slot * _DAY // a_day - _BEIJING) * 60, UTC)


@lru_cache(maxsize=256)
def _shape(spread: float) -> float:
    """The shape of the Weibull distribution whose variance is `spread` times its squared mean; from 0.4 to 4."""
    low, high = 0.4, 4.0
    for _ in range(30):
        middle = (low + high) / 2
        found = math.gamma(1 + 2 / middle) / math.gamma(1 + 1 / middle) ** 2 - 1
        low, high = (middle, high) if found > spread else (low, middle)
    return (low + high) / 2

"""Which days are worked in China: weekends, public holidays, and the weekend days that make up for them. Pure.

The State Council announces a year's make-up days in the November before; the library `holidays` carries them a release later.
"""

from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

_DAY = timedelta(days=1)
_GOLDEN_WEEK = 7
_SPRING = "Spring Festival"


class _Year(NamedTuple):
    off: frozenset[date]
    made_up: frozenset[date]


def is_workday(day: date) -> bool:
    """Whether offices work on `day` (a calendar day in China).

    For a year whose make-up days are not announced no weekend day is worked, and the first week of October and that of the Spring
    Festival are off, as they have been every year.
    """
    off, made_up = _year(day.year)
    return day in made_up or (day.weekday() < 5 and day not in off)


def is_festival(day: date) -> bool:
    """Whether `day` is one of at least four days off in a row: a holiday, no mere weekend."""
    return _off_around(day) >= 4


def announced(year: int) -> bool:
    """Whether the make-up days of `year` are known; False too far ahead, and for years in which there were none."""
    return bool(_year(year).made_up)


@lru_cache(maxsize=4_096)
def _off_around(day: date) -> int:
    """How many days off in a row `day` stands in; 0 for a workday."""
    if is_workday(day):
        return 0
    first = last = day
    while not is_workday(first - _DAY):
        first -= _DAY
    while not is_workday(last + _DAY):
        last += _DAY
    return (last - first).days + 1


@lru_cache(maxsize=64)
def _year(year: int) -> _Year:
    # Loading the library takes longer than most commands, which never ask for a holiday.
    from holidays import country_holidays  # noqa: PLC0415

    found = country_holidays("CN", years=year, language="en_US")
    days = {day: name for day, name in found.items() if day.year == year}
    made_up = frozenset(day for day in getattr(found, "weekend_workdays", ()) if day.year == year)
    off = set(days)
    if not made_up:
        spring = min((day for day, name in days.items() if _SPRING in name), default=None)
        off |= {date(year, 10, 1) + n * _DAY for n in range(_GOLDEN_WEEK)}
        off |= {spring + n * _DAY for n in range(_GOLDEN_WEEK)} if spring else set()
    return _Year(frozenset(off), made_up)

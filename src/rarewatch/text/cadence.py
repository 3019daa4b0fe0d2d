"""How often something comes, in the words of whoever follows it: "about 3 a workday", "weekly, Thursdays", "monthly"."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from statistics import median

_BEIJING = 480  # minutes ahead of UTC, all year round
_DAY = 1_440
_EPOCH = date(1970, 1, 1).toordinal()
_LEAST, _LEAST_DAYS = 4, 6
_DAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
_MOST_OF = 0.75
_YEAR = 365.25
_REGULAR: tuple[tuple[float, float, str], ...] = (
    (6, 8, "weekly"),
    (12, 17, "every two weeks"),
    (26, 35, "monthly"),
    (80, 100, "quarterly"),
    (330, 400, "yearly"),
)
"""Days between two of a kind, from and to, and the word for it."""


def cadence_words(arrivals: Sequence[int]) -> str:
    """How often something came, in Chinese days; `arrivals` are the moments it did, in minutes since 1970, oldest first.

    "" where that is unknown: of fewer than four arrivals, or of a week without a whole one.
    """
    days = [(minute + _BEIJING) // _DAY for minute in arrivals]
    if len(days) < _LEAST or days[-1] - days[0] < _LEAST_DAYS:
        return ""
    span, apart = days[-1] - days[0], sorted(set(days))
    gap = median(other - one for one, other in pairwise(apart)) if len(apart) > 1 else span
    daily = (len(days) - 1) / span
    if gap <= 1.5 or daily >= 0.8:
        return _daily(days, span)
    return _regular(apart, gap) or _by_the_week(apart) or _rarely(daily)


def _weekday(day: int) -> int:
    return date.fromordinal(_EPOCH + day).weekday()


def _daily(days: Sequence[int], span: int) -> str:
    rested = sum(_weekday(day) >= 5 for day in days)
    working = rested <= 0.05 * len(days) and span >= 12
    number = len(days) / (span + 1) * (1.4 if working else 1.0)
    name = "workday" if working else "day"
    return f"about {_round(number)} a {name}" if number >= 1.5 else f"about one a {name}"


def _regular(apart: Sequence[int], gap: float) -> str:
    """A period that most gaps keep to, with the weekday or the day of the month where most come on one."""
    for least, most, word in _REGULAR:
        if not least <= gap <= most:
            continue
        kept = sum(least <= other - one <= most for one, other in pairwise(apart)) / (len(apart) - 1)
        if kept < 0.6:
            return ""
        return word + (_weekdays(apart, 1) if word == "weekly" else _of_month(apart) if word == "monthly" else "")
    return ""


def _by_the_week(apart: Sequence[int]) -> str:
    weeks = (apart[-1] - apart[0]) / 7
    number = round(len(apart) / weeks)
    return f"about {number} a week{_weekdays(apart, number)}" if 2 <= number <= 5 and weeks >= 2 else ""


def _weekdays(apart: Sequence[int], number: int) -> str:
    """The weekdays on which most come, where they are as few as come in a week."""
    common = Counter(_weekday(day) for day in apart).most_common(number)
    if sum(times for _, times in common) < _MOST_OF * len(apart) or number > 3:
        return ""
    return ", " + " and ".join(_DAYS[day] for day in sorted(day for day, _ in common))


def _of_month(apart: Sequence[int]) -> str:
    days = sorted(date.fromordinal(_EPOCH + day).day for day in apart)
    middle = days[len(days) // 2]
    near = sum(abs(day - middle) <= 4 for day in days)
    return f", around day {middle}" if near >= _MOST_OF * len(days) else ""


def _rarely(daily: float) -> str:
    for name, days in (("week", 7.0), ("month", _YEAR / 12), ("year", _YEAR)):
        if daily * days >= 1.5:
            return f"about {_round(daily * days)} a {name}"
    return "about one a year" if daily * _YEAR >= 0.75 else "less than one a year"


def _round(number: float) -> str:
    return str(round(number)) if number < 20 else str(round(number / 10) * 10)

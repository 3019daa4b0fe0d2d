"""When publishers publish: calendars over working days, in the weeks before the simulated month and in it."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from random import Random

CHINA = timezone(timedelta(hours=8))
DAY = timedelta(days=1)
FESTIVALS = {
    *(date(2026, 5, day) for day in range(1, 6)),
    *(date(2026, 6, day) for day in range(19, 22)),
    *(date(2026, 9, day) for day in range(25, 28)),
    *(date(2026, 10, day) for day in range(1, 8)),
}
MADE_UP = {date(2026, 5, 9), date(2026, 9, 20), date(2026, 10, 10)}
"""As the State Council announced them in November 2025: written down here, so that the program's own table is not its own judge."""

Calendar = Callable[[Random, datetime, datetime], Iterator[datetime]]


def works(day: date) -> bool:
    return day in MADE_UP or (day.weekday() < 5 and day not in FESTIVALS)


def _days(start: datetime, end: datetime) -> Iterator[date]:
    day = start.astimezone(CHINA).date()
    while day <= end.astimezone(CHINA).date():
        yield day
        day += DAY


def _at(day: date, hour: float) -> datetime:
    return datetime.combine(day, time(), CHINA).astimezone(UTC) + timedelta(minutes=round(hour * 60))


def _poisson(rng: Random, mean: float) -> int:
    count, left = 0, rng.expovariate(1.0)
    while left < mean:
        count, left = count + 1, left + rng.expovariate(1.0)
    return count


def wire(per_day: float) -> Calendar:
    """News at all hours but the small ones, half as much on days of rest."""

    def calendar(rng: Random, start: datetime, end: datetime) -> Iterator[datetime]:
        for day in _days(start, end):
            for _ in range(_poisson(rng, per_day if works(day) else per_day / 2)):
                yield _at(day, rng.uniform(6.5, 23.0))

    return calendar


def office(per_day: float, *, first: float = 9.0, last: float = 17.5) -> Calendar:
    """A ministry: on working days in office hours, and once in a great while on a day of rest."""

    def calendar(rng: Random, start: datetime, end: datetime) -> Iterator[datetime]:
        for day in _days(start, end):
            for _ in range(_poisson(rng, per_day if works(day) else per_day / 60)):
                yield _at(day, rng.uniform(first, last))

    return calendar


def each_workday(hour: float, skipped: float = 0.02) -> Calendar:
    """One notice at about the same time of every working day, hardly ever left out and never twice in a row."""

    def calendar(rng: Random, start: datetime, end: datetime) -> Iterator[datetime]:
        left_out = False
        for day in _days(start, end):
            if works(day):
                left_out = not left_out and rng.random() < skipped
                if not left_out:
                    yield _at(day, hour + rng.uniform(-0.4, 0.4))

    return calendar


def weekly(weekday: int, hour: float = 15.0) -> Calendar:
    """One notice a week, none where that day is one of rest."""

    def calendar(rng: Random, start: datetime, end: datetime) -> Iterator[datetime]:
        for day in _days(start, end):
            if day.weekday() == weekday and works(day):
                yield _at(day, hour + rng.uniform(-1.0, 1.0))

    return calendar


def monthly(number: int, hour: float = 10.0) -> Calendar:
    """One notice a month, on that day or the next working one."""

    def calendar(rng: Random, start: datetime, end: datetime) -> Iterator[datetime]:
        for day in _days(start, end):
            earlier = [day - DAY * n for n in range(10) if (day - DAY * n).month == day.month]
            if works(day) and day.day >= number and not any(works(one) and one.day >= number for one in earlier[1:]):
                yield _at(day, hour + rng.uniform(-1.0, 1.0))

    return calendar


def bursts(share: float, size: int) -> Calendar:
    """Several notices within the hour on a part of the working days, none on the others."""

    def calendar(rng: Random, start: datetime, end: datetime) -> Iterator[datetime]:
        for day in _days(start, end):
            if works(day) and rng.random() < share:
                hour = rng.uniform(9.0, 17.0)
                for _ in range(rng.randint(2, size)):
                    yield _at(day, hour + rng.uniform(0.0, 0.7))

    return calendar


def paper(articles: int, hour: float = 6.0) -> Calendar:
    """A newspaper: every day at the same time, all its articles at once."""

    def calendar(_rng: Random, start: datetime, end: datetime) -> Iterator[datetime]:
        for day in _days(start, end):
            for _ in range(articles):
                yield _at(day, hour)

    return calendar

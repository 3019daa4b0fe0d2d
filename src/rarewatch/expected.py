"""Events that come at their time: when each is due, whether an item is the one, and what to say when it does not come. Pure."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from rarewatch.nouns.expected import Dates, Expected, Mark, Monthly, Period, SeenBy, State, Weekly, Yearly
from rarewatch.nouns.health import Notice
from rarewatch.nouns.item import Item
from rarewatch.nouns.memory import Archived

IsWorkday = Callable[[date], bool]
_DAY = timedelta(days=1)
_LATE_AT_MOST = timedelta(days=60)
_LONGEST_BREAK = 30


def periods(expected: Expected, since: datetime, until: datetime, is_workday: IsWorkday) -> list[Period]:
    """The times at which it is expected, in order, that end after `since` and open before `until`."""
    zone = ZoneInfo(expected.zone)
    first, last = since.astimezone(zone).date() - _DAY, until.astimezone(zone).date() + _DAY
    found = [
        (key, datetime.combine(opens, time(), zone), _closes(expected, closes, zone))
        for key, opens, closes in _windows(expected, first, last, is_workday)
    ]
    found.sort(key=lambda one: one[1])
    ends = [min(after[1], one[2] + _LATE_AT_MOST) for one, after in pairwise(found)] + [
        one[2] + _LATE_AT_MOST for one in found[-1:]
    ]
    whole = [Period(*one, max(end, one[2])) for one, end in zip(found, ends, strict=True)]
    return [period for period in whole if period.until > since and period.opens < until]


def _closes(expected: Expected, day: date, zone: ZoneInfo) -> datetime:
    """The first moment that is too late."""
    if expected.by is None:
        return datetime.combine(day + _DAY, time(), zone)
    return datetime.combine(day, expected.by, zone)


def _windows(expected: Expected, first: date, last: date, is_workday: IsWorkday) -> Iterator[tuple[str, date, date]]:
    """Key, first and last day of the windows around these days; a few more than asked for."""
    for key, opens, closes in _by_calendar(expected, first - _LATE_AT_MOST, last, is_workday):
        if expected.workdays == "skip" and not is_workday(closes):
            continue
        if expected.workdays == "shift":
            yield key, opens, next_workday(closes, is_workday)
        else:
            yield key, opens, closes


def _by_calendar(expected: Expected, first: date, last: date, is_workday: IsWorkday) -> Iterator[tuple[str, date, date]]:
    match expected.when:
        case Monthly() as when:
            for year, month in _months(first, last):
                if month in when.months:
                    counted = _workdays(year, month, is_workday) if expected.workdays == "count" else ()
                    opens, closes = (_nth(year, month, day, counted) for day in (when.from_day, when.by_day))
                    yield f"{year}-{month:02}", opens, closes
        case Weekly() as when:
            day = first + timedelta(days=(when.weekday - first.weekday()) % 7)
            while day <= last + timedelta(days=14):
                yield day.isoformat(), day, day
                day += timedelta(days=7)
        case Yearly() as when:
            for year in range(first.year - 1, last.year + 2):
                over = when.last < when.first
                yield str(year), _real(year, *when.first), _real(year + over, *when.last)
        case Dates() as when:
            for day in when.days:
                yield day.isoformat(), day, day


def _months(first: date, last: date) -> Iterator[tuple[int, int]]:
    """Every month that these days touch, with two more after them, so that each has a next one of its quarter or year."""
    at = first.year * 12 + first.month - 1 - 1
    while at <= last.year * 12 + last.month - 1 + 12:
        yield at // 12, at % 12 + 1
        at += 1


def _nth(year: int, month: int, day: int, counted: Sequence[date]) -> date:
    """That day of the month, or that one of the days `counted`; the last where there are not so many."""
    if counted:
        return counted[min(day, len(counted)) - 1]
    return _real(year, month, day)


def _real(year: int, month: int, day: int) -> date:
    return date(year, month, min(day, monthrange(year, month)[1]))


def _workdays(year: int, month: int, is_workday: IsWorkday) -> list[date]:
    days = [date(year, month, day + 1) for day in range(monthrange(year, month)[1])]
    return [day for day in days if is_workday(day)]


def next_workday(day: date, is_workday: IsWorkday) -> date:
    """`day`, or the first working day after it; `day` itself where a month goes by without one."""
    for later in range(_LONGEST_BREAK):
        if is_workday(day + later * _DAY):
            return day + later * _DAY
    return day


def is_the_one(seen_by: SeenBy, archived: Archived) -> bool:
    """Whether an item has what the expected one must have."""
    item = archived.item
    held = {rule for rule, _, _ in archived.held}
    if seen_by.sources and item.source not in seen_by.sources:
        return False
    if seen_by.rules and seen_by.rules.isdisjoint(held):
        return False
    return not seen_by.terms or any(term.lower() in item.title.lower() for term in seen_by.terms)


def period_of(item: Item, among: Sequence[Period]) -> Period | None:
    """The period that an item belongs to by its date (where there is none: by when it was seen); None outside all of them."""
    if item.published and item.published.precision == "day":
        # A day is no moment: it is inside when any of it is.
        day = item.published.at.date()
        for period in among:
            if period.opens.date() <= day <= (period.until - timedelta(microseconds=1)).astimezone(period.opens.tzinfo).date():
                return period
        return None
    moment = item.published.at if item.published else item.seen_at
    return next((period for period in among if period.opens <= moment < period.until), None)


def arrived(item: Item, period: Period, before: Mark | None, now: datetime) -> Mark | None:
    """What is written down of an item of this period; None where it is known to have come."""
    if before and before.state in {State.SEEN, State.LATE}:
        return None
    by_day = item.published is not None and item.published.precision == "day"
    moment = item.published.at if item.published else item.seen_at
    last = (period.closes - timedelta(microseconds=1)).astimezone(period.opens.tzinfo).date()
    in_time = moment.date() <= last if by_day else moment < period.closes
    state = State.LATE if not in_time or (before and before.state is State.MISSING) else State.SEEN
    return Mark(state, now, item.id, item.title[:300])


def overdue(
    expected: Expected, among: Sequence[Period], marks: Mapping[str, Mark], begun: datetime, now: datetime
) -> list[tuple[Period, State]]:
    """The periods that are over without anything seen; one that was open already when this installation began cannot be missed."""
    grace = timedelta(seconds=expected.grace)
    return [
        (period, State.UNKNOWN if period.opens < begun else State.MISSING)
        for period in among
        if period.key not in marks and period.closes > begun and now >= period.closes + grace
    ]


def missed_notice(expected: Expected, period: Period, trouble: Mapping[str, str], now: datetime) -> Notice:
    """What operators are told of an event that did not come; `trouble` says which of its sources are in trouble, by id."""
    last = (period.closes - timedelta(seconds=1)).astimezone(period.opens.tzinfo)
    headline = f"{expected.name}: expected by {last:%Y-%m-%d}, not seen"
    lines = [f"It was expected from {period.opens:%Y-%m-%d} to {last:%Y-%m-%d %H:%M} ({expected.zone})."]
    asked = [f"rule {rule}" for rule in sorted(expected.seen_by.rules)] + [
        f"“{term}” in the title" for term in expected.seen_by.terms
    ]
    sources = f" from {', '.join(sorted(expected.seen_by.sources))}" if expected.seen_by.sources else ""
    lines.append(f"Looked for: {' or '.join(asked) or 'any item'}{sources}.")
    lines += [f"{source} is in trouble: {words}" for source, words in sorted(trouble.items())]
    return Notice(f"missed:{expected.id}:{period.key}", headline, "\n".join(lines), expected.severity, now)

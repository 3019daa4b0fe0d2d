"""What a good reading teaches of a source: when entries appear, the newest date, the sites it leads to, and its deadlines."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from statistics import median

from rarewatch import rhythm
from rarewatch.nouns.health import Vitals
from rarewatch.nouns.item import Item, Stamp
from rarewatch.nouns.source import Reading
from rarewatch.text.sites import site_of

QUIET, SILENT = 0.05, 0.001
"""A spell without anything new is longer than usual, or unlikely long, once its chance is less than this."""
_BY_CHANCE = 0.1
"""So often a year chance alone may make a spell unlikely long: for a source with many spells each must be unlikelier still."""
SITES_KEPT = 40
"""A source that leads to so many sites leads anywhere."""
_KEPT = 300
_RECENT = 50
_LEAST_GAPS = 3
_DAY = timedelta(days=1)
_OLDEST = timedelta(days=400)
_CHINA = timezone(timedelta(hours=8))
_EPOCH = date(1970, 1, 1).toordinal()
_STUCK_AT_LEAST = timedelta(days=2)
"""Many lists print days only, and in another zone."""


def learned(before: Vitals, reading: Reading, news: Sequence[Item], now: datetime) -> Vitals:
    """The vitals with what a reading at `now` teaches; what was learned stays where it shows nothing new."""
    first = before.read_since is None
    by_day = before.by_day if before.arrivals else _by_day(news)
    arrivals = _merged(before.arrivals, [_arrival(item, now, by_day=by_day, first=first) for item in news])
    newest = _newest(before, reading, news, now)
    after = replace(
        before,
        read_since=before.read_since or now,
        arrivals=arrivals,
        by_day=by_day,
        newest=newest,
        shown=min(reading.newest, now) if reading.newest else before.shown if reading.unchanged else None,
        advanced_at=before.advanced_at if newest == before.newest else now,
        hosts=_hosts(before.hosts, news),
    )
    unmoved = arrivals == before.arrivals and newest == before.newest
    return after if unmoved else _with_deadlines(after, now)


def last_arrival(vitals: Vitals) -> datetime | None:
    """When something new last appeared, at the latest: the end of the day where only days are known."""
    if not vitals.arrivals:
        return None
    at = datetime.fromtimestamp(vitals.arrivals[-1] * 60, UTC)
    return at + _DAY if vitals.by_day else at


def usual_gap(arrivals: Sequence[int]) -> timedelta | None:
    """The median time between two of the latest arrivals, None for too few of them."""
    gaps = [other - one for one, other in pairwise(arrivals[-_RECENT:])]
    return timedelta(minutes=median(gaps)) if len(gaps) >= _LEAST_GAPS else None


def _by_day(news: Sequence[Item]) -> bool:
    days = [item.published.precision == "day" for item in news if item.published]
    return sum(days) * 2 > len(days)


def _arrival(item: Item, now: datetime, *, by_day: bool, first: bool) -> int | None:
    """When the item appeared, in minutes since 1970; None where that cannot be known.

    What was there at the first reading appeared when it was published. What comes later with another day than this one or the last
    appeared now, whatever date it bears.
    """
    stamp = item.published
    if stamp is None:
        return None if first else _minute(Stamp(now, "minute"), by_day=by_day)
    age = now - stamp.at
    if first:
        return _minute(stamp, by_day=by_day) if timedelta() <= age <= _OLDEST else None
    vague = stamp.precision == "day" and not by_day
    fitting = timedelta() <= age <= (2 * _DAY if by_day else _DAY) and not vague
    return _minute(stamp if fitting else Stamp(now, "minute"), by_day=by_day)


def _minute(stamp: Stamp, *, by_day: bool) -> int:
    """The minute of a moment, or the first one, in Beijing, of its day."""
    if not by_day:
        return int(stamp.at.timestamp()) // 60
    day = stamp.at.date() if stamp.precision == "day" else stamp.at.astimezone(_CHINA).date()
    return (day.toordinal() - _EPOCH) * 1_440 - 480


def _merged(before: tuple[int, ...], found: Iterable[int | None]) -> tuple[int, ...]:
    """The arrivals with those found, of each hour the latest, as many as are kept."""
    new = {minute for minute in found if minute is not None}
    if new.issubset(before):
        return before
    hours = {minute // 60: minute for minute in sorted({*before, *new})}
    return tuple(hours.values())[-_KEPT:]


def _newest(before: Vitals, reading: Reading, news: Sequence[Item], now: datetime) -> datetime | None:
    """The newest date so far: that of the page, or of the items where pages bear none."""
    found = [reading.newest] if reading.newest else list(_dates(news))
    return max([min(date, now) for date in found] + ([before.newest] if before.newest else []), default=None)


def _dates(news: Sequence[Item]) -> Iterator[datetime]:
    return (item.published.at for item in news if item.published)


def _hosts(before: tuple[str, ...], news: Sequence[Item]) -> tuple[str, ...]:
    """The sites the entries led to, in the order in which they were first seen."""
    found = dict.fromkeys(site for item in news if (site := site_of(item.link or item.url)))
    new = [site for site in found if site not in before]
    return (*before, *new)[:SITES_KEPT] if new else before


def _with_deadlines(after: Vitals, now: datetime) -> Vitals:
    known = rhythm.learn(after.arrivals, after.by_day, now)
    if known is None:
        return replace(after, quiet_at=None, silent_at=None, stuck_at=None)
    last = datetime.fromtimestamp(after.arrivals[-1] * 60, UTC)
    unlikely = min(SILENT, _BY_CHANCE / known.a_year)
    stuck_at = known.after(after.advanced_at, unlikely) if after.advanced_at else None
    return replace(
        after,
        quiet_at=known.after(last, QUIET),
        silent_at=known.after(last, unlikely),
        stuck_at=max(stuck_at, after.advanced_at + _STUCK_AT_LEAST) if stuck_at and after.advanced_at else None,
    )

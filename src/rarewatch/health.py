"""How a source fares: what a reading or a fault makes of its vitals, and which changes somebody has to hear of. Pure.

A fault is a suspicion first: it becomes the source's condition when it was seen often and long enough in a row, so that a blip
alarms nobody. One good reading ends it. A source that came out of trouble less than an hour ago goes back into it only after that
hour, so that a flapping one is told of once an hour.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from rarewatch import rhythm
from rarewatch._health_arrivals import last_arrival, learned, usual_gap
from rarewatch._health_words import MEANING, TO_DO, day_of, moment, span
from rarewatch.errors import (
    BadDate,
    BadEncoding,
    BadRedirect,
    Disallowed,
    Elsewhere,
    Gap,
    LayoutChanged,
    Missing,
    NotAFeed,
    RateLimited,
    Refused,
    SourceFault,
    TooLarge,
    Truncated,
)
from rarewatch.nouns.health import Change, Condition, Notice, Vitals
from rarewatch.nouns.item import Item
from rarewatch.nouns.source import Reading, Source
from rarewatch.nouns.watch import Severity
from rarewatch.text.sites import site_of

_CONDITIONS: tuple[tuple[tuple[type[SourceFault], ...], Condition], ...] = (
    ((Refused, RateLimited, Disallowed), Condition.BLOCKED),
    ((Missing, BadRedirect, Elsewhere), Condition.MOVED),
    ((LayoutChanged, NotAFeed, TooLarge, Truncated), Condition.DRIFTED),
    ((BadEncoding,), Condition.GARBLED),
)
_FROM_FAULTS = frozenset({Condition.UNREACHABLE, *(condition for _, condition in _CONDITIONS)})
_TIMES = {Condition.UNREACHABLE: 3}
_TWICE = 2
_OUT_FOR = {Condition.UNREACHABLE: timedelta(minutes=10)}
_CALM = timedelta(hours=1)
_DAY = timedelta(days=1)
_FEED_LIVES = 45 * 86_400.0
"""Seconds: a feed whose newest entry is older is one nobody fills, unless its own gaps are as long."""
_GAPS_BACK = 3
_UNKNOWN_BACK = timedelta(days=7)
_STIRRED = 5
_WHOLE = 1.5
_UNTOLD = frozenset({Condition.UNPROVEN, Condition.OK, Condition.QUIET})
_SHOWN = 300


def condition_of(fault: SourceFault) -> Condition:
    """The condition of a source that only ever gives `fault`; UNREACHABLE for one that is not named here."""
    return next((condition for faults, condition in _CONDITIONS if isinstance(fault, faults)), Condition.UNREACHABLE)


def after_reading(source: Source, before: Vitals, reading: Reading, news: Sequence[Item], now: datetime) -> Vitals:
    """The vitals after a reading of `source` at `now` (aware).

    `news` are its items that were not known before, at a first reading all of them. A fault of a part of the list counts like one
    of the whole, those of single entries and mere notes do not.
    """
    after = before if reading.unchanged and not news and before.read_since else learned(before, reading, news, now)
    if not reading.complete and (fault := _of_the_list(reading)) is not None:
        return _suspected(after, condition_of(fault), str(fault), now)
    condition, detail = _found(source, after, reading, now)
    if condition is before.condition:
        return after if after.suspect is None else _unsuspected(after)
    # What a fault began, a good reading ends first.
    if condition is Condition.STUCK and before.condition not in _FROM_FAULTS:
        return _suspected(after, condition, detail, now)
    return _entered(after, condition, detail, now)


def after_fault(source: Source, before: Vitals, fault: SourceFault, failures: int, now: datetime) -> Vitals:
    """The vitals after a reading of `source` that failed at `now` (aware); `failures` counts the faults in a row, this included.

    A fault that says nothing of the source (`Gap`, `BadDate`) changes nothing.
    """
    if isinstance(fault, Gap | BadDate) or fault.of_entry:
        return before
    before = _unsuspected(before) if failures <= 1 and before.suspect is not None else before
    return _suspected(before, condition_of(fault), str(fault) if fault.url else f"{fault} [{source.url}]", now)


def lively(vitals: Vitals, now: datetime) -> float | None:
    """How much more than on average the source uses to publish at `now` (1.0: as on average); None while nobody knows."""
    return rhythm.lively(vitals.arrivals, vitals.by_day, now)


def change(source_id: str, before: Vitals, after: Vitals, now: datetime) -> Change | None:
    """The change from one condition to another, None where there is none."""
    if before.condition is after.condition:
        return None
    return Change(source_id, before.condition, after.condition, now, before.since, after.detail)


def worth_telling(change: Change) -> bool:
    """Whether operators hear of it: into trouble, out of it, and from one trouble to another."""
    return change.was not in _UNTOLD or change.now not in _UNTOLD


def notice(change: Change, source: Source, vitals: Vitals | None = None) -> Notice:
    """What operators are told of a change; with the `vitals` after it also when something last appeared."""
    lasted = span(change.at - change.lasted_since) if change.lasted_since else ""
    if change.now in _UNTOLD:
        headline = f"{source.id} is well again{f' after {lasted}' if lasted else ''} (was {change.was})"
        lines = [f"It was read at {moment(change.at)}.", MEANING[change.now]]
    else:
        headline = f"{source.id} is {change.now}: {change.detail}"
        lines = [f"Since {moment(change.at)}; it was {change.was} before{f', for {lasted}' if lasted else ''}."]
        lines += [MEANING[change.now], TO_DO[change.now]]
    if vitals and vitals.newest:
        lines.append(f"The newest date seen on it is {day_of(vitals.newest)}.")
    lines += [f"{source.publisher.name}: {source.url}", "`rarewatch sources` shows how all of them fare."]
    key = f"condition:{source.id}:{change.now}:{change.at.timestamp():.0f}"
    severity = Severity.ROUTINE if change.now in _UNTOLD else Severity.NOTABLE
    return Notice(key, _short(headline), "\n".join(lines), severity, change.at, source.id)


def _of_the_list(reading: Reading) -> SourceFault | None:
    return next((fault for fault in reading.faults if fault.of_part and not fault.of_entry), None)


def _suspected(before: Vitals, condition: Condition, detail: str, now: datetime) -> Vitals:
    """The vitals with one more sign of `condition`; once there are enough of them, in a row and long enough, it is told.

    Before anything was told any fault counts for the latest one; from one trouble to another only the same one does, so that two
    that take turns do not take turns in the alerts.
    """
    if condition is before.condition:
        return before if before.suspect is None else _unsuspected(before)
    counts = before.suspect is condition or (before.suspect in _FROM_FAULTS and not before.condition.is_trouble)
    times = before.seen_times + 1 if counts else 1
    since = before.suspect_since if counts and before.suspect_since else now
    enough = times >= _TIMES.get(condition, _TWICE) and now - since >= _OUT_FOR.get(condition, timedelta())
    if enough and _calm(before, now):
        return _entered(before, condition, detail, now)
    return replace(before, suspect=condition, suspect_since=since, seen_times=times)


def _calm(before: Vitals, now: datetime) -> bool:
    """Whether enough time went by since the source was last told of: when it came out of trouble, or into the present one."""
    last = before.since if before.condition.is_trouble else before.well_since
    return last is None or now - last >= _CALM


def _entered(before: Vitals, condition: Condition, detail: str, now: datetime) -> Vitals:
    """The vitals with a new condition; one that was seen at once waits, too, for the source to be calm."""
    out = before.condition.is_trouble and not condition.is_trouble
    if condition.is_trouble and not before.condition.is_trouble and not _calm(before, now):
        return replace(before, suspect=condition, suspect_since=before.suspect_since or now, seen_times=before.seen_times + 1)
    well_since = now if out else before.well_since
    entered = replace(before, condition=condition, since=now, detail=_short(detail), well_since=well_since)
    return _unsuspected(entered)


def _unsuspected(before: Vitals) -> Vitals:
    return replace(before, suspect=None, suspect_since=None, seen_times=0)


def silent_at(source: Source, vitals: Vitals) -> datetime | None:
    """From when on `source` counts as silent, as configured or else as learned; None while nobody knows."""
    if source.expects.quiet_for is None:
        return vitals.silent_at
    begin = last_arrival(vitals) or vitals.read_since
    return begin + timedelta(seconds=source.expects.quiet_for) if begin else None


def _found(source: Source, after: Vitals, reading: Reading, now: datetime) -> tuple[Condition, str]:
    """The condition that a good reading shows, with what was seen; the one that says more first."""
    if reading.landed and site_of(reading.landed) != site_of(source.url):
        return Condition.MOVED, f"it is read at {reading.landed} now"
    if after.newest and (found := _of_the_newest(source, after, after.newest, now)) is not None:
        return found
    until = silent_at(source, after)
    if until and now > until:
        return Condition.SILENT, f"{_nothing_since(after)}, which is unlikely long"
    if after.quiet_at and now > after.quiet_at:
        return Condition.QUIET, _nothing_since(after)
    return Condition.OK, ""


def _of_the_newest(source: Source, after: Vitals, newest: datetime, now: datetime) -> tuple[Condition, str] | None:
    """What the newest date shows, None where nothing is wrong with it."""
    if after.shown and _went_back(after, newest, after.shown):
        return Condition.STUCK, f"its newest date went back from {day_of(newest)} to {day_of(after.shown)}"
    if _stands_still(after, newest, now):
        return Condition.STUCK, f"new entries come, but none of them is newer than {day_of(newest)}"
    if _is_old(source, after, (now - newest).total_seconds()):
        return Condition.STALE, f"its newest entry is of {day_of(newest)}, {span(now - newest)} ago"
    return None


def _nothing_since(after: Vitals) -> str:
    if after.arrivals:
        return f"nothing new since {day_of(datetime.fromtimestamp(after.arrivals[-1] * 60, UTC))}"
    return "nothing new since it was first read"


def _went_back(after: Vitals, newest: datetime, shown: datetime) -> bool:
    """Whether an older list is served: the newest date lies further back than a withdrawn notice or two explain.

    That is more than a day, and more than three usual gaps between entries, with three of them at least: after a week of rest one
    withdrawn notice goes back as far. Where the gaps are not known, it is a week.
    """
    if newest - shown <= _DAY:
        return False
    gap = usual_gap(after.arrivals)
    if gap is None:
        return newest - shown > _UNKNOWN_BACK
    since = (shown + (_DAY if after.by_day else timedelta(minutes=1))).timestamp() / 60
    lost = sum(minute >= since for minute in after.arrivals[-_GAPS_BACK:])
    return lost == _GAPS_BACK and newest - shown > _GAPS_BACK * gap


def _stands_still(after: Vitals, newest: datetime, now: datetime) -> bool:
    """Whether entries came time and again while the newest date has not advanced for unlikely long."""
    if after.stuck_at is None or after.advanced_at is None or now <= after.stuck_at:
        return False
    # What came on the newest day itself is no newer than it where lists print days.
    since = max(after.advanced_at, newest + _DAY).timestamp() / 60
    return sum(minute > since for minute in after.arrivals[-_STIRRED:]) >= _STIRRED


def _is_old(source: Source, after: Vitals, age: float) -> bool:
    """Whether a newest entry of this age, in seconds, is one of a source that nobody fills; never where nobody can know."""
    if source.expects.newest_within is not None:
        return age > source.expects.newest_within
    if source.kind != "feed" or age <= _FEED_LIVES:
        return False
    return age > _WHOLE * 60.0 * max((other - one for one, other in pairwise(after.arrivals)), default=0)


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"

"""Holds what came of a month against what happened in it, as a table."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from month.drive import Month
from month.model import Announcement, Outlet, Trouble

_GRID = timedelta(minutes=5)
_UNSEEN = ("silent", "stale", "blip")
_SLOWEST = timedelta(hours=1)
"""A source in trouble is looked at again at least so often, or as often as it is read otherwise."""
_SLACK = timedelta(minutes=30)


@dataclass(frozen=True)
class Line:
    """One line of the table: what was looked for, how it went in words, and whether that is right."""

    what: str
    how: str
    good: bool


@dataclass(frozen=True)
class Change:
    """What operators were told of a source: `now` is "" when it is well again."""

    source: str
    now: str
    at: datetime
    headline: str


def changes(month: Month) -> list[Change]:
    found = []
    for at, headline in month.notices:
        source, _, rest = headline.partition(" is ")
        found.append(Change(source, "" if rest.startswith("well again") else rest.partition(":")[0], at, headline))
    return found


def _waits(outlet: Outlet) -> timedelta:
    return timedelta(seconds=outlet.every) + 2 * _GRID


def could_be_read(outlet: Outlet, one: Announcement, month: Month) -> bool:
    """Whether an announcement stood on a list in good order for longer than its source waits between two polls."""
    until = min(one.gone_at or month.end, month.end)
    at = one.at
    for trouble in sorted(outlet.troubles, key=lambda trouble: trouble.start):
        if trouble.harm not in {"silent", "stale"} and trouble.start < until and trouble.end > at:
            if trouble.start - at > _waits(outlet):
                return True
            at = trouble.end + max(_SLOWEST, timedelta(seconds=outlet.every)) - timedelta(seconds=outlet.every)
    return until - at > _waits(outlet)


def announcements(month: Month) -> Iterator[Line]:
    """(a) Every announcement that could be read was told exactly once, and nothing else was."""
    wanted, late, lags = dict[int, tuple[Outlet, Announcement]](), list[str](), list[timedelta]()
    others = set[int]()
    for outlet in month.outlets:
        for one in outlet.announcements:
            if not one.watched or one.at <= month.start:
                others.add(one.number)
            elif could_be_read(outlet, one, month):
                wanted[one.number] = outlet, one
    for number, (outlet, one) in wanted.items():
        if number in month.told_at and not outlet.troubles:
            lags.append(month.told_at[number] - one.at)
            if lags[-1] > _waits(outlet):
                late.append(f"{outlet.id} {one.title} {lags[-1]}")
    missed = [f"{outlet.id} {one.title} {one.at}" for number, (outlet, one) in wanted.items() if number not in month.told]
    twice = [str(number) for number, count in month.told.items() if count > 1]
    young = month.start - timedelta(days=2)
    old = {one.number for outlet in month.outlets for one in outlet.announcements if one.at > young}
    wrong = [str(number) for number in month.told if number in others and number not in old]
    told = sum(number in month.told for number in wanted)
    median = sorted(lags)[len(lags) // 2] if lags else timedelta()
    yield Line(
        "announcements that match and could be read", f"{told} of {len(wanted)} told{_some(missed)}", not missed and bool(wanted)
    )
    yield Line("announcements told more than once", f"{len(twice)}{_some(twice)}", not twice)
    yield Line("old or unwatched announcements told", f"{len(wrong)}{_some(wrong)}", not wrong)
    yield Line("later than their poll (sources without trouble)", f"{len(late)}; median {_span(median)}{_some(late)}", not late)


def troubles(month: Month) -> Iterator[Line]:
    """(b) Every trouble is named in time, told once, and its end once."""
    told = changes(month)
    for outlet in month.outlets:
        for trouble in outlet.troubles:
            if trouble.named and trouble.start + trouble.within <= month.end:
                yield _of_trouble(outlet, trouble, [one for one in told if one.source == outlet.id], month)


def _of_trouble(outlet: Outlet, trouble: Trouble, told: list[Change], month: Month) -> Line:
    start = max(trouble.start, month.start)
    back = max(_SLOWEST, timedelta(seconds=outlet.every)) + _SLACK
    ends = trouble.end + back if trouble.harm not in _UNSEEN else trouble.end
    during = [one for one in told if start <= one.at <= min(ends, month.end)]
    into, out = [one for one in during if one.now], [one for one in during if not one.now]
    named = into[0].at - start if into else None
    good = [one.now for one in into] == [trouble.named] and named is not None and named <= trouble.within
    how = f"{'+'.join(one.now for one in into) or 'not named'} after {_span(named) if named is not None else '-'} (at most {_span(trouble.within)})"
    if ends <= month.end:
        good = good and len(out) == 1 and out[0].at >= trouble.end
        how += f", well again {_span(out[0].at - trouble.end)} after its end" if out else ", recovery not told"
        how += f" ({len(out)} times)" if len(out) > 1 else ""
    return Line(f"{outlet.id}: {trouble.harm}", how, good)


def silence(month: Month) -> Iterator[Line]:
    """(c) Nothing else is told to operators."""
    meant = set[int]()
    told = changes(month)
    for outlet in month.outlets:
        for trouble in outlet.troubles:
            if trouble.named:
                back = max(_SLOWEST, timedelta(seconds=outlet.every)) + _SLACK
                meant |= {id(one) for one in told if one.source == outlet.id and trouble.start <= one.at <= trouble.end + back}
    false = [f"{one.at:%m-%d %H:%M} {one.headline}" for one in told if id(one) not in meant]
    quiet = sum(not any(trouble.named for trouble in outlet.troubles) for outlet in month.outlets)
    yield Line("false alarms", f"{len(false)} of {len(told)} notices, {quiet} sources had no trouble{_some(false)}", not false)


def lines(month: Month) -> list[Line]:
    return [*announcements(month), *troubles(month), *silence(month)]


def table(month: Month) -> str:
    """The lines as text, with what it took."""
    everything = [one for outlet in month.outlets for one in outlet.announcements if month.start < one.at]
    edited, gone = sum(one.edited_at is not None for one in everything), sum(one.gone_at is not None for one in everything)
    days = (month.end - month.start) / timedelta(days=1)
    head = (
        f"{days:g} days from {month.start:%Y-%m-%d}, {len(month.outlets)} sources, {month.polls} polls, {month.asked} requests, "
        f"{len(everything)} announcements ({edited} edited, {gone} withdrawn), {sum(month.told.values())} alerts, "
        f"{len(month.notices)} notices, {month.seconds:.0f} s"
    )
    found = lines(month)
    wide = max(len(line.what) for line in found)
    return "\n".join([head, *(f"{'ok  ' if line.good else 'BAD '} {line.what:<{wide}}  {line.how}" for line in found)])


def _some(found: list[str]) -> str:
    return "".join(f"\n       {one}" for one in found[:8])


def _span(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    return f"{minutes // 1440} d {minutes % 1440 // 60} h" if minutes >= 2880 else f"{minutes // 60} h {minutes % 60:02} min"

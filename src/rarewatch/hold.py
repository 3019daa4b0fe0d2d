"""Is an alert told at once, or later together with others, and when. Pure.

Every hold has an end that is known when it begins, so that a held alert is a row with a due time like any other.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rarewatch.nouns.alert import Reason
from rarewatch.nouns.audience import Digest, Facts, Habits, Inhibition, Lately, QuietHours, Routed, Silence, Storm
from rarewatch.nouns.watch import Severity
from rarewatch.route import lacks


class Hold(NamedTuple):
    """Why an alert waits, and until when (aware, UTC)."""

    reason: Reason
    until: datetime


def held(habits: Habits, way: Routed, severity: Severity, zone: str, *, lately: Lately, now: datetime) -> Hold | None:
    """The longest hold that applies to an alert of `severity`; None when it is told at once.

    `zone` is the subscriber's IANA time zone, `lately` what it was told of late.
    """
    holds = [hold for quiet in habits.quiet if (hold := silent_night(quiet, severity, zone, now))]
    if habits.digest and severity < habits.digest.break_through:
        holds.append(Hold(Reason.DIGEST, next_digest(habits.digest, ZoneInfo(zone), now)))
    if habits.storm and severity < habits.storm.break_through and (over := storm_ends(habits.storm, lately, now)):
        holds.append(Hold(Reason.STORM, over))
    if way.wait > 0 and severity < Severity.URGENT:
        holds.append(Hold(Reason.GROUPED, now + timedelta(seconds=way.wait)))
    return max(holds, key=lambda hold: hold.until, default=None)


def silent_night(quiet: QuietHours, severity: Severity, zone: str, now: datetime) -> Hold | None:
    """The hold of quiet hours on an alert of `severity`."""
    end = ends(quiet, ZoneInfo(zone), now) if severity < quiet.break_through else None
    return Hold(Reason.QUIET_HOURS, end) if end else None


def ends(quiet: QuietHours, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet hours that hold at `now` end; None outside them. An hour that a clock change skips or repeats counts."""
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        if day.weekday() in quiet.days:
            last = day if quiet.start < quiet.end else day + timedelta(days=1)
            begin, end = _at(day, quiet.start, zone), _at(last, quiet.end, zone)
            if begin <= now < end:
                return end
    return None


def next_digest(digest: Digest, zone: ZoneInfo, now: datetime) -> datetime:
    """The next moment at which `digest` goes out, after `now`."""
    if digest.every == "hour":
        # By the minute of the hour: every zone's offset is a multiple of a quarter of an hour, so it is asked of the local clock.
        local = now.astimezone(zone)
        ahead = (digest.at.minute - local.minute) % 60
        due = local.replace(second=0, microsecond=0).astimezone(UTC) + timedelta(minutes=ahead)
        return due if due > now else due + timedelta(hours=1)
    today = now.astimezone(zone).date()
    for ahead in range(9):
        day = today + timedelta(days=ahead)
        if digest.every == "week" and day.weekday() != digest.weekday:
            continue
        if (due := _at(day, digest.at, zone)) > now:
            return due
    raise AssertionError("a week has every weekday")


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def storm_ends(storm: Storm, lately: Lately, now: datetime) -> datetime | None:
    """When the storm that is on ends; None while there is none."""
    over = lately.storm_since + timedelta(seconds=storm.within) if lately.storm_since else now
    return over if over > now else None


def storm_begins(storm: Storm | None, severity: Severity, lately: Lately, now: datetime) -> bool:
    """Whether one more alert of `severity`, after what was told of late, is the first of a storm."""
    if storm is None or severity >= storm.break_through or storm_ends(storm, lately, now):
        return False
    since = now - timedelta(seconds=storm.within)
    return sum(at > since for at in lately.at) >= storm.more_than


def silenced(silences: Iterable[Silence], subscription: str, facts: Facts, now: datetime) -> Silence | None:
    """The silence that keeps an item from `subscription` at `now`, the one that ends last.

    What silences only some of the rules that held keeps nothing back: the others still speak for it.
    """
    found = [
        silence
        for silence in silences
        if silence.subscription in {"", subscription} and silence.begins <= now < silence.ends and not lacks(silence.wants, facts)
    ]
    left = set(facts.rules)
    for silence in found:
        left -= silence.wants.rules or left
    return None if left else max(found, key=lambda silence: silence.ends, default=None)


def inhibited(
    inhibitions: Iterable[Inhibition], facts: Facts, told: Iterable[tuple[Facts, datetime]], now: datetime
) -> Hold | None:
    """The hold on an item while something more official on the same matter is being told.

    `told` are the facts of what was told, or is about to be, with its moments: of the item's own story, or about its entities.
    """
    recent = list(told)
    holds = (
        Hold(Reason.INHIBITED, now + timedelta(seconds=one.wait))
        for one in inhibitions
        if not lacks(one.held, facts)
        and any(
            not lacks(one.by, other) and now - timedelta(seconds=one.within) < at <= now + timedelta(seconds=one.within)
            for other, at in recent
        )
    )
    return max(holds, key=lambda hold: hold.until, default=None)

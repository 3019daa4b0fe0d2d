"""What the service tells operators of itself: dead deliveries, its disk, clock and archive, and that all is well. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from rarewatch.latency import Spread
from rarewatch.nouns.health import Condition, Notice
from rarewatch.nouns.vigil import Dead, Figures
from rarewatch.nouns.watch import Severity

ALL_CLEAR, DEAD = "all-clear:", "dead-deliveries:"
"""How the keys of notices begin."""
SET_BACK = timedelta(seconds=60)
"""A clock that is set right goes back by less."""
_LEAST_SHARE, _LEAST_BYTES = 0.05, 200_000_000
_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Room:
    """The room on a disk, in bytes."""

    free: int
    total: int

    @property
    def is_scarce(self) -> bool:
        """Whether less than a twentieth, or less than 200 MB, is free."""
        return self.free < max(_LEAST_SHARE * self.total, _LEAST_BYTES)


def last_due(at: time, zone: str, now: datetime) -> datetime:
    """The newest moment up to `now` at which the clocks of `zone` showed `at`, in that zone.

    A time that a change of clocks leaves out counts as it would have been before the change; one that comes twice counts once.
    """
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    due = datetime.combine(today, at, here)
    return due if due.timestamp() <= now.timestamp() else datetime.combine(today - timedelta(days=1), at, here)


def all_clear(due: datetime, figures: Figures, polls: int | None, seen_to_sent: Spread, now: datetime) -> Notice:
    """The word of the day `due`; `polls` counts the readings since the last one, None at the first."""
    sources = ", ".join(f"{number} {name}" for name, number in sorted(figures.conditions.items())) or "none"
    since = f", {polls:,} since the last word" if polls is not None else ""
    fast = f"{seen_to_sent.p95:.0f} s" if seen_to_sent.p95 is not None else "nothing was told"
    lines = [
        "Of the 24 hours up to then:",
        f"Sources: {sources}",
        f"Readings: {figures.polls:,} in all{since}",
        f"New items: {figures.items:,}; alerts: {figures.alerts:,}",
        f"Deliveries: {figures.sent:,} sent, {figures.dead:,} dead, {figures.doubtful:,} in doubt, {figures.waiting:,} waiting now",
        f"From seen to sent: 95 of 100 within {fast}" if seen_to_sent.count else f"From seen to sent: {fast}",
        f"Missing numbers and events: {figures.leads:,}",
    ]
    trouble = any(Condition(name).is_trouble for name in figures.conditions)
    well = not (trouble or figures.dead or figures.doubtful or figures.leads)
    headline = f"{'All clear' if well else 'Daily report'}, {due:%Y-%m-%d %H:%M} {due.tzname()}"
    return Notice(f"{ALL_CLEAR}{due.date().isoformat()}", headline, "\n".join(lines), Severity.ROUTINE, now)


def dead_notice(dead: Sequence[Dead], now: datetime) -> Notice:
    """One word for all deliveries that died since the last one."""
    lines = [f"{one.via} {one.to}: {one.title[:80]} - {one.fault[:200]}" for one in dead[:_SHOWN]]
    if len(dead) > _SHOWN:
        lines.append(f"and {len(dead) - _SHOWN} more")
    lines.append("Mend the cause, then: rarewatch deliveries --replay all")
    headline = f"{len(dead)} delivery(ies) will not be tried again"
    return Notice(f"{DEAD}{now.isoformat()}", headline, "\n".join(lines), Severity.IMPORTANT, now)


def room_notice(room: Room, where: str, now: datetime) -> Notice:
    """What operators are told of a disk that is nearly full, once a day (UTC)."""
    left = f"{room.free / 1e6:,.0f} MB of {room.total / 1e6:,.0f} MB are free at {where}."
    text = f"{left} When it is full, nothing is recorded or told."
    return Notice(f"disk:{now.date().isoformat()}", "The disk of the archive is nearly full", text, Severity.IMPORTANT, now)


def clock_notice(before: datetime, now: datetime) -> Notice | None:
    """What operators are told of a clock that went from `before` back to `now`; None where it did not."""
    if before - now < SET_BACK:
        return None
    back = (before - now).total_seconds()
    text = f"It went back by {back:,.0f} s. Work goes on; times of what was read, told or due in between may look odd."
    return Notice(f"clock:{before.isoformat()}", "The system's clock was set back", text, Severity.NOTABLE, now)


def archive_notice(since: datetime, now: datetime) -> Notice:
    """What operators are told of an archive that serves again."""
    text = f"For {(now - since).total_seconds():,.0f} s nothing could be recorded. What was read then is read again."
    return Notice(f"archive:{since.isoformat()}", "The archive was out of order, and serves again", text, Severity.NOTABLE, now)

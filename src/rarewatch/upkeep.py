"""What the desk learns of a source itself: its condition is kept with its history, and operators are told of trouble once."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from rarewatch import health
from rarewatch.errors import Gap, SourceFault
from rarewatch.nouns.alert import Subscription
from rarewatch.nouns.health import Notice, Vitals
from rarewatch.nouns.item import Admission, Status
from rarewatch.nouns.source import Job, Polled, Reading, Source
from rarewatch.nouns.watch import Severity
from rarewatch.stores import Book


def keep_up(
    polled: Polled,
    job: Job,
    vitals: Vitals,
    book: Book,
    audience: Sequence[Subscription],
    *,
    now: datetime,
    faults: Iterable[SourceFault] = (),
) -> Polled:
    """Record a change of condition and tell the operators among `audience` of it, and of entries that may be missing.

    `vitals` are those after the poll, `faults` those of its reading. Returns `polled` with the change, and with the deliveries that
    were opened counted in.
    """
    opened = sum(book.notify(gap_notice(job.source, fault, now), audience) for fault in faults if isinstance(fault, Gap))
    change = health.change(job.source.id, job.claim.vitals, vitals, now)
    if change is None or not book.changed(job.claim, change):
        return replace(polled, alerts=polled.alerts + opened)
    if health.worth_telling(change):
        opened += book.notify(health.notice(change, job.source, vitals), audience)
    return replace(polled, alerts=polled.alerts + opened, change=change)


def lost_touch(job: Job, reading: Reading, kept: Iterable[Admission]) -> tuple[Gap, ...]:
    """The gap, if any, before a reading of which neither its kind nor the desk knew an entry, though it is not the first."""
    statuses = {admission.status for admission in kept}
    if not reading.adrift or not job.claim.baselined or statuses != {Status.NEW}:
        return ()
    return (
        Gap("none of its entries was there at the last reading: how many came and went since is not known", url=job.source.url),
    )


def gap_notice(source: Source, fault: Gap, now: datetime) -> Notice:
    """What operators are told of a list that was not read back to what was known; once a day (UTC) for each source."""
    lines = [
        f"What was seen: {fault.detail}",
        "More came between two readings than the list, read back as far as allowed, still shows. What was read was told as ever.",
        "Look at the site once. If this comes again, have the source read more often (`every`) or further back (`max_pages`).",
        f"{source.publisher.name}: {source.url}",
    ]
    key = f"gap:{source.id}:{now.date().isoformat()}"
    return Notice(key, f"{source.id}: entries may be missing", "\n".join(lines), Severity.IMPORTANT, now, source.id)

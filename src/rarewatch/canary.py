"""A canary: an item of our own that takes the way of every announcement, from a source that is due to a test target. Pure.

Readers claim its source like any other, couriers bring it like any alert. Only what is between differs: no rule is asked, and
nobody but the test target is told, so it can reach no reader. Its items lie beside the program's notices, out of sight of rules,
plans and lists of sources.
"""

import uuid
from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rarewatch import schedule
from rarewatch.admit import all_marks
from rarewatch.normalise import normalise
from rarewatch.nouns.alert import OWN, Decision, DeliveryState, Reason, Target, Verdict
from rarewatch.nouns.health import Notice
from rarewatch.nouns.item import Admission, Item, Status
from rarewatch.nouns.source import Access, Cadence, Draft, Get, Got, Job, Polled, Reading, Seen, Source
from rarewatch.nouns.vigil import CANARY, Sent
from rarewatch.nouns.watch import Severity
from rarewatch.stores import Book, Store

KIND = "rarewatch.canary:Canary"
LOST, BACK = "canary-lost:", "canary-back:"
"""How the keys of notices begin."""
_TEXT = "A test message of rarewatch to itself: it shows that what is read still arrives. Nothing is to be done about it."


class Canary:
    """The source kind whose every reading is one new entry; it asks for nothing from the web."""

    class Options(BaseModel):
        """Where canaries go."""

        model_config = ConfigDict(extra="forbid", frozen=True)
        via: Annotated[str, Field(description="the name of a notifier")]
        to: Annotated[str, Field(description="an address there")]

    def read(self, source: Source, seen: Seen) -> Generator[Get, Got, Reading]:
        """One entry with a fresh token; what was seen before does not matter."""
        del source, seen
        token = uuid.uuid4().hex
        yield from ()
        return Reading(drafts=(Draft(key=f"canary:{token}", url="", title="Canary", text=f"{_TEXT}\n{token}", language="en"),))


def source_of(target: Target, every: float) -> Source:
    """The source of canaries, read every `every` seconds."""
    return Source(
        id=OWN.id,
        kind=KIND,
        url="rarewatch:canary",
        publisher=OWN,
        options=Canary.Options(via=target.via, to=target.to),
        language="en",
        cadence=Cadence(every=every, jitter=0.0, learn=False),
        access=Access(robots=False),
    )


def desk(job: Job, reading: Reading, store: Store, now: datetime) -> Polled:
    """Record a canary and open its delivery, in one transaction; for jobs of `source_of`."""
    options = job.source.options
    assert isinstance(options, Canary.Options)
    target = Target(options.via, options.to)
    with store.desk() as book:
        told = sum(_tell(normalise(draft, job.source, now), target, book, now) for draft in reading.drafts)
        book.read(job.claim, reading, new=0, due_at=schedule.after_reading(job.source, now), now=now)
    return Polled(job.source.id, found=len(reading.drafts), alerts=told)


def _tell(item: Item, target: Target, book: Book, now: datetime) -> int:
    kept = book.keep([Admission(item, Status.NEW, "a canary")], all_marks)[0].item
    story = book.attach(kept, "", "a canary stands alone", ())
    told = Decision(kept.id, story, CANARY, Verdict.TELL, Reason.NOTICE, targets=(target,))
    return book.decided([told], OWN, now)


@dataclass(frozen=True, slots=True)
class Flight:
    """What is expected of canaries, in seconds: one leaves `every` so often and is confirmed `within` so long."""

    every: float
    within: float


def on_time(sent: Sent, flight: Flight) -> bool:
    """Whether it arrived as soon as it must; only then is it worth looking for it at its target."""
    if sent.state is not DeliveryState.SENT or sent.sent_at is None:
        return False
    return sent.sent_at - sent.released_at <= timedelta(seconds=flight.within)


def objection(sent: Sent | None, flight: Flight, started: datetime, now: datetime) -> str:
    """Why the newest canary, not confirmed up to now, counts as lost; "" while it has time left.

    No time runs before `started`: a service that was away does not tell of its own absence.
    """
    if sent and sent.state is DeliveryState.DEAD:
        return f"its delivery is dead: {sent.fault}"
    since = max(sent.released_at, started) if sent else started
    if now - since <= timedelta(seconds=flight.within):
        return ""
    if sent is None:
        return "none left its source since the start: sources are not read, or what is read is not recorded"
    if sent.state is not DeliveryState.SENT:
        return f"it is still not delivered: {sent.fault or 'no courier brought it'}"
    if not on_time(sent, flight):
        return f"it arrived, but later than {flight.within:g} s after it left"
    return ""


def overdue(sent: Sent, flight: Flight, started: datetime, now: datetime) -> str:
    """Why the next canary should have left long ago, after one that was confirmed; "" while it has time left."""
    late = now - max(sent.released_at, started)
    if late <= timedelta(seconds=flight.every + flight.within):
        return ""
    return f"none left its source for {late.total_seconds():.0f} s: sources are not read, or what is read is not recorded"


def lost_notice(sent: Sent | None, why: str, target: Target | None, now: datetime) -> Notice:
    """What operators are told, once for each canary that is lost."""
    lines = [
        f"What was seen: {why}",
        *([f"It was to go to {target.to} by {target.via}."] if target else []),
        "Alerts may not arrive either. Look at the log of rarewatch, and at `rarewatch deliveries --state due`.",
    ]
    key = f"{LOST}{sent.token if sent else 'none'}"
    return Notice(key, "A canary did not arrive", "\n".join(lines), Severity.IMPORTANT, now)


def back_notice(lost: str, sent: Sent, now: datetime) -> Notice:
    """What operators are told when one arrived again after the loss with the key `lost`."""
    took = (sent.sent_at or now) - sent.released_at
    text = f"One was confirmed at {sent.to} by {sent.via}, {took.total_seconds():.0f} s after it left."
    return Notice(f"{BACK}{lost.removeprefix(LOST)}", "Canaries arrive again", text, Severity.ROUTINE, now)

"""What happens to an announcement, from a publisher's page to a reader's phone.

    clock  | gather   read a source that is due; many at once; slow; changes nothing but what is handed to the desk
           | desk     normalise, admit, match, group, decide, record; one at a time; one transaction; no network
           | deliver  compose, send, remember; many at once; slow; one delivery row a target

It can stop half-way in two places only, and both are rows with a due time and a lease: a source that is due, and a delivery that
is due. What a poll learned - items, validators, decisions, deliveries - is committed together, so a crash costs a second look or,
marked as such, a possible repeat, never an announcement.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from rarewatch import expect, health, schedule
from rarewatch.admit import admit, all_marks, first_seen, summed_up
from rarewatch.clock import Clock
from rarewatch.compose import Composer
from rarewatch.errors import DeliveryFault, SourceFault
from rarewatch.match import Compiled
from rarewatch.normalise import normalise, unread_dates
from rarewatch.notifiers import Notifier
from rarewatch.nouns.alert import Delivered, DeliveryState, Parcel, Subscription
from rarewatch.nouns.audience import NO_POLICY, Policy
from rarewatch.nouns.item import Status
from rarewatch.nouns.source import Job, Polled, Reading
from rarewatch.stores import Store
from rarewatch.telling import Round, Rules
from rarewatch.upkeep import keep_up, lost_touch

T = TypeVar("T")


class InOrder(Protocol):
    """Runs store work in the one thread that may write."""

    async def __call__(self, work: Callable[..., T], *args: object) -> T:
        """The result of `work(*args)`."""
        ...


@dataclass(frozen=True)
class Kit:
    """What the acts work with; `app` puts it together.

    `insist` is `in_order` that tries again while the store is out of order: what was sent must not be forgotten.
    """

    read: Callable[[Job], Awaitable[Reading]]
    submit: Callable[[Job, Reading], Awaitable[Polled]]
    store: Store
    in_order: InOrder
    insist: InOrder
    watch: Compiled
    audience: Sequence[Subscription]
    composer: Composer
    notifiers: Mapping[str, Notifier]
    now: Clock
    policy: Policy = NO_POLICY

    @property
    def rules(self) -> Rules:
        """What is in force."""
        return Rules(self.watch, self.audience, self.policy)


async def gather(job: Job, kit: Kit) -> Polled:
    """Read one source and hand what it gave to the desk; a fault becomes the source's state, with a time to look again."""
    try:
        reading = expect.held_to(job.source, await kit.read(job), job.claim.vitals)
    except SourceFault as fault:
        return await note_fault(job, fault, kit)
    return await kit.submit(job, reading)


async def note_fault(job: Job, fault: SourceFault, kit: Kit) -> Polled:
    """Close a claim with a fault."""
    return await kit.in_order(desk_fault, job, fault, kit)


def desk_fault(job: Job, fault: SourceFault, kit: Kit) -> Polled:
    """Record that a source could not be read, in one transaction."""
    now, failures = kit.now(), job.claim.failures + 1
    with kit.store.desk() as book:
        due_at = schedule.after_fault(job.source, fault, failures, now)
        vitals = health.after_fault(job.source, job.claim.vitals, fault, failures, now)
        book.failed(job.claim, fault, vitals=vitals, due_at=due_at, now=now)
        return keep_up(Polled(job.source.id, fault=fault), job, vitals, book, kit.audience, now=now)


def desk(batch: Iterable[tuple[Job, Reading]], kit: Kit) -> list[Polled]:
    """Decide on all that some readers brought, in one transaction."""
    now = kit.now()
    polled = []
    with kit.store.desk() as book:
        round_ = Round(book, kit.rules, now)
        for job, reading in batch:
            items = [normalise(draft, job.source, now) for draft in reading.drafts]
            known = book.known(mark for item in items for mark in all_marks(item))
            admissions = admit(items, known, job.source, now, baseline=not job.claim.baselined)
            kept = book.keep(admissions, all_marks)
            told = [round_.tell(admission, job.source) for admission in kept if admission.is_news]
            new = sum(admission.status is Status.NEW for admission in kept)
            vitals = health.after_reading(job.source, job.claim.vitals, reading, first_seen(kept), now)
            due_at = schedule.after_reading(job.source, now, lively=health.lively(vitals, now), fresh_for=reading.fresh_for)
            book.read(job.claim, reading, new=new, vitals=vitals, due_at=due_at, now=now)
            lost = lost_touch(job, reading, kept)
            summary = summed_up(job.source.id, reading, kept, told, (*unread_dates(reading.drafts, items), *lost))
            polled.append(keep_up(summary, job, vitals, book, kit.audience, now=now, faults=(*reading.faults, *lost)))
    return polled


async def deliver(parcel: Parcel, kit: Kit) -> Delivered:
    """Tell one target; whatever happens is recorded on its row before anything else is done about it."""
    message = replace(kit.composer.compose(parcel), told_at=kit.now())
    notifier = kit.notifiers.get(parcel.target.via)
    if notifier is None or parcel.withheld:
        why = parcel.withheld or f"there is no notifier {parcel.target.via!r} any more"
        return await note_failure(parcel, DeliveryFault(why, reason="client", again=False), kit)
    try:
        receipt = await notifier.send(message, parcel.target)
    except DeliveryFault as fault:
        return await note_failure(parcel, fault, kit)
    await kit.insist(kit.store.record_receipt, parcel, receipt)
    return _delivered(parcel, DeliveryState.SENT)


async def note_failure(parcel: Parcel, fault: DeliveryFault, kit: Kit) -> Delivered:
    """Record a failed attempt: due again, or dead."""
    now = kit.now()
    dead = schedule.gives_up(parcel.first_due, parcel.attempt, fault, now)
    due_at = None if dead else schedule.retry_at(parcel.token, parcel.attempt, fault, now)
    await kit.insist(kit.store.record_failure, parcel, fault, due_at, now)
    return _delivered(parcel, DeliveryState.DEAD if dead else DeliveryState.DUE, fault)


def _delivered(parcel: Parcel, state: DeliveryState, fault: DeliveryFault | None = None) -> Delivered:
    words = fault.detail if fault else ""
    return Delivered(parcel.delivery, parcel.subscription, parcel.target, parcel.item.title, state, words, fault)

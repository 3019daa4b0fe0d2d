"""The seam for stores: the only shared state there is, and the two hand-overs (sources due, deliveries due).

Everything is synchronous; callers run it in one thread. `tests/contracts/test_stores.py` holds every store to this.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol

from rarewatch.errors import DeliveryFault, SourceFault
from rarewatch.nouns.alert import Decision, Parcel, Receipt, Subscription
from rarewatch.nouns.health import Change, Notice, Vitals
from rarewatch.nouns.item import Admission, Item
from rarewatch.nouns.memory import Archived, Candidate, Known, NearMiss, RulesNote
from rarewatch.nouns.robots import RobotsNote
from rarewatch.nouns.source import Claim, Publisher, Reading, Source
from rarewatch.nouns.turns import Turns
from rarewatch.nouns.watch import Match
from rarewatch.stores.address_book import AddressBook
from rarewatch.stores.answers import Answers
from rarewatch.stores.register import Register
from rarewatch.stores.waiting import Waiting


class Book(Protocol):
    """The desk's book, open for one transaction: what is written in it is true all together or not at all."""

    @property
    def waiting(self) -> Waiting:
        """What waits, what was told of late, and what people asked for."""
        ...

    @property
    def register(self) -> Register:
        """What is expected, and what of it came."""
        ...

    @property
    def addresses(self) -> AddressBook:
        """The mail addresses that are not to be written to."""
        ...

    def known(self, marks: Iterable[bytes]) -> Mapping[bytes, Known]:
        """The stored items behind those of `marks` that are known."""
        ...

    def keep(self, admissions: Sequence[Admission], marks: Callable[[Item], Iterable[bytes]]) -> Sequence[Admission]:
        """Store new and revised items and the marks of all; returns the same admissions, each item with its id."""
        ...

    def candidates(self, prints: Iterable[int], since: datetime) -> Sequence[Candidate]:
        """Items of stories since then that share the most of `prints`, the best first, a handful at most."""
        ...

    def attach(self, item: Item, story: str, why: str, prints: Iterable[int]) -> str:
        """Put `item` into `story` ("" opens one) unless it already belongs to one; returns the id of its story."""
        ...

    def told(self, story: str) -> frozenset[str]:
        """The subscriptions that have an alert on `story`, alone or among others."""
        ...

    def matched(self, item: Item, matches: Sequence[Match]) -> None:
        """Record the rules that held for `item`, with their versions and spans."""
        ...

    def nearly(self, item: Item, misses: Sequence[NearMiss], now: datetime) -> None:
        """Record which rules `item` missed by one clause; what is older than two weeks is forgotten."""
        ...

    def decided(self, decisions: Sequence[Decision], publisher: Publisher, now: datetime) -> int:
        """Record the decisions; returns the number of deliveries opened.

        A TELL opens its alert and one delivery row a target, a HOLD one row that waits.
        """
        ...

    def read(
        self, claim: Claim, reading: Reading, *, new: int, due_at: datetime, now: datetime, vitals: Vitals | None = None
    ) -> None:
        """Close the claim: validators, marks, next due time, and its vitals unless they are as they were (None).

        A partial reading's first fault that is not one entry's is kept as the source's fault.
        """
        ...

    def failed(self, claim: Claim, fault: SourceFault, *, due_at: datetime, now: datetime, vitals: Vitals | None = None) -> None:
        """Close the claim with a fault; validators stay as they were, and so do its vitals where None is given."""
        ...

    def changed(self, claim: Claim, change: Change) -> bool:
        """Record in the source's history that its condition changed; False when it has another address by now, or is gone."""
        ...

    def notify(self, notice: Notice, operators: Sequence[Subscription]) -> int:
        """Keep a notice and open its deliveries; returns how many. What has a key that was raised before is not told again.

        Those of `operators` that are none are not told, nor are those who ask for more severe ones.
        """
        ...


class Store(Answers, Protocol):
    """What every store must be."""

    def migrate(self) -> None:
        """Bring the tables to the present version; raises `Unavailable`."""
        ...

    def ping(self) -> None:
        """Raise `Unavailable` when the database does not answer."""
        ...

    def close(self) -> None:
        """Let go of files and connections; may be called more than once."""
        ...

    def alone(self) -> AbstractContextManager[None]:
        """Hold the database for this process; raises `Conflict` while another one does. Ends with the process, however it ends."""
        ...

    def recover(self, now: datetime) -> int:
        """Take over after a crash: every lease ends now; what was being sent is due again, in doubt. Returns how many were.

        Only for a process that is alone on the database.
        """
        ...

    def enrol(self, sources: Sequence[Source], first_due: Callable[[int], datetime]) -> None:
        """Make the sources known and due; those no longer there or not enabled are never claimed. A new address starts afresh."""
        ...

    def claim_sources(self, now: datetime, limit: int, lease: timedelta, only: Collection[str] | None = None) -> Sequence[Claim]:
        """Up to `limit` sources that are due, longest due first; none goes to two claimants while its lease runs.

        With `only`, those sources are claimed whether due or not. What only a clock that was set back since makes look as if it
        were not due yet, or still leased, is due.
        """
        ...

    def note_rules(self, note: RulesNote, now: datetime) -> None:
        """Write down that a set of rules came into force, or was refused; only the last hundred such notes are kept."""
        ...

    def note_robots(self, note: RobotsNote) -> None:
        """Write down what a site's robots.txt said, in place of what was known of it."""
        ...

    def robots_of(self, origin: str) -> RobotsNote | None:
        """What the robots.txt of `origin` said when it was last asked; None when it never was."""
        ...

    def newest(self, limit: int) -> Sequence[Archived]:
        """The items seen last, so many at most, the oldest of them first."""
        ...

    def stored(self, number: str, url: str) -> Item | None:
        """The item with this number ("" for any), or the newest under this address; None when there is none."""
        ...

    def release_sources(self, claims: Iterable[Claim], due_at: datetime) -> None:
        """Give claims back, nothing of them recorded: the sources are due at `due_at`."""
        ...

    def desk(self) -> AbstractContextManager[Book]:
        """Open the book: serial over all processes, committed at the end, rolled back on an exception."""
        ...

    def claim_deliveries(
        self, now: datetime, limit: int, lease: timedelta, carried: Collection[str] = (), turns: Turns | None = None
    ) -> Sequence[Parcel]:
        """Up to `limit` deliveries that are due, each marked as being sent before anyone sends it.

        A delivery whose lease ran out while it was being sent is handed out again, in doubt, unless it is one of those `carried`:
        their couriers are known to be on their way, however long it takes. For a clock that was set back see `claim_sources`.
        With `turns` at most one for each target, and what it says; its `waiting` is set.
        """
        ...

    def release_deliveries(self, parcels: Iterable[Parcel]) -> None:
        """Give parcels back that were not sent at all: due as before, the attempt not counted."""
        ...

    def record_receipt(self, parcel: Parcel, receipt: Receipt) -> None:
        """The delivery is sent."""
        ...

    def record_failure(self, parcel: Parcel, fault: DeliveryFault, due_at: datetime | None, now: datetime) -> None:
        """The attempt failed: due again at `due_at`, or dead when that is None."""
        ...

    def replay(self, delivery: str, now: datetime) -> bool:
        """Make a dead delivery due again, its tries counted from nought; False when there is no such dead one."""
        ...


KINDS: dict[str, str] = {
    "sqlite": "rarewatch.stores.sql:SqlStore",
    "postgresql": "rarewatch.stores.sql:SqlStore",
}
"""By the database URL's scheme."""

"""`rarewatch` that is killed at a moment its own process alone can know: at one of the store's hand-overs.

The store is a kind of its own, registered as any other; what it does with the database is the shipped store's work.
The moment is the first word of DOOMED_AT.
"""

import os
import signal
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import NoReturn

from rarewatch import stores
from rarewatch.cli import main
from rarewatch.nouns.alert import Parcel, Receipt
from rarewatch.nouns.source import Claim
from rarewatch.nouns.turns import Turns
from rarewatch.stores import Book
from rarewatch.stores.sql import SqlStore

MOMENTS = ("claimed", "desk-opened", "desk-written", "committed", "sending", "slack-answered", "mail-answered", "recorded")


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("nobody survives that")


class DoomedStore(SqlStore):
    def __init__(self, url: str) -> None:
        super().__init__(url.replace("doomed:", "sqlite:", 1))
        self._moment = os.environ["DOOMED_AT"]
        assert self._moment in MOMENTS

    def claim_sources(self, now: datetime, limit: int, lease: timedelta, only: Collection[str] | None = None) -> Sequence[Claim]:
        claims = super().claim_sources(now, limit, lease, only)
        if claims and self._moment == "claimed":
            die()
        return claims

    @contextmanager
    def desk(self) -> Iterator[Book]:
        with super().desk() as book:
            if self._moment == "desk-opened":
                die()
            yield book
            if self._moment == "desk-written":
                book.flush()
                die()
        if self._moment == "committed":
            die()

    def claim_deliveries(
        self, now: datetime, limit: int, lease: timedelta, carried: Collection[str] = (), turns: Turns | None = None
    ) -> Sequence[Parcel]:
        parcels = super().claim_deliveries(now, limit, lease, carried, turns)
        if parcels and self._moment == "sending":
            die()
        return parcels

    def record_receipt(self, parcel: Parcel, receipt: Receipt) -> None:
        if self._moment == f"{parcel.target.via}-answered":
            die()
        super().record_receipt(parcel, receipt)
        if self._moment == "recorded":
            die()


if __name__ == "__main__":
    stores.KINDS["doomed"] = "doomed:DoomedStore"
    main()

"""Mail addresses that are not to be written to, on an open connection: after refusals, after a click, by an operator's word."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, delete, false, insert, select, true, update

from rarewatch.errors import DeliveryFault
from rarewatch.nouns.address import By, Suppression
from rarewatch.stores import rows
from rarewatch.stores.tables import bounced, suppressed
from rarewatch.text.mailbox import key_of

DAYS = 2
"""An address that may not exist is given up when it was refused on so many days."""
_FORGET = timedelta(days=30)

_s, _b = suppressed.c, bounced.c


class SqlAddresses:
    """See `stores.address_book.AddressBook`; and what the couriers' rows ask of it."""

    def __init__(self, connection: Connection) -> None:
        """`connection` is inside a transaction, except for `all` and `barred`."""
        self._connection = connection

    def suppress(self, what: Suppression) -> bool:
        address = key_of(what.address)
        if not address or self._there(address, what.subscription):
            return False
        row = {
            "address": address,
            "subscription": what.subscription,
            "by": what.by.value,
            "why": rows.words(what.why),
            "at": what.at.timestamp(),
            # Who says so himself need not be told.
            "told": what.by is By.OPERATOR,
        }
        self._connection.execute(insert(suppressed), [row])
        return True

    def lift(self, address: str, subscription: str | None = None) -> int:
        statement = delete(suppressed).where(_s.address == key_of(address))
        if subscription is not None:
            statement = statement.where(_s.subscription == subscription)
        self._connection.execute(delete(bounced).where(_b.address == key_of(address)))
        return self._connection.execute(statement).rowcount

    def all(self) -> Sequence[Suppression]:
        return self._read()

    def untold(self) -> Sequence[Suppression]:
        found = self._read(only_untold=True)
        if found:
            self._connection.execute(update(suppressed).values(told=true()))
        return found

    def barred(self, wanted: Iterable[tuple[str, str]]) -> Mapping[tuple[str, str], str]:
        """Of these pairs of target and subscription the ones that must not be told, with the reason in words."""
        keys = {(to, subscription): key_of(to) for to, subscription in wanted}
        addresses = sorted({key for key in keys.values() if key})
        if not addresses:
            return {}
        found = self._connection.execute(select(suppressed).where(_s.address.in_(addresses)))
        why = {(row.address, row.subscription): f"{row.address} is not written to any more ({row.by}): {row.why}" for row in found}
        said = {pair: why.get((key, "")) or why.get((key, pair[1])) for pair, key in keys.items()}
        return {pair: words for pair, words in said.items() if words}

    def bounced(self, to: str, fault: DeliveryFault, now: datetime) -> None:
        """Note what `fault` says of the address itself, and give it up at once, or on the second day it was refused."""
        address = key_of(to)
        if not fault.bounce or not address:
            return
        day = now.astimezone(UTC).date()
        mine = bounced.delete().where(_b.address == address)
        self._connection.execute(mine.where(_b.day < (day - _FORGET).isoformat()))
        days = set(self._connection.execute(select(_b.day).where(_b.address == address)).scalars())
        if fault.bounce == "gone" or len(days | {day.isoformat()}) >= DAYS:
            self.suppress(Suppression(address, "", By.BOUNCE, fault.detail, now))
            self._connection.execute(mine)
        elif not days:
            self._connection.execute(insert(bounced), [{"address": address, "day": day.isoformat()}])

    def took(self, to: str) -> None:
        """A mail was taken for this address: what was doubted before is no more."""
        address = key_of(to)
        if address:
            self._connection.execute(delete(bounced).where(_b.address == address))

    def _there(self, address: str, subscription: str) -> bool:
        of = select(_s.address).where(_s.address == address, _s.subscription == subscription)
        return self._connection.execute(of).first() is not None

    def _read(self, *, only_untold: bool = False) -> list[Suppression]:
        statement = select(suppressed).order_by(_s.at, _s.address, _s.subscription)
        if only_untold:
            statement = statement.where(_s.told == false())
        return [
            Suppression(row.address, row.subscription, By(row.by), row.why, rows.moment(row.at))
            for row in self._connection.execute(statement)
        ]

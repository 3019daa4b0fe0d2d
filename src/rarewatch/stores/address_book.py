"""The part of the desk's book that says which mail addresses are not to be written to; implemented in `addresses`."""

from collections.abc import Sequence
from typing import Protocol

from rarewatch.nouns.address import Suppression


class AddressBook(Protocol):
    """See `stores.Book.addresses`: open as long as the book is, and true together with it."""

    def suppress(self, what: Suppression) -> bool:
        """Write no more to an address; False when that was so before, or when it is no mail address."""
        ...

    def lift(self, address: str, subscription: str | None = None) -> int:
        """Write to an address again: for one subscription, or for all (None); returns how many entries that ended."""
        ...

    def all(self) -> Sequence[Suppression]:
        """Every entry, the oldest first."""
        ...

    def untold(self) -> Sequence[Suppression]:
        """The entries operators have not heard of, the oldest first; each is handed out once."""
        ...

"""The part of the desk's book that says what is expected and what came; implemented in `ledger`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from rarewatch.nouns.expected import Look, Mark, Numbered
from rarewatch.nouns.memory import Archived


class Register(Protocol):
    """See `stores.Book.register`: open as long as the book is, and true together with it."""

    def marks(self, subject: str, since: datetime | None = None) -> Mapping[str, Mark]:
        """What is written down of `subject`, by period, the oldest first; with `since` only later marks and its own memory."""
        ...

    def mark(self, subject: str, period: str, mark: Mark) -> None:
        """Write `mark` down in place of the one there is."""
        ...

    def numbers(self, series: str) -> Sequence[Numbered]:
        """Every number seen of a series, in order."""
        ...

    def number(self, series: str, seen: Numbered) -> None:
        """Write a number down; the first item that bears it stays."""
        ...

    def newest(self) -> int:
        """The number of the newest item; 0 while there is none."""
        ...

    def items(self, after: int, limit: int, sources: Collection[str], rules: Collection[str]) -> Sequence[Archived]:
        """Items with a higher number than `after`, in order, so many at most; notices of the program's own are left out.

        With `sources` only theirs, with `rules` only those for which one of these held.
        """
        ...

    def items_since(self, since: datetime, sources: Collection[str], rules: Collection[str]) -> Sequence[Archived]:
        """The same by the moment at which they were first seen, as many as there are."""
        ...

    def sources_of(self, story: str) -> frozenset[str]:
        """The sources that brought a story."""
        ...

    def looks(self) -> Mapping[str, Look]:
        """How every enabled source was last read, by its id."""
        ...

"""A document that stands behind an address or is attached to a page, as far as it could be read."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Literal

PaperState = Literal["read", "scanned", "locked", "broken", "unread"]
"""`read`: its text is here. `scanned`: pictures of pages, no text. `locked`: it asks for a password. `broken`: no reader makes
sense of it, in the time and memory allowed. `unread`: of a kind that nobody here can read, or not fetched."""


MISSED = "could not be fetched"
"""How the `detail` of an unread paper begins that may be there at the next reading."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: `name` as it was linked or called, `kind` such as "pdf"; `pages` hold its text, page by page.

    A kind without pages (DOCX, a sheet) has one page for each part that a reader would name; `labels` are the pages' names, "p. 3"
    or a sheet's own, "" where one has none. `detail` says in words why there is no text, or what is missing of it: a clause that
    fits behind "its PDF".
    """

    url: str
    name: str
    kind: str
    state: PaperState = "read"
    pages: tuple[str, ...] = ()
    detail: str = ""
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PageMark:
    """Where a page begins in an item's `attachment`: `start` in characters, `label` such as "p. 3", `name` of its document."""

    start: int
    label: str
    name: str = ""

    @property
    def place(self) -> str:
        """`附件1.pdf, p. 3`: where a reader finds the page."""
        return ", ".join(part for part in (self.name, self.label) if part)


def page_at(pages: Sequence[PageMark], position: int) -> PageMark | None:
    """The page on which the character at `position` stands, None where no page begins before it."""
    at = bisect_right(pages, position, key=attrgetter("start"))
    return pages[at - 1] if at else None

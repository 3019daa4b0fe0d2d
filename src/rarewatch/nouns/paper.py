"""A document that stands behind an address or is attached to a page, as far as it could be read."""

from dataclasses import dataclass
from typing import Literal

PaperState = Literal["read", "scanned", "locked", "broken", "unread"]
"""`read`: its text is here. `scanned`: pictures of pages, no text. `locked`: it asks for a password. `broken`: no reader makes
sense of it, in the time and memory allowed. `unread`: of a kind that nobody here can read, or not fetched."""


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: `name` as it was linked or called, `kind` such as "pdf"; `pages` hold its text, page by page.

    A kind without pages (DOCX, a sheet) has one page for each part that a reader would name. `detail` says in words why there is no
    text.
    """

    url: str
    name: str
    kind: str
    state: PaperState = "read"
    pages: tuple[str, ...] = ()
    detail: str = ""


@dataclass(frozen=True, slots=True)
class PageMark:
    """Where a page begins in an item's `attachment`: `start` in characters, `label` such as "p. 3", `name` of its document."""

    start: int
    label: str
    name: str = ""

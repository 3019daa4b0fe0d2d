"""What a publisher said, once normalised, and whether we had it already."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from rarewatch.nouns.paper import PageMark

Precision = Literal["day", "minute"]


@dataclass(frozen=True, slots=True)
class Stamp:
    """A moment as precise as it was printed: `at` is aware; with precision "day" its time of day means nothing."""

    at: datetime
    precision: Precision


@dataclass(frozen=True, slots=True)
class Item:
    """One announcement from one source.

    `key` is the publisher's id or ""; `url` the canonical address (tracking parts removed) and `link` the one to show;
    `digest` is the sha-256 (hex) of folded title and text; `mark` the source kind's digest of the raw entry; `id` is "" until
    the store has given one. `attachment` is the text of its documents, one after the other, and `pages` says where in it each page
    begins; `paper_note` says in words which of them could not be read whole, and why; `papers_missed` that one could not be
    fetched.
    """

    source: str
    key: str
    url: str
    link: str
    title: str
    text: str
    language: str
    published: Stamp | None
    seen_at: datetime
    digest: str
    author: str = ""
    origin: str = ""
    mark: str = ""
    title_only: bool = False
    id: str = ""
    attachment: str = ""
    pages: tuple[PageMark, ...] = ()
    paper_note: str = ""
    papers_missed: bool = False


class Status(StrEnum):
    """What admission says of an item."""

    NEW = "new"
    REVISED = "revised"
    SEEN = "seen"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Admission:
    """An item with its status and the reason, in words; `known_as` is the stored item's id for REVISED and SEEN.

    `past` marks a revision of what was there when its source was new: no news, whatever its text says.
    """

    item: Item
    status: Status
    why: str
    known_as: str = ""
    past: bool = False

    @property
    def is_news(self) -> bool:
        """Whether somebody may have to be told of it: new, or a revision of what was no past of its source."""
        return self.status is Status.NEW or (self.status is Status.REVISED and not self.past)

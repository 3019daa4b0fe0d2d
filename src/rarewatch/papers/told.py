"""What the reader of one kind says, and the bounds that hold for all of them."""

from dataclasses import dataclass, field

from rarewatch.errors import RarewatchError
from rarewatch.nouns.paper import PaperState

MAX_PAGES = 500
MAX_CHARACTERS = 2_000_000
MAX_UNPACKED = 200_000_000
"""Bytes that the parts of a zipped document may say they unpack to."""
MAX_PARTS = 10_000


class PaperFault(RarewatchError):  # noqa: N818 - like SourceFault: the document is at fault, not the program
    """A document cannot be read; `state` names why for programs, `detail` for people."""

    def __init__(self, state: PaperState, detail: str) -> None:
        """`detail` is one sentence without a full stop that fits behind "its PDF"."""
        super().__init__(detail)
        self.state, self.detail = state, detail


class FullError(Exception):
    """No more pages or characters are taken."""


@dataclass(slots=True)
class Told:
    """The pages of a document as they are read, with a label for each ("" where a page has no name), within bounds.

    `detail` says what is missing of it, if anything.
    """

    pages: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    detail: str = ""
    _left: int = MAX_CHARACTERS

    def add(self, text: str, label: str = "") -> None:
        """Take one page; raises `FullError` once the bounds are reached, with as much of it kept as fits."""
        if len(self.pages) >= MAX_PAGES:
            self.detail = f"only the first {MAX_PAGES} pages were read"
            raise FullError
        self.pages.append(text[: self._left])
        self.labels.append(label)
        self._left -= len(text)
        if self._left < 0:
            self.detail = f"only the first {MAX_CHARACTERS:,} characters were read"
            raise FullError

"""What the archive tells the desk about the past."""

from dataclasses import dataclass

from rarewatch.nouns.item import Stamp


@dataclass(frozen=True, slots=True)
class Known:
    """A stored item that carries one of a new item's marks; `past` says that it came with the first reading of its source."""

    id: str
    title: str
    text: str
    digest: str
    title_only: bool
    published: Stamp | None
    past: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """An item of an open story that shares fingerprints with a new one."""

    story: str
    item: str
    title: str
    text: str
    published: Stamp | None

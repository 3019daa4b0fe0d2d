"""What the archive tells the desk about the past."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from rarewatch.nouns.item import Item, Stamp


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
    source: str
    title: str
    text: str
    published: Stamp | None


NEAR_MISSES_KEPT = timedelta(days=14)
"""How long a near miss is remembered."""


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A rule that one clause kept from holding for an item; `clause` says which, in words."""

    rule: str
    rule_digest: str
    clause: str


@dataclass(frozen=True, slots=True)
class Archived:
    """A stored item with the story it belongs to ("" for none) and what held for it: (rule, its version, severity).

    `past` says that it was there when its source was new: nobody asked then what holds for it.
    """

    item: Item
    story: str = ""
    held: tuple[tuple[str, str, int], ...] = ()
    past: bool = False


@dataclass(frozen=True, slots=True)
class RulesNote:
    """A set of rules that came into force, or edited files that were refused.

    `digest` is that of the whole configuration folder ("" where it could not be read), `rules` maps rule ids to their versions,
    `words` says what was wrong, a mistake a line.
    """

    state: Literal["in force", "refused"]
    digest: str
    rules: Mapping[str, str] = field(default_factory=dict)
    words: str = ""

"""The seam for matchers, the leaves of a rule's condition: each is one file here and one line in `KINDS`.

A matcher says which patterns the one automaton must look for, and reads the hits afterwards. It never scans text itself, so the
cost of an item does not grow with the number of rules.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Protocol

from pydantic import BaseModel

from rarewatch.nouns.watch import Entity, Field, Mention, Scope, Span


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a matcher may look up: entities and term lists by id; `members` holds the lists again, as sets."""

    entities: Mapping[str, Entity]
    lists: Mapping[str, tuple[str, ...]]
    members: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", {name: frozenset(terms) for name, terms in self.lists.items()})


class Hits(Protocol):
    """What the automaton found in one item."""

    def term(self, term: str, scope: Scope) -> Sequence[Span]:
        """Where `term` (as given by `Matcher.terms`) stands, in the order of the text."""
        ...

    def found(self) -> frozenset[str]:
        """Every term that stands anywhere in the item: lets a long list be asked in the time its few hits take."""
        ...

    def mention(self, entity: str, scope: Scope) -> Sequence[Span]:
        """Where the entity stands, after aliases were weighed and the longest kept."""
        ...

    def mentions(self) -> Sequence[Mention]:
        """Every entity found."""
        ...

    def length(self, field: Field) -> int:
        """Characters of the original field."""
        ...


class Matcher(Protocol):
    """What every matcher kind must be; `tests/contracts/test_matchers.py` holds each to it."""

    Options: ClassVar[type[BaseModel]]
    """The value written under the kind's key in a condition (a root model where it is a list or a string)."""

    def check(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:
        """What is wrong with `options` given the entities and lists there are, one sentence each; nothing when all is well."""
        ...

    def terms(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:
        """The terms the automaton must look for; empty for a matcher that only asks for entities."""
        ...

    def entities(self, options: BaseModel, lexicon: Lexicon) -> Iterable[str]:
        """The entity ids whose mention can make this condition hold; used to pick candidate rules."""
        ...

    def spans(self, options: BaseModel, lexicon: Lexicon, hits: Hits, scope: Scope) -> Sequence[Span]:
        """The spans that make the condition hold in `scope`; empty when it does not hold."""
        ...

    def describe(self, options: BaseModel, lexicon: Lexicon) -> str:
        """The condition in words, for explanations."""
        ...


KINDS: dict[str, str] = {
    "terms": "rarewatch.matchers.terms:Terms",
    "list": "rarewatch.matchers.lists:TermLists",
    "entity": "rarewatch.matchers.entity:Entities",
}

"""The seam for matchers, the leaves of a rule's condition: each is one file here and one line in `KINDS`.

A matcher says which patterns the one automaton must look for, and reads the hits afterwards. It never scans text itself, so the
cost of an item does not grow with the number of rules.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import ClassVar, Protocol, TypeVar, runtime_checkable

from pydantic import BaseModel

from rarewatch.nouns.watch import About, Entity, Field, Mention, Scope, Span
from rarewatch.text.fold import Folded

Read = TypeVar("Read")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a matcher may look up: entities, term lists and groups of entities by id; `members` holds the lists again, as sets."""

    entities: Mapping[str, Entity]
    lists: Mapping[str, tuple[str, ...]]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    members: Mapping[str, frozenset[str]] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "members", {name: frozenset(terms) for name, terms in self.lists.items()})


class Hits(Protocol):
    """What the automaton found in one item, and the item itself."""

    @property
    def about(self) -> About:
        """What is known of the item beside its text."""
        ...

    def fields(self, scope: Scope) -> Sequence[Field]:
        """The fields of the item in `scope` that hold something, title before text before attachment."""
        ...

    def folded(self, field: Field) -> Folded:
        """The field as folded for matching; empty where there is none."""
        ...

    def span(self, field: Field, start: int, end: int, term: str) -> Span:
        """The stretch of the original behind a stretch of the folded field."""
        ...

    def read(self, field: Field, reader: Callable[[str], Read]) -> Read:
        """What `reader`, a pure function, makes of the folded field's text; worked out once an item, whoever asks."""
        ...

    def term(self, term: str, scope: Scope) -> Sequence[Span]:
        """Where `term` (as given by `Matcher.terms`) stands, in the order of the text."""
        ...

    def found(self) -> frozenset[str]:
        """Every term that stands anywhere in the item: lets a long list be asked in the time its few hits take."""
        ...

    def mentioned(self) -> AbstractSet[str]:
        """The ids of the entities found: lets many be asked in the time the few found take."""
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


@runtime_checkable
class Knowing(Matcher, Protocol):
    """A matcher that asks what is known of an item beside its text: it holds without spans and is set off by nothing.

    Its `terms` and `entities` are empty and its `spans` are never asked for.
    """

    def holds(self, options: BaseModel, lexicon: Lexicon, about: About) -> bool:
        """Whether the condition holds."""
        ...


KINDS: dict[str, str] = {
    "terms": "rarewatch.matchers.terms:Terms",
    "list": "rarewatch.matchers.lists:TermLists",
    "entity": "rarewatch.matchers.entity:Entities",
    "pattern": "rarewatch.matchers.pattern:Patterns",
    "document": "rarewatch.matchers.document:Documents",
    "figure": "rarewatch.matchers.figure:Figures",
    "source": "rarewatch.matchers.about:Sources",
    "publisher": "rarewatch.matchers.about:Publishers",
    "tier": "rarewatch.matchers.about:Tiers",
    "language": "rarewatch.matchers.about:Languages",
    "published": "rarewatch.matchers.about:Published",
}

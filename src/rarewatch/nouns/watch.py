"""What users watch for: entities, term lists and rules, as read from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Literal, TypeAlias

Scope = Literal["any", "title", "text"]
"""The field a condition looks at; "any" is title or text."""


class Severity(IntEnum):
    """How much an announcement matters; rules carry one, subscriptions ask for a least one."""

    LOG = 0
    ROUTINE = 1
    NOTABLE = 2
    IMPORTANT = 3
    URGENT = 4

    @property
    def label(self) -> str:
        """The name used in YAML and shown to people."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Alias:
    """One way an entity is written.

    `with_any`: it counts only if one of these stands somewhere in the same item; `not_before` / `not_after`: it does not count
    directly before / after one of these; `case`: upper and lower case must agree; `weak`: it never makes a mention alone, only
    beside another, strong mention of the same entity.
    """

    text: str
    with_any: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    case: bool = False
    weak: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    """A body, person, place, document, product or other thing that is watched by id."""

    id: str
    kind: str
    name: str
    zh: str = ""
    aliases: tuple[Alias, ...] = ()
    parent: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Leaf:
    """A condition served by one matcher kind; `options` is that kind's validated model."""

    kind: str
    options: object
    scope: Scope = "any"


@dataclass(frozen=True, slots=True)
class Group:
    """Conditions joined: every one of `all`, at least one of `any` (when there are some), none of `none`."""

    all: tuple["Condition", ...] = ()
    any: tuple["Condition", ...] = ()
    none: tuple["Condition", ...] = ()


Condition: TypeAlias = Leaf | Group


@dataclass(frozen=True, slots=True)
class Rule:
    """A watch rule; `digest` is the version (hex) of its own text, `where` is file:line."""

    id: str
    title: str
    severity: Severity
    when: Condition
    title_zh: str = ""
    digest: str = ""
    where: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Watch:
    """The whole of what is watched for; `glossary` maps Chinese terms to English."""

    entities: Mapping[str, Entity] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    glossary: Mapping[str, str] = field(default_factory=dict)


Field = Literal["title", "text"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an item's original title or text: `text == field[start:end]`, counted in characters.

    `term` is the term, alias or entity id of the condition that put it there.
    """

    field: Field
    start: int
    end: int
    text: str
    term: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """An entity found in an item, with every place it stands."""

    entity: str
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule that held for an item, and the spans that made it hold; `rule_digest` is the rule's version."""

    rule: str
    rule_digest: str
    severity: Severity
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Findings:
    """All that matching says of one item."""

    matches: tuple[Match, ...] = ()
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """One step of an explanation: a condition in words, whether it held, its spans, and its parts."""

    text: str
    held: bool
    spans: tuple[Span, ...] = ()
    parts: tuple["Clause", ...] = ()

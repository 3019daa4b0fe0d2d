"""What users watch for: entities, term lists and rules, as read from YAML."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum
from typing import Literal, TypeAlias

Scope = Literal["any", "title", "text", "attachment"]
"""The field a condition looks at; "any" is any of them."""


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

    def moved(self, steps: int) -> "Severity":
        """So many steps higher (or lower), as far as there are any."""
        return Severity(min(max(self + steps, Severity.LOG), Severity.URGENT))


@dataclass(frozen=True, slots=True)
class Alias:
    """One way an entity is written.

    `with_any`: it counts only if one of these stands somewhere in the same item; `not_before` / `not_after`: it does not count
    directly before / after one of these; `case`: upper and lower case must agree; `weak`: it never makes a mention alone, only
    beside another, strong mention of the same entity. `since` and `until` bound the days on which it means this entity: an item
    published on another day does not count, one without a date does.
    """

    text: str
    with_any: tuple[str, ...] = ()
    not_before: tuple[str, ...] = ()
    not_after: tuple[str, ...] = ()
    case: bool = False
    weak: bool = False
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """A numbered document: every way of naming it is a mention of the entity that has it.

    `issuers` are the words for who issued it; None and () mean any.
    """

    number: int
    year: int | None = None
    issuers: tuple[str, ...] = ()


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
    document: Paper | None = None


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


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least `number` of the parts hold."""

    number: int
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Count:
    """What `part` finds stands in the item at least `number` times, at different places."""

    number: int
    part: "Condition"


@dataclass(frozen=True, slots=True)
class Together:
    """Every part is found in one and the same sentence."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Near:
    """Every part is found within `within` characters of one field, in the order given when `ordered`.

    The distance runs from the start of the first to the end of the last, in characters of the original text.
    """

    within: int
    parts: tuple["Condition", ...]
    ordered: bool = False


@dataclass(frozen=True, slots=True)
class Polarity:
    """`part` is found outside the scope of a negation (or, with `negated`, inside one)."""

    part: "Condition"
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """What a condition adds to a score when it holds; a penalty is negative."""

    points: float
    when: "Condition"


@dataclass(frozen=True, slots=True)
class Scored:
    """The points of the parts that hold add up to at least `least`."""

    least: float
    parts: tuple[Points, ...]


Condition: TypeAlias = Leaf | Group | AtLeast | Count | Together | Near | Polarity | Scored


@dataclass(frozen=True, slots=True)
class Adjust:
    """Raises or lowers a rule's severity where `when` holds: by steps, or to a fixed one (`to` wins)."""

    when: Condition
    by: int = 0
    to: Severity | None = None


@dataclass(frozen=True, slots=True)
class About:
    """What is known of an item beside its text; "" and None mean unknown. `tier` is a publisher tier's value."""

    source: str = ""
    publisher: str = ""
    tier: str = ""
    language: str = ""
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """A text a rule must match, or must ignore; `where` is file:line, `about` what is known of it beside the text.

    `item` (the number of an archived item, 0: none) or `url` may stand in place of the text.
    """

    title: str
    text: str = ""
    match: bool = True
    where: str = ""
    about: About = About()
    item: int = 0
    url: str = ""
    attachment: str = ""


@dataclass(frozen=True, slots=True)
class Disabled:
    """Why a rule rests, and until which day (None: until somebody says otherwise)."""

    reason: str
    until: date | None = None


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
    group: str = ""
    adjust: tuple[Adjust, ...] = ()
    examples: tuple[Example, ...] = ()
    disabled: Disabled | None = None


@dataclass(frozen=True, slots=True)
class AnnouncementType:
    """A kind of announcement, a label and never a gate; `severity` is what one of its kind usually weighs."""

    id: str
    name: str
    zh: str
    severity: Severity
    when: Condition
    examples: tuple[Example, ...] = ()
    where: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """The whole of what is watched for; `glossary` maps Chinese terms to English, `groups` group ids to entity ids."""

    entities: Mapping[str, Entity] = field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    glossary: Mapping[str, str] = field(default_factory=dict)
    types: Mapping[str, AnnouncementType] = field(default_factory=dict)
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


Field = Literal["title", "text", "attachment"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of an item's original title, text or attachment: `text == field[start:end]`, counted in characters.

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
    labels: tuple["Label", ...] = ()


@dataclass(frozen=True, slots=True)
class Label:
    """An announcement type that an item seems to be, with the spans that say so."""

    type: str
    severity: Severity
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Clause:
    """One step of an explanation: a condition in words, whether it held, its spans, and its parts."""

    text: str
    held: bool
    spans: tuple[Span, ...] = ()
    parts: tuple["Clause", ...] = ()

"""Who wants what, when, and by which way: what `audience.yaml` says beside names and addresses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from enum import StrEnum
from typing import Literal

from rarewatch.nouns.watch import Severity


@dataclass(frozen=True, slots=True)
class Facts:
    """What routing may ask of an item: `rules` maps the rules that held to their severities, `severity` is the highest of them."""

    source: str
    publisher: str
    tier: str
    language: str
    rules: Mapping[str, Severity]
    entities: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()

    @property
    def severity(self) -> Severity:
        """The highest severity of the rules that held."""
        return max(self.rules.values(), default=Severity.LOG)


@dataclass(frozen=True, slots=True)
class Wants:
    """What is asked for; an empty set asks for nothing in particular, and all that is asked for must hold."""

    rules: frozenset[str] = frozenset()
    entities: frozenset[str] = frozenset()
    types: frozenset[str] = frozenset()
    tiers: frozenset[str] = frozenset()
    publishers: frozenset[str] = frozenset()
    sources: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    min_severity: Severity = Severity.LOG


@dataclass(frozen=True, slots=True)
class Route:
    """A branch of the routing tree: what `wants` asks for goes to the subscribers in `to`, or down the first branch that takes it.

    `goes_on` has the branches after this one asked too. `wait` in seconds: what this branch takes is gathered for so long and told
    together (None: as above). `repeat` in seconds: what nobody acknowledged is told again (None: as above, 0: never).
    """

    name: str
    wants: Wants
    to: tuple[str, ...] = ()
    branches: tuple["Route", ...] = ()
    goes_on: bool = False
    wait: float | None = None
    repeat: float | None = None


@dataclass(frozen=True, slots=True)
class Routed:
    """Why an item goes to a subscriber: the names of the branches from the root, and how it is told."""

    path: tuple[str, ...]
    wait: float = 0.0
    repeat: float = 0.0


@dataclass(frozen=True, slots=True)
class QuietHours:
    """A stretch of the day, by the subscriber's clock, in which only `break_through` and above is told at once.

    It may run over midnight; `days` are the weekdays on which it begins (0: Monday). What comes in it is told together at its end.
    """

    start: time
    end: time
    days: frozenset[int] = frozenset(range(7))
    break_through: Severity = Severity.URGENT


@dataclass(frozen=True, slots=True)
class Digest:
    """Everything below `break_through` is told together: every hour, day or week, by the subscriber's clock.

    `at` is the time of day (of an hourly one only the minute counts), `weekday` the day of a weekly one (0: Monday).
    """

    every: Literal["hour", "day", "week"]
    at: time = time(8, 30)
    weekday: int = 0
    break_through: Severity = Severity.URGENT


@dataclass(frozen=True, slots=True)
class Storm:
    """More than `more_than` alerts within `within` seconds: the rest, below `break_through`, is told together."""

    more_than: int = 20
    within: float = 600.0
    break_through: Severity = Severity.URGENT


@dataclass(frozen=True, slots=True)
class Escalation:
    """What nobody acknowledged `after` seconds, and is at least `min_severity`, is told to the subscriber `to` as well."""

    after: float
    to: str
    min_severity: Severity = Severity.URGENT


@dataclass(frozen=True, slots=True)
class Inhibition:
    """What `held` asks for waits `wait` seconds when something of the same story, or entities, that `by` asks for is being told.

    A commentary is not to arrive beside the official text it speaks of. `within` seconds is how long ago that was told.
    """

    name: str
    by: Wants
    held: Wants
    wait: float = 900.0
    within: float = 3_600.0


@dataclass(frozen=True, slots=True)
class Silence:
    """What `wants` asks for is not told to `subscription` ("" for all) until it ends; a person asked for it and said why.

    `lifted_by` ended it before its time, "" for nobody.
    """

    id: str
    wants: Wants
    author: str
    reason: str
    begins: datetime
    ends: datetime
    subscription: str = ""
    lifted_by: str = ""


@dataclass(frozen=True, slots=True)
class Habits:
    """How a subscriber wants to be told, beside what and where."""

    quiet: tuple[QuietHours, ...] = ()
    digest: Digest | None = None
    storm: Storm | None = None
    escalation: Escalation | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """The parts of the audience that concern more than one subscriber."""

    tree: tuple[Route, ...] = ()
    inhibitions: tuple[Inhibition, ...] = ()
    silences: tuple[Silence, ...] = ()


NO_POLICY = Policy()


@dataclass(frozen=True, slots=True)
class Lately:
    """What one subscription was told of late: the moments, the oldest first, and when the last storm began."""

    at: tuple[datetime, ...] = ()
    storm_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recent:
    """One thing a subscription was told of late."""

    subscription: str
    story: str
    facts: Facts
    at: datetime


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known, beside the item, when it is decided who is told: `held` says who waits for its story, at which severity."""

    now: datetime
    policy: Policy = NO_POLICY
    held: Mapping[str, Severity] = field(default_factory=dict)
    lately: Mapping[str, Lately] = field(default_factory=dict)
    recent: Sequence[Recent] = ()


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """Who took note of an alert, and when."""

    alert: str
    by: str
    at: datetime


class Label(StrEnum):
    """What a person says of an item that was told, or should have been."""

    RELEVANT = "relevant"
    NOT_RELEVANT = "not_relevant"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Judged:
    """A person's word on one item; `rule` is "" where it is about the item as such."""

    item: str
    rule: str
    label: Label
    by: str
    at: datetime


ANYTHING, AS_IT_COMES = Wants(), Habits()
"""What somebody wants, and how, who asked for nothing in particular."""

"""What ought to come: numbers without gaps, events at their time, one fact from more than one source. And what is kept of it."""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Literal, TypeAlias

from rarewatch.nouns.watch import Severity

Number: TypeAlias = tuple[int, int]
"""Year and number of a document in its series."""

Workdays = Literal["", "shift", "count", "skip"]
"""What days off do to a window: nothing; its end moves to the next working day; only working days are counted; it is left out."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """A series of numbered announcements that has no gaps at its issuer.

    `issuers` are usual Chinese names, of which the first on the document must be one; `kinds` the words for such a document.
    `sources` are those whose items may establish a number. With `stock`, a company's own numbering, told by its code. A number is
    missing `grace` seconds after a later one was seen; nothing before `start` is.
    """

    id: str
    name: str
    kinds: tuple[str, ...]
    sources: frozenset[str]
    issuers: tuple[str, ...] = ()
    stock: str = ""
    grace: float = 172_800.0
    start: Number | None = None


@dataclass(frozen=True, slots=True)
class Monthly:
    """From one day to another (both included) of these months; a month that is too short ends the window with its last day."""

    from_day: int
    by_day: int
    months: tuple[int, ...] = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class Weekly:
    """One day a week, 0 is Monday."""

    weekday: int


@dataclass(frozen=True, slots=True)
class Yearly:
    """From one (month, day) to another, both included; a window over the turn of the year belongs to the year it begins in."""

    first: tuple[int, int]
    last: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Dates:
    """Single days."""

    days: tuple[date, ...]


When: TypeAlias = Monthly | Weekly | Yearly | Dates


@dataclass(frozen=True, slots=True)
class SeenBy:
    """What makes an item the expected one: one of the rules held, one of the terms stands in its title, it is from these sources.

    What is empty is not asked.
    """

    rules: frozenset[str] = frozenset()
    terms: tuple[str, ...] = ()
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Expected:
    """An announcement that comes at its time; `by` is the time of the last day, None its end; `grace` in seconds."""

    id: str
    name: str
    when: When
    seen_by: SeenBy
    by: time | None = None
    workdays: Workdays = ""
    zone: str = "Asia/Shanghai"
    grace: float = 86_400.0
    severity: Severity = Severity.NOTABLE


@dataclass(frozen=True, slots=True)
class Period:
    """One time at which something is expected: from `opens` until before `closes`; what comes before `until` came late."""

    key: str
    opens: datetime
    closes: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Witnesses:
    """Sources that each bring the same fact: once one did, another has to within so many seconds."""

    id: str
    fact: str
    rules: frozenset[str]
    sources: tuple[str, ...]
    within: float = 86_400.0


@dataclass(frozen=True, slots=True)
class Expectations:
    """All that is expected."""

    ledgers: tuple[Ledger, ...] = ()
    expected: tuple[Expected, ...] = ()
    witnesses: tuple[Witnesses, ...] = ()


class State(StrEnum):
    """What is kept of one thing expected; the first two are the program's own memory of how far it looked."""

    CURSOR = "cursor"
    BEGUN = "begun"
    HINTED = "hinted"
    """A number that was cited and is higher than any seen."""
    WAITING = "waiting"
    """One witness has spoken, the others have time left."""
    SEEN = "seen"
    LATE = "late"
    """It came after all: after its time, or after it was missed."""
    MISSING = "missing"
    ALONE = "alone"
    """Only one witness spoke."""
    UNKNOWN = "unknown"
    """It was due before this installation began, or while that could not tell."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What was written down of one period, number or story; `item` is the id of what came, or of what gave the hint."""

    state: State
    at: datetime
    item: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A number that was seen, and the item that bears it."""

    number: Number
    item: str
    seen_at: datetime
    title: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Look:
    """When a source was last read or tried, and the trouble it is in ("" for none)."""

    at: datetime | None
    trouble: str = ""

"""Who is told what, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from rarewatch.errors import DeliveryFault
from rarewatch.nouns.audience import ANYTHING, AS_IT_COMES, Facts, Habits, Wants
from rarewatch.nouns.item import Item, Stamp
from rarewatch.nouns.source import Publisher, Tier
from rarewatch.nouns.watch import Match, Severity

OWN = Publisher("rarewatch", "rarewatch", tier=Tier.ISSUER)
"""Who speaks in a notice. Its id is also the source that notices are stored under: no configured source may have it."""


@dataclass(frozen=True, slots=True)
class Target:
    """One place a message can go to: `via` is a notifier's id in the settings, `to` its address there."""

    via: str
    to: str


@dataclass(frozen=True, slots=True)
class Subscription:
    """Who wants to know what: rules by id (empty: all), from a least severity, by which targets.

    An `operator` hears of the program's own affairs (sources in trouble) and never of news; everybody else the other way round.
    `wants` asks for more than rules and severity; `habits` say when and how it is told.
    """

    id: str
    name: str
    targets: tuple[Target, ...]
    rules: frozenset[str] = frozenset()
    min_severity: Severity = Severity.LOG
    time_zone: str = "Asia/Shanghai"
    operator: bool = False
    wants: Wants = ANYTHING
    habits: Habits = AS_IT_COMES


@dataclass(frozen=True, slots=True)
class Story:
    """One event as told by one or more items; `id` is "" while it is being opened."""

    id: str
    opened_at: datetime
    headline: str


class Verdict(StrEnum):
    """What the desk decides for one story and one subscription."""

    TELL = "tell"
    HOLD = "hold"
    SKIP = "skip"


class Reason(StrEnum):
    """Why the desk decided so; a closed set, shown by `rarewatch explain`."""

    FIRST = "first"
    SEEN = "seen"
    BASELINE = "baseline"
    NO_MATCH = "no_match"
    NOT_SUBSCRIBED = "not_subscribed"
    BELOW_SEVERITY = "below_severity"
    ALREADY_TOLD = "already_told"
    ALREADY_HELD = "already_held"
    QUIET_HOURS = "quiet_hours"
    DIGEST = "digest"
    STORM = "storm"
    GROUPED = "grouped"
    INHIBITED = "inhibited"
    SILENCED = "silenced"
    ESCALATED = "escalated"
    REPEATED = "repeated"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Decision:
    """The desk's verdict for one item, its story and one subscription, with the matches that speak for it.

    What is held is told, or skipped, at `until`; `detail` says in words what the reason alone does not. With `parts` it tells them
    all in one alert, its own item among them. `escalate_at` and `repeat_at` say when something follows unless somebody acknowledges
    it; `nth` counts its repetitions.
    """

    item: str
    story: str
    subscription: str
    verdict: Verdict
    reason: Reason
    matches: tuple[Match, ...] = ()
    targets: tuple[Target, ...] = ()
    until: datetime | None = None
    detail: str = ""
    facts: Facts | None = None
    parts: tuple["Part", ...] = ()
    escalate_at: datetime | None = None
    repeat_at: datetime | None = None
    nth: int = 0


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one attempt, for whoever asked for it; `fault` is why it failed, None where it did not."""

    delivery: str
    subscription: str
    target: Target
    headline: str
    state: "DeliveryState"
    detail: str = ""
    fault: DeliveryFault | None = None


class DeliveryState(StrEnum):
    """The life of one delivery row."""

    DUE = "due"
    SENDING = "sending"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Receipt:
    """The receiver's word that a message arrived: its id there (Slack channel and ts, Message-ID), and when."""

    remote: Mapping[str, str]
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """What a target was told first of a story: the token of that delivery, its headline and severity."""

    token: str
    headline: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Parcel:
    """One delivery in a courier's hand: what to tell, to whom, and what went before.

    `delivery` is the row's id, `token` its name outside (unguessable, stable over retries); `attempt` counts from 1; `first_due`
    is when it was first to go out; `in_doubt` says that an earlier attempt may have arrived. `notice` is the severity of a notice
    to operators, None for news. `zone` is the IANA time zone of a subscription of somebody's own, "" for those of `audience.yaml`;
    `parts` are the stories of an alert that tells several together, and `opened_at` is when it was opened.
    `opening` is the first word of the same story to the same target, None where this is it; `withheld` says why this target must
    not be told, "" where it may.
    """

    delivery: str
    token: str
    alert: str
    story: str
    subscription: str
    target: Target
    item: Item
    publisher: Publisher
    matches: tuple[Match, ...]
    attempt: int
    first_due: datetime
    in_doubt: bool = False
    notice: Severity | None = None
    reason: Reason = Reason.FIRST
    zone: str = ""
    parts: tuple["Part", ...] = ()
    opened_at: datetime | None = None
    opening: Opening | None = None
    withheld: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One story of an alert that tells several together: what held it back, and the moment at which it was first to be told."""

    item: Item
    story: str
    reason: Reason
    publisher: Publisher
    matches: tuple[Match, ...]
    at: datetime

    @property
    def severity(self) -> Severity:
        """The highest severity of its rules."""
        return max((match.severity for match in self.matches), default=Severity.LOG)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence that made a rule fire: `marks` are the (start, end) stretches to highlight, in characters of `sentence`.

    `place` names document and page of a sentence that stands in one.
    """

    field: str
    sentence: str
    marks: tuple[tuple[int, int], ...]
    glosses: tuple[tuple[str, str], ...] = ()
    place: str = ""


@dataclass(frozen=True, slots=True)
class Why:
    """A rule that fired, in words: its title and the terms that were found."""

    rule: str
    title: str
    severity: Severity
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Held:
    """An alert that waits: a row with an end that was known when it began."""

    id: str
    subscription: str
    severity: Severity
    until: datetime
    facts: Facts
    part: Part


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An alert nobody acknowledged by the time at which something was to follow; `repeats` is how often it was told again."""

    alert: str
    subscription: str
    decided: Decision
    publisher: Publisher
    severity: Severity
    opened_at: datetime
    repeats: int
    escalates: bool
    again: bool
    acknowledged: bool


@dataclass(frozen=True, slots=True)
class Act:
    """What somebody did about an alert: `by` is who (`slack:U0123` for a member of a Slack workspace), `at` when.

    `rule` and `until` belong to a rule that was muted.
    """

    kind: Literal["acknowledged", "muted", "not_relevant"]
    by: str
    at: datetime
    rule: str = ""
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """What a person is to read, before any channel's clothing.

    `headline` is the original title; `glosses` pairs of its Chinese terms and their English; `tier` in words; `published` may be
    unknown; `seen_at` is when rarewatch first read it; `zone` an IANA name for showing times; `delivery` the delivery's id
    (stable over retries); `test` marks a message of `rarewatch notify-test`; `types` are names of what kind of announcement it
    seems to be, the most severe first, none for an untyped one; `paper_note` says which of its documents could not be read
    and why. `notice` marks a word of the program to its operators: it has no publisher, type or rule to name, and the evidence is
    what it says. A message with `parts` tells them all together, the most severe first: its own headline says how many and from
    when to when, and it has no link. `note` says how it comes to be told now: a storm, a repetition, nobody who acknowledged it.
    `acts` are what people did about it since it was told.
    `subscription` is the id of the subscription that asked for it, `opening` the first word of the same story to the same target.
    `told_at` is when this attempt to tell it began, None where it is only shown.
    """

    delivery: str
    story: str
    severity: Severity
    headline: str
    glosses: tuple[tuple[str, str], ...]
    publisher: str
    tier: str
    published: Stamp | None
    seen_at: datetime
    zone: str
    why: tuple[Why, ...]
    evidence: tuple[Evidence, ...]
    link: str
    caveat: str = ""
    origin: str = ""
    title_only: bool = False
    possible_repeat: bool = False
    test: bool = False
    types: tuple[str, ...] = ()
    paper_note: str = ""
    notice: bool = False
    parts: tuple["Message", ...] = ()
    note: str = ""
    acts: tuple[Act, ...] = ()
    subscription: str = ""
    opening: Opening | None = None
    told_at: datetime | None = None

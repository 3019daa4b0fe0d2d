"""Who is told what, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

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
    """

    id: str
    name: str
    targets: tuple[Target, ...]
    rules: frozenset[str] = frozenset()
    min_severity: Severity = Severity.LOG
    time_zone: str = "Asia/Shanghai"
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One event as told by one or more items; `id` is "" while it is being opened."""

    id: str
    opened_at: datetime
    headline: str


class Verdict(StrEnum):
    """What the desk decides for one story and one subscription."""

    TELL = "tell"
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
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Decision:
    """The desk's verdict for one item, its story and one subscription, with the matches that speak for it."""

    item: str
    story: str
    subscription: str
    verdict: Verdict
    reason: Reason
    matches: tuple[Match, ...] = ()
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of one attempt, for whoever asked for it."""

    delivery: str
    subscription: str
    target: Target
    headline: str
    state: "DeliveryState"
    detail: str = ""


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
class Parcel:
    """One delivery in a courier's hand: what to tell, to whom, and what went before.

    `delivery` is the row's id, `token` its name outside (unguessable, stable over retries); `attempt` counts from 1; `first_due`
    is when it was first to go out; `in_doubt` says that an earlier attempt may have arrived. `notice` is the severity of a notice
    to operators, None for news.
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
class Message:
    """What a person is to read, before any channel's clothing.

    `headline` is the original title; `glosses` pairs of its Chinese terms and their English; `tier` in words; `published` may be
    unknown; `seen_at` is when rarewatch first read it; `zone` an IANA name for showing times; `delivery` the delivery's id
    (stable over retries); `test` marks a message of `rarewatch notify-test`; `types` are names of what kind of announcement it
    seems to be, the most severe first, none for an untyped one; `paper_note` says which of its documents could not be read
    and why. `notice` marks a word of the program to its operators: it has no publisher, type or rule to name, and the evidence is
    what it says.
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

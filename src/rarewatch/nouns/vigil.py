"""What the service knows of itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from rarewatch.nouns.alert import DeliveryState
from rarewatch.nouns.item import Stamp

CANARY = "rarewatch:canary"
"""Under which subscription canaries are delivered; no id that can be configured has a colon."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One canary: `token` is its delivery's name outside, `receipt` what the receiver said, `fault` why it is not there yet."""

    token: str
    via: str
    to: str
    state: DeliveryState
    released_at: datetime
    sent_at: datetime | None = None
    receipt: Mapping[str, str] = field(default_factory=dict)
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Dead:
    """A delivery that will not be tried again."""

    via: str
    to: str
    title: str
    fault: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Trip:
    """The moments of one delivery that arrived, from its publication to its acknowledgement.

    `published` is None where the publisher prints none; `past` says that it was published before its source was read at all, so
    that its age says nothing of us; `decided` is when the alert was opened, `acknowledged` when somebody said so.
    """

    source: str
    via: str
    published: Stamp | None
    seen: datetime
    decided: datetime
    sent: datetime
    past: bool = False
    acknowledged: datetime | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts for an all-clear: sources by condition, what came and was told in a span of time, and what is open now.

    `polls` counts all readings there ever were. `doubtful` are deliveries that may have arrived twice, `leads` numbers and events
    that are missing and did not come yet.
    """

    conditions: Mapping[str, int]
    polls: int
    items: int
    alerts: int
    sent: int
    dead: int
    doubtful: int
    waiting: int
    leads: int

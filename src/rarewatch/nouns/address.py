"""Mail addresses that are not to be written to."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class By(StrEnum):
    """What put an end to the mails; a closed set."""

    BOUNCE = "bounce"
    UNSUBSCRIBE = "unsubscribe"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One address that is not written to: for one subscription, or with "" for none at all; `why` is one sentence."""

    address: str
    subscription: str
    by: By
    why: str
    at: datetime

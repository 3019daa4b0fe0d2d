"""The seam for notifiers: each channel is one file here and one line in `KINDS`."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol, TypeAlias, runtime_checkable

from pydantic import BaseModel

from rarewatch.nouns.alert import Message, Receipt, Target
from rarewatch.nouns.secret import SecretRef

Reveal: TypeAlias = Callable[[SecretRef], str]
"""Reads a secret from the place its reference names; raises `ConfigError` where it is not there."""


class Notifier(Protocol):
    """What every notifier must be; `tests/contracts/test_notifiers.py` holds each to it."""

    Options: ClassVar[type[BaseModel]]
    """The keys allowed for this notifier in `rarewatch.yaml`, beside `kind`."""

    def render(self, message: Message, target: Target) -> Mapping[str, Any]:
        """The channel's payload for `message`: pure, always within the channel's limits, everything escaped."""
        ...

    async def send(self, message: Message, target: Target) -> Receipt:
        """Tell one target once; no retries in here, the delivery row owns them.

        Raises `DeliveryFault`, whose text holds no secret.
        """
        ...

    async def close(self) -> None:
        """Let go of connections; may be called more than once."""
        ...


@runtime_checkable
class Paced(Protocol):
    """A notifier whose receivers take only so many messages: it says so, and the crew sends it no more."""

    @property
    def pace(self) -> float:
        """Seconds from the beginning of one message to a target to the beginning of the next."""
        ...


def pace_of(notifier: object) -> float:
    """The pace `notifier` asks for in seconds, 0.0 where it asks for none."""
    return notifier.pace if isinstance(notifier, Paced) else 0.0


KINDS: dict[str, str] = {
    "apprise": "rarewatch.notifiers.apprise_:Apprise",
    "console": "rarewatch.notifiers.console:Console",
    "email": "rarewatch.notifiers.email:Email",
    "feed": "rarewatch.notifiers.feedfile:FeedFile",
    "slack": "rarewatch.notifiers.slack:Slack",
    "webhook": "rarewatch.notifiers.webhook:Webhook",
}

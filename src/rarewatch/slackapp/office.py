"""What the app in Slack works with, and what it must be given."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection

from rarewatch.clock import Clock
from rarewatch.compose import Composer
from rarewatch.config import Config
from rarewatch.match import Compiled
from rarewatch.notifiers._slack_wire import Wire
from rarewatch.nouns.alert import Subscription
from rarewatch.nouns.audience import Acknowledged, Label, Silence
from rarewatch.pipeline import InOrder


class Acts(Protocol):
    """What people do is kept here; see `stores.answers.Answers`."""

    def silence(self, silence: Silence) -> str:
        """Keep a silence; returns its id."""
        ...

    def acknowledge(self, alert: str, by: str, at: datetime) -> Acknowledged | None:
        """Somebody takes note of an alert: what stands then."""
        ...

    def feedback(self, item: str, rule: str, label: Label, by: str, at: datetime) -> bool:
        """A person's word on an item."""
        ...

    def subscribe(self, subscription: Subscription, owner: str, at: datetime) -> None:
        """Keep a subscription of somebody's own."""
        ...

    def unsubscribe(self, subscription: str, owner: str) -> bool:
        """Forget a subscription of somebody's own."""
        ...

    def own_subscriptions(self, owner: str = "") -> Sequence[Subscription]:
        """The subscriptions people made for themselves."""
        ...


@dataclass(frozen=True, slots=True)
class Present:
    """What is in force now: it changes when files are edited."""

    config: Config
    watch: Compiled
    composer: Composer


@dataclass(frozen=True, slots=True)
class Office:
    """Everything the desk needs.

    `via` is the notifier's id in the settings; `wire` speaks with its bot token to `base_url`; `acts` are kept by `in_order`,
    in the thread that may write; `archive` opens a connection for reading, in whatever thread.
    """

    via: str
    base_url: str
    wire: Wire
    acts: Acts
    in_order: InOrder
    archive: Callable[[], AbstractContextManager[Connection]]
    present: Callable[[], Present]
    now: Clock

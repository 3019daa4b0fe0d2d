"""The part of the store for what people answer: silences, acknowledgements, judgements, subscriptions of their own."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from rarewatch.nouns.alert import Subscription
from rarewatch.nouns.audience import Acknowledged, Judged, Label, Silence


class Answers(Protocol):
    """See `stores.Store`; every method is one transaction and raises `Unavailable`. Implemented in `answering`."""

    def silence(self, silence: Silence) -> str:
        """Keep a silence (its own id is not looked at); returns its id."""
        ...

    def silences(self, now: datetime | None = None) -> Sequence[Silence]:
        """The silences not ended at `now`, those that begin later too; with None all there ever were, the oldest first."""
        ...

    def lift(self, silence: str, by: str, at: datetime) -> bool:
        """End a silence now; False when there is none of that id that has not ended."""
        ...

    def acknowledge(self, alert: str, by: str, at: datetime) -> Acknowledged | None:
        """Somebody takes note of an alert: what stands then, for the first who did so counts. None when there is no such alert."""
        ...

    def feedback(self, item: str, rule: str, label: Label, by: str, at: datetime) -> bool:
        """A person's word on an item, in place of the same person's earlier one; False when there is no such item.

        `rule` is "" where it is about the item as such.
        """
        ...

    def judged(self, since: datetime | None = None) -> Sequence[Judged]:
        """What people said of items, the oldest first; with `since` only what they said from then on."""
        ...

    def subscribe(self, subscription: Subscription, owner: str, at: datetime) -> None:
        """Keep a subscription of somebody's own, in place of the one with the same id."""
        ...

    def unsubscribe(self, subscription: str, owner: str) -> bool:
        """Forget a subscription of `owner`'s own; False when there is no such one."""
        ...

    def own_subscriptions(self, owner: str = "") -> Sequence[Subscription]:
        """The subscriptions people made for themselves, those of `owner` or ("") all, in the order of their ids."""
        ...

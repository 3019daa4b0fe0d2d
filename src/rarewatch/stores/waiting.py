"""The part of the desk's book that says what waits, what was told of late, and what people asked for; implemented in `holding`."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from rarewatch.nouns.alert import Held, Subscription, Unanswered
from rarewatch.nouns.audience import Lately, Recent, Silence
from rarewatch.nouns.watch import Severity


class Waiting(Protocol):
    """See `stores.Book.waiting`: open as long as the book is, and true together with it."""

    def silences(self, now: datetime) -> Sequence[Silence]:
        """The silences that have not ended."""
        ...

    def own_subscriptions(self) -> Sequence[Subscription]:
        """The subscriptions people made for themselves."""
        ...

    def held(self, story: str) -> Mapping[str, Severity]:
        """The subscriptions for which `story` waits, each with the severity at which it does."""
        ...

    def lately(self, subscriptions: Collection[str], since: datetime) -> Mapping[str, Lately]:
        """What each of `subscriptions` was told since then; none that was told nothing."""
        ...

    def recent(self, since: datetime) -> Sequence[Recent]:
        """Whatever anybody was told since then."""
        ...

    def due(self, now: datetime) -> Sequence[Held]:
        """What is to wait no longer, the oldest first; of one gathering all, when the first of it is due."""
        ...

    def let_go(self, held: Iterable[Held]) -> None:
        """They wait no longer."""
        ...

    def unanswered(self, now: datetime) -> Sequence[Unanswered]:
        """The alerts for which something is to follow now; `acknowledged` where somebody took note of their story."""
        ...

    def followed(self, one: Unanswered, *, again_at: datetime | None, repeats: int, now: datetime) -> None:
        """What was to follow has followed; it is told again at `again_at` unless somebody acknowledges it until then.

        `repeats` is how often it was told again by now.
        """
        ...

    def escalated(self, story: str, subscription: str) -> bool:
        """Whether `story` was told there because nobody acknowledged it elsewhere."""
        ...

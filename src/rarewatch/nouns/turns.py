"""Whose turn it is to be told something."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from rarewatch.nouns.alert import Target


@dataclass(slots=True)
class Turns:
    """What a claim of deliveries keeps to: one at most for a target, none for those `held`, and `share` in hand for each channel.

    `in_hand` counts, by channel, what couriers carry already. The claim sets `waiting` where something that is due was passed over.
    """

    held: Collection[Target] = frozenset()
    share: int = 1_000
    in_hand: Mapping[str, int] = field(default_factory=dict)
    waiting: bool = False

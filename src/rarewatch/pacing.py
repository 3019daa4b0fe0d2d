"""Who may be told something now: one message at a time for each target, at its own pace, and rest for one in trouble. Pure.

So one slow, strict or dead receiver holds one courier at most, and only as long as one message takes.
"""

from collections import Counter
from dataclasses import dataclass

from rarewatch.errors import DeliveryFault
from rarewatch.nouns.alert import Target
from rarewatch.nouns.turns import Turns

_FIRST_REST, _LONGEST_REST = 0.5, 60.0
"""Seconds after one failure, doubled after each further one in a row, to the second number at most."""
_WISH_AT_MOST = 3_600.0


@dataclass(slots=True)
class _Place:
    """How a target stands: it rests from `since` to `until`; `failures` in a row."""

    busy: bool = False
    since: float = 0.0
    until: float = 0.0
    failures: int = 0

    def left(self, now: float) -> float:
        """Seconds of rest, 0.0 for none; a clock that was set back ends every rest."""
        return self.until - now if self.since <= now < self.until else 0.0


class Pacing:
    """Keeps the turns; every `now` is in seconds since 1970."""

    def __init__(self, couriers: int) -> None:
        """`couriers` deliveries at once, of all channels together."""
        self._couriers = couriers
        self._places: dict[Target, _Place] = {}
        self._in_hand = Counter[str]()

    def turns(self, channels: int, now: float) -> Turns:
        """What a claim must keep to when so many channels are in use: none of several may take every courier."""
        held = frozenset(target for target, place in self._places.items() if place.busy or place.left(now))
        share = self._couriers if channels < 2 else max(1, self._couriers - max(1, self._couriers // 4))
        return Turns(held, share, dict(self._in_hand))

    def begin(self, target: Target, pace: float, now: float) -> None:
        """A courier is on the way to `target`; the next one may start `pace` seconds later."""
        place = self._places.setdefault(target, _Place())
        place.busy, place.since, place.until = True, now, now + pace
        self._in_hand[target.via] += 1

    def end(self, target: Target, fault: DeliveryFault | None, now: float) -> None:
        """The courier is back, with a `fault` where it could not deliver."""
        place = self._places[target]
        place.busy = False
        self._in_hand[target.via] -= 1
        if fault is not None and fault.again:
            place.failures += 1
            place.since, place.until = now, now + max(place.left(now), _rest(fault, place.failures))
        else:
            place.failures = 0
        self._forget(now)

    def wake(self, now: float, *, troubled: bool = True) -> float | None:
        """Seconds until the next target has rested; None where none rests.

        Without `troubled`, those that rest after a failure are not waited for.
        """
        resting = (place for place in self._places.values() if not place.busy and (troubled or not place.failures))
        return min((left for place in resting if (left := place.left(now))), default=None)

    def _forget(self, now: float) -> None:
        """Targets that neither rest nor failed need no memory."""
        over = [target for target, place in self._places.items() if not (place.busy or place.failures or place.left(now))]
        for target in over:
            del self._places[target]


def _rest(fault: DeliveryFault, failures: int) -> float:
    # Who names a time is taken at its word; trouble without one is met with more patience each time.
    if fault.after is not None:
        return min(fault.after, _WISH_AT_MOST)
    return min(_FIRST_REST * 2.0 ** min(failures - 1, 10), _LONGEST_REST)

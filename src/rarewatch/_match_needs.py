"""Which hits a condition cannot hold without: what the index of rules is made of."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from rarewatch.nouns.watch import AtLeast, Condition, Count, Group, Leaf, Near, Polarity, Scored, Together

Trigger = int | str
"""What a hit sets off: a pattern's number or an entity's id."""

Triggers = frozenset[Trigger]

_NONE: Triggers = frozenset()


def parts(condition: Condition) -> tuple[Condition, ...]:
    """The parts that speak for `condition` when they hold."""
    match condition:
        case Leaf():
            return ()
        case Group():
            return (*condition.all, *condition.any)
        case AtLeast() | Together() | Near():
            return condition.parts
        case Count() | Polarity():
            return (condition.part,)
        case Scored():
            return tuple(part.when for part in condition.parts if part.points > 0)


def against(condition: Condition) -> tuple[Condition, ...]:
    """The parts that speak against `condition` when they hold."""
    if isinstance(condition, Group):
        return condition.none
    if isinstance(condition, Scored):
        return tuple(part.when for part in condition.parts if part.points <= 0)
    return ()


def leaves(condition: Condition, *, negated: bool = True) -> Iterator[Leaf]:
    """Every leaf of `condition`; without those that only speak against it when `negated` is False."""
    if isinstance(condition, Leaf):
        yield condition
        return
    for part in (*parts(condition), *(against(condition) if negated else ())):
        yield from leaves(part, negated=negated)


class Needs:
    """Finds the triggers of which at least one must be hit; where several sets would do, the one with the least cost."""

    def __init__(self, of: Callable[[Leaf], Triggers | None], cost: Callable[[Triggers], int]) -> None:
        """`of` gives what can set off a leaf (None: it can hold without any hit), `cost` what looking at a set's hits costs."""
        self._of, self._cost = of, cost

    def needed(self, condition: Condition) -> Triggers | None:
        """Triggers of which one must be hit for `condition` to hold; None when it can hold with no hit at all."""
        match condition:
            case Leaf():
                return self._of(condition)
            case Group():
                alternatives = [self._some(condition.any, len(condition.any))] if condition.any else []
                return self._best([*map(self.needed, condition.all), *alternatives])
            case AtLeast():
                return self._some(condition.parts, len(condition.parts) - condition.number + 1)
            case Together() | Near():
                return self._best(map(self.needed, condition.parts))
            case Count() | Polarity():
                return self.needed(condition.part)
            case Scored():
                return self._scored(condition)

    def _best(self, sets: Iterable[Triggers | None]) -> Triggers | None:
        return min((one for one in sets if one is not None), key=self._cost, default=None)

    def _some(self, conditions: Sequence[Condition], number: int) -> Triggers | None:
        """Of any `number` of the conditions one must hold: the cheapest so many are enough to look for."""
        if number > len(conditions):
            return None
        known = sorted((found for found in map(self.needed, conditions) if found is not None), key=self._cost)
        return _NONE.union(*known[: max(number, 0)]) if len(known) >= number else None

    def _scored(self, condition: Scored) -> Triggers | None:
        """The cheapest parts without which the others cannot reach the score."""
        gains = [(part.points, self.needed(part.when)) for part in condition.parts if part.points > 0]
        others = sum(points for points, found in gains if found is None)
        if others >= condition.least:
            return None
        known = [(points, found) for points, found in gains if found is not None]
        kept: list[Triggers] = []
        for points, found in sorted(known, key=lambda one: self._cost(one[1]), reverse=True):
            if others + points < condition.least:
                others += points
            else:
                kept.append(found)
        return _NONE.union(*kept)

"""Conditions in words, step by step; and what a condition that does not hold falls short of."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from rarewatch._match_bench import Sight, ordered
from rarewatch._match_holds import evidence, scored
from rarewatch._match_needs import parts
from rarewatch.nouns.watch import (
    AtLeast,
    Clause,
    Condition,
    Count,
    Group,
    Leaf,
    Near,
    Points,
    Polarity,
    Scored,
    Together,
)

NONE = "none of these"
"""How a clause begins whose parts must not hold."""

_POLARITY = {False: "this, outside the reach of a negation", True: "this, within the reach of a negation"}


def told(condition: Condition, sight: Sight, refused: Callable[[str], Iterable[Clause]]) -> Clause:
    """`condition` in words, step by step; `refused` gives what was found of an entity and did not count."""
    return _Teller(sight, refused).clause(condition)


@dataclass(frozen=True, slots=True)
class _Teller:
    sight: Sight
    refused: Callable[[str], Iterable[Clause]]

    def clause(self, condition: Condition) -> Clause:
        if isinstance(condition, Leaf):
            return self._leaf(condition)
        if isinstance(condition, Group):
            return self._group(condition)
        if isinstance(condition, Scored):
            return self._scored(condition)
        found = evidence(condition, self.sight)
        inner = self.sight.polar(negated=condition.negated) if isinstance(condition, Polarity) else self.sight
        below = [self.clause(part) for part in parts(condition)]
        if isinstance(condition, Polarity) and found is None and below[0].held:
            below = [_Teller(inner, self.refused).clause(condition.part), *below]
        return Clause(_words(condition), found is not None, ordered(found or ()), tuple(below))

    def _leaf(self, leaf: Leaf) -> Clause:
        words = self.sight.bench.words(leaf)
        known = self.sight.seen.holds(leaf)
        if known is not None:
            return Clause(words, known)
        spans = tuple(self.sight.spans(leaf))
        refused = () if spans else (clause for entity in self.sight.bench.entities(leaf) for clause in self.refused(entity))
        return Clause(words, bool(spans), spans, tuple(refused))

    def _group(self, group: Group) -> Clause:
        steps = [
            _joined(words, [self.clause(part) for part in below], holds)
            for words, below, holds in (
                ("all of these", group.all, all),
                ("at least one of these", group.any, any),
                (NONE, group.none, _no),
            )
            if below
        ]
        if len(steps) == 1:
            return steps[0]
        return _joined("all of these" if steps else "nothing is asked for", steps, all)

    def _scored(self, condition: Scored) -> Clause:
        score, spans = scored(condition, self.sight)
        words = f"a score of at least {condition.least:g} (it is {score:g})"
        return Clause(words, score >= condition.least, ordered(spans), tuple(self._points(part) for part in condition.parts))

    def _points(self, part: Points) -> Clause:
        below = self.clause(part.when)
        words = f"{part.points:+g} point{'' if abs(part.points) == 1 else 's'} for: {below.text}"
        return Clause(words, below.held, below.spans, below.parts)


def _words(condition: Condition) -> str:
    match condition:
        case AtLeast():
            return f"at least {condition.number} of these"
        case Count():
            return f"this, at {condition.number} different places or more"
        case Together():
            return "all of these in one sentence"
        case Near():
            order = ", in this order" if condition.ordered else ""
            return f"all of these within {condition.within} characters{order}"
        case Polarity():
            return _POLARITY[condition.negated]
    raise AssertionError(condition)


def _no(held: Iterable[bool]) -> bool:
    return not any(held)


def _joined(words: str, below: Sequence[Clause], holds: Callable[[Iterable[bool]], bool]) -> Clause:
    return Clause(words, holds(part.held for part in below), (), tuple(below))


def failing(clause: Clause) -> Clause | None:
    """The first, innermost clause for which `clause` does not hold (under “none of these”: one that holds); None when it holds."""
    if clause.held:
        return None
    if clause.text == NONE:
        return next((part for part in clause.parts if part.held), clause)
    for part in clause.parts:
        if not part.held and not part.text.startswith("-"):
            return failing(part)
    return clause


def far(condition: Condition, sight: Sight) -> bool:
    """Whether `lacking` is sure to name more than one clause, seen without looking for them all."""
    if not isinstance(condition, Group):
        return False
    missing = (part for part in condition.all if evidence(part, sight) is None)
    return len(list(islice(missing, 2))) == 2


def lacking(condition: Condition, sight: Sight) -> list[Condition]:
    """The fewest clauses that would have to turn out otherwise for `condition` to hold; empty when it holds."""
    if evidence(condition, sight) is not None:
        return []
    match condition:
        case Group():
            need = [one for part in condition.all for one in lacking(part, sight)]
            need += [part for part in condition.none if evidence(part, sight) is not None]
            return need + min((lacking(part, sight) for part in condition.any), key=len, default=[])
        case AtLeast():
            short = sorted((lacking(part, sight) for part in condition.parts), key=len)
            return [one for need in short[: condition.number] for one in need] or [condition]
        case Together() | Near():
            return [one for part in condition.parts for one in lacking(part, sight)] or [condition]
        case Scored():
            return _short_of(condition, sight)
        case Leaf() | Count() | Polarity():
            return [condition]


def _short_of(condition: Scored, sight: Sight) -> list[Condition]:
    """The one part that would have made the score; more than one clause where none would."""
    gap = condition.least - scored(condition, sight)[0]
    choices: list[list[Condition]] = [[condition, condition]]
    for part in condition.parts:
        held = evidence(part.when, sight) is not None
        if not held and part.points >= gap:
            choices.append(lacking(part.when, sight))
        elif held and -part.points >= gap:
            choices.append([part.when])
    return min(choices, key=len)

"""Rules: which hits can make one hold, whether it holds, and how that is told in words."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from rarewatch import registry
from rarewatch.matchers import KINDS, Hits, Lexicon, Matcher
from rarewatch.nouns.watch import Clause, Condition, Leaf, Scope, Span

Trigger = int | str
"""What a hit sets off: a pattern's number or an entity's id."""

Triggers = frozenset[Trigger]

_WHERE: dict[Scope, str] = {"any": "", "title": " in the title", "text": " in the text"}


@dataclass(frozen=True, slots=True)
class Bench:
    """The matchers, one of each kind, and what they look things up in."""

    lexicon: Lexicon
    matchers: dict[str, Matcher]

    def matcher(self, kind: str) -> Matcher:
        """The matcher of `kind`; raises `registry.UnknownKindError` for one that does not exist."""
        if kind not in self.matchers:
            self.matchers[kind] = registry.load(KINDS, kind)()
        return self.matchers[kind]

    def spans(self, leaf: Leaf, hits: Hits) -> Sequence[Span]:
        """What makes `leaf` hold."""
        return self.matcher(leaf.kind).spans(_options(leaf), self.lexicon, hits, leaf.scope)

    def terms(self, leaf: Leaf) -> Iterable[str]:
        """The terms `leaf` looks for."""
        return self.matcher(leaf.kind).terms(_options(leaf), self.lexicon)

    def entities(self, leaf: Leaf) -> Iterable[str]:
        """The entities `leaf` asks for."""
        return self.matcher(leaf.kind).entities(_options(leaf), self.lexicon)

    def faults(self, leaf: Leaf) -> Iterable[str]:
        """What is wrong with `leaf`, one sentence each."""
        return self.matcher(leaf.kind).check(_options(leaf), self.lexicon)

    def words(self, leaf: Leaf) -> str:
        """`leaf` in words."""
        return self.matcher(leaf.kind).describe(_options(leaf), self.lexicon) + _WHERE[leaf.scope]


def _options(leaf: Leaf) -> BaseModel:
    assert isinstance(leaf.options, BaseModel)
    return leaf.options


def leaves(condition: Condition, *, negated: bool = True) -> Iterator[Leaf]:
    """Every leaf of `condition`; without those under a `none` when `negated` is False."""
    if isinstance(condition, Leaf):
        yield condition
        return
    for part in (*condition.all, *condition.any, *(condition.none if negated else ())):
        yield from leaves(part, negated=negated)


def needed(condition: Condition, of: Callable[[Leaf], Triggers], cost: Callable[[Triggers], int]) -> Triggers | None:
    """Triggers of which at least one must be hit for `condition` to hold; None when it can hold with no hit at all.

    Where several sets would do, the one with the least `cost` is taken.
    """
    if isinstance(condition, Leaf):
        return of(condition)
    sets = [needed(part, of, cost) for part in condition.all]
    if condition.any:
        parts = [needed(part, of, cost) for part in condition.any]
        known = [part for part in parts if part is not None]
        sets.append(frozenset[Trigger]().union(*known) if len(known) == len(parts) else None)
    return min((one for one in sets if one is not None), key=cost, default=None)


def evidence(condition: Condition, bench: Bench, hits: Hits) -> list[Span] | None:
    """The spans that make `condition` hold; None when it does not, empty when it holds without any."""
    if isinstance(condition, Leaf):
        return list(bench.spans(condition, hits)) or None
    spans: list[Span] = []
    for part in condition.all:
        found = evidence(part, bench, hits)
        if found is None:
            return None
        spans += found
    if any(evidence(part, bench, hits) is not None for part in condition.none):
        return None
    held = [found for part in condition.any if (found := evidence(part, bench, hits)) is not None]
    if condition.any and not held:
        return None
    return [*spans, *(span for found in held for span in found)]


def told(condition: Condition, bench: Bench, hits: Hits, refused: Callable[[str], Iterable[Clause]]) -> Clause:
    """`condition` in words, step by step; `refused` gives what was found of an entity and did not count."""
    if isinstance(condition, Leaf):
        spans = ordered(bench.spans(condition, hits))
        parts = () if spans else tuple(clause for entity in bench.entities(condition) for clause in refused(entity))
        return Clause(bench.words(condition), bool(spans), spans, parts)
    steps = [
        _joined(words, [told(part, bench, hits, refused) for part in parts], holds)
        for words, parts, holds in (
            ("all of these", condition.all, all),
            ("at least one of these", condition.any, any),
            ("none of these", condition.none, _no),
        )
        if parts
    ]
    if len(steps) == 1:
        return steps[0]
    return _joined("all of these" if steps else "nothing is asked for", steps, all)


def _no(held: Iterable[bool]) -> bool:
    return not any(held)


def _joined(words: str, parts: Sequence[Clause], holds: Callable[[Iterable[bool]], bool]) -> Clause:
    return Clause(words, holds(part.held for part in parts), (), tuple(parts))


def ordered(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Each stretch once, title before text, then by start and end."""
    once: dict[tuple[bool, int, int], Span] = {}
    for span in spans:
        once.setdefault((span.field == "text", span.start, span.end), span)
    return tuple(once[place] for place in sorted(once))

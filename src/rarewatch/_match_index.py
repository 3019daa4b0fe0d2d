"""From hits to the rules they can make hold, so that no other rule is looked at."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Generic, TypeVar

from rarewatch._match_bench import Bench
from rarewatch._match_needs import Needs, Trigger, Triggers, leaves
from rarewatch._match_scan import Patterns
from rarewatch.nouns.watch import AnnouncementType, Leaf, Rule

Judged = TypeVar("Judged", Rule, AnnouncementType)

_NONE: Triggers = frozenset()


class Index(Generic[Judged]):
    """Rules (or types), each under the rarest set of triggers that it cannot hold without."""

    def __init__(self, judged: Sequence[Judged], bench: Bench, patterns: Patterns) -> None:
        """Adds all terms to `patterns`; raises `registry.UnknownKindError` for a matcher kind that does not exist."""
        self.judged: Sequence[Judged] = judged
        self._of = {id(leaf): triggers(leaf, bench, patterns) for one in judged for leaf in leaves(one.when)}
        common = Counter(trigger for found in self._of.values() for trigger in found or ())
        needs = Needs(lambda leaf: self._of[id(leaf)], lambda found: sum(common[one] for one in found))
        # Where nothing must be hit there is still no match without evidence: any of its own hits is a reason to look.
        self._needed = self._indexed(lambda one: _first(needs.needed(one.when), self._own(one)))

    def candidates(self, hit: Triggers) -> list[Judged]:
        """What can hold when `hit` was found, in order."""
        return self._under(self._needed, hit)

    def touched(self, hit: Triggers) -> list[Judged]:
        """What has anything of its own among `hit`, in order."""
        return self._under(self._any, hit)

    @cached_property
    def _any(self) -> dict[Trigger, list[int]]:
        return self._indexed(self._own)

    def _own(self, one: Judged) -> Triggers:
        return _NONE.union(*(self._of[id(leaf)] or () for leaf in leaves(one.when, negated=False)))

    def _indexed(self, by: Callable[[Judged], Triggers]) -> dict[Trigger, list[int]]:
        index: dict[Trigger, list[int]] = {}
        for at, one in enumerate(self.judged):
            for trigger in by(one):
                index.setdefault(trigger, []).append(at)
        return index

    def _under(self, index: dict[Trigger, list[int]], hit: Triggers) -> list[Judged]:
        places = {at for trigger in hit for at in index.get(trigger, ())}
        return [self.judged[at] for at in sorted(places)]


def _first(found: Triggers | None, other: Triggers) -> Triggers:
    return other if found is None else found


def triggers(leaf: Leaf, bench: Bench, patterns: Patterns) -> Triggers | None:
    """What can make `leaf` hold; None for one that asks what is known beside the text."""
    if bench.knowing(leaf):
        return None
    found = patterns.numbers(bench.terms(leaf)) | frozenset(bench.entities(leaf))
    bench.share(leaf, found)
    return found

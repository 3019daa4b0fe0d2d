"""Who is an item for: what subscribers ask for, and the routing tree. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet

from rarewatch.nouns.audience import Facts, Route, Routed, Wants


def lacks(wants: Wants, facts: Facts) -> str:
    """What of `wants` an item does not have, in a word such as "rules" or "severity"; "" when it has all of it.

    A rule counts only at the severity asked for: of an item's rules, those asked for must reach it.
    """
    asked: Sequence[tuple[str, AbstractSet[str], AbstractSet[str]]] = (
        ("rules", wants.rules, facts.rules.keys()),
        ("entities", wants.entities, facts.entities),
        ("types", wants.types, facts.types),
        ("tiers", wants.tiers, {facts.tier}),
        ("publishers", wants.publishers, {facts.publisher}),
        ("sources", wants.sources, {facts.source}),
        ("languages", wants.languages, {facts.language}),
    )
    for name, wanted, there in asked:
        if wanted and not wanted & there:
            return name
    reached = [severity for rule, severity in facts.rules.items() if not wants.rules or rule in wants.rules]
    return "" if max(reached, default=facts.severity) >= wants.min_severity else "severity"


def routed(tree: Iterable[Route], facts: Facts) -> Mapping[str, Routed]:
    """The subscribers to whom the tree leads an item, each with the way; the first way to a subscriber counts."""
    found: dict[str, Routed] = {}
    for name, way in _ways(tree, facts, Routed(())):
        found.setdefault(name, way)
    return found


def _ways(branches: Iterable[Route], facts: Facts, above: Routed) -> Iterator[tuple[str, Routed]]:
    for branch in branches:
        if lacks(branch.wants, facts):
            continue
        here = Routed(
            (*above.path, branch.name),
            above.wait if branch.wait is None else branch.wait,
            above.repeat if branch.repeat is None else branch.repeat,
        )
        below = list(_ways(branch.branches, facts, here))
        yield from below
        # Who stands on a branch hears of what no branch below it took.
        if not below:
            yield from ((name, here) for name in branch.to)
        if not branch.goes_on:
            return


def in_tree(tree: Iterable[Route]) -> frozenset[str]:
    """The subscribers that the tree speaks of: they are told what it leads to them, and nothing else."""
    return frozenset(name for branch in tree for name in (*branch.to, *in_tree(branch.branches)))

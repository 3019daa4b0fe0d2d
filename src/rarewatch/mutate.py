"""What the examples would not notice if it went: each clause, term and alias is left out in turn. Pure, in memory.

A rule whose examples notice nothing is a rule nobody would see break. A term or alias that stands in no example needs no trying:
its loss cannot change what any example finds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import BaseModel, RootModel

from rarewatch import matchers, registry, trial
from rarewatch._match_needs import leaves
from rarewatch.as_yaml import in_short
from rarewatch.matchers import Lexicon
from rarewatch.nouns.watch import (
    AtLeast,
    Condition,
    Count,
    Example,
    Group,
    Leaf,
    Near,
    Points,
    Polarity,
    Rule,
    Scored,
    Together,
    Watch,
)
from rarewatch.text.fold import fold
from rarewatch.text.terms import looked_for, loosened
from rarewatch.trial import Look


@dataclass(frozen=True, slots=True)
class Mutant:
    """A watch with one thing left out: `of` is what it was left out of (a rule, `type:ID`, `list:ID` or `entity:ID`).

    `rules` are those whose examples may notice; `term` is what was left out where that can be looked for in the examples.
    """

    of: str
    what: str
    rules: tuple[str, ...]
    make: Callable[[Watch, Mapping[str, Rule]], tuple[Watch, dict[str, Rule]]]
    term: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether some example noticed a mutant; None where the budget did not reach so far."""

    mutant: Mutant
    noticed: bool | None


@dataclass(frozen=True, slots=True)
class Score:
    """Of how many losses in a rule, type, list or entity some example noticed how many."""

    of: str
    noticed: int
    tried: int

    @property
    def share(self) -> float:
        """From 0 to 1; 1 where nothing could be left out."""
        return self.noticed / self.tried if self.tried else 1.0


def mutants(watch: Watch, only: Iterable[str] = ()) -> list[Mutant]:
    """Everything that can be left out of the rules and types named `only` (none: all), and of what they name: clauses first."""
    wanted = frozenset(only)
    rules = {name: rule for name, rule in trial.subjects(watch).items() if not wanted or name in wanted}
    found = [mutant for rule in rules.values() for mutant in _of_rule(rule)]
    lexicon = Lexicon(watch.entities, watch.lists, watch.groups)
    used = {name: uses(rule.when, lexicon) for name, rule in rules.items()}
    for name, terms in watch.lists.items():
        users = tuple(rule for rule, (lists, _) in used.items() if name in lists)
        if users and len(terms) > 1:
            found += [Mutant(f"list:{name}", f"term “{term}”", users, _without_term(name, term), term) for term in terms]
    for name, entity in watch.entities.items():
        users = tuple(rule for rule, (_, entities) in used.items() if name in entities)
        if users and len(entity.aliases) > 1:
            found += [
                Mutant(f"entity:{name}", f"alias “{alias.text}”", users, _without_alias(name, place), alias.text)
                for place, alias in enumerate(entity.aliases)
            ]
    return found


def run(watch: Watch, chosen: Sequence[Mutant], look: Look = trial.no_archive, budget: int = 5000) -> Iterator[Verdict]:
    """Try each mutant on the examples that pass today; at most `budget` are compiled, and the rest are told as untried."""
    good = _passing(watch, look)
    texts = {name: [_key(example) for example in examples] for name, examples in good.items()}
    rules, left = trial.subjects(watch), budget
    lean = _Lean(watch, rules)
    for mutant in chosen:
        pattern = looked_for(mutant.term) if mutant.term else ""
        if mutant.term and not any(pattern in text for rule in mutant.rules for text in texts.get(rule, ())):
            yield Verdict(mutant, noticed=False)
        elif left <= 0:
            yield Verdict(mutant, noticed=None)
        else:
            left -= 1
            yield Verdict(mutant, _noticed(mutant, lean, good))


def scores(verdicts: Iterable[Verdict]) -> list[Score]:
    """The sums, in the order of what was tried; untried mutants do not count."""
    sums: dict[str, list[int]] = {}
    for verdict in verdicts:
        if verdict.noticed is not None:
            one = sums.setdefault(verdict.mutant.of, [0, 0])
            one[0] += verdict.noticed
            one[1] += 1
    return [Score(of, noticed, tried) for of, (noticed, tried) in sums.items()]


def _passing(watch: Watch, look: Look) -> dict[str, list[Example]]:
    """The examples that pass today, by rule, with their texts filled in."""
    good: dict[str, list[Example]] = {}
    for tried in trial.run(watch, (), look):
        example = look(tried.example) if tried.example.item or tried.example.url else tried.example
        if tried.passed and isinstance(example, Example):
            good.setdefault(tried.of, []).append(example)
    return good


def _key(example: Example) -> str:
    return loosened(fold(f"{example.title}\n{example.text}\n{example.attachment}").text)


class _Lean:
    """A watch with no more entities than some rules ask for, which is made ready in a fraction of the time."""

    def __init__(self, watch: Watch, rules: Mapping[str, Rule]) -> None:
        self.rules, self._watch = rules, watch
        lexicon = Lexicon(watch.entities, watch.lists, watch.groups)
        self._entities = {name: uses(rule.when, lexicon)[1] for name, rule in rules.items()}

    def watch(self, names: Iterable[str]) -> Watch:
        wanted = frozenset[str]().union(*(self._entities[name] for name in names))
        return replace(self._watch, entities={name: one for name, one in self._watch.entities.items() if name in wanted})


def _noticed(mutant: Mutant, lean: _Lean, good: Mapping[str, Sequence[Example]]) -> bool:
    affected = {name: lean.rules[name] for name in mutant.rules if good.get(name)}
    if not affected:
        return False
    changed, mutated = mutant.make(lean.watch(affected), affected)
    compiled = trial.examined(changed, mutated)
    return any(trial.holds(compiled, name, example) != example.match for name in affected for example in good[name])


def uses(condition: Condition, lexicon: Lexicon) -> tuple[frozenset[str], frozenset[str]]:
    """The term lists and the entities a condition asks for."""
    lists: set[str] = set()
    entities: set[str] = set()
    for leaf in leaves(condition):
        if leaf.kind == "list":
            lists.update(_values(leaf.options))
        matcher = registry.load(matchers.KINDS, leaf.kind)()
        entities.update(matcher.entities(leaf.options, lexicon))
    return frozenset(lists), frozenset(entities)


def _of_rule(rule: Rule) -> Iterator[Mutant]:
    for what, when in _without(rule.when):

        def make(watch: Watch, rules: Mapping[str, Rule], when: Condition = when) -> tuple[Watch, dict[str, Rule]]:
            return watch, {name: replace(one, when=when) for name, one in rules.items()}

        yield Mutant(rule.id, what, (rule.id,), make)


def _without(condition: Condition) -> Iterator[tuple[str, Condition]]:
    """Every way to leave one thing out of a condition: in words, and what is left."""
    match condition:
        case Leaf():
            yield from _shorter(condition)
        case Group():
            yield from _smaller(condition)
        case AtLeast(number, parts):
            if len(parts) > 1:
                yield from _each(parts, lambda rest: AtLeast(min(number, len(rest)), rest))
            yield from _inside(parts, lambda changed: AtLeast(number, changed))
        case Together(parts) | Near(_, parts):
            yield f"that the parts of `{in_short(condition)}` stand together", Group(all=parts)
            yield from _inside(parts, lambda changed: replace(condition, parts=changed))
        case Count(number, part):
            yield f"the number {number} of `{in_short(condition)}`", part
            yield from ((what, replace(condition, part=changed)) for what, changed in _without(part))
        case Polarity(part):
            yield f"the polarity of `{in_short(condition)}`", part
            yield from ((what, replace(condition, part=changed)) for what, changed in _without(part))
        case Scored(least, points):
            yield from _fewer_points(least, points)


def _smaller(group: Group) -> Iterator[tuple[str, Condition]]:
    joins = {"all": group.all, "any": group.any, "none": group.none}
    alone = sum(map(len, joins.values())) == 1
    for name, parts in joins.items():

        def joined(rest: tuple[Condition, ...], name: str = name) -> Group:
            return Group(**{**joins, name: rest})

        if not alone:
            yield from _each(parts, joined)
        yield from _inside(parts, joined)


def _fewer_points(least: float, points: tuple[Points, ...]) -> Iterator[tuple[str, Condition]]:
    for place, one in enumerate(points):
        yield f"{one.points:g} points for `{in_short(one.when)}`", Scored(least, points[:place] + points[place + 1 :])
        for what, changed in _without(one.when):
            yield what, Scored(least, (*points[:place], replace(one, when=changed), *points[place + 1 :]))


def _each(parts: tuple[Condition, ...], joined: Callable[[tuple[Condition, ...]], Condition]) -> Iterator[tuple[str, Condition]]:
    for place, part in enumerate(parts):
        yield f"the clause `{in_short(part)}`", joined(parts[:place] + parts[place + 1 :])


def _inside(parts: tuple[Condition, ...], joined: Callable[[tuple[Condition, ...]], Condition]) -> Iterator[tuple[str, Condition]]:
    for place, part in enumerate(parts):
        for what, changed in _without(part):
            yield what, joined((*parts[:place], changed, *parts[place + 1 :]))


def _shorter(leaf: Leaf) -> Iterator[tuple[str, Condition]]:
    """The leaf with one of several values left out."""
    values, options = _values(leaf.options), leaf.options
    if len(values) > 1 and isinstance(options, BaseModel):
        for place, value in enumerate(values):
            rest = values[:place] + values[place + 1 :]
            yield f"“{value}” of `{leaf.kind}`", replace(leaf, options=type(options).model_validate(rest))


def _values(options: object) -> tuple[Any, ...]:
    """The values of options that are a text or a list of texts; none for any other."""
    root = options.root if isinstance(options, RootModel) else None
    if isinstance(root, str):
        return (root,)
    return tuple(root) if isinstance(root, (tuple, list)) else ()


def _without_term(name: str, term: str) -> Callable[[Watch, Mapping[str, Rule]], tuple[Watch, dict[str, Rule]]]:
    def make(watch: Watch, rules: Mapping[str, Rule]) -> tuple[Watch, dict[str, Rule]]:
        rest = tuple(one for one in watch.lists[name] if one != term)
        return replace(watch, lists={**watch.lists, name: rest}), dict(rules)

    return make


def _without_alias(name: str, place: int) -> Callable[[Watch, Mapping[str, Rule]], tuple[Watch, dict[str, Rule]]]:
    def make(watch: Watch, rules: Mapping[str, Rule]) -> tuple[Watch, dict[str, Rule]]:
        entity = watch.entities[name]
        rest = replace(entity, aliases=entity.aliases[:place] + entity.aliases[place + 1 :])
        return replace(watch, entities={**watch.entities, name: rest}), dict(rules)

    return make

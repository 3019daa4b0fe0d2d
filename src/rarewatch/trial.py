"""Rules and types held against the examples that stand beside them. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from rarewatch.match import Compiled, failing
from rarewatch.normalise import about
from rarewatch.nouns.item import Item
from rarewatch.nouns.source import Source
from rarewatch.nouns.watch import AnnouncementType, Clause, Example, Rule, Watch

TYPE = "type:"
"""What stands before the id of an announcement type where rules and types are told apart by their names."""

Look: TypeAlias = Callable[[Example], Example | str]
"""Fills in the text of an example that names an archived item, or says in words why that cannot be done."""


@dataclass(frozen=True, slots=True)
class Trial:
    """One example, tried: `of` is a rule's id, or `type:ID`.

    `passed` is None where the example could not be tried; `why` says what went wrong, "" when nothing did.
    """

    of: str
    example: Example
    passed: bool | None
    why: str = ""


def no_archive(example: Example) -> Example | str:
    """A `Look` where there is no archive to look into."""
    return f"item {example.item or example.url} is in no archive here"


def archived(example: Example, stored: Callable[[str, str], Item | None], sources: Mapping[str, Source]) -> Example | str:
    """An example that names an archived item, with the item's text; or a sentence when the archive has no such item.

    `stored` finds an item by its number or its address.
    """
    item = stored(str(example.item) if example.item else "", example.url)
    if item is None:
        return f"the archive has no item {example.item or example.url}"
    return replace(
        example, title=item.title, text=item.text, attachment=item.attachment, about=about(item, sources.get(item.source))
    )


def subjects(watch: Watch) -> dict[str, Rule]:
    """All that has examples, types made into rules; whatever rests is awake, for a rule at rest is to be right all the same."""
    awake = {name: replace(rule, enabled=True, disabled=None) for name, rule in watch.rules.items()}
    return awake | {TYPE + name: _as_rule(type_) for name, type_ in watch.types.items()}


def _as_rule(type_: AnnouncementType) -> Rule:
    return Rule(TYPE + type_.id, type_.name, type_.severity, type_.when, type_.zh, where=type_.where, examples=type_.examples)


def examined(watch: Watch, rules: Mapping[str, Rule]) -> Compiled:
    """`rules` made ready, with the entities and lists of `watch` and nothing else."""
    return Compiled(replace(watch, rules=rules, types={}))


def run(watch: Watch, only: Iterable[str] = (), look: Look = no_archive) -> Iterator[Trial]:
    """Try every example of the rules and types named `only` (none: all), in the order they are written."""
    wanted = frozenset(only)
    chosen = {name: rule for name, rule in subjects(watch).items() if not wanted or name in wanted}
    compiled = examined(watch, chosen)
    for name, rule in chosen.items():
        for example in rule.examples:
            yield _tried(name, example, compiled, look)


def _tried(name: str, example: Example, compiled: Compiled, look: Look) -> Trial:
    found = look(example) if example.item or example.url else example
    if isinstance(found, str):
        return Trial(name, example, None, found)
    held = holds(compiled, name, found)
    if held == example.match:
        return Trial(name, example, passed=True)
    return Trial(name, example, passed=False, why=_reason(compiled, name, found))


def holds(compiled: Compiled, name: str, example: Example) -> bool:
    """Whether the rule `name` holds for the text of an example."""
    return any(
        match.rule == name for match in compiled.matches(example.title, example.text, example.attachment, about=example.about)
    )


def _reason(compiled: Compiled, name: str, example: Example) -> str:
    explained = compiled.explain(example.title, example.text, example.attachment, about=example.about)
    clause = next(clause for rule, clause in explained if rule.id == name)
    if clause.held:
        return "it holds, by " + ", ".join(dict.fromkeys(f"“{quote}”" for quote in quotes(clause)))
    return f"it does not hold: {(failing(clause) or clause).text}"


def quotes(clause: Clause) -> Iterator[str]:
    """The stretches of text that make a clause hold."""
    if clause.held:
        yield from (span.text for span in clause.spans)
        for part in clause.parts:
            yield from quotes(part)

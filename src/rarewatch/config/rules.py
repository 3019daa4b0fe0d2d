"""`rules/*.yaml` -> term lists and `Rule` values."""

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import Any

from rarewatch import match, matchers
from rarewatch.config import kinds
from rarewatch.config.conditions import Leaves, condition
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import RuleFile, RuleSpec, TermList
from rarewatch.config.reader import Node
from rarewatch.config.units import ID
from rarewatch.matchers import Lexicon
from rarewatch.nouns.watch import Rule, Watch
from rarewatch.text.terms import fault_of_term


@dataclass(frozen=True, slots=True)
class _Written:
    """A rule beside the place and the leaves it was read from."""

    rule: Rule
    node: Node
    leaves: Leaves


class Rules:
    """Gathers term lists and rules over files; ids are unique over all of them."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.lists: dict[str, tuple[str, ...]] = {}
        self.list_ids: dict[str, Node] = {}
        self.ids: dict[str, Node] = {}
        self._written: dict[str, _Written] = {}
        self._mistakes = mistakes

    def add(self, node: Node) -> None:
        """Read one file."""
        if self._mistakes.check(RuleFile, node) is None:
            return
        lists, rules = node.child("lists"), node.child("rules")
        for name in (lists.value if lists else None) or ():
            assert lists is not None
            self._list(lists, name)
        for entry in rules.children() if rules else ():
            self._rule(entry)

    def _list(self, lists: Node, name: str) -> None:
        node = lists.child(name)
        assert node is not None
        if not ID.fullmatch(name):
            self._mistakes.add(
                lists, f"the name of the list '{name}' is not well formed", "use small letters, digits, '.', '_', '-'", key=name
            )
        fresh = self._mistakes.unique(self.list_ids, "list", name, node)
        read = self._mistakes.check(TermList, node, inside=name)
        for entry in node.children() if read is not None else ():
            if fault := fault_of_term(entry.value):
                self._mistakes.add(entry, fault, "write more of it, or leave it out")
        if read is not None and fresh:
            self.lists[name] = tuple(dict.fromkeys(read.root))

    def _rule(self, node: Node) -> None:
        fresh = not node.text("id") or self._mistakes.unique(self.ids, "rule", node.text("id"), node.child("id") or node)
        spec, when = self._mistakes.check(RuleSpec, node), node.child("when")
        leaves: Leaves = []
        held = condition(when, self._mistakes, leaves) if when is not None else None
        if spec is None or held is None or not fresh:
            return
        rule = Rule(spec.id, spec.title, spec.severity, held, spec.title_zh, where=node.where, enabled=spec.enabled)
        self._written[rule.id] = _Written(rule, node, leaves)

    def finish(self, watch: Watch) -> dict[str, Rule]:
        """The rules with their digests, held against the entities and lists of `watch` (whose own rules are not looked at)."""
        lexicon = Lexicon(watch.entities, watch.lists)
        before, told = len(self._mistakes.errors), dict[str, list[str]]()
        for written in self._written.values():
            told[written.rule.id] = self._check(written, lexicon)
        rules = {name: written.rule for name, written in self._written.items()}
        for name, sentence in match.problems(replace(watch, rules=rules)):
            # Terms of lists and aliases were held against the same test where they are written.
            if name in rules and not any(known in sentence for known in told[name]):
                self._mistakes.add(self._written[name].node, f"rule '{name}': {sentence}")
        if len(self._mistakes.errors) > before:
            return rules
        entities = _Once(watch)
        return {name: replace(one.rule, digest=_digest(one, lexicon, entities)) for name, one in self._written.items()}

    def _check(self, written: _Written, lexicon: Lexicon) -> list[str]:
        told = []
        for leaf, node in written.leaves:
            matcher, _ = kinds.find(matchers.KINDS, leaf.kind)
            for sentence in matcher().check(leaf.options, lexicon):
                self._mistakes.add(node, f"rule '{written.rule.id}': {sentence}")
                told.append(sentence)
        return told


class _Once:
    """The canonical text of each entity, made once."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch
        self._texts: dict[str, str] = {}

    def text(self, entity: str) -> str:
        """What the rule's digest takes of `entity`."""
        if entity not in self._texts:
            known = self._watch.entities.get(entity)
            self._texts[entity] = _canonical(asdict(known)) if known else ""
        return self._texts[entity]


def _digest(written: _Written, lexicon: Lexicon, entities: _Once) -> str:
    """The version of a rule: changes with its own text and with the terms and entities it names."""
    named: list[Any] = []
    for leaf, _ in written.leaves:
        found, _ = kinds.find(matchers.KINDS, leaf.kind)
        matcher = found()
        terms = sorted(matcher.terms(leaf.options, lexicon))
        named.append([leaf.kind, terms, [entities.text(entity) for entity in sorted(matcher.entities(leaf.options, lexicon))]])
    return hashlib.sha256(_canonical([written.node.value, named]).encode()).hexdigest()[:12]


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))

"""`rules/*.yaml` -> term lists and `Rule` values."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from rarewatch import match
from rarewatch.config.conditions import Leaves, condition
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import DisabledSpec, RuleFile, RuleGroupSpec, RuleSpec, TermList
from rarewatch.config.reader import Node
from rarewatch.config.types import Types
from rarewatch.config.units import ID, suggestion
from rarewatch.config.written import Once, Written, examples
from rarewatch.matchers import Lexicon
from rarewatch.nouns.watch import Adjust, Condition, Disabled, Group, Rule, Watch
from rarewatch.text.terms import fault_of_term

_LINE = 20
"""Most rules that may inherit from one another in a row."""
_INHERITED = ("title", "title_zh", "severity", "group", "adjust")


class Rules:
    """Gathers term lists and rules over files; ids are unique over all of them."""

    def __init__(self, mistakes: Mistakes, today: date) -> None:
        """`today` decides what has rested long enough."""
        self.lists: dict[str, tuple[str, ...]] = {}
        self.list_ids: dict[str, Node] = {}
        self.ids: dict[str, Node] = {}
        self.warnings: list[str] = []
        self._nodes: dict[str, Node] = {}
        self._groups: dict[str, Disabled | None] = {}
        self._group_ids: dict[str, Node] = {}
        self._found: dict[str, Rule] = {}
        self._written: dict[str, Written] = {}
        self._tried: set[str] = set()
        self._mistakes, self._today = mistakes, today

    def add(self, node: Node) -> None:
        """Read one file; rules are only noted, `resolve` makes them."""
        if self._mistakes.check(RuleFile, node) is None:
            return
        lists, rules, groups = node.child("lists"), node.child("rules"), node.child("groups")
        for name in (lists.value if lists else None) or ():
            assert lists is not None
            self._list(lists, name)
        for name in (groups.value if groups else None) or ():
            assert groups is not None
            self._group(groups, name)
        for entry in rules.children() if rules else ():
            self._note(entry)

    def _list(self, lists: Node, name: str) -> None:
        node = lists.child(name)
        assert node is not None
        self._named(lists, "list", name)
        fresh = self._mistakes.unique(self.list_ids, "list", name, node)
        read = self._mistakes.check(TermList, node, inside=name)
        for entry in node.children() if read is not None else ():
            if fault := fault_of_term(entry.value):
                self._mistakes.add(entry, fault, "write more of it, or leave it out")
        if read is not None and fresh:
            self.lists[name] = tuple(dict.fromkeys(read.root))

    def _group(self, groups: Node, name: str) -> None:
        node = groups.child(name)
        assert node is not None
        self._named(groups, "group", name)
        fresh = self._mistakes.unique(self._group_ids, "group", name, node)
        read = self._mistakes.check(RuleGroupSpec, node, inside=name)
        if read is not None and fresh:
            self._groups[name] = self._rest(f"group '{name}'", node, read.disabled)

    def _named(self, node: Node, what: str, name: str) -> None:
        if not ID.fullmatch(name):
            hint = "use small letters, digits, '.', '_', '-'"
            self._mistakes.add(node, f"the name of the {what} '{name}' is not well formed", hint, key=name)

    def _note(self, node: Node) -> None:
        name = node.text("id")
        if not name or self._mistakes.unique(self.ids, "rule", name, node.child("id") or node):
            self._nodes[name or f" {len(self._nodes)}"] = node

    def resolve(self) -> None:
        """Make the rules, those that others inherit from first."""
        for name in self._nodes:
            self._rule(name, ())
        for name, node in self._group_ids.items():
            if name in self._groups and not any(rule.group == name for rule in self._found.values()):
                self.warnings.append(f"{node.where}: no rule is in the group '{name}'")
        # In the order of the files, whoever was made first.
        self._found = {name: self._found[name] for name in self._nodes if name in self._found}

    def _rule(self, name: str, path: tuple[str, ...]) -> None:
        """Make one rule; `path` leads here over the rules that inherit from it."""
        node = self._nodes[name]
        base, when = node.text("inherit"), node.child("when")
        if name in self._tried:
            return
        self._tried.add(name)
        leaves: Leaves = []
        above = self._base(node, base, (*path, name)) if base else None
        spec = None if base and above is None else self._checked(node, above)
        own = condition(when, self._mistakes, leaves) if when is not None else None
        adjust = self._adjust(node, spec, base, leaves)
        held = _joined(self._found[base].when if above else None, own)
        if spec is None or adjust is None or held is None or (when is not None and own is None):
            return
        self._found[name] = self._made(node, spec, held, adjust)
        values, inherited = (above.values, [*above.leaves, *above.inherited]) if above else ((), [])
        self._written[name] = Written(f"rule '{name}'", node, leaves, (*values, node.value), inherited)

    def _made(self, node: Node, spec: RuleSpec, when: Condition, adjust: tuple[Adjust, ...]) -> Rule:
        rest = self._rest(f"rule '{spec.id}'", node, spec.disabled)
        return Rule(
            spec.id,
            spec.title,
            spec.severity,
            when,
            spec.title_zh,
            where=node.where,
            enabled=spec.enabled,
            group=spec.group or "",
            adjust=adjust,
            examples=examples(node, spec.match, spec.ignore),
            disabled=_longer(rest, self._groups.get(spec.group or "")),
        )

    def _base(self, node: Node, base: str, path: tuple[str, ...]) -> Written | None:
        """The rule that `node` inherits from, made; None, with the mistake noted, when there is none that is right."""
        at = node.child("inherit") or node
        if base in path:
            way = " → ".join((*path[path.index(base) :], base))
            self._mistakes.add(at, f"the rule '{base}' inherits from itself: {way}", "one of them must stand for itself")
        elif len(path) > _LINE or (base in self._written and len(self._written[base].values) >= _LINE):
            message = f"more than {_LINE} rules inherit from one another in a row"
            self._mistakes.add(at, message, "let this one inherit from an earlier one")
            return None
        elif base not in self._nodes:
            self._mistakes.add(at, f"there is no rule '{base}' to inherit from", suggestion(base, list(self.ids)))
        else:
            self._rule(base, path)
        return self._written.get(base)

    def _checked(self, node: Node, above: Written | None) -> RuleSpec | None:
        if above is None or not isinstance(node.value, dict):
            return self._mistakes.check(RuleSpec, node)
        given = {key: value for one in above.values for key, value in one.items() if key in (*_INHERITED, "when")}
        places = above.node

        def locate(key: Any) -> Node:
            return node if key in node.value or key not in given else places

        return self._mistakes.check(RuleSpec, node, {**given, **node.value}, locate=locate)

    def _adjust(self, node: Node, spec: RuleSpec | None, base: str, leaves: Leaves) -> tuple[Adjust, ...] | None:
        written = node.child("adjust")
        if spec is None:
            return None
        if written is None:
            return self._found[base].adjust if base else ()
        found = []
        for one, entry in zip(spec.adjust, written.children(), strict=True):
            when = entry.child("when")
            held = condition(when, self._mistakes, leaves) if when is not None else None
            if held is None:
                return None
            found.append(Adjust(held, one.by, one.to))
        return tuple(found)

    def _rest(self, what: str, node: Node, spec: DisabledSpec | None) -> Disabled | None:
        if spec is None:
            return None
        if spec.until and spec.until < self._today:
            where = (node.child("disabled") or node).where
            self.warnings.append(f"{where}: {what} rested until {spec.until} and is active again; remove `disabled`")
        return Disabled(spec.reason, spec.until)

    def finish(self, watch: Watch, types: Types) -> Watch:
        """`watch` with the rules and types, held against its entities and lists, the rules with their versions."""
        lexicon = Lexicon(watch.entities, watch.lists, watch.groups)
        written = {**self._written, **{f"type:{name}": one for name, one in types.written.items()}}
        before = len(self._mistakes.errors)
        told = [sentence for one in written.values() for sentence in one.check(lexicon, self._mistakes)]
        complete = replace(watch, rules=self._found, types=types.found)
        for name, sentence in match.problems(complete):
            # Terms of lists and aliases were held against the same test where they are written.
            if name in written and not any(known in sentence for known in told):
                self._mistakes.add(written[name].node, f"{written[name].what}: {sentence}")
        if len(self._mistakes.errors) > before:
            return complete
        entities = Once(watch.entities)
        return replace(complete, rules=_dated(self._found, self._written, lexicon, entities))


def _dated(found: Mapping[str, Rule], written: Mapping[str, Written], lexicon: Lexicon, entities: Once) -> dict[str, Rule]:
    return {name: replace(rule, digest=written[name].version(lexicon, entities)) for name, rule in found.items()}


def _joined(above: Condition | None, own: Condition | None) -> Condition | None:
    if above is None or own is None:
        return above or own
    return Group(all=(above, own))


def _longer(one: Disabled | None, other: Disabled | None) -> Disabled | None:
    """Of two reasons to rest the one that lasts longer."""
    if one is None or other is None:
        return one or other
    return one if one.until is None or (other.until and one.until >= other.until) else other

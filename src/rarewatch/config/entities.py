"""`entities.yaml` -> `Entity` values and groups of them."""

from collections.abc import Iterator

from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import AliasSpec, EntityFile, EntityGroupSpec, EntitySpec
from rarewatch.config.reader import Node
from rarewatch.config.units import suggestion
from rarewatch.nouns.watch import Alias, Entity, Paper
from rarewatch.text.terms import fault_of_term, looked_for

_TOLD = 20
"""Most groups of a circle that a message names."""


class Entities:
    """The entities that are right, the ids of all that are written down, and warnings."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.found: dict[str, Entity] = {}
        self.ids: dict[str, Node] = {}
        self.warnings: list[str] = []
        self.group_ids: dict[str, Node] = {}
        self.groups: dict[str, tuple[str, ...]] = {}
        self._mistakes = mistakes

    def add(self, node: Node) -> None:
        """Read the file."""
        entries, groups = node.child("entities"), node.child("groups")
        if self._mistakes.check(EntityFile, node) is None:
            return
        for entry in entries.children() if entries else ():
            known = entry.text("id")
            fresh = not known or self._mistakes.unique(self.ids, "entity", known, entry.child("id") or entry)
            spec = self._mistakes.check(EntitySpec, entry)
            if spec is not None and fresh:
                self.found[spec.id] = _entity(spec)
                self._weigh(entry, self.found[spec.id])
        if entries:
            self._families(entries)
        if groups:
            self._band(groups)

    def _weigh(self, node: Node, entity: Entity) -> None:
        if not entity.aliases and not entity.document:
            self._mistakes.add(
                node, f"the entity '{entity.id}' has no alias and could never be found", "list aliases, or leave out `bare`"
            )
        for alias in entity.aliases:
            fault = fault_of_term(alias.text)
            if not looked_for(alias.text):
                self._mistakes.add(node, f"the entity '{entity.id}': {fault}", "remove it or write more of it")
            elif fault and not alias.with_any and not alias.weak:
                advice = "make it `weak`, give it `with`, or write more of it"
                self.warnings.append(f"{node.where}: an alias of {entity.id}: {fault}; {advice}")

    def _band(self, groups: Node) -> None:
        """Read the groups, and resolve them to entities."""
        members: dict[str, list[Node]] = {}
        for entry in groups.children():
            spec = self._mistakes.check(EntityGroupSpec, entry)
            known, at = entry.text("id"), entry.child("id") or entry
            if known in self.ids:
                self._mistakes.add(at, f"'{known}' is an entity already", f"it stands at {self.ids[known].where}")
            elif known and self._mistakes.unique(self.group_ids, "group", known, at) and spec:
                below = entry.child("members")
                members[spec.id] = below.children() if below else []
        circled: set[str] = set()
        for name in members:
            self.groups[name] = tuple(self._resolved(name, members, circled))

    def _resolved(self, name: str, members: dict[str, list[Node]], circled: set[str]) -> Iterator[str]:
        """The entities of a group and of the groups in it, each once; the groups of a circle that was told are in `circled`."""
        ways: dict[str, tuple[str, ...]] = {name: (name,)}
        told: set[str] = set()
        waiting = [(node, name) for node in reversed(members[name])]
        while waiting:
            node, above = waiting.pop()
            member = node.value
            if member == name and name not in circled:
                way = " → ".join((*ways[above], name))
                self._mistakes.add(node, f"the group '{name}' contains itself: {way}", "one of the members on this way must go")
                circled.update(ways[above])
            elif member in members and member not in ways:
                ways[member] = (*ways[above], member) if len(ways[above]) < _TOLD else ways[above]
                waiting += [(below, member) for below in reversed(members[member])]
            elif member in self.ids and member not in told:
                told.add(member)
                yield member
            elif above == name and member not in self.ids and member not in self.group_ids:
                hint = suggestion(member, [*self.ids, *self.group_ids])
                self._mistakes.add(node, f"there is no entity or group '{member}'", hint)

    def _families(self, entries: Node) -> None:
        parents = {entry.text("id"): entry.text("parent") for entry in entries.children()}
        for entry in entries.children():
            parent, at = entry.text("parent"), entry.child("parent") or entry
            if parent and parent not in self.ids:
                self._mistakes.add(at, f"there is no entity '{parent}'", suggestion(parent, list(self.ids)))
            elif parent and _leads_back(entry.text("id"), parents):
                self._mistakes.add(at, f"'{entry.text('id')}' is its own ancestor", "one of the parents on this way must go")


def _leads_back(start: str, parents: dict[str, str]) -> bool:
    """Whether `start` is met again on the way up; a circle that does not hold it is told where it is."""
    at, passed = parents.get(start, ""), set[str]()
    while at and at not in passed:
        if at == start:
            return True
        passed.add(at)
        at = parents.get(at, "")
    return False


def _entity(spec: EntitySpec) -> Entity:
    aliases = [_alias(alias) for alias in spec.aliases]
    listed = {alias.text.casefold() for alias in aliases}
    names = [name for name in (spec.name, spec.zh) if name.strip()] if spec.bare else []
    own = [Alias(name) for name in dict.fromkeys(names) if name.casefold() not in listed]
    unique = tuple(dict.fromkeys([*own, *aliases]))
    paper = Paper(spec.document.number, spec.document.year, tuple(spec.document.issuer)) if spec.document else None
    return Entity(spec.id, spec.kind, spec.name, spec.zh, unique, spec.parent, spec.note, paper)


def _alias(spec: AliasSpec) -> Alias:
    around = tuple(spec.with_any), tuple(spec.not_before), tuple(spec.not_after)
    return Alias(spec.text, *around, spec.case, spec.weak, spec.since, spec.until)

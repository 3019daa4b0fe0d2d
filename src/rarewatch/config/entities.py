"""`entities.yaml` -> `Entity` values."""

from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import AliasSpec, EntityFile, EntitySpec
from rarewatch.config.reader import Node
from rarewatch.config.units import suggestion
from rarewatch.nouns.watch import Alias, Entity
from rarewatch.text.terms import fault_of_term, looked_for


class Entities:
    """The entities that are right, the ids of all that are written down, and warnings."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.found: dict[str, Entity] = {}
        self.ids: dict[str, Node] = {}
        self.warnings: list[str] = []
        self._mistakes = mistakes

    def add(self, node: Node) -> None:
        """Read the file."""
        entries = node.child("entities")
        if self._mistakes.check(EntityFile, node) is None or entries is None:
            return
        for entry in entries.children():
            known = entry.text("id")
            fresh = not known or self._mistakes.unique(self.ids, "entity", known, entry.child("id") or entry)
            spec = self._mistakes.check(EntitySpec, entry)
            if spec is not None and fresh:
                self.found[spec.id] = _entity(spec)
                self._weigh(entry, self.found[spec.id])
        self._families(entries)

    def _weigh(self, node: Node, entity: Entity) -> None:
        if not entity.aliases:
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
    return Entity(spec.id, spec.kind, spec.name, spec.zh, unique, spec.parent, spec.note)


def _alias(spec: AliasSpec) -> Alias:
    return Alias(spec.text, tuple(spec.with_any), tuple(spec.not_before), tuple(spec.not_after), spec.case, spec.weak)

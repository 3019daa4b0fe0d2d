"""`types.yaml` -> `AnnouncementType` values."""

from rarewatch.config.conditions import Leaves, condition
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import TypeFile, TypeSpec
from rarewatch.config.reader import Node
from rarewatch.config.written import Written, examples
from rarewatch.nouns.watch import AnnouncementType


class Types:
    """The announcement types that are right, with the places they were read from."""

    def __init__(self, mistakes: Mistakes) -> None:
        self.found: dict[str, AnnouncementType] = {}
        self.written: dict[str, Written] = {}
        self._ids: dict[str, Node] = {}
        self._mistakes = mistakes

    def add(self, node: Node) -> None:
        """Read the file."""
        entries = node.child("types")
        if self._mistakes.check(TypeFile, node) is not None and entries is not None:
            for entry in entries.children():
                self._type(entry)

    def _type(self, node: Node) -> None:
        name, mistakes = node.text("id"), self._mistakes
        fresh = not name or mistakes.unique(self._ids, "type", name, node.child("id") or node)
        spec, when = mistakes.check(TypeSpec, node), node.child("when")
        leaves: Leaves = []
        held = condition(when, mistakes, leaves) if when is not None else None
        if spec is None or held is None or not fresh:
            return
        told = examples(node, spec.match, spec.ignore)
        self.found[spec.id] = AnnouncementType(spec.id, spec.name, spec.zh, spec.severity, held, told, node.where)
        self.written[spec.id] = Written(f"type '{spec.id}'", node, leaves, (node.value,))

"""What rules and announcement types have in common when they are read: a condition with its leaves, examples, and a version."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from rarewatch import matchers
from rarewatch.config import kinds
from rarewatch.config.conditions import Leaves
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import ExampleSpec
from rarewatch.config.reader import Node
from rarewatch.matchers import Lexicon
from rarewatch.nouns.watch import About, Entity, Example

_NO_PART_OF_A_VERSION = ("match", "ignore")


@dataclass(frozen=True, slots=True)
class Written:
    """Something with a condition beside the place and the leaves it was read from; `what` names it in messages.

    `values` are its own YAML and, before it, that of what it inherits from; `inherited` are the leaves from there.
    """

    what: str
    node: Node
    leaves: Leaves
    values: tuple[Any, ...]
    inherited: Leaves = field(default_factory=list)

    def check(self, lexicon: Lexicon, mistakes: Mistakes) -> list[str]:
        """Note what the matchers find wrong with the leaves; the sentences that were noted."""
        told = []
        for leaf, node in self.leaves:
            matcher, _ = kinds.find(matchers.KINDS, leaf.kind)
            for sentence in matcher().check(leaf.options, lexicon):
                mistakes.add(node, f"{self.what}: {sentence}")
                told.append(sentence)
        return told

    def version(self, lexicon: Lexicon, entities: "Once") -> str:
        """Twelve hex digits: they change with its own text, but for examples, and with the terms and entities it names."""
        named: list[Any] = []
        for leaf, _ in (*self.leaves, *self.inherited):
            found, _ = kinds.find(matchers.KINDS, leaf.kind)
            matcher = found()
            terms = sorted(matcher.terms(leaf.options, lexicon))
            named.append([leaf.kind, terms, [entities.text(entity) for entity in sorted(matcher.entities(leaf.options, lexicon))]])
        own = [{key: part for key, part in value.items() if key not in _NO_PART_OF_A_VERSION} for value in self.values]
        return hashlib.sha256(_canonical([*own, named]).encode()).hexdigest()[:12]


class Once:
    """The canonical text of each entity, made once."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        self._entities = entities
        self._texts: dict[str, str] = {}

    def text(self, entity: str) -> str:
        """What a version takes of `entity`."""
        if entity not in self._texts:
            known = self._entities.get(entity)
            self._texts[entity] = _canonical(asdict(known)) if known else ""
        return self._texts[entity]


def _canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def examples(node: Node, match: Sequence[ExampleSpec], ignore: Sequence[ExampleSpec]) -> tuple[Example, ...]:
    """The examples under `match` and `ignore` of `node`, in this order, each with its place."""
    found = []
    for key, specs in (("match", match), ("ignore", ignore)):
        places = node.child(key)
        for spec, place in zip(specs, places.children() if places else (), strict=True):
            about = About(source=spec.source, published=spec.published)
            told = Example(spec.title, spec.text, key == "match", place.where, about, spec.item or 0, spec.url, spec.attachment)
            found.append(told)
    return tuple(found)

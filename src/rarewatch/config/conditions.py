"""The condition of a rule -> the nodes and leaves of `nouns.watch`."""

from collections.abc import Callable
from typing import TypeAlias, TypeVar, get_args

from pydantic import BaseModel

from rarewatch import matchers
from rarewatch.config import kinds
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import AtLeastSpec, CountSpec, NearSpec, ScoreSpec
from rarewatch.config.reader import Node
from rarewatch.config.units import suggestion
from rarewatch.nouns.watch import AtLeast, Condition, Count, Group, Leaf, Near, Points, Polarity, Scope, Scored, Together

JOINS = ("all", "any", "none")
_SCOPES: tuple[Scope, ...] = get_args(Scope)
_SHAPE = "write all, any or none with lists of conditions, or one matcher such as terms"
_APART = "put `all` with several of them beside `near`, or write one `near` with all of their parts"

Leaves: TypeAlias = list[tuple[Leaf, Node]]
"""The leaves of a condition, each with the place of what is written under its key."""

Shape = TypeVar("Shape", bound=BaseModel)


def condition(node: Node, mistakes: Mistakes, leaves: Leaves) -> Condition | None:
    """The condition at `node`; None when a mistake was noted. Its leaves are added to `leaves`."""
    return _Reader(mistakes, leaves).condition(node)


class _Reader:
    def __init__(self, mistakes: Mistakes, leaves: Leaves) -> None:
        self._mistakes, self._leaves = mistakes, leaves

    def condition(self, node: Node) -> Condition | None:
        if not isinstance(node.value, dict) or not node.value:
            self._mistakes.add(node, "a condition must be a mapping", _SHAPE)
            return None
        if any(key in JOINS for key in node.value):
            return self._group(node)
        return self._single(node)

    def _group(self, node: Node) -> Group | None:
        right = True
        joined: dict[str, tuple[Condition, ...]] = {}
        for key in node.value:
            if key not in JOINS:
                hint = (
                    f"`{key}` goes into an entry of its own inside one of the lists"
                    if key in NODES or _is_leaf_key(key)
                    else suggestion(key, list(JOINS))
                )
                self._mistakes.add(node, f"'{key}' must not stand beside all, any or none", hint, key=key)
                right = False
                continue
            part = node.child(key)
            assert part is not None
            read = self._several(part, key)
            joined[key] = read or ()
            right = right and read is not None
        return Group(**joined) if right else None

    def _single(self, node: Node) -> Condition | None:
        keys = [key for key in node.value if key != "in"]
        if len(keys) != 1:
            if not keys:
                self._mistakes.add(node, "'in' stands alone", "put a matcher such as terms beside it")
            for key in keys[1:]:
                hint = f"join '{keys[0]}' and '{key}' with all or any"
                self._mistakes.add(node, f"'{key}' is a second matcher in one condition", hint, key=key)
            self._scope(node)
            return None
        key = keys[0]
        part = node.child(key)
        assert part is not None
        if key in NODES:
            if "in" in node.value:
                self._mistakes.add(node, f"'in' must not stand beside '{key}'", "write it beside each matcher inside", key="in")
            read = NODES[key](self, part)
            return None if "in" in node.value else read
        return self._leaf(node, key, part)

    def _scope(self, node: Node) -> Scope | None:
        written = node.value.get("in", "any")
        for scope in _SCOPES:
            if written == scope:
                return scope
        given = written if isinstance(written, str) else ""
        at = node.child("in") or node
        self._mistakes.add(at, "'in' is not one of " + ", ".join(_SCOPES), suggestion(given, list[str](_SCOPES)))
        return None

    def _leaf(self, node: Node, key: str, part: Node) -> Leaf | None:
        scope = self._scope(node)
        if not _is_leaf_key(key):
            known = [*JOINS, *NODES, *sorted(matchers.KINDS)]
            self._mistakes.add(node, f"unknown condition '{key}'", suggestion(key, known), key=key)
            return None
        read = kinds.options(matchers.KINDS, key, part, self._mistakes, inside=key)
        if read is None or scope is None:
            return None
        leaf = Leaf(key, read, scope)
        self._leaves.append((leaf, part))
        return leaf

    def _several(self, node: Node | None, key: str, least: int = 1) -> tuple[Condition, ...] | None:
        """The conditions of a list; None when a mistake was noted."""
        entries = node.children() if node else []
        if node and len(entries) < least:
            count = "one condition" if least == 1 else f"{least} conditions"
            self._mistakes.add(node, f"'{key}' must be a list of at least {count}", "begin each condition with '- '")
        read = [one for entry in entries if (one := self.condition(entry)) is not None]
        return tuple(read) if len(read) == len(entries) >= least else None

    def _shaped(self, shape: type[Shape], node: Node, key: str) -> Shape | None:
        return self._mistakes.check(shape, node, inside=key)

    def at_least(self, node: Node) -> AtLeast | None:
        spec = self._shaped(AtLeastSpec, node, "at_least")
        parts = self._several(node.child("of"), "of") if spec else None
        if spec is None or parts is None:
            return None
        if spec.n > len(parts):
            self._mistakes.add(node.child("n") or node, f"'n' is {spec.n} of {len(parts)}: it could never hold", "lower `n`")
            return None
        return AtLeast(spec.n, parts)

    def count(self, node: Node) -> Count | None:
        spec, below = self._shaped(CountSpec, node, "count"), node.child("of")
        part = self.condition(below) if spec and below else None
        return Count(spec.n, part) if spec and part else None

    def sentence(self, node: Node) -> Together | None:
        parts = self._several(node, "sentence", 2)
        return Together(parts) if parts else None

    def near(self, node: Node) -> Near | None:
        spec, below = self._shaped(NearSpec, node, "near"), node.child("of")
        parts = self._several(below, "of", 2) if spec else None
        if spec is None or parts is None or below is None:
            return None
        scattered = [entry for entry, part in zip(below.children(), parts, strict=True) if not _placed(part)]
        for entry in scattered:
            message = "a part of 'near' must stand at one place: a matcher that looks at the text, or `any` with several"
            self._mistakes.add(entry, message, _APART)
        return None if scattered else Near(spec.within, parts, spec.ordered)

    def polarity(self, node: Node, *, negated: bool) -> Polarity | None:
        part = self.condition(node)
        return Polarity(part, negated) if part else None

    def score(self, node: Node) -> Scored | None:
        spec, below = self._shaped(ScoreSpec, node, "score"), node.child("of")
        if spec is None or below is None:
            return None
        read = [self.condition(when) for entry in below.children() if (when := entry.child("when"))]
        parts = [Points(one.points, when) for one, when in zip(spec.of, read, strict=True) if when is not None]
        if len(parts) < len(read):
            return None
        most = sum(part.points for part in parts if part.points > 0)
        if most < spec.at_least:
            message = f"'at_least' is {spec.at_least:g}, but all points together make {most:g}: it could never hold"
            self._mistakes.add(node.child("at_least") or node, message, "lower it, or give more points")
            return None
        return Scored(spec.at_least, tuple(parts))


NODES: dict[str, Callable[[_Reader, Node], Condition | None]] = {
    "at_least": _Reader.at_least,
    "count": _Reader.count,
    "sentence": _Reader.sentence,
    "near": _Reader.near,
    "affirmed": lambda reader, node: reader.polarity(node, negated=False),
    "negated": lambda reader, node: reader.polarity(node, negated=True),
    "score": _Reader.score,
}
"""The keys of conditions that are made of others, beside `all`, `any` and `none`."""


def _is_leaf_key(key: str) -> bool:
    return key in matchers.KINDS or ":" in key


def _placed(part: Condition) -> bool:
    if isinstance(part, Polarity):
        return _placed(part.part)
    if isinstance(part, Group):
        return bool(part.any) and not part.all and not part.none and all(map(_placed, part.any))
    return isinstance(part, Leaf) and not hasattr(kinds.find(matchers.KINDS, part.kind)[0], "holds")

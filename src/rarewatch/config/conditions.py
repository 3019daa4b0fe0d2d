"""The condition of a rule -> `Group` and `Leaf`."""

from typing import TypeAlias, get_args

from rarewatch import matchers
from rarewatch.config import kinds
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.reader import Node
from rarewatch.config.units import suggestion
from rarewatch.nouns.watch import Condition, Group, Leaf, Scope

_JOINS = ("all", "any", "none")
_SCOPES = get_args(Scope)
_SHAPE = "write all, any or none with lists of conditions, or one matcher such as terms"


Leaves: TypeAlias = list[tuple[Leaf, Node]]
"""The leaves of a condition, each with the place of what is written under its key."""


def condition(node: Node, mistakes: Mistakes, leaves: Leaves) -> Condition | None:
    """The condition at `node`; None when a mistake was noted. Its leaves are added to `leaves`."""
    if not isinstance(node.value, dict) or not node.value:
        mistakes.add(node, "a condition must be a mapping", _SHAPE)
        return None
    if any(key in _JOINS for key in node.value):
        return _group(node, mistakes, leaves)
    return _leaf(node, mistakes, leaves)


def _group(node: Node, mistakes: Mistakes, leaves: Leaves) -> Group | None:
    right = True
    joined: dict[str, tuple[Condition, ...]] = {}
    for key in node.value:
        if key not in _JOINS:
            hint = (
                f"`{key}` goes into an entry of its own inside one of the lists"
                if _is_leaf_key(key)
                else suggestion(key, list(_JOINS))
            )
            mistakes.add(node, f"'{key}' must not stand beside all, any or none", hint, key=key)
            right = False
            continue
        part = node.child(key)
        assert part is not None
        if not part.children():
            mistakes.add(part, f"'{key}' must be a list of at least one condition", "begin each condition with '- '")
            right = False
        read = [condition(child, mistakes, leaves) for child in part.children()]
        joined[key] = tuple(one for one in read if one is not None)
        right = right and len(joined[key]) == len(read)
    return Group(**joined) if right else None


def _leaf(node: Node, mistakes: Mistakes, leaves: Leaves) -> Leaf | None:
    keys = [key for key in node.value if key != "in"]
    scope = node.value.get("in", "any")
    if scope not in _SCOPES:
        given = scope if isinstance(scope, str) else ""
        mistakes.add(node.child("in") or node, "'in' is not one of " + ", ".join(_SCOPES), suggestion(given, list(_SCOPES)))
    if len(keys) != 1:
        if not keys:
            mistakes.add(node, "'in' stands alone", "put a matcher such as terms beside it")
        for key in keys[1:]:
            mistakes.add(
                node, f"'{key}' is a second matcher in one condition", f"join '{keys[0]}' and '{key}' with all or any", key=key
            )
        return None
    part = node.child(keys[0])
    assert part is not None
    if not _is_leaf_key(keys[0]):
        mistakes.add(node, f"unknown condition '{keys[0]}'", suggestion(keys[0], [*_JOINS, *sorted(matchers.KINDS)]), key=keys[0])
        return None
    read = kinds.options(matchers.KINDS, keys[0], part, mistakes, inside=keys[0])
    if read is None or scope not in _SCOPES:
        return None
    leaf = Leaf(keys[0], read, scope)
    leaves.append((leaf, part))
    return leaf


def _is_leaf_key(key: str) -> bool:
    return key in matchers.KINDS or ":" in key

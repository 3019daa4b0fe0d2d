"""Looks up the kinds that YAML names and validates their options."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel

from rarewatch import registry
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.reader import Node
from rarewatch.config.units import suggestion

_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)


def find(kinds: Mapping[str, str], kind: str) -> tuple[Any, str]:
    """The class that serves `kind`, or None and the reason in words."""
    if kind not in kinds and not _DOTTED.fullmatch(kind):
        return None, suggestion(kind, sorted(kinds))
    try:
        found = registry.load(kinds, kind)
    except registry.UnknownKindError as error:
        return None, str(error)
    except Exception as error:  # noqa: BLE001 - importing somebody's module may raise anything; it is their configuration's fault
        return None, f"importing it raised {type(error).__name__}"
    shape = getattr(found, "Options", None)
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return found, ""
    return None, "it has no `Options` model"


def options(
    kinds: Mapping[str, str],
    kind: str,
    node: Node,
    mistakes: Mistakes,
    *,
    value: Any = None,
    at: tuple[Node, str] | None = None,
    locate: Callable[[Any], Node] | None = None,
    inside: str = "",
) -> BaseModel | None:
    """The options under `node` (or `value` in their place) as the kind's own model; None when a mistake was noted.

    `at` is the mapping and key where the kind is named, told of when there is no such kind; `locate` and `inside` as in
    `Mistakes.check`.
    """
    found, why = find(kinds, kind)
    if found is None:
        place, key = at or (node, "")
        mistakes.add(place.child(key) or place, f"unknown kind '{kind}'", why)
        return None
    shape: type[BaseModel] = found.Options
    return mistakes.check(shape, node, value, locate=locate, inside=inside)

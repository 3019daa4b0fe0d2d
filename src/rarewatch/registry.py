"""Turns a kind's name, as written in YAML, into the class that serves it.

Each family (`sources`, `matchers`, `notifiers`, `stores`, `engines`) keeps a plain dict `KINDS` of dotted names: one greppable
line a kind, imported on first use. A name with a colon (`mypackage.module:Class`) reaches outside rarewatch.
"""

from collections.abc import Mapping
from importlib import import_module
from typing import Any


class UnknownKindError(LookupError):
    """A kind that is neither registered nor importable; `known` lists what would be right."""

    def __init__(self, kind: str, known: list[str], why: str) -> None:
        """`kind` as written, `known` the registered names, `why` one clause for people."""
        super().__init__(f"unknown kind {kind!r}: {why}")
        self.kind = kind
        self.known = known


def load(kinds: Mapping[str, str], kind: str) -> Any:
    """Return the class registered as `kind`, or the one a dotted `module:Class` names.

    Raises `UnknownKindError` when there is no such kind, module or class.
    """
    dotted = kinds.get(kind, kind if ":" in kind else "")
    if not dotted:
        raise UnknownKindError(kind, sorted(kinds), "it is not one of " + ", ".join(sorted(kinds)))
    module, _, name = dotted.partition(":")
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError, TypeError, ValueError) as error:
        raise UnknownKindError(kind, sorted(kinds), f"{dotted} could not be imported ({error})") from error

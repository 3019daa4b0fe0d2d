"""Pydantic's findings, as places in a file and plain words."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo

from rarewatch.config.reader import Node
from rarewatch.config.units import suggestion

_TYPES: dict[str, tuple[str, str]] = {
    "string_type": ("must be text", "write one piece of text"),
    "list_type": ("must be a list", "write [one, two], or one a line behind '- '"),
    "tuple_type": ("must be a list", "write [one, two], or one a line behind '- '"),
    "set_type": ("must be a list", "write [one, two], or one a line behind '- '"),
    "frozen_set_type": ("must be a list", "write [one, two], or one a line behind '- '"),
    "dict_type": ("must be a mapping", "write `key: value`, one a line"),
    "model_type": ("must be a mapping", "write `key: value`, one a line"),
    "model_attributes_type": ("must be a mapping", "write `key: value`, one a line"),
    "mapping_type": ("must be a mapping", "write `key: value`, one a line"),
    "bool_type": ("must be true or false", "write true or false"),
    "bool_parsing": ("must be true or false", "write true or false"),
    "int_type": ("must be a whole number", "write digits without quotes"),
    "int_parsing": ("must be a whole number", "write digits without quotes"),
    "int_from_float": ("must be a whole number", "leave out the fraction"),
    "float_type": ("must be a number", "write digits without quotes"),
    "float_parsing": ("must be a number", "write digits without quotes"),
    "finite_number": ("must be a number", "write digits without quotes"),
    "date_type": ("must be a day", "write year, month and day as 2025-10-09"),
    "date_parsing": ("must be a day", "write year, month and day as 2025-10-09"),
    "date_from_datetime_parsing": ("must be a day", "write year, month and day as 2025-10-09"),
    "date_from_datetime_inexact": ("must be a day", "write year, month and day as 2025-10-09"),
    "string_too_short": ("must not be empty", "write some text or leave the key out"),
    "too_short": ("must not be empty", "name at least one, or leave the key out"),
}
_LIMITS = {
    "greater_than": "must be more than {gt}",
    "greater_than_equal": "must be at least {ge}",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be at most {le}",
    "string_too_long": "must be at most {max_length} characters long",
    "too_long": "must have at most {max_length} entries",
}
_KEY = re.compile(r"[A-Za-z_]{1,30}", re.ASCII)
_NAMES = ((bool, "true or false"), (int, "a number"), (float, "a number"), (str, "text"), (list, "a list"), (dict, "a mapping"))


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: at `node`, or at its key `key`."""

    node: Node
    message: str
    hint: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class _Raw:
    """A finding of pydantic beside the place it speaks of; `path` leads there from `start`, without the names of union members."""

    start: Node
    path: tuple[Any, ...]
    passed: bool
    kind: str
    detail: Mapping[str, Any]


def explain(
    shape: type[BaseModel], node: Node, error: ValidationError, locate: Callable[[Any], Node] | None, inside: str
) -> Iterator[Finding]:
    """What `error` says of `node`, read as a `shape`; `locate` and `inside` as in `Mistakes.check`.

    Where a value may have several forms pydantic complains once for each: only the complaint that got furthest is told.
    """
    raws = []
    for detail in error.errors(include_url=False):
        start = locate(detail["loc"][0]) if locate and detail["loc"] else node
        raws.append(_raw(start, detail))
    told: set[tuple[Any, ...]] = set()
    for raw in raws:
        deeper = any(other.passed and len(other.path) > len(raw.path) and other.path[: len(raw.path)] == raw.path for other in raws)
        if raw.passed and (deeper or raw.path in told):
            continue
        told.add(raw.path)
        yield _finding(shape, raw, inside)


def _raw(start: Node, detail: Mapping[str, Any]) -> _Raw:
    location, kind = detail["loc"], detail["type"]
    tail = 1 if kind in ("missing", "extra_forbidden") or location[-1:] == ("[key]",) else 0
    at, path = start, list[Any]()
    for part in location[: len(location) - tail]:
        below = at.child(part)
        if below is not None:
            at = below
            path.append(part)
    path += location[len(location) - tail :]
    return _Raw(start, tuple(path), len(path) < len(location), kind, detail)


def _finding(shape: type[BaseModel], raw: _Raw, inside: str) -> Finding:
    path, parent = raw.path, _at(raw.start, raw.path[:-1])
    if raw.kind == "missing":
        hint = _description(shape, raw.detail["loc"])
        return Finding(parent, f"'{path[-1]}' is missing" + (f" in '{inside}'" if inside else ""), hint)
    if raw.kind == "extra_forbidden":
        key = str(path[-1])
        # A secret written as `{secret}` is read as a key: only what looks like a key is repeated.
        name = f" '{key}'" if _KEY.fullmatch(key) else ""
        return Finding(parent, f"unknown key{name}", suggestion(key, list(_fields(shape, raw.detail["loc"][:-1]))), key)
    message, hint = _in_words(raw.kind, raw.detail)
    if raw.kind == "string_pattern_mismatch":
        message, hint = "is not well formed", _description(shape, raw.detail["loc"])
    if path and path[-1] == "[key]":
        return Finding(_at(raw.start, path[:-2]), f"the key {message}", hint, str(path[-2]))
    return Finding(_at(raw.start, path), f"{_subject(path, inside)} {message}".replace(" : ", ": ", 1), hint)


def _at(node: Node, path: tuple[Any, ...]) -> Node:
    for part in path:
        node = node.child(part) or node
    return node


def _subject(path: tuple[Any, ...], inside: str) -> str:
    """The thing a sentence speaks of: the last key, and which entry of it."""
    words = [part for part in path if isinstance(part, str)]
    name = f"'{words[-1]}'" if words else f"'{inside}'" if inside else ""
    if path and isinstance(path[-1], int):
        return f"entry {path[-1] + 1}" + (f" of {name}" if name else "")
    return name or "this"


def _in_words(kind: str, finding: Mapping[str, Any]) -> tuple[str, str]:
    context = finding.get("ctx", {})
    if kind == "rarewatch":
        return context["message"], context["hint"]
    if kind in _TYPES:
        message, hint = _TYPES[kind]
        given = finding["input"]
        if kind == "string_type" and isinstance(given, int | float):
            hint = "put it in quotes"
        return (message, hint) if kind.startswith(("too", "string_too")) else (f"{message}, not {_name(given)}", hint)
    if kind in _LIMITS:
        return _LIMITS[kind].format(**context), ""
    if kind in ("literal_error", "enum"):
        choices = [choice.strip("' ") for choice in context["expected"].replace(" or ", ", ").split(",")]
        given = finding["input"]
        return "is not one of " + ", ".join(choices), suggestion(given if isinstance(given, str) else "", choices)
    if kind in ("value_error", "assertion_error"):
        return ": " + str(context.get("error", finding["msg"])), ""
    return str(finding["msg"])[:1].lower() + str(finding["msg"])[1:], ""


def _name(value: object) -> str:
    return next((name for kind, name in _NAMES if isinstance(value, kind)), "nothing")


def _models(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in _models(part)]


def _fields(shape: type[BaseModel], location: tuple[Any, ...]) -> dict[str, FieldInfo]:
    """The fields, by the name written in YAML, of the model at `location` inside `shape`."""
    shapes = [shape]
    for part in location:
        inner = [
            model for one in shapes for name, info in keys_of(one).items() if name == part for model in _models(info.annotation)
        ]
        shapes = inner or shapes
    return {name: info for one in shapes for name, info in keys_of(one).items()}


def keys_of(shape: type[BaseModel]) -> dict[str, FieldInfo]:
    """The keys of a model as they are written in YAML."""
    return {info.alias or name: info for name, info in shape.model_fields.items()}


def _description(shape: type[BaseModel], location: tuple[Any, ...]) -> str:
    info = _fields(shape, location[:-1]).get(str(location[-1]))
    return info.description or "" if info else ""

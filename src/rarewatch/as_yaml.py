"""A condition as it would be written in YAML. Pure."""

import json
from typing import Any

from pydantic import BaseModel

from rarewatch.nouns.watch import AtLeast, Condition, Count, Group, Leaf, Near, Polarity, Scored, Together

_SHORT = 80


def as_yaml(condition: Condition) -> dict[str, Any]:  # noqa: PLR0911 - one return a kind of condition
    """`condition` as the plain values of its YAML; options that are as by default are left out."""
    match condition:
        case Leaf(kind, options, scope):
            return {kind: _options(options)} | ({} if scope == "any" else {"in": scope})
        case Group():
            joins = {"all": condition.all, "any": condition.any, "none": condition.none}
            return {name: [as_yaml(part) for part in parts] for name, parts in joins.items() if parts}
        case AtLeast(number, parts):
            return {"at_least": {"n": number, "of": [as_yaml(part) for part in parts]}}
        case Count(number, part):
            return {"count": {"n": number, "of": as_yaml(part)}}
        case Together(parts):
            return {"sentence": [as_yaml(part) for part in parts]}
        case Near(within, parts, ordered):
            return {"near": {"within": within} | ({"ordered": True} if ordered else {}) | {"of": [as_yaml(part) for part in parts]}}
        case Polarity(part, negated):
            return {"negated" if negated else "affirmed": as_yaml(part)}
        case Scored(least, points):
            return {"score": {"at_least": least, "of": [{"points": one.points, "when": as_yaml(one.when)} for one in points]}}


def in_short(condition: Condition) -> str:
    """The same on one line of at most 80 characters."""
    text = json.dumps(as_yaml(condition), ensure_ascii=False).replace('"', "")
    return text if len(text) <= _SHORT else text[: _SHORT - 1] + "…"


def _options(options: object) -> Any:
    """The options of a leaf; what a matcher outside rarewatch makes of its options is shown as it prints itself."""
    return options.model_dump(mode="json", exclude_defaults=True, by_alias=True) if isinstance(options, BaseModel) else str(options)

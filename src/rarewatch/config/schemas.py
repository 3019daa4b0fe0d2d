"""JSON Schema for every file people edit, made from the models that read it: editors complete keys and mark mistakes by it.

A schema says a little less than `load` does (it knows no other file), but never anything that `load` would not.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue, models_json_schema
from pydantic_core.core_schema import BeforeValidatorFunctionSchema

from rarewatch import matchers, notifiers, registry, sources
from rarewatch.config import audience_models, expectation_models, habit_models, models
from rarewatch.config.conditions import JOINS
from rarewatch.notifiers import _webhook_payload as webhook
from rarewatch.nouns.watch import Severity

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DOTTED = r"^[A-Za-z_][\w.]*:[A-Za-z_]\w*$"
_PLACES = ["any", "title", "text", "attachment"]
_AMOUNT: dict[str, Any] = {"type": ["number", "string"], "pattern": r"^\s*[0-9]+(\.[0-9]+)?\s*[A-Za-z]*\s*$"}
_MOMENT: dict[str, Any] = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}"}
_WRITTEN: dict[str, dict[str, Any]] = {
    "seconds": {**_AMOUNT, "description": "90s, 2m, 1h, 1d, or a number of seconds"},
    "some_seconds": {**_AMOUNT, "description": "90s, 2m, 1h, 1d, or a number of seconds"},
    "size": {**_AMOUNT, "description": "20MB, 500kB, or a number of bytes"},
    "severity": {"enum": [step.label for step in Severity]},
    "day": _MOMENT,
    "moment": _MOMENT,
}
"""How values are written that are read by a function of `units`."""

_ONE = {"$ref": "#/$defs/Condition"}
_SOME = {"type": "array", "items": _ONE, "minItems": 1}


def _list_of(model: str) -> dict[str, Any]:
    return {"type": ["array", "null"], "items": {"$ref": f"#/$defs/{model}"}}


def _map_of(model: str) -> dict[str, Any]:
    return {"type": ["object", "null"], "additionalProperties": {"$ref": f"#/$defs/{model}"}}


_INSIDE: dict[str, dict[str, dict[str, Any]]] = {
    "RuleFile": {"lists": _map_of("TermList"), "rules": _list_of("RuleSpec"), "groups": _map_of("RuleGroupSpec")},
    "TypeFile": {"types": _list_of("TypeSpec")},
    "EntityFile": {"entities": _list_of("EntitySpec"), "groups": _list_of("EntityGroupSpec")},
    "ExpectationFile": {
        "ledgers": _list_of("LedgerSpec"),
        "expected": _list_of("ExpectedSpec"),
        "witnesses": _list_of("WitnessSpec"),
    },
    "AudienceFile": {
        "subscribers": _list_of("SubscriberSpec"),
        "operators": _list_of("OperatorSpec"),
        "routes": _list_of("RouteSpec"),
        "inhibit": _list_of("InhibitSpec"),
    },
    "RouteSpec": {"routes": _list_of("RouteSpec")},
    "PublisherFile": {
        "publisher": {"$ref": "#/$defs/PublisherSpec"},
        "defaults": {"anyOf": [{"$ref": "#/$defs/SourceDefaults"}, {"type": "null"}]},
        "sources": {**_list_of("SourceSpec"), "minItems": 1},
    },
    "RuleSpec": {"when": _ONE},
    "TypeSpec": {"when": _ONE},
    "AdjustSpec": {"when": _ONE},
    "PointsSpec": {"when": _ONE},
    "CountSpec": {"of": _ONE},
    "AtLeastSpec": {"of": _SOME},
    "NearSpec": {"of": {**_SOME, "minItems": 2}},
}
"""What stands where a model leaves the value to be read part by part."""

_FILES: dict[str, type[BaseModel]] = {
    "rarewatch": models.Settings,
    "audience": audience_models.AudienceFile,
    "entities": models.EntityFile,
    "expectations": expectation_models.ExpectationFile,
    "glossary": models.GlossaryFile,
    "rules": models.RuleFile,
    "sources": models.PublisherFile,
    "types": models.TypeFile,
}


class _Writer(GenerateJsonSchema):
    """Describes values as they are written, not as they come out."""

    def function_before_schema(self, schema: BeforeValidatorFunctionSchema) -> JsonSchemaValue:
        name = getattr(schema["function"]["function"], "__name__", "")
        if name in _WRITTEN:
            return dict(_WRITTEN[name])
        if name in ("_listed", "_short_form"):
            return {"anyOf": [{"type": ["string", "number"]}, self.generate_inner(schema["schema"])]}
        return super().function_before_schema(schema)

    def is_instance_schema(self, schema: Any) -> JsonSchemaValue:  # noqa: ARG002 - pydantic's signature
        return {}


def schemas() -> dict[str, dict[str, Any]]:
    """A schema for each kind of file, by the name of the file without its ending (`rules` and `sources` for those folders).

    And one for the message that webhooks get.
    """
    parts: list[type[BaseModel]] = [
        models.TermList,
        models.RuleSpec,
        models.RuleGroupSpec,
        models.TypeSpec,
        models.EntitySpec,
        models.EntityGroupSpec,
    ]
    parts += [
        audience_models.SubscriberSpec,
        audience_models.OperatorSpec,
        habit_models.RouteSpec,
        habit_models.InhibitSpec,
        models.PublisherSpec,
        models.SourceDefaults,
        models.SourceSpec,
    ]
    parts += [expectation_models.LedgerSpec, expectation_models.ExpectedSpec, expectation_models.WitnessSpec]
    parts += [models.AtLeastSpec, models.CountSpec, models.NearSpec, models.ScoreSpec]
    families = {"Matcher": matchers.KINDS, "Notifier": notifiers.KINDS, "Source": sources.KINDS}
    found: dict[str, Any] = {}
    for family, kinds in families.items():
        for kind in kinds:
            found |= _own(registry.load(kinds, kind).Options, f"{family}.{kind}")
    definitions = _definitions([*_FILES.values(), *parts]) | found
    definitions |= {"Condition": _condition(), "Notifier": _notifier(definitions)}
    for model, fields in _INSIDE.items():
        definitions[model]["properties"] |= fields
    definitions["Settings"]["properties"]["notifiers"] = {"type": "object", "additionalProperties": {"$ref": "#/$defs/Notifier"}}
    _finish_rules(definitions["RuleSpec"])
    _finish_sources(definitions)
    return {name: _file(name, model, definitions) for name, model in _FILES.items()} | {webhook.NAME: webhook.schema()}


def _definitions(shapes: list[type[BaseModel]]) -> dict[str, Any]:
    _, whole = models_json_schema([(shape, "validation") for shape in shapes], schema_generator=_Writer, by_alias=True)
    definitions: dict[str, Any] = whole["$defs"]
    for made in definitions.values():
        # Pydantic forbids further keys for the short form as well: it is the long form that has keys.
        if "anyOf" in made and made.pop("additionalProperties", True) is False:
            made["anyOf"][-1]["additionalProperties"] = False
    return definitions


def _own(shape: type[BaseModel], name: str) -> dict[str, Any]:
    """The schema of a kind's options and of what they hold, under names nobody else has."""
    made = _definitions([shape])
    names = {old: name if old == shape.__name__ else f"{name}.{old}" for old in made}
    return {names[old]: _renamed(inner, names) for old, inner in made.items()}


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: f"#/$defs/{names[inner.removeprefix('#/$defs/')]}" if key == "$ref" else _renamed(inner, names)
            for key, inner in value.items()
        }
    return [_renamed(inner, names) for inner in value] if isinstance(value, list) else value


def _condition() -> dict[str, Any]:
    nodes: dict[str, Any] = dict.fromkeys(JOINS, _SOME) | {
        "at_least": {"$ref": "#/$defs/AtLeastSpec"},
        "count": {"$ref": "#/$defs/CountSpec"},
        "sentence": {**_SOME, "minItems": 2},
        "near": {"$ref": "#/$defs/NearSpec"},
        "affirmed": _ONE,
        "negated": _ONE,
        "score": {"$ref": "#/$defs/ScoreSpec"},
    }
    leaves = {kind: {"$ref": f"#/$defs/Matcher.{kind}"} for kind in matchers.KINDS}
    return {
        "type": "object",
        "description": "all, any, none with lists of conditions, one of the other joins, or one matcher such as terms",
        "properties": {**nodes, **leaves, "in": {"enum": _PLACES}},
        "patternProperties": {_DOTTED: {}},
        "additionalProperties": False,
        "minProperties": 1,
    }


def _notifier(definitions: Mapping[str, Any]) -> dict[str, Any]:
    shapes = []
    for kind in notifiers.KINDS:
        options = definitions[f"Notifier.{kind}"]
        properties = {"kind": {"const": kind}, **options.get("properties", {})}
        shapes.append({**options, "properties": properties, "required": ["kind", *options.get("required", [])]})
    other = {"type": "object", "properties": {"kind": {"type": "string", "pattern": _DOTTED}}, "required": ["kind"]}
    return {"anyOf": [*shapes, other]}


def _finish_rules(rule: dict[str, Any]) -> None:
    """A rule that inherits may leave out what it takes over."""
    always = ["id"]
    rule["required"], rule["anyOf"] = always, [{"required": ["title", "when"]}, {"required": ["inherit"]}]


def _finish_sources(definitions: dict[str, Any]) -> None:
    source = definitions["SourceSpec"]
    source["properties"]["kind"] = {"anyOf": [{"enum": list(sources.KINDS)}, {"type": "string", "pattern": _DOTTED}]}
    source["allOf"] = [
        {
            "if": {"properties": {"kind": {"const": kind}}, "required": ["kind"]},
            "then": {"properties": {"options": {"$ref": f"#/$defs/Source.{kind}"}}},
        }
        for kind in sources.KINDS
    ]
    for kind in sources.KINDS:
        # What must be there may stand in the file's defaults.
        definitions[f"Source.{kind}"].pop("required", None)


def _file(name: str, model: type[BaseModel], definitions: Mapping[str, Any]) -> dict[str, Any]:
    top = definitions[model.__name__]
    used: dict[str, Any] = {}
    _gather(top, definitions, used)
    return {"$schema": _DIALECT, "$id": f"{name}.json", **top, "$defs": dict(sorted(used.items()))}


def _gather(value: Any, definitions: Mapping[str, Any], used: dict[str, Any]) -> None:
    """Every definition that `value` leads to."""
    if isinstance(value, dict):
        name = str(value.get("$ref", "")).removeprefix("#/$defs/")
        if name and name not in used:
            used[name] = definitions[name]
            _gather(definitions[name], definitions, used)
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        _gather(inner, definitions, used)

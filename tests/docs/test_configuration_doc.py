"""`docs/configuration.md` names every key there is, no key there is not, and every default as it is."""

import re
from pathlib import Path
from typing import Annotated, Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter

from rarewatch import matchers, notifiers, registry, sources
from rarewatch.config import Settings, load
from rarewatch.config.audience_models import OperatorSpec, SubscriberSpec
from rarewatch.config.expectation_models import ExpectedSpec, LedgerSpec, WitnessSpec
from rarewatch.config.findings import keys_of
from rarewatch.config.habit_models import InhibitSpec, RouteSpec
from rarewatch.config.models import (
    AliasSpec,
    EntitySpec,
    PaperSpec,
    PublisherSpec,
    RuleSpec,
    SourceSpec,
    TypeSpec,
)
from rarewatch.config.reader import read

DOC = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `([^`]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)
NOTHING = (None, "", (), [], {}, frozenset())

MODELS: dict[str, type[BaseModel]] = {
    "Settings": Settings,
    "Subscriber": SubscriberSpec,
    "Route": RouteSpec,
    "Inhibition": InhibitSpec,
    "Operator": OperatorSpec,
    "Publisher": PublisherSpec,
    "Source": SourceSpec,
    "Entity": EntitySpec,
    "Alias": AliasSpec,
    "Numbered document": PaperSpec,
    "Rule": RuleSpec,
    "Type": TypeSpec,
    "Ledger": LedgerSpec,
    "Expected event": ExpectedSpec,
    "Witnesses": WitnessSpec,
    **{f"Notifier: `{kind}`": registry.load(notifiers.KINDS, kind).Options for kind in notifiers.KINDS},
    **{f"Options of `kind: {kind}`": registry.load(sources.KINDS, kind).Options for kind in sources.KINDS},
}


def section(heading):
    text = DOC.partition(f"\n### {heading}\n")[2]
    assert text, f"there is no heading {heading}"
    return re.split(r"^##+ ", text, maxsplit=1, flags=re.MULTILINE)[0]


def inner(annotation) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for part in get_args(annotation) for model in inner(part)]


def fields(model, prefix=""):
    for key, info in keys_of(model).items():
        yield f"{prefix}{key}", info
        for part in inner(info.annotation) if not issubclass(model, EntitySpec | TypeSpec) else ():
            yield from fields(part, f"{prefix}{key}.")


@pytest.mark.parametrize("heading", MODELS)
def test_every_key_is_documented_and_no_other(heading):
    documented = [key for key, _, _ in ROW.findall(section(heading))]
    assert sorted(documented) == sorted(key for key, _ in fields(MODELS[heading]))


@pytest.mark.parametrize("heading", MODELS)
def test_every_default_is_told_as_it_is(heading):
    known = dict(fields(MODELS[heading]))
    for key, default, meaning in ROW.findall(section(heading)):
        info = known[key]
        assert meaning.strip()
        if default == "required":
            assert info.is_required(), key
        elif default == "–":
            value = info.get_default(call_default_factory=True)
            assert value in NOTHING or value == type(value)(), key
        else:
            written: Any = read("doc", default.strip("`").encode())[0].value
            kind = Annotated[(info.annotation, *info.metadata)] if info.metadata else info.annotation
            assert TypeAdapter(kind).validate_python(written) == info.get_default(), key


def test_every_matcher_is_documented():
    documented = [key for key, _, _ in ROW.findall(section("Condition"))]
    assert sorted(documented) == sorted(matchers.KINDS)


def test_the_examples_together_are_a_right_configuration(tmp_path):
    for name, text in re.findall(r"^```yaml\n# (\S+)\n(.*?)^```$", DOC, re.MULTILINE | re.DOTALL):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    config = load(tmp_path)
    assert config.warnings == ()
    assert [*config.sources, *config.watch.rules, *config.settings.notifiers] == [
        "mofcom-policy",
        "mofcom-feed",
        "export-control",
        "slack",
        "email",
        "console",
    ]


def test_every_environment_variable_is_documented():
    code = (Path(__file__).parents[2] / "src" / "rarewatch" / "settings.py").read_text(encoding="utf-8")
    for name in set(re.findall(r"RAREWATCH_[A-Z_]+", code)):
        assert f"| `{name}` |" in DOC

"""The JSON Schemas that editors use: as fresh as the models, true of all shipped YAML, and stricter than anything goes."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from rarewatch import matchers, notifiers, sources
from rarewatch.config.reader import read
from rarewatch.config.schemas import schemas

CONFIG = Path(__file__).parents[2] / "config"
MADE = schemas()
SHIPPED = sorted(CONFIG.rglob("*.yaml"))


def kind_of(path):
    return path.parent.name if path.parent.name in {"sources", "rules"} else path.stem


def mistakes(kind, value):
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(MADE[kind]).iter_errors(value)]


def values(text):
    return read("t.yaml", text.encode())[0].value


@pytest.mark.parametrize("kind", MADE)
def test_the_committed_file_is_as_rarewatch_makes_it(kind):
    committed = json.loads((CONFIG / "schema" / f"{kind}.json").read_text(encoding="utf-8"))
    assert committed == MADE[kind], "run `rarewatch rules schema --out config/schema`"


def test_no_other_file_is_committed():
    assert {path.stem for path in (CONFIG / "schema").iterdir()} == set(MADE)


@pytest.mark.parametrize("kind", MADE)
def test_a_schema_is_a_right_schema(kind):
    Draft202012Validator.check_schema(MADE[kind])


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.relative_to(CONFIG).as_posix())
def test_shipped_yaml_names_its_schema_and_fits_it(path):
    raw = path.read_bytes()
    first = raw.decode().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (path.parent / first.partition("=")[2]).resolve() == CONFIG / "schema" / f"{kind_of(path)}.json"
    assert mistakes(kind_of(path), read(str(path), raw)[0].value) == []


RIGHT = {
    "nested": "all: [{any: [{terms: 稀土}, {list: l}]}, {none: [{entity: org.x}]}]",
    "a count": "at_least: {n: 2, of: [{terms: a}, {terms: [b, c]}]}",
    "places": "count: {n: 3, of: {terms: a}}",
    "a sentence": "sentence: [{terms: a}, {terms: b, in: title}]",
    "near": "near: {within: 30, ordered: true, of: [{terms: a}, {terms: b}]}",
    "polarity": "affirmed: {negated: {terms: a}}",
    "a score": "score: {at_least: 5, of: [{points: 3, when: {terms: a}}, {points: -2, when: {terms: b}}]}",
    "a matcher from elsewhere": '"mine.matchers:Mine": {whatever: 1}',
}
WRONG = {
    "an unknown condition": "term: a",
    "a list that is none": "all: {terms: a}",
    "an empty list": "any: []",
    "a place that is none": "{terms: a, in: headline}",
    "far down": "all: [{near: {within: 3, of: [{terms: a}, {trems: b}]}}]",
    "one alone": "near: {within: 30, of: [{terms: a}]}",
    "nothing at all": "{}",
}


def rule(when):
    braced = when if when.startswith("{") else f"{{{when}}}"
    return values(f"rules:\n- id: x\n  title: X\n  when: {braced}\n")


@pytest.mark.parametrize("when", RIGHT.values(), ids=RIGHT)
def test_a_right_condition_fits(when):
    assert mistakes("rules", rule(when)) == []


@pytest.mark.parametrize("when", WRONG.values(), ids=WRONG)
def test_a_wrong_condition_is_marked(when):
    assert mistakes("rules", rule(when))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("rules", "rules: [{id: x, inherit: y, severity: urgent}]"),
        ("rules", "rules: [{id: x, title: X, when: {terms: a}, match: [a, {text: b, published: 2025-01-01}]}]"),
        ("rules", "groups: {policy: {disabled: {reason: holidays, until: 2026-10-08}}}"),
        ("rarewatch", "politeness: 2s\nnotifiers: {c: {kind: console}, s: {kind: slack, token: {env: T}}}"),
        (
            "sources",
            "publisher: {id: p, name: P}\nsources: [{id: s, kind: feed, url: 'https://x.cn/', every: 90s, max_bytes: 5MB}]",
        ),
        ("audience", "subscribers: [{id: d, min_severity: urgent, deliver: [{via: c, to: one}, {via: c, to: [two, three]}]}]"),
        ("entities", "entities: [{id: org.x, kind: company, name: X, aliases: [y, {text: z, with: w, since: 2022-10-13}]}]"),
    ],
)
def test_every_way_to_write_a_value_fits(kind, text):
    assert mistakes(kind, values(text)) == []


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("rules", "rules: [{id: x, title: X}]"),
        ("rules", "rules: [{id: x, title: X, when: {terms: a}, severity: high}]"),
        ("rules", "rules: [{id: x, titel: X, when: {terms: a}}]"),
        ("rules", "lists: {l: word}"),
        ("rarewatch", "politeness: [soon]"),
        ("rarewatch", "notifiers: {s: {kind: slack, tokn: {env: T}}}"),
        ("sources", "publisher: {id: p, name: P}\nsources: [{id: s, kind: fed, url: 'https://x.cn/'}]"),
        ("sources", "publisher: {id: p, name: P}\nsources: [{id: s, kind: listing, url: 'https://x.cn/', options: {itme: li}}]"),
        ("audience", "subscribers: [{id: d, deliver: []}]"),
        ("entities", "entities: [{id: org.x, kind: company, name: X, aliases: [{txt: z}]}]"),
        ("types", "types: [{id: t}]"),
        ("glossary", "glossary: [稀土]"),
    ],
)
def test_a_mistake_is_marked(kind, text):
    assert mistakes(kind, values(text))


def test_every_kind_is_offered():
    condition = MADE["rules"]["$defs"]["Condition"]["properties"]
    assert set(matchers.KINDS) <= set(condition)
    offered = [shape["properties"]["kind"].get("const") for shape in MADE["rarewatch"]["$defs"]["Notifier"]["anyOf"]]
    assert set(notifiers.KINDS) <= set(offered)
    assert MADE["sources"]["$defs"]["SourceSpec"]["properties"]["kind"]["anyOf"][0]["enum"] == list(sources.KINDS)

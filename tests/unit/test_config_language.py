"""The extended rule language: what it becomes, and what is said of every way to get it wrong."""

import json
import time
from datetime import UTC, date, datetime
from textwrap import indent

import pytest
from config_examples import mistakes, write
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.config import load, load_watch
from rarewatch.config.conditions import NODES, condition
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.reader import read
from rarewatch.match import Compiled
from rarewatch.nouns.watch import About, AtLeast, Count, Disabled, Group, Leaf, Near, Paper, Polarity, Scored, Severity, Together

LONE = "subscribers: [{id: a, deliver: [{via: bell, to: x}]}]"
RULE = "rules:\n  - id: r\n    title: R\n    when:\n"
A, B, C = "{terms: [稀土]}", "{terms: [出口]}", "{terms: [磁材]}"


def clock(day):
    return lambda: datetime.fromisoformat(f"{day}T12:00+00:00")


def one(tmp_path, condition):
    return load_watch(write(tmp_path, rules_desk=RULE + indent(condition, "      "), audience=LONE)).rules["r"].when


def told(tmp_path, **files):
    return mistakes(tmp_path, audience=LONE, **files)


def test_every_node_is_read(tmp_path):
    condition = f"""all:
  - at_least: {{n: 2, of: [{A}, {B}, {C}]}}
  - count: {{n: 3, of: {A}}}
  - sentence: [{A}, {B}]
  - near: {{within: 30, ordered: true, of: [{A}, {{any: [{B}, {{affirmed: {C}}}]}}]}}
  - affirmed: {A}
  - negated: {B}
  - score: {{at_least: 5, of: [{{points: 3, when: {A}}}, {{points: 2.5, when: {B}}}, {{points: -2, when: {C}}}]}}
"""
    when = one(tmp_path, condition)
    assert isinstance(when, Group)
    some, count, together, near, yes, no, score = when.all
    assert isinstance(some, AtLeast)
    assert (some.number, len(some.parts)) == (2, 3)
    assert isinstance(count, Count)
    assert (count.number, count.part.kind) == (3, "terms")
    assert isinstance(together, Together)
    assert isinstance(near, Near)
    assert (near.within, near.ordered, len(near.parts)) == (30, True, 2)
    assert isinstance(yes, Polarity)
    assert isinstance(no, Polarity)
    assert (yes.negated, no.negated) == (False, True)
    assert isinstance(score, Scored)
    assert [part.points for part in score.parts] == [3, 2.5, -2]


def test_a_matcher_looks_into_the_attachment(tmp_path):
    when = one(tmp_path, "{terms: [稀土], in: attachment}")
    assert isinstance(when, Leaf)
    assert when.scope == "attachment"


CONDITIONS = [
    (f"at_least: {{of: [{A}]}}", "5:17: 'n' is missing in 'at_least' (how many of them must hold)"),
    (f"at_least: {{n: 0, of: [{A}]}}", "5:21: 'n' must be at least 1"),
    (f"at_least: {{n: 3, of: [{A}, {B}]}}", "5:21: 'n' is 3 of 2: it could never hold (lower `n`)"),
    ("at_least: {n: 1, of: []}", "5:28: 'of' must not be empty"),
    (f"at_least: {{n: 1, of: [{A}], all: 3}}", "5:45: unknown key 'all'"),
    ("at_least: {n: 1, of: [{trems: [稀土]}]}", "5:30: unknown condition 'trems' (did you mean 'terms'?)"),
    (f"count: {{n: two, of: {A}}}", "5:18: 'n' must be a whole number, not text"),
    ("count: {n: 2, of: 稀土}", "5:25: a condition must be a mapping"),
    (f"sentence: [{A}]", "5:17: 'sentence' must be a list of at least 2 conditions (begin each condition with '- ')"),
    (f"sentence: {A}", "5:17: 'sentence' must be a list of at least 2 conditions"),
    (f"near: {{within: 0, of: [{A}, {B}]}}", "5:22: 'within' must be at least 1"),
    (f"near: {{within: 9, of: [{A}]}}", "5:29: 'of' must not be empty"),
    (f"near: {{within: 9, of: [{A}, {{all: [{B}]}}]}}", "5:45: a part of 'near' must stand at one place: a matcher that looks"),
    (f"near: {{within: 9, of: [{A}, {{none: [{B}]}}]}}", "5:45: a part of 'near' must stand at one place"),
    (f"affirmed: [{A}]", "5:17: a condition must be a mapping"),
    (f"negated: {{sentence: [{A}]}}", "5:27: 'sentence' must be a list of at least 2"),
    (f"score: {{at_least: 5, of: [{{points: 2, when: {A}}}]}}", "5:25: 'at_least' is 5, but all points together make 2"),
    (f"score: {{at_least: 0, of: [{{points: 2, when: {A}}}]}}", "5:25: 'at_least' must be more than 0"),
    ("score: {at_least: 1, of: [{points: 2}]}", "5:33: 'when' is missing in 'score' (a condition)"),
    (f"score: {{at_least: 1, of: [{{points: many, when: {A}}}]}}", "5:42: 'points' must be a number, not text"),
    (f"{{count: {{n: 2, of: {A}}}, in: title}}", "5:42: 'in' must not stand beside 'count'"),
    (f"{{all: [{A}], count: {{n: 2, of: {B}}}}}", "5:30: 'count' must not stand beside all, any or none"),
    ("{entity: {ids: [org.nope]}}", "5:16: rule 'r': there is no entity “org.nope”"),
    ("{entity: {group: group.nope}}", "5:16: rule 'r': there is no group “group.nope”"),
    ("{entity: {kind: planet}}", "5:16: rule 'r': there is no entity of the kind “planet”"),
    ("{entity: {under: org.nope}}", "5:16: rule 'r': there is no entity “org.nope”"),
    ("{entity: {kind: company, ids: [org.baogang], under: org.north}}", "5:16: rule 'r': no entity is all of this"),
    ("{entity: {}}", "5:16: rule 'r': no entity is given"),
    ("{entity: {groop: x}}", "unknown key 'groop'"),
    (f"near: {{within: 9, of: [{A}, {{source: ministry-news}}]}}", "5:45: a part of 'near' must stand at one place"),
    ("{source: ministry-news}", "2:5: rule 'r': it can hold with nothing found"),
    ("{pattern: {regex: '稀(土', anchor: [稀土]}}", "rule 'r': "),
    ("{pattern: {regex: 稀.土}}", "rule 'r': "),
    ("{document: {number: -1}}", "must be more than 0"),
    ("{published: {after: soon}}", "5:27: 'after' must be a day, not text (write year, month and day as 2025-10-09)"),
]


@pytest.mark.parametrize(("condition", "words"), CONDITIONS)
def test_mistakes_in_a_condition_are_told_at_their_place(tmp_path, condition, words):
    found = told(tmp_path, rules_desk=RULE + "      " + condition)
    assert len(found) == 1
    assert found[0].startswith("rules/desk.yaml:" + words) or words in found[0]


MORE = """rules:
  - id: base
    title: Base
    title_zh: 基
    severity: important
    group: policy
    when: {terms: [稀土]}
    adjust: [{when: {terms: [ETF], in: title}, by: -2}]
    match: [稀土出口]
  - id: child
    inherit: base
    when: {terms: [出口]}
"""


def test_a_rule_takes_over_what_it_does_not_say(tmp_path):
    rules = load_watch(write(tmp_path, rules_desk=MORE, audience=LONE)).rules
    base, child = rules["base"], rules["child"]
    assert (child.title, child.title_zh, child.severity, child.group, child.adjust) == (
        "Base",
        "基",
        Severity.IMPORTANT,
        "policy",
        base.adjust,
    )
    assert isinstance(child.when, Group)
    assert child.when.all[0] == base.when
    assert (child.examples, len(base.examples)) == ((), 1)
    assert list(rules) == ["base", "child"]


def test_a_rule_may_stand_before_its_base_and_say_some_things_itself(tmp_path):
    first = "rules:\n  - {id: child, inherit: base, title: Child, severity: log, adjust: []}\n"
    files = {"rules/a.yaml": first, "rules_desk": MORE.partition("  - id: child")[0]}
    rules = load_watch(write(tmp_path, audience=LONE, **files)).rules
    assert list(rules) == ["child", "base"]
    child = rules["child"]
    assert (child.title, child.severity, child.adjust, child.when) == ("Child", Severity.LOG, (), rules["base"].when)


def test_the_version_of_an_heir_changes_with_its_base_and_not_with_examples(tmp_path):
    def version(number, text):
        return load_watch(write(tmp_path / str(number), rules_desk=text, audience=LONE)).rules["child"].digest

    first = version(1, MORE)
    assert version(2, MORE.replace("[稀土]", "[稀土, 磁材]")) != first
    assert version(3, MORE.replace("by: -2", "by: -1")) != first
    assert version(4, MORE.replace("match: [稀土出口]", "ignore: [别的]")) == first
    assert version(5, MORE.replace("出口]}", "出口]}\n    match: [稀土出口]")) == first


def chain(*pairs):
    return "rules:\n" + "".join(f"  - {{id: {one}, inherit: {base}, title: T, when: {A}}}\n" for one, base in pairs)


def test_inheritance_in_a_circle_names_the_way_once(tmp_path):
    found = told(tmp_path, rules_desk=chain(("a", "b"), ("b", "c"), ("c", "a")))
    assert found == [
        "rules/desk.yaml:4:22: the rule 'a' inherits from itself: a → b → c → a (one of them must stand for itself)",
    ]
    assert "'a' inherits from itself: a → a" in told(tmp_path, rules_desk=chain(("a", "a")))[0]


def test_a_base_that_does_not_exist_is_told_and_the_heirs_own_mistakes_too(tmp_path):
    text = MORE.replace("inherit: base", "inherit: bace").replace("{terms: [出口]}", "{trems: [出口]}")
    assert told(tmp_path, rules_desk=text) == [
        "rules/desk.yaml:11:14: there is no rule 'bace' to inherit from (did you mean 'base'?)",
        "rules/desk.yaml:12:12: unknown condition 'trems' (did you mean 'terms'?)",
    ]


def test_a_base_without_a_title_is_told_where_it_stands_and_what_is_taken_over_wrongly_only_once(tmp_path):
    assert told(tmp_path, rules_desk=MORE.replace("    title: Base\n", "")) == [
        "rules/desk.yaml:2:5: 'title' is missing (what an alert says of this rule)"
    ]
    assert told(tmp_path, rules_desk=MORE.replace("{terms: [稀土]}", "{list: nope}")) == [
        "rules/desk.yaml:7:18: rule 'base': there is no term list “nope”"
    ]


def test_a_rule_without_base_needs_a_condition(tmp_path):
    assert told(tmp_path, rules_desk="rules: [{id: a, title: A}]")[0].startswith("rules/desk.yaml:1:9: 'when' is missing")


RULE_KEYS = [
    (f"adjust: [{{when: {A}}}]", "4:14: entry 1 of 'adjust' must have either `by` or `to` (by: -1 is one step less"),
    (f"adjust: [{{when: {A}, by: 1, to: log}}]", "4:14: entry 1 of 'adjust' must have either `by` or `to`"),
    (f"adjust: [{{when: {A}, by: 9}}]", "'by' must be at most 4"),
    (f"adjust: [{{when: {A}, to: huge}}]", "'to' is not a severity"),
    ("adjust: [{when: {list: nope}, by: 1}]", "4:28: rule 'r': there is no term list “nope”"),
    ("adjust: [{when: 稀土, by: 1}]", "4:21: a condition must be a mapping"),
    ("disabled: {until: 2026-12-31}", "4:15: 'reason' is missing (why it rests, for whoever wonders)"),
    ("disabled: {reason: x, until: 2026-13-31}", "4:34: 'until' is not a day (write year, month and day as 2025-10-09)"),
    ("disabled: true", "4:15: 'disabled' must be a mapping, not true or false"),
    ("match: [{text: ''}]", "4:13: entry 1 of 'match' is empty (write a title, a text, or both)"),
    ("match: 稀土", "4:12: 'match' must be a list, not text"),
    ("ignore: [{titel: x}]", "4:15: unknown key 'titel' (did you mean 'title'?)"),
    ("ignore: [{title: x, published: yesterday}]", "'published' is not a day or moment"),
    ("inherit: [a]", "4:14: 'inherit' must be text, not a list"),
    ("group: Not Good", "4:12: 'group' is not well formed"),
]


@pytest.mark.parametrize(("written", "words"), RULE_KEYS)
def test_mistakes_in_the_new_keys_of_a_rule(tmp_path, written, words):
    found = told(tmp_path, rules_desk=f"rules:\n  - id: r\n    title: R\n    {written}\n    when: {A}\n")
    assert len(found) == 1
    assert found[0].startswith("rules/desk.yaml:" + words) or words in found[0]


def test_examples_keep_their_place_and_what_is_known_of_them(tmp_path):
    text = f"""rules:
  - id: r
    title: R
    when: {A}
    ignore: [珍稀土地]
    match:
      - 稀土
      - {{title: 公告, text: 稀土, published: 2025-10-09, source: ministry-news}}
      - {{item: 17}}
"""
    folder = write(tmp_path, rules_desk=text, audience=LONE)
    short, long, stored, ignored = load_watch(folder).rules["r"].examples
    where = f"{folder}/rules/desk.yaml"
    assert (short.title, short.text, short.match, short.where, short.about) == ("稀土", "", True, f"{where}:7", About())
    assert (long.title, long.text, long.where, long.about.source) == ("公告", "稀土", f"{where}:8", "ministry-news")
    assert long.about.published == datetime.fromisoformat("2025-10-09T00:00+08:00")
    assert (stored.item, stored.url) == (17, "")
    assert (ignored.title, ignored.match, ignored.where) == ("珍稀土地", False, f"{where}:5")


RESTING = """groups:
  policy: {disabled: {reason: too loud, until: 2026-06-30}}
rules:
  - {id: a, title: A, group: policy, when: {terms: [稀土]}}
  - {id: b, title: B, when: {terms: [稀土]}, disabled: {reason: broken, until: 2026-01-31}}
  - {id: c, title: C, group: policy, when: {terms: [稀土]}, disabled: {reason: for good}}
"""


def test_a_rule_rests_until_its_day_has_passed(tmp_path):
    folder = write(tmp_path, rules_desk=RESTING, audience=LONE)
    config = load(folder, clock("2026-01-31"))
    assert config.warnings == ()
    rules = config.watch.rules
    assert rules["a"].disabled == Disabled("too loud", date(2026, 6, 30))
    assert rules["b"].disabled == Disabled("broken", date(2026, 1, 31))
    assert rules["c"].disabled == Disabled("for good")

    def matched(day):
        return [match.rule for match in Compiled(config.watch, clock(day)).findings("稀土", "").matches]

    assert [matched("2026-01-31"), matched("2026-02-01"), matched("2026-07-01")] == [[], ["b"], ["a", "b"]]


def test_what_has_rested_long_enough_is_warned_of_with_its_place(tmp_path):
    folder = write(tmp_path, rules_desk=RESTING, audience=LONE)
    assert load(folder, clock("2026-07-01")).warnings == (
        f"{folder}/rules/desk.yaml:2: group 'policy' rested until 2026-06-30 and is active again; remove `disabled`",
        f"{folder}/rules/desk.yaml:5: rule 'b' rested until 2026-01-31 and is active again; remove `disabled`",
    )


def test_a_group_without_rules_is_warned_of_and_a_wrong_one_is_a_mistake(tmp_path):
    text = "groups: {lonely: {disabled: {reason: x}}}\nrules: [{id: r, title: R, when: {terms: [稀土]}}]"
    assert any(
        "no rule is in the group 'lonely'" in warning for warning in load(write(tmp_path, rules_desk=text, audience=LONE)).warnings
    )
    assert told(tmp_path, rules_desk=text.replace("disabled", "disable")) == [
        "rules/desk.yaml:1:19: unknown key 'disable' (did you mean 'disabled'?)"
    ]
    assert "the name of the group 'A B' is not well formed" in told(tmp_path, rules_desk="groups: {A B: {}}\nrules: []")[0]


TYPES = """types:
  - id: export_control
    name: Export-control announcement
    zh: 出口管制公告
    severity: urgent
    when: {terms: [出口管制]}
    match: [对稀土实施出口管制]
    ignore: [稀土涨价]
"""


def test_types_are_read_and_label(tmp_path):
    config = load(write(tmp_path, **{"types.yaml": TYPES}))
    assert config.warnings == ()
    kind = config.watch.types["export_control"]
    assert (kind.name, kind.zh, kind.severity, kind.where) == (
        "Export-control announcement",
        "出口管制公告",
        Severity.URGENT,
        f"{tmp_path}/types.yaml:2",
    )
    assert [(example.title, example.match) for example in kind.examples] == [("对稀土实施出口管制", True), ("稀土涨价", False)]
    (label,) = Compiled(config.watch).findings("", "两用物项出口管制").labels
    assert (label.type, label.severity, [span.text for span in label.spans]) == ("export_control", Severity.URGENT, ["出口管制"])


TYPE_MISTAKES = [
    (TYPES.replace("    name: Export-control announcement\n", ""), "2:5: 'name' is missing (the name in English)"),
    (TYPES.replace("出口管制]}", "]}"), "6:19: type 'export_control': no term is given"),
    (
        TYPES.replace("{terms: [出口管制]}", "{none: [{terms: [出口管制]}]}"),
        "2:5: type 'export_control': it can hold with nothing found",
    ),
    (TYPES + TYPES.partition("\n")[2], "9:9: type 'export_control' exists already (the other one stands at"),
    (TYPES.replace("types:", "kinds:"), "1:1: 'types' is missing"),
]


@pytest.mark.parametrize(("text", "words"), TYPE_MISTAKES)
def test_mistakes_in_types(tmp_path, text, words):
    found = told(tmp_path, **{"types.yaml": text})
    assert any(line.startswith("types.yaml:" + words) for line in found)


ENTITIES = """entities:
  - {id: org.a, kind: company, name: Alpha, zh: 甲方}
  - {id: org.b, kind: company, name: Beta, zh: 乙方, parent: org.a}
  - {id: org.c, kind: body, name: Gamma, zh: 丙方, aliases: [{text: 丁方, since: 2020-01-01, until: 2020-12-31}]}
  - {id: policy.61, kind: policy, name: Announcement 61, bare: false, document: {number: 61, year: 2025, issuer: 商务部}}
groups:
  - {id: group.all, members: [group.companies, org.c, org.a]}
  - {id: group.companies, members: [org.a, org.b]}
"""
NO_RULES = "rules: []"


def test_groups_spans_of_days_and_documents_are_read(tmp_path):
    watch = load_watch(write(tmp_path, entities=ENTITIES, rules_desk=NO_RULES, audience=LONE))
    assert watch.groups == {"group.all": ("org.a", "org.b", "org.c"), "group.companies": ("org.a", "org.b")}
    late = watch.entities["org.c"].aliases[-1]
    assert (late.since, late.until) == (date(2020, 1, 1), date(2020, 12, 31))
    assert watch.entities["policy.61"].document == Paper(61, 2025, ("商务部",))
    assert watch.entities["policy.61"].aliases == ()


ENTITY_MISTAKES = [
    (("org.c, org.a]", "org.d]"), "7:48: there is no entity or group 'org.d'"),
    (
        ("[org.a, org.b]", "[org.a, group.all]"),
        "8:44: the group 'group.all' contains itself: group.all → group.companies → group.all",
    ),
    (
        ("[org.a, org.b]", "[group.companies]"),
        "8:37: the group 'group.companies' contains itself: group.companies → group.companies",
    ),
    (("{id: group.companies,", "{id: group.all,"), "8:10: group 'group.all' exists already"),
    (("{id: group.companies,", "{id: org.a,"), "8:10: 'org.a' is an entity already"),
    (("[org.a, org.b]", "[]"), "8:36: 'members' must not be empty"),
    (("2020-01-01", "2021-01-01"), "has `until` before `since` (no day would lie between them)"),
    (("2020-01-01", "'1 Jan'"), "'since' is not a day"),
    (("number: 61", "number: 0"), "'number' must be at least 1"),
    (("number: 61, ", ""), "'number' is missing"),
    (("year: 2025", "year: 25"), "'year' must be at least 1949"),
]


@pytest.mark.parametrize(("change", "words"), ENTITY_MISTAKES)
def test_mistakes_in_groups_days_and_documents(tmp_path, change, words):
    assert change[0] in ENTITIES
    found = told(tmp_path, entities=ENTITIES.replace(*change), rules_desk=NO_RULES)
    assert any(line.startswith("entities.yaml:" + words) or words in line for line in found)


def test_an_entity_that_is_a_group_by_mistake_is_told_so(tmp_path):
    rules = "rules: [{id: r, title: R, when: {entity: group.all}}]"
    assert told(tmp_path, entities=ENTITIES, rules_desk=rules) == [
        "rules/desk.yaml:1:42: rule 'r': there is no entity “group.all”; it is a group: write {group: …}"
    ]


def test_groups_in_a_long_row_or_doubling_again_and_again_are_no_trouble(tmp_path):
    groups = "".join(f"  - {{id: g{at}, members: [{f'g{at + 1}, g{at + 1}' if at < 1500 else 'org.a'}]}}\n" for at in range(1501))
    watch = load_watch(write(tmp_path, entities=ENTITIES.partition("groups:")[0] + "groups:\n" + groups, rules_desk=NO_RULES))
    assert watch.groups["g0"] == ("org.a",)


def test_a_long_row_of_heirs_is_a_mistake_whichever_way_it_is_written(tmp_path):
    rows = [f"  - {{id: r{at}, inherit: r{at + 1}, title: T, when: {A}}}\n" for at in range(900)]
    last = f"  - {{id: r900, title: T, when: {A}}}\n"
    for number, ordered in enumerate((rows, rows[::-1])):
        found = told(tmp_path / str(number), rules_desk="rules:\n" + last + "".join(ordered))
        assert any("more than 20 rules inherit from one another in a row" in line for line in found)
        assert len(found) < 90


WORDS = st.sampled_from(
    ["terms", "all", "any", "none", "near", "of", "n", "within", "when", "points", "score", "count", "entity", "in"]
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 3) | st.floats(allow_nan=False) | st.sampled_from(["稀土", "title", "", "org.a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | st.sampled_from(sorted(NODES)), inner, max_size=3),
    max_leaves=12,
)


@given(VALUE)
def test_whatever_stands_as_a_condition_is_read_or_told(value):
    node, _ = read("f.yaml", json.dumps({"when": value}, ensure_ascii=False).encode())
    mistakes = Mistakes()
    when = node.child("when")
    assert when is not None
    assert (condition(when, mistakes, []) is None) == bool(mistakes.errors)
    assert all(error.line and error.column and str(error) for error in mistakes.errors)


def test_an_expression_that_would_hang_elsewhere_does_not(tmp_path):
    text = "rules: [{id: r, title: R, when: {pattern: {regex: '(稀+)+。$', anchor: 稀土}}}]"
    compiled = Compiled(load_watch(write(tmp_path, rules_desk=text, audience=LONE)))
    started = time.process_time()
    assert compiled.findings("稀土", "稀" * 5_000).matches == ()
    assert time.process_time() - started < 5


def test_nothing_expires_by_the_machines_clock_alone(tmp_path):
    config = load(write(tmp_path, rules_desk=RESTING, audience=LONE), clock("2026-01-01"))
    later = Compiled(config.watch, lambda: datetime(2030, 1, 1, tzinfo=UTC))
    assert [match.rule for match in later.findings("稀土", "").matches] == ["a", "b"]

"""A whole folder is read into nouns, and everything that is allowed but hardly meant is warned of."""

from dataclasses import replace
from pathlib import Path

import pytest
from config_examples import RIGHT, swap, write

from rarewatch.config import digest_of, load, load_watch, shipped
from rarewatch.nouns.alert import Target
from rarewatch.nouns.source import Tier
from rarewatch.nouns.watch import Alias, Group, Severity


def test_a_right_folder_is_read_whole(tmp_path):
    config = load(write(tmp_path))
    assert config.warnings == ()
    assert config.folder == tmp_path
    assert config.settings.contact == "desk@example.org"
    assert (config.settings.workers.readers, config.settings.workers.couriers, config.settings.workers.per_host) == (32, 8, 2)
    assert config.settings.notifiers["bell"].options.token.env == "BELL"
    assert list(config.sources) == ["ministry-news", "ministry-old"]
    assert config.watch.lists == {"earths": ("稀土", "rare earth")}
    assert config.watch.glossary == {"出口管制": "export control"}


def test_a_source_takes_what_it_does_not_say_from_the_files_defaults(tmp_path):
    news, old = load(write(tmp_path)).sources.values()
    assert (news.cadence.every, old.cadence.every) == (90.0, 300.0)
    assert news.access.headers == {"Accept": "text/html", "Referer": "https://example.org/"}
    assert (news.options.rows, news.options.depth, old.options.rows, old.options.depth) == ("li", 1, "tr", 2)
    assert (news.enabled, old.enabled) == (True, False)
    assert (news.publisher.id, news.publisher.name_zh, news.publisher.tier, news.publisher.state_owned) == (
        "gov.ministry",
        "部",
        Tier.ISSUER,
        True,
    )
    assert (news.time_zone, news.language, news.baseline_age, news.access.timeout) == ("Asia/Shanghai", "zh", 86_400.0, 30.0)
    assert (news.access.max_bytes, news.access.allow_private, news.access.user_agent) == (20_000_000, False, "")


def test_every_key_of_a_source_arrives(tmp_path):
    text = (
        "publisher: {id: p, name: P, caveat: slow}\n"
        "sources:\n"
        "  - {id: a, kind: 'config_examples:Page', url: 'https://例子.cn:8080/x', every: 1.5h, jitter: 0, language: en, time_zone: UTC,\n"
        "     baseline_age: 0, timeout: 5, max_bytes: 500kB, allow_private: true, headers: {X-A: b}, user_agent: me, options: {rows: a}}\n"
    )
    source = load(write(tmp_path, sources_ministry=text)).sources["a"]
    assert (source.cadence.every, source.cadence.jitter, source.language, source.time_zone, source.baseline_age) == (
        5400.0,
        0.0,
        "en",
        "UTC",
        0.0,
    )
    access = source.access
    assert (access.timeout, access.max_bytes, access.allow_private, access.headers, access.user_agent) == (
        5.0,
        500_000,
        True,
        {"X-A": "b"},
        "me",
    )
    assert (source.publisher.tier, source.publisher.caveat) == (Tier.TRADE_PRESS, "slow")


def test_names_are_aliases_unless_listed_in_long_form_or_kept_bare(tmp_path):
    text = (
        "entities:\n"
        "  - {id: a, kind: company, name: Alpha, zh: 甲方, aliases: [甲方公司, 甲方公司]}\n"
        "  - {id: b, kind: company, name: Beta, zh: 乙方, aliases: [{text: beta, case: true}]}\n"
        "  - {id: c, kind: company, name: Gamma, zh: 丙方, bare: false, aliases: [{text: 丙方, not_before: 法, not_after: [某], weak: true}]}\n"
    )
    entities = load_watch(write(tmp_path, entities=text, rules_desk="lists: {}")).entities
    assert [alias.text for alias in entities["a"].aliases] == ["Alpha", "甲方", "甲方公司"]
    assert entities["b"].aliases == (Alias("乙方"), Alias("beta", case=True))
    assert entities["c"].aliases == (Alias("丙方", not_before=("法",), not_after=("某",), weak=True),)


def test_a_condition_becomes_groups_and_leaves(tmp_path):
    rule = load(write(tmp_path)).watch.rules["export"]
    assert isinstance(rule.when, Group)
    assert [leaf.kind for leaf in rule.when.all + rule.when.none] == ["list", "terms", "entity"]
    assert [leaf.scope for leaf in rule.when.all] == ["any", "title"]
    assert (rule.severity, rule.where, rule.enabled) == (Severity.URGENT, f"{tmp_path}/rules/desk.yaml:4", True)


def test_subscriptions_hold_one_target_an_address(tmp_path):
    desk, everything = load(write(tmp_path)).audience
    assert desk.targets == (Target("bell", "one"), Target("bell", "two"))
    assert (desk.rules, desk.min_severity, desk.name) == (frozenset({"export"}), Severity.NOTABLE, "desk")
    assert (everything.rules, everything.min_severity, everything.time_zone) == (frozenset(), Severity.LOG, "Asia/Shanghai")


def test_operators_are_subscriptions_that_no_warning_takes_for_readers(tmp_path):
    night = "operators:\n  - {id: ops, min_severity: important, deliver: [{via: bell, to: one}]}\n"
    config = load(write(tmp_path, audience=RIGHT["audience.yaml"] + night))
    desk, everything, ops = config.audience
    assert (desk.operator, everything.operator, ops.operator) == (False, False, True)
    assert (ops.min_severity, ops.rules, ops.targets) == (Severity.IMPORTANT, frozenset(), (Target("bell", "one"),))
    assert config.warnings == ()  # that desk and ops share an address is no news told twice
    assert "no enabled subscriber" in load(write(tmp_path, audience=f"subscribers: []\n{night}")).warnings[0]


@pytest.mark.parametrize(
    "changes",
    [
        {"entities": swap("entities.yaml", "中国北方稀土", "北方稀土集团")},
        {"rules_desk": swap("rules/desk.yaml", "rare earth", "rare earths")},
        {"rules_desk": swap("rules/desk.yaml", "urgent", "notable")},
        {"rules_desk": swap("rules/desk.yaml", "title}", "text}")},
    ],
)
def test_a_rules_digest_changes_with_what_it_names(tmp_path, changes):
    before, after = load_watch(write(tmp_path / "a")), load_watch(write(tmp_path / "b", **changes))
    assert before.rules["export"].digest != after.rules["export"].digest


def test_a_rules_digest_does_not_change_with_place_comments_or_what_it_does_not_name(tmp_path):
    other = "# a comment\n" + RIGHT["rules/desk.yaml"].replace("lists:\n", "lists:\n  other: [x1]\n")
    before, after = load_watch(write(tmp_path / "a")), load_watch(write(tmp_path / "b", rules_desk=other))
    assert replace(before.rules["export"], where="") == replace(after.rules["export"], where="")


def test_the_folders_digest_changes_with_any_file_and_not_with_its_place(tmp_path):
    first = load(write(tmp_path / "a")).digest
    assert first == load(write(tmp_path / "b")).digest
    assert len(first) == 64
    for number, name in enumerate(RIGHT):
        assert load(write(tmp_path / str(number), **{name: RIGHT[name] + "# more\n"})).digest != first


def test_the_folders_digest_is_had_without_reading_what_stands_there(tmp_path):
    folder = write(tmp_path)
    (folder / "types.yaml").write_text("types: []\n")
    (folder / "rules" / "more.yml").write_text("rules: []\n")
    for stray in ("rules/.more.yaml", "rules/more.yaml~", "sources/notes.txt", "other.yaml"):
        (folder / stray).write_text("rules: []\n")
    (folder / "sources" / "folder.yaml").mkdir()
    assert digest_of(folder) == load(folder).digest
    (folder / "rules" / "more.yml").unlink()
    assert digest_of(folder) == load(folder).digest


def test_a_folder_that_cannot_be_read_has_another_digest_than_one_that_can(tmp_path):
    folder = write(tmp_path)
    first = digest_of(folder)
    (folder / "audience.yaml").unlink()
    assert len({first, digest_of(folder), digest_of(folder / "none")}) == 3


def test_the_watch_can_be_read_without_the_other_files(tmp_path):
    watch = load_watch(write(tmp_path, rarewatch=None, audience=None, sources_ministry=None, glossary=None))
    assert (list(watch.rules), watch.glossary) == (["export"], {})


def test_several_files_are_read_in_the_order_of_their_names_and_hidden_ones_are_not(tmp_path):
    write(tmp_path)
    (tmp_path / "rules" / "a.yml").write_text("rules: [{id: first, title: F, when: {terms: [x1]}}]")
    (tmp_path / "rules" / ".#desk.yaml").write_text("not: right")
    (tmp_path / "rules" / "notes.txt").write_text("not: right")
    assert list(load_watch(tmp_path).rules) == ["first", "export"]


WARNED = [
    ({"audience": "subscribers: []\n"}, "nobody is told of anything"),
    ({"audience": swap("audience.yaml", "  - id: everything\n", "  - id: everything\n    min_severity: urgent\n")}, ""),
    ({"audience": "subscribers: [{id: a, enabled: false, deliver: [{via: bell, to: x}]}]"}, "no enabled subscriber"),
    ({"rules_desk": swap("rules/desk.yaml", "urgent", "routine")}, "audience.yaml:2: 'desk' can never be told"),
    ({"rules_desk": swap("rules/desk.yaml", "    severity", "    enabled: false\n    severity")}, "'everything' can never be told"),
    ({"audience": swap("audience.yaml", "three", "two")}, "'everything' and 'desk' both tell two: twice for one event"),
    ({"rules_desk": RIGHT["rules/desk.yaml"] + "  - {id: more, title: M, when: {terms: [x1]}}\n"}, ""),
    (
        {
            "rules_desk": RIGHT["rules/desk.yaml"] + "  - {id: more, title: M, when: {terms: [x1]}}\n",
            "audience": RIGHT["audience.yaml"].partition("  - id: everything")[0],
        },
        "nobody is told of rule 'more'",
    ),
    (
        {
            "rules_desk": RIGHT["rules/desk.yaml"]
            + "  - {id: more, title: M, when: {terms: [x1]}}\n  - {id: most, title: M, when: {terms: [x2]}}\n",
            "audience": RIGHT["audience.yaml"].partition("  - id: everything")[0],
        },
        "audience.yaml: nobody is told of 2 rules, by `min_severity` or by the rules that are named: more, most",
    ),
    *(
        (
            {
                "rules_desk": RIGHT["rules/desk.yaml"]
                + f"  - {{id: more, title: M, severity: log, when: {{terms: [x1]}}, adjust: [{{when: {{terms: [x2]}}, {change}}}]}}\n",
                "audience": swap("audience.yaml", "  - id: everything\n", "  - id: everything\n    min_severity: important\n"),
            },
            warning,
        )
        for change, warning in (("by: 2", "nobody is told of rule 'more'"), ("by: 3", ""), ("to: urgent", ""), ("by: -1", ""))
    ),
    (
        {
            "rules_desk": RIGHT["rules/desk.yaml"] + "  - {id: more, title: M, severity: log, when: {terms: [x1]}}\n",
            "audience": RIGHT["audience.yaml"].partition("  - id: everything")[0],
        },
        "",
    ),
    ({"sources_ministry": swap("sources/ministry.yaml", "    every: 90s", "    enabled: false")}, "no source is enabled"),
    (
        {"entities": swap("entities.yaml", "中国北方稀土", "稀")},
        "entities.yaml:6: an alias of org.north: the term “稀” is a single Chinese character",
    ),
    ({"entities": swap("entities.yaml", "中国北方稀土", "{text: 稀, with: 包钢}")}, ""),
    ({"entity.yaml": "entities: []"}, "entity.yaml: this file is not read"),
    ({"rules/old/desk.yaml": "rules: []"}, "folders inside rules/ are not read"),
]


@pytest.mark.parametrize(("changes", "words"), WARNED)
def test_what_is_hardly_meant_is_warned_of(tmp_path, changes, words):
    warnings = load(write(tmp_path, **changes)).warnings
    assert any(words in warning for warning in warnings) if words else warnings == ()


def test_the_shipped_configuration_is_a_folder_beside_or_inside_the_package():
    assert shipped().name in {"shipped", "config"}
    assert shipped().is_dir()


def test_a_relative_folder_is_shown_as_given(tmp_path, monkeypatch):
    write(tmp_path / "conf")
    monkeypatch.chdir(tmp_path)
    assert load(Path("conf")).watch.rules["export"].where == "conf/rules/desk.yaml:4"

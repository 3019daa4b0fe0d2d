"""Rules and types held against the examples beside them, and what no example would notice."""

from datetime import UTC, datetime

import pytest

from making import item, source
from rarewatch import mutate, trial
from rarewatch.matchers.lists import TermLists
from rarewatch.matchers.terms import Terms
from rarewatch.nouns.watch import (
    About,
    Alias,
    AnnouncementType,
    AtLeast,
    Count,
    Disabled,
    Entity,
    Example,
    Group,
    Leaf,
    Near,
    Points,
    Polarity,
    Rule,
    Scored,
    Severity,
    Together,
    Watch,
)

EARTHS = Leaf("list", TermLists.Options.model_validate("earths"))


def terms(*words):
    return Leaf("terms", Terms.Options.model_validate(list(words)))


def rule(when, *examples, id_="control", **more):
    return Rule(id_, "Control", Severity.URGENT, when, examples=examples, **more)


def matches(title, **more):
    return Example(title, match=True, where="r.yaml:7", **more)


def ignores(title, **more):
    return Example(title, match=False, where="r.yaml:9", **more)


def watch(*rules, **more):
    lists = {"earths": ("稀土", "rare earth", "rare earths")}
    return Watch(rules={one.id: one for one in rules}, **{"lists": lists, **more})


CONTROL = Group(all=(EARTHS, terms("出口管制", "export control")), none=(terms("研讨会"),))


class TestTrial:
    def test_an_example_that_holds_passes(self):
        (tried,) = trial.run(watch(rule(CONTROL, matches("对稀土实施出口管制"))))
        assert (tried.of, tried.passed, tried.why) == ("control", True, "")

    def test_one_that_must_match_and_does_not_says_which_clause_failed(self):
        (tried,) = trial.run(watch(rule(CONTROL, matches("稀土价格上涨"))))
        assert tried.passed is False
        assert tried.why == "it does not hold: “出口管制” or “export control”"

    def test_one_that_must_not_match_and_does_says_by_what(self):
        (tried,) = trial.run(watch(rule(CONTROL, ignores("论稀土出口管制"))))
        assert tried.passed is False
        assert tried.why == "it holds, by “稀土”, “出口管制”"

    def test_what_must_not_stand_there_is_named(self):
        (tried,) = trial.run(watch(rule(CONTROL, matches("稀土出口管制研讨会"))))
        assert "研讨会" in tried.why

    def test_only_what_was_asked_for_is_tried(self):
        two = watch(rule(CONTROL, matches("稀土")), rule(EARTHS, matches("稀土"), id_="earths"))
        assert [tried.of for tried in trial.run(two, ["earths"])] == ["earths"]

    def test_a_rule_at_rest_is_tried_as_if_awake(self):
        resting = rule(EARTHS, matches("稀土"), disabled=Disabled("too loud"))
        off = rule(EARTHS, matches("稀土"), id_="off", enabled=False)
        assert [tried.passed for tried in trial.run(watch(resting, off))] == [True, True]

    def test_types_have_examples_too(self):
        kind = AnnouncementType("quota", "Quota", "指标", Severity.URGENT, terms("指标"), (matches("下达指标"), ignores("指标")))
        found = [(tried.of, tried.passed) for tried in trial.run(watch(types={"quota": kind}))]
        assert found == [("type:quota", True), ("type:quota", False)]

    def test_an_example_is_matched_with_all_that_is_known_of_it(self):
        name = Alias("五矿稀土", until=datetime(2022, 10, 12, tzinfo=UTC).date())
        entities = {"org.m": Entity("org.m", "company", "M", aliases=(name,))}
        from rarewatch.matchers.entity import Entities

        when = Leaf("entity", Entities.Options.model_validate("org.m"))
        days = [About(published=datetime(year, 1, 1, tzinfo=UTC)) for year in (2022, 2024)]
        found = trial.run(watch(rule(when, *(matches("五矿稀土公告", about=day) for day in days)), entities=entities))
        assert [tried.passed for tried in found] == [True, False]

    def test_an_archived_item_stands_in_for_a_text(self):
        stored = item(title="对稀土实施出口管制", text="")
        asked = []

        def look(number, url):
            asked.append((number, url))
            return stored if number == "7" else None

        examples = (matches("", item=7), matches("", url="https://x.cn/1.html"))
        found = list(trial.run(watch(rule(CONTROL, *examples)), look=lambda one: trial.archived(one, look, {"s1": source()})))
        assert asked == [("7", ""), ("", "https://x.cn/1.html")]
        assert [tried.passed for tried in found] == [True, None]
        assert found[1].why == "the archive has no item https://x.cn/1.html"

    def test_without_an_archive_such_an_example_is_not_tried(self):
        (tried,) = trial.run(watch(rule(CONTROL, matches("", item=7))))
        assert (tried.passed, tried.why) == (None, "item 7 is in no archive here")


def lost(of, **more):
    """What was left out unnoticed, and what was noticed."""
    verdicts = list(mutate.run(of, mutate.mutants(of), **more))
    return (
        [verdict.mutant.what for verdict in verdicts if verdict.noticed is False],
        [verdict.mutant.what for verdict in verdicts if verdict.noticed],
    )


class TestMutation:
    def test_what_examples_hold_in_place_is_noticed_and_nothing_else(self):
        unnoticed, noticed = lost(watch(rule(CONTROL, matches("对稀土实施出口管制"), ignores("稀土价格"))))
        assert noticed == ["the clause `{terms: [出口管制, export control]}`", "“出口管制” of `terms`", "term “稀土”"]
        assert unnoticed == [
            "the clause `{list: earths}`",
            "“export control” of `terms`",
            "the clause `{terms: [研讨会]}`",
            "term “rare earth”",
            "term “rare earths”",
        ]

    def test_good_examples_notice_everything(self):
        whole = rule(
            Group(all=(terms("稀土"), terms("出口管制")), none=(terms("研讨会"),)),
            matches("对稀土实施出口管制"),
            ignores("对镓实施出口管制"),
            ignores("稀土价格"),
            ignores("稀土出口管制研讨会"),
        )
        unnoticed, noticed = lost(watch(whole))
        assert (unnoticed, len(noticed)) == ([], 3)

    def test_an_alias_counts_for_the_rules_that_name_its_entity(self):
        from rarewatch.matchers.entity import Entities

        entities = {
            "org.n": Entity("org.n", "company", "N", aliases=(Alias("北方稀土"), Alias("600111"))),
            "org.z": Entity("org.z", "c", "Z"),
        }
        named = rule(Leaf("entity", Entities.Options.model_validate("org.n")), matches("北方稀土公告"))
        chosen = mutate.mutants(watch(named, rule(EARTHS, matches("稀土"), id_="other"), entities=entities))
        aliases = [(one.of, one.what, one.rules) for one in chosen if one.of.startswith("entity:")]
        assert aliases == [("entity:org.n", "alias “北方稀土”", ("control",)), ("entity:org.n", "alias “600111”", ("control",))]
        assert lost(watch(named, entities=entities)) == (["alias “600111”"], ["alias “北方稀土”"])

    def test_an_example_that_fails_notices_nothing(self):
        unnoticed, noticed = lost(watch(rule(CONTROL, matches("全国降温"))))
        assert (len(unnoticed), noticed) == (8, [])

    def test_a_budget_ends_the_trying_and_says_so(self):
        of = watch(rule(CONTROL, matches("对稀土实施出口管制")))
        verdicts = list(mutate.run(of, mutate.mutants(of), budget=2))
        assert [verdict.noticed for verdict in verdicts].count(None) == 4
        assert sum(score.tried for score in mutate.scores(verdicts)) == len(verdicts) - 4

    def test_the_watch_itself_is_left_alone(self):
        of = watch(rule(CONTROL, matches("对稀土实施出口管制")))
        before = repr(of)
        list(mutate.run(of, mutate.mutants(of)))
        assert repr(of) == before

    @pytest.mark.parametrize(
        ("when", "expected"),
        [
            (EARTHS, set()),
            (Group(any=(terms("a"),)), set()),
            (AtLeast(2, (terms("稀土"), terms("钕"), terms("镝"))), {"the clause `{terms: [稀土]}`", "the clause `{terms: [钕]}`"}),
            (Count(2, terms("稀土", "钕")), {"the number 2 of `{count: {n: 2, of: {terms: [稀土, 钕]}}}`", "“钕” of `terms`"}),
            (Together((terms("稀土"), terms("钕", "镝"))), {"“镝” of `terms`"}),
            (Near(9, (terms("稀土"), terms("钕"))), {"that the parts of `{near: {within: 9, of: [{terms: [稀土]}, {terms: [钕]}]}}` stand together"}),
            (Polarity(terms("稀土")), {"the polarity of `{affirmed: {terms: [稀土]}}`"}),
            (Scored(3, (Points(3, terms("稀土")), Points(-1, terms("钕")))), {"-1 points for `{terms: [钕]}`"}),
        ],
        ids=lambda value: type(value).__name__,
    )  # fmt: skip
    def test_every_node_can_lose_something(self, when, expected):
        found = {one.what for one in mutate.mutants(watch(rule(when))) if one.of == "control"}
        assert expected <= found
        assert bool(found) == bool(expected)

    def test_scores_are_told_in_the_order_of_trying(self):
        of = watch(rule(CONTROL, matches("对稀土实施出口管制"), ignores("稀土价格")))
        found = mutate.scores(mutate.run(of, mutate.mutants(of)))
        assert [(score.of, score.noticed, score.tried) for score in found] == [("control", 2, 5), ("list:earths", 1, 3)]
        assert found[0].share == 0.4
        assert mutate.Score("x", 0, 0).share == 1.0

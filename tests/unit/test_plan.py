"""What edited rules would change: rules, alerts by subscriber, alerts a week."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from making import DAY, NOW, item, source, subscription
from rarewatch.match import Compiled
from rarewatch.matchers.terms import Terms
from rarewatch.near import near_misses
from rarewatch.normalise import about
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.source import Tier
from rarewatch.nouns.watch import About, Disabled, Group, Leaf, Rule, Severity, Watch
from rarewatch.plan import Comparison, Judge, RuleChange, heard_of, in_force, rule_changes, versions

LOUD, QUIET = subscription("loud"), subscription("quiet", rules=frozenset({"a"}), min_severity=Severity.URGENT)
URGENT, ROUTINE = int(Severity.URGENT), int(Severity.ROUTINE)


def rule(id_, *words, severity=Severity.NOTABLE, digest="d", **more):
    return Rule(id_, id_, severity, Leaf("terms", Terms.Options.model_validate(list(words) or ["x"])), digest=digest, **more)


def past(number, days_ago=0.0, title="", **more):
    return item(title=title or f"第{number}号稀土公告", published=Stamp(NOW - days_ago * DAY, "minute"), id=str(number), **more)


def compared(*items, before=(LOUD,), after=(LOUD,)):
    comparison = Comparison(before, after)
    for one in items:
        comparison.add(*one)
    return comparison.plan()


class TestRules:
    def test_added_changed_and_removed_by_name(self):
        assert rule_changes({"a": "1", "b": "1", "c": "1"}, {"b": "1", "c": "2", "d": "1"}) == (
            RuleChange("a", "removed"),
            RuleChange("c", "changed"),
            RuleChange("d", "added"),
        )

    def test_another_severity_is_a_change_and_a_rest_is_a_loss(self):
        rules = [rule("a"), rule("b")]
        before = versions(rules, NOW)
        after = versions([replace(rules[0], severity=Severity.URGENT), replace(rules[1], disabled=Disabled("loud"))], NOW)
        assert rule_changes(before, after) == (RuleChange("a", "changed"), RuleChange("b", "removed"))

    @pytest.mark.parametrize(("days", "works"), [(-1, True), (0, False), (1, False)])
    def test_a_rule_rests_up_to_and_with_the_last_day(self, days, works):
        until = date(NOW.year, NOW.month, NOW.day) + timedelta(days=days)
        assert in_force(rule("a", disabled=Disabled("loud", until)), NOW) is works

    def test_a_rule_that_is_off_or_rests_for_good_is_not_in_force(self):
        assert not in_force(rule("a", enabled=False), NOW)
        assert not in_force(rule("a", disabled=Disabled("loud")), NOW)


class TestComparison:
    def test_nothing_changes_where_nothing_does(self):
        made = compared((past(1), "", (("a", URGENT),), (("a", URGENT),)), (past(2), "", (), ()))
        assert (made.alerts, made.items, made.gained, made.lost) == ((), 2, 0, 0)
        assert [(volume.before, volume.after) for volume in made.volumes] == [(1.0, 1.0)]

    def test_alerts_more_and_fewer_are_told_with_their_rules_the_newest_first(self):
        made = compared((past(1, 3), "", (("a", ROUTINE),), ()), (past(2, 1), "", (), (("b", URGENT), ("c", ROUTINE))))
        gained, lost = made.alerts
        assert (gained.gained, gained.item, gained.rules, gained.severity) == (True, "2", ("b", "c"), Severity.URGENT)
        assert (lost.gained, lost.item, lost.at) == (False, "1", NOW - 3 * DAY)
        assert (made.gained, made.lost) == (1, 1)

    def test_who_wants_what_decides(self):
        found = (("a", ROUTINE), ("b", URGENT))
        assert heard_of(LOUD, found) == found
        assert heard_of(QUIET, found) == ()
        assert heard_of(QUIET, (("a", URGENT),)) == (("a", URGENT),)
        made = compared((past(1), "", (), (("a", ROUTINE),)), before=(LOUD, QUIET), after=(LOUD, QUIET))
        assert [alert.subscription for alert in made.alerts] == ["loud"]

    def test_a_subscriber_who_is_new_hears_of_all(self):
        made = compared((past(1), "", (("a", URGENT),), (("a", URGENT),)), before=(), after=(LOUD,))
        assert [(alert.subscription, alert.gained) for alert in made.alerts] == [("loud", True)]

    def test_one_story_is_one_alert(self):
        held = (("a", URGENT),)
        made = compared(
            (past(1, 5, "稀土公告"), "7", (), held),
            (past(2, 4, "关于稀土公告的报道"), "7", (), held),
            (past(3, 3, "稀土 公告"), "", (), held),
            (past(4, 2, "稀土公告"), "", (), held),
        )
        assert sorted(alert.item for alert in made.alerts) == ["1", "3"]

    def test_an_item_without_a_date_counts_from_when_it_was_seen(self):
        undated = replace(past(1), published=None, seen_at=NOW - 9 * DAY)
        (alert,) = compared((undated, "", (), (("a", URGENT),))).alerts
        assert alert.at == NOW - 9 * DAY

    def test_volume_is_a_week_of_the_time_the_items_span(self):
        made = compared(*((past(day, day), "", (("a", URGENT),) if day % 7 == 0 else (), (("a", URGENT),)) for day in range(29)))
        (volume,) = made.volumes
        assert (made.weeks, volume.before, volume.after) == (4.0, 5 / 4, 29 / 4)


class TestJudge:
    def test_both_sets_are_judged_and_what_they_share_gives_the_same(self):
        shared, old, new = rule("s", "稀土"), rule("r", "公告", digest="1"), rule("r", "通知", digest="2")
        before, after = (Watch(rules={"s": shared, "r": one}) for one in (old, new))
        judge = Judge(before, after, {})
        whole = Judge(None, before, {}), Judge(None, after, {})
        for title in ("稀土公告", "稀土通知", "通知", "公告", "天气"):
            was, now = judge(item(title=title, text=""))
            assert (set(was), set(now)) == tuple(set(one(item(title=title, text=""))[1]) for one in whole)

    def test_a_list_that_changed_under_a_rule_is_seen_by_its_version(self):
        before, after = (Watch(rules={"r": rule("r", "稀土", digest=digest)}) for digest in ("1", "2"))
        assert Judge(before, after, {})(item(title="稀土", text="")) == ((("r", 2),), (("r", 2),))

    def test_where_a_rule_stands_and_its_examples_do_not_matter(self):
        before, after = (Watch(rules={"r": rule("r", "稀土", where=where)}) for where in ("a:1", "a:2"))
        judge = Judge(before, after, {})
        assert judge(item(title="稀土", text=""))[0] == (("r", 2),)


def test_what_is_known_of_an_item_comes_from_its_source_while_it_is_there():
    thing = item()
    assert about(thing, source()) == About("s1", "gov.example", Tier.ISSUER.value, "zh", NOW)
    assert about(replace(thing, published=None), None) == About("s1", "", "", "zh", None)


class TestNearMisses:
    WATCH = Watch(
        rules={
            one.id: one
            for one in (
                rule("net", "稀土", severity=Severity.ROUTINE),
                *(
                    Rule(name, name, severity, Group(all=tuple(Leaf("terms", Terms.Options.model_validate([word])) for word in ("稀土", other))), digest=name)
                    for name, other, severity in (
                        ("urgent", "出口管制", Severity.URGENT), ("low", "会议", Severity.LOG), ("b", "指标", Severity.IMPORTANT),
                        ("c", "价格", Severity.NOTABLE), ("d", "矿山", Severity.NOTABLE),
                    )
                ),
            )
        }
    )  # fmt: skip

    def found(self, title):
        compiled, thing = Compiled(self.WATCH), item(title=title, text="")
        return near_misses(thing, About(), compiled.findings(title, "").matches, compiled)

    def test_only_what_would_have_weighed_more_is_kept_the_most_severe_first(self):
        assert [(one.rule, one.rule_digest) for one in self.found("稀土新闻")] == [("urgent", "urgent"), ("b", "b"), ("c", "c")]
        assert self.found("稀土出口管制") == []
        assert [one.rule for one in self.found("稀土指标")] == ["urgent"]

    def test_the_clause_that_was_missing_is_told(self):
        assert "出口管制" in self.found("稀土新闻")[0].clause

    def test_what_has_nothing_to_do_with_any_rule_is_no_near_miss(self):
        assert self.found("天气") == []

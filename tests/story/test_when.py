"""Who is told when: quiet hours, digests, storms, routes, silences, escalations, over weeks and changes of the clock."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from office import Office

from making import DAY, HOUR, MINUTE, NOW, StillClock, source, subscription
from rarewatch.nouns.alert import Target
from rarewatch.nouns.audience import (
    Digest,
    Escalation,
    Habits,
    Inhibition,
    Policy,
    QuietHours,
    Route,
    Silence,
    Storm,
    Wants,
)
from rarewatch.nouns.source import Publisher, Tier
from rarewatch.nouns.watch import Severity
from rarewatch.stores import views
from rarewatch.stores.sql import SqlStore

BERLIN = ZoneInfo("Europe/Berlin")
PRESS = source("press", publisher=Publisher("press", "Press", tier=Tier.TRADE_PRESS))
NIGHT = Habits(quiet=(QuietHours(time(22), time(7)),))


def reader(id_="desk", *, zone="Europe/Berlin", **fields):
    return subscription(id_, (Target("slack", f"C-{id_}"),), time_zone=zone, **fields)


def at(*clock, zone=BERLIN):
    return StillClock(datetime(*clock, tzinfo=zone).astimezone(UTC))


class TestQuietHours:
    @pytest.mark.parametrize("evening", [(2026, 11, 22, 23), (2026, 3, 28, 23), (2026, 10, 24, 23)])
    def test_what_comes_at_night_is_told_together_in_the_morning(self, store, evening):
        office = Office(store, [reader(habits=NIGHT)], clock=at(*evening))
        numbers = [office.publish("tungsten"), office.publish("earths")]
        assert office.told == []
        morning = (office.clock().astimezone(BERLIN) + DAY).replace(hour=7).astimezone(UTC)
        office.wait(morning - office.clock() - timedelta(seconds=1), HOUR)
        assert office.told == []
        office.wait(timedelta(seconds=1))
        (message,) = office.messages()
        assert message.headline.startswith("2 announcements, ")
        assert "(Beijing " in message.headline
        assert [part.severity for part in message.parts] == [Severity.IMPORTANT, Severity.ROUTINE]
        assert all(part.link and part.why for part in message.parts)
        assert message.severity is Severity.IMPORTANT
        for number in numbers:
            assert office.decisions(number)["desk"] == [("hold", "quiet_hours"), ("tell", "digest")]
        assert office.waiting() == 0

    def test_one_alone_is_told_as_ever_and_the_urgent_at_once(self, store):
        office = Office(store, [reader(habits=NIGHT)], clock=at(2026, 11, 22, 23))
        alone, urgent = office.publish("earths"), office.publish("control")
        assert [message.severity for message in office.messages()] == [Severity.URGENT]
        office.wait(9 * HOUR, HOUR)
        assert office.messages()[-1].parts == ()
        assert office.decisions(alone)["desk"] == [("hold", "quiet_hours"), ("tell", "first")]
        assert office.decisions(urgent)["desk"] == [("tell", "first")]

    def test_a_more_severe_word_on_the_same_story_breaks_through_and_the_held_one_is_not_told_again(self, store):
        office = Office(store, [reader(habits=NIGHT)], clock=at(2026, 11, 22, 23))
        title = "北方稀土集团关于调整下半年精矿关联交易价格的公告全文如下"
        first = office.publish("earths", title=title)
        same = office.publish("earths", title=title, source_=PRESS)
        severe = office.publish("control", title=title, text="依法实施管制。", source_=source("s3"))
        office.wait(9 * HOUR, HOUR)
        assert [message.severity for message in office.messages()] == [Severity.URGENT]
        assert office.decisions(first)["desk"] == [("hold", "quiet_hours"), ("skip", "already_told")]
        assert office.decisions(same)["desk"] == [("skip", "already_held")]
        assert office.decisions(severe)["desk"] == [("tell", "first")]

    def test_quiet_hours_without_end_keep_nothing_for_ever(self, store):
        habits = Habits(quiet=(QuietHours(time(0), time(12)), QuietHours(time(12), time(0))))
        office = Office(store, [reader(habits=habits)], clock=at(2026, 11, 22, 23))
        office.publish("earths")
        office.wait(3 * DAY, 6 * HOUR)
        assert office.told == []
        office.wait(DAY, 6 * HOUR)
        assert len(office.told) == 1

    def test_what_another_hold_lets_go_at_night_waits_on_until_the_morning(self, store):
        habits = replace(NIGHT, digest=Digest("hour", time(0)))
        office = Office(store, [reader(habits=habits)], clock=at(2026, 11, 22, 21, 30))
        number = office.publish("earths")
        office.wait(11 * HOUR, 30 * MINUTE)
        assert office.decisions(number)["desk"] == [("hold", "digest"), ("hold", "quiet_hours"), ("tell", "first")]
        assert len(office.told) == 1


class TestDigests:
    def test_every_day_at_its_hour_across_a_change_of_the_clock(self, store):
        office = Office(store, [reader(habits=Habits(digest=Digest("day", time(8, 30))))], clock=at(2026, 10, 23, 9))
        came = []
        for _ in range(4):
            office.publish("earths")
            office.publish("tungsten")
            before = len(office.told)
            while len(office.told) == before:
                office.wait(10 * MINUTE)
            came.append(office.clock().astimezone(BERLIN).time().replace(tzinfo=None))
            office.wait(30 * MINUTE)
        assert came == [time(8, 30)] * 4

    def test_more_than_a_message_holds_goes_out_in_several_and_nothing_is_lost(self, store):
        office = Office(store, [reader(habits=Habits(digest=Digest("day")))])
        for _ in range(205):
            office.publish("earths")
        office.wait(DAY, HOUR)
        assert [len(message.parts) for message in office.messages()] == [100, 100, 5]
        assert len({part.link for message in office.messages() for part in message.parts}) == 205


class TestStorms:
    def test_the_first_too_many_says_so_and_the_others_come_together(self, store):
        office = Office(store, [reader(habits=Habits(storm=Storm(3, 600)))])
        numbers = [office.publish("earths") for _ in range(10)]
        assert len(office.told) == 4
        assert "at once" in office.messages()[-1].note
        urgent = office.publish("control")
        assert len(office.told) == 5
        office.wait(10 * MINUTE, MINUTE)
        assert len(office.told) == 6
        assert len(office.messages()[-1].parts) == 6
        assert office.messages()[-1].headline.startswith("6 announcements")
        reasons = [office.decisions(number)["desk"][-1] for number in numbers]
        assert reasons == [("tell", "first")] * 3 + [("tell", "storm")] + [("tell", "digest")] * 6
        assert office.decisions(urgent)["desk"] == [("tell", "first")]
        office.publish("earths")
        assert len(office.told) == 7


class TestRoutes:
    TREE = (
        Route("urgent", Wants(min_severity=Severity.URGENT), ("duty",), goes_on=True),
        Route("metal", Wants(rules=frozenset(["tungsten"])), ("traders",), wait=60.0),
        Route("rest", Wants(), ("desk",)),
    )

    def test_it_goes_where_the_tree_leads_and_to_those_beside_it(self, store):
        audience = [reader(name) for name in ("duty", "traders", "desk", "archive")]
        office = Office(store, audience, policy=Policy(self.TREE))
        urgent = office.decisions(office.publish("control"))
        assert {name: made[-1] for name, made in urgent.items()} == {
            "duty": ("tell", "first"), "traders": ("skip", "not_subscribed"),
            "desk": ("tell", "first"), "archive": ("tell", "first"),
        }  # fmt: skip

    def test_what_a_branch_gathers_is_told_with_the_first_of_it(self, store):
        office = Office(store, [reader("traders")], policy=Policy(self.TREE))
        office.publish("tungsten")
        office.wait(50 * MINUTE / 60)
        office.publish("tungsten")
        assert office.told == []
        office.wait(MINUTE / 6)
        (message,) = office.messages("traders")
        assert len(message.parts) == 2

    @pytest.mark.parametrize(
        ("wants", "told"),
        [
            (Wants(entities=frozenset(["org.north"])), True),
            (Wants(entities=frozenset(["org.south"])), False),
            (Wants(tiers=frozenset(["issuer"])), True),
            (Wants(tiers=frozenset(["wire"])), False),
            (Wants(publishers=frozenset(["gov.example"])), True),
            (Wants(publishers=frozenset(["other"])), False),
            (Wants(sources=frozenset(["s1"])), True),
            (Wants(sources=frozenset(["s2"])), False),
            (Wants(languages=frozenset(["zh"])), True),
            (Wants(languages=frozenset(["en"])), False),
            (Wants(types=frozenset(["quota"])), False),
        ],
    )
    def test_a_subscriber_may_ask_for_more_than_rules(self, store, wants, told):
        office = Office(store, [reader(wants=wants)])
        number = office.publish("earths", more="北方公司")
        assert office.decisions(number)["desk"] == [("tell", "first") if told else ("skip", "not_subscribed")]


class TestSilences:
    def silence(self, **fields):
        found = {"id": "", "wants": Wants(rules=frozenset(["earths"])), "author": "Ann", "reason": "known", "begins": NOW}
        return Silence(**{**found, "ends": NOW + HOUR, **fields})

    def test_what_is_silenced_is_not_told_and_it_is_known_who_wished_it(self, store):
        office = Office(store, [reader(), reader("duty")])
        store.silence(self.silence(subscription="desk"))
        number = office.publish("earths")
        assert office.decisions(number) == {"desk": [("skip", "silenced")], "duty": [("tell", "first")]}
        with store.look() as connection:
            (line,) = (one for one in views.decisions_of(connection, number) if one["subscription"] == "desk")
        assert line["detail"] == "silence 1 by Ann until 2031-04-04 02:00 UTC: known"

    def test_it_ends_by_itself_or_is_lifted(self, store):
        office = Office(store, [reader()])
        number = store.silence(self.silence())
        office.wait(30 * MINUTE)
        store.lift(number, "Bob", office.clock())
        office.publish("earths")
        store.silence(self.silence(ends=NOW + HOUR))
        office.wait(30 * MINUTE)
        office.publish("earths")
        assert len(office.told) == 2

    def test_what_waits_when_a_silence_begins_is_silenced_too(self, store):
        office = Office(store, [reader(habits=NIGHT)], clock=at(2026, 11, 22, 23))
        number = office.publish("earths")
        store.silence(self.silence(begins=office.clock(), ends=office.clock() + DAY))
        office.wait(9 * HOUR, HOUR)
        assert office.told == []
        assert office.decisions(number)["desk"] == [("hold", "quiet_hours"), ("skip", "silenced")]


class TestInhibitions:
    RULE = Inhibition("commentary", Wants(tiers=frozenset(["issuer"])), Wants(tiers=frozenset(["trade_press"])), 900.0)

    def test_a_commentary_waits_while_the_official_text_is_told(self, store):
        office = Office(store, [reader()], policy=Policy(inhibitions=(self.RULE,)))
        office.publish("earths", more="北方公司")
        comment = office.publish("earths", more="北方公司", source_=PRESS)
        other = office.publish("earths", source_=PRESS)
        assert office.decisions(comment)["desk"] == [("hold", "inhibited")]
        assert office.decisions(other)["desk"] == [("tell", "first")]
        office.wait(15 * MINUTE)
        assert office.decisions(comment)["desk"] == [("hold", "inhibited"), ("tell", "first")]


class TestEscalations:
    AUDIENCE = (reader(habits=Habits(escalation=Escalation(900.0, "chief"))), reader("chief", rules=frozenset(["none"])))

    def test_what_nobody_acknowledges_is_told_to_somebody_else_once(self, store):
        office = Office(store, self.AUDIENCE)
        number = office.publish("control")
        office.wait(15 * MINUTE, MINUTE)
        (message,) = office.messages("chief")
        assert "acknowledged" in message.note
        assert office.decisions(number)["chief"] == [("skip", "not_subscribed"), ("tell", "escalated")]
        office.wait(DAY, HOUR)
        assert len(office.told) == 2

    def test_what_is_acknowledged_or_not_severe_is_not(self, store):
        office = Office(store, self.AUDIENCE)
        office.publish("control")
        office.publish("earths")
        assert store.acknowledge("1", "Ann", office.clock())
        office.wait(DAY, HOUR)
        assert office.messages("chief") == []

    def test_it_is_repeated_until_somebody_takes_note_and_ten_times_at_most(self, store):
        tree = (Route("all", Wants(), ("desk",), repeat=600.0),)
        office = Office(store, [reader()], policy=Policy(tree))
        office.publish("earths")
        office.wait(25 * MINUTE, MINUTE)
        assert len(office.told) == 3
        store.acknowledge("1", "Ann", office.clock())
        office.wait(HOUR, MINUTE)
        assert len(office.told) == 3
        office.publish("tungsten")
        office.wait(DAY, MINUTE * 5)
        assert len(office.told) == 3 + 11


class TestOwnSubscriptions:
    def test_who_subscribed_by_himself_is_told_by_his_own_clock(self, store):
        office = Office(store, [])
        mine = reader("own.u1", zone="America/New_York", rules=frozenset(["earths"]))
        store.subscribe(mine, "U1", office.clock())
        number = office.publish("earths")
        office.publish("tungsten")
        assert office.decisions(number)["own.u1"] == [("tell", "first")]
        assert [message.zone for message in office.messages("own.u1")] == ["America/New_York"]
        store.unsubscribe("own.u1", "U1")
        office.publish("earths")
        assert len(office.told) == 1

    def test_what_waits_for_one_who_is_gone_is_not_told_and_it_is_said_why(self, store):
        office = Office(store, [reader(habits=NIGHT)], clock=at(2026, 11, 22, 23))
        number = office.publish("earths")
        office.rules = replace(office.rules, audience=())
        office.wait(9 * HOUR)
        assert office.decisions(number)["desk"] == [("hold", "quiet_hours"), ("skip", "not_subscribed")]
        assert office.waiting() == 0


def test_letting_go_twice_tells_once(store):
    office = Office(store, [reader(habits=NIGHT)], clock=at(2026, 11, 22, 23))
    office.publish("earths")
    office.wait(9 * HOUR)
    assert office.let_go() == 0
    assert len(office.told) == 1


severities = st.sampled_from([Severity.ROUTINE, Severity.IMPORTANT, Severity.URGENT])
hours = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30]))
some_habits = st.builds(
    Habits,
    st.lists(st.builds(QuietHours, hours, hours, break_through=severities), max_size=2).map(tuple),
    st.none() | st.builds(Digest, st.sampled_from(["hour", "day", "week"]), hours, st.integers(0, 6), severities),
    st.none() | st.builds(Storm, st.integers(1, 3), st.sampled_from([600.0, 7200.0]), severities),
    st.none() | st.builds(Escalation, st.sampled_from([900.0, 90_000.0]), st.sampled_from(["b", "c"]), severities),
)
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Shanghai"])
publications = st.lists(
    st.tuples(st.integers(0, 60 * 60), st.sampled_from(["control", "earths", "tungsten"]), st.booleans(), st.booleans()),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.tuples(some_habits, some_habits, some_habits), zones, publications, st.sampled_from([(2026, 3, 10), (2026, 10, 10)]))
def test_over_a_month_all_is_told_once_or_it_is_said_why_not(habits, zone, publications, begin):
    with TemporaryDirectory() as folder, closing(SqlStore(f"sqlite:///{Path(folder) / 'x.db'}")) as store:
        store.migrate()
        audience = [reader(name, zone=zone, habits=habit) for name, habit in zip("abc", habits, strict=True)]
        tree = (Route("wait", Wants(), ("a",), goes_on=True, wait=300.0), Route("again", Wants(), ("b",), repeat=43_200.0))
        policy = Policy(tree, (TestInhibitions.RULE,))
        office = Office(store, audience, policy=policy, clock=StillClock(datetime(*begin, tzinfo=UTC)))
        numbers = []
        for minutes, rule, north, press in publications:
            office.wait(timedelta(minutes=minutes), 6 * HOUR)
            numbers.append(
                office.publish(rule, more="北方公司" if north else "", source_=PRESS if press else None),
            )
        office.wait(9 * DAY, 6 * HOUR)
        assert office.waiting() == 0
        for number in numbers:
            made = office.decisions(number)
            assert made.keys() == {"a", "b", "c"}
            for decisions in made.values():
                own = [one for one in decisions if one[1] not in ("escalated", "repeated")]
                assert [verdict for verdict, _ in own[:-1]] == ["hold"] * (len(own) - 1)
                assert own[-1][0] in ("tell", "skip")
        told = [(name, part.link) for name, message in office.told if not message.note for part in message.parts or (message,)]
        assert len(told) == len(set(told))

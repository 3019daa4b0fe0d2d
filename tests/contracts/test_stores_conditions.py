"""What every store must keep of how sources fare: vitals, the history of conditions, notices to operators."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from making import DAY, HOUR, MINUTE, NOW, at_once, open_delivery, reading, record_fault, source, subscription
from rarewatch.errors import Missing, Unreachable
from rarewatch.nouns.alert import OWN, Target
from rarewatch.nouns.health import Change, Condition, Notice, Vitals
from rarewatch.nouns.source import Claim
from rarewatch.nouns.watch import Severity
from rarewatch.stores import conditions, rows, views
from rarewatch.stores.tables import source_state

BLOCKED = Vitals(Condition.BLOCKED, NOW, "a challenge page", arrivals=(1, 2), newest=NOW - DAY, hosts=("s1.example.com",))
NOTICE = Notice("s1/blocked/1", "s1 is blocked: a challenge page", "Since 09:00.\nLeave it alone.", Severity.NOTABLE, NOW, "s1")
OPERATOR = subscription("ops", (Target("slack", "C2"), Target("email", "o@example.org")), operator=True)


def claim(store, now=NOW):
    (made,) = store.claim_sources(now, 10, timedelta(minutes=15), ["s1"])
    return made


def state(store):
    """The row of the source, as a person with a database client sees it, with its moments as they stand there."""
    with store.look() as connection:
        return connection.execute(select(source_state)).mappings().one()


def history(store, of="s1"):
    with store.look() as connection:
        return [(line["condition"], line["detail"]) for line in conditions.history(connection, [of])[of]]


def spells(store, begin, end):
    with store.look() as connection:
        return [spell["condition"] for spell in conditions.spells(connection, "s1", begin, end)]


def change(store, made, was, now, at=NOW, *, detail=""):
    with store.desk() as book:
        return book.changed(made, Change("s1", was, now, at, detail=detail))


def notify(store, *operators, notice=NOTICE):
    with store.desk() as book:
        return book.notify(notice, operators or (OPERATOR,))


def parcels(store, now=NOW):
    return store.claim_deliveries(now, 100, MINUTE)


class TestVitals:
    def test_they_come_back_with_the_next_claim_after_a_reading_and_after_a_fault(self, store):
        store.enrol([source()], at_once)
        assert claim(store).vitals == Vitals()
        with store.desk() as book:
            book.read(Claim("s1"), reading(), new=0, due_at=NOW, now=NOW, vitals=BLOCKED)
        made = claim(store)
        assert made.vitals == BLOCKED
        worse = Vitals(Condition.MOVED, NOW + HOUR, "404")
        record_fault(store, made, Missing("404"), NOW + HOUR, NOW + HOUR, vitals=worse)
        assert claim(store, NOW + HOUR).vitals == worse

    def test_the_condition_is_kept_in_step_for_whoever_looks(self, store):
        store.enrol([source()], at_once)
        assert (state(store)["condition"], state(store)["condition_since"]) == ("unproven", None)
        record_fault(store, claim(store), Unreachable("no name"), NOW, NOW, vitals=BLOCKED)
        line = state(store)
        assert (line["condition"], line["condition_detail"]) == ("blocked", "a challenge page")
        assert line["condition_since"] == NOW.timestamp()
        with store.look() as connection:
            assert views.sources(connection)[0]["vitals"] == BLOCKED

    def test_vitals_that_did_not_change_are_left_alone(self, store):
        store.enrol([source()], at_once)
        record_fault(store, claim(store), Unreachable("no name"), NOW, NOW, vitals=BLOCKED)
        with store.begin() as connection:
            connection.exec_driver_sql("UPDATE source_state SET condition_detail = 'untouched'")
        for vitals in (BLOCKED, None):
            record_fault(store, claim(store), Unreachable("no name"), NOW, NOW, vitals=vitals)
        assert state(store)["condition_detail"] == "untouched"

    def test_another_address_is_another_source_to_them(self, store):
        store.enrol([source()], at_once)
        old = claim(store)
        record_fault(store, old, Unreachable("no name"), NOW, NOW, vitals=BLOCKED)
        store.enrol([source(url="https://s1.example.com/new")], at_once)
        assert claim(store).vitals == Vitals()
        assert state(store)["condition"] == "unproven"
        assert [condition for condition, _ in history(store)] == ["unproven"]
        record_fault(store, old, Unreachable("no name"), NOW, NOW, vitals=BLOCKED)
        assert state(store)["condition"] == "unproven"

    @pytest.mark.parametrize("text", ["", "null", "[]", "{", '{"condition": "sunny"}', '{"since": "noon"}', '{"newer": 1}'])
    def test_what_another_version_wrote_is_as_if_nothing_was_learned(self, store, text):
        store.enrol([source()], at_once)
        with store.begin() as connection:
            connection.execute(source_state.update().values(vitals=text))
        assert claim(store).vitals == Vitals()


moments = st.none() | st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


@given(
    st.builds(
        Vitals,
        condition=st.sampled_from(Condition),
        since=moments,
        detail=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=50),
        suspect=st.none() | st.sampled_from(Condition),
        suspect_since=moments,
        seen_times=st.integers(0, 9),
        newest=moments,
        shown=moments,
        arrivals=st.lists(st.integers(0, 10**8), max_size=9).map(tuple),
        by_day=st.booleans(),
        quiet_at=moments,
        silent_at=moments,
        hosts=st.lists(st.text("abc.", max_size=9), max_size=3).map(tuple),
    )
)
def test_vitals_survive_being_written_down(vitals):
    assert rows.vitals_of(rows.vitals_text(vitals)) == vitals


@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_reading_vitals_never_fails(text):
    assert isinstance(rows.vitals_of(text), Vitals)


class TestHistory:
    def test_the_newest_comes_first_and_every_spell_has_its_end(self, store):
        store.enrol([source()], at_once)
        made = claim(store)
        assert change(store, made, Condition.UNPROVEN, Condition.OK)
        assert change(store, made, Condition.OK, Condition.BLOCKED, NOW + HOUR, detail="a challenge page")
        assert history(store) == [("blocked", "a challenge page"), ("ok", "")]
        with store.look() as connection:
            blocked, well = conditions.history(connection, ["s1"])["s1"]
        assert (blocked["since"], blocked["until"]) == ((NOW + HOUR).isoformat(), None)
        assert (well["since"], well["until"]) == (NOW.isoformat(), (NOW + HOUR).isoformat())

    def test_it_keeps_the_last_two_hundred_of_each_source(self, store):
        store.enrol([source(), source("s2")], at_once)
        with store.desk() as book:
            book.changed(Claim("s2"), Change("s2", Condition.OK, Condition.STALE, NOW))
            for hour in range(conditions.HISTORY_KEPT + 7):
                book.changed(Claim("s1"), Change("s1", Condition.OK, Condition.QUIET, NOW + hour * HOUR, detail=str(hour)))
        assert [int(detail) for _, detail in history(store)] == list(range(206, 6, -1))
        assert len(history(store, "s2")) == 1

    def test_what_was_seen_at_another_address_or_of_a_source_that_is_gone_changes_nothing(self, store):
        store.enrol([source()], at_once)
        old = claim(store)
        store.enrol([source(url="https://s1.example.com/new")], at_once)
        assert not change(store, old, Condition.OK, Condition.BLOCKED)
        assert not change(store, Claim("nobody"), Condition.OK, Condition.BLOCKED)
        assert history(store) == []

    def test_troubles_are_found_by_the_time_they_lay_in(self, store):
        store.enrol([source()], at_once)
        made = claim(store)
        change(store, made, Condition.OK, Condition.BLOCKED, NOW)
        change(store, made, Condition.BLOCKED, Condition.OK, NOW + 2 * HOUR)
        change(store, made, Condition.OK, Condition.SILENT, NOW + 9 * HOUR)
        assert spells(store, NOW + HOUR, NOW + HOUR) == ["blocked"]
        assert spells(store, None, NOW + DAY) == ["silent", "blocked"]
        assert spells(store, NOW + 2 * HOUR, NOW + 3 * HOUR) == []
        assert spells(store, NOW - DAY, NOW - HOUR) == []
        assert spells(store, NOW + 5 * DAY, NOW + 6 * DAY) == ["silent"]


class TestNotices:
    def test_a_notice_goes_the_way_of_an_alert(self, store):
        assert notify(store) == 2
        first, second = parcels(store)
        assert {first.target, second.target} == set(OPERATOR.targets)
        assert (first.notice, first.matches, first.publisher) == (Severity.NOTABLE, (), OWN)
        assert (first.item.title, first.item.text, first.item.source) == (NOTICE.headline, NOTICE.text, OWN.id)
        with store.look() as connection:
            (line,) = views.alerts(connection, 10)
            assert (line["reason"], line["severity"], line["rules"]) == ("notice", Severity.NOTABLE, [])
            assert [made["reason"] for made in views.decisions_of(connection, first.item.id)] == ["notice"]

    def test_an_alert_is_no_notice(self, store):
        open_delivery(store)
        assert parcels(store)[0].notice is None

    def test_the_same_key_is_never_told_twice_whatever_it_says(self, store):
        with store.desk() as book:
            assert book.notify(NOTICE, [OPERATOR]) == 2
            assert book.notify(NOTICE, [OPERATOR]) == 0
        again = Notice(NOTICE.key, "other words", "other text", Severity.URGENT, NOW + DAY)
        assert notify(store, notice=again) == 0
        assert notify(store, notice=Notice("another", NOTICE.headline, NOTICE.text, NOTICE.severity, NOW)) == 2

    def test_readers_and_operators_who_ask_for_more_are_not_told(self, store):
        reader = subscription("desk")
        calm = subscription("calm", operator=True, min_severity=Severity.IMPORTANT)
        assert notify(store, reader, calm) == 0
        with store.look() as connection:
            (found,) = views.find(connection, "1", "", "")
            assert [(made["subscription"], made["reason"]) for made in views.decisions_of(connection, found[0].id)] == [
                ("calm", "below_severity")
            ]

    def test_it_stays_out_of_the_archive_that_rules_are_tried_on(self, store):
        open_delivery(store)
        notify(store)
        with store.look() as connection:
            assert [one.item.source for one in views.newest(connection, 10)] == ["s1"]
            assert [one.item.source for batch in views.past(connection, NOW - DAY) for one in batch] == ["s1"]
            assert views.count_past(connection, NOW - DAY) == 1
            assert "rarewatch" not in {line["source"] for line in views.sources(connection)}

    def test_what_fails_leaves_neither_fault_nor_notice(self, store):
        store.enrol([source()], at_once)
        made = claim(store)

        def die():
            with store.desk() as book:
                book.failed(made, Unreachable("no name"), due_at=NOW, now=NOW, vitals=BLOCKED)
                book.changed(made, Change("s1", Condition.OK, Condition.BLOCKED, NOW))
                book.notify(NOTICE, [OPERATOR])
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            die()
        assert (history(store), parcels(store), state(store)["failures"]) == ([], [], 0)
        assert notify(store) == 2

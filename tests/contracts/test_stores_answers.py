"""What people answer, kept by the store: silences, acknowledgements, judgements, subscriptions. On SQLite and PostgreSQL."""

from dataclasses import replace

from making import HOUR, MINUTE, NOW, open_delivery, subscription
from rarewatch.nouns.alert import Target
from rarewatch.nouns.audience import Judged, Label, Silence, Wants
from rarewatch.nouns.watch import Severity
from rarewatch.stores.tables import alert, item

SILENCE = Silence("", Wants(rules=frozenset(["export"]), tiers=frozenset(["issuer"])), "Ann", "known", NOW, NOW + 2 * HOUR, "desk")


def first(store, table):
    with store.look() as connection:
        return str(connection.execute(table.select()).first().id)


class TestSilences:
    def test_a_silence_is_kept_as_it_was_asked_for(self, store):
        number = store.silence(SILENCE)
        assert store.silences(NOW) == [replace(SILENCE, id=number)]

    def test_one_that_has_ended_is_only_remembered(self, store):
        number = store.silence(SILENCE)
        assert store.silences(NOW + 2 * HOUR) == []
        assert [one.id for one in store.silences()] == [number]

    def test_one_that_begins_later_is_known_now(self, store):
        store.silence(replace(SILENCE, begins=NOW + HOUR))
        assert [one.begins for one in store.silences(NOW)] == [NOW + HOUR]

    def test_it_is_lifted_once_and_it_is_known_by_whom(self, store):
        number = store.silence(SILENCE)
        assert store.lift(number, "Bob", NOW + HOUR)
        assert not store.lift(number, "Carl", NOW + HOUR)
        assert not store.lift("77", "Carl", NOW)
        assert not store.lift("no number", "Carl", NOW)
        assert store.silences(NOW + HOUR) == []
        assert store.silences() == [replace(SILENCE, id=number, ends=NOW + HOUR, lifted_by="Bob")]


class TestAcknowledgements:
    def test_the_first_who_takes_note_counts(self, store):
        open_delivery(store)
        number = first(store, alert)
        assert store.acknowledge(number, "Ann", NOW).by == "Ann"
        again = store.acknowledge(number, "Bob", NOW + MINUTE)
        assert (again.by, again.at, again.alert) == ("Ann", NOW, number)

    def test_there_must_be_such_an_alert(self, store):
        assert store.acknowledge("1", "Ann", NOW) is None
        assert store.acknowledge("x", "Ann", NOW) is None


class TestJudgements:
    def test_a_person_may_think_again_and_others_may_differ(self, store):
        open_delivery(store)
        number = first(store, item)
        assert store.feedback(number, "export", Label.RELEVANT, "Ann", NOW)
        assert store.feedback(number, "export", Label.NOT_RELEVANT, "Ann", NOW + MINUTE)
        assert store.feedback(number, "export", Label.RELEVANT, "Bob", NOW + HOUR)
        last = Judged(number, "export", Label.RELEVANT, "Bob", NOW + HOUR)
        assert store.judged() == [Judged(number, "export", Label.NOT_RELEVANT, "Ann", NOW + MINUTE), last]
        assert store.judged(NOW + HOUR) == [last]

    def test_there_must_be_such_an_item(self, store):
        assert not store.feedback("1", "", Label.MISSED, "Ann", NOW)
        assert store.judged() == []


class TestOwnSubscriptions:
    MINE = subscription(
        "own.u1.export", [Target("slack", "D1")], rules=frozenset(["export"]), min_severity=Severity.IMPORTANT, time_zone="Europe/Berlin"
    )  # fmt: skip

    def test_it_is_kept_as_it_was_made(self, store):
        store.subscribe(self.MINE, "U1", NOW)
        (kept,) = store.own_subscriptions()
        assert replace(kept, wants=Wants()) == self.MINE
        assert kept.wants == Wants(rules=frozenset(["export"]), min_severity=Severity.IMPORTANT)

    def test_one_s_own_are_told_from_those_of_others(self, store):
        store.subscribe(self.MINE, "U1", NOW)
        store.subscribe(replace(self.MINE, id="own.u2.export"), "U2", NOW)
        assert [one.id for one in store.own_subscriptions("U2")] == ["own.u2.export"]
        assert [one.id for one in store.own_subscriptions()] == ["own.u1.export", "own.u2.export"]
        assert store.own_subscriptions("U3") == []

    def test_it_is_changed_and_given_up_by_its_owner_only(self, store):
        store.subscribe(self.MINE, "U1", NOW)
        store.subscribe(replace(self.MINE, min_severity=Severity.URGENT), "U1", NOW)
        assert [one.min_severity for one in store.own_subscriptions()] == [Severity.URGENT]
        assert not store.unsubscribe(self.MINE.id, "U2")
        assert store.unsubscribe(self.MINE.id, "U1")
        assert store.own_subscriptions() == []

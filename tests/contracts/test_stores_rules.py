"""What a store keeps for a change of the rules while the service runs. On SQLite and PostgreSQL."""

from datetime import timedelta

from making import HOUR, MINUTE, NOW, at_once, reading, record_fault, source
from rarewatch.errors import Missing
from rarewatch.nouns.memory import RulesNote
from rarewatch.nouns.source import Remembered
from rarewatch.stores import views

GOOD = RulesNote("in force", "d1", {"control": "v1"})
BAD = RulesNote("refused", "d2", words="rules/a.yaml:3:5: unknown key")


def claim(store, now=NOW):
    (found,) = store.claim_sources(now, 10, MINUTE)
    return found


def state(store):
    with store.look() as connection:
        (line,) = views.sources(connection)
    return line


class TestAClaimAndItsAddress:
    def test_a_claim_says_which_address_it_is_for(self, store):
        store.enrol([source()], at_once)
        assert claim(store).url == source().url

    def test_a_reading_of_the_old_address_is_no_first_reading_of_the_new_one(self, store):
        store.enrol([source()], at_once)
        old = claim(store)
        store.enrol([source(url="https://s1.example.com/other")], at_once)
        with store.desk() as book:
            book.read(old, reading(), new=1, due_at=NOW + HOUR, now=NOW)
        fresh = claim(store)
        assert (fresh.baselined, fresh.seen, fresh.url) == (False, Remembered(), "https://s1.example.com/other")
        assert state(store)["polls"] == 0

    def test_a_fault_of_the_old_address_is_none_of_the_new_one(self, store):
        store.enrol([source()], at_once)
        old = claim(store)
        store.enrol([source(url="https://s1.example.com/other")], at_once)
        record_fault(store, old, Missing("gone"), NOW + HOUR, NOW)
        assert (claim(store).failures, state(store)["fault"]) == (0, "")

    def test_a_source_that_was_taken_out_meanwhile_can_still_be_closed(self, store):
        store.enrol([source()], at_once)
        old = claim(store)
        store.enrol([], at_once)
        with store.desk() as book:
            book.read(old, reading(), new=0, due_at=NOW + HOUR, now=NOW)
        assert state(store)["polls"] == 1
        assert store.claim_sources(NOW + timedelta(days=9), 10, MINUTE) == []


class TestNotesOnRules:
    def test_the_newest_comes_first_with_all_it_says(self, store):
        store.note_rules(GOOD, NOW)
        store.note_rules(BAD, NOW + MINUTE)
        with store.look() as connection:
            assert [note for note, _ in views.rule_sets(connection, 10)] == [BAD, GOOD]
            assert [at for _, at in views.rule_sets(connection, 1)] == [NOW + MINUTE]

    def test_what_did_not_change_is_not_noted_again(self, store):
        store.note_rules(GOOD, NOW)
        store.note_rules(GOOD, NOW + HOUR)
        with store.look() as connection:
            assert [at for _, at in views.rule_sets(connection, 10)] == [NOW]

    def test_only_the_last_hundred_are_kept(self, store):
        for number in range(103):
            store.note_rules(RulesNote("in force", f"d{number}"), NOW + number * MINUTE)
        with store.look() as connection:
            kept = [note.digest for note, _ in views.rule_sets(connection, 1000)]
        assert kept == [f"d{number}" for number in range(102, 2, -1)]

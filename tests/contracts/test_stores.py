"""What every store must do with sources, and that the desk's book is one transaction. On SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from threading import Barrier

import pytest

from making import (
    DAY,
    HOUR,
    MINUTE,
    NOW,
    at_once,
    reading,
    record_fault,
    source,
)
from rarewatch.errors import LayoutChanged, Truncated, Unreachable
from rarewatch.nouns.source import Validators
from rarewatch.stores import views
from rarewatch.stores.sql import SqlStore

LEASE = timedelta(minutes=15)


def claim(store, now=NOW, limit=10, only=None):
    return store.claim_sources(now, limit, LEASE, only)


def state(store, of="s1"):
    with store.look() as connection:
        return next(line for line in views.sources(connection) if line["source"] == of)


def close(store, made, given, *, new=0, due_at=NOW + HOUR, now=NOW):
    with store.desk() as book:
        book.read(made, given, new=new, due_at=due_at, now=now)


class TestClaims:
    def test_the_longest_due_come_first_and_no_more_than_asked_for(self, store):
        store.enrol([source(f"s{place}") for place in range(5)], lambda place: NOW - place * MINUTE)
        assert [made.source for made in claim(store, limit=2)] == ["s4", "s3"]
        assert [made.source for made in claim(store)] == ["s2", "s1", "s0"]
        assert claim(store) == []

    def test_what_is_not_due_waits(self, store):
        store.enrol([source()], lambda _: NOW + MINUTE)
        assert claim(store) == []
        assert [made.source for made in claim(store, NOW + MINUTE)] == ["s1"]

    def test_a_first_claim_knows_nothing(self, store):
        store.enrol([source()], at_once)
        (made,) = claim(store)
        assert made.seen.validators == Validators()
        assert made.seen.marks == frozenset()
        assert (made.baselined, made.failures) == (False, 0)

    def test_a_lease_that_ran_out_lets_another_have_it(self, store):
        store.enrol([source()], at_once)
        assert claim(store)
        assert claim(store, NOW + LEASE) == []
        assert claim(store, NOW + LEASE + MINUTE)

    def test_only_takes_what_is_named_due_or_not_but_nothing_that_is_in_hand(self, store):
        store.enrol([source("s1"), source("s2"), source("s3")], lambda _: NOW + DAY)
        assert [made.source for made in claim(store, only=["s2"])] == ["s2"]
        assert sorted(made.source for made in claim(store, only=["s1", "s2", "nobody"])) == ["s1"]
        assert claim(store, only=[]) == []

    def test_a_claim_given_back_is_due_when_it_is_said_to_be(self, store):
        store.enrol([source()], at_once)
        made = claim(store)
        store.release_sources(made, NOW + MINUTE)
        assert claim(store) == []
        assert claim(store, NOW + MINUTE) == made

    def test_every_source_goes_to_exactly_one_of_many_claimants(self, database_url):
        wanted = {f"s{place}" for place in range(60)}
        with closing(SqlStore(database_url)) as first:
            first.enrol([source(id_) for id_ in sorted(wanted)], at_once)
        together = Barrier(4)

        def take(_):
            with closing(SqlStore(database_url)) as mine:
                together.wait(30)
                return [made.source for _ in range(12) for made in claim(mine, limit=3)]

        with ThreadPoolExecutor(4) as pool:
            taken = [name for some in pool.map(take, range(4)) for name in some]
            if len(taken) < len(wanted):
                # A claimant that met only locked rows went home; nothing is lost, the next one gets them.
                with closing(SqlStore(database_url)) as last:
                    taken += [made.source for made in claim(last, limit=60)]
        assert sorted(taken) == sorted(wanted)

    @pytest.mark.postgres
    def test_the_limit_holds_whatever_plan_the_database_makes(self, postgres_url):
        with closing(SqlStore(postgres_url)) as store:
            store.enrol([source(f"s{place}") for place in range(30)], at_once)
            with store.begin() as connection:
                for plan in ("hashjoin", "mergejoin", "hashagg", "material", "sort"):
                    connection.exec_driver_sql(f"ALTER DATABASE {store.url.database} SET enable_{plan} = off")
            store.engine.dispose()
            assert len(claim(store, limit=4)) == 4


class TestEnrolment:
    def test_what_is_disabled_or_gone_is_never_claimed(self, store):
        store.enrol([source("s1"), source("s2"), source("s3", enabled=False)], at_once)
        store.enrol([source("s1", enabled=False), source("s3", enabled=False)], at_once)
        assert claim(store) == []
        assert claim(store, only=["s1", "s2", "s3"]) == []

    def test_what_comes_back_goes_on_where_it_was(self, store):
        store.enrol([source()], at_once)
        close(store, claim(store)[0], reading())
        store.enrol([], at_once)
        store.enrol([source()], at_once)
        (made,) = claim(store, NOW + HOUR)
        assert made.baselined
        assert made.seen.knows("m1")

    def test_enrolling_again_moves_no_due_time(self, store):
        store.enrol([source()], at_once)
        close(store, claim(store)[0], reading())
        store.enrol([source()], at_once)
        assert claim(store) == []

    def test_another_address_starts_afresh(self, store):
        store.enrol([source()], at_once)
        close(store, claim(store)[0], reading())
        store.enrol([source(url="https://elsewhere.example.com/feed")], at_once)
        (made,) = claim(store)
        assert not made.baselined
        assert made.seen.validators == Validators()
        assert made.seen.marks == frozenset()
        assert state(store)["url"] == "https://elsewhere.example.com/feed"

    def test_another_address_clears_a_fault(self, store):
        store.enrol([source()], at_once)
        record_fault(store, claim(store)[0], Unreachable("no name"), NOW + HOUR, NOW)
        store.enrol([source(url="https://elsewhere.example.com/feed")], at_once)
        assert claim(store)[0].failures == 0
        assert (state(store)["fault"], state(store)["fault_since"]) == ("", None)


class TestReadings:
    @pytest.fixture
    def made(self, store):
        store.enrol([source()], at_once)
        return claim(store)[0]

    def test_a_complete_reading_is_remembered(self, store, made):
        close(store, made, reading(), new=2)
        (again,) = claim(store, NOW + HOUR)
        assert again.seen.validators == Validators('"e1"', "", "b1")
        assert again.seen.marks == {"m1", "m2"}
        assert again.baselined
        line = state(store)
        assert (line["polls"], line["failures"], line["fault"]) == (1, 0, "")
        assert line["last_new_at"] == line["last_ok_at"] == line["last_poll_at"] == "2031-04-04T01:00:00+00:00"

    def test_marks_are_those_of_the_last_page_and_of_an_unchanged_page_those_before(self, store, made):
        close(store, made, reading())
        (second,) = claim(store, NOW + HOUR)
        close(store, second, reading(unchanged=True, marks=()), due_at=NOW + 2 * HOUR)
        (third,) = claim(store, NOW + 2 * HOUR)
        assert third.seen.marks == {"m1", "m2"}
        close(store, third, reading(marks=("m2", "m3")), due_at=NOW + 3 * HOUR)
        assert claim(store, NOW + 3 * HOUR)[0].seen.marks == {"m2", "m3"}

    def test_a_partial_reading_keeps_validators_gathers_marks_and_is_no_baseline(self, store, made):
        close(store, made, reading(complete=False, faults=(Truncated("ends early"),)))
        (second,) = claim(store, NOW + HOUR)
        assert second.seen.validators == Validators()
        assert second.seen.marks == {"m1", "m2"}
        assert (second.baselined, second.failures) == (False, 1)
        assert (state(store)["fault"], state(store)["fault_detail"]) == ("truncated", "truncated: ends early")
        close(store, second, reading(marks=("m3",), complete=False, faults=(Truncated("again"),)), due_at=NOW + 2 * HOUR)
        assert claim(store, NOW + 2 * HOUR)[0].seen.marks == {"m1", "m2", "m3"}

    def test_a_note_on_a_complete_reading_is_no_fault(self, store, made):
        close(store, made, reading(faults=(Unreachable("one of forty pages"),)))
        assert state(store)["fault"] == ""
        assert claim(store, NOW + HOUR)[0].failures == 0

    def test_faults_are_counted_their_beginning_is_kept_and_success_ends_them(self, store, made):
        record_fault(store, made, Unreachable("no name", url="https://x"), NOW + HOUR, NOW)
        line = state(store)
        assert (line["fault"], line["fault_detail"], line["failures"]) == ("unreachable", "unreachable: no name [https://x]", 1)
        assert line["last_ok_at"] is None
        (second,) = claim(store, NOW + HOUR)
        assert second.failures == 1
        record_fault(store, second, LayoutChanged("no rows"), NOW + 2 * HOUR, NOW + HOUR)
        line = state(store)
        assert (line["fault"], line["failures"], line["polls"]) == ("layout-changed", 2, 2)
        assert line["fault_since"] == "2031-04-04T01:00:00+00:00"
        close(store, claim(store, NOW + 2 * HOUR)[0], reading(), now=NOW + 2 * HOUR)
        line = state(store)
        assert (line["fault"], line["fault_detail"], line["failures"], line["fault_since"]) == ("", "", 0, None)

    def test_a_fault_leaves_what_was_known(self, store, made):
        close(store, made, reading())
        record_fault(store, claim(store, NOW + HOUR)[0], Unreachable("no name"), NOW + 2 * HOUR, NOW + HOUR)
        (again,) = claim(store, NOW + 2 * HOUR)
        assert again.seen.validators.etag == '"e1"'
        assert again.seen.marks == {"m1", "m2"}
        assert again.baselined

    def test_very_many_marks_are_kept_up_to_a_bound_the_newest_first(self, store, made):
        close(store, made, reading(marks=tuple(f"old{n}" for n in range(1_500)), complete=False))
        close(store, claim(store, NOW + HOUR)[0], reading(marks=tuple(f"new{n}" for n in range(1_500)), complete=False))
        kept = claim(store, NOW + 2 * HOUR)[0].seen.marks
        assert len(kept) == 2_000
        assert {f"new{n}" for n in range(1_500)} <= kept

"""What every store must do with sources, and that the desk's book is one transaction. On SQLite and PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest

from making import (
    DAY,
    HOUR,
    LONG_TEXT,
    MINUTE,
    NOW,
    PUBLISHER,
    all_marks,
    at_once,
    item,
    match,
    open_delivery,
    reading,
    source,
    subscription,
)
from rarewatch.admit import admit
from rarewatch.decide import decide
from rarewatch.errors import LayoutChanged, Truncated, Unreachable
from rarewatch.normalise import normalise
from rarewatch.nouns.item import Admission, Status
from rarewatch.nouns.source import Draft, Validators
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


def keep(store, *things, status=Status.NEW):
    with store.desk() as book:
        return [one.item for one in book.keep([Admission(thing, status, "why") for thing in things], all_marks)]


def items(store, of="s1"):
    with store.look() as connection:
        return [found for found, _ in views.find(connection, "", "https://s1.example.com/1.html", "")] if of else []


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

    def test_a_claim_given_back_is_as_due_as_before(self, store):
        store.enrol([source()], at_once)
        made = claim(store)
        store.release_sources(made)
        assert claim(store) == made

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
        store.record_fault(claim(store)[0], Unreachable("no name"), NOW + HOUR, NOW)
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
        store.record_fault(made, Unreachable("no name", url="https://x"), NOW + HOUR, NOW)
        line = state(store)
        assert (line["fault"], line["fault_detail"], line["failures"]) == ("unreachable", "unreachable: no name [https://x]", 1)
        assert line["last_ok_at"] is None
        (second,) = claim(store, NOW + HOUR)
        assert second.failures == 1
        store.record_fault(second, LayoutChanged("no rows"), NOW + 2 * HOUR, NOW + HOUR)
        line = state(store)
        assert (line["fault"], line["failures"], line["polls"]) == ("layout-changed", 2, 2)
        assert line["fault_since"] == "2031-04-04T01:00:00+00:00"
        close(store, claim(store, NOW + 2 * HOUR)[0], reading(), now=NOW + 2 * HOUR)
        line = state(store)
        assert (line["fault"], line["fault_detail"], line["failures"], line["fault_since"]) == ("", "", 0, None)

    def test_a_fault_leaves_what_was_known(self, store, made):
        close(store, made, reading())
        store.record_fault(claim(store, NOW + HOUR)[0], Unreachable("no name"), NOW + 2 * HOUR, NOW + HOUR)
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


class TestBook:
    def test_what_is_kept_is_known_by_every_mark(self, store):
        (kept,) = keep(store, item(key="guid-1"))
        with store.desk() as book:
            known = book.known(all_marks(kept))
        assert set(known) == set(all_marks(kept))
        (one,) = set(known.values())
        assert (one.id, one.title, one.text, one.digest) == (kept.id, kept.title, kept.text, kept.digest)
        assert one.published == kept.published

    def test_known_asks_for_any_number_of_marks(self, store):
        (kept,) = keep(store, item())
        strangers = [number.to_bytes(12) for number in range(3_000)]
        with store.desk() as book:
            assert set(book.known([*strangers, *all_marks(kept)])) == set(all_marks(kept))
            assert book.known([]) == {}

    def test_a_revision_replaces_the_content_and_keeps_the_id(self, store):
        (first,) = keep(store, item())
        changed = item(text=LONG_TEXT + "阅读 18 次")
        with store.desk() as book:
            (kept,) = book.keep([Admission(changed, Status.REVISED, "the text changed", first.id)], all_marks)
        assert kept.item.id == first.id
        with store.look() as connection:
            ((found, row),) = views.find(connection, first.id, "", "")
        assert (found.text, found.digest) == (changed.text, changed.digest)
        assert (row.revision, row.status) == (1, "new")

    def test_marks_lead_to_the_item_that_carried_them_last(self, store):
        first, second = keep(store, item("公告一", "甲" * 30, key="k"), item("公告二", "乙" * 30, key="k"))
        shared = set(all_marks(first)) & set(all_marks(second))
        with store.desk() as book:
            assert {known.id for mark, known in book.known(shared).items()} == {second.id}

    def test_a_seen_item_takes_the_known_id_and_stores_no_second_row(self, store):
        (first,) = keep(store, item())
        with store.desk() as book:
            (kept,) = book.keep([Admission(item(), Status.SEEN, "the same", first.id)], all_marks)
            (twin,) = book.keep([Admission(item(), Status.SEEN, "stands twice in this reading")], all_marks)
        assert (kept.item.id, twin.item.id) == (first.id, "")
        assert len(items(store)) == 1

    def test_an_exception_inside_leaves_nothing(self, store):
        store.enrol([source()], at_once)
        (made,) = claim(store)
        thing = item()

        def power_cut():
            with store.desk() as book:
                (kept,) = book.keep([Admission(thing, Status.NEW, "why")], all_marks)
                book.matched(kept.item, [match()])
                story = book.attach(kept.item, "", "why", {1, 2})
                told = decide(kept, story, [match()], [subscription()], frozenset())
                book.decided(told, PUBLISHER, NOW)
                book.read(made, reading(), new=1, due_at=NOW + HOUR, now=NOW)
                raise RuntimeError("power cut")

        with pytest.raises(RuntimeError, match="power cut"):
            power_cut()
        with store.desk() as book:
            assert book.known(all_marks(thing)) == {}
            assert book.candidates({1, 2}, NOW - DAY) == []
        with store.look() as connection:
            assert views.alerts(connection, 10) == views.deliveries(connection, 10) == []
        assert items(store) == []
        assert state(store)["polls"] == 0
        (again,) = claim(store, NOW + LEASE + MINUTE)
        assert again == made

    def test_one_bad_row_leaves_nothing_either(self, store):
        kept, story = open_delivery(store)

        def tell_again():
            with store.desk() as book:
                (fresh,) = book.keep([Admission(item("别的公告"), Status.NEW, "why")], all_marks)
                book.decided(decide(fresh, story, [match()], [subscription()], frozenset()), PUBLISHER, NOW)

        with pytest.raises(Exception, match=r"(?i)unique"):
            tell_again()
        with store.look() as connection:
            assert len(views.alerts(connection, 10)) == 1
            assert views.find(connection, str(int(kept.id) + 1), "", "") == []

    def test_an_item_belongs_to_one_story_for_ever(self, store):
        first, second = keep(store, item(), item("别的公告", url="https://s1.example.com/2.html"))
        with store.desk() as book:
            story = book.attach(first, "", "no open story tells the same", {1, 2, 3})
            assert book.attach(second, story, "a copy", {4}) == story
            assert book.attach(second, "", "another reason", {4}) == story
        with store.look() as connection:
            told = views.story_of(connection, second.id)
        assert told["why"] == "a copy"
        assert [line["id"] for line in told["items"]] == [int(first.id), int(second.id)]
        assert told["headline"] == first.title

    def test_candidates_share_enough_prints_are_young_enough_and_come_best_first(self, store):
        things = keep(store, *(item(f"公告{n}", url=f"https://s1.example.com/{n}.html") for n in range(4)))
        stories = []
        with store.desk() as book:
            for thing, shared in zip(things, (range(10), range(5), range(2), range(10, 20)), strict=True):
                stories.append(book.attach(thing, "", "why", shared))
            found = book.candidates(range(10), NOW - DAY)
            assert [one.story for one in found] == stories[:2]
            assert [one.item for one in found] == [things[0].id, things[1].id]
            assert book.candidates(range(10), NOW + MINUTE) == []
            assert book.candidates((), NOW - DAY) == []
            assert [one.story for one in book.candidates({11}, NOW - DAY)] == [stories[3]]

    def test_nothing_a_page_may_hold_is_refused(self, store):
        draft = Draft(
            key="k\x00\ud83d" + "é" * 3_000,
            url="https://例子.example.com/" + "路" * 4_000 + "?a=\x00\udc00",
            title="🧲稀土\x00公告\ud800 " + "长" * 3_000,
            text="𠮷野家 🚢\x00\udfff" + "钕铁硼。" * 200_000,
            author="a" * 5_000,
            origin="o" * 5_000,
            language="zh-Hans-CN-x-a-language-tag-nobody-needs",
            mark="m" * 64,
        )
        (admitted,) = admit([normalise(draft, source(), NOW)], {}, source(), NOW, baseline=False)
        with store.desk() as book:
            (kept,) = book.keep([admitted], all_marks)
            book.matched(kept.item, [match()])
            book.attach(kept.item, "", "why", {1})
            assert set(book.known(all_marks(kept.item))) == set(all_marks(kept.item))
        with store.look() as connection:
            ((found, _),) = views.find(connection, kept.item.id, "", "")
        assert found == replace(kept.item, mark="")
        assert "𠮷野家 🚢" in found.text

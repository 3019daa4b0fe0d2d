"""The duty that looks for what is missing, on a real database: told once, found again after a restart, never at the start."""

import random
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from making import all_marks, at_once, item, match, reading, source, subscription
from rarewatch.completeness import AT_ONCE, look, subject_of
from rarewatch.errors import Refused
from rarewatch.ledger import A_DAY_AT_MOST, written
from rarewatch.nouns.expected import Expectations, Expected, Ledger, Monthly, SeenBy, State, Witnesses
from rarewatch.nouns.health import Notice
from rarewatch.nouns.item import Admission, Stamp, Status
from rarewatch.nouns.watch import Severity
from rarewatch.stores.sql import SqlStore
from rarewatch.stores.tables import alert, expectation, metadata, numbered
from rarewatch.stores.tables import item as item_table
from rarewatch.text.workdays import is_workday

START = datetime(2026, 3, 2, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OPERATORS = [subscription("ops", operator=True)]
SOURCES = [source("s1"), source("s2"), source("s3")]
LEDGER = Ledger("mofcom", "商务部公告", ("公告",), frozenset({"s1", "s2"}), issuers=("商务部",), grace=2 * 86_400.0)
PRICE = Expected("price", "The price", Monthly(8, 12), SeenBy(frozenset({"price"})), grace=86_400.0)
GROUP = Witnesses("price", "the price", frozenset({"price"}), ("s1", "s2"), within=86_400.0)


class Room:
    """A database, a clock, and publishers that speak when told to."""

    def __init__(self, store, what):
        self.store, self.what, self.now, self.started, self.numbers = store, what, START, START, count(1)
        store.enrol(SOURCES, at_once)

    def say(self, title="题", *, by="s1", text="", status=Status.NEW, rules=(), story="", published=None, seen_at=None):
        url = f"https://{by}.example.com/{next(self.numbers)}.html"
        at = Stamp(published or self.now, "minute")
        thing = item(title, text or url, source=by, url=url, published=at, seen_at=seen_at or self.now)
        with self.store.desk() as book:
            kept = book.keep([Admission(thing, status, "why")], all_marks)[0].item
            book.matched(kept, [match(rule) for rule in rules])
            told = book.attach(kept, story, "why", ()) if rules else ""
        return kept, told

    def announce(self, number, **how):
        return self.say(f"商务部公告{number[0]}年第{number[1]}号 公布某事项的决定", **how)

    def read(self, *sources):
        """The named sources (all without one) are read and give nothing."""
        for claim in self.store.claim_sources(self.now, 99, HOUR, sources or [one.id for one in SOURCES]):
            with self.store.desk() as book:
                book.read(claim, reading(), new=0, due_at=self.now, now=self.now)

    def look(self, by=timedelta(), *, read=True):
        self.now += by
        if read:
            self.read()
        return look(self.store, self.what, OPERATORS, is_workday, started=self.started, now=self.now)

    @property
    def told(self):
        """The headlines of all notices, in order."""
        statement = select(item_table.c.title).where(item_table.c.source == "rarewatch").order_by(item_table.c.id)
        with self.store.look() as connection:
            return list(connection.execute(statement).scalars())

    def states(self, one):
        with self.store.desk() as book:
            marks = book.register.marks(subject_of(one))
        return {period: mark.state for period, mark in marks.items() if mark.state not in {State.CURSOR, State.BEGUN}}


@pytest.fixture
def ledger(store):
    return Room(store, Expectations(ledgers=(LEDGER,)))


class TestLedger:
    def test_a_gap_is_told_once_after_its_grace_and_closed_when_its_number_comes(self, ledger):
        ledger.announce((2026, 58), status=Status.BASELINE)
        ledger.look()
        ledger.announce((2026, 59))
        ledger.announce((2026, 61))
        assert ledger.look(HOUR) == 0
        assert ledger.look(46 * HOUR) == 0
        assert ledger.look(2 * HOUR) == 1
        assert ledger.told == ["商务部公告 2026 No. 60 was not seen; No. 59 and No. 61 were"]
        assert ledger.look(HOUR) == ledger.look(5 * DAY) == 0
        late, _ = ledger.announce((2026, 60), by="s2")
        assert ledger.look(HOUR) == 0
        assert ledger.states(LEDGER) == {"2026-60": State.LATE}
        with ledger.store.desk() as book:
            assert book.register.marks(subject_of(LEDGER))["2026-60"].item == late.id
            assert [one.number[1] for one in book.register.numbers("mofcom")] == [58, 59, 60, 61]

    def test_at_the_start_the_past_of_sources_is_no_gap(self, ledger):
        for number in (41, 50, 58):
            ledger.announce((2026, number), status=Status.BASELINE)
        ledger.look()
        for number in (40, 57, 63):
            ledger.announce((2026, number), by="s2", status=Status.BASELINE)
        ledger.look(HOUR)
        ledger.announce((2026, 64))
        for _ in range(10):
            assert ledger.look(DAY) == 0

    def test_a_new_year_begins_with_its_first_number(self, ledger):
        ledger.announce((2025, 90))
        ledger.look()
        ledger.now = datetime(2026, 4, 1, tzinfo=UTC)
        ledger.announce((2026, 2))
        assert ledger.look(3 * DAY) == 1
        assert ledger.told == ["商务部公告 2026 No. 1 was not seen; No. 2 was"]

    def test_a_number_that_is_only_cited_is_a_lead_too(self, ledger):
        ledger.announce((2026, 60))
        cites, _ = ledger.say("某事项", text="根据商务部公告2026年第62号")
        ledger.say("别的", by="s3", text="根据商务部公告2026年第99号")
        ledger.look()
        assert ledger.states(LEDGER) == {"2026-62": State.HINTED}
        assert ledger.look(3 * DAY) == 1
        assert ledger.told == ["商务部公告 2026 No. 62 was not seen; No. 60 was"]
        ledger.announce((2026, 62))
        ledger.look(HOUR)
        assert ledger.states(LEDGER) == {"2026-62": State.LATE}
        assert ledger.look(3 * DAY) == 1
        assert ledger.told[1:] == ["商务部公告 2026 No. 61 was not seen; No. 60 and No. 62 were"]
        assert cites.id

    def test_a_revision_brings_the_number_that_the_title_lacked(self, ledger):
        ledger.announce((2026, 60))
        thing, _ = ledger.say("公布某事项的决定")
        ledger.announce((2026, 62))
        ledger.look()
        with ledger.store.desk() as book:
            whole = item("公布某事项的决定", "商务部公告2026年第61号\n经批准", url=thing.url, published=thing.published)
            book.keep([Admission(whole, Status.REVISED, "has its text now", known_as=thing.id)], all_marks)
        assert [ledger.look(HOUR), ledger.look(3 * DAY)] == [0, 0]
        assert ledger.states(LEDGER) == {}

    def test_never_a_flood(self, ledger):
        ledger.announce((2026, 1))
        ledger.announce((2026, 31))
        ledger.look()
        assert ledger.look(3 * DAY) == A_DAY_AT_MOST + 1
        assert ledger.told[-1] == "商务部公告: 24 more numbers were not seen"
        assert [ledger.look(DAY) for _ in range(9)] == [0] * 9
        assert set(ledger.states(LEDGER).values()) == {State.MISSING, State.SEEN}

    def test_nothing_is_missing_before_the_sources_were_tried_again(self, ledger):
        ledger.announce((2026, 1))
        ledger.announce((2026, 3))
        ledger.look()
        ledger.now += 9 * DAY
        ledger.started = ledger.now
        assert ledger.look(read=False) == 0
        ledger.announce((2026, 2))
        assert ledger.look(HOUR) == 0
        ledger.announce((2026, 5))
        ledger.now += 9 * DAY
        ledger.started = ledger.now
        assert ledger.look(5 * HOUR, read=False) == 0
        assert ledger.look(HOUR, read=False) == 1

    def test_a_long_archive_is_taken_in_slices(self, ledger):
        for _ in range(AT_ONCE + 5):
            ledger.say("别的")
        ledger.announce((2026, 60))
        ledger.look()
        with ledger.store.desk() as book:
            assert book.register.numbers("mofcom") == []
        ledger.look()
        with ledger.store.desk() as book:
            assert [one.number for one in book.register.numbers("mofcom")] == [(2026, 60)]


@pytest.fixture(scope="module")
def one_store(tmp_path_factory):
    opened = SqlStore(f"sqlite:///{tmp_path_factory.mktemp('one') / 'rarewatch.db'}")
    opened.migrate()
    yield opened
    opened.close()


def emptied(store):
    with store.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
    return Room(store, Expectations(ledgers=(LEDGER,)))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(2, 12)), st.randoms(use_true_random=False))
def test_no_lead_for_a_series_that_is_complete_within_grace(one_store, order, chance: random.Random):
    room = emptied(one_store)
    room.announce((2026, 1))
    room.look()
    for number in order:
        room.announce((2026, number), by=chance.choice(["s1", "s2"]))
        assert room.look(timedelta(hours=chance.uniform(0, 4))) == 0
    assert [room.look(DAY) for _ in range(4)] == [0] * 4
    assert room.told == []


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(range(2, 16)), st.sets(st.integers(2, 14), max_size=A_DAY_AT_MOST), st.integers(1, 3))
def test_every_number_taken_out_raises_exactly_one_lead(one_store, order, out, restarts):
    room = emptied(one_store)
    room.announce((2026, 1))
    room.look()
    for number in order:
        if number not in out:
            room.announce((2026, number))
        for _ in range(restarts):
            room.look(HOUR)
    for _ in range(5 * restarts):
        room.look(DAY)
    assert sorted(title.split(" was not")[0] for title in room.told) == sorted(f"商务部公告 2026 No. {n}" for n in out)
    assert {period for period, state in room.states(LEDGER).items() if state is State.MISSING} == {written((2026, n)) for n in out}


class TestExpected:
    @pytest.fixture
    def room(self, store):
        return Room(store, Expectations(expected=(PRICE,)))

    def test_what_comes_in_its_window_is_seen_and_nobody_is_told(self, room):
        room.look()
        room.now = datetime(2026, 3, 10, tzinfo=UTC)
        room.say("别的", rules=["other"])
        assert room.states(PRICE) == {}
        room.say("价格调整", rules=["price"])
        assert room.look(HOUR) == 0
        assert room.look(9 * DAY) == 0
        assert room.states(PRICE)["2026-03"] is State.SEEN
        assert room.told == []

    def test_what_does_not_come_is_told_once_and_may_come_late(self, room):
        room.look()
        room.now = datetime(2026, 3, 13, tzinfo=UTC)
        assert room.look() == 0
        room.now = datetime(2026, 3, 13, 17, tzinfo=UTC)
        assert room.look() == 1
        assert room.told == ["The price: expected by 2026-03-12, not seen"]
        assert room.look(DAY) == 0
        room.say("价格调整", rules=["price"])
        room.look()
        assert room.states(PRICE)["2026-03"] is State.LATE
        assert room.look(DAY) == 0

    def test_what_began_before_the_installation_is_not_missed(self, room):
        room.now = datetime(2026, 3, 9, tzinfo=UTC)
        room.look()
        assert room.look(9 * DAY) == 0
        assert room.states(PRICE) == {"2026-03": State.UNKNOWN}

    def test_two_years_without_it_are_told_month_by_month(self, room):
        room.look()
        for _ in range(730):
            room.look(DAY, read=False)
        assert len(room.told) == 24
        assert len(set(room.told)) == 24

    def test_nobody_is_told_where_no_source_looks_for_it(self, store):
        blind = Expected("x", "X", Monthly(8, 12), SeenBy(frozenset({"price"}), sources=frozenset({"s9"})))
        room = Room(store, Expectations(expected=(blind,)))
        room.look()
        assert room.look(30 * DAY) == 0
        assert room.states(blind)["2026-03"] is State.UNKNOWN

    def test_a_down_time_is_no_miss(self, room):
        room.look()
        room.now = room.started = datetime(2026, 3, 20, tzinfo=UTC)
        assert room.look(read=False) == 0
        room.say("价格调整", rules=["price"], published=datetime(2026, 3, 9, tzinfo=UTC))
        room.read()
        assert room.look() == 0
        assert room.states(PRICE)["2026-03"] is State.SEEN


class TestWitnesses:
    @pytest.fixture
    def room(self, store):
        made = Room(store, Expectations(witnesses=(GROUP,)))
        made.look()
        made.now += HOUR
        return made

    def test_both_in_one_story_or_by_the_same_rule(self, room):
        _, story = room.say("价格", rules=["price"])
        room.say("价格", by="s2", rules=["other"], story=story)
        room.look(2 * DAY)
        room.say("价格", rules=["price"])
        room.look(HOUR)
        room.say("另一则价格", by="s2", rules=["price"])
        room.look(2 * DAY)
        assert set(room.states(GROUP).values()) == {State.SEEN}
        assert room.told == []

    def test_one_alone_is_recorded_and_told_when_it_repeats_until_the_other_speaks(self, room):
        for _ in range(4):
            room.say("价格", rules=["price"])
            room.look(HOUR)
            assert State.WAITING in room.states(GROUP).values()
            room.look(2 * DAY)
        assert set(room.states(GROUP).values()) == {State.ALONE}
        assert room.told == ["s2 did not carry “the price” that s1 carried on 2026-03-04: look at it"]
        _, story = room.say("价格", rules=["price"])
        room.say("价格", by="s2", rules=["price"], story=story)
        room.look(2 * DAY)
        for _ in range(2):
            room.say("价格", rules=["price"])
            room.look(2 * DAY)
        assert len(room.told) == 2

    def test_a_witness_in_known_trouble_is_not_told_of(self, room):
        for _ in range(3):
            room.say("价格", rules=["price"])
            room.look(HOUR, read=False)
            room.now += 2 * DAY
            room.read("s1", "s3")
            fail(room, "s2")
            room.look(read=False)
        assert set(room.states(GROUP).values()) == {State.ALONE}
        assert room.told == []

    def test_several_that_are_silent_together_are_one_word(self, store):
        room = Room(store, Expectations(witnesses=(replace(GROUP, sources=("s1", "s2", "s3")),)))
        room.look()
        for _ in range(3):
            room.say("价格", rules=["price"])
            room.look(2 * DAY)
        assert room.told == ["s2 and s3 did not carry “the price” that s1 carried on 2026-03-04: look at them"]

    def test_what_was_there_before_the_beginning_waits_for_nobody(self, store):
        room = Room(store, Expectations(witnesses=(GROUP,)))
        for _ in range(3):
            room.say("价格", rules=["price"])
        room.look(HOUR)
        room.look(3 * DAY)
        assert room.states(GROUP) == {}

    def test_a_group_with_one_enabled_source_is_not_asked(self, store):
        room = Room(store, Expectations(witnesses=(Witnesses("x", "x", frozenset({"price"}), ("s1", "s9")),)))
        room.look()
        for _ in range(3):
            room.say("价格", rules=["price"])
            assert room.look(2 * DAY) == 0
        assert room.told == []


def fail(room, source_id):
    for claim in room.store.claim_sources(room.now, 1, HOUR, [source_id]):
        with room.store.desk() as book:
            book.failed(claim, Refused("status 412"), due_at=room.now, now=room.now)


class KilledError(Exception):
    """The process ends here."""


class DyingStore(SqlStore):
    """The same store, whose process dies at the end of the transaction."""

    @contextmanager
    def desk(self):
        with super().desk() as book:
            yield book
            raise KilledError


def test_a_run_that_is_killed_has_done_nothing_and_is_done_again(store):
    room = Room(store, Expectations(ledgers=(LEDGER,)))
    room.announce((2026, 1))
    room.announce((2026, 3))
    room.look()
    room.now += 3 * DAY
    room.read()

    dying = DyingStore(str(store.url.render_as_string(hide_password=False)))
    with pytest.raises(KilledError):
        look(dying, room.what, OPERATORS, is_workday, started=room.started, now=room.now)
    dying.close()
    assert room.told == []
    assert room.look() == 1
    assert room.look(HOUR) == room.look(DAY) == 0
    with store.look() as connection:
        assert len(connection.execute(select(alert)).all()) == 1
        assert len(connection.execute(select(numbered)).all()) == 2
        assert connection.execute(select(expectation).where(expectation.c.period == "2026-2")).one().state == "missing"


def test_nothing_expected_costs_nothing():
    assert look(None, Expectations(), OPERATORS, is_workday, started=START, now=START) == 0


def test_its_own_notices_witness_nothing(store):
    room = Room(store, Expectations(ledgers=(LEDGER,)))
    with store.desk() as book:
        book.notify(Notice("k", "商务部公告2026年第5号", "x", Severity.NOTABLE, START), OPERATORS)
    room.look(HOUR)
    with store.desk() as book:
        assert book.register.items(0, 10, (), ()) == []
        assert book.register.items_since(START - DAY, (), ()) == []
        assert book.register.numbers("mofcom") == []

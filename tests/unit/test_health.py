"""What a reading or a fault makes of a source: which state, after how many signs, and who hears of it."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import DAY, HOUR, MINUTE, NOW, item, source
from rarewatch import errors
from rarewatch.health import after_fault, after_reading, change, condition_of, notice, silent_at, worth_telling
from rarewatch.health import lively as lively_at
from rarewatch.nouns.health import Change, Condition, Expects, Vitals
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.source import Reading

C = Condition
SOURCE = source(kind="listing", url="https://www.mofcom.gov.cn/list")
UNCHANGED = Reading(unchanged=True)
FAULTS = {
    errors.Unreachable: C.UNREACHABLE,
    errors.BadTLS: C.UNREACHABLE,
    errors.TooSlow: C.UNREACHABLE,
    errors.ServerTrouble: C.UNREACHABLE,
    errors.ForbiddenAddress: C.UNREACHABLE,
    errors.SourceFault: C.UNREACHABLE,
    errors.Refused: C.BLOCKED,
    errors.RateLimited: C.BLOCKED,
    errors.Disallowed: C.BLOCKED,
    errors.Missing: C.MOVED,
    errors.BadRedirect: C.MOVED,
    errors.Elsewhere: C.MOVED,
    errors.LayoutChanged: C.DRIFTED,
    errors.NotAFeed: C.DRIFTED,
    errors.TooLarge: C.DRIFTED,
    errors.Truncated: C.DRIFTED,
    errors.BadEncoding: C.GARBLED,
}


def kinds(of=errors.SourceFault):
    yield of
    for one in of.__subclasses__():
        yield from kinds(one)


def printed(moments, precision="minute"):
    return [item(published=Stamp(at, precision)) for at in moments]


class Watch:
    """A source over time: each step moves the clock on, and the changes worth telling are kept."""

    def __init__(self, of=SOURCE, vitals=None, at=NOW):
        self.of, self.at, self.vitals = of, at, vitals or Vitals()
        self.failures, self.changes, self.told = 0, [], []

    def _step(self, vitals):
        made = change(self.of.id, self.vitals, vitals, self.at)
        self.vitals = vitals
        if made:
            self.changes.append(made.now)
            if worth_telling(made):
                self.told.append((made.now, self.at))
        return self

    def fails(self, fault=errors.Unreachable, after=5 * MINUTE):
        self.at += after
        self.failures += 1
        return self._step(after_fault(self.of, self.vitals, fault("seen"), self.failures, self.at))

    def reads(self, news=(), after=5 * MINUTE, **reading):
        self.at += after
        found = Reading(**reading) if reading or news else UNCHANGED
        self.failures = 0 if found.complete else self.failures + 1
        return self._step(after_reading(self.of, self.vitals, found, news, self.at))

    @property
    def condition(self):
        return self.vitals.condition


def lively(count=60, gap=6 * HOUR, **fields):
    """A source that was read for the first time and printed entries at regular gaps up to now."""
    watch = Watch(**fields)
    moments = [watch.at - gap * n for n in range(count)]
    return watch.reads(printed(moments), after=MINUTE, newest=moments[0])


class TestFaults:
    def test_every_fault_there_is_has_a_condition(self):
        assert set(kinds()) - {errors.Gap, errors.BadDate} == set(FAULTS)

    @pytest.mark.parametrize(("fault", "condition"), FAULTS.items())
    def test_a_fault_is_a_suspicion_first(self, fault, condition):
        watch = lively()
        watch.fails(fault)
        assert (watch.condition, watch.vitals.suspect) == (C.OK, condition)
        watch.fails(fault).fails(fault)
        assert watch.condition is condition is condition_of(fault("x"))
        assert watch.vitals.suspect is None
        assert [name for name, _ in watch.told] == [condition]

    @pytest.mark.parametrize("fault", [errors.Gap, errors.BadDate])
    def test_some_faults_say_nothing_of_the_source(self, fault):
        watch = lively()
        for _ in range(5):
            watch.fails(fault)
        assert watch.condition is C.OK

    def test_unreachable_takes_three_times_and_ten_minutes(self):
        watch = lively()
        for _ in range(5):
            watch.fails(after=MINUTE)
        assert watch.condition is C.OK
        watch.fails(after=6 * MINUTE)
        assert watch.condition is C.UNREACHABLE
        slow = lively().fails(after=HOUR).fails(after=HOUR)
        assert slow.condition is C.OK
        assert slow.fails(after=HOUR).condition is C.UNREACHABLE

    def test_two_that_take_turns_are_the_latest_one_and_stay_it(self):
        watch = lively()
        for fault in [errors.Unreachable, errors.Refused] * 10:
            watch.fails(fault, after=15 * MINUTE)
        assert [name for name, _ in watch.told] == [C.BLOCKED]

    def test_another_trouble_that_lasts_is_told(self):
        watch = lively()
        for fault in [errors.Unreachable] * 4 + [errors.LayoutChanged] * 20:
            watch.fails(fault, after=10 * MINUTE)
        assert [name for name, _ in watch.told] == [C.UNREACHABLE, C.DRIFTED]

    def test_a_good_reading_between_two_faults_forgets_the_first(self):
        watch = lively()
        for _ in range(10):
            watch.fails(errors.Refused).reads()
        assert watch.told == []

    def test_a_source_that_was_never_read_is_in_trouble_too(self):
        assert Watch().fails(errors.Missing).fails(errors.Missing).condition is C.MOVED


class TestPartialReadings:
    def test_an_article_that_is_gone_says_nothing_of_its_list(self):
        gone = errors.Missing("404")
        gone.of_entry = True
        watch = lively()
        for _ in range(5):
            watch.reads(complete=False, faults=(gone, errors.LayoutChanged("2 rows have no title")))
        assert watch.condition is C.OK
        assert after_fault(SOURCE, watch.vitals, gone, 9, NOW) == watch.vitals

    def test_a_part_of_the_list_that_stays_away_does(self):
        part = errors.ServerTrouble("500 for the second page")
        part.of_part = True
        watch = lively()
        for _ in range(3):
            watch.reads(complete=False, faults=(part,))
        assert watch.condition is C.UNREACHABLE

    def test_so_does_a_document_that_never_is_whole(self):
        watch = lively().reads(complete=False, faults=(errors.Truncated("cut"),))
        assert watch.condition is C.OK
        assert watch.reads(complete=False, faults=(errors.Truncated("cut"),)).condition is C.DRIFTED

    def test_a_gap_is_told_elsewhere(self):
        watch = lively()
        for _ in range(4):
            watch.reads(complete=False, faults=(errors.Gap("no overlap"),))
        assert watch.condition is C.OK


class TestRecovery:
    def test_one_good_reading_ends_a_trouble_and_is_told_once(self):
        watch = lively().fails(errors.Refused).fails(errors.Refused)
        watch.reads().reads().reads()
        assert [name for name, _ in watch.told] == [C.BLOCKED, C.OK]

    @pytest.mark.parametrize("step", [1, 5, 13, 31])
    @pytest.mark.parametrize("fault", [errors.Unreachable, errors.Refused, errors.LayoutChanged])
    def test_a_source_that_flaps_goes_back_into_trouble_once_an_hour_at_most(self, fault, step):
        watch = lively()
        for _ in range(60):
            for _ in range(4):
                watch.fails(fault, after=step * MINUTE)
            watch.reads(printed([watch.at]), after=step * MINUTE)
        into = [at for name, at in watch.told if name.is_trouble]
        assert all(later - earlier >= HOUR for earlier, later in pairwise(into))
        assert len(watch.told) - len(into) <= len(into)

    def test_a_trouble_that_comes_back_and_stays_is_told_after_the_hour(self):
        watch = lively().fails(errors.Refused).fails(errors.Refused).reads()
        for _ in range(11):
            watch.fails(errors.Refused)
        assert watch.condition is C.OK
        assert watch.fails(errors.Refused).condition is C.BLOCKED


class TestSilence:
    def test_quiet_is_recorded_and_silence_is_told(self):
        watch = lively()
        for _ in range(30):
            watch.reads(after=3 * HOUR)
        assert watch.changes == [C.OK, C.QUIET, C.SILENT]
        assert [name for name, _ in watch.told] == [C.SILENT]
        watch.reads(printed([watch.at]))
        assert watch.condition is C.OK
        assert [name for name, _ in watch.told] == [C.SILENT, C.OK]

    def test_what_is_expected_takes_the_place_of_what_was_learned(self):
        soon = lively(of=replace(SOURCE, expects=Expects(quiet_for=7 * 3600.0)))
        assert soon.reads(after=6 * HOUR).condition is C.OK
        assert soon.reads(after=2 * HOUR).condition is C.SILENT
        late = lively(of=replace(SOURCE, expects=Expects(quiet_for=86_400.0 * 90)))
        assert late.reads(after=80 * DAY).condition is C.QUIET
        assert late.reads(after=11 * DAY).condition is C.SILENT

    def test_a_source_without_any_entry_is_silent_after_what_is_expected_of_it(self):
        watch = Watch(of=replace(SOURCE, expects=Expects(quiet_for=86_400.0))).reads()
        assert watch.condition is C.OK
        assert silent_at(watch.of, watch.vitals) == watch.at + DAY
        assert watch.reads(after=25 * HOUR).condition is C.SILENT
        assert silent_at(SOURCE, watch.vitals) is None

    def test_a_day_counts_from_its_end(self):
        watch = Watch(of=replace(SOURCE, expects=Expects(quiet_for=86_400.0)))
        watch.reads(printed([watch.at.replace(hour=0)], "day"))
        assert watch.reads(after=26 * HOUR).condition is C.OK

    def test_new_entries_with_old_or_odd_dates_are_no_silence(self):
        watch = lively()
        for n in range(40):
            dates = (watch.at - 20 * DAY, watch.at + 3 * DAY, watch.at - 2000 * DAY)
            watch.reads(printed([dates[n % 3]]), after=6 * HOUR)
        assert C.SILENT not in watch.changes

    def test_an_undated_list_learns_from_what_comes(self):
        watch = Watch().reads([item(published=None) for _ in range(20)])
        assert watch.vitals.arrivals == ()
        for _ in range(60):
            watch.reads([item(published=None)], after=6 * HOUR)
        assert len(watch.vitals.arrivals) == 60
        assert watch.reads(after=10 * DAY).condition is C.SILENT

    def test_what_was_learned_says_how_lively_an_hour_is(self):
        assert lively_at(Vitals(), NOW) is None
        assert lively_at(lively().vitals, NOW) > 0

    def test_so_many_arrivals_are_kept_and_a_burst_is_one(self):
        watch = lively(400, HOUR)
        assert len(watch.vitals.arrivals) == 300
        before = watch.vitals.arrivals
        watch.reads(printed([watch.at + HOUR + timedelta(seconds=n) for n in range(-50, 0)]), after=HOUR + MINUTE)
        assert len({*watch.vitals.arrivals} - {*before}) == 1


class TestStale:
    def test_a_feed_nobody_fills_is_stale_from_the_first_reading(self):
        feed = source(kind="feed")
        watch = Watch(of=feed).reads(printed([NOW - DAY * 60]), newest=NOW - 60 * DAY)
        assert [name for name, _ in watch.told] == [C.STALE]
        assert Watch().reads(printed([NOW - DAY * 60]), newest=NOW - 60 * DAY).condition is C.OK

    def test_a_feed_that_always_waits_long_is_not(self):
        moments = [NOW - DAY * (50 + 90 * n) for n in range(4)]
        assert Watch(of=source(kind="feed")).reads(printed(moments), newest=moments[0]).condition is C.OK

    def test_the_configuration_knows_better(self):
        strict = replace(SOURCE, expects=Expects(newest_within=3600.0))
        assert Watch(of=strict).reads(printed([NOW - 2 * HOUR]), newest=NOW - 2 * HOUR).condition is C.STALE
        patient = source(kind="feed", expects=Expects(newest_within=86_400.0 * 100))
        assert Watch(of=patient).reads(printed([NOW - DAY * 60]), newest=NOW - 60 * DAY).condition is C.OK


class TestStuck:
    def test_an_old_list_is_named_when_it_is_served_twice(self):
        for second in ({"newest": NOW - 20 * DAY}, {}):
            watch = lively().reads(newest=NOW - 20 * DAY)
            assert watch.condition is C.OK
            assert watch.reads(**second).condition is C.STUCK
            assert watch.reads(newest=watch.at).condition is C.OK
            assert [name for name, _ in watch.told] == [C.STUCK, C.OK]

    def test_an_old_list_between_good_ones_alarms_nobody(self):
        watch = lively()
        for _ in range(10):
            watch.reads(newest=NOW - 20 * DAY).reads(newest=watch.at)
        assert watch.told == []

    def test_withdrawing_the_latest_notices_is_not_stuck(self):
        watch = lively(20, 4 * DAY)
        for _ in range(5):
            watch.reads(newest=NOW - 8 * DAY)
        assert watch.condition is C.OK

    def test_entries_that_come_while_the_newest_date_stands_still_are(self):
        watch = lively()
        stand = watch.vitals.newest
        for _ in range(60):
            watch.reads(printed([stand - 30 * DAY]), after=6 * HOUR, newest=stand)
        assert [name for name, _ in watch.told] == [C.STUCK]
        assert "newer than" in watch.vitals.detail

    def test_dates_that_pages_do_not_print_cannot_stand_still(self):
        watch = Watch().reads([item(published=None)] * 20)
        for _ in range(60):
            watch.reads([item(published=None)], after=6 * HOUR)
        assert watch.told == []

    def test_nor_can_those_of_a_list_that_prints_none_any_more(self):
        watch = lively()
        for _ in range(60):
            watch.reads(printed([watch.at + 6 * HOUR]), after=6 * HOUR)
        assert watch.told == []

    def test_a_date_in_the_future_is_no_newest_to_go_back_from(self):
        watch = lively().reads(newest=NOW + 36 * HOUR)
        for _ in range(3):
            watch.reads(newest=NOW)
        assert watch.told == []


class TestMoved:
    def test_good_entries_at_another_address_are_kept_and_told_at_once(self):
        watch = lively().reads(landed="https://www.example.net/list")
        assert watch.condition is C.MOVED
        assert "www.example.net" in watch.vitals.detail
        watch.reads(unchanged=True, landed="https://www.example.net/list")
        assert watch.condition is C.MOVED
        assert watch.reads().condition is C.OK

    def test_the_same_site_by_another_name_is_no_move(self):
        assert lively().reads(landed="http://m.mofcom.gov.cn/list").condition is C.OK


class TestTelling:
    @pytest.mark.parametrize(
        ("was", "now", "told"),
        [
            (C.UNPROVEN, C.OK, False),
            (C.OK, C.QUIET, False),
            (C.QUIET, C.OK, False),
            (C.UNPROVEN, C.QUIET, False),
            (C.QUIET, C.SILENT, True),
            (C.UNPROVEN, C.STALE, True),
            (C.BLOCKED, C.DRIFTED, True),
            (C.SILENT, C.OK, True),
            (C.UNREACHABLE, C.QUIET, True),
        ],
    )
    def test_into_trouble_and_out_of_it(self, was, now, told):
        assert worth_telling(Change("s1", was, now, NOW)) is told

    def test_the_same_condition_is_no_change(self):
        one = Vitals(C.SILENT, NOW, "a")
        assert change("s1", one, replace(one, detail="b", seen_times=4), NOW) is None

    def test_a_notice_says_what_was_seen_since_when_and_what_to_do(self):
        made = Change("s1", C.OK, C.DRIFTED, NOW, NOW - 3 * DAY, "layout-changed: 0 rows")
        told = notice(made, SOURCE)
        assert told.headline == "s1 is drifted: layout-changed: 0 rows"
        assert "2031-04-04 09:00 +08:00" in told.text
        assert "it was ok before, for 3 d." in told.text
        assert "rarewatch read" in told.text
        assert SOURCE.url in told.text
        assert told.about == "s1"

    def test_a_recovery_says_after_how_long(self):
        told = notice(Change("s1", C.DRIFTED, C.OK, NOW, NOW - timedelta(hours=2, minutes=10)), SOURCE)
        assert "newest" not in told.text
        dated = notice(Change("s1", C.DRIFTED, C.OK, NOW), SOURCE, Vitals(newest=NOW))
        assert "is 2031-04-04." in dated.text
        assert told.headline == "s1 is well again after 2 h 10 min (was drifted)"

    @pytest.mark.parametrize("now", [one for one in C if one.is_trouble])
    def test_every_trouble_has_its_words_and_its_own_key(self, now):
        told = notice(Change("s1", C.OK, now, NOW, None, "x" * 5000), SOURCE)
        again = notice(Change("s1", C.OK, now, NOW + MINUTE, None, "x"), SOURCE)
        assert len(told.headline) <= 300
        assert len(told.text.splitlines()) >= 4
        assert told.key != again.key
        assert told.key == notice(Change("s1", C.QUIET, now, NOW, NOW, "y"), SOURCE).key


steps = st.one_of(
    st.tuples(st.just("fault"), st.sampled_from(sorted(FAULTS, key=str))),
    st.tuples(st.just("same"), st.none()),
    st.tuples(st.just("news"), st.lists(st.one_of(st.none(), st.integers(-500, 3)), max_size=4)),
    st.tuples(st.just("newest"), st.integers(-900, 2)),
    st.tuples(st.just("landed"), st.sampled_from(["", "https://else.example/", "http://["])),
)


@given(st.lists(st.tuples(steps, st.integers(1, 5_000)), max_size=40))
def test_whatever_happens_the_vitals_hold_together(story):
    watch = Watch()
    for (what, how), minutes in story:
        wait, before = MINUTE * minutes, watch.vitals
        if what == "fault":
            watch.fails(how, after=wait)
            assert watch.condition in {before.condition, FAULTS[how]}
        elif what == "news":
            watch.reads([item(published=None if n is None else Stamp(NOW + n * DAY, "day")) for n in how], after=wait)
        elif what == "newest":
            watch.reads(after=wait, newest=NOW + how * DAY)
        else:
            watch.reads(after=wait, unchanged=True, landed=how or "")
        now = watch.vitals
        assert (now.condition is before.condition) == (now.since == before.since)
        assert list(now.arrivals) == sorted(set(now.arrivals))
        assert now.seen_times == 0 or now.suspect is not None
        assert len(now.detail) <= 300
        assert before.newest is None or (now.newest is not None and now.newest >= before.newest)
        if what != "fault" and now.suspect is None:
            assert now.condition not in {C.UNREACHABLE, C.BLOCKED, C.DRIFTED, C.GARBLED}


def test_a_reading_that_shows_nothing_new_makes_no_new_vitals():
    watch = lively().reads()
    before = watch.vitals
    assert watch.reads().vitals is before

"""What is learned of when a source publishes: from enough arrivals only, by slots of China's week, and never too sure of itself."""

import random
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rarewatch.rhythm import learn, lively
from rarewatch.text.workdays import is_workday

CHINA = timezone(timedelta(hours=8))
BEGIN = datetime(2025, 3, 3, tzinfo=CHINA)  # a Monday
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def minutes(moments):
    return tuple(int(at.timestamp()) // 60 for at in moments)


def every(step, count, at=BEGIN + 10 * HOUR):
    return [at + step * n for n in range(count)]


def office(days):
    """Half past nine and half past three on workdays."""
    there = [BEGIN + DAY * n for n in range(days)]
    return [day + HOUR * hour for day in there if is_workday(day.date()) for hour in (9.5, 15.5)]


def learned(moments, *, by_day=False):
    return learn(minutes(moments), by_day, moments[-1])


class TestEnough:
    def test_too_few_or_too_close_together_is_nothing_learned(self):
        assert learned(every(2 * DAY, 7)) is None
        assert learned(every(HOUR, 200)) is None
        assert learned(every(2 * DAY, 8)) is not None

    def test_a_burst_counts_once(self):
        burst = [at + timedelta(minutes=n) for at in every(3 * DAY, 4) for n in range(20)]
        assert learned(burst) is None
        assert learned(burst, by_day=True) is None
        many = [at + timedelta(minutes=n) for at in every(3 * DAY, 12) for n in range(20)]
        assert learned(many) == learned(every(3 * DAY, 12))

    def test_pinned_notices_at_the_end_of_a_list_do_not_stretch_it(self):
        fresh = office(40)
        pinned = [BEGIN - 300 * DAY, BEGIN - 200 * DAY]
        assert learned([*pinned, *fresh]) == learned(fresh)

    def test_what_lies_ahead_does_not_count(self):
        fresh = every(DAY, 30)
        assert learn(minutes([*fresh, fresh[-1] + 90 * DAY]), False, fresh[-1]) == learned(fresh)


class TestSpells:
    def test_nights_weekends_and_holidays_are_no_silence(self):
        known = learned(office(200))
        friday, golden = datetime(2025, 9, 12, 16, tzinfo=CHINA), datetime(2025, 9, 30, 16, tzinfo=CHINA)
        assert known.after(friday, 0.001) >= datetime(2025, 9, 15, 17, tzinfo=CHINA)
        assert known.after(golden, 0.001) >= datetime(2025, 10, 9, 17, tzinfo=CHINA)
        assert known.after(golden, 0.001) - golden > known.after(friday, 0.001) - friday + 5 * DAY

    def test_a_make_up_saturday_is_a_workday(self):
        known = learned(office(200))
        made_up, free = datetime(2025, 10, 11, 9, tzinfo=CHINA), datetime(2025, 10, 18, 9, tzinfo=CHINA)
        assert known.lively(made_up) > 1
        assert known.lively(free) == 0

    def test_a_regular_source_is_missed_sooner_than_one_of_chance(self):
        chance = random.Random(4)
        at, by_chance = BEGIN, []
        for _ in range(60):
            at += DAY * chance.expovariate(1.0)
            by_chance.append(at)
        regular = learned(every(DAY, 60))
        assert regular.after(BEGIN + 200 * DAY, 0.001) - (BEGIN + 200 * DAY) <= 3 * DAY
        assert learned(by_chance).after(BEGIN + 200 * DAY, 0.001) - (BEGIN + 200 * DAY) > 5 * DAY

    def test_a_thursday_paper_is_missed_after_its_second_thursday(self):
        thursdays = every(7 * DAY, 40, at=datetime(2025, 3, 6, 15, tzinfo=CHINA))
        last = thursdays[-1]
        for by_day in (False, True):
            silent = learned(thursdays, by_day=by_day).after(last, 0.001)
            assert last + 13 * DAY < silent <= last + 23 * DAY

    def test_nothing_is_unlikely_before_one_and_a_half_times_the_longest_spell(self):
        moments = [*every(DAY, 60), *every(DAY, 60, at=BEGIN + 100 * DAY)]  # a pause of forty days
        known = learned(moments)
        assert known.after(moments[-1], 0.001) - moments[-1] > 45 * DAY
        assert known.after(moments[-1], 0.05) - moments[-1] < 10 * DAY


class TestLively:
    def test_it_is_one_on_average(self):
        known = learned(office(300))
        week = [known.lively(BEGIN + 21 * DAY + HOUR * n) for n in range(7 * 24)]
        assert sum(week) / len(week) == pytest.approx(1.0, rel=0.15)
        assert known.lively(BEGIN + 9.5 * HOUR) > 4
        assert known.lively(BEGIN + 3 * HOUR) < 0.2

    def test_without_hours_it_is_the_same_all_day(self):
        known = learned(office(300), by_day=True)
        assert known.lively(BEGIN + 3 * HOUR) == known.lively(BEGIN + 15 * HOUR) > 1

    @pytest.mark.parametrize("by_day", [False, True])
    def test_asked_for_one_moment_it_is_the_same(self, by_day):
        moments, known = minutes(office(300)), learned(office(300), by_day=by_day)
        at = BEGIN + 300 * DAY
        for hours in (*range(24), *range(33, 600, 7)):  # workdays, days off, the first days of a year
            for _ in range(2):
                found = lively(moments, by_day, at + HOUR * hours)
                assert found == pytest.approx(known.lively(at + HOUR * hours), rel=1e-6)
        golden = datetime(2026, 10, 3, 10, tzinfo=CHINA)
        assert lively(moments, by_day, golden) == pytest.approx(known.lively(golden), rel=1e-6)

    def test_it_is_not_known_of_a_source_nothing_was_learned_of(self):
        assert lively(minutes(every(2 * DAY, 7)), False, BEGIN + 300 * DAY) is None
        assert lively((), True, BEGIN) is None


@given(
    st.lists(st.integers(29_000_000, 29_600_000), min_size=8, max_size=60),
    st.booleans(),
    st.floats(1e-6, 0.9),
    st.floats(1e-6, 0.9),
)
@settings(max_examples=60, deadline=None)
def test_any_history_gives_deadlines_in_the_order_of_their_chances(moments, by_day, one, other):
    moments = sorted(set(moments))
    start = datetime.fromtimestamp(moments[-1] * 60, UTC)
    known = learn(moments, by_day, start)
    if known is None:
        return
    likely, unlikely = known.after(start, max(one, other)), known.after(start, min(one, other))
    assert start < likely <= unlikely <= start + 1_101 * DAY
    assert all(known.lively(start + HOUR * n) >= 0 for n in range(0, 200, 7))
    assert known.longest >= known.mean > 0

"""When something is expected, over two years of Chinese holidays and month ends; and whether an item is the one."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making import item
from rarewatch.expected import arrived, is_the_one, missed_notice, next_workday, overdue, period_of, periods
from rarewatch.nouns.expected import Dates, Expected, Mark, Monthly, SeenBy, State, Weekly, Yearly
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.memory import Archived
from rarewatch.nouns.watch import Severity
from rarewatch.text.workdays import is_workday

CHINA = ZoneInfo("Asia/Shanghai")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SINCE, UNTIL = datetime(2025, 1, 1, tzinfo=CHINA), datetime(2026, 12, 31, tzinfo=CHINA)


def event(when, **fields):
    return Expected("x", "The event", when, SeenBy(frozenset({"r1"})), **fields)


def windows(expected, since=SINCE, until=UNTIL):
    """First and last day of each window that opens in the two years."""
    found = [one for one in periods(expected, since, until, is_workday) if one.opens >= since]
    return {one.key: (one.opens.date().isoformat(), (one.closes - timedelta(seconds=1)).date().isoformat()) for one in found}


def test_months_end_where_they_end():
    found = windows(event(Monthly(28, 31)))
    assert len(found) == 24
    assert found["2025-02"] == ("2025-02-28", "2025-02-28")
    assert found["2025-04"] == ("2025-04-28", "2025-04-30")
    assert found["2026-12"] == ("2026-12-28", "2026-12-31")


def test_a_window_that_ends_on_a_day_off_ends_with_the_next_working_day():
    quarters = event(Monthly(8, 12, (1, 4, 7, 10)), workdays="shift")
    assert windows(quarters) == {
        "2025-01": ("2025-01-08", "2025-01-13"),
        "2025-04": ("2025-04-08", "2025-04-14"),
        "2025-07": ("2025-07-08", "2025-07-14"),
        "2025-10": ("2025-10-08", "2025-10-13"),
        "2026-01": ("2026-01-08", "2026-01-12"),
        "2026-04": ("2026-04-08", "2026-04-13"),
        "2026-07": ("2026-07-08", "2026-07-13"),
        "2026-10": ("2026-10-08", "2026-10-12"),
    }
    golden_week = windows(event(Monthly(1, 3), workdays="shift"))
    assert golden_week["2025-10"] == ("2025-10-01", "2025-10-09")
    assert golden_week["2026-10"] == ("2026-10-01", "2026-10-08")
    assert golden_week["2025-02"] == ("2025-02-01", "2025-02-05")


def test_working_days_can_be_counted_make_up_days_among_them():
    found = windows(event(Monthly(1, 3), workdays="count"))
    assert found["2025-10"] == ("2025-10-09", "2025-10-11")
    assert found["2026-01"] == ("2026-01-04", "2026-01-06")
    assert windows(event(Monthly(28, 31), workdays="count"))["2025-02"] == ("2025-02-28", "2025-02-28")


def test_a_weekly_event_is_left_out_on_holidays():
    every = windows(event(Weekly(3), by=time(20)))
    worked = windows(event(Weekly(3), by=time(20), workdays="skip"))
    assert len(every) == 104
    assert sorted(set(every) - set(worked)) == [
        "2025-01-30", "2025-05-01", "2025-10-02", "2026-01-01", "2026-02-19", "2026-10-01",
    ]  # fmt: skip
    (thursday,) = [one for one in periods(event(Weekly(3), by=time(20)), SINCE, UNTIL, is_workday) if one.key == "2026-11-26"]
    assert thursday.closes == datetime(2026, 11, 26, 20, tzinfo=CHINA)


def test_a_window_over_the_turn_of_the_year_belongs_to_where_it_begins():
    assert windows(event(Yearly((12, 20), (1, 10))))["2025"] == ("2025-12-20", "2026-01-10")
    assert windows(event(Yearly((2, 29), (3, 5))))["2026"] == ("2026-02-28", "2026-03-05")
    assert set(windows(event(Yearly((3, 1), (6, 30))))) == {"2025", "2026"}


def test_single_days_are_taken_as_given():
    days = (date(2025, 3, 1), date(2026, 10, 1))
    assert windows(event(Dates(days)))["2026-10-01"] == ("2026-10-01", "2026-10-01")
    assert set(windows(event(Dates(days), workdays="skip"))) == set()
    assert windows(event(Dates(days), workdays="shift"))["2026-10-01"] == ("2026-10-01", "2026-10-08")


@given(
    st.one_of(
        st.builds(Weekly, st.integers(0, 6)),
        st.integers(1, 31).flatmap(lambda first: st.builds(Monthly, st.just(first), st.integers(first, 31))),
    ),
    st.sampled_from(["", "shift"]),
    st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)),
    st.integers(0, 200),
)
def test_the_same_periods_come_out_wherever_one_looks_from(when, workdays, moment, days):
    expected = event(when, workdays=workdays)
    at = moment.replace(tzinfo=UTC)
    whole = {one.key: one for one in periods(expected, SINCE - 400 * DAY, UNTIL + 400 * DAY, is_workday)}
    some = periods(expected, at, at + days * DAY, is_workday)
    assert [whole[one.key] for one in some] == some
    assert {one.key for one in whole.values() if one.until > at and one.opens < at + days * DAY} == {one.key for one in some}
    assert all(one.opens < one.closes <= one.until for one in some)


def test_without_a_working_day_in_sight_a_day_stays():
    assert next_workday(date(2026, 1, 1), lambda _: False) == date(2026, 1, 1)


def archived(title="题", source="s1", rules=("r1",), published=None, **fields):
    thing = item(title, published=published, source=source, id="7", **fields)
    return Archived(thing, "3", tuple((rule, "d", 2) for rule in rules))


@pytest.mark.parametrize(
    ("seen_by", "one", "is_it"),
    [
        (SeenBy(frozenset({"r1"})), archived(), True),
        (SeenBy(frozenset({"r2", "r1"})), archived(), True),
        (SeenBy(frozenset({"r2"})), archived(), False),
        (SeenBy(frozenset({"r1"}), sources=frozenset({"s2"})), archived(), False),
        (SeenBy(frozenset({"r1"}), ("Press Conference",)), archived("Regular press conference"), True),
        (SeenBy(frozenset({"r1"}), ("稀交所",)), archived("别的"), False),
        (SeenBy(sources=frozenset({"s1"})), archived(rules=()), True),
    ],
)
def test_whether_an_item_is_the_one(seen_by, one, is_it):
    assert is_the_one(seen_by, one) is is_it


class TestArrival:
    expected = event(Monthly(8, 12, (1, 4, 7, 10)), by=time(20))
    among = tuple(periods(expected, SINCE, UNTIL, is_workday))

    def arrive(self, stamp, before=None):
        thing = item("题", published=stamp, id="7", seen_at=datetime(2026, 1, 14, tzinfo=UTC))
        period = period_of(thing, self.among)
        mark = arrived(thing, period, before, datetime(2026, 1, 14, tzinfo=UTC)) if period else None
        return (period.key if period else None), (mark.state if mark else None)

    def test_a_day_is_inside_when_any_of_it_is(self):
        assert self.arrive(Stamp(datetime(2026, 1, 8, tzinfo=CHINA), "day")) == ("2026-01", State.SEEN)
        assert self.arrive(Stamp(datetime(2026, 1, 12, tzinfo=CHINA), "day")) == ("2026-01", State.SEEN)
        assert self.arrive(Stamp(datetime(2026, 1, 13, tzinfo=CHINA), "day")) == ("2026-01", State.LATE)
        assert self.arrive(Stamp(datetime(2026, 4, 7, tzinfo=CHINA), "day")) == (None, None)

    def test_a_moment_is_inside_until_the_window_closes(self):
        assert self.arrive(Stamp(datetime(2026, 1, 12, 11, 59, tzinfo=UTC), "minute")) == ("2026-01", State.SEEN)
        assert self.arrive(Stamp(datetime(2026, 1, 12, 12, 0, tzinfo=UTC), "minute")) == ("2026-01", State.LATE)
        assert self.arrive(Stamp(datetime(2026, 1, 7, 15, 59, tzinfo=UTC), "minute")) == (None, None)

    def test_without_a_date_it_counts_when_it_was_seen(self):
        assert self.arrive(None) == ("2026-01", State.LATE)

    def test_what_was_missed_comes_late_and_what_came_comes_once(self):
        inside = Stamp(datetime(2026, 1, 9, tzinfo=CHINA), "day")
        assert self.arrive(inside, Mark(State.MISSING, SINCE)) == ("2026-01", State.LATE)
        assert self.arrive(inside, Mark(State.SEEN, SINCE)) == ("2026-01", None)


def test_over_two_years_each_period_is_missed_once_and_none_from_before_the_beginning():
    expected = event(Monthly(5, 12), workdays="shift", grace=86_400.0)
    begun = datetime(2025, 1, 9, tzinfo=CHINA)
    marks, found, now = {}, [], begun
    while now < UNTIL:
        for period, state in overdue(expected, periods(expected, now - 90 * DAY, now, is_workday), marks, begun, now):
            marks[period.key] = Mark(state, now)
            found.append((period.key, state))
            assert now >= period.closes + DAY
        now += 6 * HOUR
    before = [key for key, state in found if state is State.UNKNOWN]
    assert before == ["2025-01"]
    assert [key for key, state in found if state is State.MISSING] == [
        *(f"2025-{month:02}" for month in range(2, 13)),
        *(f"2026-{month:02}" for month in range(1, 13)),
    ]


def test_what_was_missed_is_told_with_what_was_looked_for_and_who_is_in_trouble():
    expected = Expected(
        "price", "The price", Monthly(8, 12), SeenBy(frozenset({"r1"}), ("挂牌价",), frozenset({"s1"})), severity=Severity.IMPORTANT
    )
    (period,) = [one for one in periods(expected, SINCE, UNTIL, is_workday) if one.key == "2026-01"]
    notice = missed_notice(expected, period, {"s1": "blocked: 412"}, UNTIL)
    assert notice.headline == "The price: expected by 2026-01-12, not seen"
    assert "rule r1" in notice.text
    assert "挂牌价" in notice.text
    assert "s1 is in trouble: blocked: 412" in notice.text
    assert (notice.key, notice.severity) == ("missed:price:2026-01", Severity.IMPORTANT)

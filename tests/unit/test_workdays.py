"""Which days are worked in China: as announced, and with care where nothing is announced yet."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.workdays import announced, is_festival, is_workday


@pytest.mark.parametrize(
    ("day", "worked"),
    [
        ("2025-10-01", False),  # National Day
        ("2025-10-08", False),  # the day off that a Saturday makes up for
        ("2025-10-09", True),
        ("2025-10-11", True),  # that Saturday
        ("2025-10-12", False),
        ("2025-01-26", True),  # a Sunday before the Spring Festival
        ("2025-01-28", False),
        ("2026-02-14", True),
        ("2026-02-23", False),
        ("2026-04-06", False),  # Tomb-Sweeping Day moved from a Sunday
        ("2026-11-20", True),
        ("2026-11-21", False),
    ],
)
def test_announced_years_are_as_announced(day, worked):
    assert is_workday(date.fromisoformat(day)) is worked


def test_a_year_nobody_announced_has_festivals_and_weekends_and_no_make_up_days():
    assert announced(2025)
    assert announced(2026)
    assert not announced(2040)
    assert not any(is_workday(date(2040, 10, day)) for day in range(1, 8))
    spring = [day for day in (date(2040, 2, 1) + timedelta(n) for n in range(28)) if is_festival(day)]
    assert len(spring) >= 7
    saturdays = [date(2040, 1, 7) + timedelta(7 * n) for n in range(50)]
    assert not any(map(is_workday, saturdays))


def test_a_festival_is_no_weekend():
    assert is_festival(date(2025, 10, 4))
    assert is_festival(date(2025, 1, 28))
    assert not is_festival(date(2025, 10, 9))
    assert not is_festival(date(2025, 11, 22))
    assert not is_festival(date(2025, 6, 1))  # three days off


@given(st.dates(date(2000, 1, 1), date(2060, 12, 31)))
def test_no_day_is_without_an_answer_and_no_festival_is_worked(day):
    assert not (is_festival(day) and is_workday(day))
    week = [is_workday(day + timedelta(n)) for n in range(21)]
    assert any(week)
    assert not all(week)

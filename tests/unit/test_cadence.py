"""How often something comes, in words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.cadence import cadence_words

MONDAY = datetime(2031, 3, 3, 2, tzinfo=UTC)  # 10:00 in China
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def minutes(moments):
    return [int(at.timestamp()) // 60 for at in moments]


def days(*numbers, hours=(0,)):
    return [MONDAY + number * DAY + hour * HOUR for number in numbers for hour in hours]


def monthly(months, of=(10,)):
    return [datetime(2030 + (month - 1) // 12, (month - 1) % 12 + 1, day, 3, tzinfo=UTC) for month in months for day in of]


WEEKDAYS = [number for number in range(28) if number % 7 < 5]


@pytest.mark.parametrize(
    ("moments", "words"),
    [
        ([], ""),
        (days(0, 1, 2), ""),
        (days(0, 1, 2, 3, 4), ""),
        (days(*range(14)), "about one a day"),
        (days(*range(14), hours=(0, 3, 6)), "about 3 a day"),
        (days(*range(14), hours=range(11)), "about 11 a day"),
        ([MONDAY + number * HOUR for number in range(24 * 14)], "about 20 a day"),
        (days(*WEEKDAYS), "about one a workday"),
        (days(*WEEKDAYS, hours=(0, 5)), "about 2 a workday"),
        (days(*range(3, 70, 7)), "weekly, Thursdays"),
        (days(0, 7, 15, 21, 29, 36, 43), "weekly"),
        (days(*[week * 7 + day for week in range(6) for day in (1, 4)]), "about 2 a week, Tuesdays and Fridays"),
        (days(*[week * 14 for week in range(8)]), "every two weeks"),
        (monthly(range(1, 13)), "monthly, around day 10"),
        ([datetime(2030, month, 3 + month * 2, 3, tzinfo=UTC) for month in range(1, 13)], "monthly"),
        (monthly(range(1, 36, 3)), "quarterly"),
        (monthly(range(1, 72, 12)), "yearly"),
        (days(0, 9, 11, 35, 40, 66, 74, 101), "about 2 a month"),
        (days(0, 100, 130, 390, 420, 700), "about 3 a year"),
        (days(0, 900, 1500, 2600), "less than one a year"),
    ],
)
def test_the_words(moments, words):
    assert cadence_words(minutes(moments)) == words


def test_days_are_chinas():
    late = [MONDAY.replace(hour=17) + number * 7 * DAY for number in range(8)]  # Mondays 17:00 in UTC are Tuesdays there
    assert cadence_words(minutes(late)) == "weekly, Tuesdays"


@given(st.lists(st.integers(0, 40_000_000), max_size=60).map(sorted))
def test_whatever_comes_there_are_words_or_none(arrivals):
    words = cadence_words(arrivals)
    assert words == "" or words[0].isalpha()
    assert "about 0" not in words
    assert len(words) < 60

"""The newest of the dates a list prints, in whatever forms, without reading them all."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.dates import read_date
from rarewatch.text.newest import newest

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def found(*printed, zone="Asia/Shanghai", **how):
    at = newest(printed, zone=zone, at=AT, **how)
    return at.isoformat() if at else None


@pytest.mark.parametrize(
    ("printed", "expected"),
    [
        ((), None),
        (("", "置顶", "2026-00018"), None),
        (("2026-11-20", "2026-11-21", "2026-11-19"), "2026-11-21T00:00:00+08:00"),
        (("2026-11-21 09:30", "2026-11-21 16:05", "2026-11-21"), "2026-11-21T16:05:00+08:00"),
        (("2026年11月20日", "[11-21]", "2025-12-31"), "2026-11-21T00:00:00+08:00"),
        (("Fri, 20 Nov 2026 23:00:00 GMT", "Sat, 21 Nov 2026 01:00:00 +0800"), "2026-11-21T01:00:00+08:00"),
        (("2026-11-20T10:00:00Z", "Sat, 21 Nov 2026 09:00:00 +0800"), "2026-11-21T09:00:00+08:00"),
        (("2027-01-01", "2026-11-23", "2026-11-01"), "2026-11-23T00:00:00+08:00"),  # the first lies too far ahead
        (("2027-01-01",), None),
        (("2026-13-45", "2026-02-30", "2026-01-05"), "2026-01-05T00:00:00+08:00"),
        (("Sat, 21 Foo 2026 09:00:00 GMT", "2026-01-05"), "2026-01-05T00:00:00+08:00"),
    ],
)
def test_the_newest_that_counts(printed, expected):
    assert found(*printed) == expected


def test_day_first_where_the_source_prints_it():
    assert found("03/11/2026", "12/10/2026") is None
    assert found("03/11/2026", "12/10/2026", day_first=True) == "2026-11-03T00:00:00+08:00"


@given(st.lists(st.datetimes(datetime(2020, 1, 1), datetime(2026, 11, 24)), max_size=30))
def test_it_is_what_reading_all_of_them_gives(moments):
    printed = [f"{at:%Y-%m-%d %H:%M}" if n % 2 else f"{at:%a, %d %b %Y %H:%M:%S} +0800" for n, at in enumerate(moments)]
    stamps = [read_date(text, seen_at=AT) for text in printed]
    dates = [stamp.at.replace(second=0) for stamp in stamps if stamp and stamp.at <= AT + timedelta(days=2)]
    shown = newest(printed, zone="Asia/Shanghai", at=AT)
    assert (shown.replace(second=0) if shown else None) == max(dates, default=None)


@given(st.lists(st.text(max_size=30), max_size=20))
def test_any_text_has_an_answer(printed):
    shown = newest(printed, zone="Asia/Shanghai", at=AT)
    assert shown is None or shown <= AT + timedelta(days=2)

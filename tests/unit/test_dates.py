"""The reading of printed dates: a table of the forms met in the wild, and round trips."""

from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.dates import read_date

SHANGHAI = ZoneInfo("Asia/Shanghai")
SEEN = datetime(2025, 5, 1, 10, 20, tzinfo=SHANGHAI)

DAYS = [
    ("2025年04月04日", "2025-04-04"),
    ("2025年4月4日", "2025-04-04"),
    ("2025 年 4 月 4 日", "2025-04-04"),
    ("2025-10-09", "2025-10-09"),
    ("2025-1-9", "2025-01-09"),
    ("2025/10/09", "2025-10-09"),
    ("2025.10.09", "2025-10-09"),
    ("20251009", "2025-10-09"),
    ("[2025-04-28]", "2025-04-28"),
    ("（2025-04-28）", "2025-04-28"),
    ("２０２５年４月４日", "2025-04-04"),
    ("２０２５－０４－０４", "2025-04-04"),
    ("二〇二四年一月二日", "2024-01-02"),
    ("二○二四年十月一日", "2024-10-01"),
    ("二零二五年十二月三十一日", "2025-12-31"),
    ("二〇二五年二月廿八日", "2025-02-28"),
    ("民国114年10月31日", "2025-10-31"),
    ("中華民國 114 年 10 月 31 日", "2025-10-31"),
    ("2025-07 07", "2025-07-07"),
    ("07 2025-07", "2025-07-07"),
    ("10-09 2024", "2024-10-09"),
    ("4月28日", "2025-04-28"),
    ("[04-28]", "2025-04-28"),
    ("04/28", "2025-04-28"),
    ("04.28", "2025-04-28"),
    ("5月2日", "2025-05-02"),
    ("5月3日", "2024-05-03"),
    ("12-31", "2024-12-31"),
    ("2月29日", "2024-02-29"),
    ("今天", "2025-05-01"),
    ("昨天", "2025-04-30"),
    ("前天", "2025-04-29"),
    ("3天前", "2025-04-28"),
    ("2小时前", "2025-05-01"),
    ("12小时前", "2025-04-30"),
    ("2 days ago", "2025-04-29"),
    ("1周前", "2025-04-24"),
    ("2025-04-04 00:00:00", "2025-04-04"),
    ("2025-04-04T00:00:00Z", "2025-04-04"),
    ("2025-04-04 24:00", "2025-04-04"),
    ("2025-04-04 08:75", "2025-04-04"),
    ("1743696000000", "2025-04-04"),
    ("1743696000", "2025-04-04"),
    ("Feb 26, 2025", "2025-02-26"),
    ("26 February 2025", "2025-02-26"),
    ("September 3rd, 2024", "2024-09-03"),
    ("Sept. 3, 2024", "2024-09-03"),
    ("26-Feb-2025", "2025-02-26"),
    ("发文日期：2025年4月4日 发布文号：商务部公告2025年第18号", "2025-04-04"),
    ("商务部公告2025年第18号 2025年4月4日", "2025-04-04"),
    ("2025-04-04 来源：新华网", "2025-04-04"),
]

MINUTES = [
    ("2025.10.09 08:30", "2025-10-09T08:30+08:00"),
    ("2025年4月4日08:30", "2025-04-04T08:30+08:00"),
    ("2025年04月04日 15时30分", "2025-04-04T15:30+08:00"),
    ("2025年4月4日 星期五 08:30", "2025-04-04T08:30+08:00"),
    ("2025年4月4日下午3:20", "2025-04-04T15:20+08:00"),
    ("2025-04-04　08：30", "2025-04-04T08:30+08:00"),
    ("2025-04-04 08:30:15", "2025-04-04T08:30:15+08:00"),
    ("2025-04-04-08:30:15", "2025-04-04T08:30:15+08:00"),
    ("2025 04/04 08:30:15", "2025-04-04T08:30:15+08:00"),
    ("发布时间：2025-04-04 08:30 来源：商务部", "2025-04-04T08:30+08:00"),
    ("2025-04-04 08:30 更新：2025-04-05 09:00", "2025-04-04T08:30+08:00"),
    ("2025-04-04 10:00-10:30", "2025-04-04T10:00+08:00"),
    ("202510090830", "2025-10-09T08:30+08:00"),
    ("20251009083015", "2025-10-09T08:30:15+08:00"),
    ("20251009T083000Z", "2025-10-09T08:30+00:00"),
    ("20251009 08:30", "2025-10-09T08:30+08:00"),
    ("04-28 15:30", "2025-04-28T15:30+08:00"),
    ("4月28日15:30", "2025-04-28T15:30+08:00"),
    ("12-31 23:59", "2024-12-31T23:59+08:00"),
    ("08:30", "2025-05-01T08:30+08:00"),
    ("23:58", "2025-04-30T23:58+08:00"),
    ("今天 08:30", "2025-05-01T08:30+08:00"),
    ("昨天 23:10", "2025-04-30T23:10+08:00"),
    ("昨日23:10", "2025-04-30T23:10+08:00"),
    ("刚刚", "2025-05-01T10:20+08:00"),
    ("5分钟前", "2025-05-01T10:15+08:00"),
    ("30秒前", "2025-05-01T10:19:30+08:00"),
    ("5 minutes ago", "2025-05-01T10:15+08:00"),
    ("an hour ago", "2025-05-01"),
    ("1743730200", "2025-04-04T09:30+08:00"),
    ("1743730200123", "2025-04-04T09:30+08:00"),
    ("/Date(1743730200000+0800)/", "2025-04-04T09:30+08:00"),
    ("Fri, 04 Apr 2025 08:30:00 GMT", "2025-04-04T08:30+00:00"),
    ("Fri, 04 Apr 2025 08:30:00 +0800", "2025-04-04T08:30+08:00"),
    ("Fri, 04 Apr 2025 08:30:00 EST", "2025-04-04T08:30-05:00"),
    ("Fri, 04 Apr 2025 08:30:00 CST", "2025-04-04T08:30+08:00"),
    ("Fri, 04 Apr 2025 08:30:00", "2025-04-04T08:30+08:00"),
    ("4 Apr 25 08:30 +0000", "2025-04-04T08:30+00:00"),
    ("Fri Apr 04 08:30:00 CST 2025", "2025-04-04T08:30+08:00"),
    ("Fri Apr  4 08:30:00 2025", "2025-04-04T08:30+08:00"),
    ("2025-04-04T08:30:00Z", "2025-04-04T08:30+00:00"),
    ("2025-04-04T08:30:00.123+0800", "2025-04-04T08:30+08:00"),
    ("2025-04-04T08:30:00-05:00", "2025-04-04T08:30-05:00"),
    ("2025-04-04T08:30", "2025-04-04T08:30+08:00"),
    ("2025-04-04 08:30 GMT+8", "2025-04-04T08:30+08:00"),
    ("2025-04-04 08:30 (UTC+08:00)", "2025-04-04T08:30+08:00"),
    ("Published: Feb 26, 2026 11:59 AM", "2026-02-26T11:59+08:00"),
    ("Feb 26, 2025 at 12:05 a.m. ET", "2025-02-26T00:05-05:00"),
    ("Updated 26 Feb 2025 | 11:59 PM", "2025-02-26T23:59+08:00"),
    ("北京时间2025年4月4日08:30", "2025-04-04T08:30+08:00"),
]

UNREADABLE = [
    "",
    "   ",
    "000014349/2026-00018",
    "2026-02-00018",
    "索引号：11150000-2026-02-00018",
    "2025-02-30",
    "2025年13月1日",
    "2025-07",
    "2025",
    "商务部公告2025年第18号",
    "12/01/2025",
    "99999999",
    "9999999999999",
    "123456789",
    "3.28",
    "1-9月",
    "第二十次会议",
    "近日",
    "25-10-09",
    "10:00-10:30",
    "62.49万元/吨",
    "5月33日",
    "-1",
    "00:61",
    "1743730200 1743730200",
]


@pytest.mark.parametrize(("printed", "day"), DAYS)
def test_a_printed_day(printed, day):
    stamp = read_date(printed, seen_at=SEEN)
    assert stamp is not None
    assert (stamp.at.date().isoformat(), stamp.precision) == (day, "day")
    assert stamp.at == datetime.combine(date.fromisoformat(day), datetime.min.time(), SHANGHAI)


@pytest.mark.parametrize(("printed", "moment"), MINUTES)
def test_a_printed_moment(printed, moment):
    stamp = read_date(printed, seen_at=SEEN)
    assert stamp is not None
    expected = datetime.fromisoformat(moment)
    if expected.tzinfo is None:
        assert stamp.precision == "day"
        assert stamp.at.date() == expected.date()
    else:
        assert (stamp.at, stamp.precision) == (expected, "minute")


@pytest.mark.parametrize("printed", UNREADABLE)
def test_what_cannot_be_read_is_none(printed):
    assert read_date(printed, seen_at=SEEN) is None


@pytest.mark.parametrize(
    ("printed", "moment"),
    [
        ("12/01/2025 08:53", "2025-01-12T08:53+08:00"),
        ("24/7/2024 16:08", "2024-07-24T16:08+08:00"),
        ("12.01.2025 08:53", "2025-01-12T08:53+08:00"),
        ("12/04 08:53", "2025-04-12T08:53+08:00"),
        ("2025/04/12 08:53", "2025-04-12T08:53+08:00"),
    ],
)
def test_day_first(printed, moment):
    stamp = read_date(printed, zone="Asia/Hong_Kong", seen_at=SEEN, day_first=True)
    assert stamp is not None
    assert stamp.at == datetime.fromisoformat(moment)


@pytest.mark.parametrize(
    ("printed", "zone", "moment"),
    [
        ("Fri, 04 Apr 2025 08:30:00 CST", "America/Chicago", "2025-04-04T08:30-06:00"),
        ("Fri, 04 Apr 2025 08:30:00 CST", "Asia/Taipei", "2025-04-04T08:30+08:00"),
        ("2025-04-04 08:30", "America/New_York", "2025-04-04T08:30-04:00"),
        ("2025-01-04 08:30", "America/New_York", "2025-01-04T08:30-05:00"),
        ("2025-04-04 08:30 北京时间", "America/New_York", "2025-04-04T08:30+08:00"),
    ],
)
def test_the_zone_of_the_source_and_of_the_text(printed, zone, moment):
    stamp = read_date(printed, zone=zone, seen_at=SEEN)
    assert stamp is not None
    assert stamp.at == datetime.fromisoformat(moment)


def test_a_midnight_elsewhere_is_still_the_printed_day_here():
    stamp = read_date("2025-04-04T00:00:00Z", zone="America/New_York", seen_at=SEEN)
    assert stamp is not None
    assert (stamp.at.date(), stamp.precision) == (date(2025, 4, 4), "day")


moments = st.datetimes(datetime(2000, 1, 2), datetime(2025, 4, 30)).map(lambda at: at.replace(microsecond=0, tzinfo=SHANGHAI))
FORMATS = [
    "%Y-%m-%d %H:%M:%S",
    "%Y年%m月%d日%H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
    "%Y.%m.%d %H:%M:%S",
    "%Y-%m-%d-%H:%M:%S",
    "%Y%m%d%H%M%S",
    "%Y-%m-%dT%H:%M:%S%z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%b %d, %Y %I:%M:%S %p",
    "%a %b %d %H:%M:%S CST %Y",
]
FULL_WIDTH = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in "0123456789:-/"})


@given(moments, st.sampled_from(FORMATS), st.booleans())
def test_every_full_form_comes_back(at, form, wide):
    printed = at.strftime(form)
    stamp = read_date(printed.translate(FULL_WIDTH) if wide else printed, seen_at=SEEN)
    assert stamp is not None
    assert stamp.at == at
    assert stamp.precision == ("day" if (at.hour, at.minute, at.second) == (0, 0, 0) else "minute")


@given(st.datetimes(datetime(2001, 1, 2), datetime(2025, 4, 29)), st.integers(-12 * 4, 14 * 4))
def test_an_explicit_offset_wins(at, quarters):
    aware = at.replace(microsecond=0, second=7, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    stamp = read_date(aware.isoformat(), seen_at=SEEN)
    assert stamp is not None
    assert stamp.at == aware


@given(moments)
def test_epochs_come_back(at):
    for printed in (str(int(at.timestamp())), str(int(at.timestamp()) * 1000)):
        stamp = read_date(printed, seen_at=SEEN)
        if int(at.timestamp()) >= 1_000_000_000:
            assert stamp is not None
            assert stamp.at == at
        else:
            assert stamp is None or stamp.at.year >= 2000


@given(
    st.datetimes(datetime(2016, 3, 1), datetime(2030, 1, 1)),
    st.integers(0, 360),
    st.sampled_from(["%m-%d", "[%m-%d]", "%m月%d日", "%m/%d"]),
)
def test_a_missing_year_is_the_latest_possible(now, back, form):
    seen = now.replace(tzinfo=SHANGHAI)
    at = seen - timedelta(days=back)
    stamp = read_date(at.strftime(form), seen_at=seen)
    assert stamp is not None
    assert stamp.at.date() == at.date()


@given(
    st.text(alphabet=st.characters(codec="utf-8"), max_size=60)
    | st.text(alphabet="0123456789-/:.年月日时分 TZ+昨天前", max_size=30)
)
def test_any_text_is_read_or_none(text):
    stamp = read_date(text, seen_at=datetime(2025, 5, 1, tzinfo=UTC))
    assert stamp is None or (stamp.at.tzinfo is not None and 1900 <= stamp.at.year <= 2100)


@given(st.integers(2015, 2027), st.integers(1, 12), st.integers(0, 99_999))
def test_an_index_number_is_no_date(year, month, number):
    assert read_date(f"{year}-{month:02}-{number:05}", seen_at=SEEN) is None

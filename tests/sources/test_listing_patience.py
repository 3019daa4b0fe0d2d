"""A page that is not there does not keep its list from being read for ever, and one that comes late is still read."""

from datetime import timedelta

import pytest
from listing_driver import AT, Web, source

from rarewatch import errors
from rarewatch.nouns.source import Remembered

URL = "https://www.example.cn/list/"
PAGE = "https://www.example.cn/list/a.html"
INDEX = b"<ul><li><a href=a.html>\xe7\xa8\x80\xe5\x9c\x9f\xe6\x96\xb0\xe8\xa7\x84</a></li></ul>"
ARTICLE = "<html><body><h1>稀土新规</h1><div class=t><p>" + "出口经营者应当依法申请许可。" * 10 + "</p></div></body></html>"
LISTING = source(URL, {"item": "li", "article": {"text": ".t"}})
DAY = timedelta(days=1)


def poll(at, seen, fault=None):
    """One poll, and what is remembered of it (as a store does: what was not read again is still known)."""
    reading = Web({URL: INDEX, PAGE: fault or ARTICLE.encode()}, AT + at).drive(LISTING, seen)
    marks = set(reading.marks) | (set() if reading.complete else seen.marks)
    return reading, Remembered(reading.validators, frozenset(marks))


@pytest.mark.parametrize(
    "fault",
    [errors.Missing("404"), errors.TooLarge("x"), errors.BadRedirect("x"), errors.ForbiddenAddress("x"), errors.Disallowed("x")],
)
def test_a_page_that_stays_at_fault_counts_as_read_after_more_than_a_day(fault):
    seen, hours = Remembered(), 0
    while True:
        reading, seen = poll(timedelta(hours=hours), seen, fault)
        if reading.complete:
            break
        assert reading.faults == (fault,)
        hours += 1
    assert 24 < hours <= 48
    assert reading.drafts[0].title_only
    assert len(reading.marks) == 1
    again, _ = poll(timedelta(hours=hours), seen, fault)
    assert again.unchanged


def test_a_text_that_comes_within_a_day_is_read():
    seen = Remembered()
    for hours in range(24):
        _, seen = poll(timedelta(hours=hours), seen, errors.Missing("404"))
    reading, _ = poll(DAY, seen)
    assert reading.complete
    assert "许可" in reading.drafts[0].text


def test_trouble_with_the_host_is_waited_for_as_long_as_it_takes():
    seen = Remembered()
    for days in range(9):
        reading, seen = poll(days * DAY, seen, errors.Unreachable("no name"))
        assert not reading.complete
    reading, seen = poll(9 * DAY, seen, errors.Missing("404"))
    assert not reading.complete
    reading, _ = poll(9 * DAY, seen)
    assert "许可" in reading.drafts[0].text

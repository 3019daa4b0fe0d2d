"""The line at the end of an alert: when it was published, seen and told, and how long that took."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alert_cases import MESSAGE
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.notifiers._slack_blocks import payload
from rarewatch.nouns.alert import Target
from rarewatch.nouns.item import Stamp
from rarewatch.text import sheet
from rarewatch.text.wording import journey_line

SEEN = datetime(2031, 4, 4, 2, 33, tzinfo=UTC)
EXACT = Stamp(datetime(2031, 4, 4, 2, 31, tzinfo=UTC), "minute")
DAY = Stamp(datetime(2031, 4, 4, tzinfo=timezone(timedelta(hours=8))), "day")
LINE = "published 10:31 · seen 10:33 · told 10:33 (2 min)"


def told(**fields):
    return replace(MESSAGE, **{"published": EXACT, "seen_at": SEEN, "told_at": SEEN + timedelta(seconds=20), **fields})


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, LINE),
        ({"zone": "Europe/Berlin"}, "published 04:31 · seen 04:33 · told 04:33 (2 min)"),
        ({"zone": "Nowhere/None"}, LINE),
        ({"published": DAY}, "published 2031-04-04 · seen 10:33 · told 10:33 (under 1 min after it was seen)"),
        ({"published": None}, "seen 10:33 · told 10:33 (under 1 min after it was seen)"),
        (
            {"told_at": SEEN + timedelta(hours=20)},
            "published 2031-04-04 10:31 · seen 2031-04-04 10:33 · told 06:33 (20 h)",
        ),
        (
            {"seen_at": SEEN + timedelta(days=4), "told_at": SEEN + timedelta(days=4)},
            "published 2031-04-04 10:31 · seen 10:33 · told 10:33 (4 days)",
        ),
        ({"told_at": SEEN - timedelta(hours=1)}, "published 10:31 · seen 10:33 · told 09:33"),
        ({"told_at": None}, ""),
        ({"notice": True}, ""),
        ({"parts": (MESSAGE,)}, ""),
    ],
)
def test_it_says_when_and_how_long(fields, line):
    assert journey_line(told(**fields)) == line


def test_every_channel_shows_it_at_the_end():
    laid_out = sheet.lay_out(told())
    assert laid_out.footer == f"{LINE} · Story sto-1, delivery dlv-1"
    assert sheet.plain(laid_out).endswith(f"--\n{LINE} · Story sto-1, delivery dlv-1\n")
    small_print = payload(told(), Target("slack", "C1"))["blocks"][-1]["elements"]
    assert LINE in [one["text"] for one in small_print]


moments = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))


@given(
    moments, moments, st.sampled_from(["minute", "day"]), st.sampled_from(["Asia/Shanghai", "America/St_Johns", "Pacific/Apia", ""])
)
def test_no_date_a_page_prints_breaks_it(at, seen, precision, zone):
    line = journey_line(told(published=Stamp(at, precision), seen_at=seen, zone=zone))
    assert len(line) <= 120
    assert "\n" not in line

"""How `filing` goes over several stocks and pages, and what its options refuse."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conversation import AT, Talk, Turn, after, source
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from rarewatch import errors
from rarewatch.nouns.source import Remembered, Validators
from rarewatch.sources._filing_exchanges import EXCHANGES, org_of
from rarewatch.sources.filing import Filing, Options
from rarewatch.text.dates import read_date

URL = "http://www.example.cn/new/hisAnnouncement/query"
READER = Filing(clock=lambda: AT)


def filing(**options):
    """Without the files themselves: `test_documents_fetched` reads those."""
    return source("filing", {"exchange": "cninfo", "documents": 0, **options}, URL)


TWO = filing(stocks=["600111", "600010"], orgs={"600111": "o1", "600010": "o2"})


def answer(*numbers, code="600111"):
    rows = [
        {
            "announcementId": f"{code}{n}",
            "announcementTitle": f"第{n}号公告",
            "announcementTime": 1795190400000,
            "adjunctUrl": f"{code}/{n}.PDF",
        }
        for n in numbers
    ]
    return json.dumps({"announcements": rows or None}).encode()


def read(*answers, seen=None, of=TWO):
    return Talk([Turn(URL, one) for one in answers]).drive(of, seen, READER)


FIRST = read(answer(1, 2), answer(1, code="600010"))


def test_each_stock_is_asked_for():
    talk = Talk([Turn(URL, answer(1)), Turn(URL, answer(1, code="600010"))])
    reading = talk.drive(TWO, None, READER)
    assert [get.body.decode().partition("&")[0] for get in talk.asked] == ["stock=600111%2Co1", "stock=600010%2Co2"]
    assert [draft.key for draft in reading.drafts] == ["6001111", "6000101"]
    assert all(get.headers["X-Requested-With"] == "XMLHttpRequest" for get in talk.asked)


def test_the_same_answers_again_are_unchanged_and_one_that_differs_is_not():
    again = read(answer(1, 2), answer(1, code="600010"), seen=after(FIRST))
    assert (again.unchanged, again.drafts) == (True, ())
    more = read(answer(1, 2), answer(2, 1, code="600010"), seen=after(FIRST))
    assert ([draft.key for draft in more.drafts], more.known, more.complete) == (["6000102"], 3, True)


def test_trouble_with_one_stock_keeps_the_other_and_is_told():
    for trouble, name in ((errors.ServerTrouble("504"), "server-trouble"), (b"<html>504</html>", "layout-changed")):
        reading = read(answer(3, 1, 2), trouble, seen=after(FIRST))
        assert [draft.key for draft in reading.drafts] == ["6001113"]
        assert (reading.complete, reading.validators) == (False, FIRST.validators)
        assert [fault.name for fault in reading.faults] == [name]


def test_trouble_with_the_first_stock_passes():
    with pytest.raises(errors.ServerTrouble):
        read(errors.ServerTrouble("504"))


def test_a_request_to_slow_down_ends_the_visit():
    stocks = ["600111", "600010", "600392"]
    of = filing(stocks=stocks, orgs=dict.fromkeys(stocks, "o"))
    reading = read(answer(1), errors.RateLimited("429", after=60.0), of=of)
    assert [fault.name for fault in reading.faults] == ["rate-limited"]
    assert not reading.complete


def test_full_pages_are_turned_until_they_overlap():
    of = filing(stocks=["600111"], orgs={"600111": "o"}, max_pages=2)
    before = after(read(answer(*range(30, 0, -1)), of=of))
    talk = Talk([Turn(URL, answer(*range(65, 35, -1))), Turn(URL, answer(*range(35, 5, -1)))])
    reading = talk.drive(of, before, READER)
    assert (len(reading.drafts), reading.known, reading.complete) == (35, 25, True)
    assert "pageNum=2" in talk.asked[1].body.decode()
    gap = read(answer(*range(165, 135, -1)), answer(*range(135, 105, -1)), seen=before, of=of)
    assert [fault.name for fault in gap.faults] == ["gap"]


def test_announcements_after_none_are_no_gap():
    of = filing(search="稀土")
    seen = after(read(answer(), of=of))
    reading = read(answer(1, 2), seen=seen, of=of)
    assert (len(reading.drafts), reading.complete, reading.faults) == (2, True, ())


def test_the_days_asked_for_are_chinese_days():
    night = Filing(clock=lambda: datetime(2026, 11, 22, 17, tzinfo=UTC))
    of = filing(search="稀土", days=1)
    talk = Talk([Turn(URL, answer())])
    talk.drive(of, Remembered(Validators("e")), night)
    assert talk.asked[0].body.decode().endswith("seDate=2026-11-23~2026-11-30")
    assert talk.asked[0].validators == Validators("e")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"stocks": ["600111", "600111"]},
        {"stocks": ["6001"]},
        {"stocks": ["600111"], "orgs": {"600010": "o"}},
        {"stocks": ["600111"], "days": 0},
        {"stocks": ["600111"], "exchange": "hkex"},
    ],
)
def test_options_are_checked(options):
    with pytest.raises(ValidationError):
        Options.model_validate({"exchange": "cninfo", **options})


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "announcements",
                    "result",
                    "data",
                    "title",
                    "TITLE",
                    "URL",
                    "attachPath",
                    "announcementTitle",
                    "adjunctUrl",
                    "secName",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=10,
)


@given(VALUES, st.sampled_from(sorted(EXCHANGES)))
def test_whatever_an_exchange_answers_gives_announcements_or_a_named_fault(value, exchange):
    of = filing(exchange=exchange, search="稀土")
    talk = Talk([Turn(next(READER.read(of, Remembered())).url, json.dumps(value).encode())])
    try:
        reading = talk.drive(of, None, READER)
    except errors.SourceFault:
        return
    assert all(draft.title and draft.url.startswith("http") for draft in reading.drafts)


@given(VALUES)
def test_a_lookup_answers_with_a_name_or_nothing(value):
    assert org_of(value, "600111") == ""


@pytest.mark.corpus
def test_a_recorded_answer_of_cninfo():
    root = Path(os.environ.get("RAREWATCH_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus")
    path = root / "announcements_json" / "cninfo_hisAnnouncement_600519.json"
    if not path.exists():
        pytest.skip(f"no {path}")
    body = path.read_bytes()
    rows = json.loads(body)["announcements"]
    reading = read(body, of=filing(stocks=["600519"], orgs={"600519": rows[0]["orgId"]}))
    assert [draft.key for draft in reading.drafts] == [row["announcementId"] for row in rows]
    assert [draft.url for draft in reading.drafts] == [f"http://static.cninfo.com.cn/{row['adjunctUrl']}" for row in rows]
    assert all("<em>" not in draft.title for draft in reading.drafts)
    stamps = [read_date(draft.dates[0], seen_at=AT) for draft in reading.drafts]
    assert {stamp.precision for stamp in stamps} == {"day"}

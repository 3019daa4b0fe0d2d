"""The words shared by all channels: times, reservations, highlights, links, and the sheet made of them."""

import unicodedata
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from alert_cases import MESSAGE, SENTENCE, marks, messages, texts
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.nouns.alert import Evidence, Why
from rarewatch.nouns.item import Stamp
from rarewatch.nouns.watch import Severity
from rarewatch.text import sheet, wording

SIX_PM = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Asia/Shanghai", "2026-11-22 18:00 Beijing time (UTC+8)"),
        ("Europe/Berlin", "2026-11-22 11:00 Europe/Berlin (UTC+1) / 2026-11-22 18:00 Beijing time (UTC+8)"),
        ("Asia/Kolkata", "2026-11-22 15:30 Asia/Kolkata (UTC+5:30) / 2026-11-22 18:00 Beijing time (UTC+8)"),
        ("America/St_Johns", "2026-11-22 06:30 America/St_Johns (UTC-3:30) / 2026-11-22 18:00 Beijing time (UTC+8)"),
        ("UTC", "2026-11-22 10:00 UTC / 2026-11-22 18:00 Beijing time (UTC+8)"),
        ("Nowhere/Atall", "2026-11-22 18:00 Beijing time (UTC+8)"),
        ("../../etc/passwd", "2026-11-22 18:00 Beijing time (UTC+8)"),
        ("", "2026-11-22 18:00 Beijing time (UTC+8)"),
    ],
)
def test_a_moment_is_told_in_the_readers_zone_and_in_beijing(zone, words):
    assert wording.moment_words(SIX_PM, zone) == words
    assert wording.stamp_words(Stamp(SIX_PM, "minute"), zone) == words


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 11, 21, 16, tzinfo=UTC),  # a Chinese midnight as a store gives it back
        datetime(2026, 11, 22, 0, tzinfo=UTC),
        datetime(2026, 11, 22, 0, tzinfo=timezone(timedelta(hours=8))),
        datetime(2026, 11, 22, 23, 59, tzinfo=timezone(timedelta(hours=-5))),
    ],
)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Pacific/Kiritimati"])
def test_a_day_is_the_publishers_day_and_never_midnight(at, zone):
    assert wording.stamp_words(Stamp(at, "day"), zone) == "2026-11-22 (time not given)"


def test_no_date_says_so():
    assert wording.stamp_words(None, "UTC") == "not given"
    assert wording.published_line(replace(MESSAGE, published=None)) == "Published not given"
    assert wording.seen_line(MESSAGE) == "First seen 2031-04-04 09:02 Beijing time (UTC+8)"


@pytest.mark.parametrize("at", [datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)])
@pytest.mark.parametrize("precision", ["day", "minute"])
def test_the_ends_of_time_do_not_stop_an_alert(at, precision):
    assert wording.stamp_words(Stamp(at, precision), "America/New_York").startswith(f"{at.year:04d}-")


@given(texts)
def test_tidy_text_is_one_printable_line(text):
    tidied = wording.tidy(text)
    assert len(tidied.splitlines()) <= 1
    assert not [char for char in tidied if unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp")]
    assert not set(tidied) & set("\u202e\u2066\u2069\u200f")
    assert wording.tidy(tidied) == tidied


@pytest.mark.parametrize("text", ["稀土出口管制", "👩‍🔬 research", "שלום", "a – b “c”", "𠮷野家"])
def test_tidy_leaves_words_alone(text):
    assert wording.tidy(text) == text


@given(texts, st.integers(1, 80))
def test_shortening_keeps_the_limit_and_the_beginning(text, limit):
    short = wording.shorten(text, limit)
    assert len(short) <= limit
    assert " ".join(wording.tidy(text).split()).startswith(short.removesuffix("…"))


def test_highlights_are_the_marked_stretches():
    found = wording.stretches(Evidence("text", SENTENCE, ((9, 13), (19, 23))))
    assert found == (("决定对钐、钆、铽等", False), ("中重稀土", True), ("相关物项实施", False), ("出口管制", True), ("。", False))


def test_overlapping_highlights_are_one():
    assert wording.stretches(Evidence("text", "abcdef", ((3, 5), (1, 4)))) == (("a", False), ("bcde", True), ("f", False))


@given(texts, marks)
def test_highlights_never_lose_or_double_a_character(text, places):
    pieces = wording.stretches(Evidence("text", text, places))
    assert "".join(piece for piece, _ in pieces) == wording.tidy(text)
    wanted = {at for start, end in places for at in range(max(0, start), min(end, len(text)))}
    lit = "".join(piece for piece, marked in pieces if marked)
    assert lit == wording.tidy("".join(text[at] for at in sorted(wanted)))


@given(texts, marks, st.integers(3, 120))
def test_an_excerpt_is_short_and_its_marks_cover_the_same_words(text, places, limit):
    whole = Evidence("text", text, places)
    cut = wording.excerpt(whole, limit)
    assert len(cut.sentence) <= limit
    assert cut.sentence.strip("…") in text or len(text) <= limit
    lit = [piece for piece, marked in wording.stretches(whole) if marked]
    for piece in (piece for piece, marked in wording.stretches(cut) if marked):
        assert any(piece in found for found in lit)


def test_an_excerpt_holds_the_first_highlight():
    long = "前" * 5000 + "稀土" + "后" * 5000
    cut = wording.excerpt(Evidence("text", long, ((5000, 5002),)), 200)
    assert [piece for piece, marked in wording.stretches(cut) if marked] == ["稀土"]
    assert cut.sentence[0] == cut.sentence[-1] == "…"
    assert len(cut.sentence) == 200


@pytest.mark.parametrize("link", ["https://a.cn/x?a=1&b=2#c", "HTTP://A.CN", "http://例子.cn/路径", "https://[::1]:8443/"])
def test_a_web_link_is_safe(link):
    assert wording.safe_link(link) == link


@pytest.mark.parametrize(
    "link",
    ["", "javascript:alert(1)", "java\nscript:alert(1)", "data:text/html,x", "//a.cn/x", "/x", "ftp://a.cn", "https://",
     "http://[", "https://a.cn/ x", "https://a.cn/\u202ex", 'https://a.cn/"><script>', "https://a.cn\\@b.cn", " https://a.cn"],
)  # fmt: skip
def test_any_other_link_is_not(link):
    assert wording.safe_link(link) == ""


def test_a_reason_names_rule_severity_and_terms():
    assert wording.why_line(MESSAGE.why[0]) == "Export control on rare earths [urgent]: 出口管制, 稀土 (rule ree-control)"
    assert wording.why_line(Why("r1", "", Severity.LOG, ())) == "r1 [log] (rule r1)"


def test_reservations_come_weightiest_first_and_only_where_due():
    assert wording.notices(MESSAGE) == ()
    full = replace(MESSAGE, test=True, possible_repeat=True, title_only=True, origin="新华社", caveat="state-owned origin")
    assert [notice.kind for notice in wording.notices(full)] == ["test", "repeat", "title-only", "origin", "caveat"]
    assert wording.notices(full)[-1].text == "Caveat: state-owned origin"


def test_a_subject_marks_tests_and_repeats():
    assert wording.subject_words(MESSAGE) == f"[urgent] {MESSAGE.headline}"
    assert (
        wording.subject_words(replace(MESSAGE, test=True, possible_repeat=True, headline=" "))
        == "[urgent] TEST: (repeat?) (no title)"
    )


def test_a_plain_sheet_reads_like_this():
    told = replace(MESSAGE, caveat="state-owned origin")
    assert sheet.plain(sheet.lay_out(told)).splitlines() == [
        "[URGENT] 关于对部分稀土物项实施出口管制的公告",
        "In English: 稀土 = rare earths; 出口管制 = export control",
        "",
        "! Caveat: state-owned origin",
        "",
        "Publisher:  商务部 (issuer)",
        "Type:       none recognised",
        "Published:  2031-04-03 18:00 Beijing time (UTC+8)",
        "First seen: 2031-04-04 09:02 Beijing time (UTC+8)",
        "Link:       https://www.example.com/a/1.html?x=1&y=2",
        "",
        "Why you are told",
        "- Export control on rare earths [urgent]: 出口管制, 稀土 (rule ree-control)",
        "",
        "What it says",
        f"- In the text: {SENTENCE}",
        "  (钐 = samarium)",
        "",
        "--",
        "Story sto-1, delivery dlv-1",
    ]


def test_more_rows_than_a_reader_takes_are_counted():
    told = sheet.lay_out(replace(MESSAGE, why=MESSAGE.why * 50, evidence=MESSAGE.evidence * 13))
    assert len(told.why) == len(told.evidence) == sheet.ROWS
    assert told.why[-1].text == "and 39 more"
    assert told.evidence[-1].text == "and 2 more"


@given(messages)
def test_a_sheet_is_bounded_and_has_no_line_that_a_page_made(message):
    laid_out = sheet.lay_out(message)
    told = sheet.plain(laid_out)
    rows = len(laid_out.facts) + len(laid_out.why) + sum(1 + bool(row.note) for row in laid_out.evidence) + len(laid_out.notices)
    extra = 7 + bool(laid_out.glosses) + bool(laid_out.notices) + 2 * bool(laid_out.evidence) + 1
    assert len(told.split("\n")) - 1 == rows + extra
    assert told.encode()

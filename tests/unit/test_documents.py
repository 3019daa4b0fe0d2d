"""Every way a numbered document is named, and what only looks like one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.documents import backed, documents, fits
from rarewatch.text.fold import fold
from rarewatch.text.numerals import number

MOFCOM, CUSTOMS, MIIT, CABINET = "商务部", "海关总署", "工业和信息化部", "国务院"


def said(text):
    return [(named.number, named.year, named.issuers) for named in documents(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("商务部公告2025年第61号", (61, 2025, (MOFCOM,))),
        ("商務部公告2025年第61號", (61, 2025, (MOFCOM,))),
        ("商务部公告２０２５年第６１号", (61, 2025, (MOFCOM,))),
        ("商务部公告 2025 年第 61 号", (61, 2025, (MOFCOM,))),
        ("商务部 海关总署公告2025年第18号 有关事项", (18, 2025, (MOFCOM, CUSTOMS))),
        ("商务部、海关总署公告2025年第18号", (18, 2025, (MOFCOM, CUSTOMS))),
        ("根据商务部公告2025年第18号", (18, 2025, (MOFCOM,))),
        ("商务部公告2025第61号", (61, 2025, (MOFCOM,))),
        ("商务部公告（2025年第61号）", (61, 2025, (MOFCOM,))),
        ("商务部2025年第61号公告", (61, 2025, (MOFCOM,))),
        ("商务部发布2025年第61号公告", (61, 2025, (MOFCOM,))),
        ("商务部第61号公告", (61, None, (MOFCOM,))),
        ("商务部等三部门公告2025年第7号", (7, 2025, (MOFCOM,))),
        ("公告2025年第61号", (61, 2025, ())),
        ("2025年第61号公告", (61, 2025, ())),
        ("2025年第61号", (61, 2025, ())),
        ("第61号", (61, None, ())),
        ("第六十一号", (61, None, ())),
        ("第一百零五号令", (105, None, ())),
        ("61号文", (61, None, ())),
        ("商务部公告二〇二五年第六十一号", (61, 2025, (MOFCOM,))),
        ("商務部公告二○二五年第六十一號", (61, 2025, (MOFCOM,))),
        ("商务部公告二零二五年第六一号", (61, 2025, (MOFCOM,))),
        ("工信部联原〔2023〕23号", (23, 2023, (MIIT,))),
        ("工信部联原[2023]第23号", (23, 2023, (MIIT,))),
        ("工信部聯原（2023）23號", (23, 2023, (MIIT,))),
        ("国发〔2025〕3号", (3, 2025, (CABINET,))),
        ("发改体改规〔2025〕466号", (466, 2025, ("国家发展和改革委员会",))),
        ("国务院令第785号", (785, None, (CABINET,))),
        ("国务院令（第785号）", (785, None, (CABINET,))),
        ("中华人民共和国主席令第五十八号", (58, None, ("国家主席",))),
        ("国家药监局公告2025年第61号", (61, 2025, ("国家药监局",))),
        ("江西省发改委公告2025年第6号", (6, 2025, ("江西省发改委",))),
        ("公告编号：临2025-012", (12, 2025, ())),
        ("臨2025-012號", (12, 2025, ())),
        ("公告编号：2025-012", (12, 2025, ())),
        ("Announcement No. 61 of 2025", (61, 2025, ())),
        ("No. 61 of 2025", (61, 2025, ())),
        ("MOFCOM Announcement No.61", (61, None, (MOFCOM,))),
        ("MOFCOM and GACC Announcement No. 18 of 2025", (18, 2025, (MOFCOM, CUSTOMS))),
        ("Ministry of Commerce's Announcement No. 61 (2025)", (61, 2025, (MOFCOM,))),
        ("Announcement [2025] No. 61", (61, 2025, ())),
        ("Announcement 2025 No. 61", (61, 2025, ())),
        ("Announcement No. 61, 2025", (61, 2025, ())),
        ("Announcement No. 61 of 2025 of the Ministry of Commerce", (61, 2025, (MOFCOM,))),
        ("Order No. 785 of the State Council", (785, None, (CABINET,))),
        ("MOFCOM Announcement 61 of 2025", (61, 2025, (MOFCOM,))),
        ("ＭＯＦＣＯＭ Ａnnouncement Ｎｏ.６１", (61, None, (MOFCOM,))),
    ],
)
@pytest.mark.parametrize("folded", [False, True])
def test_a_document_is_known_under_every_name(text, expected, folded):
    assert said(fold(text).text if folded else text) == [expected]


ENUMERATION = "决定暂停实施商务部、海关总署公告2025年第55号、56号、57号、58号及商务部公告2025年第61号、62号"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (ENUMERATION, [(n, 2025, (MOFCOM, CUSTOMS)) for n in (55, 56, 57, 58)] + [(n, 2025, (MOFCOM,)) for n in (61, 62)]),
        ("附件1、第61号公告；表2，第62号", [(61, None, ()), (62, None, ())]),
        ("第55、56、57和58号公告", [(n, None, ()) for n in (55, 56, 57, 58)]),
        ("商务部2025年第61号和第62号公告", [(61, 2025, (MOFCOM,)), (62, 2025, (MOFCOM,))]),
        ("商务部公告2025年第61号。海关总署公告2024年第9号", [(61, 2025, (MOFCOM,)), (9, 2024, (CUSTOMS,))]),
        ("No. 61 and No. 62 of 2025", [(61, 2025, ()), (62, 2025, ())]),
        ("MOFCOM Announcements Nos. 55, 56 and 57 of 2025", [(n, 2025, (MOFCOM,)) for n in (55, 56, 57)]),
    ],
)
def test_what_an_enumeration_says_once_holds_for_all_of_it(text, expected):
    assert said(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "号2025年第18海关总署公告",
        "索引号：2026-02-00018",
        "人民路61号",
        "4月18号公告称",
        "本月18号令人难忘",
        "2025年第18号台风",
        "第3号矿井",
        "一号",
        "号召",
        "the No. 1 producer of 30 tonnes",
        "no 61",
        "No. 61 tonnes",
        "notice the 61 trucks",
        "电话号码010-12345号",
        "(2025)12345",
        "〔2025〕61",
    ],
)
def test_what_only_looks_like_a_document_is_none(text):
    assert said(text) == []


def test_a_name_is_quoted_whole():
    text = "今日，商务部 海关总署公告2025年第18号、19号（第3号修订）发布；MOFCOM Notice (No. 5) too"
    assert [text[named.start : named.end] for named in documents(text)] == [
        "商务部 海关总署公告2025年第18号",
        "19号",
        "第3号",
        "MOFCOM Notice (No. 5)",
    ]


@pytest.mark.parametrize(
    ("text", "numbers", "year", "issuers", "beside", "expected"),
    [
        ("商务部公告2025年第61号", (61,), 2025, ("商务部",), False, True),
        ("商务部公告2025年第61号", (60, 61), None, (), False, True),
        ("商务部公告2025年第61号", (), 2025, (), False, True),
        ("商务部公告2025年第61号", (62,), 2025, (), True, False),
        ("商务部公告2024年第61号", (61,), 2025, (), True, False),
        ("海关总署公告2025年第61号", (61,), 2025, ("mofcom",), True, False),
        ("公告2025年第61号", (61,), 2025, ("商务部",), False, True),
        ("第61号", (61,), None, (), False, True),
        ("第61号", (61,), 2025, (), False, False),
        ("第61号", (61,), 2025, ("商务部",), True, True),
        ("第61号", (61,), None, ("商务部",), False, False),
        ("商务部第61号公告", (61,), 2025, ("ministry of commerce",), False, True),
        ("第61号公告", (61,), 2025, ("商务部",), False, False),
    ],
)
def test_a_document_fits_unless_its_text_says_otherwise(text, numbers, year, issuers, beside, expected):  # noqa: PLR0917 - a table
    (named,) = documents(text)
    assert fits(named, numbers, year, issuers, beside=beside) is expected


def test_an_open_year_is_backed_by_an_issuer_or_another_document():
    found = documents("公告2025年第70号提到第61号")
    assert backed(found, [], 2025, ())
    assert not backed(found, [], 2024, ())
    assert not backed(found, ["海关"], None, ("商务部",))
    assert backed([], ["", "the mofcom said"], None, ("商务部",))
    assert not backed([], ["semofcomx"], None, ("商务部",))
    assert backed([], ["某协会表示"], None, ("某协会",))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("61", 61), ("〇", 0), ("十", 10), ("十八", 18), ("六十一", 61), ("廿三", 23), ("卅", 30), ("一百零五", 105), ("一百二十三", 123),
        ("两千零二十五", 2025), ("二〇二五", 2025), ("二○二五", 2025), ("三千", 3000), ("一百", 100), ("百", 100),
        ("十十", None), ("一二十", None), ("百千", None), ("甲", None), ("", None), ("六廿", None), ("1十", None),
    ],
)  # fmt: skip
def test_numerals(written, value):
    assert number(written) == value


@given(st.integers(1, 9999))
def test_numerals_read_what_is_written(value):
    digits = "零一二三四五六七八九"
    written, gap = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = value // unit % 10
        if digit:
            written += ("零" if gap and written else "") + digits[digit] + name
        gap = not digit
    assert number(written) == value


PIECES = st.lists(
    st.sampled_from(
        [
            *"商务部海关总署公告令年第号、和及0123456789〇一二十百[]()〔〕 \n临-",
            "2025",
            "No. ",
            " of ",
            "MOFCOM ",
            "\u200b",
            "第",
            "号",
        ]
    )
)


@given(PIECES.map("".join) | st.text())
def test_offsets_quote_the_text_in_order(text):
    found = documents(text)
    assert all(0 <= named.start < named.end <= len(text) and named.number > 0 for named in found)
    assert [named.start for named in found] == sorted(named.start for named in found)


@given(
    st.integers(1, 999), st.integers(2000, 2039), st.text("稀土出口管制，。 ", max_size=8), st.text("稀土出口管制，。 ", max_size=8)
)
def test_a_document_is_found_whatever_stands_around_it(value, year, before, after):
    text = f"{before}。商务部公告{year}年第{value}号{after}"
    assert said(text) == [(value, year, (MOFCOM,))]


@pytest.mark.parametrize("piece", ["1、", "第1、", "一", "部、", "商务部", "No. 1, ", "MOFCOM and ", "(2025)"])
@pytest.mark.timeout(20)  # seconds; what grows with the square of the text takes minutes
def test_time_grows_with_the_text_and_no_faster(piece):
    assert documents(piece * (60_000 // len(piece)) + "第1号")[-1].number == 1

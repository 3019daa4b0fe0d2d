import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rarewatch.text._simplified import SIMPLIFIED, TRADITIONAL
from rarewatch.text.characters import BEYOND, folded_char, plane
from rarewatch.text.fold import fold

TRAPS = [
    # UTF-8 read as Thai, with and without the bytes that have no Thai letter
    ("โFifteen-Fiveโ", '"fifteen-five"'),
    ("the โFifteen-Fiveโ era", 'the "fifteen-five" era'),
    ("Chinaโs", "china's"),
    ("donโt, weโre, itโll", "don't, we're, it'll"),
    ("(2026โ2030)", "(2026-2030)"),
    ("pricesโup again", "prices-up again"),
    ("prices โ up", "prices-up"),
    ("said โyes.โ", 'said "yes."'),
    ("itโ€™s", "it's"),
    ("โ€œbaseโ€\x9d", '"base"'),
    ("โ€œbaseโ€", '"base"'),
    ("2026โ€“2030", "2026-2030"),
    ("one โ€” two", "one-two"),
    ("ยฅ11.43bn", "¥11.43bn"),
    ("ยฉ 2025", "© 2025"),
    ("Exchangesโข", "exchanges™"),
    ("เมื่อโรงเรียน", "เมื่อโรงเรียน"),
    # pinyin glosses: dropped from three on
    ("稀(xi)土(tu)務(wù)部", "稀土务部"),
    ("稀(xī)土(tǔ)開(kāi)采", "稀土开采"),
    ("记者(zhōngxīnshè)稀（xi）土（tu）", "记者稀土"),
    ("稀(xi)土(tu)", "稀(xi)土(tu)"),
    ("重量(kg)、附件(a)、单位(mm)", "重量(kg)、附件(a)、单位(mm)"),
    ("人工智能(AI)稀(xi)土(tu)务(wu)", "人工智能❨ai)稀土务"),
    # blanks and line breaks
    ("稀 土", "稀土"),
    ("钕 铁硼", "钕铁硼"),
    ("1 月10 日", "1月10日"),
    ("25 年", "25年"),
    ("万  科Ａ", "万科a"),
    ("稀\n土", "稀土"),
    ("误导性陈\r\n述", "误导性陈述"),
    ("稀土氧\n化物总量", "稀土氧化物总量"),
    ("第一段\n\n第二段", "第一段\n\n第二段"),
    ("第一段\n　　第二段", "第一段\n  第二段"),
    ("　　包头", "  包头"),
    ("稀\u3000土", "稀土"),
    ("稀\xa0土", "稀土"),
    ("稀土 ETF 大涨", "稀土etf大涨"),
    ("rare  earth", "rare earth"),
    ("rare\nearth", "rare earth"),
    ("rare-\nearth", "rare-earth"),
    ("rare - earth", "rare-earth"),
    ("2 000", "2 000"),
    # width, case, circled digits
    ("６００１１１", "600111"),
    ("１５．８％", "15.8%"),
    ("５﹒７％", "5.7%"),
    ("（REO=50％）", "(reo=50%)"),
    ("①2025年", " 2025年"),
    ("措施⑳完", "措施完"),
    ("ＮＲＥ", "nre"),
    ("Straße", "straße"),
    # radicals out of PDFs
    ("稀⼟", "稀土"),
    ("⾦⽅⾼", "金方高"),
    ("⻓江⻋⻅", "长江车见"),
    # traditional, Japanese, slips of converters
    ("釹鐵硼", "钕铁硼"),
    ("稀土精礦關聯交易", "稀土精矿关联交易"),
    ("總量控制指標", "总量控制指标"),
    ("收儲", "收储"),
    ("劉培勳", "刘培勋"),
    ("劉培勛", "刘培勋"),
    ("乾量", "干量"),
    ("生産", "生产"),
    ("琯理條例", "管理条例"),
    ("發佈", "发布"),
    ("傢", "家"),
    ("鎦", "镥"),
    ("氧化镨釹", "氧化镨钕"),
    ("鑭鈰鐠釹鉕釤銪釓鋱鏑鈥鉺銩鐿鈧釔", "镧铈镨钕钷钐铕钆铽镝钬铒铥镱钪钇"),
    # what shows nothing
    ("稀\u200b土", "稀土"),
    ("稀\u00ad土\ufeff", "稀土"),
    ("稀\u200d\u2060土", "稀土"),
    ("rare\x00 earth", "rare earth"),
    ("稀\ufe0f土", "稀土"),
    # middle dots
    ("你好·北方稀土", "你好北方稀土"),
    ("你好‧北方・稀土•报", "你好北方稀土报"),
    ("A·B", "a·b"),
    # quotes and dashes
    ("“a”„b‟", '"a""b"'),
    ("「甲」『乙』«c»", '"甲""乙""c"'),
    ("‘甲’", '"甲"'),
    ("Baogang’s", "baogang's"),
    ("the Earths’ rise", 'the earths" rise'),
    ("1—9月", "1-9月"),
    ("1～9月", "1-9月"),
    ("21.76－23.56", "21.76-23.56"),
    ("〔2025〕18号", "[2025]18号"),
    ("《稀土管理条例》", "《稀土管理条例》"),
    # homoglyphs
    ("ControI of MetaI", "control of metal"),
    ("ReguIation", "regulation"),
    ("Phase II", "phase ii"),
    ("AI", "ai"),
    # one character that is several
    ("eﬃciency", "efficiency"),
    ("Phase Ⅱ", "phase ii"),
    ("5㎡", "5m2"),
    ("and so on…", "and so on…"),
    # not characters at all
    ("稀\ud800土", "稀�土"),
    ("\udfff", "�"),
    ("😀稀土", "😀稀土"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "expected"), TRAPS, ids=[ascii(text) for text, _ in TRAPS])
def test_a_trap_is_folded(text, expected):
    assert fold(text).text == expected
    assert fold(expected).text == expected


@pytest.mark.parametrize(
    ("text", "part", "quoted"),
    [
        ("the โFifteen-Fiveโ era", '"fifteen-five"', "โFifteen-Fiveโ"),
        ("say โ€œtwo basesโ€\x9d now", '"two bases"', "โ€œtwo basesโ€\x9d"),
        ("买ยฅ11了", "¥", "ยฅ"),
        ("中国稀(xi)土(tu)集(ji)团", "稀土", "稀(xi)土"),
        ("据\u200b 稀 \u200b土\u00ad 报", "稀土", "稀 \u200b土"),
        ("a  rare -\n earth b", "rare-earth", "rare -\n earth"),
        ("rare \u200b  earth", " earth", " \u200b  earth"),
        ("rare \u200b  earth", "rare ", "rare \u200b  "),
        ("Phase Ⅱ of", "phase ii", "Phase Ⅱ"),
        ("an oﬃce", "off", "oﬃ"),
        ("　　包  头", "包头", "包  头"),
        ("Chinaโs Baotou", "baotou", "Baotou"),
    ],
)
def test_a_span_points_at_the_original(text, part, quoted):
    folded = fold(text)
    at = folded.text.index(part)
    start, end = folded.span(at, at + len(part))
    assert text[start:end] == quoted


def test_a_gap_tells_of_dropped_characters_inside_only():
    folded = fold("甲 乙 丙丁")
    assert folded.text == "甲乙丙丁"
    assert folded.gap(0, 2)
    assert not folded.gap(2, 4)
    assert not folded.gap(0, 1)
    assert folded.seams == (1, 2)


def test_line_breaks_and_glosses_leave_no_seam():
    assert fold("稀\n土").seams == ()
    assert fold("稀(xi)土(tu)务(wu)部").seams == ()
    assert fold("甲·乙").seams == (1,)


def test_without_edits_nothing_is_mapped():
    folded = fold("北方稀土ＮＲＥ，公告。Northern Rare Earth")
    assert (folded.starts, folded.ends) == (((), ()), ((), ()))
    assert folded.span(3, 7) == (3, 7)


def test_the_table_is_one_to_one_and_settled():
    assert len(TRADITIONAL) == len(SIMPLIFIED) > 3_700
    assert not set(TRADITIONAL) & set(SIMPLIFIED)
    for code, folded in enumerate(plane()):
        assert chr(folded) == folded_char(chr(code))
        assert BEYOND[folded] == folded
    assert BEYOND[0x2F81A] == ord(folded_char("\U0002f81a"))


PIECES = [*"稀土北方Aa1Iiré,.'\"‘’“  \n\n·-—～\u200b\u3000\xadโยฅ€™œ\x9d\x00\x81กข(（)x①ﬀⅡ㎡\ud800⼟產𠀀😀\rßİ〇"]
WORDS = ["(xi)", "(tu)", "(AI)", "（rēn）", "稀 土", "rare - earth"]
NASTY = st.lists(st.sampled_from(PIECES + WORDS), max_size=16).map("".join)
ANY = st.text(st.characters(exclude_categories=())) | NASTY


@given(ANY)
@example("ย\xad\u200bฅ")
@example("土โ€“ย")
@example("กโ\u200b€’")
@example("稀(XI)土(TU)稀(AI)")
def test_folding_twice_changes_nothing(text):
    once = fold(text)
    assert fold(once.text).text == once.text
    assert fold(once.text).span(0, len(once.text)) == (0, len(once.text))


@given(ANY)
def test_every_stretch_is_the_sum_of_its_characters(text):
    folded = fold(text)
    places = [folded.span(at, at + 1) for at in range(len(folded.text))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
    for start in range(len(places)):
        for end in range(start + 1, len(places) + 1):
            assert folded.span(start, end) == (places[start][0], places[end - 1][1])


@given(ANY)
def test_nothing_that_shows_is_lost_between_characters(text):
    folded = fold(text)
    covered = {at for place in range(len(folded.text)) for at in range(*folded.span(place, place + 1))}
    lost = "".join(char for at, char in enumerate(text) if at not in covered)
    assert all(not char.strip() or folded_char(char) in "\u200b ·" or char in "(（)）" or char.isalpha() for char in lost)


@given(st.text("稀土北方包钢集团", max_size=8), st.text("稀土北方包钢集团", min_size=1, max_size=5), st.text("稀土 ", max_size=6))
def test_a_quoted_slice_folds_to_what_was_found(before, term, after):
    text = before + " ".join(term) + after
    folded = fold(text)
    at = folded.text.find(term)
    assert at >= 0
    start, end = folded.span(at, at + len(term))
    assert fold(text[start:end]).text == term

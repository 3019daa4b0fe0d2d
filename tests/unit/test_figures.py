"""Quantities with their units, signs, bounds and senses, and numbers that are none."""

import math
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.figures import figures
from rarewatch.text.fold import fold

INF = None


def told(text):
    return [(round(figure.value, 6), figure.unit, figure.relation, figure.what) for figure in figures(text)]


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("3.6万吨", 36_000, "tonne"),
        ("24万吨", 240_000, "tonne"),
        ("五万吨", 50_000, "tonne"),
        ("3,500萬噸", 35_000_000, "tonne"),
        ("７，７８０．５吨", 7_780.5, "tonne"),
        ("7,780.5 mt", 7_780.5, "tonne"),
        ("100t", 100, "tonne"),
        ("200公吨", 200, "tonne"),
        ("3噸", 3, "tonne"),
        ("500公斤", 0.5, "tonne"),
        ("2萬6,205元", 26_205, "yuan"),
        ("779928.98万元", 7_799_289_800, "yuan"),
        ("78亿", 7_800_000_000, "yuan"),
        ("100 billion yuan", 1e11, "yuan"),
        ("1000亿元", 1e11, "yuan"),
        ("千亿元", 1e11, "yuan"),
        ("二十一点五亿元", 2.15e9, "yuan"),
        ("¥11.43bn", 11.43e9, "yuan"),
        ("ยฅ11.43bn", 11.43e9, "yuan"),
        ("RMB 1.2 billion", 1.2e9, "yuan"),
        ("Yn18.86bn", 18.86e9, "yuan"),
        ("A$158m", 158e6, "aud"),
        ("1.58亿澳元", 158e6, "aud"),
        ("$1.5 billion", 1.5e9, "usd"),
        ("62.49万元/吨", 624_900, "yuan_per_tonne"),
        ("54.2元/公斤", 54_200, "yuan_per_tonne"),
        ("每吨报价 60 美元/千克", 60_000, "usd_per_tonne"),
        ("19.8万吨/年", 198_000, "tonne_per_year"),
        ("5000吨/年", 5_000, "tonne_per_year"),
        ("2,000 t/yr", 2_000, "tonne_per_year"),
        ("1258.94点", 1_258.94, "index_point"),
        ("0.85%", 0.85, "percent"),
        ("12.3％", 12.3, "percent"),
        ("百分之三十", 30, "percent"),
        ("百分之零点一", 0.1, "percent"),
        ("三成", 30, "percent"),
        ("三成半", 35, "percent"),
        ("30 percent", 30, "percent"),
        ("REO每增减1%、不含税价格增减524.10元/吨", 524.1, "yuan_per_tonne"),
    ],
)
@pytest.mark.parametrize("folded", [False, True])
def test_a_quantity_comes_in_plain_units(text, value, unit, folded):
    (figure,) = figures(fold(text).text if folded else text)
    assert math.isclose(figure.value, value)
    assert (figure.unit, figure.low, figure.high, figure.doubtful) == (unit, figure.value, figure.value, False)


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("21.76亿元到23.56亿元", 2.176e9, 2.356e9, "yuan"),
        ("21.76-23.56亿元", 2.176e9, 2.356e9, "yuan"),
        ("15.1—15.7亿元", 1.51e9, 1.57e9, "yuan"),
        ("60至70万元/吨", 600_000, 700_000, "yuan_per_tonne"),
        ("50万-52万元/吨", 500_000, 520_000, "yuan_per_tonne"),
        ("116.67%到134.60%", 116.67, 134.6, "percent"),
        ("+116.67%-134.60%", 116.67, 134.6, "percent"),
        ("下降3%-5%", -5, -3, "percent"),
        ("不超过5%", INF, 5, "percent"),
        ("近七成", INF, 70, "percent"),
        ("逾五成", 50, INF, "percent"),
        ("过半", 50, INF, "percent"),
        ("突破千亿", 1e11, INF, "yuan"),
        ("逾3亿元", 3e8, INF, "yuan"),
        ("至少10吨", 10, INF, "tonne"),
        ("10吨以上", 10, INF, "tonne"),
        ("下降超过5%", INF, -5, "percent"),
        ("约5万吨", 50_000, 50_000, "tonne"),
        ("up to 20%", INF, 20, "percent"),
    ],
)
def test_ranges_and_bounds_keep_their_ends(text, low, high, unit):
    (figure,) = figures(text)
    assert figure.unit == unit
    for found, expected in ((figure.low, low), (figure.high, high)):
        assert found == expected if expected is None else math.isclose(found, expected)
    assert not figure.doubtful


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("同比增长12.3%", (12.3, "percent", "=", "yoy")),
        ("同比+62.71%", (62.71, "percent", "=", "yoy")),
        ("同比下降3.58%", (-3.58, "percent", "=", "yoy")),
        ("年增27.4%", (27.4, "percent", "=", "yoy")),
        ("年減27.4%", (-27.4, "percent", "=", "yoy")),
        ("环比上涨2.4%", (2.4, "percent", "=", "previous")),
        ("較上季上漲2.4%", (2.4, "percent", "=", "previous")),
        ("跌幅达3.2%", (-3.2, "percent", "=", "change")),
        ("降至3.5%", (3.5, "percent", "=", "")),
        ("回升3.2个百分点", (3.2, "percentage_point", "=", "change")),
        ("增长1倍", (100, "percent", "=", "change")),
        ("翻番", (100, "percent", "=", "change")),
        ("翻倍", (100, "percent", "=", "change")),
        ("增长3倍", (300, "percent", "=", "change")),
        ("增至3倍", (200, "percent", "=", "change")),
        ("-2.87亿元", (-287e6, "yuan", "=", "")),
        ("净亏损2.87亿元", (-287e6, "yuan", "=", "")),
        ("约5万吨", (50_000, "tonne", "~", "")),
        ("11.5万吨（REO）", (115_000, "tonne", "=", "reo")),
        ("折氧化物11.5万吨", (115_000, "tonne", "=", "reo")),
        ("以REO计115018吨/年", (115_018, "tonne_per_year", "=", "reo")),
        ("REO每增减1%、不含税价格增减524.10元/吨", (524.1, "yuan_per_tonne", "=", "per_percent")),
        ("prices rose 12.3% year on year", (12.3, "percent", "=", "yoy")),
        ("exports fell by about 30 percent from a year earlier", (-30, "percent", "~", "yoy")),
        ("a 3% drop", (-3, "percent", "=", "change")),
    ],
)
def test_the_words_around_give_the_sense(text, expected):
    assert told(text) == [expected]


def test_several_figures_stand_side_by_side():
    assert [figure[:2] for figure in told("分别为120000吨、115000吨")] == [(120_000, "tonne"), (115_000, "tonne")]
    assert [figure[:2] for figure in told("总投资779928.98万元（78亿），占15%")] == [
        (7_799_289_800, "yuan"),
        (7_800_000_000, "yuan"),
        (15, "percent"),
    ]


@pytest.mark.parametrize(("text", "doubtful"), [("3671%", True), ("占比达120%", True), ("增长3671%", False), ("完成120%", False)])
def test_an_impossible_share_is_doubted(text, doubtful):
    assert [figure.doubtful for figure in figures(text)] == [doubtful]


@pytest.mark.parametrize(
    "text",
    [
        "", "3+6", "10cm", "20cm涨停", "二连板", "650立方米", "10股派1.8元", "2死8失联84伤", "扭亏为盈", "预亏", "2025年", "2025年4月4日 18:00",
        "2025年第61号", "600111.SH", "（600111）", "17元素", "三元锂电池", "完成", "形成三成立", "30万吨级码头", "第三季度", "1.2.3版本", "4点半",
        "14nm", "5G", "2024-2025", "010-65121919", "每增减1%",
    ],
)  # fmt: skip
def test_a_number_without_a_meaning_here_is_no_figure(text):
    assert figures(text) == []


PIECES = st.lists(
    st.sampled_from(
        [
            *"0123456789.,%+-万亿元吨/年至到成倍点个百分一二三十千 \n(",
            "公斤",
            "同比",
            "增长",
            "下降",
            "yuan",
            "bn",
            "¥",
            "每",
            "\u200b",
        ]
    )
)


@given(PIECES.map("".join) | st.text())
def test_figures_quote_the_text_in_order_without_overlap(text):
    found = figures(text)
    assert all(0 <= figure.start < figure.end <= len(text) for figure in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    for figure in found:
        low, high = (-math.inf if figure.low is None else figure.low), (math.inf if figure.high is None else figure.high)
        assert low <= figure.value <= high or math.isclose(low, figure.value) or math.isclose(high, figure.value)


@given(st.integers(1, 99_999), st.sampled_from(["", "万"]), st.text("稀土出口管制。 ", max_size=6))
def test_tonnes_are_read_whatever_stands_around_them(count, scale, around):
    text = f"{around}。产量{count}{scale}吨。{around}"
    assert [figure[:2] for figure in told(text)] == [(count * (10_000 if scale else 1), "tonne")]

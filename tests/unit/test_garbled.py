"""Titles that were damaged on their way are named, headlines that only look odd are not."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.garbled import garbled

CLEAN = [
    "商务部公告2025年第18号 公布对部分中重稀土相关物项实施出口管制的决定",
    "稀土价格为什么还在涨？？",
    "真的假的???稀土出口要放开了?",
    "什么？！？！稀土又涨价了！！！",
    "怎么办？？？",
    "中国稀土（000831）：关于股票交易异常波动的公告",
    "Café René opens in Zürich – naïve façade, señor Muñoz says",
    "China’s rare-earth curbs: what’s next? “No comment”",
    "Größe, Übermaß und Straße: Österreichs Vorräte",
    "日本語の見出し：レアアース輸出規制について",
    "一、二、三……稀土行业景气度",
    "MP Materials Q3 results: $MP +12% ???",
    "㈱稀有金属①②③㎡℃",
    "鈥溝⊥",  # two odd characters are no proof
    "浜松市与包头市签署协议",
    "浙江鎏金涓流鍥",
    "",
    "   ",
]
DAMAGED = {
    "??????2025??18?": "question marks",
    "???????????": "question marks",
    "锟斤拷锟斤拷锟斤拷": "replacement characters read",
    "商务部��公告��2025年": "replacement characters",
    "商务部公告2025年第18号".encode().decode("latin-1"): "UTF-8 read as Latin-1",
    "商务部公告".encode().decode("cp1252", "replace"): "UTF-8 read as Latin-1",
    "CafÃ© opens": "UTF-8 read as Latin-1",
    "ï¿½ï¿½ï¿½": "replacement characters read",
    "商务部公告稀土出口管制".encode("gb18030").decode("latin-1"): "GBK read as Latin-1",
    "中国稀土集团公告关于新闻发布会的通知".encode().decode("gb18030", "replace"): "UTF-8 read as GBK",
}


@pytest.mark.parametrize("text", CLEAN)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_headline_that_can_be_read_is_not_garbled(text, language):
    assert garbled(text, language) == ""


@pytest.mark.parametrize(("text", "why"), DAMAGED.items())
def test_damage_is_named(text, why):
    assert why in garbled(text, "zh")


@given(st.text(), st.sampled_from(["zh", "en", ""]))
def test_any_text_has_an_answer(text, language):
    assert isinstance(garbled(text, language), str)


@given(
    st.lists(st.sampled_from("商务部公告稀土出口管制企业的一是在不了有和人这中大为上个国"), min_size=6, max_size=30).map("".join)
)
def test_chinese_is_clean_and_its_mojibake_is_not(text):
    assert garbled(text, "zh") == ""
    assert garbled(text.encode().decode("latin-1"), "zh")
    assert garbled(text.encode("gb18030").decode("latin-1"), "zh")
    assert garbled("?" * len(text), "zh")


@pytest.mark.corpus
def test_no_recorded_headline_is_garbled():
    root = Path(os.environ.get("RAREWATCH_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "headlines"
    if not root.is_dir():
        pytest.skip(f"no recorded headlines in {root}")
    lines = [line for path in sorted(root.glob("*_dev*")) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len(lines) > 20_000
    assert [line for line in lines if garbled(line, "zh") or garbled(line, "en")] == []

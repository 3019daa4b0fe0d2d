"""What a negation governs, and which words only look like one."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.fold import fold
from rarewatch.text.negation import scopes


def denied(text, word):
    folded = fold(text).text
    at = folded.index(fold(word).text)
    return any(start <= at < end for start, end in scopes(folded))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("不实施出口管制", "出口管制"),
        ("未对稀土实施出口管制", "出口管制"),
        ("没有限制稀土出口", "稀土"),
        ("沒有限制稀土出口", "稀土"),
        ("尚未公布配额", "配额"),
        ("至今未公布配额也未发放许可", "许可"),
        ("并非针对稀土", "稀土"),
        ("非稀土类企业", "稀土"),
        ("无稀土业务", "稀土"),
        ("尚无稀土库存", "稀土"),
        ("无法获得稀土", "稀土"),
        ("从未出口稀土", "稀土"),
        ("不再实施管制", "管制"),
        ("不对稀土征税", "稀土"),
        ("暂未收到稀土许可", "许可"),
        ("不涉及稀土、锂和钨", "钨"),
        ("不影响稀土（不含镝）出口", "出口"),
        ("不含稀土", "稀土"),
        ("其中非稀土产品", "稀土"),
        ("暂停实施商务部公告2025年第61号、62号", "62号"),
        ("取消稀土出口配额", "配额"),
        ("终止出口管制", "管制"),
        ("中止审批稀土许可", "许可"),
        ("停止稀土供应", "稀土"),
        ("解除对稀土的管制", "稀土"),
        ("撤销对稀土的限制", "稀土"),
        ("暂缓实施稀土管制", "管制"),
        ("推迟公布稀土配额", "配额"),
        ("否认限制稀土", "稀土"),
        ("驳斥限制稀土的说法", "稀土"),
        ("稀土出口管制被暂停", "管制"),
        ("稀土出口管制已取消", "管制"),
        ("稀土出口管制暂停至2026年11月10日", "管制"),
        ("稀土出口管制暂停执行。", "管制"),
        ("关于稀土管制的传言不实", "管制"),
        ("稀土禁令系谣言", "禁令"),
        ("暂停稀土出口管制至2026年11月10日", "管制"),
        ("China will not restrict rare earth exports", "rare earth"),
        ("China won't restrict rare earth exports", "rare earth"),
        ("no rare earth exports", "rare earth"),
        ("without rare earths", "rare earth"),
        ("never exported rare earths", "rare earths"),
        ("China denies rare earth ban", "ban"),
        ("China suspends rare earth controls", "controls"),
        ("suspension of rare earth controls", "controls"),
        ("Rare earth controls were suspended", "controls"),
        ("Curbs have been temporarily lifted", "Curbs"),
        ("lift rare earth export ban", "ban"),
        ("Beijing lifts curbs on rare earths", "rare earths"),
        ("China delays rare earth export controls", "controls"),
        ("halts rare-earth exports", "exports"),
        ("not 0.1 percent of rare earths", "rare earths"),
        ("neither magnets nor rare earths", "rare earths"),
        ("yet to publish quotas", "quotas"),
    ],
)
def test_it_governs_the_rest_of_its_clause_or_what_it_follows(text, word):
    assert denied(text, word)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("稀土不得出口", "稀土"),
        ("稀土，不得出口", "出口"),
        ("不仅限制稀土", "稀土"),
        ("不但限制稀土", "稀土"),
        ("不断加强稀土管制", "稀土"),
        ("不锈钢与稀土", "稀土"),
        ("不动产与稀土", "稀土"),
        ("不含税稀土价格", "稀土"),
        ("不超过5%的稀土", "稀土"),
        ("不低于5%的稀土", "稀土"),
        ("不可靠实体清单", "实体"),
        ("不久后稀土上涨", "稀土"),
        ("不同稀土", "稀土"),
        ("差不多的稀土", "稀土"),
        ("能不能出口", "出口"),
        ("是否实施管制", "管制"),
        ("是否认为稀土会涨", "稀土"),
        ("未来实施稀土管制", "稀土"),
        ("非常重视稀土", "稀土"),
        ("非洲稀土", "稀土"),
        ("中非稀土合作", "稀土"),
        ("除非稀土供应", "稀土"),
        ("非法开采稀土", "稀土"),
        ("非公开发行稀土债券", "稀土"),
        ("无锡稀土企业", "稀土"),
        ("无人机用稀土", "稀土"),
        ("无论稀土如何", "稀土"),
        ("没收稀土", "稀土"),
        ("沉没的稀土货轮", "稀土"),
        ("公司与铁矿无缘，稀土价格上涨", "稀土"),
        ("未受影响，稀土上涨", "稀土"),
        ("未受影响但稀土上涨", "稀土"),
        ("价格未涨。稀土下跌", "稀土"),
        ("（不含镝）稀土", "稀土"),
        ("并未暂停出口", "出口"),
        ("并未停止稀土供应", "稀土"),
        ("没有取消对稀土的出口管制", "管制"),
        ("不会取消管制", "管制"),
        ("否认取消管制", "管制"),
        ("不能不实施管制", "管制"),
        ("不得不限制稀土", "稀土"),
        ("坚定不移保护稀土", "稀土"),
        ("前所未有的稀土行情", "稀土"),
        ("无可争议的稀土大国", "稀土"),
        ("加强稀土管制", "稀土"),
        ("Announcement No. 61 on rare earths", "rare earth"),
        ("no less than 5 tonnes", "tonnes"),
        ("not only rare earths", "rare earth"),
        ("not lithium, but rare earths", "rare earths"),
        ("did not suspend controls", "controls"),
        ("won't cancel controls", "controls"),
        ("lifted prices of rare earths", "rare earths"),
        ("whether or not rare earths", "rare earths"),
        ("No deal. Rare earths rise", "Rare earths"),
        ("notable rare earths", "rare earths"),
        ("economy without a doubt needs rare earths", "rare earths"),
    ],
)
def test_it_governs_nothing_else(text, word):
    assert not denied(text, word)


def test_the_negating_word_itself_is_not_governed():
    assert [fold("并未暂停，取消配额").text[start:end] for start, end in scopes(fold("并未暂停，取消配额").text)] == ["配额"]


def test_without_punctuation_it_does_not_govern_the_page():
    text = "没有" + "稀" * 1_000
    assert scopes(text) == [(2, 202)]


PIECES = st.lists(
    st.sampled_from(
        [
            *(
                "不",
                "未",
                "没有",
                "无",
                "非",
                "暂停",
                "取消",
                "否认",
                "不实",
                "被",
                "稀土",
                "，",
                "。",
                "、",
                "（",
                "）",
                "但",
                "至",
            ),
            *("not ", "no ", "n't ", "suspend ", "was ", "lifted ", "but ", ". ", ", ", "and ", "rare earths "),
        ]
    )
)


@given(PIECES.map("".join) | st.text())
def test_scopes_lie_in_the_text_in_order_apart_from_each_other(text):
    folded = fold(text).text
    found = scopes(folded)
    assert all(0 <= start < end <= len(folded) for start, end in found)
    assert all(one[1] < other[0] for one, other in pairwise(found))

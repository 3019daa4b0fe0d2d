import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.plain import _parsed, _simple, plain, tidy


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("稀<b>土</b>出口", "稀土出口"),
        ("<em>稀</em><font color=red>土</font>", "稀土"),
        ("<p>一</p><p>二 &amp; 三</p>", "一\n二 & 三"),
        ("<p>稀\n    土</p>", "稀土"),
        ("rare\nearths<br>export", "rare earths\nexport"),
        ("a<br>b<br/><br />c", "a\nb\nc"),
        ("<script>var 稀土 = '<p>'</script><style>p{}</style>正文", "正文"),
        ("<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "1 2\n3"),
        ("<tr><td>氧化镨钕</td><td>45万</td></tr>", "氧化镨钕 45万"),
        ("价格&nbsp;&nbsp;上涨&#x7A00;&lt;图&gt;", "价格 上涨稀<图>"),
        ("5 < 6 and 7 > 3", "5 < 6 and 7 > 3"),
        ("<![CDATA[稀土]]><!-- 不看 -->", "稀土"),
        ("<a href='x>y' title=\"<b>\">链接</a>", "链接"),
        ("  一行\r\n\r\n\r\n 二行\u3000\n\t三行", "一行\n二行\n三行"),
        ("<b>没有关", "没有关"),
        ("<ul><li>甲<li>乙</ul>丙", "甲\n乙\n丙"),
        ("\ud800<b>稀</b>\0土", "�稀土"),
        ("\udfff稀土", "�稀土"),
        ("", ""),
        ("<img src=a.png>", ""),
    ],
)
def test_reads_as_a_person_does(markup, text):
    assert plain(markup) == text


def test_a_deep_or_open_document_costs_no_more_than_its_size():
    began = time.perf_counter()
    assert plain("<b>" * 20_000 + "稀土") == "稀土"
    assert "稀土" in plain("<a <a " * 50_000 + ">稀土")
    assert plain("<!--" * 50_000) == ""
    assert time.perf_counter() - began < 10


@given(st.text(max_size=200))
def test_escaped_text_comes_back(text):
    clean = text.translate(dict.fromkeys((0, *range(0xD800, 0xE000))))
    for markup in (html.escape(clean), f"<p>{html.escape(clean)}</p>"):
        assert "".join(plain(markup).split()) == "".join(clean.split())


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=40), st.data())
def test_inline_tags_leave_no_gap(text, data):
    at = data.draw(st.integers(min_value=0, max_value=len(text)))
    tag = data.draw(st.sampled_from(["b", "i", "em", "strong", "span", "font", "a", "u", "sub"]))
    assert plain(f"{text[:at]}<{tag}>{text[at:]}</{tag}>") == text


@given(st.text(st.sampled_from("<>/&;!-[]ap稀 \n\"'="), max_size=80))
def test_never_raises_and_is_tidy(markup):
    text = plain(markup)
    assert text == tidy(text)


PIECE = st.sampled_from(
    ["稀", "a ", " b", "&amp;", "&lt;", "&nbsp", "é", ">", "'", "<br/>", "<hr>", '<img alt="a b">', "<p>一", "<h2>题</h2>"]
)
ELEMENT = st.sampled_from(
    [
        ("<p>", "</p>"),
        ("<DIV class='x'>", "</DIV>"),
        ("<b>", "</b>"),
        ("<a href=/x>", "</a >"),
        ("<ul><li>", "</ul>"),
    ]
)
BALANCED = st.recursive(
    PIECE,
    lambda inner: st.tuples(ELEMENT, st.lists(inner, max_size=4)).map(lambda made: made[0][0] + "".join(made[1]) + made[0][1]),
    max_leaves=12,
)


@given(st.lists(BALANCED, max_size=4).map("".join))
def test_the_short_way_says_what_the_tree_says(markup):
    assert _simple(markup) == _parsed(markup)


@given(st.text(st.sampled_from("<>/ap \"'=稀"), max_size=40))
def test_the_short_way_gives_up_where_tags_are_not_simple(markup):
    simple = _simple(markup)
    if simple is not None:
        assert "".join(simple.split()) == "".join(_parsed(markup).split())

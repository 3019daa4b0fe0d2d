"""What becomes of characters and line breaks as documents give them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.papers.lines import is_garbage, mended, solid, unwrapped

RADICALS = [chr(code) for code in (*range(0x2E80, 0x2EF4), *range(0x2F00, 0x2FD6)) if unicodedata.name(chr(code), "")]
LONG = "出口经营者出口上述物项应当依照有关法律法规的规定向国务院商务主管部门申请许可并提交"


@given(st.text(st.sampled_from(RADICALS) | st.characters(exclude_categories=["Cs"])))
def test_no_radical_stays_but_one_that_is_no_character(text):
    out = mended(text)
    assert not [char for char in out if 0x2E80 <= ord(char) < 0x2FE0 and char != "⺀" and char in RADICALS]
    assert mended(out) == out


@given(st.text(st.sampled_from(RADICALS), min_size=1))
def test_a_radical_becomes_one_character(text):
    assert len(mended(text)) == len(text)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("稀⼟\r\n⻓期", "稀土\n长期"),
        ("ef\ufb01cient", "efficient"),
        ("rare ear\ufffeths", "rare earths"),
        ("ex-\r\nport", "export"),
        ("稀\u200b土\u00ad", "稀土"),
        ("a\x00b\x1fc\x85d", "abc\nd"),
        ("\uf900更", "豈更"),
        ("\ud800", "\ufffd"),
    ],
)
def test_mended(raw, clean):
    assert mended(raw) == clean


@pytest.mark.parametrize(
    ("lines", "joined"),
    [
        ([LONG, "有关文件。"], [LONG + "有关文件。"]),
        ([LONG + "，", "有关文件。"], [LONG + "，有关文件。"]),
        ([LONG + "。", "另行通知"], [LONG + "。", "另行通知"]),
        ([LONG, "第三条 罚则"], [LONG, "第三条 罚则"]),
        ([LONG, "一、范围"], [LONG, "一、范围"]),
        ([LONG, "附件：清单"], [LONG, "附件：清单"]),
        (["稀土", "永磁", "电机"], ["稀土", "永磁", "电机"]),
        (["公告", LONG, "文件。"], ["公告", LONG + "文件。"]),
        (["", "  ", "稀土　公告"], ["稀土 公告"]),
        ([], []),
    ],
)
def test_unwrapped(lines, joined):
    assert unwrapped("\n".join(lines)).split("\n") == (joined or [""])


@given(st.lists(st.text(st.sampled_from("稀土出口管制，。第一条 abc12\n"), max_size=30)))
def test_unwrapping_loses_no_character(lines):
    text = "\n".join(lines)
    assert "".join(unwrapped(text).split()) == "".join(text.split())


def test_garbage_is_told_from_text():
    assert is_garbage("\ue000\ue001稀土")
    assert is_garbage("".join(chr(0x9F00 + n % 90) for n in range(300)))
    assert not is_garbage(LONG * 10)
    assert not is_garbage("镧铈镨钕钐铕钆铽镝钬铒铥镱镥钪钇" * 20)
    assert not is_garbage("")
    assert solid("稀土 a1 _-。") == 4

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rarewatch.text.charset import decode, known

SIMPLIFIED = "商务部公告2025年第18号 公布对钐、钆、铽、镝、镥、钪、钇相关物项实施出口管制的决定"
TRADITIONAL = "經濟部公告稀土出口管制措施，自公布日起正式實施，廠商應申請許可證"
KOREAN = "중국 상무부가 희토류 수출 통제를 발표했다"
JAPANESE = "中国商務省はレアアースの輸出規制を発表した"

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=200)
GB2312_HAN = st.text(
    st.sampled_from([bytes((lead, trail)).decode("gb2312") for lead in range(0xB0, 0xD7) for trail in range(0xA1, 0xFF)]),
    min_size=1,
    max_size=60,
)


@pytest.mark.parametrize(
    ("body", "content_type", "text", "encoding"),
    [
        pytest.param(SIMPLIFIED.encode(), "", SIMPLIFIED, "utf-8", id="utf-8 undeclared"),
        pytest.param(SIMPLIFIED.encode(), "text/xml; charset=gb2312", SIMPLIFIED, "utf-8", id="utf-8 declared gb2312"),
        pytest.param(SIMPLIFIED.encode("gbk"), "text/xml; charset=utf-8", SIMPLIFIED, "gb18030", id="gbk declared utf-8"),
        pytest.param(SIMPLIFIED.encode("gbk"), "text/html;charset=ISO-8859-1", SIMPLIFIED, "gb18030", id="gbk declared latin-1"),
        pytest.param(SIMPLIFIED.encode("gbk"), "", SIMPLIFIED, "gb18030", id="gbk undeclared"),
        pytest.param(
            "朱镕基㐀𠀀".encode("gb18030"),
            'text/html; charset="GB2312"',
            "朱镕基㐀𠀀",
            "gb18030",
            id="beyond gb2312, declared gb2312",
        ),
        pytest.param(TRADITIONAL.encode("big5"), "text/html; charset=Big5", TRADITIONAL, "cp950", id="big5 declared"),
        pytest.param(TRADITIONAL.encode("big5"), "", TRADITIONAL, "cp950", id="big5 undeclared"),
        pytest.param(TRADITIONAL.encode("gbk"), "", TRADITIONAL, "gb18030", id="traditional in gbk, undeclared"),
        pytest.param(JAPANESE.encode("cp932"), "text/xml; charset=Shift_JIS", JAPANESE, "cp932", id="shift-jis"),
        pytest.param(KOREAN.encode("cp949"), "text/xml; charset=ks_c_5601-1987", KOREAN, "cp949", id="euc-kr"),
        pytest.param(JAPANESE.encode("iso-2022-jp"), "text/xml; charset=iso-2022-jp", JAPANESE, "iso-2022-jp", id="seven bits"),
        pytest.param("café au lait".encode("cp1252"), "text/html; charset=iso-8859-1", "café au lait", "cp1252", id="latin-1"),
        pytest.param("café à Séville".encode("cp1252"), "", "café à Séville", "cp1252", id="latin-1 undeclared"),
        pytest.param("Привет, мир".encode("cp1251"), "text/html; charset=windows-1251", "Привет, мир", "cp1251", id="cyrillic"),
        pytest.param("谢谢".encode("gbk"), "text/html; charset=gbk", "谢谢", "gb18030", id="gbk that is valid utf-8 (declared)"),
        pytest.param(codecs.BOM_UTF8 + SIMPLIFIED.encode(), "text/xml; charset=gbk", SIMPLIFIED, "utf-8", id="byte order mark"),
        pytest.param(codecs.BOM_UTF16_LE + SIMPLIFIED.encode("utf-16-le"), "", SIMPLIFIED, "utf-16-le", id="utf-16 by mark"),
        pytest.param("<?xml ?>稀土".encode("utf-16-be"), "", "<?xml ?>稀土", "utf-16-be", id="utf-16 by look"),
        pytest.param(b"", "text/html; charset=nonsense", "", "utf-8", id="empty, unknown charset"),
    ],
)
def test_bytes_decide(body, content_type, text, encoding):
    read = decode(body, content_type)
    assert (read.text, read.encoding, read.damaged) == (text, encoding, False)


def test_a_meta_element_and_an_xml_declaration_are_hints():
    page = b'<html><head><meta http-equiv=Content-Type content="text/html; charset=euc-kr">' + KOREAN.encode("cp949")
    assert decode(page).text.endswith(KOREAN)
    feed = b'<?xml version="1.0" encoding="Shift_JIS"?><a>' + JAPANESE.encode("cp932") + b"</a>"
    assert decode(feed, declared_in="xml").text.endswith(f"<a>{JAPANESE}</a>")


def test_where_nothing_may_be_declared_no_hint_is_taken():
    page = b"<meta charset=euc-kr>" + SIMPLIFIED.encode("gbk")
    assert decode(page, declared_in="xml").encoding == "gb18030"
    assert decode(b'<?xml version="1.0" encoding="euc-kr"?>' + SIMPLIFIED.encode("gbk"), declared_in="none").encoding == "gb18030"


def test_an_override_beats_everything():
    read = decode(TRADITIONAL.encode("big5"), "text/html; charset=utf-8", charset="Big5")
    assert (read.text, read.damaged) == (TRADITIONAL, False)
    assert decode(b"\xff\xff", charset="utf-8").damaged
    assert known(" GB2312 ")
    assert not known("rot13")


@pytest.mark.parametrize("declared", ["", "text/xml; charset=gb2312", "text/xml; charset=utf-8", "text/html; charset=big5"])
def test_dirty_utf8_stays_utf8(declared):
    body = (SIMPLIFIED * 20).encode()
    read = decode(body[:300] + b"\xff" + body[300:], declared)
    assert read.encoding == "utf-8"
    assert read.damaged
    assert read.text.replace("�", "") == SIMPLIFIED * 20 or read.text.count("�") < 4


@given(HAN, st.integers(min_value=1, max_value=2), st.sampled_from(["", "text/xml; charset=gbk", "text/xml; charset=utf-8"]))
def test_utf8_cut_inside_a_character_stays_utf8(text, cut, declared):
    read = decode(("稀土" + text).encode()[:-cut], declared)
    assert read.encoding == "utf-8"
    assert read.text == "稀土" + text[:-1] + "�"
    assert read.damaged


def test_a_gbk_page_with_a_stray_byte_stays_gbk():
    body = SIMPLIFIED.encode("gbk")
    read = decode(body + b"\xff\n" + body)
    assert (read.encoding, read.damaged) == ("gb18030", True)
    assert read.text.count("�") <= 2
    assert read.text.startswith(SIMPLIFIED)


@given(st.text(max_size=300))
def test_utf8_is_read_as_it_is(text):
    assert decode(text.encode("utf-8", "replace")).encoding
    if not text.startswith(("\ufeff", "<\0", "\0<", "\0\0\0<")):
        assert decode(text.encode("utf-8", "replace")).text == text.encode("utf-8", "replace").decode()


@given(GB2312_HAN)
def test_gbk_with_a_declaration_always_comes_out_right(text):
    assert decode(text.encode("gbk"), "text/xml; charset=gb2312").text == text


@given(
    st.binary(max_size=400),
    st.sampled_from(["", "text/html; charset=gbk", "text/xml; charset=big5", "a/b;charset=\0", "x; charset=utf-16"]),
)
def test_any_bytes_give_text_that_can_be_stored(body, content_type):
    read = decode(body, content_type)
    read.text.encode()
    assert read.damaged or "�" not in read.text or "�".encode() in body or read.encoding.startswith(("utf", "gb18030"))

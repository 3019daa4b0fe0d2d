"""What is read from documents of every kind, and what is said of those that cannot be read."""

import io
import os
import warnings
import zipfile
from pathlib import Path

import docx
import openpyxl
import pytest
from docx.oxml import parse_xml
from hypothesis import given
from hypothesis import strategies as st

import paper_files as files
from rarewatch.nouns.paper import Paper
from rarewatch.papers import doc, rtf
from rarewatch.papers.reading import read_paper
from rarewatch.papers.sniff import kind_of, may_be_paper
from rarewatch.papers.told import MAX_CHARACTERS, MAX_PAGES, FullError, PaperFault, Told

ORDER = "商务部决定对钐、钆、铽等中重稀土相关物项实施出口管制。"
QUOTA = "下达2026年第一批稀土开采、冶炼分离总量控制指标的通知"


def read(body, name="附件1.pdf", content_type=""):
    return read_paper(body, url="http://x.example/f", name=name, content_type=content_type)


@pytest.mark.parametrize("cmap", ["UniGB-UCS2-H", "UniGB-UTF16-H", "GBK-EUC-H", "GBKp-EUC-H"])
def test_pdf_page_by_page_whatever_its_encoding(cmap):
    paper = read(files.pdf((ORDER,), (QUOTA, "一、请遵照执行"), (ORDER,), cmap=cmap))
    assert (paper.kind, paper.state, paper.detail, paper.name) == ("pdf", "read", "", "附件1.pdf")
    assert paper.pages == (ORDER, f"{QUOTA}\n一、请遵照执行", ORDER)
    assert paper.labels == ("p. 1", "p. 2", "p. 3")


def test_radicals_of_a_pdf_become_characters():
    (page,) = read(files.pdf(("稀⼟⾦属⻓期⽅案出⼝管制清单",), to_unicode="稀⼟⾦属⻓期⽅案出⼝管制清单")).pages
    assert page == "稀土金属长期方案出口管制清单"


def test_lines_broken_by_the_paper_are_joined_and_others_are_not():
    lines = (
        "关于稀土的公告",
        "根据有关法律法规，决定对中重稀土相关物项实施出口管制，出口经营者应当向商务部申请许",
        "可，未经许可不得出口。违反规定的，由有关主管部门依法处罚，构成犯罪的依法追究刑事责",
        "任。",
        "第二条 本公告自公布之日起实施",
    )
    (page,) = read(files.pdf(lines)).pages
    assert page.split("\n") == [lines[0], "".join(lines[1:4]), lines[4]]


def test_pictures_of_pages_are_a_scan():
    assert read(files.pdf(None, None)) == Paper(
        "http://x.example/f", "附件1.pdf", "pdf", "scanned", detail="is a scan without text"
    )
    half = read(files.pdf((ORDER,), None))
    assert (half.state, half.detail) == ("read", "1 scanned of 2 pages")
    stamped = read(files.pdf(None, ("3",)))
    assert stamped.state == "read"
    assert read(files.pdf(())).detail == "has no text in it"


def test_a_text_layer_that_is_no_text_is_a_scan_too():
    strange = "".join(chr(0xE000 + n) for n in range(60))
    assert read(files.pdf((strange,), to_unicode=strange)).state == "scanned"
    rare = "".join(chr(0x9F00 + n) for n in range(40))
    guessed = read(files.pdf(*[(rare,)] * 6))
    assert (guessed.state, guessed.detail) == ("scanned", "has a text layer that is no readable text")


def test_a_password_is_named():
    paper = read(files.pdf((ORDER,), encrypt=True))
    assert (paper.state, paper.detail, paper.pages) == ("locked", "asks for a password", ())


def test_of_a_truncated_pdf_what_is_there_is_read():
    body = files.pdf((ORDER,), (QUOTA,))
    assert read(body[: body.index(b"xref")]).pages in {(ORDER, QUOTA), ()}
    assert read(body[: len(body) // 2]).state in {"read", "broken"}
    assert read(b"%PDF-1.4\n").state == "broken"


def test_pages_beyond_the_bound_are_left_out_and_it_says_so():
    paper = read(files.pdf((ORDER,), kids=[6] * 10_000))
    assert len(paper.pages) <= MAX_PAGES
    assert paper.detail == f"only the first {MAX_PAGES} pages were read"


def test_a_page_tree_that_bites_its_tail_ends():
    assert read(files.pdf((ORDER,), kids=[2, 6])).state in {"read", "broken", "scanned"}


def made_docx():
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = "商务部文件"
    document.sections[0].footer.paragraphs[0].text = "抄送：海关总署"
    document.add_paragraph(ORDER)
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip((c for row in table.rows for c in row.cells), ("品名", "税则号列", "金属镝", "2805301200"), strict=True):
        cell.text = text
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    mixed = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = "<w:txbxContent><w:p><w:r><w:t>文本框里的稀土</w:t></w:r></w:p></w:txbxContent>"
    document.element.body.insert(
        2,
        parse_xml(
            f"<w:p {space} {mixed}><w:r><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
            f"<w:del><w:r><w:delText>删去</w:delText></w:r></w:del><w:ins><w:r><w:t>新增</w:t><w:tab/><w:t>条款</w:t></w:r></w:ins></w:p>"
        ),
    )
    held = io.BytesIO()
    document.save(held)
    return held.getvalue()


def test_docx_with_its_table_box_and_letterhead():
    paper = read(made_docx(), "通知.docx")
    assert (paper.kind, paper.state, paper.labels) == ("docx", "read", ("",))
    assert paper.pages[0].split("\n") == [
        "商务部文件", ORDER, "品名\t税则号列", "金属镝\t2805301200", "新增\t条款", "文本框里的稀土", "抄送：海关总署",
    ]  # fmt: skip


def test_xlsx_sheet_by_sheet():
    book = openpyxl.Workbook()
    book.active.title = "指标"
    book.active.append(["企业", "矿产品", None])
    book.active.append(["中国稀土集团", 62200, 0.5])
    book.active["C5000"] = "远处"
    book.create_sheet("空")
    held = io.BytesIO()
    book.save(held)
    paper = read(held.getvalue(), "附件.xlsx")
    assert paper.pages == ("企业\t矿产品\n中国稀土集团\t62200\t0.5\n\t\t远处", "")
    assert paper.labels == ("指标", "空")


def test_legacy_sheets():
    paper = read(files.xls(指标=[["企业", "矿产品"], ["中国稀土集团", 2805301200.0], ["北方稀土", 0.5]], 空=[]), "附件.xls")
    assert (paper.kind, paper.state, paper.labels) == ("xls", "read", ("指标", "空"))
    assert paper.pages == ("企业\t矿产品\n中国稀土集团\t2805301200\n北方稀土\t0.5", "")
    assert read(files.ole({"Workbook": b"x"})).state == "broken"


def test_legacy_word_in_pieces_without_field_codes():
    text = '关于\x13 HYPERLINK "http://x" \x14稀土\x15的公告\r品名\x07税号\x07\x07镝\x072805\x07\x07'
    paper = read(files.doc(text, b"No. 61 of 2025\r", "结束\r"), "公告.doc")
    assert (paper.kind, paper.state) == ("doc", "read")
    assert paper.pages == ("关于稀土的公告\n品名\t税号\n镝\t2805\nNo. 61 of 2025\n结束",)


def test_legacy_word_leaves_comments_out_and_keeps_headers():
    body, header, comment = "正文稀土\r", "眉头\r", "批注不该见\r"
    whole = body + header + comment
    counts = (len(body), 0, len(header), 0, len(comment), 0, 0, 0)
    assert read(files.doc(whole, counts=counts)).pages == ("正文稀土\n眉头",)


def test_legacy_word_of_before_1997_and_locked_and_damaged_ones():
    assert read(files.doc(QUOTA.encode("gbk"), version=0x0065)).pages == (QUOTA,)
    assert read(files.doc(QUOTA, flags=0x0300)).state == "locked"
    assert read(files.ole({"EncryptedPackage": b"x"})).state == "locked"
    assert read(files.doc(QUOTA)[:3000]).state == "broken"
    assert read(files.doc(QUOTA, flags=0)).detail == "is damaged, its part 0Table is missing"
    assert read(files.ole({"PowerPoint Document": b"x"})).detail == "is of a kind that is not read (ppt)"
    assert read(files.ole({"Contents": b"x"})).detail == "is of a kind that is not read"


def test_ofd_in_the_order_of_its_pages():
    paper = read(files.ofd([("10", "国务院"), ("10", "公报"), ("20", ORDER)], [("10", QUOTA)]), "文件.ofd")
    assert paper.pages == (f"国务院公报\n{ORDER}", QUOTA)
    assert paper.labels == ("p. 1", "p. 2")
    assert read(files.zipped(OFD_dot_xml="<OFD/>")).state == "broken"


def test_rtf_in_code_page_and_unicode():
    body = (
        rb"{\rtf1\ansi\ansicpg936{\fonttbl{\f0 SimSun;}}{\info{\title no}}\f0 \'cf\'a1\'cd\'c1\par "
        rb"\uc1\u31232?\u22303?{\*\generator hidden}\tab 2025\line\{x\}}"
    )
    assert read(body).pages == ("稀土\n稀土\t2025\n{x}",)


@pytest.mark.parametrize(
    ("body", "kind", "detail"),
    [
        (files.zipped(a_dot_pdf="x"), "zip", "is an archive, which is not opened"),
        (b"Rar!\x1a\x07\x00", "rar", "is an archive, which is not opened"),
        (files.zipped(**{"[Content_Types]_dot_xml": "x", "ppt__a": "x"}), "pptx", "is of a kind that is not read"),
        (b"<html>404</html>", "", "is no document that is known here (text/html)"),
    ],
)
def test_what_is_not_read_is_named(body, kind, detail):
    paper = read(body, content_type="text/html")
    assert (paper.kind, paper.state, paper.detail) == (kind, "unread", detail)


def test_a_page_that_speaks_of_pdf_is_no_document():
    assert not may_be_paper(b"<p>%PDF-1.4</p>")
    assert may_be_paper(b"\r\n%PDF-1.4")
    assert kind_of(b"") == ""


def test_a_zip_bomb_is_not_unpacked():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "x")
        with archive.open("word/document.xml", "w", force_zip64=True) as part:
            for _ in range(210):
                part.write(bytes(1_000_000))
    paper = read(held.getvalue())
    assert (paper.state, paper.detail) == ("broken", "unpacks to more than is allowed")


def test_damaged_office_files_are_broken():
    body = made_docx()
    assert read(body[: len(body) // 2]).state in {"broken", "unread"}
    assert read(files.zipped(**{"[Content_Types]_dot_xml": "<", "word__document_dot_xml": "<"})).state == "broken"
    assert read(files.zipped(**{"[Content_Types]_dot_xml": "<", "xl__workbook_dot_xml": "<"})).state == "broken"


def test_bounds_keep_what_fits():
    told = Told()
    with pytest.raises(FullError):
        told.add("字" * (MAX_CHARACTERS + 1))
    assert (len(told.pages[0]), told.detail) == (MAX_CHARACTERS, f"only the first {MAX_CHARACTERS:,} characters were read")


@given(st.binary(max_size=600))
def test_no_bytes_make_the_readers_fail(body):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for start in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf1"):
            assert isinstance(read(start + body), Paper)


@given(st.binary(max_size=400), st.integers(0, 0xFFFF))
def test_no_word_stream_makes_its_reader_fail(noise, flags):
    main = b"\xec\xa5" + noise
    try:
        text = doc.text_of(main.ljust(1024, b"\0"), lambda _: noise)
    except PaperFault:
        return
    assert isinstance(text, str)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u200b\u200c\u200d\xad\ufeff"), max_size=40))
def test_rtf_gives_back_what_was_written(text):
    from rarewatch.papers.lines import mended

    escaped = "".join(f"\\u{unit}?" for char in text for unit in [_signed(char)] if len(char.encode("utf-16-le")) == 2)
    told = Told()
    rtf.read(b"{\\rtf1\\uc1 " + escaped.encode() + b"}", told)
    assert told.pages == [mended("".join(char for char in text if ord(char) < 0x10000)).strip()]


def _signed(char):
    return ord(char) - 65_536 if 32_767 < ord(char) < 65_536 else ord(char)


ROOT = Path(os.environ.get("RAREWATCH_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "pdf_zh"


@pytest.mark.corpus
@pytest.mark.skipif(not ROOT.is_dir(), reason=f"no recorded PDF files at {ROOT}")
def test_recorded_pdf_files():
    papers = {path.stem: read(path.read_bytes(), path.name) for path in sorted(ROOT.glob("*.pdf"))}
    assert {name: (paper.state, len(paper.pages)) for name, paper in papers.items()} == {
        "broker_research_report_4p": ("read", 4),
        "kangxi_radicals_1p": ("read", 1),
        "party_committee_doc_1p": ("read", 1),
        "scanned_no_text_2p": ("scanned", 0),
    }
    assert "党委【2017】010 号" in papers["party_committee_doc_1p"].pages[0]
    assert "由符合相应条件的女性工会委员担任" in papers["party_committee_doc_1p"].pages[0]
    whole = "".join(page for paper in papers.values() for page in paper.pages)
    assert not [char for char in whole if 0x2E80 <= ord(char) < 0x2FE0]

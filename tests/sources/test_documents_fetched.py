"""How kinds come by documents: which links of a page are fetched, what is said of the others, and what a fault leaves."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kind_driver import AT, Web, after, source

from rarewatch import errors
from rarewatch.nouns.paper import Paper
from rarewatch.nouns.source import Got
from rarewatch.sources._documents import document_links, is_archive, is_document, paper_of
from rarewatch.sources.filing import Filing

URL = "https://www.example.cn/list.html"
PAGE = "https://www.example.cn/t/1.html"
FILE = "https://www.example.cn/t/P020.pdf"
TEXT = "本公告所列物项的出口经营者应当向主管部门申请许可，未经许可不得出口，自公布之日起正式实施，详见附件。"


def listing(*rows):
    return "".join(f"<li><a href='{url}'>{title}</a></li>" for url, title in rows).encode()


def page(links, foot=""):
    return (
        f"<html><body><nav><a href='/manual.pdf'>手册</a></nav><h1>公告全文题目</h1><div class='text'><p>{TEXT}</p>{links}</div>{foot}</body></html>"
    ).encode()


def paper(url=FILE, **fields):
    return Paper(url, "", "pdf", **{"pages": ("稀土",), "labels": ("p. 1",), **fields})


def document(url=FILE, **fields):
    """The answer as whoever drives a visit hands it on: with what the document says."""
    return Got(url, 200, fields.pop("headers", {}), b"%PDF-1.7", hashlib.sha256(url.encode()).hexdigest(), AT, paper(url, **fields))


def read(answers, seen=None, **options):
    of = source("listing", URL, {"item": "li", "article": {"text": ".text"}, **options})
    web = Web({URL: listing((PAGE, "关于稀土的公告")), **answers})
    return web.drive(of, seen), web


def test_a_page_brings_the_documents_it_links_to():
    links = (
        "<p><a href='P020.pdf'>附件1：管制清单.pdf</a> <a href='/down.jsp?f=%E8%A1%A8.xlsx'>附件2</a> <a href='b.html'>解读</a></p>"
    )
    second = "https://www.example.cn/down.jsp?f=%E8%A1%A8.xlsx"
    reading, web = read({PAGE: page(links), FILE: document(), second: document(second)})
    (draft,) = reading.drafts
    assert [(one.url, one.name, one.state) for one in draft.papers] == [
        (FILE, "附件1：管制清单.pdf", "read"),
        (second, "附件2", "read"),
    ]
    assert (draft.text, draft.title_only, reading.complete) == (TEXT + "\n附件1：管制清单.pdf 附件2 解读", False, True)
    assert [get.document for get in web.asked] == [False, True, True, True]
    assert web.asked[2].headers["Referer"] == PAGE


def test_a_link_that_leads_to_a_document_is_read_as_one():
    web = Web({URL: listing((FILE, "关于稀土的公告")), FILE: document()})
    (draft,) = web.drive(source("listing", URL, {"item": "li"})).drafts
    assert (draft.title_only, draft.text, draft.papers[0].name) == (False, "", "P020.pdf")
    scan = Web(
        {URL: listing((FILE, "公告")), FILE: document(state="scanned", pages=(), labels=(), detail="is a scan without text")}
    )
    (draft,) = scan.drive(source("listing", URL, {"item": "li"})).drafts
    assert (draft.title_only, draft.papers[0].state) == (True, "scanned")


def test_a_page_address_that_gives_a_document_is_read_too():
    (draft,) = read({PAGE: document(PAGE, headers={"content-disposition": "attachment; filename*=UTF-8''%E5%85%AC%E5%91%8A.pdf"})})[
        0
    ].drafts
    assert (draft.title_only, draft.papers[0].name, draft.papers[0].url) == (False, "公告.pdf", PAGE)


def test_a_web_page_in_place_of_a_document_is_no_article():
    web = Web({URL: listing((FILE, "关于稀土的公告")), FILE: page("")})
    (draft,) = web.drive(source("listing", URL, {"item": "li"})).drafts
    assert (draft.text, draft.title_only, draft.papers[0].detail) == ("", True, "could not be fetched: what came is no document")


def test_what_is_not_fetched_is_named_with_the_reason():
    links = "".join(
        f"<p><a href='{href}'>{name}</a></p>"
        for href, name in [
            ("a.zip", "附件包.zip"), ("https://other.example/x.pdf", "外链.pdf"), ("1.pdf", "一.pdf"), ("2.pdf", "二.pdf"),
        ]
    )  # fmt: skip
    first = "https://www.example.cn/t/1.pdf"
    reading, web = read({PAGE: page(links), first: document(first)}, attachments=1)
    assert [one.detail for one in reading.drafts[0].papers] == [
        "is an archive, which is not opened",
        "was not fetched: other.example is not among the hosts allowed",
        "",
        "was not fetched: it is not among the first 1",
    ]
    assert [get.url for get in web.asked] == [URL, PAGE, first]
    allowed, _ = read(
        {PAGE: page(links), first: document(first), "https://other.example/x.pdf": document("https://other.example/x.pdf")},
        allow_hosts=["other.example"],
    )
    assert [one.state for one in allowed.drafts[0].papers] == ["unread", "read", "read", "unread"]


def test_no_documents_where_none_are_wanted():
    reading, web = read({PAGE: page("<a href='P020.pdf'>附件</a>")}, attachments=0)
    assert (reading.drafts[0].papers, [get.url for get in web.asked]) == ((), [URL, PAGE])
    assert not any(get.document for get in web.asked)


def test_a_fault_of_a_document_leaves_the_announcement_and_is_tried_again():
    body = page("<a href='P020.pdf'>附件.pdf</a>")
    reading, _ = read({PAGE: body, FILE: errors.ServerTrouble("503")})
    (draft,) = reading.drafts
    assert (draft.title_only, draft.text.startswith(TEXT)) == (False, True)
    assert draft.papers[0].detail == "could not be fetched: server-trouble, 503"
    assert ([fault.name for fault in reading.faults], reading.complete) == (["server-trouble"], False)
    later, _ = read({PAGE: body, FILE: document()}, after(reading))
    assert (later.drafts[0].papers[0].state, later.complete) == ("read", True)


def test_a_document_too_large_is_not_asked_for_again():
    reading, _ = read({PAGE: page("<a href='P020.pdf'>附件.pdf</a>"), FILE: errors.TooLarge("more than 20,000,000 bytes")})
    assert ([fault.name for fault in reading.faults], reading.complete) == (["too-large"], True)
    assert reading.drafts[0].papers[0].state == "unread"


def test_a_document_of_several_rows_is_read_once():
    other = "https://www.example.cn/t/2.html"
    body = page("<a href='P020.pdf'>附件.pdf</a>")
    web = Web({URL: listing((PAGE, "公告一号全文"), (other, "公告二号全文")), PAGE: body, other: body, FILE: document()})
    one, two = web.drive(source("listing", URL, {"item": "li", "article": {"text": ".text"}})).drafts
    assert (one.papers[0].state, two.papers[0].detail) == ("read", "was read with another announcement")
    assert sum(get.url == FILE for get in web.asked) == 1


def test_documents_count_among_the_pages_of_a_poll():
    other = "https://www.example.cn/t/2.html"
    web = Web(
        {
            URL: listing((PAGE, "公告一号全文"), (other, "公告二号全文")),
            PAGE: page("<a href='P020.pdf'>附件.pdf</a>"),
            FILE: document(),
        }
    )
    reading = web.drive(source("listing", URL, {"item": "li", "max_articles": 2}))
    assert [draft.title_only for draft in reading.drafts] == [False, True]
    assert not reading.complete


ROWS = [{"id": n, "title": f"第{n}号公告", "publishTime": f"2026-11-{day}", "secName": ["中国稀土"], "attachPath": f"/{n}.PDF"} for n, day in ((1, 22), (2, 22), (3, 10))]  # fmt: skip


def filing(answers, seen=None, **options):
    of = source("filing", URL, {"exchange": "szse", "stocks": ["000831"], **options})
    web = Web({URL: json.dumps({"data": ROWS}).encode(), **answers})
    visit, got = Filing(clock=lambda: AT).read(of, seen or after_nothing()), None
    try:
        got = next(visit)
        while True:
            answer = web.answer(got)
            got = visit.throw(answer) if isinstance(answer, errors.SourceFault) else visit.send(answer)
    except StopIteration as stop:
        return stop.value, [get.url.rpartition("/")[2] for get in web.asked]


def after_nothing():
    from rarewatch.nouns.source import Remembered

    return Remembered()


def pdf_of(number):
    url = f"https://disc.static.szse.cn/download/{number}.PDF"
    return {url: document(url)}


def test_filings_are_read():
    reading, asked = filing(pdf_of(1) | pdf_of(2) | pdf_of(3))
    assert asked == ["list.html", "1.PDF", "2.PDF"]  # the third is the past of a new source
    assert [(draft.title_only, len(draft.papers)) for draft in reading.drafts] == [(False, 1), (False, 1), (True, 0)]
    assert reading.drafts[0].papers[0].name == "1.PDF"


def test_filings_beyond_the_bound_follow_at_the_next_poll():
    first, _ = filing(pdf_of(1), documents=1)
    assert ([draft.title_only for draft in first.drafts], first.complete) == ([False, True, True], False)
    then, asked = filing(pdf_of(2), after(first), documents=1)
    assert (asked, [draft.key for draft in then.drafts], then.complete) == (["list.html", "2.PDF"], ["2"], True)


def test_a_filing_whose_file_is_not_there_is_told_by_its_title():
    reading, _ = filing(pdf_of(2))
    assert reading.drafts[0].papers[0].detail == "could not be fetched: missing, nothing there"
    assert [draft.title_only for draft in reading.drafts] == [True, False, True]
    assert not reading.complete


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        ("http://x/a.PDF", True),
        ("http://x/a.docx?v=1", True),
        ("http://x/down.jsp?name=%E9%99%84%E4%BB%B6.wps&id=1", True),
        ("http://x/a.zip", False),
        ("http://x/a.html", False),
        ("http://x.pdf/", False),
        ("http://x/pdf", False),
    ],
)
def test_what_an_address_says(url, is_one):
    assert is_document(url) is is_one
    assert is_archive("http://x/a.RAR")


def test_links_beside_the_article_are_none_of_its_documents():
    html = (
        "<base href='/base/'><div class='nav-left'><a href='n.pdf'>n</a></div><div id='footer'><a href='f.pdf'>f</a></div>"
        "<div class='text'><a href='in.pdf' title='完整名称.pdf'>附…</a><a href='in.pdf'>again</a></div>"
        "<p>附件：<a href='below.doc'>表</a></p><div><a href='apart.pdf'>年报</a></div><a href='javascript:void(0)'>x.pdf</a>"
    )
    assert [(link.url, link.name) for link in document_links(html, "http://x/a/", [".text"])] == [
        ("http://x/base/in.pdf", "完整名称.pdf"), ("http://x/base/below.doc", "表"),
    ]  # fmt: skip
    assert [link.url.rpartition("/")[2] for link in document_links(html, "http://x/a/")] == ["in.pdf", "below.doc", "apart.pdf"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="' + "附件.pdf".encode().decode("latin-1") + '"', "附件.pdf"),
        ("attachment; filename=" + "附件.pdf".encode("gbk").decode("latin-1"), "附件.pdf"),
        ("attachment; filename=%E9%99%84.pdf", "附.pdf"),
        ("inline", "P020.pdf"),
        ('attachment; filename="C:\\dir\\a.pdf"', "a.pdf"),
    ],
)
def test_a_document_is_called_what_the_server_calls_it(header, name):
    assert paper_of(document(headers={"content-disposition": header}), FILE).name == name


def test_a_long_name_keeps_its_extension():
    name = paper_of(document(), f"http://x/{'长' * 200}.pdf").name
    assert (len(name), name.endswith(".pdf")) == (80, True)


@given(st.text(max_size=80))
def test_no_page_makes_the_search_for_documents_fail(text):
    document_links(f"<a href='{text}'>a.pdf</a><a href=x.pdf>{text}", "http://x/")

"""E-papers, sitemaps and pages: how they go on from the last reading, and that nothing served breaks them."""

import gzip
import zlib

import pytest
from conversation import URL, Talk, Turn, after, source
from hypothesis import given
from hypothesis import strategies as st

from rarewatch import errors
from rarewatch.nouns.source import Remembered

WORDS = st.sampled_from(
    ["稀土出口管制公告。", "第二段文字说明情况。", "本条自发布之日起施行。", "镝、铽、钐另行规定。", "解释权归主管部门所有。"]
)


def html(lines):
    return "<meta charset=utf-8><title>页</title><body>" + "".join(
        f"<p>{line}</p>" for line in ["这一页总有这一行文字，它从来都不会有任何改变。", *lines]
    )


def read_page(lines, seen=None):
    return Talk([Turn(URL, html(lines).encode())]).drive(source("page", {}), seen)


@given(st.lists(WORDS, max_size=6), st.lists(WORDS, max_size=6))
def test_a_page_tells_each_new_line_once_and_no_old_one(before, now):
    reading = read_page(now, after(read_page(before)))
    new = [line for line in dict.fromkeys(now) if line not in before]
    told = [line for draft in reading.drafts for line in draft.text.split("\n") if line != "…"]
    assert told == new
    assert len(reading.drafts) == bool(new)
    assert not read_page(now, after(reading)).drafts


def test_a_line_that_comes_back_is_the_same_item():
    empty = read_page([])
    first = read_page(["甲公告发布了。"], after(empty))
    gone = read_page([], after(first))
    back = read_page(["甲公告发布了。"], after(gone))
    assert not gone.drafts
    assert len(first.drafts) == 1
    assert back.drafts == first.drafts


def test_a_page_of_too_many_lines_is_watched_as_far_as_its_marks_are_kept():
    reading = read_page([f"第{n}行文字" for n in range(3_000)])
    assert len(reading.marks) == 1_900
    assert [fault.name for fault in reading.faults] == ["layout-changed"]


@pytest.mark.parametrize("kind", ["epaper", "page", "sitemap"])
@given(body=st.binary(max_size=200) | st.text(st.sampled_from("<>/=\"'a稀 &;lochrefurlset"), max_size=80).map(str.encode))
def test_whatever_is_served_gives_a_reading_or_a_named_fault(kind, body):
    of = source(kind, {} if kind == "page" else {"articles": "never"})
    try:
        reading = Talk([Turn(URL, body)]).drive(of)
    except errors.SourceFault:
        return
    assert reading.marks


LOCS = st.lists(st.integers(0, 30), min_size=1, max_size=12, unique=True)


def urlset(numbers, lastmod=""):
    rows = "".join(f"<url><loc>https://www.example.cn/{n}</loc>{lastmod}</url>" for n in numbers)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{rows}</urlset>'.encode()


def read_sitemap(body, seen=None, **options):
    return Talk([Turn(URL, body)]).drive(source("sitemap", {"articles": "never", **options}), seen)


@given(LOCS, LOCS)
def test_a_sitemap_gives_each_address_once(before, now):
    reading = read_sitemap(urlset(now), after(read_sitemap(urlset(before))))
    assert {draft.url for draft in reading.drafts} == {f"https://www.example.cn/{n}" for n in set(now) - set(before)}
    assert ("gap" in [fault.name for fault in reading.faults]) is not bool(set(now) & set(before))


def test_a_sitemap_whose_dates_of_change_are_renewed_has_nothing_new():
    first = read_sitemap(urlset([1, 2], "<lastmod>2026-11-20</lastmod>"))
    again = read_sitemap(urlset([1, 2], "<lastmod>2026-11-21</lastmod>"), after(first))
    assert (again.drafts, again.known) == ((), 2)


def test_a_long_sitemap_is_read_from_its_newest():
    rows = "".join(f"<url><loc>https://www.example.cn/{n}</loc><lastmod>2026-{n:02}-01</lastmod></url>" for n in range(1, 11))
    reading = read_sitemap(f"<urlset>{rows}</urlset>".encode(), max_items=2)
    assert [draft.url for draft in reading.drafts] == ["https://www.example.cn/10", "https://www.example.cn/9"]
    assert reading.complete


def test_a_packed_sitemap_is_unpacked_within_bounds():
    assert len(read_sitemap(gzip.compress(urlset([1, 2]))).drafts) == 2
    pack = zlib.compressobj(9, wbits=31)
    bomb = b"".join(pack.compress(b" " * 1_000_000) for _ in range(60)) + pack.flush()
    with pytest.raises(errors.TooLarge):
        read_sitemap(bomb)
    with pytest.raises(errors.LayoutChanged):
        read_sitemap(b"\x1f\x8bnothing")


def test_an_index_is_unchanged_when_all_its_sitemaps_are():
    index = b"<sitemapindex><sitemap><loc>/one.xml</loc></sitemap></sitemapindex>"
    turns = [Turn(URL, index), Turn("https://www.example.cn/one.xml", urlset([1]))]
    of = source("sitemap", {"articles": "never"})
    first = Talk(turns).drive(of)
    again = Talk(turns).drive(of, after(first))
    assert (again.drafts, again.known, again.complete) == ((), 1, True)
    assert first.validators.body
    with pytest.raises(errors.ServerTrouble):
        Talk([turns[0], Turn("https://www.example.cn/one.xml", errors.ServerTrouble("502"))]).drive(of)


def test_the_same_front_page_of_a_paper_is_unchanged():
    page = "<meta charset=utf-8><a href=content_1.htm>头版的消息</a>".encode()
    of = source("epaper", {"articles": "never"})
    first = Talk([Turn(URL, page)]).drive(of)
    assert len(first.drafts) == 1
    assert Talk([Turn(URL, page)]).drive(of, after(first)).unchanged
    assert first.complete
    assert Remembered().blank

"""What is derived from list pages: rows, links, titles and dates, in shapes that real systems serve."""

import csv
import os
import unicodedata
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rarewatch.fingerprint.dated import is_article, is_date, is_day, is_month
from rarewatch.fingerprint.rows import derive
from rarewatch.sources._listing_options import Options
from rarewatch.sources._listing_rows import read_rows
from rarewatch.text.charset import decode

TITLES = [f"关于第{number}批稀土产品追溯信息填报工作安排的通知" for number in "一二三四五六七八"]
URL = "https://www.ministry.example.cn/zwgk/tzgg/index.html"
NAV = (
    "<ul>"
    + "".join(
        f"<li><a href='/c{n}/'>{word}</a></li>"
        for n, word in enumerate(["首页", "机构概况", "政务公开", "办事服务大厅", "互动交流"])
    )
    + "</ul>"
)


def page(body, nav=NAV):
    return f"<html><body><div class='header'>{nav}</div>{body}<div class='footer'><a href='/map.html'>网站地图与联系我们</a></div></body></html>"


def listed(row):
    return "".join(row(number, title) for number, title in enumerate(TITLES))


SHAPES = {
    "list items": lambda: (
        f"<ul class='list'>{listed(lambda n, t: f'<li><a href=./202511/t2025110{n}_{n}.html>{t}</a><span>2025-11-0{n + 1}</span></li>')}</ul>"
    ),
    "rows of a table": lambda: (
        "<table class='tab'><tr><th>标题</th><th>日期</th></tr>"
        + listed(lambda n, t: f"<tr><td><a href='v.aspx?id={n}'>{t}</a></td><td>2025/11/{n + 1}</td></tr>")
        + "</table>"
    ),
    "divs with numbered and state classes": lambda: (
        "<div class='box'>"
        + listed(
            lambda n, t: (
                f"<div class='item item{n} {'odd' if n % 2 else 'even'}'><p class='tit'><a href='/art/2025/11/{n}/art_1_{n}.html'>{t}</a></p><p class='date'>发布时间：2025年11月{n + 1}日</p></div>"
            )
        )
        + "</div>"
    ),
    "the link around everything": lambda: (
        "<div class='news'>"
        + listed(lambda n, t: f"<a class='one' href='/a/{n}.html'><h3>{t}</h3><em>2025.11.0{n + 1}</em><p>摘要</p></a>")
        + "</div>"
    ),
    "date and title in the link, the title in no element": lambda: (
        "<ul class='gl'>" + listed(lambda n, t: f"<li><a href='/gl/{n}.html'><span>2025-11-0{n + 1}</span>{t}</a></li>") + "</ul>"
    ),
    "day and month above the year": lambda: (
        "<ul class='u'>"
        + listed(lambda n, t: f"<li><a href='/a/{n}.html'>{t}</a><p class='md'>11-0{n + 1}</p><p class='y'>2024</p></li>")
        + "</ul>"
    ),
    "cards under a slider": lambda: (
        "<div class='swiper'>"
        + "".join(f"<a href='/img/{n}.html'>轮播图片新闻标题文字第{n}条</a>" for n in range(9))
        + "</div><section><div class='card-list'>"
        + listed(
            lambda n, t: (
                f"<div class='card'><a href='/n/{n}.html'><img></a><div><h3><a href='/n/{n}.html'>{t}</a></h3>"
                f"<p>这里是一段比标题更长的摘要文字，用来干扰对标题的判断，因此写得长一些。</p><span class='time'>2025年11月0{n + 1}日 08:30</span></div></div>"
            )
        )
        + "</div></section>"
    ),
    "date in halves": lambda: (
        "<ul class='tl'>"
        + listed(
            lambda n, t: (
                f"<li><div class='d'><span class='dd'>0{n + 1}</span><span class='ym'>2025-11</span></div><a href='/a/{n}.html'>{t}</a></li>"
            )
        )
        + "</ul>"
    ),
    "definition lists": lambda: listed(
        lambda n, t: f"<dl class='dl'><dt><a href='/a/{n}.html' title='{t}'>{t[:6]}…</a></dt><dd>[11-0{n + 1}]</dd></dl>"
    ),
    "a category before the title": lambda: (
        "<ul class='cat'>"
        + listed(
            lambda n, t: f"<li><a href='/lm/{n % 2}/'>[通知]</a> <a href='/info/1001/{n}.htm'>{t}</a><i>2025-11-0{n + 1}</i></li>"
        )
        + "</ul>"
    ),
    "several lists of the same kind with separators": lambda: "".join(
        f"<ul class='block'>{''.join(f'<li><a href=/a/{n}.html>{TITLES[n]}</a><span>2025-11-0{n + 1}</span></li>' for n in part)}</ul><hr>"
        for part in (range(4), range(4, 8))
    ),
    "a script follows the links": lambda: (
        "<table id='tab'>"
        + listed(
            lambda n, t: f"<tr><td><a href='javascript:void(0)' data-url='/a/{n}.html'>{t}</a></td><td>2025-11-0{n + 1}</td></tr>"
        )
        + "</table>"
    ),
    "date beside the link, in no element": lambda: (
        "<ul class='plain'>" + listed(lambda n, t: f"<li><a href='/a/{n}.html'>{t}</a> 2025-11-0{n + 1}</li>") + "</ul>"
    ),
    "a longer ranking at the side": lambda: (
        "<div class='main'><ul>"
        + listed(lambda n, t: f"<li><a href='/a/{n}.html'>{t}</a><span>2025-11-0{n + 1}</span></li>")
        + "</ul></div><div class='rank'><ul>"
        + "".join(f"<li><a href='/hot/{n}.html'>热门文章排行榜上的第{n}篇文章标题在此</a></li>" for n in range(20))
        + "</ul></div>"
    ),
    "a time of day, hashed names": lambda: (
        "<section class='css-1x9fzk2'>"
        + listed(
            lambda n, t: (
                f"<article class='css-8ab3c1'><h2><a href='/news/{n}.html'>{t}</a></h2><time datetime='2025-11-0{n + 1}T08:30:00+08:00'>08:30</time></article>"
            )
        )
        + "</section>"
    ),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_titles_and_dates_are_found(shape):
    html = page(SHAPES[shape]())

    found = derive(html, URL)

    assert found is not None
    assert [row.title for row in found.rows] == TITLES
    assert len({row.url for row in found.rows}) == len(TITLES)
    assert all(row.date for row in found.rows)
    assert found.exact
    assert read_rows(html, URL, Options.model_validate(found.options)) == list(found.rows)


def test_the_selector_names_no_bare_tag_and_no_number():
    found = derive(page(SHAPES["divs with numbered and state classes"]()), URL)

    assert found.options["item"] == "div.item"


def test_rows_no_name_tells_apart_are_told_by_their_addresses():
    nav = "".join(f"<li><a href='/col/{n}.html'>导航栏目的名称第{n}个</a></li>" for n in range(3))
    rows = listed(lambda n, t: f"<li><a href='/news/{n}.html'>{t}</a><span>2025-11-0{n + 1}</span></li>")

    found = derive(f"<html><body><div><ul>{nav}</ul></div><div><ul>{rows}</ul></div></body></html>", URL)

    assert [row.title for row in found.rows] == TITLES
    assert found.options["link"] == "a[href*='news/']"


def test_rows_without_dates_are_a_list_all_the_same():
    found = derive(page("<ul class='x'>" + listed(lambda n, t: f"<li><a href='/a/{n}.html'>{t}</a></li>") + "</ul>"), URL)

    assert [row.title for row in found.rows] == TITLES
    assert "date" not in found.options


@pytest.mark.parametrize(
    "body", ["", "<p>没有列表的页面</p>", "<ul><li><a href='/'>首页</a></li></ul>", "<a href='#top'>回到页面顶部的链接</a>"]
)
def test_a_page_without_a_list_has_none(body):
    assert derive(page(body), URL) is None


@pytest.mark.parametrize(
    "text",
    ["2025-11-03", "[2025-11-03]", "（2025年11月3日）", "2025.11.03 08:30", "发布时间：2025-11-03", "11-03", "[11/03]", "11月3日", "08:30",
     "3小时前", "昨天 08:30", "Nov 3, 2025", "来源：某部 2025-11-03"],
)  # fmt: skip
def test_texts_that_are_a_date(text):
    assert is_date(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "首页",
        "2026-02-00018",
        "关于印发2024年3月1日会议精神并做好有关贯彻落实工作的若干通知意见",
        "第11-03号文件",
        "1/20页",
        "v1.2",
    ],
)
def test_texts_that_are_none(text):
    assert not is_date(text)


def test_halves_of_a_date():
    assert is_month("2025-11")
    assert is_month("2025年11月")
    assert is_day("03")
    assert not is_month("11-03")
    assert not is_day("2025")


@pytest.mark.parametrize(
    "path",
    ["/202511/t20251103_1400001.html", "/art/2025/11/3/art_12_345.html", "/2025-11/03/content_77.htm", "/20251103/0123456789abcdef/c.html",
     "/info/1001/2002.htm", "/c12a345/page.htm", "/view.aspx?id=7"],
)  # fmt: skip
def test_addresses_of_articles(path):
    assert is_article(f"https://x.example{path}")


@pytest.mark.corpus
def test_recorded_lists_are_read_whole_and_exactly():
    root = Path(os.environ.get("RAREWATCH_CORPUS") or Path(__file__).parents[3] / "shared" / "corpus") / "lists_zh"
    if not root.is_dir():
        pytest.skip(f"there is no recorded input at {root}")
    site, truth = "http://recorded.example", defaultdict(set)
    for table in root.glob("*/TRUTH_items.tsv"):
        with table.open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE):
                truth[table.parent / row["page"]].add((row["id"], folded(row["title"]), row["date"]))
    assert len(truth) == 24
    for path, wanted in truth.items():
        found = derive(decode(path.read_bytes()).text, f"{site}/view/list/{path.name}")
        assert {(row.url.removeprefix(site), folded(row.title), row.date) for row in found.rows} == wanted, path.name


def folded(title):
    return "".join(unicodedata.normalize("NFKC", title).split())


MARKUP = st.lists(
    st.sampled_from(["<ul class='a'>", "</ul>", "<li>", "</li>", "<a href='/x1.html'>", "</a>", "<tr>", "<td>", "2025-11-03", "稀土管理条例通知公告", "<span>",
                     "</span>", "<a href='javascript:;' id='/y/2.jsp'>", "<div id=7>", "</div>", "\0", "<base href='//['>", "<a href='http://['>"]),
    max_size=60,
).map("".join)  # fmt: skip


@given(MARKUP)
@settings(deadline=None, max_examples=150)
def test_whatever_is_derived_reads_the_same_rows(html):
    found = derive(html, URL)

    assert found is None or read_rows(html, URL, Options.model_validate(found.options)) == list(found.rows)

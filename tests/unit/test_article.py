"""Reading of article pages in the shapes Chinese sites serve them."""

import csv
import os
import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rarewatch.text.article import Article, Selectors, read_article
from rarewatch.text.charset import decode
from rarewatch.text.dates import read_date

TEXT = "本公告所称稀土相关物项，包括下列各类产品，出口经营者应当依法申请许可。" * 3


def page(body, head="<title>标题</title>"):
    return f"<!DOCTYPE html><html><head>{head}</head><body>{body}</body></html>"


MINISTRY = page(
    f"""<h1>部网站</h1><div class="nav"><a href=/>首页</a><a href=/xw>新闻</a></div><h2 class="art-title">关于管制物项的公告</h2>
    <p>来源：安全局 发布时间：2025-04-04 18:05</p><div class="art-con"><p>{TEXT}</p><p>附件：<a href=a.pdf>清单.pdf</a></p></div>
    <div>上一篇：别的公告</div>""",
    """<title>关于管制物项的公告_部网站</title><meta name="ArticleTitle" content="关于管制物项的公告">
    <meta name="PubDate" content="2025-04-04 18:00"><meta name="ContentSource" content="安全与管制局"><meta name="author" content="张三">""",
)


def test_a_ministry_page():
    article = read_article(MINISTRY)
    assert article.title == "关于管制物项的公告"
    assert article.text == f"{TEXT}\n附件：清单.pdf"
    assert article.dates == ("2025-04-04 18:05", "2025-04-04 18:00")
    assert (article.author, article.origin) == ("张三", "安全与管制局")


def test_the_sources_own_selectors_come_first():
    html = page(
        f"<h1>关于管制物项的公告</h1><i id=d>04-28 15:30</i><b id=o>文章来源：某报</b><u data-a='李四'></u><div id=b><p>{TEXT}</p><p class=ad>广告</p></div>",
        "<title>关于管制物项的公告</title><meta name=PubDate content='2025-04-29 10:00'>",
    )
    chosen = Selectors(
        title=("#none", "h1"), text=("#none", "#b"), date=("#d",), author=("u@data-a",), origin=("#o",), remove=(".ad",)
    )
    article = read_article(html, selectors=chosen)
    assert article == Article("关于管制物项的公告", TEXT, ("04-28 15:30", "2025-04-29 10:00"), "李四", "某报")


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>稀土出口新规出台_某某网</title>", "<h1>某某网</h1><h2>稀土出口新规出台</h2>", "稀土出口新规出台"),
        ("<title>稀土出口新规出台_某某网</title>", "<h1>某某网</h1><div>稀土出口新规出台</div>", "稀土出口新规出台"),
        ("<title>稀土“长协”出台 &quot;新规&quot; 落地_网</title><meta property=og:title content='稀土“长协”出台 '>", "", '稀土“长协”出台 "新规" 落地'),
        ("<title>某某网</title><meta property=og:title content='稀土出口新规出台'>", "<h1>某某网</h1>", "稀土出口新规出台"),
        ("<title>新闻频道</title>", "<h1>稀土出口新规出台了</h1>", "稀土出口新规出台了"),
        ("<title>明日大盘--最新报告：全球稀土需求增长2.3%</title>", "<h2 class=tit>最新报告：全球稀土需求增长2.3%</h2>", "最新报告：全球稀土需求增长2.3%"),
        ("<title>稀土新规|详解_财经_某某网</title>", "<h1>稀土新规|详解</h1>", "稀土新规|详解"),
        ("<title>稀土出口新规今日正式出台 - 某某日报网</title>", "", "稀土出口新规今日正式出台"),
        ("<title>稀 土出口新规出台，市场反应</title>", "<h1>稀土出口新规出台，市场反应</h1>", "稀土出口新规出台，市场反应"),
        ("", "<h1>稀土出口新规</h1>", "稀土出口新规"),
        ("", "", ""),
    ],
)  # fmt: skip
def test_titles(head, body, title):
    assert read_article(page(body, head)).title == title


@pytest.mark.parametrize(
    ("printed", "first"),
    [
        ("<span>2025年04月04日 15:30</span>", "2025年04月04日 15:30"),
        ("<span>发布时间：2025-04-04</span> <span>来源：某报</span>", "2025-04-04"),
        ("<div><span>2025</span><div>04/04</div><div>15:30</div></div>", "2025/04/04 15:30"),
        ("<p>２０２５－０４－０４　１５：３０</p>", "2025-04-04 15:30"),
        ("<p>索引号：000014349/2026-02-00018</p>", None),
    ],
)
def test_the_date_near_the_title(printed, first):
    article = read_article(
        page(f"<h1>稀土出口新规出台</h1>{printed}<div><p>{TEXT}2019年1月1日{TEXT}</p></div>", "<title>稀土出口新规出台</title>")
    )
    assert (article.dates[0] if article.dates else None) == first


def test_a_declared_minute_stands_before_a_printed_day():
    head = "<title>稀土出口新规出台</title><meta property='article:published_time' content='2025-04-04T08:30:00+08:00'>"
    article = read_article(page(f"<h1>稀土出口新规出台</h1><p>2025-04-04</p><p>{TEXT}</p>", head))
    assert article.dates == ("2025-04-04T08:30:00+08:00", "2025-04-04")


def test_structured_data_is_a_last_resort():
    article = read_article(page(f'<script>{{"datePublished": "2025-04-04T08:30:00Z"}}</script><p>{TEXT}</p>'))
    assert article.dates == ("2025-04-04T08:30:00Z",)


def test_the_body_is_without_navigation_and_what_follows_it():
    links = "".join(f"<li><a href=/{n}>栏目{n}</a></li>" for n in range(30))
    html = page(
        f"<ul>{links}</ul><div id=main><h1>稀土出口新规出台</h1><div class=article>{f'<p>{TEXT}</p>' * 4}<p>上一篇：旧闻</p><p>下一篇：新闻</p></div></div><ul>{links}</ul>",
        "<title>稀土出口新规出台</title>",
    )
    assert read_article(html).text == "\n".join([TEXT] * 4)


def test_nested_containers_are_read_once():
    html = page(f"<div class=TRS_Editor><div class=TRS_Editor><p>{TEXT}</p></div></div>")
    assert read_article(html).text == TEXT


@pytest.mark.parametrize("html", ["", "\0", "<", "<html></html>", "<?xml version='1.0' encoding='gbk'?><p>稀土</p>", "plain"])
def test_broken_pages_are_read_as_far_as_they_go(html):
    assert read_article(html).title == ""


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                *"<>/=\"'& 稀土a1\0\n",
                "<p>",
                "<h1>",
                "</h1>",
                "<title>",
                "</title>",
                "<meta name=PubDate content=",
                "2025-04-04 08:30",
                "\ud800",
            ]
        ),
        max_size=40,
    )
)
def test_any_markup_is_read(parts):
    article = read_article("".join(parts).encode("utf-8", "replace").decode())
    assert all(isinstance(text, str) for text in (article.title, article.text, article.author, article.origin, *article.dates))


def fold(text):
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.mark.corpus
def test_recorded_articles():
    folder = Path(os.environ.get("RAREWATCH_CORPUS", Path(__file__).parents[3] / "shared/corpus")) / "articles_zh"
    if not folder.is_dir():
        pytest.skip(f"no recorded input at {folder}")
    with (folder / "TRUTH_title_date.tsv").open(encoding="utf-8") as lines:
        truth = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    titles, dates = [], []
    for row in truth:
        article = read_article(decode((folder / row["file"]).read_bytes()).text)
        if row["title"] and fold(article.title) != fold(row["title"]):
            titles.append((row["file"], article.title))
        stamp = read_date(article.dates[0], seen_at=datetime(2026, 11, 22, tzinfo=UTC)) if article.dates else None
        if row["publish_time"][:2] == "20" and (stamp is None or not f"{stamp.at:%F %R}".startswith(row["publish_time"][:16])):
            dates.append((row["file"], article.dates))
    assert titles == []
    assert [file for file, _ in dates] == ["qq_qq.html"]  # its true date stands nowhere on the page

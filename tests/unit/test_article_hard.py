"""Articles that are hard: hostile pages in bounded time, many files at once, files that are no page, and the command's words."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from rarewatch.cli import app
from rarewatch.text.article import Article, Selectors, read_article
from rarewatch.text.article_numbers import numbers

TEXT = "本次调整自公布之日起执行，出口经营者应当在报关前取得相应许可，并如实申报货物的成分与用途。"
SECONDS = 20  # of CPU, many times what any of these takes


@pytest.mark.parametrize(
    "html",
    [
        f"<title>大页</title><h1>很大的一页</h1>{f'<p>{TEXT}</p>' * 100_000}",
        f"<title>大页</title><script>var x='{'a' * 5_000_000}'</script><p>{TEXT}</p>",
        f"<title>深页</title>{'<div>' * 20_000}{f'<p>{TEXT}</p>' * 5}",
        f"<title>表格</title>{'<table><tr><td>' * 2_000}{TEXT * 3}",
        f"<div class=TRS_Editor><p>{'客户端' * 26}完</p><p>{'扫一扫' * 26}完</p><p>{'1' * 60} 页完</p></div>",
        f"<div class=TRS_Editor>{'<p>别处的另一篇文章</p><p>2025-01-01</p>' * 5_000}<p>完。</p></div>",
        f"<div class=TRS_Editor>{'<div><ul><li><a>一</a><a>二</a><a>三</a>' * 2_000}</div>",
        "<title>x</title><script>window.a_b=" + '{"a":' * 100_000 + "</script>",
        f"<title>x</title>{'<ul>' + '<li><a href=/a>链接文字</a></li>' * 20_000}</ul>",
    ],
    ids=["5 MB", "script", "nested", "tables", "buttons", "cards", "lists", "json", "links"],
)
def test_a_hostile_page_takes_bounded_time(html):
    started = time.process_time()
    assert isinstance(read_article(html), Article)
    assert time.process_time() - started < SECONDS


def test_removing_nodes_within_removed_nodes_does_no_harm():
    html = f"<title>t</title><div class=ad><div class=ad><p>广告</p></div></div><div id=zoom><p>{TEXT}</p></div>"
    assert read_article(html, selectors=Selectors(remove=(".ad", "div.ad p"))).text == TEXT


def test_a_price_alone_in_its_line_stays():
    html = "<div class=TRS_Editor><p>氧化镨钕</p><p>568000</p><p>1</p><p>阅读 1234</p><p>上一页 1 2 下一页</p></div>"
    assert read_article(html).text == "氧化镨钕\n568000\n1"


@pytest.mark.parametrize(
    ("title", "line", "own"),
    [
        ("关于管制的公告", "商务部 海关总署公告2025年第18号", ["商务部、海关总署公告2025年第18号"]),
        ("商务部公告2025年第70号", "自即日起暂停实施商务部公告2025年第61号。", ["商务部公告2025年第70号"]),
        ("商务部新闻发言人就公告2025年第61号答记者问", "商务部公告2025年第61号", []),
        ("一家公司的公告", "证券代码：600111 证券简称：某稀土 公告编号：临2025-012", ["临2025-012"]),
        ("关于印发方案的通知", "工信部联原〔2023〕23号", ["工信部联原〔2023〕23号"]),
        ("稀土价格上涨", "分析人士提到商务部公告2025年第61号之后，市场反应平稳，成交清淡，报价坚挺，买方观望", []),
    ],
)
def test_which_number_is_the_pages_own(title, line, own):
    found = numbers(Article(title, f"{line}\n{TEXT}"))
    assert [one.text for one in found if one.own] == own
    assert len({one.text for one in found}) == len(found)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.sampled_from(["商务部", "公告", "2025年", "第", "61", "号", "、", "〔2023〕", "临2025-012", "\n", "海关总署"]),
        max_size=30,
    )
)
def test_any_mixture_of_numbers_is_read(parts):
    found = numbers(Article("".join(parts), "".join(reversed(parts))))
    assert all(one.text and one.number for one in found)


def run(*arguments, code=0):
    result = CliRunner().invoke(app, ["read", *map(str, arguments)])
    assert result.exit_code == code, result.stderr
    return result


def page(folder, name, body):
    file = folder / name
    file.write_bytes(f"<title>稀土新规今日出台_某网</title><h1>稀土新规今日出台</h1>{body}".encode("gb18030"))
    return file


def test_several_files_give_a_line_each_with_exactly_the_keys(tmp_path):
    files = [page(tmp_path, f"{n}.html", f"<p>2026-02-0{n} 08:00 来源：某报</p><div id=zoom><p>{TEXT}</p></div>") for n in (1, 2)]
    lines = [json.loads(line) for line in run("--article", "--json", *files).stdout.splitlines()]
    keys = ["title", "published", "precision", "updated", "author", "publisher", "documents", "attachments", "text"]
    assert [list(line) for line in lines] == [keys, keys]
    assert [line["published"] for line in lines] == ["2026-02-01T08:00:00+08:00", "2026-02-02T08:00:00+08:00"]


def test_the_zone_counts_where_the_page_names_none(tmp_path):
    file = page(tmp_path, "a.html", f"<p>发布时间：2026-02-01 08:00</p><div id=zoom><p>{TEXT}</p></div>")
    line = json.loads(run("--article", "--json", "--zone", "Asia/Tokyo", file).stdout)
    assert line["published"] == "2026-02-01T08:00:00+09:00"
    run("--article", "--zone", "Nowhere/Else", file, code=2)


def test_the_readable_form_names_what_was_found(tmp_path):
    body = f"<p>2026-02-01 08:00 来源：某报</p><div id=zoom><p>某财〔2026〕7号</p><p>{TEXT}</p><a href=a.pdf>附件1</a></div>"
    told = run("--article", page(tmp_path, "a.html", body)).stdout
    for words in ("稀土新规今日出台", "某报", "某财〔2026〕7号 (its own)", "附件1 a.pdf", TEXT):
        assert words in told


def test_a_file_that_is_no_page_is_told_and_the_rest_is_read(tmp_path):
    (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
    (tmp_path / "b.png").write_bytes(b"\x89PNG\r\n")
    good = page(tmp_path, "c.html", f"<div id=zoom><p>{TEXT}</p></div>")
    result = run("--article", "--json", tmp_path / "a.pdf", tmp_path / "b.png", tmp_path / "none.html", good, code=1)
    broken, read = map(json.loads, result.stdout.splitlines())
    assert (broken["document"]["state"], broken["text"], read["text"]) == ("broken", "", TEXT)
    for words in ("a.pdf: this pdf is damaged", "b.png: is a picture", "none.html: cannot be read"):
        assert words in result.stderr


def test_a_picture_is_told_as_the_reason_for_no_text(tmp_path):
    result = run("--article", "--json", page(tmp_path, "a.html", "<div class=TRS_Editor><img src=a.jpg></div>"))
    assert json.loads(result.stdout)["text"] == ""
    assert "its text is a picture" in result.stderr


def test_a_page_is_read_in_one_way_only(tmp_path):
    assert "neither" in run("--article", "--kind", "feed", page(tmp_path, "a.html", ""), code=2).stderr

"""How a visit of the listing kind goes on from the last one, and what its options refuse."""

import csv
import os
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from listing_driver import AT, Web, source
from pydantic import ValidationError

from rarewatch import errors
from rarewatch.nouns.source import Got, Remembered, Validators
from rarewatch.sources._links import may_fetch
from rarewatch.sources._listing_rows import read_rows
from rarewatch.sources._onward import onward
from rarewatch.sources.listing import Listing
from rarewatch.text.charset import decode

URL = "https://www.example.cn/list/"
LISTING = source(URL, {"item": "li", "date": "i"})


def index(*titles):
    rows = "".join(f"<li><a href='/{title}.html'>{title}</a><i>2026-11-2{n}</i></li>" for n, title in enumerate(titles))
    return f"<meta charset=utf-8><ul>{rows}</ul>".encode()


def article(title):
    return f"<meta charset=utf-8><title>{title}</title><h1>{title}</h1><div id=zoom>{title}的正文，共若干字。</div>".encode()


def web(*titles, **answers):
    pages = {f"https://www.example.cn/{title}.html": answers.get(title, article(title)) for title in titles}
    return Web({URL: index(*titles), **pages}, headers={"etag": '"v1"', "last-modified": "Sun, 22 Nov 2026 08:00:00 GMT"})


def asked(of):
    return [get.url.removeprefix("https://www.example.cn/") for get in of.asked]


def after(reading):
    return Remembered(reading.validators, frozenset(reading.marks))


def test_the_first_reading_fetches_every_article_in_the_order_of_the_page():
    first = web("甲", "乙")
    reading = first.drive(LISTING)
    assert asked(first) == ["list/", "甲.html", "乙.html"]
    assert [draft.text for draft in reading.drafts] == ["甲的正文，共若干字。", "乙的正文，共若干字。"]
    assert (reading.known, reading.complete, reading.unchanged) == (0, True, False)
    assert (reading.validators.etag, reading.validators.last_modified) == ('"v1"', "Sun, 22 Nov 2026 08:00:00 GMT")
    assert first.asked[1].headers["Referer"] == URL


def test_the_index_is_asked_for_conditionally_and_304_is_unchanged():
    seen = Remembered(Validators("e", "l", "b"))
    silent = Web({URL: Got(URL, 304, {}, b"", "", AT)})
    reading = silent.drive(LISTING, seen)
    assert silent.asked[0].validators == seen.validators
    assert (reading.unchanged, reading.validators, reading.complete) == (True, seen.validators, True)


def test_the_same_bytes_are_unchanged():
    first = web("甲", "乙").drive(LISTING)
    again = web("甲", "乙")
    reading = again.drive(LISTING, after(first))
    assert reading.unchanged
    assert reading.drafts == ()
    assert asked(again) == ["list/"]


def test_known_rows_are_counted_and_not_fetched():
    first = web("甲", "乙").drive(LISTING)
    later = web("丙", "甲", "乙")
    reading = later.drive(LISTING, after(first))
    assert asked(later) == ["list/", "丙.html"]
    assert [draft.title for draft in reading.drafts] == ["丙"]
    assert reading.known == 2
    assert set(first.marks) < set(reading.marks)


def test_another_date_on_a_row_does_not_make_it_new_but_another_title_does():
    first = web("甲").drive(LISTING)
    redated = Web({URL: index("甲").replace(b"2026-11-20", b"2026-11-21")}).drive(LISTING, after(first))
    assert (redated.known, redated.drafts) == (1, ())
    corrected = Web({URL: index("甲").replace("甲</a>".encode(), "甲（更正）</a>".encode())}).drive(LISTING, after(first))
    assert [draft.title for draft in corrected.drafts] == ["甲（更正）"]


def test_a_failed_article_is_told_by_its_title_and_looked_for_again():
    seen = Remembered(Validators('"v0"', "", "old"), frozenset(web("丙").drive(LISTING).marks))
    broken = web("甲", "乙", "丙", 乙=errors.ServerTrouble("502"))
    reading = broken.drive(LISTING, seen)
    assert [(draft.title, draft.title_only) for draft in reading.drafts] == [("甲", False), ("乙", True)]
    assert [fault.name for fault in reading.faults] == ["server-trouble"]
    assert not reading.complete
    assert reading.validators == seen.validators
    assert reading.drafts[1].mark not in reading.marks
    mended = web("甲", "乙", "丙")
    second = mended.drive(LISTING, after(reading))
    assert asked(mended) == ["list/", "乙.html"]
    assert [(draft.title, draft.title_only) for draft in second.drafts] == [("乙", False)]
    assert second.complete
    assert second.drafts[0].mark == reading.drafts[1].mark


def test_articles_beyond_the_cap_follow_at_the_next_poll():
    few = source(URL, {"item": "li", "max_articles": 2})
    titles = ["甲", "乙", "丙", "丁", "戊"]
    seen, rounds = Remembered(), []
    for _ in range(4):
        visit = web(*titles)
        reading = visit.drive(few, seen)
        rounds.append((asked(visit)[1:], reading.complete))
        seen = after(reading)
    assert rounds == [(["甲.html", "乙.html"], False), (["丙.html", "丁.html"], False), (["戊.html"], True), ([], True)]


def test_a_request_to_slow_down_ends_the_tour():
    busy = web("甲", "乙", "丙", 甲=errors.RateLimited("429", after=60))
    reading = busy.drive(LISTING)
    assert asked(busy) == ["list/", "甲.html"]
    assert [draft.title_only for draft in reading.drafts] == [True, True, True]
    assert not {draft.mark for draft in reading.drafts} & set(reading.marks)


def test_a_host_that_fails_three_times_in_a_row_is_left_alone():
    titles = ["甲", "乙", "丙", "丁", "戊"]
    down = web(*titles, **dict.fromkeys(titles, errors.Unreachable("time-out")))
    reading = down.drive(LISTING)
    assert asked(down) == ["list/", "甲.html", "乙.html", "丙.html"]
    assert len(reading.drafts) == 5
    gone = web(*titles, **dict.fromkeys(titles, errors.Missing("404")))
    gone.drive(LISTING)
    assert len(gone.asked) == 6


def test_a_fault_on_the_list_page_passes():
    with pytest.raises(errors.Unreachable):
        Web({URL: errors.Unreachable("time-out")}).drive(LISTING)


def test_too_few_rows_are_a_changed_layout():
    with pytest.raises(errors.LayoutChanged, match=r"2 rows .* at least 3"):
        web("甲", "乙").drive(source(URL, {"item": "li", "min_items": 3}))


def test_an_empty_list_may_be_allowed():
    assert Web({URL: b"<p>none yet</p>"}).drive(source(URL, {"item": "li", "min_items": 0})).drafts == ()


def test_damage_in_the_list_is_named_and_the_rows_are_kept():
    body = index("甲").replace(b"</ul>", b"<li><a href=/x.html>\xff\xff\xff\x81</a></li></ul>" + "稀土".encode() * 20)
    reading = Web({URL: body}).drive(source(URL, {"item": "li", "articles": "never", "charset": "utf-8"}))
    assert [fault.name for fault in reading.faults] == ["bad-encoding"]
    assert [draft.title for draft in reading.drafts][:1] == ["甲"]


def test_a_redirected_list_resolves_against_its_final_address_and_owns_both_hosts():
    moved = Web({"https://new.example.cn/a.html": article("甲"), "https://www.example.cn/b.html": article("乙")})
    body = b"<meta charset=utf-8><li><a href='a.html'>\xe7\x94\xb2</a><li><a href='https://www.example.cn/b.html'>\xe4\xb9\x99</a>"
    moved.answers = {**moved.answers, URL: Got("https://new.example.cn/", 200, {}, body, "d", AT)}
    assert [draft.title_only for draft in moved.drive(LISTING).drafts] == [False, False]


def test_the_articles_exact_date_on_the_rows_day_comes_first():
    page = article("甲").replace(
        b"<h1>", b"<meta name=PubDate content='2026-11-20 09:30'><meta name=publishdate content='2026-01-01 00:10'><h1>"
    )
    reading = web("甲", 甲=page).drive(LISTING)
    assert reading.drafts[0].dates == ("2026-11-20 09:30", "2026-01-01 00:10", "2026-11-20")


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"item": "li["},
        {"item": ""},
        {"item": "li", "nonsense": 1},
        {"item": "li", "title": "a@"},
        {"item": "li", "date": ["i", "::"]},
        {"item": "li", "charset": "klingon"},
        {"item": "li", "articles": "always"},
        {"item": "li", "max_articles": 0},
        {"item": "li", "min_items": -1},
        {"item": "li", "article": {"body": "p"}},
        {"item": "li", "article": {"text": "p["}},
    ],
)
def test_bad_options(options):
    with pytest.raises(ValidationError):
        Listing.Options.model_validate(options)


def test_every_option_is_described():
    schema = Listing.Options.model_json_schema()
    fields = [*schema["properties"].values(), *schema["$defs"]["ArticleOptions"]["properties"].values()]
    assert all(field.get("description") for field in fields)


@pytest.mark.parametrize(
    ("html", "target"),
    [
        ("<meta http-equiv=refresh content='0;url=/b.html'>", "https://www.example.cn/b.html"),
        ("<META HTTP-EQUIV='Refresh' CONTENT=\"0; URL='b.html'\">", "https://www.example.cn/x/b.html"),
        ("<script>window.location.href='../b.html'</script>", "https://www.example.cn/b.html"),
        ('<script>location.replace("//m.example.cn/b")</script>', "https://m.example.cn/b"),
        ("<script>var _cofing1={href:\"/b.html\",type:'1'}</script>", "https://www.example.cn/b.html"),
        ("<iframe src=frame.html></iframe>", "https://www.example.cn/x/frame.html"),
        ("<!--[if IE]><script>location.href='/old.html'</script><![endif]-->", ""),
        ("<iframe src='about:blank'></iframe>", ""),
        ("<script>location.href='http://[bad/'</script>", ""),
        ("<script>location.href='a.html'</script>", ""),
        (f"<p>{'正文' * 60}</p><iframe src=ad.html></iframe>", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_onward(html, target):
    assert onward(html, "https://www.example.cn/x/a.html") == target


@pytest.mark.parametrize(
    ("href", "url"),
    [
        ("./a.html", "https://www.example.cn/list/a.html"),
        ("../../a.html", "https://www.example.cn/a.html"),
        ("//b.example.cn/a.html", "https://b.example.cn/a.html"),
        (" a.\nhtml ", "https://www.example.cn/list/a.html"),
        ("a.html#p", "https://www.example.cn/list/a.html"),
        ("?id=3", "https://www.example.cn/list/?id=3"),
        ("#/news/3", None),
        ("app#/news/3", "https://www.example.cn/list/app#/news/3"),
        ("JavaScript:go()", None),
        ("mailto:a@b.cn", None),
        ("tel:123", None),
        ("", None),
        ("/", None),
        ("#", None),
        (URL, None),
        ("http://[bad", None),
    ],
)
def test_addresses(href, url):
    rows = read_rows(f"<li><a href='{href}'>题</a></li>", URL, LISTING.options)
    assert [row.url for row in rows] == ([] if url is None else [url])


@pytest.mark.parametrize(
    ("markup", "title"),
    [
        ("<a href=1 title='稀土出口新规出台'>稀土出口…</a>", "稀土出口新规出台"),
        ("<a href=1 title='稀土出口新规出台'>稀土出口...</a>", "稀土出口新规出台"),
        ("<a href=1 title='稀土出口新规出台'>稀土出口</a>", "稀土出口新规出台"),
        ("<a href=1 title='点击查看'>稀土出口新规出台</a>", "稀土出口新规出台"),
        ("<a href=1 title='稀土出口新规出台'></a>", "稀土出口新规出台"),
        ("<a href=1>稀土出口......</a>", "稀土出口…"),
        ("<a href=1><img></a><a href=1>稀土出口新规出台</a><a href=1>这里是一段比标题更长的摘要文字</a>", "稀土出口新规出台"),
        ("<a href=2>[快讯]</a><a href=1>稀土出口新规出台</a>", "稀土出口新规出台"),
        ("<a href=1>稀土\n  <em>出口</em>　新规</a>", "稀土 出口 新规"),
        ("<a href=1></a>", ""),
    ],
)
def test_titles(markup, title):
    rows = read_rows(f"<li>{markup}</li>", URL, LISTING.options)
    assert [(row.url, row.title) for row in rows] == [("https://www.example.cn/list/1", title)]


def test_hosts():
    assert may_fetch("https://a.cn/x", ("a.cn",), ())
    assert may_fetch("https://gi.mnr.cn/x", ("a.cn",), ("*.mnr.cn",))
    assert may_fetch("https://B.cn/x", ("a.cn",), ("b.CN",))
    assert not may_fetch("https://evilmnr.cn/x", ("a.cn",), ("*.mnr.cn",))
    assert not may_fetch("https://mp.weixin.qq.com/s", ("a.cn",), ())


words = st.text(alphabet="稀土出口新规<>&\"'…. a1/", min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(st.lists(words, max_size=6), st.integers(0, 40))
def test_any_page_is_read_or_named(parts, cut):
    body = ("<ul>" + "".join(f"<li><a href={part!r}>{part}</a>" for part in parts)).encode()
    try:
        reading = Web({URL: body[: len(body) - cut]}).drive(replace(LISTING, options=Listing.Options(item="li", articles="never")))
    except (errors.LayoutChanged, errors.Refused):
        return
    assert len(reading.marks) == len(set(reading.marks)) == len(reading.drafts)
    assert all(draft.url.startswith(("http://", "https://")) for draft in reading.drafts)


CORPUS = Path(os.environ.get("RAREWATCH_CORPUS", Path(__file__).parents[3] / "shared/corpus")) / "lists_zh"


def recorded(name, url, **options):
    if not CORPUS.is_dir():
        pytest.skip(f"no recorded input at {CORPUS}")
    return read_rows(decode((CORPUS / name).read_bytes()).text, url, Listing.Options(**options))


@pytest.mark.corpus
@pytest.mark.parametrize(
    ("name", "url", "options", "count", "host"),
    [
        ("mofcom_zcfb_index_202509.html", "https://www.mofcom.gov.cn/zwgk/zcfb/", {"item": "ul.policy-list > li", "date": "span"}, 8, "www.mofcom.gov.cn"),
        ("gerapy_list_dfa66_announcement.html", "https://www.dfa66.com/a/", {"item": "ul.glist li", "date": ".t"}, 10, "www.dfa66.com"),
        ("gerapy_list_hsqhfunds_announcement.html", "https://www.hsqhfunds.com/a/", {"item": "#dyContentMsgList > div", "date": "span"}, 20, "www.hsqhfunds.com"),
        ("gerapy_list_netease_rolling_news.html", "http://news.163.com/latest/", {"item": "#instantPanel li", "date": "span"}, 40, ".163.com"),
    ],
)  # fmt: skip
def test_recorded_lists(name, url, options, count, host):
    rows = recorded(name, url, **options)
    assert len(rows) == count
    assert all(host in row.url.split("/")[2] and row.title and row.date for row in rows)


@pytest.mark.corpus
@pytest.mark.parametrize("folder", ["eb_goodszx", "eb_supplierzx"])
def test_recorded_lists_of_one_system(folder):
    if not CORPUS.is_dir():
        pytest.skip(f"no recorded input at {CORPUS}")
    with (CORPUS / folder / "TRUTH_items.tsv").open(encoding="utf-8") as lines:
        truth = {
            (row["page"], row["id"], " ".join(row["title"].split()), row["date"])
            for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        }
    found = set()
    for path in (CORPUS / folder).glob("*.html"):
        rows = recorded(
            f"{folder}/{path.name}", "http://h.cn/l", item="table tr", link="a.cmsHref_self", link_attr="id", date="td:last-child"
        )
        found |= {(path.name, row.url.removeprefix("http://h.cn"), row.title, row.date) for row in rows}
    assert found == truth

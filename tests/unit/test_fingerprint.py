"""Which kind an answer is taken for, what a JSON list is made of, and how a draft is written."""

import json
from datetime import UTC, datetime

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from rarewatch.cli.sources_draft import load
from rarewatch.errors import Refused
from rarewatch.fingerprint import Guess, fingerprint, leads_of, target_of
from rarewatch.fingerprint.draft import Outline, id_of, publisher_of, render
from rarewatch.fingerprint.json_shape import shape_of
from rarewatch.nouns.source import Got, Publisher, Tier

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
URL = "https://www.ministry.gov.cn/xxgk/tzgg/index.html"
TITLES = [f"关于第{number}批稀土产品追溯信息填报的通知" for number in "一二三四五六"]


def got(body, url=URL, content_type=""):
    raw = body if isinstance(body, bytes) else body.encode()
    return Got(url, 200, {"content-type": content_type} if content_type else {}, raw, "d", AT)


def kinds(body, url=URL, **more):
    return [guess.kind for guess in fingerprint(got(body, url, **more))]


def page(body, head=""):
    return f"<html><head><title>通知公告-某某部</title>{head}</head><body>{body}</body></html>"


LIST = (
    "<ul class='list'>"
    + "".join(f"<li><a href='/a/{n}.html'>{t}</a><b>2026-11-0{n + 1}</b></li>" for n, t in enumerate(TITLES))
    + "</ul>"
)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<?xml version='1.0'?><rss version='2.0'><channel><item/></channel></rss>", "feed"),
        ("<feed xmlns='http://www.w3.org/2005/Atom'><entry/></feed>", "feed"),
        ("<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'><item/></rdf:RDF>", "feed"),
        ('{"version": "https://jsonfeed.org/version/1.1", "items": []}', "feed"),
        ("<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://x.cn/1</loc></url></urlset>", "sitemap"),
        ("<sitemapindex><sitemap><loc>https://x.cn/1.xml</loc></sitemap></sitemapindex>", "sitemap"),
        ('[{"TITLE": "a", "SUB_TITLE": "", "URL": "/1.htm", "DOCRELPUBTIME": "2026-11-20"}]', "govcn_json"),
        ('callback({"list": [{"title": "稀土管理条例", "url": "/1.html"}]});', "json_list"),
        (page("<script type='text/xml'><recordset><record><![CDATA[<li><a href='/1'>a</a></li>]]></record></recordset></script>"), "jpage"),
        (page("<script url='/api-gateway/jpaas-publish-server/front/page/build/unit' querydata=\"{'webId':'1','pageId':'2','tagId':'列表'}\"></script>"), "jpaas"),
        (page("<ul data='datasource:0123456789abcdef'></ul>"), "xinhua_ds"),
        (page("", "<link rel='alternate' type='application/atom+xml' href='/atom.xml'>"), "feed"),
        (page("<img src='/wp-content/a.png'>"), "feed"),
        (page(LIST), "listing"),
        (page("<p>本月挂牌价格如下</p>"), "page"),
    ],
)  # fmt: skip
def test_the_first_guess(body, kind):
    assert kinds(body)[0] == kind


def test_every_web_page_can_be_watched_as_a_page_at_last():
    assert kinds(page(LIST))[-1] == "page"
    assert "page" not in kinds("<rss version='2.0'><channel/></rss>")


@pytest.mark.parametrize(
    ("url", "exchange", "stocks"),
    [
        ("http://www.cninfo.com.cn/new/disclosure/stock?stockCode=600111", "cninfo", ["600111"]),
        ("https://www.sse.com.cn/assortment/stock/list/info/announcement/index.shtml?productId=600010", "sse", ["600010"]),
        ("https://www.szse.cn/disclosure/listed/notice/", "szse", ["600111"]),
    ],
)
def test_an_exchange_is_told_by_its_host_and_its_stocks_by_the_address(url, exchange, stocks):
    guess = fingerprint(got(page(""), url))[0]

    assert (guess.kind, guess.options) == ("filing", {"exchange": exchange, "stocks": stocks})
    assert bool(guess.doubts) == ("6001" not in url and "6000" not in url)


def test_an_address_with_a_day_in_it_gives_way_to_one_without():
    url = "https://paper.people.example.cn/rb/layout/202611/22/node_01.html"
    links = "<a href='node_02.html'>02版</a><ul class='news-list'><li><a href='../../../content/202611/22/content_1.html'>要闻</a></li></ul>"
    papers = [guess for guess in fingerprint(got(page(links), url)) if guess.kind == "epaper"]

    assert papers[0].url == "https://paper.people.example.cn/rb/layout/index.html"
    assert papers[-1].url == url
    assert "never change" in papers[-1].doubts[0]


def test_several_units_or_data_files_are_each_tried():
    unit = "<script url='/front/page/build/unit' querydata=\"{'webId':'1','pageId':'2','tagId':'%s'}\"></script>"
    assert [g.options.get("tag") for g in fingerprint(got(page(unit % "甲" + unit % "乙"))) if g.kind == "jpaas"] == ["甲", "乙"]
    files = page("<ul id='left' data='datasource:aaaa1111'></ul><ul id='right' data='datasource:bbbb2222'></ul>")
    assert [g.options.get("container") for g in fingerprint(got(files)) if g.kind == "xinhua_ds"] == [None, "#left", "#right"]


def test_comments_are_no_feed_of_the_page():
    head = "<link rel='alternate' type='application/rss+xml' title='某站 » 评论' href='/comments/feed/'>"

    assert "feed" not in kinds(page(LIST, head))


def test_sister_hosts_are_allowed_and_strangers_are_not():
    rows = LIST.replace("/a/0.html", "https://gi.ministry.gov.cn/0.html").replace("/a/1.html", "https://mp.weixin.qq.com/s/1")
    (listing,) = (guess for guess in fingerprint(got(page(rows))) if guess.kind == "listing")

    assert listing.options["allow_hosts"] == ["gi.ministry.gov.cn"]


def test_further_pages_and_lists_built_elsewhere_are_said():
    script = "<script>createPageHTML(20, 0, 'index', 'html')</script><script>$.post('/queryList', x)</script>"
    (listing,) = (guess for guess in fingerprint(got(page(LIST + script))) if guess.kind == "listing")

    assert any("index_1.html and on, 20 in all" in doubt for doubt in listing.doubts)
    assert any("/queryList" in doubt for doubt in listing.doubts)


def test_a_wall_is_no_page():
    with pytest.raises(Refused):
        fingerprint(got("<html><script>var arg1='0123456789ABCDEF0123456789ABCDEF';</script></html>"))


def test_a_page_that_passes_on_is_followed_on_its_own_site_only():
    stub = "<html><head><meta http-equiv='refresh' content='0; url=%s'></head></html>"

    assert target_of(got(stub % "today/node_01.html")) == "https://www.ministry.gov.cn/xxgk/tzgg/today/node_01.html"
    assert target_of(got(stub % "https://elsewhere.example/")) == ""


def test_data_files_are_looked_for_where_the_page_shows_no_list():
    script = "<script>var a='./LIST.json', b='https://elsewhere.example/x.json';</script>"
    empty, full = got(page(script)), got(page(LIST + script))

    assert leads_of(empty, fingerprint(empty)) == ["https://www.ministry.gov.cn/xxgk/tzgg/LIST.json"]
    assert leads_of(full, fingerprint(full)) == []


def items(**more):
    return [
        {"docId": 70 + n, "docTitle": title, "pubUrl": f"/{n}.html", **{name: make(n) for name, make in more.items()}}
        for n, title in enumerate(TITLES)
    ]


def test_fields_are_told_by_name_and_content():
    rows = items(
        createTime=lambda n: f"2026-10-0{n + 1} 08:00:00", publishTime=lambda n: f"2026-11-0{n + 1}", imgUrl=lambda n: f"/i/{n}.png",
        readCount=lambda n: 1_700_000_000 + n, body=lambda n: f"<p>{'全文' * 150}</p>", ly=lambda n: "某部",
    )  # fmt: skip
    shape = shape_of({"code": 200, "menus": [{"name": "首页栏目", "url": "/"}], "data": {"rows": rows}}, URL, AT)

    assert shape.options == {
        "items": "data.rows", "key": "docId", "title": "docTitle", "link": "pubUrl", "date": "publishTime", "text": "body", "origin": "ly",
    }  # fmt: skip
    assert shape.doubts == ()


@pytest.mark.parametrize(
    ("wrap", "path"),
    [
        (lambda rows: rows, "@"),
        (lambda rows: {"result": {"list-1": rows}}, 'result."list-1"'),
        (
            lambda rows: {"days": [{"day": "2026-11-01", "rows": rows[:3]}, {"day": "2026-11-02", "rows": rows[3:]}]},
            "days[].rows[]",
        ),
        (lambda rows: {"data": json.dumps({"rows": rows})}, "parse_json(data).rows"),
    ],
)
def test_a_list_is_found_in_its_envelope(wrap, path):
    shape = shape_of(wrap(items(time=lambda n: 1_763_000_000 + n)), URL, AT)

    assert (shape.options["items"], shape.items) == (path, len(TITLES))
    assert shape.options["date"] == "time"


def test_what_items_lack_is_said():
    shape = shape_of([{"title": title, "n": 1} for title in TITLES], URL, AT)

    assert len(shape.doubts) == 2
    beside = shape_of(
        [{"title": title, "url": f"finalpage/{n}.pdf", "date": "2026-11-01"} for n, title in enumerate(TITLES)], URL, AT
    )
    assert ["`base`" in doubt for doubt in beside.doubts] == [True]


@pytest.mark.parametrize("value", [[], {}, {"a": [1, 2]}, "text", None, [{"a": 1}], {"list": [{"url": "/1.html"}]}])
def test_what_is_no_list_has_no_shape(value):
    assert shape_of(value, URL, AT) is None


@pytest.mark.parametrize(
    ("query", "page_options"),
    [
        ("page=1&size=6", {"name": "page", "first": 1, "step": 1, "size": 6}),
        ("pageNo=0&pageSize=20", {"name": "pageNo", "first": 0, "step": 1}),
        ("start=0&limit=6", {"name": "start", "first": 0, "step": 6, "size": 6}),
        ("channel=7", None),
    ],
)
def test_how_a_query_turns_the_list(query, page_options):
    assert shape_of(items(), f"{URL}?{query}", AT).options.get("page") == page_options


@pytest.mark.parametrize(
    ("url", "id_", "tier", "owned"),
    [
        ("https://www.mofcom.gov.cn/a/", "gov.mofcom", Tier.ISSUER, True),
        ("http://www.ac-rei.org.cn/", "org.ac_rei", Tier.ISSUER, False),
        ("http://www.news.cn/politics/", "media.news", Tier.STATE_MEDIUM, True),
        ("https://www.mining.com/", "media.mining", Tier.TRADE_PRESS, False),
        ("https://query.sse.com.cn/", "exchange.sse", Tier.ISSUER, True),
        ("http://127.0.0.1:8000/", "media.127_0_0_1", Tier.TRADE_PRESS, False),
    ],
)
def test_a_publisher_is_guessed_from_its_host(url, id_, tier, owned):
    made, doubts = publisher_of(page(""), url)

    assert (made.id, made.tier, made.state_owned, made.name) == (id_, tier, owned, "某某部")
    assert doubts


@pytest.mark.parametrize(
    ("url", "id_"),
    [
        ("https://x.gov.cn/zwgk/zcfb/index.html", "mofcom-zcfb"),
        ("https://x.gov.cn/col/col1234/index.html", "mofcom-col1234"),
        ("https://x.gov.cn/", "mofcom-news"),
        ("https://x.gov.cn/公告/", "mofcom-news"),
    ],
)
def test_an_id_comes_from_the_address(url, id_):
    assert id_of("gov.mofcom", url) == id_


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)


@given(WORDS, WORDS, WORDS, st.lists(WORDS, max_size=3))
@settings(deadline=None)
def test_whatever_was_seen_the_draft_is_yaml_that_our_loader_takes(name, seen, title, doubts):
    guess = Guess("listing", URL, seen, {"item": "ul li", "title": ["a@title"]}, tuple(doubts))
    outline = Outline(Publisher("gov.x", name.strip() or "x", title.strip()), "x-news", guess, 3, 14, allow_private=True)

    source = load(render(outline))

    assert (source.id, source.url, source.options.min_items) == ("x-news", URL, 3)
    assert source.expects.newest_within == 14 * 86_400
    assert yaml.safe_load(render(outline))["publisher"]["id"] == "gov.x"


PIECES = st.lists(
    st.sampled_from(["<html>", "<body>", LIST, "<rss>", "<urlset>", "<recordset><record>", "<![CDATA[", "{", "[", '"a":', '"', "}", "]", "1", ",",
                     "<script querydata=\"{'webId':'1','pageId':''}\" url='//['>", "<a data-url='//[/x.html'>稀土管理条例通知</a>", "\x00", "\xff",
                     "<ul data='datasource:abcd'>", "<link rel=alternate type='application/rss+xml' href='http://['>", "wp-content", "<base href='//['>"]),
    max_size=20,
).map("".join)  # fmt: skip


@given(PIECES)
@settings(deadline=None, max_examples=150)
def test_no_answer_breaks_the_guessing_and_every_guess_can_be_drafted(text):
    for guess in fingerprint(got(text.encode("latin-1", "replace"))):
        outline = Outline(Publisher("gov.x", "x"), "x-news", guess)
        assert load(render(outline)).kind == guess.kind

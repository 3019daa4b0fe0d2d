"""What every source kind must hold, whatever it reads. A new kind adds one `Sample` here; a kind without one fails."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from pydantic import BaseModel, ValidationError

from rarewatch import registry, sources
from rarewatch.errors import SourceFault, Unreachable
from rarewatch.nouns.source import Got, Publisher, Remembered, Source, Validators

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
URL = "https://publisher.example/list/index.html"


@dataclass(frozen=True)
class Sample:
    """A list of a kind with at least two entries; `articles` are further pages by address.

    `before` are pages that lead to the list, in the order in which they are asked for, and `index` is where it then stands;
    `trailer` makes other bytes of the same list; `earlier` is the page as it was read before, for a kind that tells differences.
    """

    page: bytes
    entries: int
    index: str = URL
    before: Mapping[str, bytes] = field(default_factory=dict)
    trailer: bytes = b"<!-- 1 -->"
    earlier: bytes = b""
    options: Mapping[str, object] = field(default_factory=dict)
    articles: Mapping[str, bytes] = field(default_factory=dict)
    content_type: str = "text/html; charset=utf-8"


ARTICLE = "<html><body><h1>{0}</h1><div class=t><p>{0}，正文第一段，说明情况。</p></div></body></html>"
SAMPLES = {
    "feed": Sample(
        page=(
            '<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><title>c</title>'
            "<item><title>稀土一</title><link>https://publisher.example/1</link><guid>1</guid></item>"
            "<item><title>稀土二</title><link>https://publisher.example/2</link></item></channel></rss>"
        ).encode(),
        entries=2,
        content_type="text/xml",
    ),
    "listing": Sample(
        page="<html><body><ul><li><a href=a1.html>稀土一号公告</a></li><li><a href=a2.html>稀土二号公告</a></li></ul></body></html>".encode(),
        entries=2,
        options={"item": "ul li", "article": {"text": ".t"}},
        articles={
            "https://publisher.example/list/a1.html": ARTICLE.format("稀土一号公告").encode(),
            "https://publisher.example/list/a2.html": ARTICLE.format("稀土二号公告").encode(),
        },
    ),
}

UNIT = {"parseType": "bulidstatic", "webId": "w1", "tplSetId": "t1", "pageType": "column", "tagId": "list", "pageId": "p1"}
SAMPLES |= {
    "govcn_json": Sample(
        page=(
            '[{"TITLE":"稀土一号公告","SUB_TITLE":"","URL":"https://publisher.example/c1.htm","DOCRELPUBTIME":"2026-11-22"},'
            '{"TITLE":"稀土二号公告","SUB_TITLE":"","URL":"../c2.htm","DOCRELPUBTIME":"2026-11-21"}]'
        ).encode(),
        entries=2,
        trailer=b"\n",
        options={"article": {"text": ".t"}},
        articles={f"https://publisher.example/c{n}.htm": ARTICLE.format(f"稀土{n}号公告").encode() for n in (1, 2)},
        content_type="application/json",
    ),
    "jpaas": Sample(
        page=(
            '{"success":true,"code":"200","data":{"html":"<ul><li><a href=\'a1.html\'>稀土一号公告</a><span>2026-11-22</span></li>'
            "<li><a href='a2.html'>稀土二号公告</a><span>2026-11-21</span></li></ul>\"}}"
        ).encode(),
        entries=2,
        index="https://publisher.example/api-gateway/jpaas-publish-server/front/page/build/unit?" + urlencode(UNIT),
        before={
            URL: f'<html><body><div><script url="/api-gateway/jpaas-publish-server/front/page/build/unit" queryData="{UNIT}">'
            "</script></div></body></html>".encode()
        },
        trailer=b"\n",
        options={"article": {"text": ".t"}},
        articles={f"https://publisher.example/list/a{n}.html": ARTICLE.format(f"稀土{n}号公告").encode() for n in (1, 2)},
        content_type="application/json",
    ),
    "jpage": Sample(
        page=(
            "<html><body><script type='text/xml'><datastore><recordset>"
            "<record><![CDATA[<li><a href='a1.html'>稀土一号公告</a></li>]]></record>"
            "<record><![CDATA[<li><a href='a2.html'>稀土二号公告</a></li>]]></record></recordset></datastore></script></body></html>"
        ).encode(),
        entries=2,
        options={"article": {"text": ".t"}},
        articles={f"https://publisher.example/list/a{n}.html": ARTICLE.format(f"稀土{n}号公告").encode() for n in (1, 2)},
    ),
    "xinhua_ds": Sample(
        page=(
            '{"datasource":[{"contentId":"c1","title":"稀土一号公告","publishUrl":"a1.html","publishTime":"2026-11-22 09:00:00"},'
            '{"contentId":"c2","title":"稀土二号公告","publishUrl":"a2.html","publishTime":"2026-11-22 08:00:00"}]}'
        ).encode(),
        entries=2,
        index="https://publisher.example/list/ds_0a1b2c3d.json",
        before={URL: b'<html><body><ul id="content-list" data="datasource:0a1b2c3d" preview="ds_"></ul></body></html>'},
        trailer=b"\n",
        options={"article": {"text": ".t"}},
        articles={f"https://publisher.example/list/a{n}.html": ARTICLE.format(f"稀土{n}号公告").encode() for n in (1, 2)},
        content_type="application/json",
    ),
}
SAMPLES |= {
    "epaper": Sample(
        page=(
            "<html><body><div id=list><a href=index.html>第01版</a></div><div class=news-list><ul>"
            "<li><a href=content_1.html>稀土一号公告</a></li><li><a href=content_2.html>稀土二号公告</a></li></ul></div></body></html>"
        ).encode(),
        entries=2,
        options={"article": {"text": ".t"}},
        articles={f"https://publisher.example/list/content_{n}.html": ARTICLE.format(f"稀土{n}号公告").encode() for n in (1, 2)},
    ),
    "filing": Sample(
        page=(
            '{"data":[{"id":"f1","title":"关于稀土精矿价格的公告","publishTime":"2026-11-21 00:00:00","secCode":["000831"],'
            '"secName":["中国稀土"],"attachPath":"/d/1.PDF"},{"id":"f2","title":"关于担保的公告","publishTime":"2026-11-20 17:03:11",'
            '"secCode":["000831"],"secName":["中国稀土"],"attachPath":"/d/2.PDF"}],"announceCount":2}'
        ).encode(),
        entries=2,
        trailer=b"\n",
        options={"exchange": "szse", "stocks": ["000831"]},
        articles={f"https://disc.static.szse.cn/download/d/{n}.PDF": b"%PDF-1.4" for n in (1, 2)},
        content_type="application/json",
    ),
    "json_list": Sample(
        page='cb({"data":[{"t":"稀土一号公告","u":"a1.html"},{"t":"稀土二号公告","u":"a2.html"}]});'.encode(),
        entries=2,
        trailer=b"\n",
        options={"items": "data", "title": "t", "link": "u", "article": {"text": ".t"}},
        articles={f"https://publisher.example/list/a{n}.html": ARTICLE.format(f"稀土{n}号公告").encode() for n in (1, 2)},
        content_type="application/javascript",
    ),
    "page": Sample(
        page="<html><title>指标</title><body><p>2026年第一批指标已经下达给两家集团。</p><p>第二批指标尚未下达。</p></body></html>".encode(),
        entries=1,
        earlier="<html><title>指标</title><body><p>2026年第一批指标已经下达给两家集团。</p></body></html>".encode(),
    ),
    "sitemap": Sample(
        page=(
            b'<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
            b"<url><loc>https://publisher.example/a1.html</loc></url><url><loc>https://publisher.example/a2.html</loc></url></urlset>"
        ),
        entries=2,
        options={"article": {"text": ".t"}},
        articles={f"https://publisher.example/a{n}.html": ARTICLE.format(f"稀土{n}号公告").encode() for n in (1, 2)},
        content_type="application/xml",
    ),
}


def got(url, body, content_type="text/html; charset=utf-8"):
    return Got(url, 200, {"content-type": content_type}, body, hashlib.sha256(body).hexdigest(), AT)


def drive(kind, sample, *, seen=None, page=None, articles=None, status=200):
    """One visit of `kind` over the sample's pages; returns the reading and the addresses asked for."""
    klass = registry.load(sources.KINDS, kind)
    source = Source("s", kind, URL, Publisher("p", "P"), options=klass.Options.model_validate(sample.options))
    index = sample.page if page is None else page
    pages = {**sample.before, sample.index: index, **(sample.articles if articles is None else articles)}
    if seen is None and sample.earlier:
        first, _ = drive(kind, replace(sample, earlier=b""), page=sample.earlier)
        seen = Remembered(first.validators, frozenset(first.marks))
    asked = []
    visit = klass().read(source, seen or Remembered())
    try:
        get = next(visit)
        while True:
            asked.append(get)
            if status == 304 and get.url == sample.index:
                get = visit.send(Got(get.url, 304, {}, b"", "", AT))
            elif get.url in pages:
                get = visit.send(got(get.url, pages[get.url], sample.content_type if get.url == sample.index else "text/html"))
            else:
                get = visit.throw(Unreachable("not served", url=get.url))
    except StopIteration as stop:
        return stop.value, asked


@pytest.fixture(params=sorted(sources.KINDS))
def kind(request):
    assert request.param in SAMPLES, f"source kind {request.param} has no sample in this suite"
    return request.param


def test_the_same_bytes_give_the_same_drafts(kind):
    one, _ = drive(kind, SAMPLES[kind])
    two, _ = drive(kind, SAMPLES[kind])
    assert one == two
    assert len(one.drafts) == SAMPLES[kind].entries
    assert one.complete
    assert not one.unchanged


def test_every_draft_has_an_address_a_title_and_a_mark_of_its_own(kind):
    reading, _ = drive(kind, SAMPLES[kind])
    assert all(draft.url.startswith("https://") and draft.title for draft in reading.drafts)
    marks = [draft.mark for draft in reading.drafts]
    assert len(set(marks)) == len(marks)
    assert set(marks) <= set(reading.marks)


def test_the_request_for_the_list_is_conditional_once_there_are_validators(kind):
    sample = SAMPLES[kind]
    first, _ = drive(kind, sample)
    validators = Validators('"tag"', "Sun, 22 Nov 2026 08:00:00 GMT", "0" * 64)
    _, asked = drive(kind, sample, seen=Remembered(validators, frozenset(first.marks)))
    assert [get.url for get in asked] == [*sample.before, sample.index]
    assert asked[-1].validators == validators
    assert all(get.validators is None for get in asked[:-1])


def test_not_modified_is_a_reading_without_drafts_that_keeps_the_validators(kind):
    validators = Validators('"tag"', "", "0" * 64)
    first, _ = drive(kind, SAMPLES[kind])
    reading, _ = drive(kind, SAMPLES[kind], seen=Remembered(validators, frozenset(first.marks)), status=304)
    assert reading.unchanged
    assert not reading.drafts
    assert reading.validators.etag == '"tag"'


def test_the_same_body_again_is_unchanged(kind):
    first, _ = drive(kind, SAMPLES[kind])
    assert first.validators.body == hashlib.sha256(SAMPLES[kind].page).hexdigest()
    again, _ = drive(kind, SAMPLES[kind], seen=Remembered(first.validators, frozenset(first.marks)))
    assert again.unchanged
    assert not again.drafts


def test_known_entries_are_skipped_when_the_page_changed(kind):
    first, _ = drive(kind, SAMPLES[kind])
    changed = SAMPLES[kind].page + SAMPLES[kind].trailer
    seen = Remembered(Validators(), frozenset(first.marks))
    again, asked = drive(kind, SAMPLES[kind], seen=seen, page=changed)
    assert not again.drafts
    assert again.known == SAMPLES[kind].entries
    assert [get.url for get in asked] == [*SAMPLES[kind].before, SAMPLES[kind].index]
    assert set(again.marks) == set(first.marks)


@pytest.mark.parametrize("page", [b"", b"<html><head><title>404</title></head><body>gone</body></html>", b"\x00\xff" * 50])
def test_another_page_is_a_named_fault_and_never_no_news(kind, page):
    with pytest.raises(SourceFault) as raised:
        drive(kind, SAMPLES[kind], page=page)
    assert raised.value.name != SourceFault.name


@pytest.mark.parametrize("page", [b"", b"<html><head><title>404</title></head><body>gone</body></html>", b"\x00\xff" * 50])
def test_another_page_on_the_way_to_the_list_is_a_named_fault(kind, page):
    sample = SAMPLES[kind]
    if not sample.before:
        pytest.skip("this kind asks for its list at once")
    with pytest.raises(SourceFault) as raised:
        drive(kind, replace(sample, before=dict.fromkeys(sample.before, page)))
    assert raised.value.name != SourceFault.name


def test_a_fault_at_the_first_request_passes_through(kind):
    klass = registry.load(sources.KINDS, kind)
    options = klass.Options.model_validate(SAMPLES[kind].options)
    visit = klass().read(Source("s", kind, URL, Publisher("p", "P"), options=options), Remembered())
    next(visit)
    with pytest.raises(Unreachable):
        visit.throw(Unreachable("no route"))


def test_an_incomplete_reading_does_not_move_the_validators(kind):
    if not SAMPLES[kind].articles:
        pytest.skip("this kind reads one page only")
    before = Validators('"old"', "", "f" * 64)
    reading, _ = drive(kind, SAMPLES[kind], seen=Remembered(before), articles={})
    assert not reading.complete
    assert reading.faults
    assert reading.validators == before
    assert len(reading.drafts) == SAMPLES[kind].entries
    assert all(draft.title_only for draft in reading.drafts)


def test_options_refuse_what_they_do_not_know(kind):
    options: type[BaseModel] = registry.load(sources.KINDS, kind).Options
    with pytest.raises(ValidationError):
        options.model_validate({**SAMPLES[kind].options, "no_such_option": 1})


def test_every_option_says_what_it_is_for(kind):
    options: type[BaseModel] = registry.load(sources.KINDS, kind).Options
    assert all(about.description for about in options.model_fields.values())

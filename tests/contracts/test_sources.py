"""What every source kind must hold, whatever it reads. A new kind adds one `Sample` here; a kind without one fails."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from pydantic import BaseModel, ValidationError

from rarewatch import registry, sources
from rarewatch.errors import SourceFault, Unreachable
from rarewatch.nouns.source import Got, Publisher, Remembered, Source, Validators

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
URL = "https://publisher.example/list/index.html"


@dataclass(frozen=True)
class Sample:
    """A page of a kind with at least two entries; `articles` are further pages by address."""

    page: bytes
    entries: int
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


def got(url, body, content_type="text/html; charset=utf-8"):
    return Got(url, 200, {"content-type": content_type}, body, hashlib.sha256(body).hexdigest(), AT)


def drive(kind, sample, *, seen=None, page=None, articles=None, status=200):
    """One visit of `kind` over the sample's pages; returns the reading and the addresses asked for."""
    klass = registry.load(sources.KINDS, kind)
    source = Source("s", kind, URL, Publisher("p", "P"), options=klass.Options.model_validate(sample.options))
    pages = {URL: sample.page if page is None else page, **(sample.articles if articles is None else articles)}
    asked = []
    visit = klass().read(source, seen or Remembered())
    try:
        get = next(visit)
        while True:
            asked.append(get)
            if status == 304 and get.url == URL:
                get = visit.send(Got(URL, 304, {}, b"", "", AT))
            elif get.url in pages:
                get = visit.send(got(get.url, pages[get.url], sample.content_type if get.url == URL else "text/html"))
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


def test_the_first_request_is_conditional_once_there_are_validators(kind):
    validators = Validators('"tag"', "Sun, 22 Nov 2026 08:00:00 GMT", "0" * 64)
    _, asked = drive(kind, SAMPLES[kind], seen=Remembered(validators))
    assert asked[0].url == URL
    assert asked[0].validators == validators


def test_not_modified_is_a_reading_without_drafts_that_keeps_the_validators(kind):
    validators = Validators('"tag"', "", "0" * 64)
    reading, _ = drive(kind, SAMPLES[kind], seen=Remembered(validators), status=304)
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
    changed = SAMPLES[kind].page + b"<!-- 1 -->"
    seen = Remembered(Validators(), frozenset(first.marks))
    again, asked = drive(kind, SAMPLES[kind], seen=seen, page=changed)
    assert not again.drafts
    assert again.known == SAMPLES[kind].entries
    assert [get.url for get in asked] == [URL]
    assert set(again.marks) == set(first.marks)


@pytest.mark.parametrize("page", [b"", b"<html><head><title>404</title></head><body>gone</body></html>", b"\x00\xff" * 50])
def test_another_page_is_a_named_fault_and_never_no_news(kind, page):
    with pytest.raises(SourceFault) as raised:
        drive(kind, SAMPLES[kind], page=page)
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

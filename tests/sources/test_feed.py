"""What a feed costs and what it refuses, beyond the cases in `feed/`."""

import resource
import time
from hashlib import sha256

import pydantic
import pytest
from feed_answers import URL, answer, look

from rarewatch.errors import NotAFeed, ServerTrouble
from rarewatch.nouns.source import Publisher, Remembered, Source, Validators
from rarewatch.sources.feed import Feed, FeedOptions


def rss(*items, head=""):
    return f'<rss version="2.0"><channel><title>公告</title>{head}{"".join(items)}</channel></rss>'.encode()


def item(number, title="公告"):
    return f"<item><title>{title}{number}</title><guid>g{number}</guid></item>"


def remembered(reading):
    return Remembered(reading.validators, frozenset(reading.marks))


def test_the_request_is_conditional_and_asks_for_feeds():
    validators = Validators('"e"', "Fri, 04 Apr 2025 10:00:00 GMT", "d")
    get = next(Feed().read(Source("s", "feed", URL, Publisher("p", "P")), Remembered(validators)))
    assert (get.url, get.method, get.validators) == (URL, "GET", validators)
    assert "application/atom+xml" in get.headers["Accept"]


def test_not_modified_keeps_the_validators():
    seen = Remembered(Validators('"e"', "", "d"))
    reading = look(b"", seen, status=304)
    assert reading.unchanged
    assert reading.validators == seen.validators


def test_a_known_body_is_not_parsed():
    body = b"neither a feed nor anything else"
    seen = Remembered(Validators('"old"', "", sha256(body).hexdigest()))
    reading = look(body, seen, headers={"etag": '"new"'})
    assert reading.unchanged
    assert reading.validators == Validators('"new"', "", seen.validators.body)


def test_validators_come_from_the_answer():
    body = rss(item(1))
    reading = look(body, headers={"etag": 'W/"1"', "last-modified": "Fri, 04 Apr 2025 10:00:00 GMT"})
    assert reading.validators == Validators('W/"1"', "Fri, 04 Apr 2025 10:00:00 GMT", sha256(body).hexdigest())


def test_only_new_entries_come_out_of_a_changed_feed():
    first = look(rss(item(1), item(2), item(3)))
    second = look(rss(item(4), item(1), item(2, title="更正"), item(3), head="<ttl>5</ttl>"), remembered(first))
    assert [draft.title for draft in second.drafts] == ["公告4", "更正2"]
    assert (second.known, len(second.marks), second.unchanged, second.complete) == (2, 4, False, True)
    assert [draft.mark for draft in second.drafts] == [second.marks[0], second.marks[2]]
    assert set(second.marks) & set(first.marks) == {first.marks[0], first.marks[2]}


def test_a_feed_that_only_changed_around_its_entries_gives_none():
    first = look(rss(item(1), item(2)))
    second = look(rss(item(1), item(2), head="<lastBuildDate>now</lastBuildDate>"), remembered(first))
    assert (second.drafts, second.known, second.marks) == ((), 2, first.marks)
    assert second.validators.body != first.validators.body


def test_known_entries_are_recognised_in_feeds_that_cannot_be_cut():
    first = look(rss(item(1, title="a&nbsp;"), item(2)))
    second = look(rss(item(3), item(1, title="a&nbsp;"), item(2)), remembered(first))
    assert [draft.key for draft in second.drafts] == ["g3"]
    assert second.known == 2


def test_an_incomplete_reading_keeps_the_old_validators():
    seen = Remembered(Validators('"e"', "", "d"))
    reading = look(rss(item(1), item(2))[:-20], seen, headers={"etag": '"new"'})
    assert not reading.complete
    assert reading.validators == seen.validators
    assert [draft.key for draft in reading.drafts] == ["g1", "g2"]


def test_guids_do_not_depend_on_where_the_feed_was_found():
    body = rss("<item><title>a</title><guid>20250404</guid><link>/a</link></item>")
    here, there = (look(body, url=url).drafts[0] for url in ("http://a.example.cn/f", "https://b.example.cn/x/f"))
    assert here.key == there.key == "20250404"
    assert (here.url, there.url) == ("http://a.example.cn/a", "https://b.example.cn/a")


@pytest.mark.parametrize("link", ["http://[::1", "mailto:a@b.c", "javascript:void(0)", "http://", "tag:x,2025:1"])
def test_what_cannot_be_an_address_is_none(link):
    assert look(rss(f"<item><title>a</title><link>{link}</link></item>")).drafts[0].url == ""


def test_a_fault_of_the_request_passes():
    visit = Feed().read(Source("s", "feed", URL, Publisher("p", "P")), Remembered())
    next(visit)
    with pytest.raises(ServerTrouble):
        visit.throw(ServerTrouble("502"))


def test_without_validated_options_the_defaults_hold():
    visit = Feed().read(Source("s", "feed", URL, Publisher("p", "P")), Remembered())
    next(visit)
    with pytest.raises(StopIteration) as done:
        visit.send(answer(rss(item(1))))
    assert done.value.value.drafts[0].key == "g1"


def test_options_are_checked():
    assert FeedOptions.model_validate({"charset": "GB18030"}).charset == "GB18030"
    for wrong in ({"charset": "klingon"}, {"encoding": "gbk"}, {"guids": "sometimes"}):
        with pytest.raises(pydantic.ValidationError):
            FeedOptions.model_validate(wrong)


BLOATED = "公" * 30_000
HOSTILE = {
    "entity named often": f'<!DOCTYPE r [<!ENTITY a "{BLOATED}">]>'.encode()
    + rss("<item><title>" + "&a;" * 20_000 + "</title></item>"),
    "empty lines before the feed": b'<?xml version="1.0"?>' + b"\n" * 300_000 + rss(item(1)),
    "sections that never end": rss("<item><![CDATA[" * 20_000),
    "tags that never close": rss("<item><title>" + "<b>" * 10_000),
    "references to no character": rss("<item><title>&#xD800;&#1114112;&#" + "9" * 5_000 + "; & b</title></item>"),
    "open prolog": b"<!DOCTYPE x [" * 20_000 + rss(item(1)),
}


@pytest.mark.parametrize("body", HOSTILE.values(), ids=HOSTILE)
def test_hostile_documents_cost_neither_time_nor_memory(body):
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    reading = look(body)
    assert time.process_time() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    assert len(reading.drafts) >= 1
    for draft in reading.drafts:
        assert "\ud800" not in draft.title
        assert len(draft.title) < 100_000


@pytest.mark.parametrize(
    "body", [b'{"items": 1}', b'{"items": [', b"[" * 50_000, b'{"a":' * 50_000, b"[]", b'{"items":["a' * 1_000]
)
def test_json_that_is_no_feed_is_refused(body):
    with pytest.raises(NotAFeed):
        look(body, content_type="application/json")

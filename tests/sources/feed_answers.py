"""What the tests of feeds share: an answer as a server gives it, and one look at it."""

import hashlib
from datetime import UTC, datetime

from rarewatch.nouns.source import Got, Publisher, Remembered, Source
from rarewatch.sources.feed import Feed, FeedOptions

URL = "https://news.example.cn/feed.xml"


def answer(body, *, content_type="text/xml", url=URL, status=200, headers=None):
    got = {"content-type": content_type, **(headers or {})}
    return Got(url, status, got, body, hashlib.sha256(body).hexdigest(), datetime(2025, 4, 4, 10, tzinfo=UTC))


def look(body, seen=None, *, options=None, **served):
    visit = Feed().read(Source("s", "feed", URL, Publisher("p", "P"), options=FeedOptions(**(options or {}))), seen or Remembered())
    next(visit)
    try:
        visit.send(answer(body, **served))
    except StopIteration as done:
        return done.value
    raise AssertionError("a feed asks for one address only")

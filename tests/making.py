"""Nouns for tests, with what a test does not care about filled in."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rarewatch.admit import marks
from rarewatch.normalise import content_digest
from rarewatch.nouns.alert import Decision, Reason, Subscription, Target, Verdict
from rarewatch.nouns.item import Admission, Item, Stamp, Status
from rarewatch.nouns.source import Publisher, Reading, Source, Tier, Validators
from rarewatch.nouns.watch import Match, Severity, Span
from rarewatch.text.urls import canonical

NOW = datetime(2031, 4, 4, 1, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PUBLISHER = Publisher("gov.example", "Ministry of Examples", "示例部", Tier.ISSUER, state_owned=True)
SLACK = (Target("slack", "C1"),)
SPANS = (Span("title", 0, 3, "商务部", "商务部"),)
LONG_TEXT = (
    "经国务院批准，决定对钐、钆、铽、镝等中重稀土相关物项实施出口管制，出口经营者应当依法申请许可，本公告自公布之日起正式实施。"
)


class StillClock:
    """Shows the same moment until it is put forward."""

    def __init__(self, at=NOW):
        self.at = at

    def __call__(self):
        return self.at

    def forward(self, by):
        self.at += by
        return self.at


def source(id_="s1", **fields):
    return Source(**{"id": id_, "kind": "feed", "url": f"https://{id_}.example.com/feed", "publisher": PUBLISHER, **fields})


def item(title="商务部公告2031年第18号", text=LONG_TEXT, **fields):
    """An item of source s1; its address counts as given, its digest is reckoned."""
    url = fields.pop("url", "https://s1.example.com/1.html")
    found = {
        "source": "s1",
        "key": "",
        "url": canonical(url) if url else "",
        "link": url,
        "title": title,
        "text": text,
        "language": "zh",
        "published": Stamp(NOW, "minute"),
        "seen_at": NOW,
        "digest": content_digest(title, text),
    }
    return Item(**{**found, **fields})


def match(rule="r1", severity=Severity.IMPORTANT, spans=SPANS, digest="d1"):
    return Match(rule, digest, severity, tuple(spans))


def subscription(id_="desk", targets=SLACK, **fields):
    return Subscription(id=id_, name=id_, targets=tuple(targets), **fields)


def all_marks(thing):
    found = marks(thing)
    return found.same + found.near


def reading(**fields):
    return Reading(**{"validators": Validators('"e1"', "", "b1"), "marks": ("m1", "m2"), **fields})


def at_once(_place):
    return NOW


def open_delivery(store, *, thing=None, targets=SLACK, subscription="desk", severity=Severity.IMPORTANT, now=NOW):
    """Take an item to the desk and open an alert for it; returns the item with its id, and its story."""
    thing = thing or item()
    with store.desk() as book:
        kept = book.keep([Admission(thing, Status.NEW, "not seen before")], all_marks)[0].item
        found = (match(severity=severity),)
        book.matched(kept, found)
        story = book.attach(kept, "", "no open story tells the same", {1, 2, 3})
        told = Decision(kept.id, story, subscription, Verdict.TELL, Reason.FIRST, found, tuple(targets))
        assert book.decided([told], PUBLISHER, now) == len(set(targets))
    return kept, story


def record_fault(store, claim, fault, due_at, now, *, vitals=None):
    """Close a claim with a fault, as the desk does."""
    with store.desk() as book:
        book.failed(claim, fault, due_at=due_at, now=now, vitals=vitals)


def with_id(thing, number):
    return replace(thing, id=str(number))

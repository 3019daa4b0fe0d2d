"""Drives a visit of any source kind through an expected conversation: requests in their order, each with its answer."""

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rarewatch import registry, sources
from rarewatch.errors import SourceFault
from rarewatch.nouns.source import Got, Publisher, Reading, Remembered, Source

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)
URL = "https://www.example.cn/list"


@dataclass(frozen=True)
class Turn:
    """One request and its answer: bytes or a fault; `sent` is the request's body as text, None where it does not matter."""

    url: str
    answer: bytes | SourceFault
    sent: str | None = None
    content_type: str = "text/html"


def source(kind, options, url=URL, **more):
    model = registry.load(sources.KINDS, kind).Options
    return Source("s", kind, url, Publisher("p", "P"), options=model.model_validate(options), **more)


@dataclass
class Talk:
    """What a kind was answered and what it asked."""

    turns: list
    at: datetime = AT
    asked: list = field(default_factory=list)

    def drive(self, of, seen=None, reader=None) -> Reading:
        visit = (reader or registry.load(sources.KINDS, of.kind)()).read(of, seen or Remembered())
        try:
            get = next(visit)
            for turn in self.turns:
                self.asked.append(get)
                assert get.url == turn.url
                if turn.sent is not None:
                    assert (get.body or b"").decode() == turn.sent
                if isinstance(turn.answer, SourceFault):
                    get = visit.throw(turn.answer)
                else:
                    digest = hashlib.sha256(turn.answer).hexdigest()
                    get = visit.send(Got(get.url, 200, {"content-type": turn.content_type}, turn.answer, digest, self.at))
        except StopIteration as stop:
            assert len(self.asked) == len(self.turns), "fewer requests than expected"
            return stop.value
        raise AssertionError(f"one more request than expected: {get.url}")


def after(reading):
    """What is remembered once `reading` was kept, as the store does it for a complete one."""
    return Remembered(reading.validators, frozenset(reading.marks))

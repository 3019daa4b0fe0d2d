"""Drives a visit of the listing kind over a web that is a dict."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rarewatch import errors
from rarewatch.nouns.source import Got, Publisher, Reading, Remembered, Source
from rarewatch.sources.listing import Listing

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def source(url, options, zone="Asia/Shanghai"):
    return Source("s", "listing", url, Publisher("p", "P"), Listing.Options.model_validate(options), time_zone=zone)


@dataclass
class Web:
    """Answers by address: bytes, a fault to throw, or a `Got`; whatever was asked for stands in `asked`."""

    answers: Mapping[str, object]
    at: datetime = AT
    headers: Mapping[str, str] = field(default_factory=dict)
    asked: list = field(default_factory=list)

    def answer(self, get):
        self.asked.append(get)
        found = self.answers.get(get.url, errors.Missing("nothing there", url=get.url))
        if isinstance(found, bytes):
            return Got(get.url, 200, self.headers, found, hashlib.sha256(found).hexdigest(), self.at)
        return found

    def drive(self, of, seen=None) -> Reading:
        visit = Listing().read(of, seen or Remembered())
        try:
            get = next(visit)
            while True:
                answer = self.answer(get)
                get = visit.throw(answer) if isinstance(answer, errors.SourceFault) else visit.send(answer)
        except StopIteration as stop:
            return stop.value

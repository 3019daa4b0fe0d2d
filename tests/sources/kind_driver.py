"""Drives a visit of any kind over a web that is a dict, once or after an earlier visit."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rarewatch import errors, registry, sources
from rarewatch.nouns.source import Got, Publisher, Reading, Remembered, Source

AT = datetime(2026, 11, 22, 8, tzinfo=UTC)


def source(kind, url, options, zone="Asia/Shanghai"):
    model = registry.load(sources.KINDS, kind).Options.model_validate(options)
    return Source("s", kind, url, Publisher("p", "P"), model, time_zone=zone)


def after(reading, before=None):
    """What is remembered once `reading` was stored, as the store does it: an incomplete one adds to what there was."""
    kept = before or Remembered()
    marks = frozenset(reading.marks)
    if reading.unchanged or not reading.complete:
        marks |= kept.marks
    return Remembered(reading.validators if reading.complete else kept.validators, marks)


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
        visit = registry.load(sources.KINDS, of.kind)().read(of, seen or Remembered())
        try:
            get = next(visit)
            while True:
                answer = self.answer(get)
                get = visit.throw(answer) if isinstance(answer, errors.SourceFault) else visit.send(answer)
        except StopIteration as stop:
            return stop.value

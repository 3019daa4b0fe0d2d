"""From a delivery to the message a person reads, before any channel's clothing. Pure."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from rarewatch.nouns.alert import Evidence, Message, Parcel, Part, Reason, Subscription, Why
from rarewatch.nouns.item import Item, Stamp
from rarewatch.nouns.paper import page_at
from rarewatch.nouns.source import Publisher, Tier
from rarewatch.nouns.watch import Match, Severity, Span, Watch
from rarewatch.text.gloss import Glosser

_SENTENCE_END = re.compile(r"[。！？!?；;\n]+[”’」』）)]*|\.(?=\s|$)")
_LONG = 400
_SENTENCES = 3
_NEAR = 500
_TERMS = 12
BEIJING = "Asia/Shanghai"
STATE_OWNED = "State-owned origin: an announcement of the Chinese state or of a company it owns, not independently verified."


class Composer:
    """Makes messages under one set of rules, glossary and audience."""

    def __init__(self, watch: Watch, audience: Iterable[Subscription], types: Callable[[Item], Sequence[str]]) -> None:
        """`watch` gives names and glosses, `audience` time zones, `types` the ids of the announcement types an item seems to be."""
        self._watch, self._types = watch, types
        self._zones = {subscription.id: subscription.time_zone for subscription in audience}
        self._glosser = Glosser(watch.glossary, watch.entities.values())

    def compose(self, parcel: Parcel) -> Message:
        """The message of one delivery."""
        item, publisher = parcel.item, parcel.publisher
        if parcel.notice is not None:
            return self._notice(parcel, parcel.notice)
        if parcel.parts:
            return self._together(parcel)
        return Message(
            delivery=parcel.token,
            story=parcel.story,
            severity=max((match.severity for match in parcel.matches), default=Severity.LOG),
            headline=item.title,
            glosses=self._glosser.glosses(item.title),
            publisher=" ".join(name for name in (publisher.name, publisher.name_zh) if name),
            tier=publisher.tier.label,
            published=item.published,
            seen_at=item.seen_at,
            zone=self._zone(parcel),
            why=tuple(self._why(match) for match in parcel.matches),
            evidence=tuple(self._evidence(item, parcel.matches)),
            link=item.link,
            caveat=caveat_of(publisher),
            origin=item.origin,
            title_only=item.title_only,
            possible_repeat=parcel.in_doubt,
            types=tuple(self._typed(item)),
            paper_note=item.paper_note,
            subscription=parcel.subscription,
            opening=parcel.opening,
            note=note_of(parcel),
        )

    def _together(self, parcel: Parcel) -> Message:
        """Several stories in one message, each as it would be told alone; the headline says how many, and from when to when."""
        zone, until = self._zone(parcel), parcel.opened_at or parcel.first_due
        told = [replace(parcel, parts=(), reason=Reason.FIRST, opening=None, **_own(part)) for part in parcel.parts]
        publishers = dict.fromkeys(part.publisher.name for part in parcel.parts)
        return Message(
            delivery=parcel.token,
            story=parcel.story,
            severity=max(part.severity for part in parcel.parts),
            headline=together_words(len(told), min(part.at for part in parcel.parts), until, zone),
            glosses=(),
            publisher=", ".join(publishers),
            tier="",
            published=None,
            seen_at=until,
            zone=zone,
            why=(),
            evidence=(),
            link="",
            possible_repeat=parcel.in_doubt,
            subscription=parcel.subscription,
            opening=parcel.opening,
            note=note_of(parcel),
            parts=tuple(self.compose(one) for one in told),
        )

    def _zone(self, parcel: Parcel) -> str:
        return parcel.zone or self._zones.get(parcel.subscription, BEIJING)

    def _notice(self, parcel: Parcel, severity: Severity) -> Message:
        """A word of the program to an operator: a line of its text is a line to read."""
        item = parcel.item
        return Message(
            delivery=parcel.token,
            story=parcel.story,
            severity=severity,
            headline=item.title,
            glosses=(),
            publisher=parcel.publisher.name,
            tier="",
            published=None,
            seen_at=item.seen_at,
            zone=self._zone(parcel),
            why=(),
            evidence=tuple(Evidence("text", line, ()) for line in item.text.splitlines() if line.strip()),
            link="",
            possible_repeat=parcel.in_doubt,
            notice=True,
            subscription=parcel.subscription,
        )

    def _typed(self, item: Item) -> Iterator[str]:
        found = (self._watch.types[name] for name in self._types(item) if name in self._watch.types)
        for kind in sorted(found, key=lambda kind: -kind.severity):
            yield f"{kind.name} {kind.zh}".strip()

    def _why(self, match: Match) -> Why:
        rule = self._watch.rules.get(match.rule)
        terms = dict.fromkeys(span.text for span in longest(match.spans))
        return Why(match.rule, rule.title if rule else match.rule, match.severity, tuple(terms)[:_TERMS])

    def _evidence(self, item: Item, matches: Sequence[Match]) -> Iterator[Evidence]:
        """The sentences that made the rules fire, of the text and then of documents, with at least one of these if there is one.

        The headline, which is shown anyway, is quoted only where there are none.
        """
        spans = {(span.field, span.start, span.end): span for match in matches for span in match.spans}
        ordered = sorted(spans.values(), key=lambda span: (span.start, span.end))
        found = {name: [span for span in ordered if span.field == name] for name in ("text", "attachment", "title")}
        shares = (("text", _SENTENCES - bool(found["attachment"])), ("attachment", _SENTENCES), ("title", _SENTENCES))
        shown = 0
        for name, share in shares:
            if name == "title" and shown:
                return
            for (field, start, end), inside in islice(_by_sentence(item, found[name]), min(share, _SENTENCES - shown)):
                shown += 1
                yield self._quote(item, field, start, end, inside)

    def _quote(self, item: Item, field: str, start: int, end: int, spans: Sequence[Span]) -> Evidence:
        text = _field(item, field)
        # What was found may be, or end in, blanks that a sentence is shown without.
        start, end = _window(min(start, spans[0].start), max(end, spans[0].end), spans[0])
        marks = [(max(s.start, start) - start, min(s.end, end) - start) for s in spans if s.start < end]
        sentence = text[start:end]
        page = page_at(item.pages, spans[0].start) if field == "attachment" else None
        return Evidence(field, sentence, tuple(marks), self._glosser.glosses(sentence), page.place if page else "")


def _own(part: Part) -> dict[str, Any]:
    return {"item": part.item, "story": part.story, "publisher": part.publisher, "matches": part.matches, "in_doubt": False}


def together_words(count: int, since: datetime, until: datetime, zone: str) -> str:
    """How many, and from when to when: by the reader's clock, with Beijing's beside it where that is another."""
    begin, end = since.astimezone(ZoneInfo(zone)), until.astimezone(ZoneInfo(zone))
    words = f"{count} announcements, {begin:%d %b %H:%M}–{end:%H:%M}"
    if begin.date() != end.date():
        words = f"{count} announcements, {begin:%d %b %H:%M} – {end:%d %b %H:%M}"
    there = [at.astimezone(ZoneInfo(BEIJING)) for at in (since, until)]
    same = [at.replace(tzinfo=None) for at in there] == [at.replace(tzinfo=None) for at in (begin, end)]
    return words if same else f"{words} (Beijing {there[0]:%H:%M}–{there[1]:%H:%M})"


def note_of(parcel: Parcel) -> str:
    """How it comes to be told now, where that is not for being the first on its story."""
    return {
        Reason.STORM: "Many alerts came at once: what follows is told together, in a while. Nothing is lost.",
        Reason.ESCALATED: "Nobody who was told acknowledged this, so it is told to you.",
        Reason.REPEATED: "Told again, for nobody acknowledged it.",
    }.get(parcel.reason, "")


def _by_sentence(item: Item, ordered: Iterable[Span]) -> Iterator[tuple[tuple[str, int, int], list[Span]]]:
    """The spans by the sentence they begin in, (field, start, end); each sentence is looked for once, however many stand in it."""
    place: tuple[str, int, int] | None = None
    inside: list[Span] = []
    for span in ordered:
        if place is None or span.field != place[0] or not place[1] <= span.start < place[2]:
            if place is not None:
                yield place, inside
            place, inside = (span.field, *_sentence(item, span)), []
        inside.append(span)
    if place is not None:
        yield place, inside


def longest(spans: Sequence[Span]) -> list[Span]:
    """The spans that do not lie inside a longer one, in the same order."""
    inside: set[tuple[str, int, int]] = set()
    furthest: dict[str, Span] = {}
    for span in sorted(spans, key=lambda span: (span.field, span.start, -span.end)):
        other = furthest.get(span.field)
        if other is None or span.end > other.end:
            furthest[span.field] = span
        elif (span.start, span.end) != (other.start, other.end):
            inside.add((span.field, span.start, span.end))
    return [span for span in spans if (span.field, span.start, span.end) not in inside]


def caveat_of(publisher: Publisher) -> str:
    """What a reader must know of where this comes from."""
    return publisher.caveat or (STATE_OWNED if publisher.state_owned else "")


def sentence_at(text: str, position: int) -> tuple[int, int]:
    """Start and end of the sentence of `text` that holds the character at `position`."""
    start, end = 0, len(text)
    for stop in _SENTENCE_END.finditer(text):
        if stop.end() > position:
            end = stop.end()
            break
        start = stop.end()
    lead = len(text[start:end]) - len(text[start:end].lstrip())
    trail = len(text[start:end]) - len(text[start:end].rstrip())
    return (start + lead, end - trail) if lead + trail < end - start else (start, end)


def _window(start: int, end: int, first: Span) -> tuple[int, int]:
    """At most 400 characters of a sentence, around what was found first."""
    if end - start <= _LONG:
        return start, end
    begin = max(start, min(first.start - _LONG // 4, end - _LONG))
    return begin, min(begin + max(_LONG, first.end - begin), end)


def _field(item: Item, field: str) -> str:
    return {"title": item.title, "attachment": item.attachment}.get(field, item.text)


def _sentence(item: Item, span: Span) -> tuple[int, int]:
    """The sentence a span begins in; in a document no more of it than stands near, for tables have no full stops."""
    text = _field(item, span.field)
    if span.field != "attachment":
        return sentence_at(text, span.start)
    first = max(0, span.start - _NEAR)
    start, end = sentence_at(text[first : span.end + _NEAR], span.start - first)
    return first + start, first + end


def example(delivery: str, now: datetime, zone: str) -> Message:
    """A message that says it is a test, for trying a channel with all that an alert can show."""
    sentence = "商务部今日公布对部分中重稀土相关物项实施出口管制的决定。"
    return Message(
        delivery=delivery,
        story="",
        severity=Severity.URGENT,
        headline="测试：商务部公布对部分中重稀土相关物项实施出口管制的决定",
        glosses=(("商务部", "Ministry of Commerce"), ("中重稀土", "medium and heavy rare earths"), ("出口管制", "export control")),
        publisher="rarewatch",
        tier=Tier.ISSUER.label,
        published=Stamp(now, "minute"),
        seen_at=now,
        zone=zone,
        types=("Export-control announcement 出口管制公告",),
        why=(Why("notify-test", "A test of this channel", Severity.URGENT, ("出口管制",)),),
        evidence=(Evidence("text", sentence, ((20, 24),), (("出口管制", "export control"),)),),
        link="https://example.org/rarewatch-test",
        test=True,
    )

"""Which mentions of an entity count: aliases weighed by their conditions, numbered documents by what stands beside them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta, timezone
from typing import NamedTuple
from unicodedata import normalize

from rarewatch._match_scan import Patterns, Scanned
from rarewatch.matchers import Hits
from rarewatch.nouns.watch import Alias, Entity, Paper, Span
from rarewatch.text.documents import backed, documents, fits
from rarewatch.text.terms import in_words, looked_for

_CHINA = timezone(timedelta(hours=8))
_ALONE = "a number without its year counts only beside its issuer or another document of that year"


@dataclass(frozen=True, slots=True)
class Name:
    """An alias made ready.

    `company` are the numbers of `with_any`; `before` and `after` pair the folded with the written words that must not stand there;
    `cased` is "" where case does not matter.
    """

    entity: str
    alias: Alias
    company: frozenset[int]
    before: tuple[tuple[str, str], ...]
    after: tuple[tuple[str, str], ...]
    cased: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """An alias that stands in the text and does not count, with the reason in words."""

    span: Span
    why: str


class Names:
    """The aliases of all entities, by pattern number."""

    def __init__(self, entities: Iterable[Entity], patterns: Patterns) -> None:
        """Adds every alias, and the words that must stand beside it, to `patterns`."""
        self._by_number: dict[int, list[Name]] = {}
        self._papers: dict[int, list[tuple[str, Paper]]] = {}
        for entity in entities:
            if entity.document:
                self._papers.setdefault(entity.document.number, []).append((entity.id, entity.document))
            for alias in entity.aliases:
                number = patterns.add(alias.text)
                if number is not None:
                    self._by_number.setdefault(number, []).append(_name(entity.id, alias, patterns))

    def mentions(self, fields: Sequence[Scanned], hits: Hits) -> tuple[dict[str, list[Span]], dict[str, list[Refusal]]]:
        """Entity to the spans that count, in order of field and start; and entity to what was refused."""
        if not self._papers and not any(field.places for field in fields):
            return {}, {}
        kept: dict[str, list[_Kept]] = {}
        refused: dict[str, list[Refusal]] = {}
        published = hits.about.published
        day = published.astimezone(_CHINA).date() if published else None
        for place, field in enumerate(fields):
            for number in field.places.keys() & self._by_number.keys():
                for name in self._by_number[number]:
                    for start, end in field.places[number]:
                        why = _objection(name, field, fields, start, end) or _outdated(name.alias, day)
                        if why:
                            refused.setdefault(name.entity, []).append(Refusal(field.span(start, end, name.entity), why))
                        else:
                            kept.setdefault(name.entity, []).append(_Kept(place, start, end, name.alias.weak))
        if self._papers:
            self._named(fields, hits, kept, refused)
        return _strong(kept, fields, refused), refused

    def _named(
        self, fields: Sequence[Scanned], hits: Hits, kept: dict[str, list["_Kept"]], refused: dict[str, list[Refusal]]
    ) -> None:
        """Add the documents that are named by number, and those so named that something is missing beside them."""
        named = [(at, one) for at, field in enumerate(fields) for one in hits.read(field.name, documents)]
        everything = [one for _, one in named]
        for place, one in named:
            for entity, paper in self._papers.get(one.number, ()):
                if not fits(one, (paper.number,), paper.year, paper.issuers, beside=True):
                    continue
                beside = backed(everything, (field.folded.text for field in fields), paper.year, paper.issuers)
                if fits(one, (paper.number,), paper.year, paper.issuers, beside=beside):
                    kept.setdefault(entity, []).append(_Kept(place, one.start, one.end, weak=False))
                else:
                    span = fields[place].span(one.start, one.end, entity)
                    refused.setdefault(entity, []).append(Refusal(span, _ALONE))


class _Kept(NamedTuple):
    """A place that counts: the number of the field, start and end in its folded text."""

    field: int
    start: int
    end: int
    weak: bool


def _name(entity: str, alias: Alias, patterns: Patterns) -> Name:
    cased = _cased(alias.text) if alias.case else ""
    return Name(entity, alias, patterns.numbers(alias.with_any), _pairs(alias.not_before), _pairs(alias.not_after), cased)


def _pairs(words: Iterable[str]) -> tuple[tuple[str, str], ...]:
    return tuple((pattern, word) for word in words if (pattern := looked_for(word)))


def _cased(text: str) -> str:
    """The letters of `text` that have a case, width evened out."""
    return "".join(char for char in normalize("NFKC", text) if char.lower() != char.upper())


def _objection(name: Name, field: Scanned, fields: Sequence[Scanned], start: int, end: int) -> str:
    alias = name.alias
    if name.cased and _cased(field.span(start, end, "").text) != name.cased:
        return f"it counts only as “{alias.text}”, capitals alike"
    for pattern, word in name.before:
        if field.follows(pattern, end):
            return f"it does not count before “{word}”"
    for pattern, word in name.after:
        if field.precedes(pattern, start):
            return f"it does not count after “{word}”"
    if alias.with_any and not any(name.company & one.places.keys() for one in fields):
        return f"it counts only in an item with {in_words([f'“{word}”' for word in alias.with_any])}"
    return ""


def _outdated(alias: Alias, day: date | None) -> str:
    if day and alias.since and day < alias.since:
        return f"it counts only from {alias.since} on"
    if day and alias.until and day > alias.until:
        return f"it counts only until {alias.until}"
    return ""


def _strong(kept: Mapping[str, list[_Kept]], fields: Sequence[Scanned], refused: dict[str, list[Refusal]]) -> dict[str, list[Span]]:
    result = {}
    for entity, places in kept.items():
        if all(place.weak for place in places):
            why = "it counts only beside a fuller name"
            refused.setdefault(entity, []).extend(Refusal(fields[at].span(start, end, entity), why) for at, start, end, _ in places)
        else:
            result[entity] = [fields[at].span(start, end, entity) for at, start, end in _longest(places)]
    return result


def _longest(places: Iterable[_Kept]) -> Iterator[tuple[int, int, int]]:
    """The leftmost places, the longest first, without overlap."""
    field, free = -1, 0
    for at, start, negative in sorted((at, start, -end) for at, start, end, _ in places):
        if at != field or start >= free:
            field, free = at, -negative
            yield at, start, free

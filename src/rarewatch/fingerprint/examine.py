"""Compares what a look at a source found with what its YAML says, and writes down what should stand there. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from rarewatch.errors import SourceFault
from rarewatch.fingerprint.draft import written
from rarewatch.fingerprint.guess import Guess
from rarewatch.fingerprint.hits import Hit
from rarewatch.health import condition_of
from rarewatch.nouns.health import Condition
from rarewatch.nouns.item import Item
from rarewatch.nouns.source import Got, Source
from rarewatch.sources import KINDS, jpaas
from rarewatch.sources._jpaas_unit import find_units
from rarewatch.text.charset import Decoded, decode
from rarewatch.text.urls import canonical

_TURNED = {
    "jpage": "further rows are asked for until one is known, where the page names a way",
    "jpaas": "further pages are asked for until one overlaps",
    "epaper": "every page of the day is read",
    "filing": "further pages are asked for until one overlaps",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one look at a source gave: `first` is the answer to the first request, which was for `asked`.

    `page` is the column's page where the kind did not ask for it.
    """

    fault: SourceFault | None
    items: Sequence[Item]
    first: Got | None
    guesses: Sequence[Guess]
    hits: Sequence[Hit]
    asked: str = ""
    page: Got | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The source's condition by this look alone, what differs from its YAML, and lines that would be right there."""

    condition: Condition
    differs: tuple[str, ...] = ()
    proposed: tuple[str, ...] = ()


def examine(source: Source, evidence: Evidence, now: datetime) -> Diagnosis:
    """What differs between `source` and what was seen of it at `now` (aware)."""
    differs: list[str] = []
    proposed: list[str] = []
    condition = Condition.OK
    if evidence.fault is not None:
        condition = condition_of(evidence.fault)
        differs.append(str(evidence.fault))
    for told, lines in (_moved(source, evidence), _kind(source, evidence), _selectors(source, evidence), _unit(source, evidence)):
        differs += told
        proposed += lines
        if told and condition is Condition.OK:
            condition = Condition.DRIFTED
    if damaged := _text(evidence):
        differs.append(damaged)
        condition = Condition.GARBLED if condition is Condition.OK else condition
    if stale := _stale(source, evidence, now):
        differs.append(stale)
        condition = Condition.STALE if condition is Condition.OK else condition
    if condition is Condition.OK and not evidence.items and source.kind != "page":
        condition = Condition.QUIET
    return Diagnosis(condition, tuple(differs), tuple(dict.fromkeys(proposed)))


def paging_words(source: Source, entries: int) -> str:
    """Whether two readings can be shown to overlap when much was published between them."""
    if words := _TURNED.get(source.kind):
        return words
    if source.kind == "listing":
        return "further pages, where it names them, are asked for until one overlaps"
    if source.kind == "json_list" and getattr(source.options, "page", None) is not None:
        return "further pages are asked for until one overlaps"
    return f"one page of {entries} entries; what has left it between two polls cannot be read"


def charset_of(got: Got) -> tuple[str, Decoded]:
    """The encoding that the answer's header declares ("" for none), and how its body reads."""
    content_type = got.headers.get("content-type", "")
    return content_type.lower().partition("charset=")[2].strip(" \"';"), decode(got.body, content_type)


_Found = tuple[list[str], list[str]]


def _moved(source: Source, evidence: Evidence) -> _Found:
    """Another address, where the one that is polled passes on to it."""
    got = evidence.first
    if got is None or canonical(evidence.asked) != canonical(source.url) or source.kind in {"filing", "epaper"}:
        return [], []
    if canonical(got.url).rstrip("/") == canonical(source.url).rstrip("/"):
        return [], []
    return [f"its address leads to {got.url}"], [f"url: {got.url}"]


def _kind(source: Source, evidence: Evidence) -> _Found:
    """Another kind, where the answer looks like that and the configured one finds nothing in it."""
    kinds = [guess.kind for guess in evidence.guesses]
    if source.kind not in KINDS or not kinds or source.kind in kinds or evidence.items:
        return [], []
    best = evidence.guesses[0]
    lines = [f"kind: {best.kind}"] + ([f"url: {best.url}"] if best.url != source.url else [])
    options = [f"options.{line}" for line in written(best.options)]
    return [f"it looks like kind {best.kind} ({best.seen}), not {source.kind}"], lines + options


def _selectors(source: Source, evidence: Evidence) -> _Found:
    """Options that find nothing; what was derived from the page stands in for them."""
    vain = list(dict.fromkeys(hit.option for hit in evidence.hits if hit.vain))
    if not vain:
        return [], []
    derived: Mapping[str, object] = next((guess.options for guess in evidence.guesses if guess.kind == source.kind), {})
    told = [f"{name} finds nothing: {hit.selector!r}" for name in vain for hit in evidence.hits if hit.option == name]
    # Selectors are derived together: rows found in another way have their dates elsewhere too.
    names = [name for name in derived if "item" in vain or "items" in vain or name in vain]
    return told, [f"options.{line}" for line in written({name: derived[name] for name in names})]


def _unit(source: Source, evidence: Evidence) -> _Found:
    """Ids of a JPAAS unit that the page has no more."""
    options = source.options
    if not isinstance(options, jpaas.Options) or not options.unit or evidence.page is None:
        return [], []
    units = find_units(decode(evidence.page.body, evidence.page.headers.get("content-type", "")).text, evidence.page.url)
    if any(all(unit.query.get(name) == value for name, value in options.unit.items()) for unit in units):
        return [], []
    tag = options.unit.get("tagId", "")
    alike = [unit for unit in units if unit.tag == tag] or units
    if not alike:
        return ["the page names no unit any more"], []
    return ["the ids of the unit are not those on the page"], [
        f"options.{line}" for line in written({"unit": dict(alike[0].query)})
    ]


def _text(evidence: Evidence) -> str:
    if evidence.first is None:
        return ""
    _, decoded = charset_of(evidence.first)
    return f"some of it cannot be read as {decoded.encoding}" if decoded.damaged else ""


def _stale(source: Source, evidence: Evidence, now: datetime) -> str:
    newest = newest_of(evidence.items)
    within = source.expects.newest_within
    if newest is None or within is None or (now - newest).total_seconds() <= within:
        return ""
    return f"its newest entry is of {newest:%Y-%m-%d}, older than {within / 86_400:g} days"


def newest_of(items: Sequence[Item]) -> datetime | None:
    """The newest date among `items`."""
    return max((item.published.at for item in items if item.published), default=None)

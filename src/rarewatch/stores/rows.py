"""From nouns to rows and back."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, get_type_hints

from sqlalchemy.engine import Row

from rarewatch.nouns.audience import Facts, Wants
from rarewatch.nouns.health import Condition, Vitals
from rarewatch.nouns.item import Item, Precision, Stamp
from rarewatch.nouns.paper import PageMark
from rarewatch.nouns.source import Publisher, Tier
from rarewatch.nouns.watch import Match, Severity, Span

_LARGEST = 2**63 - 1


def number_of(text: str) -> int | None:
    """The id that `text` names; None where no row can have it."""
    return int(text) if len(text) < 20 and text.isdecimal() and int(text) <= _LARGEST else None


def moment(seconds: float) -> datetime:
    """An aware datetime in UTC from seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


def words(text: str) -> str:
    """`text` as both databases take it: no NUL, no lone surrogate, at most 2,000 characters."""
    return text[:2_000].encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def published(at: float | None, offset: int | None) -> datetime | None:
    """A moment of publication at its publisher's distance from UTC (seconds), which decides which day a printed day was."""
    if at is None:
        return None
    return datetime.fromtimestamp(at, timezone(timedelta(seconds=offset or 0)))


def stamp(row: Row[Any]) -> Stamp | None:
    """A published time from its three columns."""
    at = published(row.published_at, row.published_offset)
    precision: Precision = "day" if row.precision == "day" else "minute"
    return None if at is None else Stamp(at, precision)


def _offset(at: datetime) -> int:
    """The distance of an aware moment from UTC, in seconds."""
    return round((at.utcoffset() or timedelta()).total_seconds())


def item_row(item: Item, number: int, status: str, why: str) -> dict[str, Any]:
    """The row of a new item."""
    return {
        "id": number,
        "source": item.source,
        "key": item.key,
        "seen_at": item.seen_at.timestamp(),
        "status": status,
        "why": why,
        "revision": 0,
        **item_content(item),
    }


def item_content(item: Item) -> dict[str, Any]:
    """The columns that a revision replaces."""
    return {
        "url": item.url,
        "link": item.link,
        "title": item.title,
        "text": item.text,
        "language": item.language,
        "published_at": item.published.at.timestamp() if item.published else None,
        "published_offset": _offset(item.published.at) if item.published else None,
        "precision": item.published.precision if item.published else "",
        "digest": item.digest,
        "author": item.author,
        "origin": item.origin,
        "title_only": item.title_only,
        "attachment": item.attachment,
        "pages": json.dumps([[mark.start, mark.label, mark.name] for mark in item.pages], ensure_ascii=False) if item.pages else "",
        "paper_note": item.paper_note,
    }


def item_of(row: Row[Any]) -> Item:
    """An item from a row that has all of the item table's columns."""
    return Item(
        source=row.source,
        key=row.key,
        url=row.url,
        link=row.link,
        title=row.title,
        text=row.text,
        language=row.language,
        published=stamp(row),
        seen_at=moment(row.seen_at),
        digest=row.digest,
        author=row.author,
        origin=row.origin,
        title_only=row.title_only,
        id=str(row.id),
        attachment=row.attachment or "",
        pages=tuple(PageMark(*mark) for mark in json.loads(row.pages)) if row.pages else (),
        paper_note=row.paper_note or "",
    )


def spans_text(spans: Iterable[Span]) -> str:
    """Spans as JSON: a list of [field, start, end, text, term]."""
    return json.dumps([[s.field, s.start, s.end, s.text, s.term] for s in spans], ensure_ascii=False)


def spans_of(text: str) -> tuple[Span, ...]:
    """Spans from their JSON."""
    return tuple(Span(field, start, end, quote, term) for field, start, end, quote, term in json.loads(text))


def matches_text(matches: Sequence[Match]) -> str:
    """Matches as JSON."""
    return json.dumps([[m.rule, m.rule_digest, int(m.severity), spans_text(m.spans)] for m in matches], ensure_ascii=False)


def matches_of(text: str) -> tuple[Match, ...]:
    """Matches from their JSON."""
    return tuple(Match(rule, digest, Severity(severity), spans_of(spans)) for rule, digest, severity, spans in json.loads(text))


def vitals_text(vitals: Vitals) -> str:
    """Vitals as JSON; what says nothing is left out."""
    fields = {name: getattr(vitals, name) for name in _VITALS}
    return json.dumps({name: _plain(value) for name, value in fields.items() if value not in _NOTHING})


def vitals_of(text: str | None) -> Vitals:
    """Vitals from their JSON; what is not there, or not as it was written, is as if nothing had been learned of it."""
    try:
        fields = json.loads(text or "{}")
        return Vitals(**{name: read(fields[name]) for name, read in _VITALS.items() if name in fields})
    except (ValueError, TypeError, OverflowError, OSError):
        return Vitals()


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    return words(value) if isinstance(value, str) else value


def condition_of(name: object) -> Condition | None:
    """The condition of that name; None where there is none, as in rows that another version wrote."""
    return Condition(name) if isinstance(name, str) and name in set(Condition) else None


_NOTHING = {None, "", False, ()}
_READERS: dict[Any, Callable[[Any], Any]] = {
    str: str,
    int: int,
    float: float,
    bool: bool,
    datetime | None: moment,
    Condition: lambda name: condition_of(name) or Condition.UNPROVEN,
    Condition | None: condition_of,
    tuple[int, ...]: lambda many: tuple(map(int, many)),
    tuple[str, ...]: lambda many: tuple(map(str, many)),
}
_VITALS = {name: _READERS[kind] for name, kind in get_type_hints(Vitals).items()}
"""How each field of a source's vitals is read back: by its type, so that a new one needs no line here."""


def wants_text(wants: Wants) -> str:
    """What is asked for, as JSON; what is not asked for is left out."""
    sets = {name: sorted(getattr(wants, name)) for name in _WANTED if getattr(wants, name)}
    return json.dumps({**sets, "min_severity": int(wants.min_severity)}, ensure_ascii=False)


def wants_of(text: str) -> Wants:
    """What is asked for, from its JSON."""
    fields = json.loads(text)
    least = Severity(fields.get("min_severity", Severity.LOG))
    return Wants(**{name: frozenset(fields.get(name, ())) for name in _WANTED}, min_severity=least)


_WANTED = ("rules", "entities", "types", "tiers", "publishers", "sources", "languages")


def facts_text(facts: Facts) -> str:
    """Facts as JSON."""
    fields = {name: getattr(facts, name) for name in _FACTS}
    rules = {rule: int(severity) for rule, severity in facts.rules.items()}
    return json.dumps(
        {**fields, "rules": rules, "entities": sorted(facts.entities), "types": sorted(facts.types)}, ensure_ascii=False
    )


def facts_of(text: str) -> Facts:
    """Facts from their JSON."""
    fields = json.loads(text)
    return Facts(
        **{name: fields[name] for name in _FACTS},
        rules={rule: Severity(severity) for rule, severity in fields["rules"].items()},
        entities=frozenset(fields["entities"]),
        types=frozenset(fields["types"]),
    )


_FACTS = ("source", "publisher", "tier", "language")


def publisher_text(publisher: Publisher) -> str:
    """A publisher as JSON, as it was when the alert was opened."""
    return json.dumps(asdict(publisher), ensure_ascii=False)


def publisher_of(text: str) -> Publisher:
    """A publisher from its JSON."""
    fields = json.loads(text)
    return Publisher(**{**fields, "tier": Tier(fields["tier"])})

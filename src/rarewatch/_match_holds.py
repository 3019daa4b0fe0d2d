"""Whether a condition holds, and by which stretches of the item."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rarewatch._match_bench import ORDER, Sight
from rarewatch._match_needs import leaves
from rarewatch.nouns.watch import AtLeast, Condition, Count, Field, Group, Leaf, Near, Polarity, Scored, Span, Together
from rarewatch.text.sentences import sentences

Evidence = list[Span] | None
"""The spans that make a condition hold; None when it does not, empty when it holds without any."""


def evidence(condition: Condition, sight: Sight) -> Evidence:  # noqa: PLR0911 - one return a node
    """What in sight makes `condition` hold."""
    match condition:
        case Leaf():
            return _leaf(condition, sight)
        case Group():
            return _group(condition, sight)
        case AtLeast():
            held = _held(condition.parts, sight)
            return _joined(held) if len(held) >= condition.number else None
        case Count():
            found = evidence(condition.part, sight)
            return found if found and disjoint(found) >= condition.number else None
        case Together():
            return _together(condition, sight)
        case Near():
            return _near(condition, sight)
        case Polarity():
            return evidence(condition.part, sight.polar(negated=condition.negated))
        case Scored():
            score, spans = scored(condition, sight)
            return spans if score >= condition.least else None


def _leaf(leaf: Leaf, sight: Sight) -> Evidence:
    known = sight.seen.holds(leaf)
    if known is not None:
        return [] if known else None
    return list(sight.spans(leaf)) or None


def _group(group: Group, sight: Sight) -> Evidence:
    spans: list[Span] = []
    for part in group.all:
        found = evidence(part, sight)
        if found is None:
            return None
        spans += found
    if any(evidence(part, sight) is not None for part in group.none):
        return None
    held = _held(group.any, sight)
    if group.any and not held:
        return None
    return spans + _joined(held)


def _held(parts: Iterable[Condition], sight: Sight) -> list[list[Span]]:
    return [found for part in parts if (found := evidence(part, sight)) is not None]


def _joined(found: Iterable[Iterable[Span]]) -> list[Span]:
    return [span for spans in found for span in spans]


def disjoint(spans: Iterable[Span]) -> int:
    """At how many places that do not overlap `spans` stand."""
    count, field, free = 0, -1, 0
    for order, end, start in sorted((ORDER[span.field], span.end, span.start) for span in spans):
        if order != field or start >= free:
            count, field, free = count + 1, order, end
    return count


def scored(condition: Scored, sight: Sight) -> tuple[float, list[Span]]:
    """The points reached, and the spans of what earned any."""
    score, spans = 0.0, list[Span]()
    for part in condition.parts:
        found = evidence(part.when, sight)
        if found is not None:
            score += part.points
            spans += found if part.points > 0 else ()
    return score, spans


def _together(condition: Together, sight: Sight) -> Evidence:
    """The spans of the sentence that holds every part in the fewest characters; the first of several."""
    best: Evidence = None
    for field, start, end in _sentences(condition, sight):
        found = _group(Group(condition.parts), sight.within(field, start, end))
        if found and (best is None or _width(found) < _width(best)):
            best = found
    return best


def _width(spans: Sequence[Span]) -> int:
    return max(span.end for span in spans) - min(span.start for span in spans)


def _sentences(condition: Condition, sight: Sight) -> list[tuple[Field, int, int]]:
    """The sentences in which anything stands that speaks for `condition`, in order."""
    found: dict[tuple[int, int], tuple[Field, int, int]] = {}
    rows = [sight.spans(leaf) for leaf in leaves(condition, negated=False) if sight.seen.holds(leaf) is None]
    for field in ORDER:
        places = [span.start for spans in rows for span in spans if span.field == field]
        if not places:
            continue
        folded = sight.seen.hits.folded(field)
        bounds = [folded.span(start, end) for start, end in sight.seen.hits.read(field, sentences)]
        starts = [start for start, _ in bounds]
        for place in places:
            at = max(bisect_right(starts, place) - 1, 0)
            found[ORDER[field], at] = (field, *bounds[at])
    return [found[key] for key in sorted(found)]


class _Place(NamedTuple):
    """Where a part of `near` stands: from its first to its last character."""

    start: int
    end: int
    spans: tuple[Span, ...]


def _near(condition: Near, sight: Sight) -> Evidence:
    """The spans of the closest company of all parts; the first of several."""
    best: tuple[int, list[Span]] | None = None
    parts = [_places(part, sight) for part in condition.parts]
    for field in ORDER:
        rows = [_Choice.of(places.get(field, [])) for places in parts]
        if not rows or not all(row.starts for row in rows):
            continue
        for company in _ordered(rows) if condition.ordered else _companies(rows):
            width = max(place.end for place in company) - min(place.start for place in company)
            if width <= condition.within and (best is None or width < best[0]):
                best = width, _joined(place.spans for place in company)
    return best[1] if best else None


def _places(part: Condition, sight: Sight) -> dict[Field, list[_Place]]:
    """Where `part` stands, by field; a part that is neither a leaf nor one of several stands from its first to its last span."""
    if isinstance(part, Polarity):
        return _places(part.part, sight.polar(negated=part.negated))
    places: dict[Field, list[_Place]] = {}
    if isinstance(part, Group) and part.any and not part.all and not part.none:
        for alternative in part.any:
            for field, found in _places(alternative, sight).items():
                places.setdefault(field, []).extend(found)
        return places
    spans = evidence(part, sight) or []
    if isinstance(part, Leaf):
        for span in spans:
            places.setdefault(span.field, []).append(_Place(span.start, span.end, (span,)))
    elif len({span.field for span in spans}) == 1:
        low, high = min(span.start for span in spans), max(span.end for span in spans)
        places[spans[0].field] = [_Place(low, high, tuple(spans))]
    return places


@dataclass(frozen=True, slots=True)
class _Choice:
    """The places of one part in a field by their starts, and for each the one, from there on, that ends first."""

    starts: list[int]
    soonest: list[_Place]

    @staticmethod
    def of(places: list[_Place]) -> "_Choice":
        """`places` in any order."""
        rows = sorted(places, key=lambda place: (place.start, place.end))
        soonest = list(rows)
        for at in range(len(rows) - 2, -1, -1):
            if soonest[at + 1].end < rows[at].end:
                soonest[at] = soonest[at + 1]
        return _Choice([place.start for place in rows], soonest)

    def after(self, start: int) -> _Place | None:
        """The place that begins at `start` or later and ends first."""
        at = bisect_left(self.starts, start)
        return self.soonest[at] if at < len(self.soonest) else None


def _companies(rows: list[_Choice]) -> Iterable[list[_Place]]:
    """For every beginning, the company of one place of each part that ends first."""
    for start in sorted({start for row in rows for start in row.starts}):
        chosen = [place for row in rows if (place := row.after(start)) is not None]
        if len(chosen) < len(rows):
            return
        yield chosen


def _ordered(rows: list[_Choice]) -> Iterable[list[_Place]]:
    """For every beginning, the company that ends first in which each part begins where the one before has ended."""
    for start in sorted(set(rows[0].starts)):
        chosen: list[_Place] = []
        for row in rows:
            place = row.after(chosen[-1].end if chosen else start)
            if place is None:
                return
            chosen.append(place)
        yield chosen

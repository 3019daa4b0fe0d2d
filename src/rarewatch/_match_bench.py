"""What rules are judged with: the matchers, and what of an item they look at."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pydantic import BaseModel

from rarewatch import registry
from rarewatch.matchers import KINDS, Hits, Knowing, Lexicon, Matcher
from rarewatch.nouns.watch import Field, Leaf, Scope, Span
from rarewatch.text.negation import scopes

ORDER: dict[Field, int] = {"title": 0, "text": 1, "attachment": 2}
"""In what order fields are told."""

_WHERE: dict[Scope, str] = {"any": "", "title": " in the title", "text": " in the text", "attachment": " in the attachment"}


@dataclass(frozen=True, slots=True)
class Bench:
    """The matchers, one of each kind, and what they look things up in."""

    lexicon: Lexicon
    matchers: dict[str, Matcher]

    def matcher(self, kind: str) -> Matcher:
        """The matcher of `kind`; raises `registry.UnknownKindError` for one that does not exist."""
        if kind not in self.matchers:
            self.matchers[kind] = registry.load(KINDS, kind)()
        return self.matchers[kind]

    def knowing(self, leaf: Leaf) -> Knowing | None:
        """The matcher of `leaf` where it asks what is known beside the text."""
        matcher = self.matcher(leaf.kind)
        return matcher if hasattr(matcher, "holds") and isinstance(matcher, Knowing) else None

    def spans(self, leaf: Leaf, hits: Hits) -> Sequence[Span]:
        """What makes `leaf` hold."""
        return self.matcher(leaf.kind).spans(_options(leaf), self.lexicon, hits, leaf.scope)

    def terms(self, leaf: Leaf) -> Iterable[str]:
        """The terms `leaf` looks for."""
        return self.matcher(leaf.kind).terms(_options(leaf), self.lexicon)

    def entities(self, leaf: Leaf) -> Iterable[str]:
        """The entities `leaf` asks for."""
        return self.matcher(leaf.kind).entities(_options(leaf), self.lexicon)

    def faults(self, leaf: Leaf) -> Iterable[str]:
        """What is wrong with `leaf`, one sentence each."""
        return self.matcher(leaf.kind).check(_options(leaf), self.lexicon)

    def words(self, leaf: Leaf) -> str:
        """`leaf` in words."""
        return self.matcher(leaf.kind).describe(_options(leaf), self.lexicon) + _WHERE[leaf.scope]


def _options(leaf: Leaf) -> BaseModel:
    assert isinstance(leaf.options, BaseModel)
    return leaf.options


@dataclass(frozen=True, slots=True)
class _Row:
    """The spans of one leaf in the order of fields and places, with the keys to search them by."""

    spans: tuple[Span, ...]
    keys: tuple[tuple[int, int], ...]


class Seen:
    """What was worked out of one item already: the spans of each leaf, and where negations reach."""

    __slots__ = ("_bench", "_hits", "_negated", "_rows", "_told")

    def __init__(self, bench: Bench, hits: Hits) -> None:
        self._bench, self._hits = bench, hits
        self._told: dict[int, bool] = {}
        self._rows: dict[int, _Row] = {}
        self._negated: dict[Field, tuple[list[int], list[int]]] = {}

    @property
    def hits(self) -> Hits:
        """The item's hits."""
        return self._hits

    def holds(self, leaf: Leaf) -> bool | None:
        """Whether a leaf holds that asks what is known beside the text; None for any other."""
        known = self._bench.knowing(leaf)
        if known is None:
            return None
        if id(leaf) not in self._told:
            self._told[id(leaf)] = known.holds(_options(leaf), self._bench.lexicon, self._hits.about)
        return self._told[id(leaf)]

    def row(self, leaf: Leaf) -> _Row:
        """The spans of `leaf`, each stretch once."""
        row = self._rows.get(id(leaf))
        if row is None:
            spans = ordered(self._bench.spans(leaf, self._hits))
            row = self._rows[id(leaf)] = _Row(spans, tuple((ORDER[span.field], span.start) for span in spans))
        return row

    def negated(self, span: Span) -> bool:
        """Whether `span` begins within the reach of a negation."""
        if span.field not in self._negated:
            folded = self._hits.folded(span.field)
            found = [folded.span(start, end) for start, end in self._hits.read(span.field, scopes)]
            self._negated[span.field] = [start for start, _ in found], [end for _, end in found]
        starts, ends = self._negated[span.field]
        at = bisect_right(starts, span.start) - 1
        return at >= 0 and span.start < ends[at]


@dataclass(frozen=True, slots=True)
class Sight:
    """What of an item is looked at: all of it, or one stretch of a field; and perhaps only what is affirmed, or negated.

    `stretch` is (field, start, end) in characters of the original; `polarity` holds every wish about negation.
    """

    bench: Bench
    seen: Seen
    stretch: tuple[Field, int, int] | None = None
    polarity: frozenset[bool] = frozenset()

    def spans(self, leaf: Leaf) -> Sequence[Span]:
        """The spans of `leaf` that are in sight, in order."""
        row = self.seen.row(leaf)
        spans: Sequence[Span] = row.spans
        if self.stretch:
            field, start, end = self.stretch
            first, last = bisect_left(row.keys, (ORDER[field], start)), bisect_left(row.keys, (ORDER[field], end))
            spans = [span for span in row.spans[first:last] if span.end <= end]
        if self.polarity:
            spans = [span for span in spans if self.polarity == {self.seen.negated(span)}]
        return spans

    def within(self, field: Field, start: int, end: int) -> "Sight":
        """The same, in one stretch only."""
        if self.stretch:
            known, low, high = self.stretch
            start, end = (max(start, low), min(end, high)) if field == known else (0, 0)
        return Sight(self.bench, self.seen, (field, start, end), self.polarity)

    def polar(self, *, negated: bool) -> "Sight":
        """The same, only what stands inside a negation's reach, or outside."""
        return Sight(self.bench, self.seen, self.stretch, self.polarity | {negated})


def ordered(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Each stretch once, title before text before attachment, then by start and end."""
    once: dict[tuple[int, int, int], Span] = {}
    for span in spans:
        once.setdefault((ORDER[span.field], span.start, span.end), span)
    return tuple(once[place] for place in sorted(once))

"""What rules are judged with: the matchers, and what of an item they look at."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pydantic import BaseModel

from rarewatch import registry
from rarewatch._match_needs import Triggers
from rarewatch.matchers import KINDS, Hits, Knowing, Lexicon, Matcher
from rarewatch.nouns.watch import Field, Leaf, Scope, Span
from rarewatch.text.negation import scopes

ORDER: dict[Field, int] = {"title": 0, "text": 1, "attachment": 2}
"""In what order fields are told."""

_WHERE: dict[Scope, str] = {"any": "", "title": " in the title", "text": " in the text", "attachment": " in the attachment"}


@dataclass(frozen=True, slots=True)
class Bench:
    """The matchers, one of each kind, and what they look things up in; and which leaves ask the same."""

    lexicon: Lexicon
    matchers: dict[str, Matcher]
    by_sense: dict[object, int] = field(default_factory=dict)
    known: dict[int, tuple[int, Triggers]] = field(default_factory=dict)
    askers: dict[str, Knowing | None] = field(default_factory=dict)

    def share(self, leaf: Leaf, triggers: Triggers) -> None:
        """Note what can set off `leaf`, and let it and those that ask the same be asked once an item."""
        try:
            number = self.by_sense.setdefault((leaf.kind, leaf.options, leaf.scope), len(self.by_sense))
        except TypeError:  # options of a matcher from elsewhere that cannot be hashed stand for themselves
            number = self.by_sense.setdefault(id(leaf), len(self.by_sense))
        self.known[id(leaf)] = number, triggers

    def matcher(self, kind: str) -> Matcher:
        """The matcher of `kind`; raises `registry.UnknownKindError` for one that does not exist."""
        if kind not in self.matchers:
            self.matchers[kind] = registry.load(KINDS, kind)()
        return self.matchers[kind]

    def knowing(self, leaf: Leaf) -> Knowing | None:
        """The matcher of `leaf` where it asks what is known beside the text."""
        if leaf.kind not in self.askers:
            matcher = self.matcher(leaf.kind)
            self.askers[leaf.kind] = matcher if isinstance(matcher, Knowing) else None
        return self.askers[leaf.kind]

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
    """The spans of one leaf in the order of fields and places."""

    spans: tuple[Span, ...]

    def within(self, field: Field, start: int, end: int) -> list[Span]:
        """Those in one stretch."""
        first = bisect_left(self.spans, (ORDER[field], start), key=_place)
        last = bisect_left(self.spans, (ORDER[field], end), key=_place)
        return [span for span in self.spans[first:last] if span.end <= end]


_NOTHING = _Row(())


def _place(span: Span) -> tuple[int, int]:
    return ORDER[span.field], span.start


class Seen:
    """What was worked out of one item already: the spans of each leaf, and where negations reach."""

    __slots__ = ("_bench", "_hit", "_hits", "_negated", "_rows")

    def __init__(self, bench: Bench, hits: Hits, hit: Triggers) -> None:
        """`hit` are all triggers the hits set off."""
        self._bench, self._hits, self._hit = bench, hits, hit
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
        return known.holds(_options(leaf), self._bench.lexicon, self._hits.about)

    def row(self, leaf: Leaf) -> _Row:
        """The spans of `leaf`, each stretch once."""
        number, triggers = self._bench.known.get(id(leaf), (-id(leaf), None))
        row = self._rows.get(number)
        if row is None:
            idle = triggers is not None and triggers.isdisjoint(self._hit)
            row = self._rows[number] = _NOTHING if idle else _Row(ordered(self._bench.spans(leaf, self._hits)))
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
            spans = row.within(*self.stretch)
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
    spans = tuple(spans)
    if len(spans) < 2:
        return spans
    once: dict[tuple[int, int, int], Span] = {}
    for span in spans:
        once.setdefault((ORDER[span.field], span.start, span.end), span)
    return tuple(once[place] for place in sorted(once))

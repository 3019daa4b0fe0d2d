"""The hits of one item, as matchers ask for them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

from rarewatch._match_bench import ORDER, ordered
from rarewatch._match_entities import Refusal
from rarewatch._match_needs import Triggers
from rarewatch._match_scan import Patterns, Scanned
from rarewatch.nouns.watch import About, Clause, Field, Mention, Scope, Span
from rarewatch.text.fold import Folded

Read = TypeVar("Read")

_NOTHING = Folded("")


class Found:
    """One item: its fields, what stands in them, and what is known beside them."""

    def __init__(
        self,
        fields: Sequence[Scanned],
        patterns: Patterns,
        terms: Mapping[int, Sequence[str]],
        about: About,
    ) -> None:
        """`fields` in order; `terms` gives the terms of each pattern as written."""
        self.scanned = fields
        self.mentioned_spans: dict[str, list[Span]] = {}
        self.refusals: dict[str, list[Refusal]] = {}
        self._patterns, self._about, self._terms = patterns, about, terms
        self._numbers = frozenset(number for field in fields for number in field.places)
        self._standing: frozenset[str] | None = None
        self._read: dict[tuple[Field, Callable[[str], Any]], Any] = {}

    @property
    def about(self) -> About:
        return self._about

    def fields(self, scope: Scope) -> Sequence[Field]:
        return [field.name for field in self.scanned if scope in ("any", field.name)]

    def folded(self, field: Field) -> Folded:
        scanned = self._field(field)
        return scanned.folded if scanned else _NOTHING

    def span(self, field: Field, start: int, end: int, term: str) -> Span:
        scanned = self._field(field)
        assert scanned is not None
        return scanned.span(start, end, term)

    def read(self, field: Field, reader: Callable[[str], Read]) -> Read:
        key = field, reader
        if key not in self._read:
            self._read[key] = reader(self.folded(field).text)
        known: Read = self._read[key]
        return known

    def _field(self, name: Field) -> Scanned | None:
        return next((field for field in self.scanned if field.name == name), None)

    def term(self, term: str, scope: Scope) -> Sequence[Span]:
        number = self._patterns.number(term)
        if number is None or number not in self._numbers:
            return ()
        return [
            field.span(start, end, term)
            for field in self.scanned
            if scope in ("any", field.name)
            for start, end in field.places.get(number, ())
        ]

    def found(self) -> frozenset[str]:
        if self._standing is None:
            self._standing = frozenset(term for number in self._numbers for term in self._terms[number])
        return self._standing

    def mentioned(self) -> AbstractSet[str]:
        return self.mentioned_spans.keys()

    def mention(self, entity: str, scope: Scope) -> Sequence[Span]:
        return [span for span in self.mentioned_spans.get(entity, ()) if scope in ("any", span.field)]

    def mentions(self) -> tuple[Mention, ...]:
        found = [Mention(entity, ordered(spans)) for entity, spans in self.mentioned_spans.items()]
        return tuple(sorted(found, key=lambda one: (ORDER[one.spans[0].field], one.spans[0].start, one.entity)))

    def length(self, field: Field) -> int:
        scanned = self._field(field)
        return len(scanned.original) if scanned else 0

    def triggers(self) -> Triggers:
        """What the hits set off; to be asked once the mentions are known."""
        return self._numbers | self.mentioned_spans.keys()

    def refused(self, entity: str) -> Iterable[Clause]:
        """What was found of `entity` and did not count, as clauses."""
        for refusal in self.refusals.get(entity, ()):
            yield Clause(f"“{refusal.span.text}” does not count: {refusal.why}", held=False, spans=(refusal.span,))

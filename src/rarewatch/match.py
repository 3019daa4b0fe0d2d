"""Which rules hold for an item, by what evidence, and which entities it mentions.

All terms and names are looked for in one pass; only rules that a hit can make hold are evaluated, so the cost of an item does not
grow with the number of rules.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rarewatch._match_entities import Names, Refusal
from rarewatch._match_rules import Bench, Trigger, Triggers, evidence, leaves, needed, ordered, told
from rarewatch._match_scan import Patterns, Scanned
from rarewatch.matchers import Lexicon
from rarewatch.nouns.watch import Clause, Field, Findings, Leaf, Match, Mention, Rule, Scope, Span, Watch
from rarewatch.registry import UnknownKindError
from rarewatch.text.terms import fault_of_term


class Compiled:
    """A watch made ready: build it once, then ask it about items; safe to share between threads."""

    def __init__(self, watch: Watch) -> None:
        """Compile the enabled rules of `watch`; raises `registry.UnknownKindError` for a matcher kind that does not exist."""
        self._rules = [rule for rule in watch.rules.values() if rule.enabled]
        self._bench = Bench(Lexicon(watch.entities, watch.lists), {})
        self._patterns = Patterns()
        self._names = Names(watch.entities.values(), self._patterns)
        self._index = _index(self._rules, self._bench, self._patterns)
        self._terms: dict[int, list[str]] = {}
        for term, number in self._patterns.known():
            self._terms.setdefault(number, []).append(term)
        self._patterns.finish()

    def findings(self, title: str, text: str) -> Findings:
        """The rules that hold for an item, in the order of the watch, and the entities it mentions, in order of first mention."""
        hits = self._hits(title, text)
        matches = [match for at in sorted(self._candidates(hits)) if (match := self._match(self._rules[at], hits))]
        return Findings(tuple(matches), hits.mentions())

    def explain(self, title: str, text: str) -> tuple[tuple[Rule, Clause], ...]:
        """Every enabled rule with its verdict on an item, step by step."""
        hits = self._hits(title, text)
        return tuple((rule, self._told(rule, hits)) for rule in self._rules)

    def _hits(self, title: str, text: str) -> "_Found":
        fields = self._patterns.scan("title", title), self._patterns.scan("text", text)
        return _Found(fields, self._patterns, self._terms, *self._names.mentions(fields))

    def _candidates(self, hits: "_Found") -> set[int]:
        return {rule for trigger in hits.triggers() for rule in self._index.get(trigger, ())}

    def _match(self, rule: Rule, hits: "_Found") -> Match | None:
        spans = evidence(rule.when, self._bench, hits)
        return Match(rule.id, rule.digest, rule.severity, ordered(spans)) if spans else None

    def _told(self, rule: Rule, hits: "_Found") -> Clause:
        clause = told(rule.when, self._bench, hits, hits.refused)
        if clause.held and not evidence(rule.when, self._bench, hits):
            return Clause("nothing was found that speaks for the rule", held=False, parts=(clause,))
        return clause


class _Found:
    """The hits of one item, as matchers ask for them."""

    def __init__(
        self,
        fields: Sequence[Scanned],
        patterns: Patterns,
        terms: dict[int, list[str]],
        mentions: dict[str, list[Span]],
        refused: dict[str, list[Refusal]],
    ) -> None:
        self._fields, self._patterns = fields, patterns
        self._mentions, self._refused = mentions, refused
        self._numbers = frozenset(number for field in fields for number in field.places)
        self._standing = frozenset(term for number in self._numbers for term in terms[number])

    def term(self, term: str, scope: Scope) -> Sequence[Span]:
        number = self._patterns.number(term)
        if number is None or number not in self._numbers:
            return ()
        return [
            field.span(start, end, term)
            for field in self._fields
            if scope in ("any", field.name)
            for start, end in field.places.get(number, ())
        ]

    def found(self) -> frozenset[str]:
        return self._standing

    def mention(self, entity: str, scope: Scope) -> Sequence[Span]:
        return [span for span in self._mentions.get(entity, ()) if scope in ("any", span.field)]

    def mentions(self) -> tuple[Mention, ...]:
        found = [Mention(entity, ordered(spans)) for entity, spans in self._mentions.items()]
        return tuple(sorted(found, key=lambda one: (one.spans[0].field == "text", one.spans[0].start, one.entity)))

    def length(self, field: Field) -> int:
        return sum(len(one.original) for one in self._fields if one.name == field)

    def triggers(self) -> Iterator[Trigger]:
        yield from self._numbers
        yield from self._mentions

    def refused(self, entity: str) -> Iterable[Clause]:
        """What was found of `entity` and did not count, as clauses."""
        for refusal in self._refused.get(entity, ()):
            yield Clause(f"“{refusal.span.text}” does not count: {refusal.why}", held=False, spans=(refusal.span,))


def _triggers(leaf: Leaf, bench: Bench, patterns: Patterns) -> Triggers:
    return patterns.numbers(bench.terms(leaf)) | frozenset(bench.entities(leaf))


def _index(rules: Sequence[Rule], bench: Bench, patterns: Patterns) -> dict[Trigger, list[int]]:
    """Trigger to the rules it can make hold: each rule stands under the rarest set of triggers that it cannot hold without."""
    of = {id(leaf): _triggers(leaf, bench, patterns) for rule in rules for leaf in leaves(rule.when)}
    common = Counter(trigger for triggers in of.values() for trigger in triggers)
    index: dict[Trigger, list[int]] = {}
    for at, rule in enumerate(rules):
        found = needed(rule.when, lambda leaf: of[id(leaf)], lambda triggers: sum(common[one] for one in triggers))
        if found is None:
            # Nothing must be hit, but without evidence there is no match, so that any of its own hits is a reason to look.
            found = frozenset[Trigger]().union(*(of[id(leaf)] for leaf in leaves(rule.when, negated=False)))
        for trigger in found:
            index.setdefault(trigger, []).append(at)
    return index


def problems(watch: Watch) -> list[tuple[str, str]]:
    """What cannot work in `watch`: (the rule's id, or `list:ID` or `entity:ID`; a sentence without a full stop), in order."""
    bench = Bench(Lexicon(watch.entities, watch.lists), {})
    found = [(f"list:{name}", fault) for name, terms in watch.lists.items() for fault in map(fault_of_term, terms) if fault]
    for entity in watch.entities.values():
        found += [(f"entity:{entity.id}", fault) for alias in entity.aliases if (fault := fault_of_term(alias.text))]
    patterns = Patterns()
    for rule in watch.rules.values():
        found += [(rule.id, fault) for fault in dict.fromkeys(_faults(rule, bench, patterns))]
    return found


def _faults(rule: Rule, bench: Bench, patterns: Patterns) -> Iterator[str]:
    try:
        for leaf in leaves(rule.when):
            yield from bench.faults(leaf)
        if needed(rule.when, lambda leaf: _triggers(leaf, bench, patterns), len) is None:
            yield "it can hold with nothing found: give it something to find beside what must not stand there"
    except UnknownKindError as error:
        yield str(error)

"""Which rules hold for an item, by what evidence, which entities it mentions, and what kind of announcement it seems to be.

All terms and names are looked for in one pass; only rules that a hit can make hold are evaluated, so the cost of an item does not
grow with the number of rules.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TypeVar

from rarewatch._match_bench import Bench, Seen, Sight, ordered
from rarewatch._match_entities import Names
from rarewatch._match_found import Found
from rarewatch._match_holds import evidence
from rarewatch._match_index import Index, triggers
from rarewatch._match_needs import Needs, leaves, parts
from rarewatch._match_scan import Patterns
from rarewatch._match_told import failing, far, lacking, told
from rarewatch.clock import Clock, now
from rarewatch.matchers import Lexicon
from rarewatch.nouns.watch import (
    About,
    AnnouncementType,
    Clause,
    Condition,
    Findings,
    Group,
    Label,
    Leaf,
    Match,
    Near,
    Polarity,
    Rule,
    Watch,
)
from rarewatch.registry import UnknownKindError
from rarewatch.text.terms import fault_of_term

__all__ = ["Compiled", "failing", "problems"]

_UNKNOWN = About()

Judged = TypeVar("Judged", Rule, AnnouncementType)


class Compiled:
    """A watch made ready: build it once, then ask it about items; safe to share between threads."""

    def __init__(self, watch: Watch, clock: Clock = now) -> None:
        """Compile the enabled rules of `watch`; raises `registry.UnknownKindError` for a matcher kind that does not exist.

        A rule that rests until some day holds again from the day after, by the `clock`, in UTC.
        """
        self._watch, self._clock = watch, clock
        self._bench = Bench(Lexicon(watch.entities, watch.lists, watch.groups), {})
        self._patterns = Patterns()
        self._names = Names(watch.entities.values(), self._patterns)
        rules = [rule for rule in watch.rules.values() if rule.enabled]
        self._rules = Index(rules, self._bench, self._patterns)
        self._types = Index(list(watch.types.values()), self._bench, self._patterns)
        for rule in rules:
            for leaf in (leaf for adjust in rule.adjust for leaf in leaves(adjust.when)):
                triggers(leaf, self._bench, self._patterns)
        self._terms: dict[int, list[str]] = {}
        for term, number in self._patterns.known():
            self._terms.setdefault(number, []).append(term)
        self._patterns.finish()
        self._last: tuple[tuple[str, str, str, About], tuple[Found, Sight]] | None = None

    @cached_property
    def digest(self) -> str:
        """The version (hex) of all that is watched for: changes with everything that can change what is found."""
        watch = self._watch
        rules = [replace(rule, where="", examples=()) for rule in watch.rules.values()]
        types = [replace(kind, where="", examples=()) for kind in watch.types.values()]
        told = repr((rules, types, *(sorted(part.items()) for part in (watch.entities, watch.lists, watch.groups))))
        return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:12]

    def findings(self, title: str, text: str, attachment: str = "", about: About = _UNKNOWN) -> Findings:
        """The rules that hold for an item and the types it seems to be, in the order of the watch, and the entities it mentions.

        Mentions come in the order of the item. A rule's severity is told as its `adjust` leaves it.
        """
        found, sight = self._look(title, text, attachment, about)
        labels = [label for kind in self._types.candidates(found.triggers()) if (label := _label(kind, sight))]
        return Findings(self._matches(found, sight), found.mentions(), tuple(labels))

    def matches(self, title: str, text: str, attachment: str = "", about: About = _UNKNOWN) -> tuple[Match, ...]:
        """`findings(...).matches`, without the work for the rest."""
        return self._matches(*self._look(title, text, attachment, about))

    def explain(self, title: str, text: str, attachment: str = "", about: About = _UNKNOWN) -> tuple[tuple[Rule, Clause], ...]:
        """Every enabled rule with its verdict on an item, step by step; `failing` finds the step that decided."""
        found, sight = self._look(title, text, attachment, about)
        return tuple((rule, self._told(rule, found, sight)) for rule in self._rules.judged)

    def explain_types(
        self, title: str, text: str, attachment: str = "", about: About = _UNKNOWN
    ) -> tuple[tuple[AnnouncementType, Clause], ...]:
        """Every announcement type with its verdict on an item, step by step."""
        found, sight = self._look(title, text, attachment, about)
        return tuple((kind, _verdict(kind, found, sight)) for kind in self._types.judged)

    def near_misses(self, title: str, text: str, attachment: str = "", about: About = _UNKNOWN) -> tuple[tuple[Rule, Clause], ...]:
        """The rules that do not hold for an item but would if a single clause had turned out otherwise, with that clause.

        Only rules of which something was found are among them, and none that rests.
        """
        found, sight = self._look(title, text, attachment, about)
        near = []
        for rule in self._rules.touched(found.triggers()):
            short = [] if self._rests(rule) or far(rule.when, sight) else lacking(rule.when, sight)
            if len(short) == 1 and _something(rule, sight):
                near.append((rule, told(short[0], sight, found.refused)))
        return tuple(near)

    def _look(self, title: str, text: str, attachment: str, about: About) -> tuple[Found, Sight]:
        asked, last = (title, text, attachment, about), self._last
        if last is None or last[0] != asked:
            # Kept, for whoever asks what holds asks next what nearly did.
            last = self._last = (asked, self._look_again(*asked))
        return last[1]

    def _look_again(self, title: str, text: str, attachment: str, about: About) -> tuple[Found, Sight]:
        scan = self._patterns.scan
        fields = [scan("title", title), scan("text", text)]
        if attachment:
            fields.append(scan("attachment", attachment))
        found = Found(fields, self._patterns, self._terms, about)
        found.mentioned_spans, found.refusals = self._names.mentions(fields, found)
        return found, Sight(self._bench, Seen(self._bench, found, found.triggers()))

    def _rests(self, rule: Rule) -> bool:
        rest = rule.disabled
        return rest is not None and (rest.until is None or self._clock().date() <= rest.until)

    def _matches(self, found: Found, sight: Sight) -> tuple[Match, ...]:
        candidates = self._rules.candidates(found.triggers())
        return tuple(match for rule in candidates if (match := self._match(rule, sight)))

    def _match(self, rule: Rule, sight: Sight) -> Match | None:
        spans = evidence(rule.when, sight)
        if not spans or self._rests(rule):
            return None
        severity = rule.severity
        for adjust in rule.adjust:
            if evidence(adjust.when, sight) is not None:
                severity = severity.moved(adjust.by) if adjust.to is None else adjust.to
        return Match(rule.id, rule.digest, severity, ordered(spans))

    def _told(self, rule: Rule, found: Found, sight: Sight) -> Clause:
        clause = _verdict(rule, found, sight)
        if rule.disabled is None or not self._rests(rule):
            return clause
        until = f" until {rule.disabled.until}" if rule.disabled.until else ""
        return Clause(f"the rule rests{until}: {rule.disabled.reason}", held=False, parts=(clause,) if clause.held else ())


def _label(kind: AnnouncementType, sight: Sight) -> Label | None:
    spans = evidence(kind.when, sight)
    return Label(kind.id, kind.severity, ordered(spans)) if spans else None


def _something(rule: Rule, sight: Sight) -> bool:
    return any(sight.seen.holds(leaf) is None and sight.spans(leaf) for leaf in leaves(rule.when, negated=False))


def _verdict(judged: Judged, found: Found, sight: Sight) -> Clause:
    clause = told(judged.when, sight, found.refused)
    if clause.held and not evidence(judged.when, sight):
        return Clause("nothing was found that speaks for the rule", held=False, parts=(clause,))
    return clause


def problems(watch: Watch) -> list[tuple[str, str]]:
    """What cannot work in `watch`: (a rule's id, `list:ID`, `entity:ID` or `type:ID`; a sentence without a full stop), in order."""
    bench = Bench(Lexicon(watch.entities, watch.lists, watch.groups), {})
    found = [(f"list:{name}", fault) for name, terms in watch.lists.items() for fault in map(fault_of_term, terms) if fault]
    for entity in watch.entities.values():
        found += [(f"entity:{entity.id}", fault) for alias in entity.aliases if (fault := fault_of_term(alias.text))]
    patterns = Patterns()
    judged = [(rule.id, rule.when, rule.adjust) for rule in watch.rules.values()]
    judged += [(f"type:{kind.id}", kind.when, ()) for kind in watch.types.values()]
    for name, when, adjusts in judged:
        faults = [*_faults(when, bench, patterns), *(fault for one in adjusts for fault in _leaf_faults(one.when, bench))]
        found += [(name, fault) for fault in dict.fromkeys(faults)]
    return found


def _faults(when: Condition, bench: Bench, patterns: Patterns) -> Iterator[str]:
    yield from _leaf_faults(when, bench)
    try:
        if Needs(lambda leaf: triggers(leaf, bench, patterns), len).needed(when) is None:
            yield "it can hold with nothing found: give it something to find beside what must not stand there"
    except UnknownKindError as error:
        yield str(error)


def _leaf_faults(when: Condition, bench: Bench) -> Iterator[str]:
    try:
        for leaf in leaves(when):
            yield from bench.faults(leaf)
    except UnknownKindError as error:
        yield str(error)
    yield from ("a part of near must stand at one place: write a matcher, or any with several" for _ in _scattered(when, bench))


def _scattered(when: Condition, bench: Bench) -> Iterator[Condition]:
    """The parts of every `near` in `when` that do not stand at one place."""
    below = parts(when)
    if isinstance(when, Near):
        yield from (part for part in below if not _placed(part, bench))
    for part in below:
        yield from _scattered(part, bench)


def _placed(part: Condition, bench: Bench) -> bool:
    if isinstance(part, Polarity):
        return _placed(part.part, bench)
    if isinstance(part, Group):
        return bool(part.any) and not part.all and not part.none and all(_placed(one, bench) for one in part.any)
    return isinstance(part, Leaf) and not bench.knowing(part)

"""`expectations.yaml` -> what ought to come."""

from collections.abc import Collection, Mapping, Sequence

from rarewatch.config.expectation_models import (
    WEEKDAYS,
    ExpectationFile,
    ExpectedSpec,
    LedgerSpec,
    WhenSpec,
    WitnessSpec,
    read_month_day,
    read_time,
)
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.reader import Node
from rarewatch.config.units import suggestion
from rarewatch.ledger import number_of
from rarewatch.nouns.expected import Dates, Expectations, Expected, Ledger, Monthly, SeenBy, Weekly, When, Witnesses, Yearly
from rarewatch.nouns.source import Source, Tier
from rarewatch.text._document_words import canonical_issuer


class Reader:
    """Gathers what is expected; what is disabled is checked like the rest and then left out."""

    def __init__(
        self,
        mistakes: Mistakes,
        found: Mapping[str, Source],
        sources: Collection[str] | None,
        rules: Collection[str] | None,
    ) -> None:
        """`sources` and `rules` that may be named; None when they could not be read. `found` are the sources that are right."""
        self._mistakes = mistakes
        self._found = found
        self._sources = sources
        self._rules = rules
        self._ids: dict[str, dict[str, Node]] = {}

    def read(self, node: Node) -> Expectations:
        """Read the file."""
        if self._mistakes.check(ExpectationFile, node) is None:
            return Expectations()
        return Expectations(
            tuple(ledger for entry in _entries(node, "ledgers") if (ledger := self._ledger(entry))),
            tuple(event for entry in _entries(node, "expected") if (event := self._expected(entry))),
            tuple(group for entry in _entries(node, "witnesses") if (group := self._witnesses(entry))),
        )

    def _ledger(self, node: Node) -> Ledger | None:
        fresh, spec = self._fresh("ledger", node), self._mistakes.check(LedgerSpec, node)
        self._check("source", node.child("sources"), self._sources)
        for place in _named(node.child("sources")):
            source = self._found.get(str(place.value))
            if source and source.publisher.tier is not Tier.ISSUER:
                hint = "only who issues a document, or files it, shows that a number exists"
                self._mistakes.add(place, f"'{source.id}' is no issuer: its tier is {source.publisher.tier}", hint)
        if spec is None or not fresh or not spec.enabled:
            return None
        return Ledger(
            id=spec.id,
            name=spec.name,
            kinds=tuple(spec.kind),
            sources=frozenset(spec.sources),
            issuers=tuple(canonical_issuer(issuer) for issuer in spec.issuer),
            stock=spec.stock,
            grace=spec.grace,
            start=number_of(spec.start) if spec.start else None,
        )

    def _expected(self, node: Node) -> Expected | None:
        fresh, spec = self._fresh("expected event", node), self._mistakes.check(ExpectedSpec, node)
        if seen_by := node.child("seen_by"):
            self._check("rule", seen_by.child("rules"), self._rules)
            self._check("source", seen_by.child("sources"), self._sources)
        if spec is None or not fresh or not spec.enabled:
            return None
        seen = spec.seen_by
        return Expected(
            id=spec.id,
            name=spec.name,
            when=_when(spec.when),
            seen_by=SeenBy(frozenset(seen.rules), tuple(seen.terms), frozenset(seen.sources)),
            by=read_time(spec.when.by) if spec.when.by else None,
            workdays=spec.when.workdays or "",
            zone=spec.zone,
            grace=spec.grace,
            severity=spec.severity,
        )

    def _witnesses(self, node: Node) -> Witnesses | None:
        fresh, spec = self._fresh("group of witnesses", node), self._mistakes.check(WitnessSpec, node)
        self._check("rule", node.child("rules"), self._rules)
        self._check("source", node.child("sources"), self._sources)
        if spec is None or not fresh or not spec.enabled:
            return None
        return Witnesses(spec.id, spec.fact, frozenset(spec.rules), tuple(dict.fromkeys(spec.sources)), spec.within)

    def _fresh(self, what: str, node: Node) -> bool:
        name = node.text("id")
        return not name or self._mistakes.unique(self._ids.setdefault(what, {}), what, name, node.child("id") or node)

    def _check(self, what: str, node: Node | None, known: Collection[str] | None) -> None:
        for place in _named(node):
            if known is not None and isinstance(place.value, str) and place.value.strip() not in known:
                self._mistakes.add(place, f"there is no {what} '{place.value}'", suggestion(place.value, sorted(known)))


def _entries(node: Node, key: str) -> Sequence[Node]:
    entries = node.child(key)
    return entries.children() if entries is not None else ()


def _named(node: Node | None) -> Sequence[Node]:
    """One name or a list of them."""
    if node is None:
        return ()
    return node.children() if isinstance(node.value, list) else (node,)


def _when(spec: WhenSpec) -> When:
    if spec.monthly:
        return Monthly(spec.monthly.from_day, spec.monthly.by_day)
    if spec.quarterly:
        return Monthly(spec.quarterly.from_day, spec.quarterly.by_day, tuple(spec.quarterly.months))
    if spec.weekly:
        return Weekly(WEEKDAYS.index(spec.weekly))
    if spec.yearly:
        return Yearly(read_month_day(spec.yearly.first), read_month_day(spec.yearly.last))
    assert spec.dates is not None
    return Dates(tuple(sorted(set(spec.dates))))


def lonely(expectations: Expectations, sources: Mapping[str, Source]) -> list[str]:
    """What is hardly meant of groups of witnesses: of these, fewer than two sources are enabled."""
    told = []
    for group in expectations.witnesses:
        live = [name for name in group.sources if name in sources and sources[name].enabled]
        if len(live) < 2:
            who = f"only {live[0]} is" if live else "no source is"
            told.append(f"{who} enabled to witness “{group.fact}” ({group.id})")
    return told

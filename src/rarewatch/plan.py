"""What edited rules would change, worked out on items of the past. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from rarewatch.match import Compiled
from rarewatch.normalise import about
from rarewatch.nouns.alert import Subscription
from rarewatch.nouns.item import Item
from rarewatch.nouns.source import Source
from rarewatch.nouns.watch import About, Rule, Severity, Watch
from rarewatch.text.fold import fold

Verdict: TypeAlias = tuple[str, int]
"""A rule that holds, and how severe it then is."""

Verdicts: TypeAlias = tuple[Verdict, ...]

Versions: TypeAlias = Mapping[str, str]
"""Rule ids and the versions of the rules that are in force."""

_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule that is not what it was."""

    rule: str
    change: Literal["added", "changed", "removed"]


@dataclass(frozen=True, slots=True)
class AlertChange:
    """An alert one subscriber would get (`gained`) or get no more; `rules` are those that speak for it."""

    subscription: str
    gained: bool
    title: str
    item: str
    source: str
    at: datetime
    severity: Severity
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Volume:
    """How many alerts a week a subscriber gets before and after."""

    subscription: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything edited rules would change; `weeks` is the time that `items` span, one at least."""

    rules: tuple[RuleChange, ...] = ()
    alerts: tuple[AlertChange, ...] = ()
    volumes: tuple[Volume, ...] = ()
    items: int = 0
    weeks: float = 1.0

    @property
    def gained(self) -> int:
        """How many alerts there would be more of."""
        return sum(alert.gained for alert in self.alerts)

    @property
    def lost(self) -> int:
        """How many alerts there would be no more."""
        return len(self.alerts) - self.gained


def versions(rules: Iterable[Rule], today: datetime) -> dict[str, str]:
    """The rules that are in force on the day of `today`, with their versions; severity counts as part of a version."""
    return {rule.id: f"{rule.digest}/{rule.severity.label}" for rule in rules if in_force(rule, today)}


def in_force(rule: Rule, today: datetime) -> bool:
    """Whether a rule is enabled and does not rest; a rule rests up to and with the last day given."""
    rests = rule.disabled is not None and (rule.disabled.until is None or today.date() <= rule.disabled.until)
    return rule.enabled and not rests


def rule_changes(before: Versions, after: Versions) -> tuple[RuleChange, ...]:
    """What was added, changed and removed, by the rules' names."""
    found = [RuleChange(rule, "added") for rule in after.keys() - before.keys()]
    found += [RuleChange(rule, "removed") for rule in before.keys() - after.keys()]
    found += [RuleChange(rule, "changed") for rule in before.keys() & after.keys() if before[rule] != after[rule]]
    return tuple(sorted(found, key=lambda change: change.rule))


class Judge:
    """Says what holds for a stored item under two sets of rules; what both have in common is judged once."""

    def __init__(self, before: Watch | None, after: Watch, sources: Mapping[str, Source]) -> None:
        """`before` is None where what held then is known already; `sources` tell what is known of an item beside its text."""
        self._sources = sources
        self._shared = _shared(before, after) if before else frozenset[str]()
        self._after = Compiled(replace(after, types={}))
        own = {name: rule for name, rule in before.rules.items() if name not in self._shared} if before else {}
        self._before = Compiled(replace(before, types={}, rules=own)) if before and own else None

    def __call__(self, item: Item) -> tuple[Verdicts, Verdicts]:
        """What held before, what holds after."""
        of = about(item, self._sources.get(item.source))
        after = _verdicts(self._after, item, of)
        shared = tuple(verdict for verdict in after if verdict[0] in self._shared)
        return shared + (_verdicts(self._before, item, of) if self._before else ()), after


def _shared(before: Watch, after: Watch) -> frozenset[str]:
    """The rules that are the same in both, whatever they name included."""
    old, new = ({name: replace(rule, where="", examples=()) for name, rule in watch.rules.items()} for watch in (before, after))
    return frozenset(name for name in old.keys() & new.keys() if old[name] == new[name] and old[name].digest)


def _verdicts(compiled: Compiled, item: Item, of: About) -> Verdicts:
    return tuple((match.rule, int(match.severity)) for match in compiled.matches(item.title, item.text, item.attachment, about=of))


@dataclass(slots=True)
class _Told:
    """One story as one subscriber hears of it: by its first item."""

    item: Item
    verdicts: Verdicts


@dataclass(slots=True)
class Comparison:
    """Gathers items, each with what held for it before and what holds for it after; `plan` gives the sum.

    Every item counts as news, those a source had when it was new as well: more past, more to compare. A story is told once.
    """

    before: Sequence[Subscription]
    after: Sequence[Subscription]
    items: int = 0
    _first: datetime | None = None
    _last: datetime | None = None
    _told: tuple[dict[tuple[str, str], _Told], dict[tuple[str, str], _Told]] = field(default_factory=lambda: ({}, {}))

    def add(self, item: Item, story: str, before: Verdicts, after: Verdicts) -> None:
        """Take one item, the oldest first; `story` is the story it was told with ("" for none)."""
        at = moment_of(item)
        self.items += 1
        self._first = min(at, self._first or at)
        self._last = max(at, self._last or at)
        if not before and not after:
            return
        # What was never told has no story yet: the same headline is taken for the same story.
        key = story or fold(item.title).text
        for told, audience, found in zip(self._told, (self.before, self.after), (before, after), strict=True):
            for subscription in audience:
                if heard := heard_of(subscription, found):
                    told.setdefault((subscription.id, key), _Told(item, heard))

    def plan(self, rules: Iterable[RuleChange] = ()) -> Plan:
        """The sum of what was added, alerts with the newest first."""
        span = self._last - self._first if self._first and self._last else timedelta()
        weeks = max(1.0, span / _WEEK)
        names = dict.fromkeys(
            subscription.id for audience in (self.before, self.after) for subscription in audience if not subscription.operator
        )
        volumes = [Volume(name, *(_count(told, name) / weeks for told in self._told)) for name in names]
        alerts = sorted(self._changes(), key=lambda change: (change.at, change.subscription), reverse=True)
        return Plan(tuple(rules), tuple(alerts), tuple(volumes), self.items, weeks)

    def _changes(self) -> Iterator[AlertChange]:
        before, after = self._told
        for gained, mine, other in ((True, after, before), (False, before, after)):
            for key in mine.keys() - other.keys():
                told = mine[key]
                severity = Severity(max(step for _, step in told.verdicts))
                rules = tuple(rule for rule, _ in told.verdicts)
                yield AlertChange(
                    key[0], gained, told.item.title, told.item.id, told.item.source, moment_of(told.item), severity, rules
                )


def heard_of(subscription: Subscription, found: Verdicts) -> Verdicts:
    """Those of `found` that a subscriber wants to know and that are severe enough; operators hear of no news."""
    if subscription.operator:
        return ()
    return tuple(
        (rule, severity)
        for rule, severity in found
        if severity >= subscription.min_severity and (not subscription.rules or rule in subscription.rules)
    )


def moment_of(item: Item) -> datetime:
    """When an item was published; when it was first seen, where no date is known."""
    return item.published.at if item.published else item.seen_at


def _count(told: Mapping[tuple[str, str], _Told], subscription: str) -> int:
    return sum(name == subscription for name, _ in told)

"""What `audience.yaml` says of when and by which way somebody is told -> values; and what of it is hardly meant."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import time

from rarewatch.config.audience_models import SubscriberSpec
from rarewatch.config.habit_models import WEEKDAYS, InhibitSpec, RouteSpec, WantsSpec
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.reader import Node
from rarewatch.config.units import suggestion
from rarewatch.nouns.alert import Subscription
from rarewatch.nouns.audience import Digest, Escalation, Habits, Inhibition, Policy, QuietHours, Route, Storm, Wants

_NAMED = {"rules": "rule", "entities": "entity", "types": "type", "publishers": "publisher", "sources": "source"}
Known = Mapping[str, Collection[str] | None]


class Manners:
    """Reads habits, routes and inhibitions; every name in them is held against those there are."""

    def __init__(self, mistakes: Mistakes, known: Known, groups: Mapping[str, tuple[str, ...]]) -> None:
        """`known` says what may be named, by key (None: not known); `groups` are those of entities."""
        self._mistakes, self._known, self._groups = mistakes, known, groups
        self._places: dict[str, Node] = {}

    def check_wants(self, node: Node) -> None:
        """Hold what is asked for against what there is."""
        for key, what in _NAMED.items():
            listed = node.child(key)
            for place in listed.children() if listed else ():
                self.check_name(what, place, self._known[key])

    def check_name(self, what: str, node: Node | None, known: Collection[str] | None) -> None:
        """Note a mistake where `node` names something that is not there."""
        if node is None or known is None or not isinstance(node.value, str) or node.value.strip() in known:
            return
        hint = suggestion(node.value, sorted(known)) if known else f"no {what} is configured at all"
        self._mistakes.add(node, f"there is no {what} '{node.value}'", hint)

    def wants(self, spec: WantsSpec) -> Wants:
        """What is asked for; a group of entities stands for its members."""
        entities = {member for name in spec.entities or () for member in self._groups.get(name, (name,))}
        return Wants(
            rules=frozenset(spec.rules or ()),
            entities=frozenset(entities),
            types=frozenset(spec.types or ()),
            tiers=frozenset(tier.value for tier in spec.tiers or ()),
            publishers=frozenset(spec.publishers or ()),
            sources=frozenset(spec.sources or ()),
            languages=frozenset(spec.languages or ()),
            min_severity=spec.min_severity,
        )

    def policy(self, top: Node, subscribers: Collection[str]) -> Policy:
        """The routing tree and the inhibitions of the file."""
        names: dict[str, Node] = {}
        tree = self._branches(top.child("routes"), subscribers, names)
        held: dict[str, Node] = {}
        found = []
        entries = top.child("inhibit")
        for entry in entries.children() if entries is not None else ():
            for key in ("by", "held"):
                if wants := entry.child(key):
                    self.check_wants(wants)
            spec = self._mistakes.check(InhibitSpec, entry)
            if spec and self._mistakes.unique(held, "inhibition", spec.name, entry):
                found.append(Inhibition(spec.name, self.wants(spec.by), self.wants(spec.held), spec.wait, spec.within))
        return Policy(tree, tuple(found))

    def _branches(self, entries: Node | None, subscribers: Collection[str], names: dict[str, Node]) -> tuple[Route, ...]:
        found = []
        for entry in entries.children() if entries is not None else ():
            if match := entry.child("match"):
                self.check_wants(match)
            to = entry.child("to")
            for place in to.children() if to else ():
                self.check_name("subscriber", place, subscribers)
            spec = self._mistakes.check(RouteSpec, entry)
            below = self._branches(entry.child("routes"), subscribers, names)
            if spec and self._mistakes.unique(names, "route", spec.name, entry):
                route = Route(spec.name, self.wants(spec.match), tuple(spec.to), below, spec.goes_on, spec.wait, spec.repeat)
                self._places[spec.name] = entry
                found.append(route)
        return tuple(found)

    def unreachable(self, tree: Iterable[Route]) -> Iterator[str]:
        """The branches that nothing comes to, for one before them takes everything they ask for."""
        before: list[Route] = []
        for route in tree:
            for taker in before:
                if not taker.goes_on and _covers(taker.wants, route.wants):
                    where = self._places[route.name].where
                    yield f"{where}: route '{route.name}' is never reached: '{taker.name}' before it takes everything it asks for"
                    break
            yield from self.unreachable(route.branches)
            before.append(route)


def habits(spec: SubscriberSpec) -> Habits:
    """When and how a subscriber wants to be told."""
    quiet = tuple(
        QuietHours(
            time.fromisoformat(one.start),
            time.fromisoformat(one.end),
            frozenset(WEEKDAYS.index(day) for day in one.days or WEEKDAYS),
            one.break_through,
        )
        for one in spec.quiet_hours
    )
    digest, storm, later = spec.digest, spec.storm, spec.escalate
    return Habits(
        quiet,
        Digest(digest.every, time.fromisoformat(digest.at), WEEKDAYS.index(digest.weekday), digest.break_through)
        if digest
        else None,
        Storm(storm.more_than, storm.within, storm.break_through) if storm else None,
        Escalation(later.after, later.to, later.min_severity) if later else None,
    )


def circles(subscriptions: Mapping[str, Subscription]) -> Iterator[str]:
    """The ids from which an escalation comes back to where it began, each circle once."""
    seen: set[str] = set()
    for start in subscriptions:
        path: list[str] = []
        name = start
        while name in subscriptions and name not in path and name not in seen:
            path.append(name)
            escalation = subscriptions[name].habits.escalation
            name = escalation.to if escalation else ""
        if name in path:
            yield " > ".join([*path[path.index(name) :], name])
        seen.update(path)


def _covers(wide: Wants, narrow: Wants) -> bool:
    """Whether whatever `narrow` asks for is asked for by `wide` too."""
    if wide.min_severity > narrow.min_severity:
        return False
    # A severity belongs to the rules that are named with it.
    if wide.rules and wide.min_severity and not wide.rules >= narrow.rules:
        return False
    names = ("rules", "entities", "types", "tiers", "publishers", "sources", "languages")
    pairs = ((getattr(wide, name), getattr(narrow, name)) for name in names)
    return all(not asked or (mine and mine <= asked) for asked, mine in pairs)

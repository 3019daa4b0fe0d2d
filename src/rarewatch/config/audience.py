"""`audience.yaml` -> `Subscription` values."""

from collections.abc import Collection, Mapping

from rarewatch.config.audience_models import AudienceFile, OperatorSpec, SubscriberSpec
from rarewatch.config.habits import Known, Manners, circles, habits
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.reader import Node
from rarewatch.nouns.alert import Subscription, Target
from rarewatch.nouns.audience import ANYTHING, AS_IT_COMES, NO_POLICY
from rarewatch.nouns.watch import Rule, Severity
from rarewatch.route import in_tree


class Audience:
    """Gathers subscriptions; disabled subscribers are checked like the others and then left out."""

    def __init__(
        self, mistakes: Mistakes, notifiers: Collection[str] | None, known: Known, groups: Mapping[str, tuple[str, ...]]
    ) -> None:
        """`notifiers`, and what else may be named by key; None for what could not be read. `groups` are those of entities."""
        self.found: dict[str, Subscription] = {}
        self.policy = NO_POLICY
        self._places: dict[str, Node] = {}
        self._mistakes = mistakes
        self._manners = Manners(mistakes, known, groups)
        self._notifiers = notifiers

    def add(self, node: Node) -> None:
        """Read the file."""
        if self._mistakes.check(AudienceFile, node) is None:
            return
        ids: dict[str, Node] = {}
        for key, what, shape in (("subscribers", "subscriber", SubscriberSpec), ("operators", "operator", OperatorSpec)):
            entries = node.child(key)
            for entry in entries.children() if entries is not None else ():
                self._add(entry, what, shape, ids)
        readers = {name for name in ids if name not in self.found or not self.found[name].operator}
        self._check_escalations(node, readers)
        self.policy = self._manners.policy(node, readers)

    def _check_escalations(self, node: Node, readers: Collection[str]) -> None:
        entries = node.child("subscribers")
        for entry in entries.children() if entries is not None else ():
            if escalate := entry.child("escalate"):
                self._manners.check_name("subscriber", escalate.child("to"), readers)

    def _add(self, entry: Node, what: str, shape: type[SubscriberSpec | OperatorSpec], ids: dict[str, Node]) -> None:
        # Deliveries are remembered under the id: a reader and an operator must not have the same.
        fresh = not entry.text("id") or self._mistakes.unique(ids, what, entry.text("id"), entry.child("id") or entry)
        spec = self._mistakes.check(shape, entry)
        self._check_names(entry)
        if spec is None or not fresh or not spec.enabled:
            return
        targets = tuple(Target(one.via, to) for one in spec.deliver for to in one.to)
        self._check_targets(entry, targets)
        reads = spec if isinstance(spec, SubscriberSpec) else None
        wants = self._manners.wants(reads) if reads else ANYTHING
        self.found[spec.id] = Subscription(
            id=spec.id,
            name=spec.name.strip() or spec.id,
            targets=targets,
            rules=wants.rules,
            min_severity=spec.min_severity,
            time_zone=spec.time_zone,
            operator=reads is None,
            wants=wants,
            habits=habits(reads) if reads else AS_IT_COMES,
        )
        self._places[spec.id] = entry

    def _check_names(self, node: Node) -> None:
        """Hold the rules and notifiers that are named against those there are, whatever else is wrong with the subscriber."""
        self._manners.check_wants(node)
        deliver = node.child("deliver")
        for place in deliver.children() if deliver else ():
            self._manners.check_name("notifier", place.child("via"), self._notifiers)

    def _check_targets(self, node: Node, targets: tuple[Target, ...]) -> None:
        for target in dict.fromkeys(target for target in targets if targets.count(target) > 1):
            hint = "one subscriber tells one address once"
            self._mistakes.add(node.child("deliver") or node, f"'{target.to}' by {target.via} is named twice", hint)

    def warnings(self, rules: Mapping[str, Rule]) -> list[str]:
        """What is allowed but hardly meant: nobody to tell, never told, told twice, rules nobody hears of."""
        live = {rule.id: rule for rule in rules.values() if rule.enabled}
        told, heard, seen = list[str](), set[str](), dict[Target, str]()
        readers = {name: one for name, one in self.found.items() if not one.operator}
        if not readers:
            told.append("audience.yaml: nobody is told of anything: there is no enabled subscriber")
        for name, subscription in readers.items():
            wanted = [live[rule] for rule in subscription.rules or live if rule in live]
            reached = {rule.id for rule in wanted if _most(rule) >= subscription.min_severity}
            heard |= reached
            if not reached:
                told.append(
                    f"{self._places[name].where}: '{name}' can never be told: no enabled rule it wants reaches its severity"
                )
            for target in subscription.targets:
                if (other := seen.setdefault(target, name)) != name:
                    told.append(f"{self._places[name].where}: '{name}' and '{other}' both tell {target.to}: twice for one event")
        # A rule of severity `log` is there to be recorded, not told.
        unheard = [rule for name, rule in live.items() if name not in heard and _most(rule)] if readers else []
        return [*told, *_unheard(unheard), *self._of_manners(readers)]

    def _of_manners(self, readers: Mapping[str, Subscription]) -> list[str]:
        """Routes nothing comes to, who is left over beside the tree, escalations in a circle."""
        told = list(self._manners.unreachable(self.policy.tree))
        for name, one in readers.items() if self.policy.tree else ():
            if name not in in_tree(self.policy.tree) and one.wants == ANYTHING:
                words = "stands on no route and asks for nothing in particular: it is told everything"
                told.append(f"{self._places[name].where}: '{name}' {words}")
        return [*told, *(f"audience.yaml: escalations go round in a circle: {path}" for path in circles(readers))]


def _most(rule: Rule) -> Severity:
    """The highest severity the rule can reach: an upper bound, for what changes it may exclude each other."""
    most = rule.severity
    for adjust in rule.adjust:
        most = max(most, most.moved(adjust.by) if adjust.to is None else adjust.to)
    return most


def _unheard(rules: list[Rule]) -> list[str]:
    """The rules nobody hears of, in one warning however many they are: it comes with every command."""
    if len(rules) < 2:
        return [f"{rule.where}: nobody is told of rule '{rule.id}'" for rule in rules]
    names = ", ".join(rule.id for rule in rules)
    return [f"audience.yaml: nobody is told of {len(rules)} rules, by `min_severity` or by the rules that are named: {names}"]

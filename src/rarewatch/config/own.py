"""Holds how the service watches itself against the notifiers and people there are."""

from collections.abc import Collection, Iterable

from rarewatch.config.mistakes import Mistakes
from rarewatch.config.models import Settings
from rarewatch.config.reader import Node
from rarewatch.config.units import suggestion
from rarewatch.nouns.alert import Subscription, Target


def check(
    settings: Settings, node: Node, mistakes: Mistakes, notifiers: Collection[str] | None, audience: Iterable[Subscription]
) -> list[str]:
    """Note what cannot be right of `canary` and `heartbeat`; `node` is the top of the file.

    `notifiers` are those that may be named, None when they could not be read. Returns what is allowed but hardly meant.
    """
    subscriptions, canary, place = list(audience), settings.canary, node.child("canary") or node
    if settings.heartbeat and canary is None:
        hint = "it is called when a canary arrived: add `canary: {via: ..., to: ...}`"
        mistakes.add(node, "'heartbeat' stands without 'canary'", hint, key="heartbeat")
    if canary and notifiers is not None and canary.via not in notifiers:
        hint = suggestion(canary.via, sorted(notifiers)) if notifiers else "no notifier is configured at all"
        mistakes.add(place.child("via") or place, f"there is no notifier '{canary.via}'", hint)
    readers = [one.id for one in subscriptions if canary and not one.operator and Target(canary.via, canary.to) in one.targets]
    if canary and readers:
        hint = "canaries come by day and night: name a channel or mailbox that is for tests"
        mistakes.add(place.child("to") or place, f"'{canary.to}' is where '{readers[0]}' is told", hint)
    if any(one.operator for one in subscriptions):
        return []
    mute = [name for name, there in (("canary", canary), ("all_clear", settings.all_clear)) if there]
    return [f"{node.file}: nobody hears of `{name}`: audience.yaml names no operator" for name in mute]

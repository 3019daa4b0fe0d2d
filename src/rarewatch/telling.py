"""The end of the desk's work: who is told of what matched, and what waited is told when its time has come.

What waits is a row with a due time, like a delivery. Letting it go is one transaction: done twice it finds nothing, and killed
half-way it has done nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from rarewatch.decide import decide, told_to, words_of
from rarewatch.group import WINDOW, item_prints, join
from rarewatch.hold import silenced, silent_night
from rarewatch.match import Compiled
from rarewatch.near import near_misses
from rarewatch.normalise import about
from rarewatch.nouns.alert import Decision, Held, Reason, Subscription, Unanswered, Verdict
from rarewatch.nouns.audience import Facts, Lately, Policy, Recent, Routed, Scene
from rarewatch.nouns.item import Admission, Item, Status
from rarewatch.nouns.source import Source
from rarewatch.nouns.watch import About, Match, Severity
from rarewatch.route import routed
from rarewatch.stores import Book, Store

EVERY_SECONDS = 5.0
TOGETHER = 100
"""One message tells so many stories at most; more are told in several."""
REPEATS = 10
LONGEST_NIGHT = timedelta(days=3)
"""What one stretch of quiet hours after the other kept back for so long is told in spite of them."""
BEGINNING = 20_000
"""Characters of a document that are looked at for its type: they say what it is, and the rest would hold up everybody's alerts."""


@dataclass(frozen=True)
class Rules:
    """What is in force: the compiled rules, who is told by `audience.yaml`, and how."""

    watch: Compiled
    audience: Sequence[Subscription]
    policy: Policy


class Round:
    """The deciding within one transaction: what is asked of the book for every item is asked once."""

    def __init__(self, book: Book, rules: Rules, now: datetime) -> None:
        """`book` is open."""
        self._book, self._rules, self._now = book, rules, now

    @cached_property
    def audience(self) -> Sequence[Subscription]:
        """Everybody: those of the file, and those who subscribed by themselves."""
        known = {one.id for one in self._rules.audience}
        return (*self._rules.audience, *(one for one in self._book.waiting.own_subscriptions() if one.id not in known))

    @cached_property
    def policy(self) -> Policy:
        """The policy with the silences people asked for."""
        return replace(self._rules.policy, silences=tuple(self._book.waiting.silences(self._now)))

    def tell(self, admission: Admission, source: Source) -> tuple[int, int]:
        """Match, group and decide for one item; how many rules held, and how many deliveries that opened."""
        item, book, watch = admission.item, self._book, self._rules.watch
        known = about(item, source)
        matches = watch.matches(item.title, item.text, item.attachment, about=known)
        book.nearly(item, near_misses(item, known, matches, watch), self._now)
        if not matches:
            return 0, 0
        book.matched(item, matches)
        prints = item_prints(item)
        joined = join(item, book.candidates(prints, self._now - WINDOW))
        story = book.attach(item, joined.story, joined.why, prints)
        past = admission.status is Status.BASELINE or admission.past
        facts = facts_about(item, known, matches, None if past else watch)
        scene = Scene(self._now) if past else self._scene(story)
        decisions = decide(admission, story, matches, self.audience, book.told(story), facts=facts, scene=scene)
        return len(matches), book.decided(decisions, source.publisher, self._now)

    def _scene(self, story: str) -> Scene:
        waiting = self._book.waiting
        return Scene(self._now, self.policy, waiting.held(story), lately(self._book, self.audience, self._now), self._recent())

    def _recent(self) -> Sequence[Recent]:
        longest = max((one.within for one in self.policy.inhibitions), default=0.0)
        return self._book.waiting.recent(self._now - timedelta(seconds=longest)) if longest else ()


def lately(book: Book, audience: Iterable[Subscription], now: datetime) -> Mapping[str, Lately]:
    """What those were told of late who do not want to be told too much at once."""
    storms = {one.id: one.habits.storm.within for one in audience if one.habits.storm}
    return book.waiting.lately(storms.keys(), now - timedelta(seconds=max(storms.values()))) if storms else {}


def facts_about(item: Item, known: About, matches: Sequence[Match], watch: Compiled | None) -> Facts:
    """What routing may ask of an item; without `watch` its entities and types are not looked for."""
    rules = {match.rule: match.severity for match in matches}
    plain = Facts(item.source, known.publisher, known.tier, item.language, rules)
    if watch is None:
        return plain
    found = watch.findings(item.title, item.text, item.attachment[:BEGINNING], about=known)
    entities = frozenset(mention.entity for mention in found.mentions)
    return replace(plain, entities=entities, types=frozenset(label.type for label in found.labels))


def release(store: Store, rules: Rules, now: datetime) -> int:
    """Tell what waited long enough, and what nobody acknowledged; how many deliveries that opened. Raises `Unavailable`."""
    with store.desk() as book:
        round_ = Round(book, rules, now)
        due, unanswered = book.waiting.due(now), book.waiting.unanswered(now)
        opened = 0
        by_subscription: dict[str, list[Held]] = {}
        for one in due:
            by_subscription.setdefault(one.subscription, []).append(one)
        everybody = {one.id: one for one in round_.audience if not one.operator} if due or unanswered else {}
        for name, held in by_subscription.items():
            opened += _let_go(held, everybody.get(name), round_, book, now)
        return opened + sum(_follow_up(one, everybody, round_.policy, book, now) for one in unanswered)


def _let_go(held: Sequence[Held], subscription: Subscription | None, round_: Round, book: Book, now: datetime) -> int:
    """Tell, skip or postpone what waited for one subscription."""
    told: list[Held] = []
    for one in held:
        made = _now_instead(one, subscription, round_.policy, book, now)
        if made is None:
            told.append(one)
            continue
        if made.verdict is Verdict.SKIP:
            book.waiting.let_go([one])
        book.decided([made], one.part.publisher, now)
    if not told or subscription is None:
        return 0
    book.waiting.let_go(told)
    told.sort(key=lambda one: (-one.severity, one.part.at, int(one.id)))
    groups = [told[start : start + TOGETHER] for start in range(0, len(told), TOGETHER)]
    return sum(book.decided([_together(group, subscription, round_.policy, now)], group[0].part.publisher, now) for group in groups)


def _now_instead(one: Held, subscription: Subscription | None, policy: Policy, book: Book, now: datetime) -> Decision | None:
    """Why what waited is not told now; None when it is."""
    part = one.part
    plain = Decision(part.item.id, part.story, one.subscription, Verdict.SKIP, Reason.NOT_SUBSCRIBED, part.matches, facts=one.facts)
    if subscription is None:
        return replace(plain, detail="nobody is subscribed there any more")
    if one.subscription in book.told(part.story):
        return replace(plain, reason=Reason.INHIBITED if part.reason is Reason.INHIBITED else Reason.ALREADY_TOLD)
    heard = replace(one.facts, rules={match.rule: match.severity for match in part.matches})
    if silence := silenced(policy.silences, one.subscription, heard, now):
        return replace(plain, reason=Reason.SILENCED, detail=words_of(silence))
    # Quiet hours that never end must not keep it for ever.
    over = part.reason is Reason.QUIET_HOURS and now - part.at > LONGEST_NIGHT
    until = None if over else _night(subscription, one.severity, now)
    return replace(plain, verdict=Verdict.HOLD, reason=Reason.QUIET_HOURS, until=until) if until else None


def _together(held: Sequence[Held], subscription: Subscription, policy: Policy, now: datetime) -> Decision:
    """One alert for what waited: as the first on its story when it is alone, else all of it in one message."""
    first = held[0]
    part = first.part
    way = routed(policy.tree, first.facts).get(subscription.id, Routed(()))
    alone = len(held) == 1
    made = Decision(
        item=part.item.id,
        story=part.story,
        subscription=subscription.id,
        verdict=Verdict.TELL,
        reason=Reason.FIRST if alone else Reason.DIGEST,
        matches=part.matches,
        detail=f"waited since {part.at:%Y-%m-%d %H:%M} UTC: {part.reason.value}" if alone else f"one of {len(held)}",
        facts=first.facts,
        parts=() if alone else tuple(one.part for one in held),
    )
    return told_to(made, subscription, first.severity, way, now)


def _follow_up(one: Unanswered, everybody: Mapping[str, Subscription], policy: Policy, book: Book, now: datetime) -> int:
    """What follows when nobody acknowledged an alert: somebody else is told, or the same again."""
    subscription = everybody.get(one.subscription)
    if one.acknowledged or subscription is None:
        book.waiting.followed(one, again_at=None, repeats=one.repeats, now=now)
        return 0
    opened = 0
    escalation = subscription.habits.escalation
    if one.escalates and escalation and (other := everybody.get(escalation.to)):
        detail = f"nobody at {subscription.name} acknowledged it since {one.opened_at:%Y-%m-%d %H:%M} UTC"
        if not book.waiting.escalated(one.decided.story, other.id):
            made = replace(one.decided, subscription=other.id, reason=Reason.ESCALATED, detail=detail)
            opened += book.decided([told_to(made, other, one.severity, Routed(()), now)], one.publisher, now)
    again_at, repeats = None, one.repeats
    if one.again and one.repeats < REPEATS:
        again_at = _night(subscription, one.severity, now)
        if again_at is None:
            again_at, repeats = _next_time(one, policy, now), repeats + 1
            opened += _again(one, subscription, book, now)
    book.waiting.followed(one, again_at=again_at, repeats=repeats, now=now)
    return opened


def _again(one: Unanswered, subscription: Subscription, book: Book, now: datetime) -> int:
    """Tell it again; how many deliveries that opened."""
    nth = one.repeats + 1
    made = replace(one.decided, reason=Reason.REPEATED, nth=nth, targets=subscription.targets, detail=f"{nth} of {REPEATS}")
    return book.decided([made], one.publisher, now)


def _next_time(one: Unanswered, policy: Policy, now: datetime) -> datetime | None:
    """When it is to be told again after this time."""
    way = routed(policy.tree, one.decided.facts).get(one.subscription) if one.decided.facts else None
    more = way is not None and way.repeat and one.repeats + 1 < REPEATS
    return now + timedelta(seconds=way.repeat) if way and more else None


def _night(subscription: Subscription, severity: Severity, now: datetime) -> datetime | None:
    """When the quiet hours end that keep an alert of `severity` back now."""
    nights = (silent_night(quiet, severity, subscription.time_zone, now) for quiet in subscription.habits.quiet)
    return max((night.until for night in nights if night), default=None)

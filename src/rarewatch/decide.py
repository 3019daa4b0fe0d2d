"""Who is told of a story, who is not, who later, and why. Pure."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rarewatch.hold import held, inhibited, silenced, storm_begins
from rarewatch.nouns.alert import Decision, Reason, Subscription, Verdict
from rarewatch.nouns.audience import Facts, Lately, Routed, Scene, Silence, Wants
from rarewatch.nouns.item import Admission, Status
from rarewatch.nouns.watch import Match, Severity
from rarewatch.route import in_tree, lacks, routed

_EPOCH = Scene(datetime.fromtimestamp(0, UTC))
_NOTHING = Lately()


def decide(
    admission: Admission,
    story: str,
    matches: Sequence[Match],
    audience: Iterable[Subscription],
    told: AbstractSet[str],
    *,
    facts: Facts | None = None,
    scene: Scene = _EPOCH,
) -> Sequence[Decision]:
    """One decision a subscription for an item that matched at least one rule; operators get none, for they hear of no news.

    `told` holds the ids of the subscriptions that were told of `story` before; `facts` are what routing may ask of the item.
    """
    item = admission.item
    known = facts or Facts(item.source, "", "", item.language, {match.rule: match.severity for match in matches})
    past = admission.status is Status.BASELINE or admission.past
    ways = {} if past else routed(scene.policy.tree, known)
    led = in_tree(scene.policy.tree)
    made = []
    for subscription in audience:
        if subscription.operator:
            continue
        # Whom the tree speaks of is told what it leads there, and nothing else.
        way = ways.get(subscription.id) if subscription.id in led else Routed(())
        plain = Decision(item.id, story, subscription.id, Verdict.SKIP, Reason.BASELINE, tuple(matches), facts=known)
        made.append(plain if past else _for_one(plain, subscription, way, told, scene))
    return made


def wants_of(subscription: Subscription) -> Wants:
    """All that a subscription asks for, whichever way it was written."""
    return replace(subscription.wants, rules=subscription.rules, min_severity=subscription.min_severity)


def _for_one(plain: Decision, subscription: Subscription, way: Routed | None, told: AbstractSet[str], scene: Scene) -> Decision:
    facts = plain.facts
    assert facts is not None
    wanted = tuple(match for match in plain.matches if not subscription.rules or match.rule in subscription.rules)
    severe = tuple(match for match in wanted if match.severity >= subscription.min_severity)
    skip = replace(plain, matches=wanted)
    missing = lacks(wants_of(subscription), facts)
    if missing == "severity":
        return replace(skip, reason=Reason.BELOW_SEVERITY)
    if missing:
        return replace(skip, reason=Reason.NOT_SUBSCRIBED, detail=f"none of its {missing}" if missing != "rules" else "")
    if way is None:
        return replace(skip, reason=Reason.NOT_SUBSCRIBED, detail="no route leads there")
    if subscription.id in told:
        return replace(skip, reason=Reason.ALREADY_TOLD)
    heard = replace(facts, rules={match.rule: match.severity for match in severe})
    if silence := silenced(scene.policy.silences, subscription.id, heard, scene.now):
        return replace(skip, reason=Reason.SILENCED, detail=words_of(silence))
    mine = replace(plain, matches=severe)
    return _in_time(mine, subscription, way, max(match.severity for match in severe), scene)


def _in_time(mine: Decision, subscription: Subscription, way: Routed, severity: Severity, scene: Scene) -> Decision:
    """What is to be told: at once, or when."""
    assert mine.facts is not None
    lately = scene.lately.get(subscription.id, _NOTHING)
    beside = [
        (one.facts, one.at)
        for one in scene.recent
        if one.subscription == subscription.id and (one.story == mine.story or one.facts.entities & mine.facts.entities)
    ]
    waits = (
        held(subscription.habits, way, severity, subscription.time_zone, lately=lately, now=scene.now),
        inhibited(scene.policy.inhibitions, mine.facts, beside, scene.now) if severity < Severity.URGENT else None,
    )
    hold = max((wait for wait in waits if wait), key=lambda wait: wait.until, default=None)
    waiting = scene.held.get(subscription.id)
    if waiting is not None and (hold or severity <= waiting):
        return replace(mine, reason=Reason.ALREADY_HELD)
    path = " > ".join(way.path)
    if hold:
        return replace(mine, verdict=Verdict.HOLD, reason=hold.reason, until=hold.until, detail=path)
    storm = storm_begins(subscription.habits.storm, severity, lately, scene.now)
    reason = Reason.STORM if storm else Reason.FIRST
    return told_to(replace(mine, reason=reason, detail=path), subscription, severity, way, scene.now)


def told_to(made: Decision, subscription: Subscription, severity: Severity, way: Routed, now: datetime) -> Decision:
    """`made` as one that tells: where, and what follows when nobody acknowledges it."""
    escalation = subscription.habits.escalation
    escalates = escalation is not None and severity >= escalation.min_severity
    return replace(
        made,
        verdict=Verdict.TELL,
        targets=subscription.targets,
        escalate_at=now + timedelta(seconds=escalation.after) if escalation and escalates else None,
        repeat_at=now + timedelta(seconds=way.repeat) if way.repeat else None,
    )


def words_of(silence: Silence) -> str:
    """A silence in words: its number, who asked for it, and why."""
    return f"silence {silence.id} by {silence.author} until {silence.ends:%Y-%m-%d %H:%M} UTC: {silence.reason}"

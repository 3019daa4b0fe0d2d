"""Who is told of a story, who is not, and why. Pure."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from rarewatch.nouns.alert import Decision, Reason, Subscription, Verdict
from rarewatch.nouns.item import Admission, Status
from rarewatch.nouns.watch import Match


def decide(
    admission: Admission, story: str, matches: Sequence[Match], audience: Iterable[Subscription], told: AbstractSet[str]
) -> Sequence[Decision]:
    """One decision a subscription for an item that matched at least one rule; operators get none, for they hear of no news.

    `told` holds the ids of the subscriptions that were told of `story` before.
    """
    return [_for_one(admission, story, matches, subscription, told) for subscription in audience if not subscription.operator]


def _for_one(
    admission: Admission, story: str, matches: Sequence[Match], subscription: Subscription, told: AbstractSet[str]
) -> Decision:
    wanted = tuple(match for match in matches if not subscription.rules or match.rule in subscription.rules)
    severe = tuple(match for match in wanted if match.severity >= subscription.min_severity)
    reason = Reason.FIRST
    if admission.status is Status.BASELINE or admission.past:
        reason = Reason.BASELINE
    elif not wanted:
        reason = Reason.NOT_SUBSCRIBED
    elif not severe:
        reason = Reason.BELOW_SEVERITY
    elif subscription.id in told:
        reason = Reason.ALREADY_TOLD
    tell = reason is Reason.FIRST
    return Decision(
        item=admission.item.id,
        story=story,
        subscription=subscription.id,
        verdict=Verdict.TELL if tell else Verdict.SKIP,
        reason=reason,
        matches=severe if tell else wanted,
        targets=subscription.targets if tell else (),
    )

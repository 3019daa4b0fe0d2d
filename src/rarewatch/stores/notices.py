"""A notice to operators as the archive keeps it: an item of the program's own, alone in its story."""

import hashlib

from rarewatch.nouns.alert import OWN, Decision, Reason, Subscription, Verdict
from rarewatch.nouns.health import Notice
from rarewatch.nouns.item import Item, Stamp


def mark_of(notice: Notice) -> bytes:
    """The mark by which a notice is known again, however its words are put: its key."""
    return hashlib.blake2b(f"{OWN.id}\x1fnotice\x1f{notice.key}".encode("utf-8", "replace"), digest_size=12).digest()


def item_of(notice: Notice) -> Item:
    """The item of a notice; it has no address, for it stands nowhere but here."""
    return Item(
        source=OWN.id,
        key=notice.key,
        url="",
        link="",
        title=notice.headline,
        text=notice.text,
        language="en",
        published=Stamp(notice.at, "minute"),
        seen_at=notice.at,
        digest=hashlib.sha256(f"{notice.headline}\n{notice.text}".encode("utf-8", "replace")).hexdigest(),
    )


def decide(notice: Notice, item: str, story: str, operator: Subscription) -> Decision:
    """Whether an operator is told: by its severity alone."""
    tell = notice.severity >= operator.min_severity
    return Decision(
        item=item,
        story=story,
        subscription=operator.id,
        verdict=Verdict.TELL if tell else Verdict.SKIP,
        reason=Reason.NOTICE if tell else Reason.BELOW_SEVERITY,
        targets=operator.targets if tell else (),
    )

"""Tells operators which mail addresses are not written to any more.

A duty of its own, in one transaction of the desk's: the couriers and the web server write down what they saw, and the next look
tells it. Done twice it finds nothing new.
"""

from collections.abc import Sequence
from datetime import datetime

from rarewatch.nouns.address import By, Suppression
from rarewatch.nouns.alert import Subscription
from rarewatch.nouns.health import Notice
from rarewatch.nouns.watch import Severity
from rarewatch.stores import Store

EVERY_SECONDS = 15.0


def look(store: Store, audience: Sequence[Subscription], now: datetime) -> int:
    """Tell the operators among `audience` what they have not heard of; how many deliveries that opened."""
    with store.desk() as book:
        return sum(book.notify(notice(one, now), audience) for one in book.addresses.untold())


def suppress(store: Store, what: Suppression) -> bool:
    """Write no more to an address, in a transaction of its own; False when that was so before."""
    with store.desk() as book:
        return book.addresses.suppress(what)


def notice(what: Suppression, now: datetime) -> Notice:
    """What operators are told of one address."""
    which = f"mails of the subscription {what.subscription}" if what.subscription else "mails"
    lift = f"`rarewatch addresses lift {what.address}` lets mails go there again; until then they end as dead deliveries."
    if what.by is By.BOUNCE:
        lines = [
            f"The mail server says that this address does not exist: {what.why}",
            "No mail is sent there any more, for going on with dead addresses makes mail servers distrust the sender.",
            f"Correct audience.yaml, or, if the address is right, have it mended. {lift}",
        ]
        return Notice(_key(what), f"{what.address} gets no mails any more: unknown address", "\n".join(lines), _DEAD, now)
    lines = [f"Somebody with the mail in hand asked for it: {what.why}", f"Take the address out of audience.yaml. {lift}"]
    return Notice(_key(what), f"{what.address} gets no {which} any more: unsubscribed", "\n".join(lines), _LEFT, now)


_DEAD, _LEFT = Severity.IMPORTANT, Severity.NOTABLE


def _key(what: Suppression) -> str:
    return f"suppressed:{what.address}:{what.subscription}:{what.at.timestamp():.0f}"

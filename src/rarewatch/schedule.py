"""When is something due next: sources by cadence and back-off, deliveries by retry. Pure."""

import hashlib
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from rarewatch.errors import DeliveryFault, SourceFault
from rarewatch.nouns.source import Source, Tier
from rarewatch.text.urls import host_of

_SOON_AT_MOST = 1_800.0
_LATER_AT_LEAST = 300.0
_LATER_AT_MOST = 3_600.0
_FIRST_RETRY = 3.0
_FIRST_ROUND = 30.0
_FEW = 50
_RETRY_AT_MOST = 900.0
_SOURCE_WISH_AT_MOST = 86_400.0
_RECEIVER_WISH_AT_MOST = 3_600.0
_FASTEST, _SLOWEST = 0.5, 3.0
"""The learned interval as a share of `every`."""
_FAST_AT_LEAST, _SLOW_AT_MOST = 60.0, 1_800.0
_FRESH_AT_MOST = 600.0
GIVE_UP_AFTER = timedelta(hours=48)
"""A delivery that failed for so long is dead; it can be replayed by hand."""
_LEAST_TRIES = 20
"""Nor is it dead before: most of those hours may have been a sleeping machine's, or a wrong clock's."""


def _spread(seed: str) -> float:
    """A number from -1 to 1 that depends on `seed` alone, so that jitter needs no random state and can be tested."""
    return int.from_bytes(hashlib.blake2b(seed.encode(), digest_size=4).digest()) / 0x7FFF_FFFF - 1.0


def _jittered(seconds: float, jitter: float, seed: str) -> timedelta:
    return timedelta(seconds=seconds * (1.0 + jitter * _spread(seed)))


def after_reading(source: Source, now: datetime, *, lively: float | None = None, fresh_for: float = 0.0) -> datetime:
    """When `source` is due again after it was read.

    `lively` is how much more than on average it uses to publish at this hour (1.0: as on average; None: not known yet);
    `fresh_for` for how long, in seconds, the server called its answer good. A server may ask for patience, not for silence: its
    wish counts up to twice `every`, ten minutes at most.
    """
    wait = max(interval(source, lively), source.cadence.least, min(fresh_for, 2 * source.cadence.every, _FRESH_AT_MOST))
    return now + _jittered(wait, source.cadence.jitter, f"{source.id}{now.timestamp()}")


def interval(source: Source, lively: float | None) -> float:
    """The time to the next poll in seconds, by what was learned of the source's hours.

    An issuer is never asked less often than `every`: control notices come on holidays and at night.
    """
    every = source.cadence.every
    if lively is None or not source.cadence.learn:
        return every
    slowest = 1.0 if source.publisher.tier is Tier.ISSUER else _SLOWEST
    wished = every * min(max(1.0 / math.sqrt(max(lively, 0.01)), _FASTEST), slowest)
    return min(max(wished, min(every, _FAST_AT_LEAST)), max(every, _SLOW_AT_MOST))


def within_budget(sources: Iterable[Source], polls: int) -> list[Source]:
    """The same sources, each with the least interval that keeps all polls of one host within `polls` an hour.

    A host's sources share its budget in proportion to how often each is to be read.
    """
    every, wished = list(sources), defaultdict[str, float](float)
    for source in every:
        if source.enabled:
            wished[host_of(source.url)] += 3_600.0 / source.cadence.every
    return [_fitted(source, max(wished[host_of(source.url)] / polls, 0.0)) for source in every]


def _fitted(source: Source, share: float) -> Source:
    return replace(source, cadence=replace(source.cadence, least=source.cadence.every * share if share > 1.0 else 0.0))


def expected_delay(source: Source, lively: float | None = None) -> float:
    """How long, in seconds, an announcement stands on the page before it is read, on average: half the interval."""
    return max(interval(source, lively), source.cadence.least) / 2.0


def after_fault(source: Source, fault: SourceFault, failures: int, now: datetime) -> datetime:
    """When `source` is due again after its `failures`-th fault in a row (counted from 1).

    A passing fault doubles the wait up to 30 minutes, a lasting one up to an hour; what the server asked for is the least, up to
    a day: nobody may silence a source for good.
    """
    doubled = source.cadence.every * 2.0 ** min(failures - 1, 10)
    if fault.retry == "soon":
        wait = min(doubled, max(_SOON_AT_MOST, source.cadence.every))
    else:
        wait = min(max(doubled, _LATER_AT_LEAST), max(_LATER_AT_MOST, source.cadence.every))
    asked = timedelta(seconds=min(fault.after or 0.0, _SOURCE_WISH_AT_MOST))
    wait = max(wait, source.cadence.least)
    return now + max(_jittered(wait, source.cadence.jitter, f"{source.id}{now.timestamp()}"), asked)


def first_poll(position: int, total: int, now: datetime) -> datetime:
    """When a source that was never read is due: at once, but spread over half a minute when there are many."""
    return now + timedelta(seconds=_FIRST_ROUND * position / total if total > _FEW else 0.0)


def retry_at(delivery: str, attempt: int, fault: DeliveryFault, now: datetime) -> datetime:
    """When a delivery is tried again after its `attempt`-th try (counted from 1) failed.

    What the receiver asked for is the least, up to an hour: an alert must not be put off until it is no news.
    """
    wait = min(_FIRST_RETRY * 3.0 ** min(attempt - 1, 8), _RETRY_AT_MOST)
    asked = timedelta(seconds=min(fault.after or 0.0, _RECEIVER_WISH_AT_MOST))
    return now + max(_jittered(wait, 0.2, f"{delivery}{attempt}"), asked)


def gives_up(first_due: datetime, attempt: int, fault: DeliveryFault, now: datetime) -> bool:
    """Whether a delivery is dead after its `attempt`-th try: another cannot help, or there were many for 48 hours."""
    return not fault.again or (attempt >= _LEAST_TRIES and now - first_due > GIVE_UP_AFTER)

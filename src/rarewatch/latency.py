"""How long it took from a publication to a reader, summed up. Pure."""

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rarewatch.nouns.vigil import Trip

By = Literal["source", "channel"]


@dataclass(frozen=True, slots=True)
class Spread:
    """Half of `count` durations were at most `p50` seconds, nineteen in twenty at most `p95`; None where there is none."""

    count: int
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class Summary:
    """The deliveries of one source or channel.

    `published_to_sent` holds only those whose publication is known to the minute: `by_day` are known to the day, `undated` not at
    all, and `past` were published before their source was first read.
    """

    of: str
    deliveries: int
    seen_to_decided: Spread
    seen_to_sent: Spread
    published_to_sent: Spread
    sent_to_acknowledged: Spread
    by_day: int
    undated: int
    past: int


def spread(seconds: Iterable[float]) -> Spread:
    """The percentiles by nearest rank; a clock that was set back between two moments counts as no time."""
    found = sorted(max(0.0, one) for one in seconds)
    return Spread(len(found), _rank(found, 0.5), _rank(found, 0.95))


def _rank(found: Sequence[float], share: float) -> float | None:
    return found[math.ceil(share * len(found)) - 1] if found else None


def summed_up(trips: Iterable[Trip], by: By) -> list[Summary]:
    """All deliveries first (under the name ""), then one summary a source or channel, in the order of names."""
    every = list(trips)
    groups: dict[str, list[Trip]] = defaultdict(list)
    for trip in every:
        groups[trip.source if by == "source" else trip.via].append(trip)
    return [_summary("", every), *(_summary(name, groups[name]) for name in sorted(groups))]


def _summary(of: str, trips: Sequence[Trip]) -> Summary:
    dated = [trip for trip in trips if not trip.past]
    return Summary(
        of=of,
        deliveries=len(trips),
        seen_to_decided=spread((trip.decided - trip.seen).total_seconds() for trip in trips),
        seen_to_sent=spread((trip.sent - trip.seen).total_seconds() for trip in trips),
        published_to_sent=spread(
            (trip.sent - trip.published.at).total_seconds()
            for trip in dated
            if trip.published and trip.published.precision == "minute"
        ),
        sent_to_acknowledged=spread((trip.acknowledged - trip.sent).total_seconds() for trip in trips if trip.acknowledged),
        by_day=sum(trip.published is not None and trip.published.precision != "minute" for trip in dated),
        undated=sum(trip.published is None for trip in dated),
        past=sum(trip.past for trip in trips),
    )

"""How a source fares, as the archive has it: what `sources` and `explain` show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from rarewatch import clock, health, schedule
from rarewatch.nouns.health import Condition, Vitals
from rarewatch.nouns.source import Source
from rarewatch.stores import conditions, views
from rarewatch.text.cadence import cadence_words

DISABLED = "disabled"
STATES = (*(condition.value for condition in Condition), DISABLED)


@dataclass(frozen=True)
class Fare:
    """How one source fares: `line` is what the archive has of it, None for one that was never enrolled."""

    source: Source
    vitals: Vitals
    line: Mapping[str, Any] | None
    history: Sequence[Mapping[str, Any]]
    titles: Sequence[str]

    @property
    def state(self) -> str:
        """Its condition, or that it is not read at all."""
        return self.vitals.condition.value if self.source.enabled else DISABLED

    @property
    def in_trouble(self) -> bool:
        """Whether somebody should look at it."""
        return self.source.enabled and self.vitals.condition.is_trouble

    @property
    def expected_delay(self) -> float:
        """How many seconds, on average, something stands on its page before it is read, at this hour."""
        return schedule.expected_delay(self.source, health.lively(self.vitals, clock.now()))

    @property
    def facts(self) -> dict[str, Any]:
        """All of it, for programs."""
        source, vitals, line = self.source, self.vitals, self.line or {}
        return {
            "source": source.id,
            "state": self.state,
            "kind": source.kind,
            "publisher": source.publisher.name,
            "tier": source.publisher.tier.value,
            "url": source.url,
            "every": source.cadence.every,
            "expected_delay": round(self.expected_delay, 1) if source.enabled else None,
            "condition": vitals.condition.value,
            "since": _iso(vitals.since),
            "detail": vitals.detail,
            "suspect": vitals.suspect.value if vitals.suspect else None,
            "suspect_since": _iso(vitals.suspect_since),
            "newest": _iso(vitals.newest),
            "last_new": line.get("last_new_at"),
            "next_poll": line.get("due_at") if source.enabled else None,
            "cadence": cadence_words(vitals.arrivals),
            "quiet_at": _iso(vitals.quiet_at),
            "silent_at": _iso(vitals.silent_at),
            "hosts": list(vitals.hosts),
            "history": list(self.history),
            **{key: value for key, value in line.items() if key not in {"source", "url", "enabled", "vitals"}},
        }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def fares_of(connection: Connection, chosen: Sequence[Source], titles: int = 0) -> list[Fare]:
    """How each of `chosen` fares, with so many of its newest titles."""
    lines = {line["source"]: line for line in views.sources(connection)}
    history = conditions.history(connection, [source.id for source in chosen])
    found = []
    for source in chosen:
        line = lines.get(source.id)
        newest = views.latest_titles(connection, source.id, titles) if titles else ()
        found.append(Fare(source, line["vitals"] if line else Vitals(), line, history[source.id], newest))
    return found

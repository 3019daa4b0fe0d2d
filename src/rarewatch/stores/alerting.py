"""An alert and its deliveries, opened on a connection inside the desk's transaction."""

import hashlib
import uuid
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, Table, insert

from rarewatch.nouns.alert import Decision, DeliveryState
from rarewatch.nouns.source import Publisher
from rarewatch.nouns.watch import Severity
from rarewatch.stores import holding, rows
from rarewatch.stores.tables import alert, alert_part, delivery


def open_alert(
    connection: Connection, made: Decision, publisher: Publisher, now: datetime, *, least: Severity, number: Callable[[Table], int]
) -> int:
    """Open an alert and one delivery a target; how many of these. `number` gives ids, `least` is the least severity."""
    id_, at = number(alert), now.timestamp()
    severity = max((part.severity for part in made.parts), default=max((m.severity for m in made.matches), default=least))
    row = {
        "id": id_,
        "key": _key(made),
        "story": int(made.story),
        "item": int(made.item),
        "subscription": made.subscription,
        "reason": made.reason.value,
        "severity": int(severity),
        "matches": rows.matches_text(made.matches),
        "publisher": rows.publisher_text(publisher),
        "opened_at": at,
        "facts": rows.facts_text(made.facts) if made.facts else "",
        "escalate_at": made.escalate_at.timestamp() if made.escalate_at else None,
        "repeat_at": made.repeat_at.timestamp() if made.repeat_at else None,
    }
    connection.execute(insert(alert), [row])
    if made.parts:
        connection.execute(insert(alert_part), holding.part_rows(made.parts, id_))
    deliveries = [
        {
            "id": number(delivery),
            "token": uuid.uuid4().hex,
            "alert": id_,
            "via": target.via,
            "to": target.to,
            "state": DeliveryState.DUE.value,
            "created_at": at,
            "first_due": at,
            "due_at": at,
        }
        for target in dict.fromkeys(made.targets)
    ]
    if deliveries:
        connection.execute(insert(delivery), deliveries)
    return len(deliveries)


def _key(made: Decision) -> str:
    """What makes it one alert, whatever runs twice."""
    nth = (str(made.nth),) if made.nth else ()
    return hashlib.sha256("\x1f".join((made.story, made.subscription, made.reason, *nth)).encode()).hexdigest()

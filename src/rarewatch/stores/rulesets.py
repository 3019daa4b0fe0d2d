"""Which rules came into force when, and which edits were refused: statements inside a transaction of the store's."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select

from rarewatch.nouns.memory import RulesNote
from rarewatch.stores.tables import rule_set

_KEPT = 100


def note(connection: Connection, told: RulesNote, now: datetime) -> None:
    """Write `told` down, unless it repeats the last note; forget all but the last hundred."""
    newest = connection.execute(select(rule_set).order_by(rule_set.c.id.desc()).limit(1)).one_or_none()
    row: dict[str, Any] = {
        "state": told.state,
        "digest": told.digest,
        "rules": json.dumps(dict(told.rules), ensure_ascii=False),
        "words": told.words,
    }
    if newest is not None and all(getattr(newest, name) == value for name, value in row.items()):
        return
    number = connection.execute(select(func.coalesce(func.max(rule_set.c.id), 0))).scalar_one() + 1
    connection.execute(insert(rule_set), [{"id": number, "at": now.timestamp(), **row}])
    connection.execute(delete(rule_set).where(rule_set.c.id <= number - _KEPT))

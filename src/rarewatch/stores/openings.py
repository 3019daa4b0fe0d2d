"""What a target was told first of a story, so that what follows can be shown under it."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, select

from rarewatch.nouns.alert import DeliveryState, Opening
from rarewatch.nouns.watch import Severity
from rarewatch.stores.tables import alert, delivery, item


def of(connection: Connection, numbers: Sequence[int]) -> Mapping[int, Opening]:
    """For deliveries by number: the earliest one of the same story to the same target, for those that are not it themselves.

    A dead one opened nothing. One still under way has, for its id outside is known beforehand.
    """
    mine, told = delivery.alias("mine"), alert.alias("told")
    statement = (
        select(mine.c.id, delivery.c.token, item.c.title, alert.c.severity)
        .join(told, told.c.id == mine.c.alert)
        .join(alert, alert.c.story == told.c.story)
        .join(delivery, delivery.c.alert == alert.c.id)
        .join(item, item.c.id == alert.c.item)
        .where(
            mine.c.id.in_(numbers),
            delivery.c.via == mine.c.via,
            delivery.c.to == mine.c.to,
            delivery.c.id < mine.c.id,
            delivery.c.state != DeliveryState.DEAD.value,
        )
        .order_by(delivery.c.id.desc())
    )
    return {row.id: Opening(row.token, row.title, Severity(row.severity)) for row in connection.execute(statement)}

"""The delivery rows on an open connection: claimed, sent, failed, recovered."""

import json
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, literal, or_, select, tuple_, update
from sqlalchemy.engine import Row

from rarewatch.errors import DeliveryFault
from rarewatch.nouns.alert import DeliveryState, Opening, Parcel, Part, Reason, Receipt, Target
from rarewatch.nouns.turns import Turns
from rarewatch.nouns.watch import Severity
from rarewatch.stores import addresses, holding, openings, rows
from rarewatch.stores.tables import alert, delivery, item, own_subscription

_d = delivery.c
_LONGEST_WAIT = timedelta(hours=2)
"""No retry waits so long, whatever the receiver asks for: what seems to has met a clock that was set back."""
_LATE = timedelta(minutes=5)
_ALONE = {Reason.FIRST.value, Reason.STORM.value, Reason.NOTICE.value}


def recover(connection: Connection, now: datetime) -> int:
    """What was being sent when the process died is due again at once, in doubt; returns how many deliveries that were."""
    found = connection.execute(
        update(delivery)
        .where(_d.state == DeliveryState.SENDING.value)
        .values(state=DeliveryState.DUE.value, lease_until=None, in_doubt=True, due_at=now.timestamp())
    )
    return found.rowcount


def claim(
    connection: Connection, now: datetime, limit: int, lease: timedelta, carried: Collection[str], *, turns: Turns | None = None
) -> Sequence[Parcel]:
    """See `stores.Store.claim_deliveries`."""
    seconds = now.timestamp()
    over = or_(_d.lease_until < seconds, _d.lease_until > (now + lease + _LATE).timestamp())
    # Without these, a message whose sender died would wait for a restart.
    connection.execute(
        update(delivery)
        .where(_d.state == DeliveryState.SENDING.value, over, _d.id.not_in([int(number) for number in carried]))
        .values(state=DeliveryState.DUE.value, lease_until=None, in_doubt=True)
    )
    due = and_(_d.state == DeliveryState.DUE.value, or_(_d.due_at <= seconds, _d.due_at > (now + _LONGEST_WAIT).timestamp()))
    chosen = select(_d.id).where(due).order_by(_d.due_at, _d.id).limit(limit).with_for_update(skip_locked=True)
    if turns is not None:
        chosen = chosen.where(_d.id.in_(_in_turn(connection, due, limit, turns)))
    numbers = [row.id for row in connection.execute(chosen)]
    if not numbers:
        return []
    connection.execute(
        update(delivery)
        .where(_d.id.in_(numbers))
        .values(state=DeliveryState.SENDING.value, lease_until=(now + lease).timestamp(), attempts=_d.attempts + 1)
    )
    return parcels(connection, numbers)


def _in_turn(connection: Connection, due: ColumnElement[bool], limit: int, turns: Turns) -> list[int]:
    """The longest due, one at most for a target; a long queue of one target hides nobody behind it."""
    full = [via for via, count in turns.in_hand.items() if count >= turns.share]
    held = [(target.via, target.to) for target in turns.held]
    free = and_(due, _d.via.not_in(full), tuple_(_d.via, _d.to).not_in(held))
    numbers: list[int] = []
    taken, room = set[tuple[str, str]](), {via: turns.share - count for via, count in turns.in_hand.items()}
    # Read as far as needed: the rows of all who may be told now can be many.
    for row in connection.execute(select(_d.id, _d.via, _d.to).where(free).order_by(_d.due_at, _d.id)):
        target, left = (row.via, row.to), room.get(row.via, turns.share)
        if target in taken or left < 1:
            turns.waiting = True
            continue
        if len(numbers) == limit:
            turns.waiting = True
            break
        numbers.append(row.id)
        taken.add(target)
        room[row.via] = left - 1
    if not turns.waiting and (held or full):
        rest = select(_d.id).where(due, or_(_d.via.in_(full), tuple_(_d.via, _d.to).in_(held))).limit(1)
        turns.waiting = connection.execute(rest).first() is not None
    return numbers


def parcels(connection: Connection, numbers: Sequence[int]) -> list[Parcel]:
    """The deliveries with these numbers, whatever became of them, as a courier would get them."""
    columns = (
        _d.id.label("delivery_id"),
        _d.token,
        _d.via,
        _d.to,
        _d.attempts,
        _d.in_doubt,
        _d.first_due,
        alert.c.id.label("alert_id"),
        alert.c.story,
        alert.c.subscription,
        alert.c.matches,
        alert.c.publisher,
        alert.c.reason,
        alert.c.severity,
        alert.c.opened_at,
        own_subscription.c.time_zone,
    )
    statement = (
        select(item, *columns)
        .join(alert, alert.c.item == item.c.id)
        .join(delivery, _d.alert == alert.c.id)
        .outerjoin(own_subscription, own_subscription.c.id == alert.c.subscription)
        .where(_d.id.in_(numbers))
        .order_by(_d.due_at, _d.id)
    )
    found = connection.execute(statement).all()
    first = openings.of(connection, numbers)
    barred = addresses.SqlAddresses(connection).barred((row.to, row.subscription) for row in found)
    # Only what was gathered, and what follows it, tells several stories.
    parts = holding.parts_of(connection, [row.alert_id for row in found if row.reason not in _ALONE])
    return [
        _parcel(row, first.get(row.delivery_id), barred.get((row.to, row.subscription), ""), parts.get(row.alert_id, ()))
        for row in found
    ]


def _parcel(row: Row[Any], opening: Opening | None, withheld: str, parts: tuple[Part, ...]) -> Parcel:
    return Parcel(
        delivery=str(row.delivery_id),
        token=row.token,
        alert=str(row.alert_id),
        story=str(row.story),
        subscription=row.subscription,
        target=Target(row.via, row.to),
        item=rows.item_of(row),
        publisher=rows.publisher_of(row.publisher),
        matches=rows.matches_of(row.matches),
        attempt=row.attempts,
        first_due=rows.moment(row.first_due),
        in_doubt=row.in_doubt,
        notice=Severity(row.severity) if row.reason == Reason.NOTICE.value else None,
        opening=opening,
        withheld=withheld,
        reason=Reason(row.reason),
        zone=row.time_zone or "",
        parts=parts,
        opened_at=rows.moment(row.opened_at),
    )


def release(connection: Connection, parcels: Iterable[Parcel]) -> None:
    """See `stores.Store.release_deliveries`."""
    for parcel in parcels:
        _close(connection, _in_hand(parcel), state=DeliveryState.DUE.value, attempts=_d.attempts - 1)


def sent(connection: Connection, parcel: Parcel, receipt: Receipt) -> None:
    """See `stores.Store.record_receipt`."""
    addresses.SqlAddresses(connection).took(parcel.target.to)
    _close(
        connection,
        _d.id == int(parcel.delivery),
        state=DeliveryState.SENT.value,
        receipt=json.dumps(dict(receipt.remote), ensure_ascii=False),
        sent_at=receipt.sent_at.timestamp(),
        fault="",
        fault_reason="",
    )


def failed(connection: Connection, parcel: Parcel, fault: DeliveryFault, due_at: datetime | None, now: datetime) -> None:
    """See `stores.Store.record_failure`."""
    addresses.SqlAddresses(connection).bounced(parcel.target.to, fault, now)
    _close(
        connection,
        _in_hand(parcel),
        state=(DeliveryState.DUE if due_at else DeliveryState.DEAD).value,
        due_at=(due_at or now).timestamp(),
        in_doubt=or_(_d.in_doubt, literal(fault.in_doubt)),
        fault=rows.words(fault.detail),
        fault_reason=fault.reason,
    )


def _in_hand(parcel: Parcel) -> ColumnElement[bool]:
    """Its row, while nobody else took it over: a late word must not undo what another one sent or is sending."""
    return and_(_d.id == int(parcel.delivery), _d.state == DeliveryState.SENDING.value, _d.attempts == parcel.attempt)


def _close(connection: Connection, rows_meant: ColumnElement[bool], **values: Any) -> None:
    connection.execute(update(delivery).where(rows_meant).values(lease_until=None, **values))


def replay(connection: Connection, number: str, now: datetime) -> bool:
    """See `stores.Store.replay`."""
    dead = rows.number_of(number)
    if dead is None:
        return False
    found = connection.execute(
        update(delivery)
        .where(and_(_d.id == dead, _d.state == DeliveryState.DEAD.value))
        .values(
            state=DeliveryState.DUE.value,
            due_at=now.timestamp(),
            first_due=now.timestamp(),
            attempts=0,
            fault="",
            fault_reason="",
        )
    )
    return found.rowcount == 1

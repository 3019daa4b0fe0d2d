"""How the crew sends out couriers: never more than there are, and none idle while something is due."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from rarewatch.compose import Composer
from rarewatch.crew import Crew
from rarewatch.match import Compiled
from rarewatch.nouns.alert import Delivered, DeliveryState, Parcel, Receipt, Subscription, Target
from rarewatch.nouns.item import Item
from rarewatch.nouns.source import Publisher
from rarewatch.nouns.watch import Watch
from rarewatch.pipeline import Kit

NOW = datetime(2025, 10, 9, 8, 0, tzinfo=UTC)
DESK = Subscription("desk", "Desk", (Target("bell", "one"),))


def _parcel(number: int) -> Parcel:
    item = Item("s", "", "", "", f"稀土 {number}", "", "zh", None, NOW, "")
    publisher = Publisher("p", "P")
    return Parcel(str(number), f"t{number}", "1", "1", "desk", Target("bell", f"door {number}"), item, publisher, (), 1, NOW)


class Pile:
    """A store's deliveries that are due, handed out at most once."""

    def __init__(self, count: int) -> None:
        self.due = [_parcel(number) for number in range(count)]
        self.sent: list[str] = []

    def claim_deliveries(self, _now: object, limit: int, _lease: object, _carried: object, _turns: object) -> list[Parcel]:
        taken, self.due = self.due[:limit], self.due[limit:]
        return taken

    def record_receipt(self, parcel: Parcel, _receipt: Receipt) -> None:
        self.sent.append(parcel.delivery)


class Bell:
    """A receiver that counts how many messages are under way at once."""

    under_way = most = 0

    async def send(self, *_: object) -> Receipt:
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= 1
        return Receipt({}, NOW)


async def _in_order(work: Callable[..., Any], *args: object) -> Any:
    await asyncio.sleep(0)
    return work(*args)


@pytest.mark.parametrize("couriers", [1, 3])
async def test_a_backlog_goes_out_without_waiting_for_a_tick(couriers):
    pile, bell, told, over = Pile(20), Bell(), [], asyncio.Event()

    def hear(outcome: object) -> None:
        told.append(outcome)
        if len(told) == 20:
            over.set()

    async def nobody(*_: object) -> Any:
        raise AssertionError("nothing is read here")

    kit = Kit(
        read=nobody, submit=nobody, store=pile, in_order=_in_order, insist=_in_order, watch=Compiled(Watch()), audience=(DESK,),
        composer=Composer(Watch(), (DESK,), lambda _: ()), notifiers={"bell": bell}, now=lambda: NOW,
    )  # fmt: skip
    crew = Crew(kit, {}, readers=1, couriers=couriers, told=hear)

    # Two who ask at the same time, as the ticker and a reader do; then nobody asks any more.
    await asyncio.gather(crew.send_couriers(), crew.send_couriers())
    async with asyncio.timeout(10):
        await over.wait()
    await crew.drain()

    assert sorted(pile.sent, key=int) == [str(number) for number in range(20)]
    assert all(isinstance(one, Delivered) and one.state is DeliveryState.SENT for one in told)
    assert bell.most == couriers
    assert crew.in_hand == 0

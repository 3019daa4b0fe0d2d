"""What `check` says of the targets people are told at: whether they can be right, and what can be promised there."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, runtime_checkable

from rarewatch import app
from rarewatch.config import Config
from rarewatch.errors import ConfigError
from rarewatch.notifiers import Notifier

Finding = tuple[str, bool, str]


@runtime_checkable
class Promising(Protocol):
    """A notifier that knows what a target must be, and what it can promise there."""

    def objection(self, to: str) -> str:
        """What is wrong with a target, "" where nothing is."""
        ...

    def reservation(self, to: str) -> str:
        """What cannot be promised there, "" where nothing is to be said."""
        ...

    async def standing(self, targets: Sequence[str]) -> Sequence[tuple[bool, str]]:
        """What the receiver says, without anybody being told."""
        ...


def targets(loaded: Config, *, live: bool) -> Iterator[Finding]:
    """Every finding on the targets of notifiers that are in use; with `live` their receivers are asked."""
    try:
        channels = app.notifiers_in_use(loaded)
    except ConfigError:
        return  # told by the check of the secrets
    told: dict[str, dict[str, None]] = {}
    for target in (target for subscription in loaded.audience for target in subscription.targets):
        told.setdefault(target.via, {})[target.to] = None
    named = {name: one for name, one in channels.items() if isinstance(one, Promising) and name in told}
    for name, one in named.items():
        yield from _offline(name, one, list(told[name]))
    if live:
        yield from asyncio.run(_asked(channels, named, {name: list(told[name]) for name in named}))


def _offline(name: str, channel: Promising, each: Sequence[str]) -> Iterator[Finding]:
    wrong = [objection for to in each if (objection := channel.objection(to))]
    for objection in wrong:
        yield "targets", False, f"{name}: {objection}"
    for to in each:
        if reservation := channel.reservation(to):
            yield "targets", True, f"warning: {name}: {reservation}"
    if not wrong:
        yield "targets", True, f"{name}: {len(each)} target(s)"


async def _asked(
    channels: Mapping[str, Notifier], named: Mapping[str, Promising], each: Mapping[str, Sequence[str]]
) -> Sequence[Finding]:
    try:
        found = [("live", ok, f"{name}: {words}") for name, one in named.items() for ok, words in await one.standing(each[name])]
    finally:
        for channel in channels.values():
            await channel.close()
    return found

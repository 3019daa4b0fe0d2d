"""The seam for engines: what makes the acts happen, again and again, until told to stop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to be done every `every` seconds: short, for whatever takes long it sends others."""

    name: str
    every: float
    work: Callable[[], Awaitable[None]]


class Engine(Protocol):
    """What every engine must be; `tests/contracts/test_engines.py` holds each to it."""

    async def run(self, duties: Sequence[Duty], stop: asyncio.Event) -> None:
        """Do the duties, each at once and then at its interval, until `stop` is set.

        A duty is never done twice at once; one that is late is done once, not never; one that raises is logged and goes on at
        its next time. Returns when no duty is being done any more.
        """
        ...


KINDS: dict[str, str] = {
    "local": "rarewatch.engines.local:LocalEngine",
}

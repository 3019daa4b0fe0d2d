"""What was fetched and is not yet judged is held in memory; this keeps fetching from running ahead of reading."""

import asyncio
from types import TracebackType


class Backlog:
    """Counts what waits for a parser or for the desk; used with `with` around that wait, from one event loop.

    Nothing that is counted waits for the web, so that the backlog always shrinks again.
    """

    def __init__(self, most: int) -> None:
        """From `most` on there is no room."""
        self._most, self._held = most, 0
        self._free = asyncio.Event()
        self._free.set()

    async def room(self) -> None:
        """Wait until there is room for another answer."""
        await self._free.wait()

    def __enter__(self) -> None:
        self._held += 1
        if self._held >= self._most:
            self._free.clear()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._held -= 1
        if self._held < self._most:
            self._free.set()

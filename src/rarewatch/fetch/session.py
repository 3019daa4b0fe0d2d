"""One visit to a source, as the web sees it: its requests share their cookies, and how it ends tells how its hosts receive us."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from types import TracebackType
from typing import Self, TypeAlias

from rarewatch.clock import Clock
from rarewatch.errors import Refused, SourceFault
from rarewatch.fetch.address import address
from rarewatch.fetch.jar import Jar
from rarewatch.fetch.lanes import Lanes
from rarewatch.nouns.source import Access, Get, Got

Fetch: TypeAlias = Callable[[Get, Access, Jar], Awaitable[Got]]
"""One answer from the web, with the cookies of a visit."""

_FOR_SURE = 3  # pages refused in a row within one visit: the host will not have us, whatever its list says


def lane_of(url: str, access: Access) -> str:
    """The name of the lane for an address: its host, and the way it is reached by, for a host may refuse one way only.

    "" where there is no such host.
    """
    try:
        lane = address(url).lane
    except ValueError:
        return ""
    return f"{lane} by {access.proxy}" if access.proxy else lane


class Session:
    """Use it with `with` around a visit: a visit that ends in `Refused`, or in which one page after the other was, is one strike.

    A visit that ends well clears the hosts that answered it.
    """

    def __init__(self, fetch: Fetch, lanes: Lanes, clock: Clock) -> None:
        """`fetch` asks the web."""
        self._fetch, self._lanes, self._jar = fetch, lanes, Jar(clock)
        self._asked: Counter[str] = Counter()
        self._row: Counter[str] = Counter()
        self._struck: set[str] = set()
        self._way = Access()

    async def get(self, get: Get, access: Access) -> Got:
        """One answer, as `Web.get` gives it."""
        self._way = access
        try:
            got = await self._fetch(get, access, self._jar)
        except Refused as fault:
            self._count(fault)
            raise
        lane = lane_of(got.url, access)
        self._asked[lane] += 1
        self._row[lane] = 0
        return got

    def note(self, faults: Iterable[SourceFault]) -> None:
        """Hear of the faults a reading came with: a page may be a refusal though its status is 200.

        They do not tell their order; all pages of a host but one, which is the list, are in a row whatever it was.
        """
        refused = Counter(lane_of(fault.url, self._way) for fault in faults if _is_fresh(fault))
        for lane, times in refused.items():
            if times >= max(_FOR_SURE, self._asked[lane] - 1):
                self._strike(lane, "", for_sure=True)

    def _count(self, fault: Refused) -> None:
        if _is_fresh(fault):
            lane = lane_of(fault.url, self._way)
            self._asked[lane] += 1
            self._row[lane] += 1
            if self._row[lane] >= _FOR_SURE:
                self._strike(lane, fault.url, for_sure=True)

    def _strike(self, lane: str, url: str, *, for_sure: bool = False) -> None:
        if lane not in self._struck:
            self._struck.add(lane)
            self._lanes.refused(lane, url, for_sure=for_sure)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, Refused) and _is_fresh(error):
            self._strike(lane_of(error.url, self._way), error.url)
        if error is None:
            for lane, in_a_row in self._row.items():
                if not in_a_row and lane not in self._struck:
                    self._lanes.welcomed(lane)


def _is_fresh(fault: SourceFault) -> bool:
    """Whether a host turned us away just now; while it is left alone, the fault says when that ends."""
    return isinstance(fault, Refused) and fault.after is None and bool(fault.url)

"""Lists of several pages: read on until a page overlaps with what is known, so that nothing falls between two polls.

Overlap is proven by a known row below a new one, by known rows in the majority, or by the end of the list; a pinned row on top that
is always known proves nothing. At a first reading there is nothing to overlap with, and one page is enough. Where the cap comes
first, or the server gives the same page again, that is a `Gap`: the reading is then not complete, since nobody can say that
everything was read; its rows count as known all the same, since reading them again would not show what is missing, so that the next
reading that overlaps is complete again.

A page that failed, or whose articles were left for the next poll, would never be turned again once the first page is known. So an
incomplete reading leaves a mark for its deepest page, and the next one reads at least as far.
"""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from rarewatch.errors import Gap, LayoutChanged, Missing, SourceFault
from rarewatch.nouns.source import Get, Got, Seen
from rarewatch.sources._articles import Entry, Tour, met


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page of a list; `last` says that nothing stands behind them."""

    entries: Sequence[Entry]
    last: bool = False


@dataclass(frozen=True, slots=True)
class Turning:
    """How a list is turned: `ask` gives the request for the page of a number (from 1), `read` the rows of an answer.

    `scope` names the list among those of its source; `most` is the number of pages read at most. `read` raises `SourceFault`.
    `repeats` is how many pages in a row may hold nothing new, where a list's own page shows more than one of its pages.
    """

    scope: str
    most: int
    ask: Callable[[int], Get]
    read: Callable[[Got], Page]
    repeats: int = 0


def read_on(first: Page, turning: Turning, seen: Seen, tour: Tour) -> Generator[Get, Got, list[Entry]]:
    """All entries of the list, from its first page (read already) to the page that overlaps.

    Faults of later pages are noted in `tour`, never raised; a page that is not there, or is no page of this list, makes a `Gap`.
    """
    least = max((number for number in range(2, turning.most + 1) if seen.knows(_deep(turning.scope, number))), default=1)
    entries = {entry.mark: entry for entry in first.entries}
    page, number, stale = first, 1, 0
    while not page.last and (number < least or not (seen.blank or overlaps(page.entries, seen))):
        if number >= turning.most:
            _gap(tour, f"no overlap with the last reading on {number} page(s) of {len(entries)} rows in all")
            break
        number += 1
        try:
            got = yield turning.ask(number)
            page = turning.read(got)
        except (Missing, LayoutChanged) as fault:  # it would be no different next time
            number -= 1
            _gap(tour, f"no overlap with the last reading on {number} page(s), and the next cannot be had ({fault})")
            break
        except SourceFault as fault:
            fault.of_part = True
            tour.faults.append(fault)
            tour.list_complete = False
            break
        fresh = {entry.mark: entry for entry in page.entries if entry.mark not in entries}
        stale = 0 if fresh else stale + 1
        if page.entries and stale > turning.repeats:
            _gap(tour, f"page {number} repeats the rows before it, and they do not overlap with the last reading")
            break
        entries |= fresh
    if number > 1:
        tour.deep.append(_deep(turning.scope, number))
    return list(entries.values())


def overlaps(entries: Sequence[Entry], seen: Seen) -> bool:
    """Whether these rows, in the order of the page, reach back to what the last readings held."""
    known = [seen.knows(entry.mark) or seen.knows(met(entry.mark)) for entry in entries]
    return all(known) or any(known[known.index(False) :]) or sum(known) * 2 > len(known)


def _gap(tour: Tour, detail: str) -> None:
    tour.faults.append(Gap(detail))
    tour.list_complete = False


def _deep(scope: str, number: int) -> str:
    return sha256(f"page {number} of {scope}".encode("utf-8", "replace")).hexdigest()

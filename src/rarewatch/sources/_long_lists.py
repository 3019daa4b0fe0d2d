"""Lists that hold weeks on one page, as JSON: read whole, held to overlap, and not read up from the past. Pure."""

from collections.abc import Callable, Generator, Iterable, Sequence
from datetime import timedelta
from typing import Annotated, Any

from pydantic import Field

from rarewatch.errors import Gap, LayoutChanged
from rarewatch.nouns.source import Get, Got, Reading, Seen, Source
from rarewatch.sources._answers import validators_of
from rarewatch.sources._articles import Entry, Tour, follow
from rarewatch.sources._json import Document, garbled
from rarewatch.sources._options import FollowOptions
from rarewatch.text.dates import read_date

_DAY = timedelta(days=1)


class LongOptions(FollowOptions):
    """The options of every kind whose list is one long JSON file."""

    min_items: Annotated[int, Field(description="fewer items than this mean that the layout has changed", ge=0)] = 1
    max_items: Annotated[int, Field(description="items of the list that are read, from its head", ge=1, le=1_500)] = 1_000


def entries_of(
    items: Sequence[Any], read: Callable[[dict[str, Any]], Iterable[Entry]], document: Document, options: LongOptions, got: Got
) -> tuple[list[Entry], Tour]:
    """The entries that `read` makes of the `items` of a `document`, and a tour that has noted what is wrong with them.

    Raises `LayoutChanged` where there are fewer entries than `min_items`, `BadEncoding` where their titles are question marks.
    """
    entries: dict[str, Entry] = {}
    odd, head = 0, items[: options.max_items]
    for item in head:
        found = list(read(item)) if isinstance(item, dict) else []
        odd += not found
        for entry in found:
            entries.setdefault(entry.mark, entry)
    if len(entries) < options.min_items:
        raise LayoutChanged(
            f"{len(entries)} of {len(items)} items have a title and an address, at least {options.min_items} expected; "
            + document.start,
            url=got.url,
        )
    tour = Tour(faults=list(document.faults), list_complete=document.whole)
    if odd:
        tour.faults.append(LayoutChanged(f"{odd} of {len(head)} items have no title or no address", url=got.url))
    if len(items) > len(head):
        tour.faults.append(LayoutChanged(f"{len(items)} items, only the first {len(head)} were read", url=got.url))
    tour.faults += garbled([entry.title for entry in entries.values() if entry.title], got.url)
    return list(entries.values()), tour


def read_articles(
    entries: Sequence[Entry], source: Source, options: LongOptions, *, index: Got, seen: Seen, tour: Tour
) -> Generator[Get, Got, Reading]:
    """Follow the new entries to their articles and make the reading.

    At the first reading those older than the source's baseline age are told by their titles alone: nobody hears of them. Later, a
    list of which nothing is known was not read for longer than it reaches back: that is a `Gap`, and the reading is not complete,
    so that it is seen; its items count as known, and the next reading is complete again.
    """
    new = [entry for entry in entries if not seen.knows(entry.mark)]
    past = {entry.mark: entry for entry in new if seen.blank and is_past(entry, source, index)}
    if not seen.blank and new and len(new) == len(entries):
        tour.faults.append(Gap(f"none of the {len(new)} items was in the last reading", url=index.url))
        tour.list_complete = False
    young = [entry for entry in new if entry.mark not in past]
    yield from follow(young, source, options, index, tour)
    yield from follow(tuple(past.values()), source, options.model_copy(update={"articles": "never"}), index, tour)
    return tour.reading(entries, validators_of(index), seen, known=len(entries) - len(new))


def is_past(entry: Entry, source: Source, index: Got) -> bool:
    """Whether the list dates an entry before the source's baseline age; a day counts from its end."""
    stamps = [stamp for text in entry.dates if (stamp := read_date(text, zone=source.time_zone, seen_at=index.at))]
    ends = [stamp.at + (_DAY if stamp.precision == "day" else timedelta()) for stamp in stamps]
    return bool(ends) and index.at - max(ends) > timedelta(seconds=source.baseline_age)

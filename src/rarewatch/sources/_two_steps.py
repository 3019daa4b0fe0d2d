"""Lists that a page only points to: the page is asked for at every visit, what it points to only if it may have changed. Pure."""

from dataclasses import replace

from rarewatch.nouns.source import Got, Reading, Seen, Validators
from rarewatch.sources._answers import page_of
from rarewatch.sources._links import mark_of


def looked_up(got: Got, charset: str) -> str:
    """The text of the page that points to the list; raises `Refused` where it is an anti-bot page."""
    return page_of(got, charset).text


def conditional(address: str, seen: Seen) -> Validators | None:
    """The validators of the last reading, where that was of the list at `address`; they say nothing of another one."""
    return seen.validators if seen.knows(_mark(address)) else None


def found_at(address: str, reading: Reading) -> Reading:
    """`reading`, with a mark that remembers `address` as the one its validators belong to."""
    return replace(reading, marks=(_mark(address), *reading.marks))


def _mark(address: str) -> str:
    return mark_of(address, "address of the list")

"""Tries guesses in their order until one gives items, and makes a checked draft of it."""

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser

from rarewatch import clock
from rarewatch.cli.sources_look import Fetch, Look, look
from rarewatch.config import Config
from rarewatch.config.mistakes import Mistakes
from rarewatch.config.reader import read as read_yaml
from rarewatch.config.sources import Sources
from rarewatch.fingerprint import Guess, refined
from rarewatch.fingerprint.draft import Outline, id_of, publisher_of, render
from rarewatch.fingerprint.links import links_of
from rarewatch.normalise import language_of
from rarewatch.nouns.item import Item
from rarewatch.nouns.source import Access, Got, Publisher, Source
from rarewatch.text.charset import decode
from rarewatch.text.urls import canonical, host_of

_FROZEN = timedelta(days=60)
_LEAST_DATED = 5
_SHORTEST, _GAPS = 7, 10  # days; a silence of so many usual gaps is worth a look


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: the address, the ids wished for ("" for none), what requests may do, and the configuration there is."""

    url: str
    name: str
    publisher: str
    access: Access
    known: Config | None = None


@dataclass(frozen=True, slots=True)
class Drafted:
    """A draft that our own loader takes, as text and as a source, what reading with it gave, and what was tried in vain."""

    outline: Outline
    chosen: Guess
    text: str
    source: Source
    look: Look
    tried: tuple[str, ...] = ()


async def draft(guesses: Sequence[Guess], got: Got, wish: Wish, get: Fetch) -> Drafted:
    """The first of the `guesses` about `got` that gives items, else the last, drafted and read once with `get`.

    A feed that a page only names must be alive, and hold what the page shows where that shows a list; else it stands back.
    """
    html = decode(got.body, got.headers.get("content-type", "")).text if b"<" in got.body[:2_000] else ""
    publisher, remarks = _publisher(html, wish)
    tried: list[str] = []
    second: Drafted | None = None
    last: Drafted | None = None
    for guess in guesses:
        base = Outline(
            publisher,
            _id(wish, publisher, guess),
            guess,
            allow_private=wish.access.allow_private,
            headers=wish.access.headers,
            remarks=remarks,
        )
        last = await _tried(base, guess, get)
        if not _gave(last) and (better := refined(guess, [one.got for one in last.look.exchanges if one.got])):
            last = await _tried(replace(base, guess=better), guess, get)
        if not _gave(last):
            tried.append(_in_vain(last))
        elif guess.kind == "feed" and not guess.sure and (why := _apart(last, guesses, html, got)):
            tried.append(f"feed {guess.url}: {why}")
            second = second or last
        elif second is not None and guess.kind == "page":
            break
        else:
            return _finished(last, tried)
    chosen = second or last
    assert chosen is not None
    return _finished(chosen, tried)


async def _tried(outline: Outline, guess: Guess, get: Fetch) -> Drafted:
    text = render(outline)
    source = load(text)
    return Drafted(outline, guess, text, source, await look(source, get))


def load(text: str) -> Source:
    """The one source of a publisher's file, by our own loader; raises `ConfigErrors`."""
    mistakes = Mistakes()
    node, mistakes.errors = read_yaml("draft", text.encode())
    found = Sources(mistakes)
    found.add(node)
    mistakes.raise_all()
    return next(iter(found.found.values()))


def _gave(drafted: Drafted) -> bool:
    """Whether the reading gave announcements; those of a sitemap have titles only where their pages were fetched."""
    items = drafted.look.items
    return any(item.title for item in items) or (bool(items) and drafted.chosen.kind == "sitemap")


def _in_vain(drafted: Drafted) -> str:
    guess = drafted.chosen
    why = str(drafted.look.fault) if drafted.look.fault else "gave no items"
    if guess.kind == "page" and drafted.look.fault is None:
        why = "the first reading of a page only remembers its lines; what is new later is told"
    return f"{guess.kind} {guess.url}: {why}"


def _apart(drafted: Drafted, guesses: Sequence[Guess], html: str, got: Got) -> str:
    """Why a feed is not what the page shows, in words; "" where it is, or where the page shows nothing else."""
    if not any(guess.kind == "listing" and guess.rows >= 3 for guess in guesses):
        return ""
    newest = _newest(drafted.look.items)
    if newest is not None and clock.now() - newest > _FROZEN:
        return f"its newest entry is of {newest:%Y-%m-%d}: nobody fills it any more"
    shown = links_of(LexborHTMLParser(html), got.url, got.url)
    addresses, titles = {canonical(link.url) for link in shown}, {"".join(link.title.split()) for link in shown}
    same = [item for item in drafted.look.items if item.url in addresses or "".join(item.title.split()) in titles]
    return "" if same else "it holds nothing of what the page lists"


def _finished(drafted: Drafted, tried: Sequence[str]) -> Drafted:
    """With what the reading taught: a floor for the number of rows, the language, how old the newest may be."""
    items = drafted.look.items
    guess = drafted.outline.guess
    doubts = list(guess.doubts)
    within, stale = _pace(items)
    if stale:
        doubts.append(stale)
    undated = sum(item.published is None for item in items)
    if items and undated:
        doubts.append(f"{undated} of {len(items)} items have no date yet, of which two articles were fetched at most")
    texts = [language_of(item.title, "zh") for item in items if item.title]
    english = texts.count("en") * 2 > len(texts)
    if english and not host_of(guess.url).endswith(".cn"):
        doubts.append("times without a zone are read as those of Beijing: set `time_zone` if that is wrong")
    outline = replace(
        drafted.outline,
        guess=replace(guess, doubts=tuple(doubts)),
        floor=len(items) // 2,
        newest_within=within,
        language="en" if english else "zh",
    )
    text = render(outline)
    return replace(drafted, outline=outline, text=text, source=load(text), tried=tuple(tried))


def _pace(items: Sequence[Item]) -> tuple[int, str]:
    """How many days old the newest entry may become (0: not known), and what is odd about its age now."""
    days = sorted({item.published.at.date() for item in items if item.published}, reverse=True)
    if not days:
        return 0, ""
    age = (clock.now().date() - days[0]).days
    gaps = [(later - earlier).days for later, earlier in pairwise(days)]
    usual = max(_SHORTEST, _GAPS * max(1, round(statistics.median(gaps)))) if gaps else 0
    if age > max(usual, _FROZEN.days):
        return 0, f"the newest entry is {age} days old: is the list still filled?"
    known = sum(item.published is not None for item in items) >= _LEAST_DATED
    return (usual if usual >= age and known else 0), ""


def _newest(items: Sequence[Item]) -> datetime | None:
    return max((item.published.at for item in items if item.published), default=None)


def _publisher(html: str, wish: Wish) -> tuple[Publisher, tuple[str, ...]]:
    """The publisher, one of the configuration where that has one by this id or host, and remarks for the file."""
    there = list(wish.known.sources.values()) if wish.known else []
    host = "" if wish.publisher or not re.search("[a-z]", host_of(wish.url)) else host_of(wish.url)
    same = [one for one in there if one.publisher.id == wish.publisher or (host and host_of(one.url) == host)]
    if same:
        who = same[0].publisher
        return who, (f"The publisher {who.id} is configured already: put the source into its file.", *_watched(wish, there))
    made, doubts = publisher_of(html, wish.url, id_=wish.publisher)
    return made, tuple(f"Not certain: {doubt}." for doubt in doubts)


def _watched(wish: Wish, there: Sequence[Source]) -> tuple[str, ...]:
    again = [one.id for one in there if canonical(one.url) == canonical(wish.url)]
    return (f"The address is that of the source {again[0]} already.",) if again else ()


def _id(wish: Wish, publisher: Publisher, guess: Guess) -> str:
    """The id wished for, else one made from the address that no source has."""
    if wish.name:
        return wish.name
    made = id_of(publisher.id, wish.url if urlsplit(wish.url).path.strip("/") else guess.url)
    taken = wish.known.sources if wish.known else {}
    return next(name for number in range(1, 1_000) if (name := made if number == 1 else f"{made}-{number}") not in taken)

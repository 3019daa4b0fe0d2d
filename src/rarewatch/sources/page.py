"""The source kind `page`: a page without items, of which what is new since the last reading is told.

Of each line of its text a digest is remembered, so the first reading tells nothing, and later ones make one draft of all the lines
that were not there before, in the order of the page. Text that only vanished or moved is no news: digests cannot say what it was.
"""

import re
import unicodedata
from collections.abc import Iterator
from hashlib import sha256
from itertools import groupby
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from selectolax.lexbor import LexborHTMLParser, LexborNode

from rarewatch.errors import LayoutChanged, SourceFault
from rarewatch.nouns.source import Draft, Get, Got, Reading, Seen, Source
from rarewatch.sources import Visit
from rarewatch.sources._answers import beginning, damage, page_of, unchanged, validators_of
from rarewatch.sources._links import line, pick
from rarewatch.sources._options import Charset, Csses, Picks
from rarewatch.text.plain import plain

_MOST = 1_900  # lines watched; a few more marks than these are remembered of a source
_TITLE = 60  # characters of the first new line that stand in the title
_LEFT_OUT = "…"
_HTML = re.compile(r"<(?:!doctype|html|head|body|div|table|p)\b", re.IGNORECASE)


class Options(BaseModel):
    """The keys under `options:` of a source with `kind: page`."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid", frozen=True)

    content: Annotated[Csses, Field(description="what is watched, as CSS; of several the first that is there")] = ("body",)
    remove: Annotated[
        Csses, Field(description="parts that change without saying anything (counters, dates), as CSS; all of them")
    ] = ()
    title: Annotated[Picks, Field(description="what the page is called, as CSS or css@attribute, the first that is there")] = (
        "title",
    )
    min_text: Annotated[int, Field(description="fewer characters than this mean that the layout has changed", ge=1)] = 20
    charset: Annotated[Charset, Field(description="the page's encoding, where it declares a wrong one and it cannot be told")] = ""


class Page:
    """Reads one page and tells what is new on it."""

    Options: ClassVar[type[BaseModel]] = Options

    def read(self, source: Source, seen: Seen) -> Visit:
        """Look at `source` once.

        Raises `LayoutChanged` where the answer is no web page, has no `content` or less text than `min_text`; `Refused` where it is
        an anti-bot page.
        """
        options = source.options
        assert isinstance(options, Options)
        got = yield Get(source.url, validators=seen.validators)
        if (nothing := unchanged(got, seen)) is not None:
            return nothing
        title, lines, faults = _text(got, options)
        marks = {_mark(text): text for text in reversed(lines[:_MOST])}
        new = not seen.blank and any(not seen.knows(mark) for mark in marks)
        return Reading(
            drafts=(_draft(title, lines[:_MOST], source, seen),) if new else (),
            validators=validators_of(got),
            marks=tuple(reversed(marks)),
            known=0 if new else 1,
            faults=tuple(faults),
        )


def _text(got: Got, options: Options) -> tuple[str, list[str], list[SourceFault]]:
    """The page's name, the lines that are watched, and what is to be said of it; raises where it is another page."""
    decoded = page_of(got, options.charset)
    if not _HTML.search(decoded.text):
        raise LayoutChanged(f"the answer is no web page; {beginning(decoded.text, got)}", url=got.url)
    page = LexborHTMLParser(decoded.text.replace("\0", ""))
    title = next((text for css in options.title if (text := pick(page.root, css))), "") if page.root else ""
    for css in options.remove:
        for node in page.css(css):
            node.decompose()
    found: list[LexborNode] = next((nodes for css in options.content if (nodes := page.css(css))), [])
    text = "\n".join(plain(node.html or "") for node in found)
    lines = [shown for part in text.splitlines() if (shown := line(part))]
    if sum(map(len, lines)) < options.min_text:
        where = " or ".join(options.content)
        raise LayoutChanged(f"less than {options.min_text} characters in {where!r}; {beginning(decoded.text, got)}", url=got.url)
    faults = damage(decoded, got)
    if len(lines) > _MOST:
        faults.append(LayoutChanged(f"{len(lines)} lines of text, only the first {_MOST} are watched", url=got.url))
    return title, lines, faults


def _draft(title: str, lines: list[str], source: Source, seen: Seen) -> Draft:
    """One draft of all the new lines, with an ellipsis where known ones stand between them."""
    text = "\n".join(_new(lines, seen))
    first = next(part for part in text.split("\n") if part != _LEFT_OUT)
    head = first if len(first) <= _TITLE else f"{first[:_TITLE]}…"
    digest = sha256(text.encode("utf-8", "replace")).hexdigest()
    return Draft(
        key=digest, url=source.url, title=f"{title}：{head}" if title and title != first else head, text=text, mark=_mark(first)
    )


def _new(lines: list[str], seen: Seen) -> Iterator[str]:
    told: set[str] = set()
    for known, group in groupby(lines, key=lambda text: seen.knows(_mark(text))):
        fresh = [text for text in dict.fromkeys(group) if text not in told] if not known else []
        if fresh and told:
            yield _LEFT_OUT
        told.update(fresh)
        yield from fresh


def _mark(text: str) -> str:
    """The digest of a line, whatever its width and spacing."""
    return sha256("".join(unicodedata.normalize("NFKC", text).split()).encode("utf-8", "replace")).hexdigest()

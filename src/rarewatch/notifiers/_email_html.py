"""The HTML part of a mail: tables and inline styles, nothing from outside, and never so long that a reader cuts it off."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from jinja2 import Environment, PackageLoader, StrictUndefined

from rarewatch.nouns.alert import Message
from rarewatch.nouns.watch import Severity
from rarewatch.text import sheet, wording
from rarewatch.text.cards import Card

MOST_BYTES = 90_000
"""Gmail cuts a mail off at 102 kB of HTML."""
_LONGEST_LINK, _LONGEST_SHOWN, _PREVIEW = 2_000, 300, 140
_RUNGS = ((sheet.ROWS, True), (6, True), (3, True), (3, False), (1, False), (0, False))
"""How much is shown of what was found: rows, and whether with highlights. The first that is short enough."""
_HAN, _KANA = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]"), re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_COLOURS = {
    Severity.URGENT: "#b42318",
    Severity.IMPORTANT: "#b54708",
    Severity.NOTABLE: "#175cd3",
    Severity.ROUTINE: "#475467",
    Severity.LOG: "#667085",
}


@dataclass(frozen=True, slots=True)
class View:
    """What the template shows: `more` passages, or cards, are left out; `preview` is what a list of mails shows beside the subject.

    `link` may be clicked ("" for none), `address` is how it is written.
    """

    sheet: sheet.Sheet
    colour: str
    preview: str
    link: str
    address: str
    cards: tuple[Card, ...]
    more: int
    leave: str


def _chinese(text: str) -> bool:
    """Whether a reader's machine should choose Chinese letter shapes, and a Chinese voice, for `text`."""
    return bool(_HAN.search(text)) and not _KANA.search(text)


_TEMPLATES = Environment(
    loader=PackageLoader("rarewatch.notifiers"), autoescape=True, undefined=StrictUndefined, trim_blocks=False, auto_reload=False
)
_TEMPLATES.filters["chinese"] = _chinese
_TEMPLATES.globals["colours"] = _COLOURS


def html_body(message: Message, laid_out: sheet.Sheet, cards: tuple[Card, ...] = (), leave: str = "") -> str:
    """The HTML part, every text escaped, links only to web pages; `leave` is the link that ends these mails."""
    template = _TEMPLATES.get_template("alert.html.j2")
    written = ""
    for view in _views(_whole(message, laid_out, cards, leave)):
        written = template.render(view=view, sheet=view.sheet)
        if len(written.encode("utf-8", "replace")) <= MOST_BYTES:
            break
    return written


def _whole(message: Message, laid_out: sheet.Sheet, cards: tuple[Card, ...], leave: str) -> View:
    return View(
        sheet=laid_out,
        colour=_COLOURS[message.severity],
        preview=_preview(message, laid_out),
        link=laid_out.link if len(laid_out.link) <= _LONGEST_LINK else "",
        address=wording.shorten(laid_out.address, _LONGEST_SHOWN),
        cards=tuple(_bounded(card) for card in cards),
        more=0,
        leave=leave,
    )


def _bounded(card: Card) -> Card:
    link = card.link if len(card.link) <= _LONGEST_LINK else ""
    return replace(card, link=link, address=wording.shorten(card.address, _LONGEST_SHOWN))


def _views(whole: View) -> Iterator[View]:
    """The same mail, shorter from one to the next."""
    shown = len(whole.cards)
    while shown > 1:
        yield replace(whole, cards=whole.cards[:shown], more=len(whole.cards) - shown)
        shown = shown * 3 // 4
    whole = replace(whole, cards=whole.cards[:shown], more=len(whole.cards) - shown)
    every = whole.sheet.evidence
    for rows, marked in _RUNGS:
        kept = every[:rows] if marked else tuple(replace(row, pieces=((row.text, False),)) for row in every[:rows])
        yield replace(whole, sheet=replace(whole.sheet, evidence=kept), more=whole.more + len(every) - len(kept))


def _preview(message: Message, laid_out: sheet.Sheet) -> str:
    if message.parts:
        words = "; ".join(part.headline for part in message.parts[:3])
    elif laid_out.notice:
        words = next((row.text for row in laid_out.evidence), "")
    else:
        words = " · ".join(filter(None, (wording.publisher_words(message), laid_out.glosses)))
    return wording.shorten(words, _PREVIEW)

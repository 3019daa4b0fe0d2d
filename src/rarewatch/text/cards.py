"""The stories of a digest in short: what each channel shows of a message among others. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rarewatch.nouns.alert import Message
from rarewatch.nouns.watch import Severity
from rarewatch.text import wording

HEADLINE, LINE = 200, 200
"""Most characters of a headline, and of any other line."""


@dataclass(frozen=True, slots=True)
class Card:
    """One story: `facts` are its publisher and dates, `why` the rules that held, `link` is "" unless it is safe to click."""

    level: Severity
    severity: str
    headline: str
    glosses: str
    facts: str
    why: str
    link: str
    address: str


def cards(parts: Sequence[Message]) -> tuple[Card, ...]:
    """The cards of a digest's parts, in their order."""
    return tuple(map(_card, parts))


def _card(part: Message) -> Card:
    published = f"published {wording.stamp_words(part.published, part.zone)}" if part.published else ""
    rules = "; ".join(f"{wording.tidy(why.title or why.rule)} (rule {wording.tidy(why.rule)})" for why in part.why)
    return Card(
        level=part.severity,
        severity=part.severity.label,
        headline=wording.shorten(part.headline, HEADLINE) or "(no title)",
        glosses=wording.shorten(wording.gloss_words(part.glosses), LINE),
        facts=wording.shorten(" · ".join(filter(None, (wording.publisher_words(part), published))), LINE),
        why=wording.shorten(rules, LINE),
        link=wording.safe_link(part.link),
        address=wording.tidy(part.link).strip(),
    )


def plain(shown: Sequence[Card], more: int = 0) -> str:
    """The cards as plain text, each a few lines; `more` is how many are not shown."""
    return "\n".join(_lines(shown, more))


def _lines(shown: Sequence[Card], more: int) -> Iterator[str]:
    for number, card in enumerate(shown, 1):
        yield f"{number}. [{card.severity}] {card.headline}"
        yield from (f"   {line}" for line in (card.glosses, card.facts, card.why, card.address) if line)
        yield ""
    if more:
        yield f"and {more} more: `rarewatch alerts` shows them all"
        yield ""

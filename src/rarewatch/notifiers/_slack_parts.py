"""Several announcements in one message: as many as there is room for, the others in the thread. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from rarewatch.notifiers._slack_leaves import lines, rich, span
from rarewatch.notifiers._slack_left import Left
from rarewatch.notifiers._slack_text import Json, fit, gloss_text, web_link, weight
from rarewatch.nouns.alert import Message
from rarewatch.text.wording import published_line, publisher_words

_MOST, _LONGEST = 40, 1_500
_SHARE = 4_000


def told_together(parts: Sequence[Message], room: int) -> tuple[list[Json], list[Left]]:
    """A block a part, in order, as `room` (bytes) allows, then how many follow in the thread; and those."""
    blocks: list[Json] = []
    for place, part in enumerate(parts):
        block = _told(part)
        more = rich(span(f"and {len(parts) - place} more announcements, see the thread", bold=True))
        if place == _MOST or weight([*blocks, block, more]) > room:
            return [*blocks, more], [_left(one) for one in parts[place:]]
        blocks.append(block)
    return blocks, [_left(part) for part in parts if len(part.headline) > _LONGEST]


def _told(part: Message) -> Json:
    headline = fit(part.headline[:_LONGEST], 200) or "(no title)"
    address = web_link(part.link, 1_000)
    title = {"type": "link", "url": address, "text": headline, "style": {"bold": True}} if address else span(headline, bold=True)
    rules = ", ".join(why.title or why.rule for why in part.why[:4])
    facts = [
        fit(gloss_text(part.glosses[:50])[:_LONGEST], 150),
        fit(f"{_publisher(part)} · {published_line(part)}", 250),
        fit(f"Rule: {rules}"[:_LONGEST], 150) if rules else "",
        "" if address or not part.link.strip() else fit(f"Address: {part.link}", 150),
    ]
    return rich(*lines([[span(f"{part.severity.label.upper()} · "), title], *([span(fact)] for fact in facts if fact)]))


def _publisher(part: Message) -> str:
    return publisher_words(replace(part, publisher=part.publisher[:_LONGEST], tier=part.tier[:_LONGEST]))


def _left(part: Message) -> Left:
    rules = ", ".join(f"{why.title or why.rule} (rule {why.rule})" for why in part.why)
    facts = f"{gloss_text(part.glosses[:50])} · {_publisher(part)} · {published_line(part)} · {rules} · {part.link}"
    return part.severity.label.upper(), f"{part.headline[:_SHARE]} · {facts[:_SHARE]}"

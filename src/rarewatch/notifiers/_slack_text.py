"""Foreign text made harmless for Slack, and Slack's measures.

Text from pages goes only into `plain_text` and `rich_text` objects, which Slack shows as they are; never into mrkdwn, where its
characters could format, link or mention, and where bold fails between Chinese characters (it asks for a word boundary).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias
from urllib.parse import quote

from rarewatch.text.wording import ELLIPSIS, safe_link, tidy

Json: TypeAlias = dict[str, Any]

WORD_JOINER = "\N{WORD JOINER}"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def literal(text: str) -> str:
    """`text` on one line, for places Slack shows as they are.

    A word joiner, invisible, follows each "<": should anything downstream (a notification, a bridge) read the text as mrkdwn
    after all, `<!channel>` and `<@U…>` stay words.
    """
    return re.sub(f"<(?!{WORD_JOINER})", "<" + WORD_JOINER, " ".join(tidy(text).split()))


def measure(text: str) -> int:
    """The length of `text` in UTF-16 units: Slack does not say how it counts, and this is the larger of the likely counts."""
    return len(text) + sum(char > "\uffff" for char in text)


def fit(text: str, limit: int) -> str:
    """`text` made literal and cut to at most `limit` UTF-16 units, the last one an ellipsis where something was cut."""
    long = len(text) > 8 * limit
    text = literal(text[: 8 * limit])
    if measure(text) <= limit - long:
        return text + ELLIPSIS * long
    kept = text[: limit - 1]
    while measure(kept) > limit - 1:
        kept = kept[: -max(1, (measure(kept) - limit + 1) // 2)]
    return kept.removesuffix("<").rstrip() + ELLIPSIS


def escaped(text: str, limit: int) -> str:
    """`text` for the top-level `text` argument: `&`, `<`, `>` as entities, at most `limit` characters after escaping.

    Those three are all that Slack asks to be escaped (docs.slack.dev, "Formatting message text"); an entity is never cut.
    """
    parts = [_ENTITIES.get(char, char) for char in text]
    if sum(map(measure, parts)) <= limit:
        return "".join(parts)
    room, kept = limit - len(ELLIPSIS), 0
    for part in parts:
        room -= measure(part)
        if room < 0:
            break
        kept += 1
    return "".join(parts[:kept]) + ELLIPSIS


def gloss_text(glosses: Iterable[tuple[str, str]]) -> str:
    """`稀土 rare earths · 出口管制 export control`, or "" where there are none."""
    return " · ".join(f"{term} {english}" for term, english in glosses)


def web_link(link: str, limit: int) -> str:
    """`link` as Slack takes it (http or https, ASCII, at most `limit` characters), or "" where it can only be shown as text."""
    safe = safe_link(link)
    if not safe:
        return ""
    scheme, _, rest = safe.partition("://")
    host, slash, path = rest.partition("/")
    address = f"{scheme}://{host}{slash}" + quote(path, safe="%/:?#[]@!$&'()*+,;=-._~|{}^")
    return address if host.isascii() and len(address) <= limit else ""


def weight(blocks: Sequence[Mapping[str, Any]]) -> int:
    """The size of `blocks` as JSON, in bytes of UTF-8."""
    return len(json.dumps(blocks, ensure_ascii=False).encode())

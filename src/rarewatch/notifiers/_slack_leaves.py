"""The smallest pieces of Block Kit that are used here."""

from collections.abc import Iterable, Sequence

from rarewatch.notifiers._slack_text import Json


def plain(text: str) -> Json:
    """A text object that Slack shows as it is."""
    return {"type": "plain_text", "text": text, "emoji": False}


def span(text: str, *, bold: bool = False, italic: bool = False) -> Json:
    """A stretch of rich text."""
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return {"type": "text", "text": text, "style": style} if style else {"type": "text", "text": text}


def rich(*elements: Json) -> Json:
    """A block of one paragraph."""
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def lines(each: Iterable[Sequence[Json]]) -> list[Json]:
    """Lines of spans as the spans of one paragraph."""
    joined: list[Json] = []
    for line in each:
        joined += [span("\n"), *line] if joined else line
    return joined


def context(*texts: str) -> Json:
    """Small print."""
    return {"type": "context", "elements": [plain(text) for text in texts]}

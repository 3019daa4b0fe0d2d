"""An alert in Slack's Block Kit: pure, and within Slack's limits whatever the page held.

Limits from docs.slack.dev (Block Kit reference): 50 blocks, header 150, section 3,000, context 10 elements. Slack also answers
`msg_blocks_too_long` for a total it does not document; senders met it near 13,000 characters (slackapi/bolt-js#2509), so the
blocks here stay under 12,000 bytes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from rarewatch.notifiers._slack_text import Json, escaped, fit, literal, web_link, weight
from rarewatch.nouns.alert import Evidence, Message, Target
from rarewatch.nouns.watch import Severity
from rarewatch.text.wording import (
    ELLIPSIS,
    evidence_label,
    excerpt,
    moment_words,
    notices,
    published_line,
    publisher_words,
    seen_line,
    stretches,
    types_words,
    why_line,
)

EVENT = "rarewatch_alert"
"""The `event_type` of the metadata on every message; its payload holds the delivery's id."""

BUDGET = 12_000
_HEADER, _TEXT, _LINK = 150, 3_000, 1_000
_RULES, _SENTENCES, _MOST = 4, 12, 1_500
_BADGES = {Severity.URGENT: "🔴", Severity.IMPORTANT: "🟠", Severity.NOTABLE: "🟡", Severity.ROUTINE: "🔵", Severity.LOG: "⚪"}
_LOUD = frozenset({"test", "repeat", "title-only"})


def payload(message: Message, target: Target) -> Json:
    """The arguments of `chat.postMessage` for `message`."""
    message = _bounded(message)
    return {
        "channel": target.to,
        "text": _fallback(message),
        "mrkdwn": False,
        "blocks": _blocks(message),
        "metadata": {"event_type": EVENT, "event_payload": {"delivery_id": message.delivery}},
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _bounded(message: Message) -> Message:
    """The message with nothing so long that rendering it takes noticeable time; far above what is shown of it."""
    return replace(
        message,
        headline=_head(message.headline),
        glosses=_heads(message.glosses),
        publisher=_head(message.publisher),
        tier=_head(message.tier),
        why=tuple(
            replace(why, rule=_head(why.rule), title=_head(why.title), terms=tuple(map(_head, why.terms[:50])))
            for why in message.why
        ),
        evidence=tuple(replace(one, glosses=_heads(one.glosses)) for one in message.evidence),
        caveat=_head(message.caveat),
        origin=_head(message.origin),
    )


def _head(text: str) -> str:
    return text if len(text) <= _MOST else text[:_MOST] + ELLIPSIS


def _heads(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((_head(term), _head(english)) for term, english in pairs[:50])


def _title(message: Message) -> str:
    test = "TEST · " if message.test else ""
    headline = literal(message.headline) or "(no title)"
    return f"{_BADGES[message.severity]} {test}{message.severity.label.upper()} · {headline}"


def _fallback(message: Message) -> str:
    """What notifications and screen readers get: the news first, since a push shows little more than a line."""
    loud = [notice.text for notice in notices(message) if notice.kind in _LOUD]
    if message.notice:
        said = [fit(one.sentence, 500) for one in message.evidence[:_SENTENCES]]
        return escaped("\n".join([fit(_title(message), 400), *loud, *said]), _TEXT)
    lines = [
        fit(_title(message), 400),
        *loud,
        fit(_glosses(message.glosses), 200),
        fit(f"{publisher_words(message)} · {published_line(message)}", 300),
        web_link(message.link, 500),
    ]
    return escaped("\n".join(line for line in lines if line), _TEXT)


def _blocks(message: Message) -> list[Json]:
    title = _title(message)
    blocks: list[Json] = [{"type": "header", "text": _plain(fit(title, _HEADER))}]
    if fit(title, _HEADER) != title:
        blocks.append({"type": "section", "text": _plain(fit(message.headline, 400))})
    loud = [notice.text for notice in notices(message) if notice.kind in _LOUD]
    if loud:
        blocks.append(_rich(*_lines([_span(f"⚠️ {text}", bold=True)] for text in loud)))
    if message.notice:
        return [*blocks, *_said(message), _context(message)]
    blocks += [_facts(message), _why(message)]
    tail = [_rich(*_link(message.link)), _context(message)]
    return blocks + _evidence(message.evidence, BUDGET - weight([*blocks, *tail])) + tail


def _said(message: Message) -> list[Json]:
    """The lines of a notice, with its moment."""
    lines = [fit(one.sentence, 500) for one in message.evidence[:_SENTENCES]]
    return [_rich(*_lines([_span(line)] for line in (fit(moment_words(message.seen_at, message.zone), 150), *lines) if line))]


def _facts(message: Message) -> Json:
    glosses = fit(_glosses(message.glosses), 300)
    lines = [
        [_span(glosses)] if glosses else [],
        [_span(fit(publisher_words(message), 150) or "(publisher not given)", bold=True)],
        [_span(fit(f"Type: {types_words(message.types)}", 150))],
        [_span(fit(published_line(message), 150))],
        [_span(fit(seen_line(message), 150))],
    ]
    return _rich(*_lines(line for line in lines if line))


def _glosses(glosses: Iterable[tuple[str, str]]) -> str:
    return " · ".join(f"{term} {english}" for term, english in glosses)


def _why(message: Message) -> Json:
    lines = [[_span("Why this alert", bold=True)]]
    lines += [[_span("• " + fit(why_line(why), 200))] for why in message.why[:_RULES]]
    if len(message.why) > _RULES:
        lines.append([_span(f"• and {len(message.why) - _RULES} more rules")])
    if not message.why:
        lines.append([_span("• no rule: " + ("a test" if message.test else "told by rarewatch itself"))])
    return _rich(*_lines(lines))


def _evidence(evidence: Sequence[Evidence], room: int) -> list[Json]:
    """As many sentences as `room` (bytes) holds, in order, then how many were left out."""
    blocks: list[Json] = []
    for index, one in enumerate(evidence):
        block = _sentence(one)
        left = [_rich(_span(f"and {len(evidence) - index} more sentences, see the announcement"))]
        if index == _SENTENCES or weight([*blocks, block, *left]) > room:
            return blocks + (left if weight([*blocks, *left]) <= room else [])
        blocks.append(block)
    return blocks


def _sentence(evidence: Evidence) -> Json:
    quoted = [_span(clean, bold=marked) for text, marked in stretches(excerpt(evidence, 400)) if (clean := _inner(text))]
    glosses = fit(_glosses(evidence.glosses), 200)
    if glosses:
        quoted.append(_span(f" ({glosses})", italic=True))
    return {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [_span(evidence_label(evidence))]},
            {"type": "rich_text_quote", "elements": quoted or [_span("(empty)")]},
        ],
    }


def _inner(text: str) -> str:
    """A stretch inside a sentence: like `literal`, with the blanks at its ends kept."""
    body = literal(text)
    if not body:
        return " " if text else ""
    return (" " if text[0].isspace() else "") + body + (" " if text[-1].isspace() else "")


def _link(link: str) -> list[Json]:
    address = web_link(link, _LINK)
    if address:
        host = address.partition("://")[2].partition("/")[0]
        return [{"type": "link", "url": address, "text": fit(f"Open the announcement at {host}", 150)}]
    return [_span(f"Address: {fit(link, 150)}" if link.strip() else "No address given")]


def _context(message: Message) -> Json:
    quiet = [fit(notice.text, 200) for notice in notices(message) if notice.kind not in _LOUD]
    ids = fit(f"delivery {message.delivery} · story {message.story}", 150)
    return {"type": "context", "elements": [_plain(text) for text in (*quiet, ids)]}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text, "emoji": False}


def _span(text: str, *, bold: bool = False, italic: bool = False) -> Json:
    style = {name: True for name, on in (("bold", bold), ("italic", italic)) if on}
    return {"type": "text", "text": text, "style": style} if style else {"type": "text", "text": text}


def _rich(*elements: Json) -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def _lines(lines: Iterable[Sequence[Json]]) -> list[Json]:
    joined: list[Json] = []
    for line in lines:
        joined += [_span("\n"), *line] if joined else line
    return joined

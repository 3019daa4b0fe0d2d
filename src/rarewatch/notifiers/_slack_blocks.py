"""An alert in Slack's Block Kit: pure, and within Slack's limits whatever the page held. What has no room goes to the thread.

Limits from docs.slack.dev (Block Kit reference): 50 blocks, header 150, section 3,000, context 10 elements. Slack also answers
`msg_blocks_too_long` for a total it does not document; senders met it near 13,000 characters (slackapi/bolt-js#2509), so the
blocks here stay under 12,000 bytes.
"""

from collections.abc import Sequence
from dataclasses import replace

from rarewatch.notifiers._slack_buttons import acts, buttons
from rarewatch.notifiers._slack_leaves import context, lines, plain, rich, span
from rarewatch.notifiers._slack_left import FACT, GLOSSES, HEADLINE, NOTE, SAID, SENTENCE, WHY, Left, left_of, left_of_notice
from rarewatch.notifiers._slack_parts import told_together
from rarewatch.notifiers._slack_text import Json, escaped, fit, gloss_text, literal, web_link, weight
from rarewatch.notifiers._slack_thread import thread
from rarewatch.nouns.alert import Evidence, Message, Target
from rarewatch.nouns.watch import Severity
from rarewatch.text.wording import (
    ELLIPSIS,
    evidence_label,
    excerpt,
    journey_line,
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
BADGES = {Severity.URGENT: "🔴", Severity.IMPORTANT: "🟠", Severity.NOTABLE: "🟡", Severity.ROUTINE: "🔵", Severity.LOG: "⚪"}
_LOUD = frozenset({"test", "repeat", "title-only", "note"})
_MORE = context("⤵ The rest is in the thread.")


def payload(message: Message, target: Target, *, interactive: bool = False) -> Json:
    """The arguments of `chat.postMessage` for `message`, with something to press where `interactive`."""
    blocks, _ = _laid_out(message, interactive=interactive)
    return {
        "channel": target.to,
        "text": _fallback(_bounded(message)),
        "mrkdwn": False,
        "blocks": blocks,
        "metadata": metadata(message.delivery),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def replies(message: Message, target: Target, *, interactive: bool = False) -> list[Json]:
    """The arguments of `chat.postMessage` (but for the thread) for what `payload` had no room for, the first reply first."""
    _, left = _laid_out(message, interactive=interactive)
    return [
        {
            "channel": target.to,
            "text": escaped(fit(f"More on: {_head(message.headline)}", 300), _TEXT),
            "mrkdwn": False,
            "blocks": blocks,
            "metadata": metadata(message.delivery, number),
            "unfurl_links": False,
            "unfurl_media": False,
        }
        for number, blocks in enumerate(thread(left), 1)
    ]


def metadata(delivery: str, part: int = 0) -> Json:
    """What a message carries to be known again: its delivery, and of a reply in the thread which one it is, from 1."""
    return {"event_type": EVENT, "event_payload": {"delivery_id": delivery} | ({"part": part} if part else {})}


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
    return f"{BADGES[message.severity]} {test}{message.severity.label.upper()} · {headline}"


def _fallback(message: Message) -> str:
    """What notifications and screen readers get: the news first, since a push shows little more than a line."""
    loud = [fit(notice.text, 300) for notice in notices(message) if notice.kind in _LOUD]
    if message.notice or message.parts:
        said = [fit(one.sentence, 500) for one in message.evidence[:_SENTENCES]]
        told = [fit(f"{BADGES[part.severity]} {_head(part.headline)}", 150) for part in message.parts[:_SENTENCES]]
        return escaped("\n".join([fit(_title(message), 400), *loud, *said, *told]), _TEXT)
    parts = [
        fit(_title(message), 400),
        *loud,
        fit(gloss_text(message.glosses), 200),
        fit(f"{publisher_words(message)} · {published_line(message)}", 300),
        web_link(message.link, 500),
    ]
    return escaped("\n".join(line for line in parts if line), _TEXT)


def _laid_out(whole: Message, *, interactive: bool) -> tuple[list[Json], list[Left]]:
    """The blocks, and what they had no room for."""
    message = _bounded(whole)
    top, tail = _top(message), [*acts(message), *(buttons(message) if interactive else []), _context(message)]
    room = BUDGET - weight([*top, *tail, _MORE])
    if message.parts:
        body, left = told_together(message.parts, room)
    elif message.notice:
        body, shown = _said(message, room)
        left = left_of_notice(whole, shown)
    else:
        facts, link = [_facts(message), _why(message)], rich(*_link(message.link))
        quoted, shown = _evidence(message.evidence, room - weight([*facts, link]))
        body, left = [*facts, *quoted, link], left_of(whole, rules=_RULES, shown=shown, linked=bool(web_link(whole.link, _LINK)))
    return [*top, *body, *tail, *([_MORE] if left else [])], left


def _top(message: Message) -> list[Json]:
    title = _title(message)
    blocks: list[Json] = [{"type": "header", "text": plain(fit(title, _HEADER))}]
    if fit(title, _HEADER) != title:
        blocks.append({"type": "section", "text": plain(fit(message.headline, HEADLINE))})
    loud = [fit(notice.text, 300) for notice in notices(message) if notice.kind in _LOUD]
    if loud:
        blocks.append(rich(*lines([span(f"⚠️ {text}", bold=True)] for text in loud)))
    return blocks


def _said(message: Message, room: int) -> tuple[list[Json], int]:
    """The lines of a notice that `room` (bytes) holds, with its moment; and how many of them are shown."""
    told = [[span(fit(moment_words(message.seen_at, message.zone), FACT))]]
    shown = 0
    for one in message.evidence[:_SENTENCES]:
        line = fit(one.sentence, SAID)
        if weight([rich(*lines([*told, [span(line)]]))]) > room:
            break
        told += [[span(line)]] if line else []
        shown += 1
    return [rich(*lines(told))], shown


def _facts(message: Message) -> Json:
    glosses = fit(gloss_text(message.glosses), GLOSSES)
    told = [
        [span(glosses)] if glosses else [],
        [span(fit(publisher_words(message), FACT) or "(publisher not given)", bold=True)],
        [span(fit(f"Type: {types_words(message.types)}", FACT))],
        [span(fit(published_line(message), FACT))],
        [span(fit(seen_line(message), FACT))],
    ]
    return rich(*lines(line for line in told if line))


def _why(message: Message) -> Json:
    told = [[span("Why this alert", bold=True)]]
    told += [[span("• " + fit(why_line(why), WHY))] for why in message.why[:_RULES]]
    if len(message.why) > _RULES:
        told.append([span(f"• and {len(message.why) - _RULES} more rules, see the thread")])
    if not message.why:
        told.append([span("• no rule: " + ("a test" if message.test else "told by rarewatch itself"))])
    return rich(*lines(told))


def _evidence(evidence: Sequence[Evidence], room: int) -> tuple[list[Json], int]:
    """As many sentences as `room` (bytes) holds, in order, then how many were left out; and how many are shown."""
    blocks: list[Json] = []
    for index, one in enumerate(evidence):
        block = _sentence(one)
        left = [rich(span(f"and {len(evidence) - index} more sentences, see the thread"))]
        if index == _SENTENCES or weight([*blocks, block, *left]) > room:
            return blocks + (left if weight([*blocks, *left]) <= room else []), index
        blocks.append(block)
    return blocks, len(evidence)


def _sentence(evidence: Evidence) -> Json:
    quoted = [span(clean, bold=marked) for text, marked in stretches(excerpt(evidence, SENTENCE)) if (clean := _inner(text))]
    glosses = fit(gloss_text(evidence.glosses), GLOSSES)
    if glosses:
        quoted.append(span(f" ({glosses})", italic=True))
    return {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [span(evidence_label(evidence))]},
            {"type": "rich_text_quote", "elements": quoted or [span("(empty)")]},
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
        return [{"type": "link", "url": address, "text": fit(f"Open the announcement at {host}", FACT)}]
    return [span(f"Address: {fit(link, FACT)}" if link.strip() else "No address given")]


def _context(message: Message) -> Json:
    quiet = [fit(notice.text, NOTE) for notice in notices(message) if notice.kind not in _LOUD]
    quiet += [fit(journey, FACT)] if (journey := journey_line(message)) else []
    story = f" · story {message.story}" if message.story else ""
    return context(*quiet, fit(f"delivery {message.delivery}{story}", FACT))

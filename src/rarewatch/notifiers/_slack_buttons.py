"""What stands under an alert in Slack for people to press, and the line that says who pressed what. Pure.

An element names the delivery by its id outside, which nobody can guess; a rule by a digest, for its id may be longer than the 150
characters Slack allows in the value of an option.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from hashlib import sha256

from rarewatch.notifiers._slack_leaves import lines, plain, rich, span
from rarewatch.notifiers._slack_text import Json, fit
from rarewatch.nouns.alert import Act, Message, Why
from rarewatch.text.wording import moment_words

ACK, MUTE, NOT_RELEVANT, WHY = "rarewatch.ack", "rarewatch.mute", "rarewatch.not_relevant", "rarewatch.why"
SLACK = "slack:"
"""What stands before the id of a member of a Slack workspace where people are named."""

DURATIONS: Mapping[str, tuple[str, timedelta]] = {
    "1h": ("1 hour", timedelta(hours=1)),
    "1d": ("1 day", timedelta(days=1)),
    "1w": ("1 week", timedelta(weeks=1)),
}
_RULES, _SHOWN = 4, 5


def rule_mark(rule: str) -> str:
    """A short name of a rule that is safe to stand in a value."""
    return sha256(rule.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def block_id(delivery: str) -> str:
    """The id of the block with the buttons: it carries the delivery where an element's value has no room for it."""
    return f"rarewatch:{delivery}"


def delivery_in(block: str) -> str:
    """The delivery that a block's id names, "" where it names none."""
    found = re.fullmatch(r"rarewatch:([\w-]{1,64})", block)
    return found[1] if found else ""


def buttons(message: Message) -> list[Json]:
    """The block with what can be done about `message`; none for a test, or for an id that cannot stand in a block's."""
    if message.test or not delivery_in(block_id(message.delivery)):
        return []
    elements = [_button("Acknowledge", ACK, message.delivery)]
    rules = list({why.rule: why for why in _every_why(message)}.values())[:_RULES]
    if rules:
        elements.append(_muting(rules))
    if not message.notice:
        if not message.parts:
            elements.append(_button("Not relevant", NOT_RELEVANT, message.delivery))
        elements.append(_button("Why?", WHY, message.delivery))
    return [{"type": "actions", "block_id": block_id(message.delivery), "elements": elements}]


def _every_why(message: Message) -> Iterator[Why]:
    yield from message.why
    for part in message.parts:
        yield from part.why


def _button(words: str, action: str, value: str) -> Json:
    return {"type": "button", "text": plain(words), "action_id": action, "value": value}


def _muting(rules: Iterable[Why]) -> Json:
    options = [
        {"text": plain(fit(f"{words}: {(why.title or why.rule)[:200]}", 60)), "value": f"{span}:{rule_mark(why.rule)}"}
        for why in rules
        for span, (words, _) in DURATIONS.items()
    ]
    return {"type": "static_select", "placeholder": plain("Mute a rule for…"), "action_id": MUTE, "options": options}


def acts(message: Message) -> list[Json]:
    """One line for each of the last acts, with the moment in the reader's zone; none where nobody did anything."""
    told = [_line(act, message.zone) for act in message.acts[-_SHOWN:]]
    if len(message.acts) > len(told):
        told.insert(0, [span(f"and {len(message.acts) - len(told)} before that")])
    return [rich(*lines(told))] if told else []


def _line(act: Act, zone: str) -> list[Json]:
    until = f" until {moment_words(act.until, zone)}" if act.until else ""
    what = {
        "acknowledged": "✅ acknowledged by ",
        "muted": fit(f"🔕 rule {act.rule} muted{until} by ", 300) + " ",
        "not_relevant": "👎 said to be not relevant by ",
    }[act.kind]
    return [span(what), person(act.by), span(f" · {moment_words(act.at, zone)}")]


def person(by: str) -> Json:
    """Somebody as Slack shows people: by their id where they are a member, else by name, as it is written."""
    found = re.fullmatch(rf"{SLACK}([UW][A-Z0-9]{{2,20}})", by)
    return {"type": "user", "user_id": found[1]} if found else span(fit(by, 80) or "somebody")

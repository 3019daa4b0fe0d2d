"""What Slack sends when people do something, read strictly: anything else is refused. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from rarewatch.notifiers._slack_buttons import ACK, DURATIONS, MUTE, NOT_RELEVANT, WHY, delivery_in
from rarewatch.nouns.watch import Severity
from rarewatch.slackapp.signature import RefusedError

SUBSCRIBE, CANCEL = "rarewatch.subscribe", "rarewatch.cancel"
_PERSON = re.compile(r"[UW][A-Z0-9]{2,20}")
_PLACE = re.compile(r"[CDG][A-Z0-9]{2,20}")
_TS = re.compile(r"\d{1,11}\.\d{1,9}")
_TRIGGER = re.compile(r"[\w.-]{1,200}")


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something, and where to answer; `reply_to` is "" where Slack named no address for that."""

    user: str
    channel: str
    reply_to: str = ""
    trigger: str = ""


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button under an alert, or a choice: `span` and `rule` (its mark) belong to a mute."""

    who: Person
    action: str
    delivery: str
    ts: str
    span: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The button under a preview: subscribe to `rules` (empty: all), or leave it (`wanted` False)."""

    who: Person
    wanted: bool
    rules: tuple[str, ...] = ()
    least: Severity = Severity.LOG


@dataclass(frozen=True, slots=True)
class Written:
    """A slash command; `text` is all after its name."""

    who: Person
    text: str


@dataclass(frozen=True, slots=True)
class HomeOpened:
    """Somebody looks at the app's home tab."""

    user: str


Heard: TypeAlias = Pressed | Confirmed | Written | HomeOpened


def hear(kind: str, payload: object, base_url: str) -> Heard | None:
    """What happened; None for what Slack may send and nobody here asked for.

    `kind` is the type of a Socket Mode envelope. Addresses to answer at must be Slack's or those of `base_url`.
    Raises `RefusedError`.
    """
    if not isinstance(payload, Mapping):
        raise RefusedError("malformed")
    if kind == "slash_commands":
        return Written(_person(payload, payload.get("user_id"), payload.get("channel_id"), base_url), _text(payload, "text"))
    if kind == "events_api":
        event = payload.get("event")
        opened = isinstance(event, Mapping) and event.get("type") == "app_home_opened" and event.get("tab", "home") == "home"
        return HomeOpened(_match(_PERSON, event.get("user"))) if opened and isinstance(event, Mapping) else None
    if kind == "interactive" and payload.get("type") == "block_actions":
        return _pressed(payload, base_url)
    return None


def _pressed(payload: Mapping[str, Any], base_url: str) -> Heard | None:
    actions = payload.get("actions")
    action = actions[0] if isinstance(actions, Sequence) and len(actions) == 1 else None
    if not isinstance(action, Mapping):
        raise RefusedError("malformed")
    who = _person(payload, _within(payload, "user", "id"), _within(payload, "channel", "id"), base_url)
    name = action.get("action_id")
    if name in {SUBSCRIBE, CANCEL}:
        return _confirmed(who, name, _text(action, "value"))
    if name not in {ACK, MUTE, NOT_RELEVANT, WHY}:
        raise RefusedError("unknown-action")
    ts = _match(_TS, _within(payload, "container", "message_ts"))
    block = delivery_in(_text(action, "block_id"))
    if name == MUTE:
        span, _, rule = str(_within(action, "selected_option", "value")).partition(":")
        if span not in DURATIONS or not re.fullmatch(r"[0-9a-f]{16}", rule) or not block:
            raise RefusedError("malformed")
        return Pressed(who, MUTE, block, ts, span, rule)
    if not block or action.get("value") != block:
        raise RefusedError("malformed")
    return Pressed(who, name, block, ts)


def _confirmed(who: Person, name: str, value: str) -> Confirmed:
    if name == CANCEL:
        return Confirmed(who, wanted=False)
    try:
        rules, least = json.loads(value)
        found = Confirmed(who, wanted=True, rules=tuple(map(str, list(rules))), least=Severity(least))
    except (ValueError, TypeError, RecursionError):
        raise RefusedError("malformed") from None
    return found


def offer(rules: Sequence[str], least: Severity) -> str:
    """The value of the button that confirms a subscription."""
    return json.dumps([list(rules), int(least)], ensure_ascii=False)


def _person(payload: Mapping[str, Any], user: object, channel: object, base_url: str) -> Person:
    trigger, reply = str(payload.get("trigger_id", "")), str(payload.get("response_url", ""))
    return Person(
        _match(_PERSON, user),
        _match(_PLACE, channel),
        reply if reply and _is_slacks(reply, base_url) else "",
        trigger if _TRIGGER.fullmatch(trigger) else "",
    )


def _is_slacks(address: str, base_url: str) -> bool:
    """Whether answers may go there: to Slack itself, or to where its Web API is said to be."""
    try:
        given, own = urlsplit(address), urlsplit(base_url)
        same = (given.scheme, given.netloc) == (own.scheme, own.netloc)
    except ValueError:
        return False
    return same or (given.scheme == "https" and given.netloc == "hooks.slack.com")


def _within(payload: Mapping[str, Any], outer: str, inner: str) -> object:
    found = payload.get(outer)
    return found.get(inner) if isinstance(found, Mapping) else None


def _text(payload: Mapping[str, Any], key: str) -> str:
    found = payload.get(key, "")
    if not isinstance(found, str):
        raise RefusedError("malformed")
    return found


def _match(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise RefusedError("malformed")
    return value

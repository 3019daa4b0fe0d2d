"""The rules by which Slack takes or refuses a message, from docs.slack.dev (Block Kit reference, chat.postMessage)."""

import json
from collections.abc import Callable, Mapping
from typing import Any

_LEAVES = frozenset({"text", "link", "emoji", "user", "usergroup", "channel", "broadcast", "date", "color"})
_RUNS = frozenset({"rich_text_section", "rich_text_quote", "rich_text_preformatted"})


def refusal(message: Mapping[str, Any]) -> str:
    """Slack's error name for `message` (the arguments of chat.postMessage), or "" where Slack would take it."""
    text, blocks = message.get("text"), _blocks(message.get("blocks"))
    if blocks is None:
        return "invalid_blocks_format"
    if not blocks and not (isinstance(text, str) and text.strip()):
        return "no_text"
    if isinstance(text, str) and len(text) > 40_000:
        return "msg_too_long"
    if len(blocks) > 50 or not all(_block(block) for block in blocks):
        return "invalid_blocks"
    # Not documented; senders met it between 13,172 and 13,297 characters (slackapi/bolt-js#2509).
    if len(json.dumps(blocks, ensure_ascii=False)) > 13_000:
        return "msg_blocks_too_long"
    return _metadata(message.get("metadata"))


def _blocks(value: object) -> list[Any] | None:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            return None
    if value is None:
        return []
    return value if isinstance(value, list) else None


def _block(block: object) -> bool:
    check = _CHECKS.get(str(block.get("type"))) if isinstance(block, Mapping) else None
    return check is not None and check(block)


def _header(block: Any) -> bool:
    return _text(block.get("text"), 150, plain=True)


def _context(block: Any) -> bool:
    return _many(block.get("elements"), 10) and all(_aside(element) for element in block["elements"])


def _rich_text(block: Any) -> bool:
    return _many(block.get("elements"), 1_000) and all(_rich(element) for element in block["elements"])


def _image(block: Any) -> bool:
    return _str(block.get("image_url"), 3_000) and _str(block.get("alt_text"), 2_000)


def _section(block: Any) -> bool:
    fields = block.get("fields")
    if fields is not None and not (_many(fields, 10) and all(_text(field, 2_000) for field in fields)):
        return False
    return _text(block.get("text"), 3_000) if "text" in block else fields is not None


def _actions(block: Any) -> bool:
    return _many(block.get("elements"), 25) and _named(block) and all(_element(element) for element in block["elements"])


def _named(block: Any) -> bool:
    return "block_id" not in block or _str(block["block_id"], 255)


def _element(element: object) -> bool:
    if not isinstance(element, Mapping) or not _str(element.get("action_id"), 255):
        return False
    if element.get("type") == "button":
        return _text(element.get("text"), 75, plain=True) and ("value" not in element or _str(element["value"], 2_000))
    if element.get("type") == "static_select":
        options = element.get("options")
        held = _many(options, 100) and all(_option(option) for option in options or ())
        return held and _text(element.get("placeholder"), 150, plain=True)
    return False


def _option(option: object) -> bool:
    return isinstance(option, Mapping) and _text(option.get("text"), 75, plain=True) and _str(option.get("value"), 150)


def view_refusal(view: Mapping[str, Any], kind: str) -> str:
    """Slack's error name for a view of a kind (`modal` or `home`), or "" where Slack would show it."""
    blocks = _blocks(view.get("blocks"))
    held = blocks is not None and 1 <= len(blocks) <= 100 and all(_block(block) for block in blocks)
    titled = kind == "home" or (_text(view.get("title"), 24, plain=True) and _text(view.get("close"), 24, plain=True))
    fits = len(json.dumps(view, ensure_ascii=False).encode()) <= 250_000
    return "" if held and titled and fits and view.get("type") == kind else "invalid_arguments"


_CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "actions": _actions,
    "divider": lambda _: True,
    "header": _header,
    "section": _section,
    "context": _context,
    "rich_text": _rich_text,
    "image": _image,
}


def _aside(element: object) -> bool:
    if isinstance(element, Mapping) and element.get("type") == "image":
        return _image(element)
    return _text(element, 3_000)


def _rich(element: object) -> bool:
    if not isinstance(element, Mapping):
        return False
    if element.get("type") == "rich_text_list":
        items = element.get("elements")
        return element.get("style") in {"bullet", "ordered"} and _many(items, 1_000) and all(_rich(item) for item in items or ())
    leaves = element.get("elements")
    return element.get("type") in _RUNS and _many(leaves, 1_000) and all(_leaf(leaf) for leaf in leaves or ())


def _leaf(leaf: object) -> bool:
    if not isinstance(leaf, Mapping) or leaf.get("type") not in _LEAVES:
        return False
    if leaf["type"] == "text":
        return _str(leaf.get("text"), 3_000)
    if leaf["type"] == "link":
        url = leaf.get("url")
        return _str(url, 3_000) and str(url).startswith(("http://", "https://", "mailto:")) and not any(map(str.isspace, str(url)))
    return True


def _text(value: object, limit: int, *, plain: bool = False) -> bool:
    if not isinstance(value, Mapping) or value.get("type") not in ({"plain_text"} if plain else {"plain_text", "mrkdwn"}):
        return False
    if "emoji" in value and value["type"] != "plain_text":
        return False
    return _str(value.get("text"), limit)


def _str(value: object, limit: int) -> bool:
    """A text of 1 to `limit` UTF-16 units, without lone surrogates."""
    if not isinstance(value, str) or not value:
        return False
    try:
        return len(value.encode("utf-16-le")) // 2 <= limit
    except UnicodeEncodeError:
        return False


def _many(value: object, limit: int) -> bool:
    return isinstance(value, list) and 1 <= len(value) <= limit


def _metadata(value: object) -> str:
    if value is None:
        return ""
    if not (
        isinstance(value, Mapping) and isinstance(value.get("event_type"), str) and isinstance(value.get("event_payload"), Mapping)
    ):
        return "invalid_metadata_format"
    return "metadata_too_large" if len(json.dumps(value)) > 16_000 else ""

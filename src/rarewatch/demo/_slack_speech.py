"""How a Slack double reads calls and words answers."""

import json
from collections.abc import Mapping
from typing import Any, TypeAlias

from aiohttp import web

Json: TypeAlias = dict[str, Any]


async def read_arguments(request: web.Request) -> Json:
    """The call's arguments, from JSON, a form or the query, as Slack takes them."""
    arguments: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            body = {}
        return {**arguments, **body} if isinstance(body, dict) else arguments
    return {**arguments, **await request.post()}


def listed(arguments: Json) -> list[Json]:
    """The blocks of a call."""
    blocks = arguments.get("blocks") or []
    return list(json.loads(blocks) if isinstance(blocks, str) else blocks)


def true(value: object) -> bool:
    """Whether an argument means yes."""
    return value is True or str(value).lower() in ("1", "true")


def ok(rest: Mapping[str, Any]) -> web.Response:
    """An answer that says well."""
    return web.json_response({"ok": True, **rest})


def error(code: str, status: int = 200, **rest: str) -> web.Response:
    """An answer that names what is wrong."""
    return web.json_response({"ok": False, "error": code, **rest}, status=status)


def limited(seconds: int) -> web.Response:
    """Asks to wait."""
    return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": str(seconds)})


def page(status: int) -> web.Response:
    """What stands before Slack when Slack is down."""
    return web.Response(text="<html><body>Something went wrong</body></html>", content_type="text/html", status=status)

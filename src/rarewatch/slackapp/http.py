"""Listens over HTTP, for where Slack can reach this host: three paths, every request signed."""

import json
from collections.abc import Callable, Sequence
from urllib.parse import parse_qs

from aiohttp import web

from rarewatch.clock import Clock
from rarewatch.slackapp.desk import Desk
from rarewatch.slackapp.signature import RefusedError, Signatures
from rarewatch.web.server import Route


class SignedHttp:
    """The handlers for one app; `routes` are for the web server."""

    def __init__(self, desk: Desk, secret: Callable[[], str], now: Clock, name: str) -> None:
        """`secret` is the signing secret, asked for at each request; `name` the notifier's, which stands in the paths."""
        self._desk, self._secret, self._now, self._name = desk, secret, now, name
        self._signatures = Signatures()

    @property
    def routes(self) -> Sequence[Route]:
        """What Slack is told to call: events, actions, commands."""
        base = f"/slack/{self._name}"
        return (
            Route("POST", f"{base}/events", self._events),
            Route("POST", f"{base}/actions", self._actions),
            Route("POST", f"{base}/commands", self._commands),
        )

    async def _events(self, request: web.Request) -> web.StreamResponse:
        payload = _json(await self._body(request))
        if isinstance(payload, dict) and payload.get("type") == "url_verification":
            return web.json_response({"challenge": str(payload.get("challenge", ""))[:200]})
        event = str(payload.get("event_id", "")) if isinstance(payload, dict) else ""
        return self._taken("events_api", payload, event)

    async def _actions(self, request: web.Request) -> web.StreamResponse:
        return self._taken("interactive", _json(_form(await self._body(request)).get("payload", "").encode()))

    async def _commands(self, request: web.Request) -> web.StreamResponse:
        return self._taken("slash_commands", _form(await self._body(request)))

    async def _body(self, request: web.Request) -> bytes:
        """The body, once it is known to be Slack's; 401 without a word of why otherwise."""
        body = await request.read()
        try:
            self._signatures.check(self._secret(), request.headers, body, self._now())
        except RefusedError as error:
            self._desk.refuse(str(error))
            raise web.HTTPUnauthorized from None
        return body

    def _taken(self, kind: str, payload: object, envelope: str = "") -> web.Response:
        return web.Response(status=200 if self._desk.take(kind, payload, envelope) else 400)


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _form(body: bytes) -> dict[str, str]:
    found = parse_qs(body.decode("utf-8", "replace"), max_num_fields=50)
    return {name: values[0] for name, values in found.items()}

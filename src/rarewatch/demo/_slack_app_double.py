"""The part of a Slack double that people use: buttons, the slash command, views, and the socket an app listens on."""

import asyncio
import hashlib
import hmac
import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias
from urllib.parse import urlencode

from aiohttp import WSMsgType, web

from rarewatch.demo._slack_limits import view_refusal
from rarewatch.demo._slack_speech import Json, error, ok

Method: TypeAlias = Callable[[Json], web.Response]
_PATIENCE = 3.0
"""Seconds Slack waits for an acknowledgement before it tells the person that the app did not answer."""


@dataclass
class SlackPeople:
    """What people see of an app and do with it.

    `opened` are the modals and `homes` the home tabs (by member) that were shown, `whispers` the messages only one person saw,
    `answers` what came to response URLs. `app_token` opens the socket, `signing_secret` signs what goes over HTTP.
    """

    app_token: str = "xapp-double"  # noqa: S105 - opens nothing but this double
    signing_secret: str = "double-secret"  # noqa: S105 - signs for nothing but this double
    opened: list[Json] = field(default_factory=list)
    homes: dict[str, Json] = field(default_factory=dict)
    whispers: list[Json] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        """Nobody is connected yet."""
        self._sockets: list[web.WebSocketResponse] = []
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self._numbers = itertools.count(1)
        self._tickets: set[str] = set()
        self._changed = asyncio.Condition()
        self._base = ""

    def mount(self, app: web.Application) -> None:
        """Serve the socket and the response URLs."""
        app.router.add_get("/socket", self._listen)
        app.router.add_post("/response/{number}", self._answered)

    def at(self, base: str) -> None:
        """`base` is the address of the double, without a last slash."""
        self._base = base

    async def disconnect(self, *, warn: bool = True) -> None:
        """Have every app that listens connect anew: told so beforehand, or cut off."""
        for socket in list(self._sockets):
            if warn:
                await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            else:
                await socket.close()

    async def connected(self, times: int = 1) -> None:
        """Wait until an app listens that has connected so often."""
        async with self._changed:
            await self._changed.wait_for(lambda: bool(self._sockets) and self.connections >= times)

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until `so()` holds; it is asked whenever something was shown or answered."""
        async with self._changed, asyncio.timeout(20):
            await self._changed.wait_for(so)

    async def deliver(self, kind: str, payload: Json, envelope: str = "") -> Json:
        """Send one envelope over the socket; returns the acknowledgement. Raises `TimeoutError` after three seconds."""
        await self.connected()
        name = envelope or f"envelope-{next(self._numbers)}"
        waiting = self._acks[name] = asyncio.get_running_loop().create_future()
        accepts = kind == "slash_commands"
        await self._sockets[-1].send_json(
            {"type": kind, "envelope_id": name, "payload": payload, "accepts_response_payload": accepts}
        )
        async with asyncio.timeout(_PATIENCE):
            ack: Json = await waiting
        return ack

    def action(self, element: Json, block_id: str, message: Json, *, user: str = "U0READER01") -> Json:
        """What Slack sends when `user` presses `element`; an option of a select is given as `{"action_id": ..., "option": ...}`."""
        pressed: Json = {"action_id": element["action_id"], "block_id": block_id, "action_ts": "1.0"}
        if "option" in element:
            pressed |= {"type": "static_select", "selected_option": element["option"]}
        else:
            pressed |= {"type": "button", "value": element["value"]}
        channel, ts = message.get("channel", ""), message.get("ts", "")
        return {
            "type": "block_actions",
            "user": {"id": user, "username": "reader", "team_id": "T0DOUBLE1"},
            "team": {"id": "T0DOUBLE1"},
            "channel": {"id": channel},
            "container": {"type": "message", "channel_id": channel, "message_ts": ts},
            "message": {"ts": ts},
            "trigger_id": f"trigger-{next(self._numbers)}",
            "response_url": f"{self._base}/response/{next(self._numbers)}",
            "actions": [pressed],
        }

    def command(self, text: str, *, user: str = "U0READER01", channel: str = "D0READER01") -> Json:
        """What Slack sends when `user` writes `/rarewatch text`."""
        return {
            "command": "/rarewatch",
            "text": text,
            "user_id": user,
            "channel_id": channel,
            "team_id": "T0DOUBLE1",
            "trigger_id": f"trigger-{next(self._numbers)}",
            "response_url": f"{self._base}/response/{next(self._numbers)}",
        }

    def signed(self, payload: Json, at: float) -> tuple[bytes, dict[str, str]]:
        """Body and headers of the request that brings `payload` over HTTP at `at` (seconds since 1970)."""
        if payload.get("type") in {"event_callback", "url_verification"}:
            body, kind = json.dumps(payload).encode(), "application/json"
        else:
            form = payload if "command" in payload else {"payload": json.dumps(payload)}
            body, kind = urlencode(form).encode(), "application/x-www-form-urlencoded"
        stamp = str(int(at))
        digest = hmac.new(self.signing_secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        return body, {"Content-Type": kind, "X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    def methods(self) -> Mapping[str, Method]:
        """The API methods served here; the first is called with the app-level token, the others with the bot's."""
        return {
            "apps.connections.open": self._open,
            "views.open": self._view,
            "views.publish": self._home,
            "chat.postEphemeral": self._whisper,
            "conversations.open": lambda arguments: ok({"channel": {"id": "D" + str(arguments.get("users", ""))[1:]}}),
            "users.info": lambda arguments: ok({"user": {"id": arguments.get("user"), "tz": "Europe/Berlin"}}),
        }

    def _open(self, _: Json) -> web.Response:
        ticket = f"ticket-{next(self._numbers)}"
        self._tickets.add(ticket)
        return ok({"url": f"{self._base.replace('http', 'ws', 1)}/socket?ticket={ticket}"})

    def _view(self, arguments: Json) -> web.Response:
        view = _object(arguments.get("view"))
        if not arguments.get("trigger_id"):
            return error("invalid_trigger_id")
        if wrong := view_refusal(view, "modal"):
            return error(wrong)
        self.opened.append(view)
        self._tell()
        return ok({"view": {"id": f"V{len(self.opened)}"}})

    def _home(self, arguments: Json) -> web.Response:
        view = _object(arguments.get("view"))
        if wrong := view_refusal(view, "home"):
            return error(wrong)
        self.homes[str(arguments.get("user_id"))] = view
        self._tell()
        return ok({})

    def _whisper(self, arguments: Json) -> web.Response:
        self.whispers.append(arguments)
        self._tell()
        return ok({"message_ts": "1.0"})

    async def _answered(self, request: web.Request) -> web.Response:
        self.answers.append(await request.json())
        self._tell()
        return web.Response(text="ok")

    def _tell(self) -> None:
        self._telling = asyncio.ensure_future(self._notify())

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("ticket") not in self._tickets:
            return web.Response(status=403)
        self._tickets.discard(str(request.query["ticket"]))
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1})
        self._sockets.append(socket)
        self.connections += 1
        await self._notify()
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT:
                    self._acknowledged(json.loads(message.data))
        finally:
            self._sockets.remove(socket)
        return socket

    def _acknowledged(self, ack: Json) -> None:
        waiting = self._acks.pop(str(ack.get("envelope_id")), None)
        if waiting and not waiting.done():
            waiting.set_result(ack)


def _object(value: object) -> Json:
    found = json.loads(value) if isinstance(value, str) else value
    return found if isinstance(found, dict) else {}

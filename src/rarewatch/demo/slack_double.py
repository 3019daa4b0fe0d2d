"""A Slack for tests and the demonstration: the part of the Web API that is used, with Slack's limits and programmable trouble.

Run on its own: `python -m rarewatch.demo.slack_double --port 8081 --log accepted.jsonl`.
"""

import argparse
import asyncio
import json
import math
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

from aiohttp import web

from rarewatch.demo._odds import Odds
from rarewatch.demo._slack_app_double import SlackPeople
from rarewatch.demo._slack_limits import refusal
from rarewatch.demo._slack_speech import Json, error, limited, listed, ok, page, read_arguments, true

_SCOPES = ("chat:write", "channels:history", "groups:history", "im:history", "im:write", "commands", "users:read")
_NEEDED = {
    "chat.postMessage": "chat:write",
    "conversations.history": "channels:history",
    "conversations.replies": "channels:history",
    "conversations.open": "im:write",
    "users.info": "users:read",
}


class Trouble(StrEnum):
    """What the double can be told to do instead of answering well; the last ones have the message all the same."""

    RATE_LIMITED = "429"
    BROKEN = "500"
    UNAVAILABLE = "503"
    INVALID_BLOCKS = "invalid_blocks"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105 - the name of an error
    MISSING_SCOPE = "missing_scope"
    FATAL_ERROR = "fatal_error"
    NOT_JSON = "not-json"
    DROP = "drop"
    HANG = "hang"
    REFUSE = "refuse"
    ACCEPT_THEN_DROP = "accept-then-drop"
    ACCEPT_THEN_500 = "accept-then-500"
    ACCEPT_THEN_HANG = "accept-then-hang"
    ACCEPT_THEN_RESET = "accept-then-reset"
    """Reset in the middle of the answer's body."""
    DELAY = "delay"
    """Taken and answered `delay` seconds later, whether the caller still waits or not."""


@dataclass(slots=True)
class Posted:
    """One accepted message as the channel shows it; `edits` counts changes of it, `thread_ts` names the message it answers."""

    channel: str
    ts: str
    text: str
    blocks: list[Json]
    metadata: Json
    edits: int = 0
    thread_ts: str = ""


@dataclass
class SlackDouble:
    """A Slack on loopback.

    `channels` are the ids it knows (None: any); `token` the only one it takes; `rate` the seconds between two messages to one
    channel (None: no limit; Slack allows about one a second); `log` a file that gets a JSON line, synced to disk, for each accepted
    message before it is acknowledged; `port` 0 means any free one; `clock` returns seconds since 1970. `odds` make trouble by
    chance where none was ordered; `retry_after` is what a 429 of trouble asks for, `delay` how late a delayed call is served, `lag`
    how long a message is not yet shown in the history, all in seconds; `page` the most messages of the history in one answer.
    `dead` are channels where every call meets one trouble.
    `scopes` are what the token may do; `people` press buttons and write commands.
    """

    token: str = "xoxb-double"  # noqa: S105 - opens nothing but this double
    channels: Collection[str] | None = None
    rate: float | None = None
    log: Path | None = None
    host: str = "127.0.0.1"
    port: int = 0
    clock: Callable[[], float] = time.time
    odds: Odds[Trouble] = field(default_factory=Odds)
    retry_after: int = 7
    delay: float = 0.5
    lag: float = 0.0
    page: int = 999
    dead: Mapping[str, Trouble] = field(default_factory=dict)
    scopes: Collection[str] = _SCOPES
    people: SlackPeople = field(default_factory=SlackPeople)
    messages: list[Posted] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    """The API methods called, in order, refused ones too."""

    def __post_init__(self) -> None:
        """Nothing is opened before `start`."""
        self._troubles: deque[Trouble] = deque()
        self._runner: web.AppRunner | None = None
        self._server: asyncio.Server | None = None
        self._released = asyncio.Event()
        self._last: dict[str, float] = {}
        self._ts = 0

    @property
    def url(self) -> str:
        """The base URL for a client, known once started."""
        return f"http://{self.host}:{self.port}/api/"

    async def start(self) -> None:
        """Listen; after `fail("refuse")`, listen again on the same port."""
        if self._runner is None:
            app = web.Application(client_max_size=4 * 2**20)
            app.router.add_route("*", "/api/{method}", self._answer)
            self.people.mount(app)
            self._released.clear()
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
            await self._runner.setup()
        if self._server is None:
            assert self._runner.server is not None
            self._server = await asyncio.get_running_loop().create_server(self._runner.server, self.host, self.port)
            self.port = self._server.sockets[0].getsockname()[1]
            self.people.at(f"http://{self.host}:{self.port}")

    async def stop(self) -> None:
        """Stop listening and cut what is open; may be called more than once."""
        self._released.set()
        self._refuse()
        runner, self._runner = self._runner, None
        if runner:
            await runner.cleanup()

    def fail(self, trouble: str, times: int = 1) -> None:
        """Answer the next `times` calls with `trouble` (a value of `Trouble`); "refuse" holds until `start`."""
        if Trouble(trouble) is Trouble.REFUSE:
            self._refuse()
        else:
            self._troubles.extend([Trouble(trouble)] * times)

    def _refuse(self) -> None:
        server, self._server = self._server, None
        if server:
            server.close()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        self.calls.append(method)
        arguments = await read_arguments(request)
        trouble = self._troubles.popleft() if self._troubles else self.dead.get(str(arguments.get("channel"))) or self.odds.draw()
        if trouble is Trouble.DELAY:
            await asyncio.sleep(self.delay)
            return self._serve(method, request, arguments)
        if trouble in _TAKEN:
            served = self._serve(method, request, arguments)
            if trouble is Trouble.ACCEPT_THEN_RESET:
                return await _reset(request, served)
        if trouble in (Trouble.HANG, Trouble.ACCEPT_THEN_HANG):
            await self._released.wait()
        if trouble in (Trouble.DROP, Trouble.ACCEPT_THEN_DROP, Trouble.HANG, Trouble.ACCEPT_THEN_HANG):
            if request.transport:
                request.transport.abort()
            return web.Response()
        if trouble is Trouble.RATE_LIMITED:
            return limited(self.retry_after)
        return _TROUBLES[trouble]() if trouble else self._serve(method, request, arguments)

    def _serve(self, method: str, request: web.Request, arguments: Json) -> web.Response:
        serve = {
            "auth.test": self._auth_test,
            "chat.postMessage": self._post,
            "chat.update": self._update,
            "conversations.history": self._history,
            "conversations.replies": self._history,
            **self.people.methods(),
        }.get(method)
        given = request.headers.get("Authorization", "").removeprefix("Bearer ") or arguments.get("token")
        if serve is None:
            return error("unknown_method")
        if not given:
            return error("not_authed")
        if given != (self.people.app_token if method == "apps.connections.open" else self.token):
            return error("invalid_auth")
        needed = _NEEDED.get(method, "")
        if needed and needed not in self.scopes:
            return error("missing_scope", needed=needed, provided=",".join(self.scopes))
        channel = arguments.get("channel")
        # Whoever has a conversation with the app (D…) was not listed before.
        known = channel and (self.channels is None or channel in self.channels or str(channel).startswith("D"))
        if method.startswith(("chat.", "conversations.")) and method != "conversations.open" and not known:
            return error("channel_not_found")
        return serve(arguments)

    def _auth_test(self, _: Json) -> web.Response:
        names = {"url": "https://double.slack.test/", "team": "Double", "user": "rarewatch", "bot_id": "B0DOUBLE1"}
        answer = ok({**names, "team_id": "T0DOUBLE1", "user_id": "U0DOUBLE1"})
        answer.headers["X-OAuth-Scopes"] = ",".join(self.scopes)
        return answer

    def _post(self, arguments: Json) -> web.Response:
        wrong, channel, at = refusal(arguments), str(arguments["channel"]), self.clock()
        if wrong:
            return error(wrong)
        wait = (self.rate or 0.0) - (at - self._last.get(channel, -math.inf))
        if self.rate and wait > 0:
            return limited(math.ceil(wait))
        self._last[channel] = at
        # An id within the channel: never the same twice, whatever the clock does.
        self._ts = max(self._ts + 1, int(at * 1_000_000))
        ts = f"{self._ts // 1_000_000}.{self._ts % 1_000_000:06d}"
        posted = Posted(channel, ts, str(arguments.get("text") or ""), listed(arguments), dict(arguments.get("metadata") or {}))
        posted.thread_ts = str(arguments.get("thread_ts") or "")
        self.messages.append(posted)
        self._write(posted)
        return ok({"channel": channel, "ts": ts, "message": _shown(posted, metadata=False)})

    def _update(self, arguments: Json) -> web.Response:
        wrong = refusal(arguments)
        posted = next((one for one in self.messages if (one.channel, one.ts) == (arguments["channel"], arguments.get("ts"))), None)
        if posted is None or wrong:
            return error(wrong or "message_not_found")
        posted.text, posted.blocks, posted.edits = str(arguments.get("text") or ""), listed(arguments), posted.edits + 1
        posted.metadata = dict(arguments.get("metadata") or posted.metadata)
        return ok({"channel": posted.channel, "ts": posted.ts, "text": posted.text})

    def _history(self, arguments: Json) -> web.Response:
        oldest, latest = float(arguments.get("oldest") or 0), float(arguments.get("latest") or math.inf)
        inclusive, metadata = true(arguments.get("inclusive")), true(arguments.get("include_all_metadata"))
        shown_since = self.clock() - self.lag
        found = [
            one
            for one in reversed(self.messages)
            if one.channel == arguments["channel"]
            and arguments.get("ts", "") in ((one.ts, one.thread_ts) if "ts" in arguments else (one.thread_ts,))
            and (not self.lag or float(one.ts) <= shown_since)
            and (oldest < float(one.ts) < latest or (inclusive and float(one.ts) in (oldest, latest)))
        ]
        start, size = int(arguments.get("cursor") or 0), min(self.page, max(1, int(arguments.get("limit") or 100)))
        more = len(found) > start + size
        page = [_shown(one, metadata=metadata) for one in found[start : start + size]]
        after = {"response_metadata": {"next_cursor": str(start + size)}} if more else {}
        return ok({"messages": page, "has_more": more, **after})

    def _write(self, posted: Posted) -> None:
        if self.log:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(posted), ensure_ascii=False) + "\n")
                file.flush()
                os.fsync(file.fileno())


def _shown(posted: Posted, *, metadata: bool) -> Json:
    shown: Json = {"type": "message", "bot_id": "B0DOUBLE1", "ts": posted.ts, "text": posted.text, "blocks": posted.blocks}
    if posted.edits:
        shown["edited"] = {"user": "U0DOUBLE1", "ts": posted.ts}
    return {**shown, "metadata": posted.metadata} if metadata and posted.metadata else shown


async def _reset(request: web.Request, served: web.Response) -> web.StreamResponse:
    """Half of `served`, then a reset."""
    body = bytes(served.body) if isinstance(served.body, bytes) else b""
    broken = web.StreamResponse(
        status=served.status, headers={"Content-Type": "application/json", "Content-Length": str(len(body))}
    )
    await broken.prepare(request)
    await broken.write(body[: len(body) // 2])
    if request.transport:
        request.transport.abort()
    return broken


_TAKEN = (Trouble.ACCEPT_THEN_DROP, Trouble.ACCEPT_THEN_500, Trouble.ACCEPT_THEN_HANG, Trouble.ACCEPT_THEN_RESET)
_TROUBLES: Mapping[Trouble, Callable[[], web.Response]] = {
    Trouble.BROKEN: lambda: page(500),
    Trouble.ACCEPT_THEN_500: lambda: page(500),
    Trouble.UNAVAILABLE: lambda: error("service_unavailable", 503),
    Trouble.INVALID_BLOCKS: lambda: error("invalid_blocks"),
    Trouble.TOKEN_REVOKED: lambda: error("token_revoked"),
    Trouble.MISSING_SCOPE: lambda: error("missing_scope", needed="chat:write", provided="identify"),
    Trouble.FATAL_ERROR: lambda: error("fatal_error"),
    Trouble.NOT_JSON: lambda: page(200),
}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m rarewatch.demo.slack_double", description="A Slack on loopback.")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 for any free one")
    parser.add_argument("--log", type=Path, help="file that gets one JSON line for each accepted message")
    parser.add_argument("--token", default=SlackDouble.token, help="the token it takes")
    parser.add_argument("--channel", action="append", help="a channel id it knows, may be repeated (default: any)")
    parser.add_argument("--rate", type=float, help="seconds between two messages to one channel")
    parser.add_argument(
        "--fail", action="append", default=[], choices=list(Trouble), help="trouble for the next call, may be repeated"
    )
    return parser


async def serve(arguments: Sequence[str]) -> None:
    """Run the double until SIGINT or SIGTERM; its URL is the first line on standard output once it listens."""
    given = _parser().parse_args(arguments)
    double = SlackDouble(token=given.token, channels=given.channel, rate=given.rate, log=given.log, port=given.port)
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await double.start()
    for trouble in given.fail:
        double.fail(trouble)
    sys.stdout.write(double.url + "\n")
    sys.stdout.flush()
    await stopped.wait()
    await double.stop()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1:]))

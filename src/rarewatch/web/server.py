"""A small HTTP server for a handful of routes; behind a reverse proxy that speaks TLS, or on loopback."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

import structlog
from aiohttp import web

from rarewatch.errors import ConfigError

Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""Answers one request."""

MOST_BYTES = 1_000_000
"""A request's body may have so many."""
PATIENCE = 15.0
"""Seconds a request may take, its body included."""
_END = 3.0

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Route:
    """One thing that can be asked for: `path` as aiohttp writes it, such as `/unsubscribe`."""

    method: Literal["GET", "POST"]
    path: str
    handler: Handler


class WebServer:
    """The server: `start`, then `port`, then `aclose`."""

    def __init__(self, host: str, port: int, routes: Iterable[Route]) -> None:
        """`port` 0 takes any that is free."""
        self._host, self._asked = host, port
        app = web.Application(middlewares=[_guarded], client_max_size=MOST_BYTES)
        app.add_routes([web.route(route.method, route.path, route.handler) for route in routes])
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_END, keepalive_timeout=PATIENCE)
        self.port = 0

    async def start(self) -> None:
        """Listen from now on; raises `ConfigError` where that is not possible."""
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, self._host, self._asked).start()
        except OSError as error:
            await self._runner.cleanup()
            raise ConfigError(
                f"nothing can listen on {self._host}:{self._asked}: {error.strerror or error}",
                hint="give `web: {listen: HOST:PORT}` in rarewatch.yaml an address of this host and a port that is free",
            ) from error
        self.port = self._runner.addresses[0][1]
        _log.info("web-listening", host=self._host, port=self.port)

    async def aclose(self) -> None:
        """Stop listening; answers under way get a few seconds."""
        await self._runner.cleanup()


@web.middleware
async def _guarded(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer in time, without detail of what went wrong, and with headers that keep it out of frames and caches."""
    try:
        async with asyncio.timeout(PATIENCE):
            answer = await handler(request)
    except web.HTTPException as error:
        answer = web.Response(status=error.status, text=f"{error.status} {error.reason}\n")
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
    except TimeoutError:
        answer = web.Response(status=408, text="408 Request Timeout\n")
    except Exception:  # noqa: BLE001 - a bug in one handler must not show its insides to whoever asks
        _log.exception("bug", act="web", method=request.method, path=request.path)
        answer = web.Response(status=500, text="500 Internal Server Error\n")
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "no-referrer")
    answer.headers.setdefault(
        "Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"
    )
    return answer

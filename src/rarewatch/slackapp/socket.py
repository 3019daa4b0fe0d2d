"""Listens over Socket Mode: a connection from here to Slack, so that nothing must be reachable from outside."""

import asyncio
import logging
from contextlib import suppress

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.web.async_client import AsyncWebClient

from rarewatch.slackapp.desk import Desk

_log = structlog.get_logger()
_PING_SECONDS = 5.0
_EVERY = 60
"""It tries about every five seconds."""


class _Client(SocketModeClient):
    """The SDK's client, which says once in a while why it cannot connect: left to itself it tries for ever without a word."""

    failures = 0

    async def issue_new_wss_url(self) -> str:
        """See the SDK."""
        try:
            url = await super().issue_new_wss_url()
        except (SlackApiError, aiohttp.ClientError, OSError) as error:
            if self.failures % _EVERY == 0:
                why = str(error.response["error"]) if isinstance(error, SlackApiError) else type(error).__name__
                _log.warning("slack-trouble", error=f"Socket Mode cannot connect: {why}")
            self.failures += 1
            raise
        self.failures = 0
        return url


class Socket:
    """The connection, which the SDK opens anew whenever it ends."""

    def __init__(self, desk: Desk, token: str, base_url: str) -> None:
        """`token` is the app-level token (xapp-…); to be made in a running event loop."""
        self._desk = desk
        self._client = _Client(
            app_token=token,
            logger=_quiet(),
            web_client=AsyncWebClient(base_url=base_url, timeout=15, trust_env_in_session=False),
            ping_interval=_PING_SECONDS,
        )
        self._client.proxy = self._client.web_client.proxy = None  # the SDK takes one from the environment
        self._client.socket_mode_request_listeners.append(self._heard)
        self._connecting: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Connect, in the background and until it succeeds."""
        self._connecting = asyncio.get_running_loop().create_task(self._connect())

    async def close(self) -> None:
        """Hang up."""
        tasks = [self._connecting, self._client.message_processor, self._client.current_session_monitor]
        tasks.append(self._client.message_receiver)
        self._client.closed, self._client.auto_reconnect_enabled = True, False
        for task in tasks:
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError, Exception):
                    await task
        if self._client.current_session is not None:
            await self._client.current_session.close()
        await self._client.aiohttp_client_session.close()

    async def _connect(self) -> None:
        await self._client.connect()  # type: ignore[no-untyped-call]
        _log.info("slack-listening", how="socket")

    async def _heard(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        # Acknowledged before anything is done: Slack waits three seconds, and sends again what was not.
        await client.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        self._desk.take(request.type, request.payload, request.envelope_id)


def _quiet() -> logging.Logger:
    """The SDK's own words, without its tracebacks for every second in which Slack cannot be reached."""
    logger = logging.getLogger("rarewatch.slackapp.socket")
    logger.setLevel(logging.CRITICAL)
    return logger

"""Calls to Slack's Web API, one try each; what goes wrong becomes a `DeliveryFault` without any secret in it."""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers import Reveal
from rarewatch.notifiers._slack_faults import answered, unanswered, unreadable
from rarewatch.nouns.secret import SecretRef

Ask: TypeAlias = Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]


@dataclass(slots=True)
class _Progress:
    """How far one request came."""

    sent: bool = False


_PROGRESS: ContextVar[_Progress | None] = ContextVar("rarewatch_slack_progress", default=None)


async def _on_sent(*_: object) -> None:
    progress = _PROGRESS.get()
    if progress is not None:
        progress.sent = True


class Wire:
    """Slack's Web API at one address with one token, which is asked for at each call: a renewed secret file needs no restart."""

    def __init__(self, token: SecretRef, base_url: str, timeout: float, reveal: Reveal) -> None:
        """`base_url` up to and with the last slash; `timeout` in seconds for a whole call."""
        self._ref, self._base_url, self._timeout, self._reveal = token, base_url, timeout, reveal
        self._session: aiohttp.ClientSession | None = None

    async def call(self, ask: Ask) -> Mapping[str, Any]:
        """What Slack answers to `ask`, for which one call of the SDK's client is meant; raises `DeliveryFault`."""
        return (await self._ask(ask))[0]

    async def scopes(self) -> frozenset[str]:
        """What the token may do; empty where Slack does not say. Raises `DeliveryFault`."""
        _, headers = await self._ask(lambda slack: slack.auth_test())
        told = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), "")
        return frozenset(scope.strip() for scope in str(told).split(",") if scope.strip())

    async def answer(self, address: str, body: Mapping[str, Any]) -> None:
        """Post `body` to an address Slack gave for an answer; raises `DeliveryFault`, which does not name the address."""
        fault: DeliveryFault | None = None
        try:
            async with self._opened().post(address, json=body, allow_redirects=False) as response:
                if response.status >= 400:
                    fault = answered(response.status, response.headers, None)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            fault = unanswered(error, sent=False)
        if fault:
            raise fault

    async def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        session, self._session = self._session, None
        if session:
            await session.close()

    async def _ask(self, ask: Ask) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """Body and headers; the fault is raised outside the handler, so that no error with the token in its frames hangs on it."""
        slack, progress = self._client(), _Progress()
        reset = _PROGRESS.set(progress)
        try:
            response = await ask(slack)
            if isinstance(response.data, Mapping):
                return response.data, response.headers
            fault = unreadable(sent=progress.sent)  # the SDK takes bytes of any kind for a success
        except SlackApiError as error:
            answer = error.response
            # The SDK hands over its own response, or aiohttp's where the body was no JSON.
            status = int(getattr(answer, "status_code", 0) or getattr(answer, "status", 0))
            fault = answered(status, answer.headers, getattr(answer, "data", None))
        except (aiohttp.ClientError, OSError) as error:
            fault = unanswered(error, sent=progress.sent)
        except (ValueError, AttributeError):
            # The SDK trips over bodies that are JSON but no object, or plain text, or undecodable.
            fault = unreadable(sent=progress.sent)
        finally:
            _PROGRESS.reset(reset)
        raise fault

    def _client(self) -> AsyncWebClient:
        """The SDK's client without its retries (they post twice if an answer is lost) and without a proxy from the environment."""
        token = self._token()
        client = AsyncWebClient(
            token=token,
            base_url=self._base_url,
            session=self._opened(),
            retry_handlers=[],
            trust_env_in_session=False,
        )
        client.proxy = None
        return client

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_on_sent)
            self._session = aiohttp.ClientSession(
                # A kept connection that Slack closes just as it is used again would leave a doubt each time.
                connector=aiohttp.TCPConnector(force_close=True),
                timeout=aiohttp.ClientTimeout(total=self._timeout),
                trust_env=False,
                trace_configs=[trace],
            )
        return self._session

    def _token(self) -> str:
        try:
            token = self._reveal(self._ref).strip()
        except ConfigError as error:
            raise DeliveryFault(str(error), reason="auth", again=False) from None
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise DeliveryFault(f"the token in {self._ref} is no token", reason="auth", again=False)
        return token

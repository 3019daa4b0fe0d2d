"""Tells a Slack channel, through a bot token and `chat.postMessage`.

Slack has no idempotency key (slackapi/slack-api-specs#10), so a lost answer leaves a doubt. Each message carries its delivery's id
as metadata; when a delivery comes back in doubt, the channel's history is read first and a message found there is adopted instead
of posted again. That needs the scope `channels:history` (`groups:history` for private channels) and a channel id as target;
without them the message is posted, marked as a possible repeat.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import aiohttp
from pydantic import BaseModel, ConfigDict, Field
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from rarewatch.clock import now
from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers import Reveal
from rarewatch.notifiers._slack_blocks import EVENT, payload
from rarewatch.notifiers._slack_faults import answered, unanswered, unreadable
from rarewatch.nouns.alert import Message, Receipt, Target
from rarewatch.nouns.secret import SecretRef

_PAGES, _PAGE = 5, 200
_SKEW = 120.0
"""Seconds by which Slack's clock may be behind ours when the history is searched."""


@dataclass(slots=True)
class _Wire:
    """How far one request came."""

    sent: bool = False


_WIRE: ContextVar[_Wire | None] = ContextVar("rarewatch_slack_wire", default=None)


async def _on_sent(*_: object) -> None:
    wire = _WIRE.get()
    if wire is not None:
        wire.sent = True


class Slack:
    """The Slack notifier; targets are channel ids (`C0123456789`) or, without the look into the history, `#names`."""

    class Options(BaseModel):
        """The keys of a Slack notifier."""

        model_config = ConfigDict(extra="forbid", frozen=True)
        token: Annotated[SecretRef, Field(description="where the bot token (xoxb-…) is found")]
        base_url: Annotated[
            str,
            Field(pattern=r"^https?://[^\s/]+(/\S*)?$", description="address of Slack's Web API, up to and with the last slash"),
        ] = "https://slack.com/api/"
        timeout: Annotated[float, Field(gt=0, le=300, description="seconds one call to Slack may take altogether")] = 15.0

    def __init__(self, options: Options, reveal: Reveal) -> None:
        """`reveal` is asked for the token at each call, so that a renewed secret file needs no restart."""
        self._settings, self._reveal = options, reveal
        self._session: aiohttp.ClientSession | None = None

    def render(self, message: Message, target: Target) -> Mapping[str, Any]:
        """The arguments of `chat.postMessage`: pure, within Slack's limits, everything foreign shown literally."""
        return payload(message, target)

    async def send(self, message: Message, target: Target) -> Receipt:
        """Tell `target` once: adopt the message that arrived in doubt, else post. Raises `DeliveryFault`."""
        body = self.render(message, target)
        if message.possible_repeat:
            arrived = await self._find(message, target)
            if arrived:
                return arrived
        answer = await self._call(lambda slack: slack.chat_postMessage(**body))
        return _receipt(answer.get("channel"), answer.get("ts"))

    async def close(self) -> None:
        """Close the connections; a later `send` opens new ones."""
        session, self._session = self._session, None
        if session:
            await session.close()

    async def _find(self, message: Message, target: Target) -> Receipt | None:
        """The message of this very delivery, if an earlier attempt brought it into the channel."""
        oldest = f"{message.seen_at.timestamp() - _SKEW:.6f}"
        cursor: str | None = None
        for _ in range(_PAGES):
            try:
                page = await self._history(target.to, oldest, cursor)
            except DeliveryFault as fault:
                if not fault.again:  # not allowed to look: the repeat is marked, and better than a loss
                    return None
                fault.in_doubt = True  # the earlier attempt still is
                raise
            for found in page.get("messages") or ():
                if _delivery(found) == message.delivery:
                    return _receipt(page.get("channel", target.to), found.get("ts"))
            cursor = (page.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                return None
        return None

    async def _history(self, channel: str, oldest: str, cursor: str | None) -> Mapping[str, Any]:
        return await self._call(
            lambda slack: slack.conversations_history(
                channel=channel, oldest=oldest, limit=_PAGE, cursor=cursor, include_all_metadata=True
            )
        )

    async def _call(self, ask: Callable[[AsyncWebClient], Awaitable[AsyncSlackResponse]]) -> Mapping[str, Any]:
        """One call; the fault is raised outside the handler, so that no error with the token in its frames hangs on it."""
        slack, wire = self._client(), _Wire()
        reset = _WIRE.set(wire)
        try:
            data = (await ask(slack)).data
            if isinstance(data, Mapping):
                return data
            fault = unreadable(sent=wire.sent)  # the SDK takes bytes of any kind for a success
        except SlackApiError as error:
            response = error.response
            # The SDK hands over its own response, or aiohttp's where the body was no JSON.
            status = int(getattr(response, "status_code", 0) or getattr(response, "status", 0))
            fault = answered(status, response.headers, getattr(response, "data", None))
        except (aiohttp.ClientError, OSError) as error:
            fault = unanswered(error, sent=wire.sent)
        except (ValueError, AttributeError):
            # The SDK trips over bodies that are JSON but no object, or plain text, or undecodable.
            fault = unreadable(sent=wire.sent)
        finally:
            _WIRE.reset(reset)
        raise fault

    def _client(self) -> AsyncWebClient:
        """The SDK's client without its retries (they post twice if an answer is lost) and without a proxy from the environment."""
        token = self._token()
        if self._session is None or self._session.closed:
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_on_sent)
            self._session = aiohttp.ClientSession(
                # A kept connection that Slack closes just as it is used again would leave a doubt each time.
                connector=aiohttp.TCPConnector(force_close=True),
                timeout=aiohttp.ClientTimeout(total=self._settings.timeout),
                trust_env=False,
                trace_configs=[trace],
            )
        client = AsyncWebClient(
            token=token,
            base_url=self._settings.base_url,
            session=self._session,
            retry_handlers=[],
            trust_env_in_session=False,
        )
        client.proxy = None
        return client

    def _token(self) -> str:
        try:
            token = self._reveal(self._settings.token).strip()
        except ConfigError as error:
            raise DeliveryFault(str(error), reason="auth", again=False) from None
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise DeliveryFault(f"the token in {self._settings.token} is no token", reason="auth", again=False)
        return token


def _delivery(found: Mapping[str, Any]) -> str:
    """The delivery id a message in the history carries, "" where it is none of ours."""
    metadata = found.get("metadata") or {}
    return str((metadata.get("event_payload") or {}).get("delivery_id", "")) if metadata.get("event_type") == EVENT else ""


def _receipt(channel: object, ts: object) -> Receipt:
    """Slack's ts is the moment it took the message, in seconds since 1970, and the message's id within the channel."""
    words = str(ts or "")
    known = re.fullmatch(r"\d{1,11}\.\d{1,9}", words)
    return Receipt({"channel": str(channel or ""), "ts": words}, datetime.fromtimestamp(float(words), UTC) if known else now())

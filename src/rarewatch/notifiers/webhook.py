"""Tells a program of yours: one signed POST of JSON, documented by `config/schema/webhook-message.json`.

There is no look back whether a lost answer's message arrived: a receiver recognises a repeat by the delivery id, which is in a
header and in the message.
"""

import asyncio
import math
import re
import ssl
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any, ClassVar, Final
from urllib.parse import quote, urlsplit

import aiohttp
from pydantic import BaseModel, ConfigDict, Field

from rarewatch import __version__, guard
from rarewatch.clock import now
from rarewatch.errors import ConfigError, DeliveryFault
from rarewatch.notifiers import Reveal, _webhook_payload
from rarewatch.nouns.alert import Message, Receipt, Target
from rarewatch.nouns.secret import SecretRef
from rarewatch.text import wording

_IDS: Final = ("Rarewatch-Receipt", "X-Request-Id")
"""Headers of an answer that may name what was taken, the first one there counts."""
_LEAST_SECRET = 16


class WebhookOptions(BaseModel):
    """The keys of a webhook notifier."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    secrets: Annotated[
        tuple[SecretRef, ...],
        Field(min_length=1, max_length=5, description="secrets to sign with; two while one takes the place of the other"),
    ]
    allow_private: Annotated[bool, Field(description="addresses that are not public, and plain http, are allowed")] = False
    timeout: Annotated[float, Field(gt=0, le=300, description="seconds one attempt may take altogether")] = 10.0


@dataclass(slots=True)
class _Wire:
    """How far one request came."""

    sent: bool = False


async def _on_sent(_session: object, context: Any, _params: object) -> None:
    context.trace_request_ctx.sent = True


class Webhook:
    """The webhook channel; a target's `to` is the address to post to."""

    Options: ClassVar[type[BaseModel]] = WebhookOptions

    def __init__(self, options: WebhookOptions, reveal: Reveal) -> None:
        """Look at the secrets now, so that a mistake shows at the start; they are read anew for each attempt.

        Raises `ConfigError` where one of them is not there or too short to protect anything.
        """
        self._options, self._reveal = options, reveal
        self._session: aiohttp.ClientSession | None = None
        self._names: ThreadPoolExecutor | None = None
        self._secrets()

    def render(self, message: Message, target: Target) -> Mapping[str, Any]:
        """The message as it is sent, see `_webhook_payload`."""
        del target
        return _webhook_payload.payload(message)

    async def send(self, message: Message, target: Target) -> Receipt:
        """Post once; the receipt holds the `status` and, where the answer names one, an `id`.

        Raises `DeliveryFault`. Redirects are not followed: the address in the configuration is the one that is trusted.
        """
        told = self.render(message, target)
        content = _webhook_payload.body(told)
        self._check(target.to)
        headers = self._headers(str(told["delivery"]), content)
        status, answer = await self._post(target.to, content, headers)
        if not 200 <= status < 300:
            raise answered(status, answer.get("Retry-After", ""), now())
        named = next((answer[name] for name in _IDS if re.fullmatch(r"[\x21-\x7e]{1,200}", answer.get(name, ""))), "")
        return Receipt({"status": str(status), **({"id": named} if named else {})}, now())

    async def close(self) -> None:
        """Close the connections; a later `send` opens new ones."""
        session, self._session = self._session, None
        names, self._names = self._names, None
        if session:
            await session.close()
        if names:
            names.shutdown(wait=False, cancel_futures=True)

    def _check(self, address: str) -> None:
        """Refuse an address that is none, or one that must not be spoken to; the words do not repeat it, it may hold a token."""
        private = self._options.allow_private
        parts = urlsplit(address) if wording.safe_link(address) else None
        if parts is None or not parts.hostname or parts.username is not None:
            raise _refused("the target is no web address such as https://example.org/hook (without a name or password in it)")
        if parts.scheme.lower() != "https" and not private:
            raise _refused("the target must begin with https: others could read along (allow_private allows plain http)")
        try:
            guard.check_host(parts.hostname, private=private)
        except guard.Forbidden as error:
            raise _refused(f"{error} (allow_private allows it)") from None

    def _secrets(self) -> list[str]:
        found = [self._reveal(ref).strip() for ref in self._options.secrets]
        for ref, secret in zip(self._options.secrets, found, strict=True):
            if len(secret) < _LEAST_SECRET:
                hint = f"at least {_LEAST_SECRET} characters, as `openssl rand -hex 32` makes them"
                raise ConfigError(f"the secret in {ref} is too short to sign with", hint=hint)
        return found

    def _headers(self, delivery: str, content: bytes) -> dict[str, str]:
        timestamp = str(int(now().timestamp()))
        try:
            signed = _webhook_payload.signature(timestamp, content, self._secrets())
        except ConfigError as error:
            raise DeliveryFault(str(error), reason="auth", again=False) from None
        return {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": f"rarewatch/{__version__}",
            "Rarewatch-Delivery": quote(delivery),
            "Rarewatch-Timestamp": timestamp,
            "Rarewatch-Signature": signed,
        }

    async def _post(self, address: str, content: bytes, headers: Mapping[str, str]) -> tuple[int, Mapping[str, str]]:
        """Status and headers of the answer; its body is not read."""
        wire = _Wire()
        try:
            async with self._open().post(
                address, data=content, headers=headers, allow_redirects=False, trace_request_ctx=wire
            ) as answer:
                return answer.status, answer.headers
        except guard.Forbidden as error:
            # Names change, and a network may lie for a while: another attempt may find the right address.
            raise DeliveryFault(str(error), reason="connection", again=True) from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise unanswered(error, sent=wire.sent) from None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._names = self._names or ThreadPoolExecutor(2, "webhook-names")
            trace = aiohttp.TraceConfig()
            trace.on_request_headers_sent.append(_on_sent)
            self._session = aiohttp.ClientSession(
                # A kept connection that is closed just as it is used again would leave a doubt each time.
                connector=aiohttp.TCPConnector(
                    resolver=guard.Resolver(self._names, private=self._options.allow_private),
                    ssl=ssl.create_default_context(),
                    force_close=True,
                ),
                timeout=aiohttp.ClientTimeout(total=self._options.timeout),
                cookie_jar=aiohttp.DummyCookieJar(),
                trust_env=False,
                trace_configs=[trace],
            )
        return self._session


def answered(status: int, retry_after: str, at: datetime) -> DeliveryFault:
    """The fault behind an answer that is no success; `retry_after` as printed, `at` the present."""
    after = _seconds(retry_after, at)
    if status == 429 or (status == 503 and after is not None):
        return DeliveryFault(f"the receiver asks to wait (HTTP {status})", reason="rate", again=True, after=after)
    if status >= 500:
        detail = f"the receiver is in trouble (HTTP {status})"
        return DeliveryFault(detail, reason="server", again=True, after=after, in_doubt=True)
    if status in (408, 425):
        return DeliveryFault(f"the receiver wants it again (HTTP {status})", reason="server", again=True, after=after)
    if status in (401, 403):
        return DeliveryFault(f"the receiver refused us (HTTP {status}): is it the same secret?", reason="auth", again=False)
    if status < 400:
        return _refused(f"the receiver is at another address (HTTP {status}); write that one, redirects are not followed")
    return _refused("the receiver is gone for good (HTTP 410)" if status == 410 else f"the message is refused (HTTP {status})")


def unanswered(error: BaseException, *, sent: bool) -> DeliveryFault:
    """The fault behind a request without an answer; `sent` says whether any of it may have left this machine."""
    late = isinstance(error, (TimeoutError, asyncio.TimeoutError))
    detail = "no answer in time" if late else _words(error)
    detail += " after the message was sent" if sent else ""
    return DeliveryFault(detail, reason="deadline" if late else "connection", again=True, in_doubt=sent)


def _words(error: BaseException) -> str:
    """What happened, in words that hold no address."""
    if isinstance(error, (aiohttp.ClientConnectorCertificateError, aiohttp.ClientSSLError, ssl.SSLError)):
        return "the certificate is not to be trusted, or the TLS handshake failed"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "no such name"
    return f"the connection failed ({type(error).__name__})"


def _refused(detail: str) -> DeliveryFault:
    return DeliveryFault(detail, reason="client", again=False)


def _seconds(printed: str, at: datetime) -> float | None:
    """The delay a Retry-After asks for: a number of seconds, or a date."""
    try:
        seconds = float(printed)
    except ValueError:
        try:
            date = parsedate_to_datetime(printed)
        except (ValueError, OverflowError):
            return None
        seconds = max(0.0, ((date if date.tzinfo else date.replace(tzinfo=UTC)) - at).total_seconds())
    return seconds if math.isfinite(seconds) and seconds >= 0 else None

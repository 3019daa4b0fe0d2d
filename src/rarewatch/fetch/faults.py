"""The one place where failures of HTTP become named faults of a source.

The texts are ours: a library's message may hold an address with its credentials, or a header.
"""

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import aiohttp

from rarewatch.errors import BadTLS, ForbiddenAddress, Missing, RateLimited, Refused, ServerTrouble, SourceFault, Unreachable
from rarewatch.guard import Forbidden
from rarewatch.text.challenge import challenge

LONGEST_REST = 86_400.0
"""A day: what a server may ask for at most, in seconds."""

_REFUSED = {
    401: "a login is wanted",
    403: "forbidden",
    405: "the method is not allowed, often an anti-bot page",
    412: "often an anti-bot page",
    451: "withheld for legal reasons",
    521: "often an anti-bot page",
}
_MISSING = {404: "not found", 410: "gone for good"}


def of_status(status: int, headers: Mapping[str, str], url: str, now: datetime) -> SourceFault:
    """The fault for a status that is neither 200 nor an expected 304; `headers` with names in lower case."""
    retry_after = headers.get("retry-after", "")
    mark = challenge(status, headers, b"")
    if mark and status != 429:
        return Refused(f"status {status}: an anti-bot page ({mark})", url=url)
    if status == 429 or (status == 503 and retry_after):
        after = rest(retry_after, now)
        wish = "" if after is None else f", again in {after:.0f} s"
        return RateLimited(f"status {status}: too many requests{wish}", url=url, after=after)
    if status in _REFUSED:
        return Refused(f"status {status}: {_REFUSED[status]}", url=url)
    if status in _MISSING:
        return Missing(f"status {status}: {_MISSING[status]}", url=url)
    words = "the server failed" if status >= 500 else "not an answer we can use"
    return ServerTrouble(f"status {status}: {words}", url=url)


def rest(value: str, now: datetime) -> float | None:
    """Retry-After (whole seconds or an HTTP date, RFC 9110 10.2.3) as seconds from `now`, from 0 to a day; None if unreadable."""
    text = value.strip()
    if text.isascii() and text.isdigit():
        return min(float(text), LONGEST_REST)
    try:
        moment = parsedate_to_datetime(text)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max((aware - now).total_seconds(), 0.0), LONGEST_REST)
    except (ValueError, TypeError, OverflowError):
        return None


def of_proxy(status: int, url: str) -> SourceFault:
    """The fault for a proxy that does not pass a request on."""
    why = "its login is wanted, or wrong" if status == 407 else "it does not get through, or refuses to"
    return Unreachable(f"the proxy answers with status {status}: {why}", url=url)


def of_network(error: BaseException, url: str, *, proxied: bool = False) -> SourceFault:
    """The fault for an exception from the connection; `error` is httpx's, aiohttp's, the guard's or the system's.

    httpx's name for it is ignored in favour of its cause: the transport calls every lost connection a time-out. What is `proxied`
    connects to the proxy only.
    """
    cause = error.__cause__ if isinstance(error.__cause__, aiohttp.ClientError | OSError) else error
    if isinstance(cause, Forbidden):
        return ForbiddenAddress(str(cause), url=url)
    if isinstance(cause, aiohttp.ClientConnectorCertificateError):
        return BadTLS(_certificate(cause), url=url)
    if isinstance(cause, aiohttp.ClientSSLError | ssl.SSLError):
        return BadTLS("the TLS handshake failed", url=url)
    if isinstance(cause, aiohttp.ClientHttpProxyError):
        return of_proxy(cause.status, url)
    if isinstance(cause, aiohttp.ClientResponseError):
        return ServerTrouble("the answer is not proper HTTP", url=url)
    whose = "the proxy: " if proxied and isinstance(cause, aiohttp.ClientConnectorError) else ""
    return Unreachable(whose + _words(cause), url=url)


def _certificate(error: aiohttp.ClientConnectorCertificateError) -> str:
    inner = error.certificate_error
    why = inner.verify_message if isinstance(inner, ssl.SSLCertVerificationError) else ""
    return f"the certificate is not to be trusted{': ' if why else ''}{why}"


def _words(cause: BaseException) -> str:
    """What happened to the connection, in words of ours."""
    if isinstance(cause, aiohttp.ClientConnectorDNSError):
        return "no such name"
    if isinstance(cause, TimeoutError):
        return "no connection in time"
    if isinstance(cause, aiohttp.ClientConnectorError):
        return f"no connection ({cause.os_error.strerror or 'refused'})"
    if isinstance(cause, aiohttp.ClientPayloadError):
        return "the answer stopped early"
    if isinstance(cause, aiohttp.InvalidURL):
        return "not an address that can be asked"
    return "the connection was lost"

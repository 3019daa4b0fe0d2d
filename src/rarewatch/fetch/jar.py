"""The cookies of one visit: what a page sets goes back to its site with the next request, and nothing outlives the visit.

RFC 6265, with narrower borders: a cookie goes to the origin that set it (or the same host now with TLS), and where it names a
domain to the hosts of that domain over the same scheme and port. There is no list of public suffixes here; a domain that looks
like one is refused.
"""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from rarewatch.clock import Clock
from rarewatch.fetch.address import Address

MOST = 50
"""Cookies a visit keeps; of more, the oldest go."""
LARGEST = 4_096
"""Bytes of a cookie's name and value; a larger one is not taken."""

_SECOND_LEVEL = re.compile(r"(?:com|net|org|gov|edu|ac|mil|co|go|or|ne|gob|[a-z]{2})\Z")
"""What stands before a country's name in public suffixes: gov.cn, com.cn, co.uk, and a province's as in bj.cn."""


@dataclass(frozen=True, slots=True)
class _Cookie:
    """`domain` is "" for a cookie of its host alone; `ends` is in seconds since 1970, None for the visit's end."""

    name: bytes
    value: bytes
    home: Address
    domain: str
    path: str
    secure: bool
    ends: float | None

    def goes_to(self, at: Address) -> bool:
        """Whether it is sent with a request to `at`."""
        if self.secure and at.url.scheme != "https":
            return False
        if self.domain:
            there = at.on_host(self.home.host) if _within(at.host, self.domain) else at
            return self.home.keeps_secrets(there) and self._covers(at.path)
        return self.home.keeps_secrets(at) and self._covers(at.path)

    def _covers(self, path: str) -> bool:
        return path.startswith(self.path) and (self.path.endswith("/") or path[len(self.path) :][:1] in {"", "/"})


class Jar:
    """Cookies by name, domain and path; belongs to one visit."""

    def __init__(self, clock: Clock) -> None:
        """`clock` says when a cookie is over."""
        self._clock = clock
        self._cookies: dict[tuple[bytes, str, str], _Cookie] = {}

    def take(self, at: Address, lines: Iterable[str]) -> None:
        """Keep what the answer from `at` set, by the `lines` of its Set-Cookie headers; what breaks the rules is dropped."""
        for line in lines:
            cookie = _read(at, line, self._clock().timestamp())
            if cookie is None:
                continue
            key = (cookie.name, cookie.domain or cookie.home.lane, cookie.path)
            self._cookies.pop(key, None)
            if cookie.ends is None or cookie.ends > self._clock().timestamp():
                self._cookies[key] = cookie
                if len(self._cookies) > MOST:
                    del self._cookies[next(iter(self._cookies))]

    def header(self, at: Address) -> bytes:
        """The Cookie header's value for a request to `at`; b"" for none. The longest path comes first."""
        if not self._cookies:
            return b""
        now = self._clock().timestamp()
        fit = [one for one in self._cookies.values() if (one.ends is None or one.ends > now) and one.goes_to(at)]
        fit.sort(key=lambda cookie: -len(cookie.path))
        return b"; ".join(cookie.name + b"=" + cookie.value for cookie in fit)

    def plain(self) -> list[dict[str, object]]:
        """The cookies as a browser takes them; it does not tell the ports of a host apart."""
        return [
            {
                "name": cookie.name.decode("utf-8", "replace"),
                "value": cookie.value.decode("utf-8", "replace"),
                "domain": f".{cookie.domain}" if cookie.domain else cookie.home.host,
                "path": cookie.path,
                "secure": cookie.secure,
                **({} if cookie.ends is None else {"expires": cookie.ends}),
            }
            for cookie in self._cookies.values()
        ]


def _read(at: Address, line: str, now: float) -> _Cookie | None:
    pair, *rest = line.split(";")
    name, equals, value = (part.strip() for part in pair.partition("="))
    raw = (name.encode("utf-8", "surrogateescape"), value.encode("utf-8", "surrogateescape"))
    if not equals or not name or len(raw[0]) + len(raw[1]) > LARGEST or not (name + value).isprintable():
        return None
    marks = {key.strip().lower(): text.strip() for key, _, text in (part.partition("=") for part in rest)}
    secure = "secure" in marks
    domain = marks.get("domain", "").lower().removeprefix(".")
    if domain and (not _within(at.host, domain) or (_is_shared(domain) and domain != at.host)):
        return None
    if (secure and at.url.scheme != "https") or (name.startswith("__Host-") and domain):
        return None
    path = marks.get("path", "")
    path = path if path.startswith("/") else at.path.rpartition("/")[0] or "/"
    return _Cookie(*raw, at, "" if _is_shared(domain) else domain, path, secure, _ends(marks, now))


def _ends(marks: dict[str, str], now: float) -> float | None:
    """When the cookie is over; Max-Age counts before Expires (RFC 6265, 5.3), what cannot be read does not count."""
    age = marks.get("max-age", "")
    if re.fullmatch(r"-?[0-9]{1,12}", age, re.ASCII):
        return now + int(age)
    try:
        return parsedate_to_datetime(marks["expires"].replace("-", " ")).timestamp()
    except (KeyError, ValueError, TypeError, OverflowError):
        return None


def _within(host: str, domain: str) -> bool:
    return host == domain or (host.endswith(f".{domain}") and not _is_number(host))


def _is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_shared(domain: str) -> bool:
    """Whether a domain, by its look, belongs to nobody in particular (`cn`, `gov.cn`) or is no domain (an address, `localhost`)."""
    labels = domain.split(".")
    if _is_number(domain) or len(labels) < 2 or not all(labels):
        return True
    return len(labels) == 2 and len(labels[1]) == 2 and _SECOND_LEVEL.match(labels[0]) is not None

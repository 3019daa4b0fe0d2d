"""One request on its way: where it goes next, what it carries there, and what it leaves behind at a host's border. No I/O."""

from collections.abc import Iterable, Mapping

import httpx

from rarewatch.errors import BadRedirect, Unreachable
from rarewatch.fetch.address import Address, address
from rarewatch.fetch.body import ACCEPTED
from rarewatch.fetch.jar import Jar
from rarewatch.nouns.source import Access, Get, Validators

MAX_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})

_ALWAYS = {
    b"accept": b"*/*",
    b"accept-encoding": ACCEPTED.encode(),
    b"accept-language": b"zh-CN,zh;q=0.9,en;q=0.5",
}
_HARMLESS = frozenset({*_ALWAYS, b"user-agent", b"content-type"})


class Trip:
    """A request from its first address to its answer.

    `left` is what remains of the time for it all, in seconds. Extra headers and credentials go to the first origin only; cookies
    are the jar's, which may outlive the trip.
    """

    def __init__(self, get: Get, access: Access, agent: str, jar: Jar) -> None:
        """Raises `Unreachable` when the address cannot be asked."""
        try:
            self.at = address(get.url)
        except ValueError as error:
            raise Unreachable(str(error)) from None
        self.left, self.hops = access.timeout, 0
        self._method, self._body = get.method, get.body
        self._conditions = _conditions(get.validators) if get.validators is not None else {}
        self._headers = {**_ALWAYS, b"user-agent": _bytes(access.user_agent or agent)}
        if self.at.login:
            self._headers[b"authorization"] = self.at.login
        if access.headers or get.headers or get.body is not None:
            self._add(access.headers, get.headers, has_body=get.body is not None)
        self._jar = jar
        self._been: set[tuple[str, str, bytes]] = set()

    def _add(self, *extra: Mapping[str, str], has_body: bool) -> None:
        if has_body:
            self._headers[b"content-type"] = b"application/x-www-form-urlencoded"
        for headers in extra:
            self._headers.update((_bytes(name.lower()), _bytes(value)) for name, value in headers.items())
        self._headers[b"accept-encoding"] = _ALWAYS[b"accept-encoding"]

    @property
    def conditional(self) -> bool:
        """Whether 304 would be an answer to what is being asked."""
        return bool(self._conditions)

    def request(self) -> httpx.Request:
        """The request for the present address."""
        headers = {**self._headers, **self._conditions}
        if cookie := self._cookie():
            headers = {**headers, b"cookie": cookie}
        return httpx.Request(self._method, self.at.url, headers=headers, content=self._body)

    def take(self, set_cookies: Iterable[str]) -> None:
        """Keep the cookies of the answer from the present address."""
        self._jar.take(self.at, set_cookies)

    def follow(self, status: int, location: bytes, set_cookies: Iterable[str]) -> None:
        """Go where a redirect points; raises `BadRedirect` when that is nowhere, in a circle, or one too many.

        Its cookies count at once: some sites redirect to the same page until their cookie comes back.
        """
        before, here = self.at, self.at.text
        self.hops += 1
        if self.hops > MAX_REDIRECTS:
            raise BadRedirect(f"more than {MAX_REDIRECTS} redirects", url=here)
        self._been.add((self._method, here, self._cookie()))
        self.take(set_cookies)
        self.at = _target(before, location)
        if status == 303 or (status in {301, 302} and self._method == "POST"):
            self._method, self._body = "GET", None
            self._headers.pop(b"content-type", None)
        if (self._method, self.at.text, self._cookie()) in self._been:
            raise BadRedirect("the redirects go in a circle", url=here)
        if (before.host, before.url.raw_path) != (self.at.host, self.at.url.raw_path):
            # Another page's "not modified" says nothing of this one: an error page that never changes would silence the source.
            self._conditions = {}
        if not before.keeps_secrets(self.at):
            self._leave_behind(here)

    def _leave_behind(self, here: str) -> None:
        if self._body is not None:
            raise BadRedirect("what is posted must not go on to another host", url=here)
        self._headers = {name: value for name, value in self._headers.items() if name in _HARMLESS}

    def _cookie(self) -> bytes:
        own, kept = self._headers.get(b"cookie", b""), self._jar.header(self.at)
        return own + b"; " + kept if own and kept else own or kept


def _target(base: Address, location: bytes) -> Address:
    """Where a Location header points, seen from `base`; its bytes are taken as they are, whatever their charset."""
    if not location:
        raise BadRedirect("a redirect that does not say where to", url=base.text)
    text = "".join(chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in location.strip())
    try:
        return address(str(base.url.join(text)))
    except (ValueError, httpx.InvalidURL) as error:
        why = str(error) if isinstance(error, ValueError) else "not an address that can be read"
        raise BadRedirect(f"redirected to something unusable: {why}", url=base.text) from None


def _conditions(validators: Validators) -> dict[bytes, bytes]:
    """The validators as request headers; one with control characters in it could not be sent and is left out."""
    pairs = ((b"if-none-match", validators.etag), (b"if-modified-since", validators.last_modified))
    return {name: _bytes(value) for name, value in pairs if value and value.isprintable()}


def _bytes(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")

"""A web address as requests need it: parsed once, its credentials taken out of it. No I/O."""

from base64 import b64encode
from dataclasses import dataclass, replace
from functools import lru_cache
from urllib.parse import unquote_to_bytes

import httpx

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Address:
    """A parsed http(s) address: `url` and `text` without userinfo and fragment, `login` the userinfo as an Authorization value."""

    url: httpx.URL
    text: str
    host: str
    port: int
    login: bytes

    @property
    def lane(self) -> str:
        """The host as politeness counts it: name and port."""
        return f"{self.host}:{self.port}"

    @property
    def path(self) -> str:
        """The path alone, as it is sent."""
        return self.url.raw_path.partition(b"?")[0].decode("ascii")

    @property
    def origin(self) -> str:
        """Scheme, host and port, the port only where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.url.scheme}://{host}" + ("" if self.port == _PORTS[self.url.scheme] else f":{self.port}")

    def on_host(self, host: str) -> "Address":
        """The same address on another host."""
        return replace(self, url=self.url.copy_with(host=host), host=host)

    def keeps_secrets(self, other: "Address") -> bool:
        """Whether what was meant for this address may go to `other`: the same origin, or the same host now with TLS."""
        mine, its = (self.url.scheme, self.host, self.port), (other.url.scheme, other.host, other.port)
        return mine == its or (mine, its) == (("http", self.host, 80), ("https", self.host, 443))


@lru_cache(maxsize=16_384)  # the same sources are asked again and again, and parsing costs as much as the rest of a request
def address(text: str) -> Address:
    """Parse an address; raises `ValueError` with our own words, as `text` may hold credentials."""
    try:
        url = httpx.URL(text.partition("#")[0])
    except (httpx.InvalidURL, UnicodeError):
        raise ValueError("not an address that can be read") from None
    if url.scheme not in _PORTS:
        raise ValueError(f"the scheme {url.scheme or '(none)'} is not http or https")
    port = url.port or _PORTS[url.scheme]
    if not url.host or ("%" in url.host and ":" not in url.host) or not 0 < port < 65_536:
        raise ValueError("an address without a usable host and port")
    login = b"Basic " + b64encode(unquote_to_bytes(url.userinfo)) if url.userinfo else b""
    if url.userinfo:
        url = url.copy_with(userinfo=b"")
    return Address(url, str(url), url.host, port, login)

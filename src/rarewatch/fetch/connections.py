"""The connections: guarded ones, ones that may lead to private addresses, and ones through each proxy; never mixed."""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from rarewatch.guard import Resolver

_KEEP_ALIVE = 5.0
_DNS_TTL = 30
_LONGEST_LINE = 65_536


class Connections:
    """Makes a transport when it is first needed, inside the event loop; closed with `aclose`."""

    def __init__(self, names: ThreadPoolExecutor) -> None:
        """`names` are the threads that look names up."""
        self._names = names
        self._tls = httpx.create_ssl_context()
        self._made: dict[tuple[bool, str, str], AiohttpTransport] = {}

    async def send(self, request: httpx.Request, *, private: bool, proxy: str = "", login: str = "") -> httpx.Response:
        """The answer to `request`, from guarded or from private addresses, or through `proxy`.

        `login` is the proxy's `user:password`. A proxy's own address is the operator's word and is not guarded; what it connects
        to, it looks up itself.
        """
        if login and request.url.scheme == "http":
            request.headers["proxy-authorization"] = _basic(login)
        return await self._through(private, proxy, login).handle_async_request(request)

    def _through(self, private: bool, proxy: str, login: str) -> AiohttpTransport:  # noqa: FBT001 - the parts of a key
        transport = self._made.get((private, proxy, login))
        if transport is None:
            through = httpx.Proxy(proxy, headers={"proxy-authorization": _basic(login)} if login else None) if proxy else None
            session = self._session(private=private or bool(proxy))
            transport = AiohttpTransport(verify=self._tls, trust_env=False, client=session, proxy=through)
            self._made[private, proxy, login] = transport
        return transport

    def _session(self, *, private: bool) -> aiohttp.ClientSession:
        connector = aiohttp.TCPConnector(
            resolver=Resolver(self._names, private=private),
            ssl=self._tls,
            ttl_dns_cache=_DNS_TTL,
            keepalive_timeout=_KEEP_ALIVE,
            limit=0,
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            response_class=_Response,
            trust_env=False,
            auto_decompress=False,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in self._made.values():
            await transport.aclose()
        self._made.clear()


def _basic(login: str) -> str:
    return "Basic " + b64encode(login.encode()).decode()


class _Response(aiohttp.ClientResponse):
    """An answer without its reason phrase: httpx-aiohttp 0.2 fails on one that is not UTF-8, and nobody reads it."""

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        await super().start(connection)
        self.reason = ""
        return self

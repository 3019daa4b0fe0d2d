"""Gets one answer from the web: within the time and size allowed, from a permitted address, in the host's turn."""

import asyncio
import hashlib
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport

from rarewatch import __version__, clock
from rarewatch.errors import ForbiddenAddress, RateLimited, TooLarge, TooSlow, Unreachable
from rarewatch.fetch import faults
from rarewatch.fetch.backlog import Backlog
from rarewatch.fetch.body import Body
from rarewatch.fetch.guard import Forbidden, Resolver, check_host
from rarewatch.fetch.lanes import Lanes
from rarewatch.fetch.trip import REDIRECTS, Trip
from rarewatch.nouns.source import Access, Get, Got

CONNECT = 15.0
"""Seconds for name, connection and handshake: hosts that drop packets must not use up a source's whole time."""

_KEEP_ALIVE = 5.0
_DNS_TTL = 30
_LONGEST_LINE = 65_536


class Web:
    """The web as a source sees it; one for the whole program, used from one event loop, closed with `aclose` or `async with`.

    Waiting for a host's turn keeps no request from another host: only who has the turn takes one of the places. Connections to
    sources that may lead to private addresses are kept apart from all others.
    """

    def __init__(
        self,
        *,
        contact: str,
        per_host: int,
        politeness: float,
        at_once: int = 32,
        clock: clock.Clock = clock.now,
        backlog: Backlog | None = None,
    ) -> None:
        """Nothing is opened yet.

        `contact` stands in the User-Agent; `per_host` requests at once and `politeness` seconds between starts, per host;
        `at_once` requests over all hosts, and none while `backlog` has no room.
        """
        self._backlog = backlog
        self._places = asyncio.Semaphore(at_once)
        self._agent = f"rarewatch/{__version__} (+{contact})" if contact else f"rarewatch/{__version__}"
        self._clock = clock
        self._lanes = Lanes(per_host, politeness, clock)
        self._transports: dict[bool, AiohttpTransport] = {}
        # Threads for names: a dead name server holds one for many seconds.
        self._names = ThreadPoolExecutor(max_workers=16, thread_name_prefix="names")
        self._tls = httpx.create_ssl_context()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close every connection."""
        for transport in self._transports.values():
            await transport.aclose()
        self._transports.clear()
        self._names.shutdown(wait=False, cancel_futures=True)

    async def get(self, get: Get, access: Access) -> Got:
        """One answer, 200 or 304, over at most five redirects; `access.timeout` counts from the host's turn.

        Raises a `SourceFault` for everything else, also at once for a host that asked to be left alone.
        """
        trip = Trip(get, access, self._agent)
        cap = access.max_bytes if get.cap is None else min(get.cap, access.max_bytes)
        while True:
            here = trip.at
            try:
                check_host(here.url.host, private=access.allow_private)
            except Forbidden as error:
                raise ForbiddenAddress(str(error), url=here.text) from None
            async with self._lanes.turn(here.lane, here.text), self._places:
                if self._backlog is not None:
                    await self._backlog.room()
                got = await self._ask(trip, access, cap)
            if got is not None:
                return got

    async def _ask(self, trip: Trip, access: Access, cap: int) -> Got | None:
        """One exchange within the trip's time; None when the answer was a redirect."""
        loop, answered, url = asyncio.get_running_loop(), False, trip.at.text
        started = loop.time()
        try:
            async with asyncio.timeout(trip.left):
                response = await self._send(trip, access)
                answered = True
                try:
                    return await self._answer(response, trip, cap)
                finally:
                    await response.aclose()
        except TimeoutError:
            if answered:
                raise TooSlow(f"the answer took longer than {access.timeout:g} s", url=url) from None
            raise Unreachable(f"no answer within {access.timeout:g} s", url=url) from None
        except (httpx.HTTPError, aiohttp.ClientError, OSError, Forbidden) as error:
            raise faults.of_network(error, url) from error
        finally:
            trip.left -= loop.time() - started

    async def _send(self, trip: Trip, access: Access) -> httpx.Response:
        # The transport is asked directly: what httpx.AsyncClient adds (its own cookies, redirects, proxies) must not happen here.
        request = trip.request()
        request.extensions["timeout"] = {"connect": CONNECT, "pool": CONNECT}
        return await self._transport(private=access.allow_private).handle_async_request(request)

    async def _answer(self, response: httpx.Response, trip: Trip, cap: int) -> Got | None:
        status, url = response.status_code, trip.at.text
        if status == 200:
            body = await _body(response, cap, url)
            return Got(url, status, _plain(response), body, hashlib.sha256(body).hexdigest(), self._clock())
        if status == 304 and trip.conditional:
            return Got(url, status, _plain(response), b"", "", self._clock())
        if status in REDIRECTS:
            trip.follow(status, _raw(response, b"location"), response.headers.get_list("set-cookie"))
            return None
        fault = faults.of_status(status, _plain(response), url, self._clock())
        if isinstance(fault, RateLimited) and fault.after:
            self._lanes.rest(trip.at.lane, fault.after)
        raise fault

    def _transport(self, *, private: bool) -> AiohttpTransport:
        """The transport for guarded or for private addresses; made when first needed, inside the event loop."""
        transport = self._transports.get(private)
        if transport is None:
            connector = aiohttp.TCPConnector(
                resolver=Resolver(self._names, private=private),
                ssl=self._tls,
                ttl_dns_cache=_DNS_TTL,
                keepalive_timeout=_KEEP_ALIVE,
                limit=0,
            )
            session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                response_class=_Response,
                trust_env=False,
                auto_decompress=False,
                max_line_size=_LONGEST_LINE,
                max_field_size=_LONGEST_LINE,
            )
            transport = self._transports[private] = AiohttpTransport(verify=self._tls, trust_env=False, client=session)
        return transport


class _Response(aiohttp.ClientResponse):
    """An answer without its reason phrase: httpx-aiohttp 0.2 fails on one that is not UTF-8, and nobody reads it."""

    async def start(self, connection: aiohttp.connector.Connection) -> aiohttp.ClientResponse:
        await super().start(connection)
        self.reason = None
        return self


async def _body(response: httpx.Response, cap: int, url: str) -> bytes:
    """The decompressed body; raises `TooLarge` before anything is read when the announced length is too much already."""
    length = response.headers.get("content-length", "")
    if length.isdigit() and int(length) > cap:
        raise TooLarge(f"{int(length):,} bytes announced, {cap:,} allowed", url=url)
    body = Body(response.headers.get("content-encoding", ""), cap, url)
    async for raw in response.aiter_raw():
        body.add(raw)
    return body.finish()


def _plain(response: httpx.Response) -> dict[str, str]:
    """The headers with names in lower case and values as text, whatever bytes they are; repeated ones joined by a comma."""
    headers: dict[str, str] = {}
    for raw_name, raw in response.headers.raw:
        name = raw_name.decode("latin-1").lower()
        try:
            value = raw.decode()
        except UnicodeDecodeError:
            value = raw.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _raw(response: httpx.Response, name: bytes) -> bytes:
    return next((value for key, value in response.headers.raw if key.lower() == name), b"")

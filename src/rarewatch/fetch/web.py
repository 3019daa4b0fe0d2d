"""Gets one answer from the web: within the time and size allowed, from a permitted address, in the host's turn."""

import asyncio
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import TracebackType
from typing import Self

import aiohttp
import httpx

from rarewatch import __version__, clock
from rarewatch.errors import ConfigError, ForbiddenAddress, RateLimited, TooLarge, TooSlow, Unreachable
from rarewatch.fetch import faults
from rarewatch.fetch.backlog import Backlog
from rarewatch.fetch.body import Body
from rarewatch.fetch.browser import Browser, Frame, is_page
from rarewatch.fetch.connections import Connections
from rarewatch.fetch.jar import Jar
from rarewatch.fetch.lanes import Lanes
from rarewatch.fetch.robots import Robots, RobotsMemory
from rarewatch.fetch.session import Session, lane_of
from rarewatch.fetch.trip import REDIRECTS, Trip
from rarewatch.guard import Forbidden, check_host
from rarewatch.nouns.secret import SecretRef
from rarewatch.nouns.source import Access, Get, Got

CONNECT = 15.0
"""Seconds for name, connection and handshake: hosts that drop packets must not use up a source's whole time."""


class Web:
    """The web as a source sees it; one for the whole program, used from one event loop, closed with `aclose` or `async with`.

    Waiting for a host's turn keeps no request from another host: only who has the turn takes one of the places. Connections to
    sources that may lead to private addresses, and through proxies, are kept apart from all others.
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
        robots: RobotsMemory | None = None,
        reveal: Callable[[SecretRef], str] | None = None,
        chromium: str = "",
    ) -> None:
        """Nothing is opened yet.

        `contact` stands in the User-Agent; `per_host` requests at once and `politeness` seconds between starts, per host;
        `at_once` requests over all hosts, and none while `backlog` has no room. `robots` is where answers of robots.txt are
        recorded, `reveal` gives a proxy's login, `chromium` is the browser's program ("" looks for it).
        """
        self._backlog = backlog
        self._places = asyncio.Semaphore(at_once)
        self._agent = f"rarewatch/{__version__} (+{contact})" if contact else f"rarewatch/{__version__}"
        self._clock = clock
        self._lanes = Lanes(per_host, politeness, clock)
        self._reveal = reveal
        # Threads for names: a dead name server holds one for many seconds.
        self._names = ThreadPoolExecutor(max_workers=16, thread_name_prefix="names")
        self._connections = Connections(self._names)
        self._robots = Robots(self._ask_robots, robots, clock)
        self._browser = Browser(self._names, chromium)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close the browser and every connection."""
        await self._browser.aclose()
        await self._connections.aclose()
        self._names.shutdown(wait=False, cancel_futures=True)

    def session(self) -> Session:
        """What one visit asks through, with `with`: cookies last as long, and its end tells how its hosts receive us."""
        return Session(self._get, self._lanes, self._clock)

    async def get(self, get: Get, access: Access) -> Got:
        """One answer, 200 or 304, over at most five redirects; `access.timeout` counts from the host's turn.

        Raises a `SourceFault` for everything else, also at once for a host that is left alone.
        """
        return await self.session().get(get, access)

    async def _get(self, get: Get, access: Access, jar: Jar) -> Got:
        rendered = access.browser and get.method == "GET" and not get.document
        if rendered:
            self._browser.require(get.url)
            get = replace(get, validators=None)  # the frame of a page says nothing of what its scripts fill in
        cap = access.max_bytes if get.cap is None else min(get.cap, access.max_bytes)
        trip = Trip(get, access, self._agent, jar)
        got = await self._travel(trip, access, cap)
        if rendered and is_page(got):
            frame = Frame(cap, access.user_agent or self._agent, jar, self._login(access))
            return await self._browser.render(got, access, frame)
        return got

    async def _ask_robots(self, url: str, access: Access) -> Got:
        """Any answer of robots.txt that says something, cut at the size allowed."""
        trip = Trip(Get(url), access, self._agent, Jar(self._clock))
        return await self._travel(trip, access, access.max_bytes, whole=False)

    async def _travel(self, trip: Trip, access: Access, cap: int, *, whole: bool = True) -> Got:
        while True:
            here = trip.at
            try:
                check_host(here.url.host, private=access.allow_private)
            except Forbidden as error:
                raise ForbiddenAddress(str(error), url=here.text) from None
            pace = await self._robots.permit(here, access) if access.robots else 0.0
            async with self._lanes.turn(lane_of(here.text, access), here.text, pace), self._places:
                if self._backlog is not None:
                    await self._backlog.room()
                got = await self._ask(trip, access, cap, whole=whole)
            if got is not None:
                return got

    async def _ask(self, trip: Trip, access: Access, cap: int, *, whole: bool) -> Got | None:
        """One exchange within the trip's time; None when the answer was a redirect."""
        loop, answered, url = asyncio.get_running_loop(), False, trip.at.text
        started = loop.time()
        try:
            async with asyncio.timeout(trip.left):
                response = await self._send(trip, access)
                answered = True
                try:
                    return await self._answer(response, trip, access, cap, whole=whole)
                finally:
                    await response.aclose()
        except TimeoutError:
            if answered:
                raise TooSlow(f"the answer took longer than {access.timeout:g} s", url=url) from None
            raise Unreachable(f"no answer within {access.timeout:g} s", url=url) from None
        except (httpx.HTTPError, aiohttp.ClientError, OSError, Forbidden) as error:
            raise faults.of_network(error, url, proxied=bool(access.proxy)) from error
        finally:
            trip.left -= loop.time() - started

    async def _send(self, trip: Trip, access: Access) -> httpx.Response:
        # The transport is asked directly: what httpx.AsyncClient adds (its own cookies, redirects, proxies) must not happen here.
        request = trip.request()
        request.extensions["timeout"] = {"connect": CONNECT, "pool": CONNECT}
        login = self._login(access)
        return await self._connections.send(request, private=access.allow_private, proxy=access.proxy, login=login)

    def _login(self, access: Access) -> str:
        if not access.proxy or access.proxy_login is None:
            return ""
        if self._reveal is None:
            raise Unreachable("the proxy's login cannot be had: secrets are not looked up here")
        try:
            return self._reveal(access.proxy_login)
        except ConfigError as error:
            raise Unreachable(f"the proxy's login cannot be had: {error.message}") from None

    async def _answer(self, response: httpx.Response, trip: Trip, access: Access, cap: int, *, whole: bool) -> Got | None:
        status, url = response.status_code, trip.at.text
        cookies = response.headers.get_list("set-cookie")
        if status in REDIRECTS:
            trip.follow(status, _raw(response, b"location"), cookies)
            return None
        trip.take(cookies)
        if status == 200 or (not whole and 200 < status < 300):
            body = await _body(response, cap, url, whole=whole)
            return Got(url, status, _plain(response), body, hashlib.sha256(body).hexdigest(), self._clock())
        if status == 304 and trip.conditional:
            return Got(url, status, _plain(response), b"", "", self._clock())
        if access.proxy and status == 407:
            raise faults.of_proxy(status, url)
        fault = faults.of_status(status, _plain(response), url, self._clock())
        if isinstance(fault, RateLimited):
            if fault.after:
                self._lanes.rest(lane_of(url, access), fault.after)
        elif not whole and 400 <= status < 500:
            return Got(url, status, _plain(response), b"", "", self._clock())
        raise fault


async def _body(response: httpx.Response, cap: int, url: str, *, whole: bool) -> bytes:
    """The decompressed body; raises `TooLarge` before anything is read when the announced length is too much already.

    Where it need not be `whole`, it ends at `cap` instead.
    """
    length = response.headers.get("content-length", "")
    if whole and length.isdigit() and int(length) > cap:
        raise TooLarge(f"{int(length):,} bytes announced, {cap:,} allowed", url=url)
    body = Body(response.headers.get("content-encoding", ""), cap, url)
    try:
        async for raw in response.aiter_raw():
            body.add(raw)
    except TooLarge:
        if whole:
            raise
        return body.so_far()
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

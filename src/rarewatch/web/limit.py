"""How often one client may ask."""

from collections import OrderedDict
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from aiohttp import web

_CLIENTS = 4_096
_NETWORK = 64


class Limiter:
    """A bucket of requests for each client that refills evenly; clients that did not ask for long are forgotten."""

    def __init__(self, per_minute: int) -> None:
        """`per_minute` is also how many may come at once."""
        self._most = float(per_minute)
        self._left: OrderedDict[str, tuple[float, datetime]] = OrderedDict()

    def allows(self, client: str, now: datetime) -> bool:
        """Count one request of `client` and say whether it is one too many."""
        left, at = self._left.pop(client, (self._most, now))
        passed = max((now - at).total_seconds(), 0.0)
        left = min(self._most, left + passed * self._most / 60.0)
        allowed = left >= 1.0
        self._left[client] = (left - allowed, now)
        if len(self._left) > _CLIENTS:
            self._left.popitem(last=False)
        return allowed


def client_of(request: web.Request) -> str:
    """Who asks: the peer, or whom a proxy on this host names; of an IPv6 address its network, for one client has them all."""
    peer = request.remote or ""
    if _is_loopback(peer):
        said = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        peer = said if _address(said) else peer
    address = _address(peer)
    if isinstance(address, IPv6Address) and not address.is_loopback:
        return str(int(address) >> _NETWORK)
    return peer


def _address(text: str) -> object | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def _is_loopback(text: str) -> bool:
    try:
        return ip_address(text).is_loopback
    except ValueError:
        return False

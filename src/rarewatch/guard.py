"""Which addresses may be spoken to.

A name is resolved once, every address it leads to is checked, and the connection goes to exactly those addresses: a name that
changes its mind between check and connection gains nothing.
"""

import asyncio
import ipaddress
import re
import socket
from concurrent.futures import ThreadPoolExecutor

from aiohttp.abc import AbstractResolver, ResolveResult

_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)\Z", re.IGNORECASE)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_IETF = ipaddress.ip_network("192.0.0.0/24")


class Forbidden(Exception):  # noqa: N818 - it says what the address is
    """An address that must not be spoken to; the text says why."""


def _inner(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 address stands for (mapped, 6to4, NAT64), or the address itself."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour or address


def is_public(text: str) -> bool:
    """Whether an IP address, as text, belongs to the public internet.

    `is_global` alone (CPython 3.11) also holds for multicast, IPv4-compatible, site-local and reserved IPv6 addresses.
    """
    address = _inner(ipaddress.ip_address(text))
    if not address.is_global or address.is_multicast or address.is_reserved:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address not in _IETF
    return not address.is_site_local


def check_host(host: str, *, private: bool) -> None:
    """Refuse a host that is a forbidden address, or a number that resolvers read as an address in disguise.

    Names pass: they are checked when they are resolved. `127.1`, `2130706433` and `0x7f000001` are refused whatever `private`
    says. Raises `Forbidden`.
    """
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if _NUMBER.match(host.rstrip(".").rpartition(".")[2]):
            raise Forbidden(f"{host} is an address in an unusual form") from None
        return
    if not private and not is_public(host):
        raise Forbidden(f"{host} is not a public address")


class Resolver(AbstractResolver):
    """Resolves names on its own threads and, unless `private`, refuses a name with any address that is not public.

    Own threads, because a dead name server holds a thread for many seconds and the event loop's few serve everybody.
    """

    def __init__(self, threads: ThreadPoolExecutor, *, private: bool) -> None:
        """`threads` stay the caller's; `private` lets every address pass."""
        self._threads, self._private = threads, private

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """The addresses of `host`; raises `OSError` when there are none and `Forbidden` when one is not public."""
        found = await asyncio.get_running_loop().run_in_executor(self._threads, _look_up, host, port, family)
        bad = "" if self._private else next((result["host"] for result in found if not is_public(result["host"])), "")
        if bad:
            raise Forbidden(f"{host} leads to {bad}, which is not a public address")
        return found

    async def close(self) -> None:
        """Nothing to close: the threads are the caller's."""


def _look_up(host: str, port: int, family: socket.AddressFamily) -> list[ResolveResult]:
    """The TCP addresses of a name, as aiohttp's connector wants them."""
    infos = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
    return [
        ResolveResult(
            hostname=host,
            host=str(address[0]),
            port=port,
            family=kind,
            proto=proto,
            flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
        )
        for kind, _, proto, _, address in infos
    ]

"""Whose site an address belongs to: the part of a host that is registered, so that www, mobile and news hosts are one. Pure."""

from functools import lru_cache
from ipaddress import ip_address

from rarewatch.text.urls import host_of

_KINDS = frozenset({"com", "net", "org", "gov", "edu", "ac", "mil", "co", "go", "or", "ne", "gob", "gouv", "gc"})
"""Below a country, these say what kind of body registered the name: gov.cn, com.hk, co.jp."""
_PROVINCES = frozenset(
    "bj sh tj cq he sx nm ln jl hl js zj ah fj jx sd ha hb hn gd gx hi sc gz yn xz sn gs qh nx xj tw hk mo".split()  # noqa: SIM905
)


@lru_cache(maxsize=1_024)
def site_of(address: str) -> str:
    """The registered name in the host of `address` (a URL), in lower case; "" where it has no host.

    A country's own kinds (gov.cn, com.cn, co.jp) and China's provinces count as its top level. `www.gov.cn` is the site of the
    central government, and so is whatever stands before it.
    """
    host = host_of(address).rstrip(".")
    labels = host.split(".")
    if len(labels) < 2 or _is_number(host):
        return host
    least = 2
    if len(labels[-1]) == 2 and (labels[-2] in _KINDS or (labels[-1] == "cn" and labels[-2] in _PROVINCES)):
        least = 3
    return ".".join(labels[-least:]).removeprefix("www.")


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True

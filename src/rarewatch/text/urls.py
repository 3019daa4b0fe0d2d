"""One address for one page: what browsers, mailings and trackers add to an address is taken off again."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"^(utm_\w+|spm|scm|fbclid|gclid|yclid|msclkid|mc_cid|mc_eid|igshid|isappinstalled|share_?token|share_?from|sharefrom"
    r"|from(_source|_wecom)?|source_?from|tracking_?id|hmsr|hmpl|hmcu|hmkw|hmci|bd_vid|_hsenc|_hsmi|wfr|ref_src|ref_url)$",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"https?://((?:[a-z0-9-]+\.)+[a-z0-9-]+)(/[A-Za-z0-9/_.~-]*)?")
"""Most addresses: nothing to sort, to drop or to quote."""
_PLAIN_HOST = re.compile(r"https?://([a-z0-9.-]+)(?::[0-9]*)?(?=[/?#]|\Z)")
_DEFAULT_PORTS = {"http": 80, "https": 443}
_SAFE = "/:@!$&'()*+,;=~-._%"


@lru_cache(maxsize=512)  # an item's link is often its key too
def canonical(url: str) -> str:
    """The address as an identity: for comparing, not for fetching.

    Scheme becomes https, host lower case, default port, tracking parameters and fragment go (a fragment that is a route, `#/…` or
    `#!…`, stays), query parameters are sorted. An address that cannot be read comes back stripped but otherwise as it was.
    """
    # A lone surrogate can be neither quoted nor stored.
    text = url.strip().encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if plain := _PLAIN.fullmatch(text):
        return f"https://{plain[1]}{plain[2] or '/'}"
    try:
        parts = urlsplit(text)
        port = parts.port
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return text
    if parts.scheme not in _DEFAULT_PORTS or not host:
        return text
    if port and port not in (_DEFAULT_PORTS[parts.scheme], _DEFAULT_PORTS["https"]):
        host = f"{host}:{port}"
    query = sorted((key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(key))
    fragment = parts.fragment if parts.fragment.startswith(("/", "!")) else ""
    path = quote(unquote(parts.path, errors="surrogateescape"), safe=_SAFE, errors="surrogateescape") or "/"
    return urlunsplit(("https", host, path, urlencode(query, errors="surrogateescape"), fragment))


def host_of(url: str) -> str:
    """The host of `url` in lower case, or "" where there is none."""
    text = url.strip()
    if plain := _PLAIN_HOST.match(text):
        return plain[1]
    try:
        return urlsplit(text).hostname or ""
    except ValueError:
        return ""

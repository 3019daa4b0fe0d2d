"""Addresses and titles as lists give them: made absolute, made one line, told apart. Pure."""

import re
from hashlib import sha256
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborNode

from rarewatch.text.urls import canonical, host_of

_BLANKS = re.compile(r"\s+")
_NOTHING = str.maketrans("", "", "\u200b\u200c\u200d\u2060\ufeff\u00ad")
"""Characters of no width: a blank in their place would cut a word in two."""
_NO_PAGE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|wps|et|ofd|ceb|rtf|csv|zip|rar|7z|gz|jpe?g|png|gif|bmp|webp|mp[34]|avi|flv|mov|wmv|apk|exe)$",
    re.IGNORECASE,
)


def is_page(url: str) -> bool:
    """Whether `url` may lead to a web page; a file is linked, not read."""
    return not _NO_PAGE.search(urlsplit(url).path)


def may_fetch(url: str, own: tuple[str, ...], allowed: tuple[str, ...]) -> bool:
    """Whether the host of `url` is one of the source's `own` hosts or stands in (or, with `*.`, below) `allowed`."""
    host = host_of(url)
    below = (entry[1:].lower() for entry in allowed if entry.startswith("*."))
    return bool(host) and (host in own or host in {entry.lower() for entry in allowed} or any(host.endswith(end) for end in below))


def absolute(href: str, start: str) -> str:
    """`href` as an absolute http address without a plain anchor, or "" where it leads nowhere."""
    bare = "".join(href.split("\n")).replace("\t", "").replace("\r", "").strip()
    if not bare or bare.startswith("#"):
        return ""
    try:
        url = urljoin(start, bare)
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return ""
    return url if parts.fragment.startswith(("/", "!")) else url.partition("#")[0]


def is_root(url: str) -> bool:
    """Whether `url` is a site's front page."""
    parts = urlsplit(url)
    return parts.path in {"", "/"} and not parts.query and not parts.fragment


def line(text: str) -> str:
    """`text` on one line, with single blanks."""
    return _BLANKS.sub(" ", text.translate(_NOTHING)).strip()


def pick(node: LexborNode, selector: str) -> str:
    """The text, or for `css@attribute` the attribute, of the first thing in `node` that has one; "" where none has."""
    css, _, attribute = selector.partition("@")
    for found in node.css(css) if css else [node]:
        text = line(found.attributes.get(attribute) or "" if attribute else found.text())
        if text:
            return text
    return ""


def mark_of(url: str, *parts: str) -> str:
    """The mark (sha-256, hex) of a row that leads to `url`: whatever it says of itself in `parts` makes another row of it."""
    return sha256("\n".join((canonical(url), *parts)).encode("utf-8", "replace")).hexdigest()

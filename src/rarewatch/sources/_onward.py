"""Finds where a page leads that is only a wrapping: a script that jumps, a refresh, a frame. Pure."""

import re
from urllib.parse import urljoin, urlsplit

from selectolax.lexbor import LexborHTMLParser

from rarewatch.text.plain import plain

_LITTLE = 80  # characters a reader sees; more of them are an article, whatever else the page does
_LONGEST = 4_000  # characters of a script that is looked through for a variable: a stub's is short, and this looks twice
_REFRESH = re.compile(r"url\s*=\s*['\"]?\s*([^'\">\s]+)", re.IGNORECASE)
_JUMP = re.compile(
    r"""(?:\blocation(?:\.href)?\s*=\s*|\blocation\.(?:replace|assign)\(\s*|_cofing\d?\s*=\s*\{[^}]*?\bhref\s*:\s*)["']([^"'\s]+)["']"""
)
_VARIABLE = re.compile(
    r"""\b(?P<name>[A-Za-z_$][\w$]*)\s*=\s*["'](?P<to>[^"'\s]+)["'].*?"""
    r"""\blocation(?:(?:\.href)?\s*=|\.(?:replace|assign)\()\s*(?P=name)\b(?!\s*\()""",
    re.DOTALL,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def onward(html: str, url: str) -> str:
    """The absolute http address to which the page `html`, served from `url`, passes its reader on; "" when it is a page itself.

    Jumps in HTML comments (for old browsers) do not count, nor does anything on a page that shows text of its own.
    """
    markup = _COMMENT.sub("", html)
    if len(plain(markup)) > _LITTLE:
        return ""
    page = LexborHTMLParser(markup)
    refresh = [
        match[1]
        for node in page.css("meta[http-equiv=refresh i]")
        if (match := _REFRESH.search(node.attributes.get("content") or ""))
    ]
    scripts = [node.text() for node in page.css("script")]
    jumps = [match[1] for text in scripts for match in _JUMP.finditer(text)]
    jumps += [match["to"] for text in scripts if (match := _VARIABLE.search(text[:_LONGEST]))]
    frames = [node.attributes.get("src") or "" for node in page.css("iframe[src], frame[src]")]
    for target in (*refresh, *jumps, *frames):
        try:
            absolute: str = urljoin(url, target.strip())
            if urlsplit(absolute).scheme in {"http", "https"} and absolute != url:
                return absolute
        except ValueError:
            continue
    return ""

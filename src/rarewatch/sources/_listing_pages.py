"""Where the further pages of a list stand, as its page, or its source's options, say. Pure."""

import re
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from rarewatch.sources._links import absolute, may_fetch
from rarewatch.text.urls import host_of

_TRS = re.compile(
    r"createPage(?:HTML|Html)\s*\(\s*[\"']?(?P<all>\d+)[\"']?\s*,[^)]*?[\"'](?P<stem>[\w-]+)[\"']\s*,\s*[\"'](?P<ending>\w+)[\"']"
)
_NEXT = re.compile(r"^\W*(?:下一?页|后一?页|下頁|下一頁|next(?: page)?)\W*$", re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->|^\s*//[^\n]*$", re.DOTALL | re.MULTILINE)
PAGE, BEFORE = "{page}", "{page-1}"


class Pages:
    """Names the pages of the list at `url`, one after the other, as far as is known after each of them; `turned` counts those read.

    `template` is an address with `{page}` or `{page-1}` in it, "" where the pages themselves say how they go on: by the call that
    TRS sites make for their page numbers, or by a link to the next one.
    """

    def __init__(self, url: str, template: str = "") -> None:
        """`url` is the address the first page was served from."""
        self._url, self._template = url, template
        self._following, self._pages = "", 0
        self.turned = 0

    def learn(self, html: str, at: str) -> None:
        """Take what the page `html`, served from `at`, says of the next one."""
        if self._template:
            return
        markup = _COMMENT.sub("", html)
        if found := _TRS.search(markup):
            self._template = f"{found['stem']}_{BEFORE}.{found['ending']}"
            self._pages = int(found["all"])
        else:
            self._following = _next(markup, at)

    def address(self, number: int) -> str:
        """The address of page `number` (from 2), "" where there is none."""
        if not self._template:
            return self._following
        if self._pages and number > self._pages:
            return ""
        return urljoin(self._url, self._template.replace(PAGE, str(number)).replace(BEFORE, str(number - 1)))


def _next(html: str, at: str) -> str:
    for node in LexborHTMLParser(html.replace("\0", "")).css("a[href]"):
        if _NEXT.match(node.text().strip() or node.attributes.get("title") or ""):
            target = absolute(node.attributes.get("href") or "", at)
            return target if target and target != at and may_fetch(target, (host_of(at),), ()) else ""
    return ""

"""Finds in a Hanweb JPAAS page the unit that builds its list, and in the unit's answer the list. Pure.

    <script parseType="bulidstatic" url="/api-gateway/jpaas-publish-server/front/page/build/unit"
            queryData="{'parseType':'bulidstatic','webId':'…','tplSetId':'…','pageType':'column','tagId':'分页列表','pageId':'…'}">

The spelling of parseType differs from site to site and is sent back as it stands.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from rarewatch.errors import LayoutChanged
from rarewatch.sources._requests import with_query

API = "/api-gateway/jpaas-publish-server/front/page/build/unit"
_PAIR = re.compile(r"""(["'])([A-Za-z]\w{0,40})\1\s*:\s*(["'])((?:(?!\3).){0,400})\3""")
_SIZE = re.compile(r"""["']rows["']\s*:\s*["']?(\d{1,4})\b""")
_LIST_TAGS = ("分页列表", "列表", "list", "内容")
_NEEDED = ("webId", "pageId")
_NAMED = 8  # tag ids that a fault quotes


@dataclass(frozen=True, slots=True)
class Unit:
    """Where a unit is asked for, and with what."""

    url: str
    query: Mapping[str, str]

    @property
    def tag(self) -> str:
        """The name of the part of the page that the unit builds."""
        return self.query.get("tagId", "")

    def address(self, page: int = 1, size: int | None = None) -> str:
        """The address of one page of its list; without a size the first page is the one the site itself shows."""
        if size is None:
            return with_query(self.url, self.query)
        numbers = json.dumps({"pageNo": page, "pageSize": size}, separators=(",", ":"))
        return with_query(self.url, {**self.query, "paramJson": numbers})


def find_units(html: str, url: str) -> list[Unit]:
    """The units that the page `html`, served from `url`, is built of, in its order."""
    units = []
    for node in LexborHTMLParser(html.replace("\0", "")).css("[querydata]"):
        query = {name: value for _, name, _, value in _PAIR.findall(node.attributes.get("querydata") or "")}
        target = node.attributes.get("url") or ""
        if all(query.get(name) for name in _NEEDED) and ("/build/unit" in target or not target):
            units.append(Unit(urljoin(url, target or API), query))
    return list({unit.address(): unit for unit in units}.values())


def choose(units: Sequence[Unit], tag: str, url: str) -> Unit:
    """The unit whose tag id is `tag` or, failing that, holds it; without `tag` the one that seems to build the page's list.

    Raises `LayoutChanged` where there is none, or several and none of them named as a list is.
    """
    wanted = (tag,) if tag else _LIST_TAGS
    named = [unit for word in wanted for unit in units if unit.tag == word]
    named += [unit for word in wanted for unit in units if word.lower() in unit.tag.lower()]
    if named:
        return named[0]
    if len(units) == 1 and not tag:
        return units[0]
    tags = ", ".join(repr(unit.tag) for unit in units[:_NAMED])
    seen = f"the page is built of {len(units)} units with the tag ids {tags}" if units else "no script on the page names a unit"
    raise LayoutChanged(f"{seen}; " + (f"none of them is {tag!r}" if tag else "which of them is the list cannot be told"), url=url)


def list_html(value: Any, url: str) -> str:
    """The markup of the list in a unit's answer; raises `LayoutChanged` where it holds none."""
    answer = value if isinstance(value, dict) else {}
    data = answer.get("data")
    markup = data.get("html") if isinstance(data, dict) else None
    if isinstance(markup, str) and markup.strip() and answer.get("success") is not False:
        return markup
    said = str(answer.get("message") or answer.get("msg") or "")[:100]
    raise LayoutChanged("the unit answers without a list" + (f": {said}" if said else ""), url=url)


def size_of(markup: str, rows: int) -> int:
    """How many rows a page of the list holds: what its pager says, else what was counted."""
    found = _SIZE.search(markup)
    return max(1, min(int(found[1]), rows)) if found and int(found[1]) else max(1, rows)

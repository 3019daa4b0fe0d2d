"""Finds the records that a Hanweb list carries inside its page, or gets from its proxy, as XML or what passes for it. Pure.

    <datastore><nextgroup><![CDATA[<a href="…?page=2&…"></a>]]></nextgroup><totalrecord>61</totalrecord>
    <recordset><record><![CDATA[<li><a href="…">…</a><span>2026-11-20</span></li>]]></record>…</recordset></datastore>

The tags are sometimes escaped once more (`&lt;record&gt;`), and so is the markup inside a record that has no CDATA.
"""

import html
import re
from dataclasses import dataclass

_OPEN, _CLOSE = "<![CDATA[", "]]>"
_HREF = re.compile(r"""href\s*=\s*["']?([^"'\s>]+)""", re.IGNORECASE)
_TOTAL = re.compile(r"<totalrecord>\s*(?:<!\[CDATA\[)?\s*(\d{1,9})\b", re.IGNORECASE)
_PROXY = re.compile(r"""["']?proxyUrl["']?\s*:\s*["']([^"'\s]+)["']""")
_PARAMETER = re.compile(
    r"""\b(col|appid|webid|path|columnid|sourceContentType|unitid|webname|permissiontype)["']?\s*[:=]\s*(["']?)([^"'&,;\s}]*)\2"""
)
_NEAR = 4_000  # characters around the proxy's address in which its parameters stand


@dataclass(frozen=True, slots=True)
class Records:
    """The HTML of every record, in order; the address of the next group ("" where none is named); how many there are in all.

    `found` says whether there was a recordset at all, `cut` that it ends within a record.
    """

    html: tuple[str, ...] = ()
    next_group: str = ""
    total: int | None = None
    found: bool = False
    cut: bool = False


def read_recordset(text: str, unit: str = "") -> Records:
    """The records in `text`: those of the element whose id is `unit`, else of every recordset there is."""
    start, end = _stretch(text, unit)
    store = text[start:end]
    if "<record" not in store and "&lt;record" in store:
        store = html.unescape(store)
    found, cut, at = [], False, 0
    while (opened := _tag(store, "record", at)) >= 0:
        content, after = _element(store, opened, "</record>")
        if after < 0:
            cut = True
            break
        found.append(content)
        at = after
    total = _TOTAL.search(store)
    return Records(
        html=tuple(found),
        next_group=_next_group(store),
        total=int(total[1]) if total else None,
        found=_tag(store, "recordset", 0) >= 0 or bool(found) or cut,
        cut=cut,
    )


def proxy_of(text: str) -> tuple[str, dict[str, str]]:
    """The proxy's address as the page's script names it ("" for none), and the parameters it is asked with."""
    found = _PROXY.search(text)
    if not found:
        return "", {}
    near = text[max(0, found.start() - _NEAR) : found.end() + _NEAR]
    return html.unescape(found[1]), {name: value for name, _, value in _PARAMETER.findall(near) if value}


def _stretch(text: str, unit: str) -> tuple[int, int]:
    if not unit:
        return 0, len(text)
    found = re.search(rf"""\bid\s*=\s*["']?{re.escape(unit)}["'\s>]""", text)
    if found is None:
        return 0, 0
    ends = [at for name in ("</datastore>", "&lt;/datastore&gt;") if (at := text.find(name, found.end())) >= 0]
    return found.end(), min(ends, default=len(text))


def _tag(text: str, name: str, start: int) -> int:
    """Where the content of the next element `name` begins, or -1; `<recordset` is no `<record`."""
    at = start
    while (at := text.find(f"<{name}", at)) >= 0:
        after = at + len(name) + 1
        if text[after : after + 1] in {">", " ", "\t", "\r", "\n"}:
            end = text.find(">", after)
            return end + 1 if end >= 0 else -1
        at = after
    return -1


def _element(text: str, start: int, close: str) -> tuple[str, int]:
    """The markup in the element whose content begins at `start`, and where it ends; -1 where it does not."""
    inside = start + len(text[start : start + 200]) - len(text[start : start + 200].lstrip())
    if text.startswith(_OPEN, inside):
        end = text.find(_CLOSE, inside)
        after = text.find(close, end) if end >= 0 else -1
        return (text[inside + len(_OPEN) : end], after + len(close)) if after >= 0 else ("", -1)
    after = text.find(close, start)
    if after < 0:
        return "", -1
    content = text[start:after]
    return (html.unescape(content) if "&lt;" in content and "<" not in content else content), after + len(close)


def _next_group(store: str) -> str:
    opened = _tag(store, "nextgroup", 0)
    content, after = _element(store, opened, "</nextgroup>") if opened >= 0 else ("", -1)
    found = _HREF.search(content) if after >= 0 else None
    return html.unescape(found[1]) if found else ""

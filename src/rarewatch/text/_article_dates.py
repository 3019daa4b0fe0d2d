"""When a page says it was published, and when it was last changed.

Several dates stand on most pages: of the publication, of a later change, of the document's making and of its entry into force. The
label before a date decides which it is.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from rarewatch.text._article_page import Page

_DECLARED = (
    "pubdate", "firstpublishedtime", "article:published_time", "og:published_time", "og:time", "publishdate", "publish_time",
    "publishtime", "pub_date", "apub:time", "datepublished", "og:release_date", "weibo:article:create_at",
    "bytedance:published_time", "parsely-pub-date", "dc.date", "dc.date.issued", "dcterms.created", "date", "createdate",
)  # fmt: skip
_CHANGED = (
    "lastmodifiedtime", "article:modified_time", "og:updated_time", "bytedance:updated_time", "weibo:article:update_at",
    "og:modified_time", "article:modified", "datemodified", "dateupdate", "lastmodified", "last-modified", "lastmod", "updatetime",
    "dcterms.modified",
)  # fmt: skip
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec"
_CLOCK = (
    r"(?:[\sT,|]*(?:星期.|周.|\(.{1,3}\))?[\s,|]*(?:at )?\d{1,2}\s*[:时]\s*\d\d(?:\s*[:分]\s*\d\d)?(?:\.\d+)?(?:\s*[ap]\.?m\b\.?)?"
    r"\s*(?:Z\b|\(?(?:GMT|UTC)?[+-]\d{1,2}(?::?\d\d)?\b\)?|\b(?:[A-Z]{2}|GM|UT|CS|JS|ES|BJ)T\b|\b(?:UTC|ET)\b)?)"
)
_DATE = re.compile(
    r"(?:(?<![\d/.-])(?:19|20)\d\d\s*[-/.年]\s*\d{1,2}\s*[-/.月]\s*\d{1,2}(?![\d]|[-/.]\d{3})\s*日?"
    rf"|\b(?:{_MONTHS})[a-z]*\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d(?!\d)"
    rf"|(?<!\d)\d{{1,2}}\s+(?:{_MONTHS})[a-z]*\.?,?\s+(?:19|20)\d\d(?!\d))(?P<clock>(?:-(?=\d\d:))?{_CLOCK})?",
    re.IGNORECASE,
)
_SPLIT = re.compile(r"((?:19|20)\d\d)\s*\n?\s*(\d{1,2}\s*[/-]\s*\d{1,2})\s*\n?\s*(\d{1,2}:\d\d(?::\d\d)?)")
_JSON_DATE = re.compile(r'"(?:datePublished|pubDate|publishTime|publish_time|publishedAt|ptime)"\s*:\s*"([^"\n]{8,40})"')
_JSON_CHANGED = re.compile(r'"dateModified"\s*:\s*"([^"\n]{8,40})"')
_LABELLED = re.compile(r"发布|时间|日期|来源|发文|published|posted|updated", re.IGNORECASE)
_CHANGE_LABEL = re.compile(r"(?:更新|修改|变更|修订)[^\d\n]{0,10}$|\b(?:updated?|modified|edited)\b[^\d\n]{0,14}$", re.IGNORECASE)
_OTHER_LABEL = re.compile(r"(?:成文|生效|施行|实施|执行|废止|失效|截止|截至|有效|召开|开标|报名|印发|签发)[^\d\n]{0,8}$")
_PROSE = 100  # characters beside a date from which its line is a sentence of the text


class Dates(NamedTuple):
    """Dates as printed: of publication, the most trusted first; and of the last change."""

    published: tuple[str, ...]
    updated: str


class _Printed(NamedTuple):
    text: str
    clock: bool
    role: str


def has_date(line: str) -> bool:
    """Whether a date of year, month and day stands in `line`."""
    return _DATE.search(unicodedata.normalize("NFKC", line)) is not None


def dates(page: Page, own: str, head: list[str], marked: tuple[str, str], scripted: str = "") -> Dates:
    """The dates of a page.

    `own` is what the source's selector found, `head` the lines around the title, `marked` the `time` elements of publication and
    change, `scripted` the date of a body that stands in a script. What is printed to the minute comes before what is declared, and
    that before a printed day. A change is taken for the publication only where it has the only minute of that day, or is all there
    is: there are publishers that print nothing else from the first hour on.
    """
    printed = list(_printed(head))
    by_role = {role: [one for one in printed if one.role == role] for role in ("", "changed", "other")}
    timed = [one.text for one in by_role[""] if one.clock]
    declared = [page.metas[name] for name in _DECLARED if name in page.metas and re.search(r"\d", page.metas[name])]
    exact = [text for text in declared if _timed(text)]
    scripts = _JSON_DATE.findall(page.html)[:1] if not (timed or declared or marked[0]) else []
    firm = [own, *timed[:1], *exact, *([marked[0]] if _timed(marked[0]) else []), *([scripted] if _timed(scripted) else [])]
    days = [*declared, *(one.text for one in by_role[""][:1]), marked[0], scripted, *scripts]
    changed = _changed(page, by_role["changed"], marked[1])
    said = [text for text in (*firm, *days) if text]
    if changed and not any(map(_timed, said)) and _timed(changed) and all(_day(text) in {"", _day(changed)} for text in said):
        said = [changed, *said]
    rest = [changed, *(one.text for one in by_role["other"][:1])] if not said else []
    return Dates(tuple(dict.fromkeys(text for text in (*said, *rest) if text)), changed)


def _changed(page: Page, printed: list[_Printed], marked: str) -> str:
    declared = page.declared(_CHANGED)
    found = [*(one.text for one in printed[:1]), declared if re.search(r"\d", declared) else "", marked]
    said = [text for text in found if text] or _JSON_CHANGED.findall(page.html)[:1]
    return next((text for text in said if _timed(text)), said[0] if said else "")


def _timed(text: str) -> bool:
    return ":" in text or "：" in text


def _day(text: str) -> str:
    """The digits of the day a text names in numbers, "" where it does not."""
    found = re.search(r"((?:19|20)\d\d)\D{1,2}(\d{1,2})\D{1,2}(\d{1,2})", unicodedata.normalize("NFKC", text))
    return f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else ""


def _printed(head: Iterable[str]) -> Iterator[_Printed]:
    """Dates in the lines of the head, each with its role by the label before it; sentences of the text do not count."""
    lines = [unicodedata.normalize("NFKC", line) for line in head]
    joined = "\n".join(line for line in lines if len(line) <= 60)
    for match in _SPLIT.finditer(joined):
        yield _Printed(f"{match[1]}/{match[2].replace('-', '/').replace(' ', '')} {match[3]}", clock=True, role="")
    before = ""
    for line in lines:
        for match in _DATE.finditer(line):
            rest = len(line) - len(match[0])
            if rest <= _PROSE and (match["clock"] or rest <= 12 or _LABELLED.search(line) or "|" in line):
                lead = line[: match.start()]
                # The label may be a cell or a line of its own.
                role = _role(lead if lead.strip() else f"{before}{lead}" if len(before) <= 12 else lead)
                yield _Printed(match[0].strip(), bool(match["clock"]), role)
        before = line


def _role(lead: str) -> str:
    return "changed" if _CHANGE_LABEL.search(lead) else "other" if _OTHER_LABEL.search(lead) else ""


def marked_times(page: Page) -> tuple[str, str]:
    """What `time` elements of an article say: of publication, and of the last change."""
    first = changed = ""
    for node in page.tree.css(
        "article time[datetime], time[pubdate], time[itemprop], time.entry-date, time.published, time.updated"
    ):
        when = node.attributes.get("datetime") or ""
        names = f"{node.attributes.get('class') or ''} {node.attributes.get('itemprop') or ''}".lower()
        if ("updated" in names or "modified" in names) and "published" not in names:
            changed = changed or when
        else:
            first = first or when
    return first, changed

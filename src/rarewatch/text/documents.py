"""Numbered documents under every way of naming them: 商务部公告2025年第61号, 第六十一号, 工信部联原〔2023〕23号, No. 61 of 2025.

A year or an issuer is only said where the text says it, directly or for the whole of an enumeration.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from rarewatch.text._document_words import (
    KIND_EN,
    KIND_ZH,
    KNOWN_EN,
    KNOWN_ZH,
    NO_DOCUMENT,
    canonical_issuer,
    issuer_of_mark,
    spellings,
)
from rarewatch.text.characters import plane
from rarewatch.text.numerals import NUMERAL, number

_REACH = 64  # characters before a number that may hold its issuers: five ministries and their 、
_S = r"[ \n\u200b]{0,3}"
_YEAR = r"(?:19|20)\d\d|[一二][九〇○零][〇○零一二三四五六七八九]{2}"
_NUM = rf"(?:\d{{1,5}}|[{NUMERAL}]{{1,7}})"
_LATIN = re.compile(r"№|#(?=\d)|[NnＮｎ](?:[OoＯｏ][Ss]?[.．:：]?[ \n\u3000]{0,3}[0-9０-９]|(?:umber|ouncement|otice)s? \d)")

_ZH = re.compile(rf"(?:(?P<di>第{_S})|(?<![\d.\-/]))(?P<nums>{_NUM}(?:{_S}[、,和及与]{_S}(?(di)(?:第{_S})?){_NUM}){{0,15}}){_S}号")
_HEAD_ZH = re.compile(
    rf"(?:(?<![\d.,\-/])(?P<year>{_YEAR})(?:{_S}年度?)?{_S}"
    rf"|(?P<mark>[\u4e00-\u9fff]{{1,10}})?{_S}[\[(]{_S}(?P<bracket>{_YEAR}){_S}年?{_S}[\])]{_S})?$"
)
_LISTED = re.compile(
    rf"(?:(?P<temp>临)\)?{_S}|编号:?{_S})(?:20\d\d(?=-)|[\[(](?:20\d\d)[\])])-?{_S}(?P<num>\d{{1,4}})(?!\d|-\d)号?"
)
_EN_NUM = r"(?!(?:19|20)\d\d\b)\d{1,4}\b(?![%.]\d|%|-\d{3})"
_EN = re.compile(
    r"(?:(?<![a-z])(?:nos?|numbers?)\b\.?:?|№|\#|(?<=announcement )|(?<=announcements )|(?<=notice ))\s{0,2}"
    rf"(?:(?P<first>(?:19|20)\d\d)[\-/](?=\d))?"
    rf"(?P<nums>{_EN_NUM}(?:(?:\s?[,/&]|,? and)\s?(?:and )?(?:nos?\b\.?\s?)?{_EN_NUM}){{0,15}})"
    rf"(?:,? (?:of|in)(?: the year)? (?P<of>(?:19|20)\d\d)\b|\s?[,/(\[]\s?(?P<after>(?:19|20)\d\d)\b[\])]?)?"
    rf"(?:,? (?:of|by|from|issued by)(?: the)? (?P<by>{KNOWN_EN})(?![a-z]))?"
)

_ISSUER_ZH = rf"(?:{KNOWN_ZH}|[\u4e00-\u9fff]{{2,12}}?(?:部|委员会|委|总署|总局|局|署|厅|办公室|政府|交易所|协会|集团|公司))"
_BEFORE_ZH = re.compile(
    rf"(?P<issuers>{_ISSUER_ZH}(?:[、,和与及 \n\u200b]{{1,2}}{_ISSUER_ZH})*)?"
    rf"(?:等(?:{_NUM})?个?(?:部门|部委|单位))?{_S}(?:联合)?(?:发布|公布|印发|制定)?[的了]?{_S}(?:今年|去年|同年)?{_S}"
    rf"(?P<kind>{KIND_ZH})?{_S}[\[(《\"]?{_S}$"
)
_KNOWN_ZH = re.compile(rf"(?<![省市区县州])(?:{KNOWN_ZH})$")
_SEVERAL_ZH = re.compile(rf"(?:{_ISSUER_ZH})(?=[、,和与及 \n\u200b]|$)")
_LEAD = re.compile(r"^(?:根据|依据|按照|依照|参照|执行|落实|违反|关于|以及|按|据|由|对|和|与|及|的|在|了|将)+")
_BEFORE_EN = re.compile(
    rf"(?:(?P<issuers>(?:{KNOWN_EN})(?:(?:,| and|/| &|, and)\s?(?:the )?(?:{KNOWN_EN}))*)(?:'s)?\s)?"
    rf"(?P<kind>{KIND_EN})?[,:]?\s?[\[(]?(?:(?P<year>(?:19|20)\d\d)\b[\])]?,?)?\s?[\[(]?$"
)
_KNOWN_EN = re.compile(KNOWN_EN)
_AFTER_ZH = re.compile(rf"{_S}[)\]》]?{_S}(?P<kind>{KIND_ZH})(?![字件书物])")
_ON = re.compile(r"[、,和及与或 \n\u200b]{1,3}(?:以及)?|以及|(?:,|,? and| &)\s?")
_TOKEN = re.compile(_NUM)


@dataclass(frozen=True, slots=True)
class Named:
    """One document named in a text: `text[start:end]` is its name as written, characters of the text that was given.

    `year` is None and `issuers` empty where the text does not say them; issuers bear their usual Chinese names where these are
    known. `kind` is the word for such a document (公告, 令, announcement), the mark of its series (工信部联原, 临), or "".
    """

    number: int
    year: int | None
    issuers: tuple[str, ...]
    kind: str
    start: int
    end: int


def documents(text: str) -> list[Named]:
    """Every numbered document that `text` names, in order; `text` may be folded or as it came. Never raises."""
    han, listed, latin = (
        "号" in text or "號" in text,
        "临" in text or "臨" in text or "编号" in text or "編號" in text,
        _LATIN.search(text),
    )
    if not (han or listed or latin):
        return []
    view = text.translate(plane())
    found = list(_chained(_chinese(view), view)) if han else []
    if listed:
        found += _listed(view)
    if latin:
        found += _chained(_english(view), view)
    return sorted(found, key=lambda named: (named.start, named.end))


def fits(named: Named, numbers: Iterable[int], year: int | None, issuers: Iterable[str], *, beside: bool) -> bool:
    """Whether `named` can be the document of such a number, year and issuer (none or None: any).

    What the text leaves open does not speak against it; but where the year is open, or all but the number, something must stand
    `beside` it: its own issuer, or as `backed` says.
    """
    wanted, asked = set(numbers), {canonical_issuer(issuer) for issuer in issuers}
    if (wanted and named.number not in wanted) or (year and named.year not in {None, year}):
        return False
    if asked and named.issuers and asked.isdisjoint(named.issuers):
        return False
    if named.year is None and (year or asked):
        return beside or not asked.isdisjoint(named.issuers)
    return True


def backed(found: Iterable[Named], texts: Iterable[str], year: int | None, issuers: Iterable[str]) -> bool:
    """Whether an item names another document of `year`, or one of `issuers` under any of its names.

    `found` are all the documents it names, `texts` its folded fields.
    """
    if year and any(named.year == year for named in found):
        return True
    words = [word for issuer in issuers for word in spellings(issuer)]
    return any(_stands(word, text) for text in texts for word in words)


def _stands(word: str, text: str) -> bool:
    return word in text and (not word.isascii() or re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text) is not None)


def _year(written: str | None) -> int | None:
    return number(written) if written else None


def _chinese(view: str) -> Iterator[tuple[list[Named], bool]]:
    """The documents that share one 号, and whether they can stand alone: the others count only within an enumeration."""
    free = 0
    for found in _ZH.finditer(view):
        head = _HEAD_ZH.search(view, max(free, found.start() - 24), found.start())
        assert head is not None
        before = _BEFORE_ZH.search(view, max(free, head.start() - _REACH), head.start())
        issuers, kind, first = _said(before) if before and not head["bracket"] else _marked(head)
        end = found.end()
        after = None if kind else _AFTER_ZH.match(view, end)
        if after:
            kind, end = after["kind"], after.end()
        alone = _alone(head, view, end, kind, di=bool(found["di"]), issued=bool(issuers))
        if alone is None:
            continue
        if "(" in view[first : found.start()] and view.startswith(")", end):
            end += 1
        year = _year(head["year"] or head["bracket"])
        yield _numbered(found, year, issuers, kind, (first, end)), alone
        free = end


def _marked(head: re.Match[str]) -> tuple[tuple[str, ...], str, int]:
    """Issuers, kind and start of a document with a mark of a series before the year, or with neither."""
    written = head["mark"] or ""
    mark = _LEAD.sub("", written)
    known = issuer_of_mark(mark)
    return (known,) if known else (), mark, head.start() + len(written) - len(mark)


def _said(before: re.Match[str]) -> tuple[tuple[str, ...], str, int]:
    """Issuers, kind and start of a document with these words before its number."""
    kind, written = before["kind"] or "", before["issuers"]
    if not written:
        return (), kind, before.start("kind") if kind else before.end()
    at = before.start("issuers")
    named = [one for part in _SEVERAL_ZH.finditer(written) for one in _issuers(at + part.start(), part[0])]
    if not named:
        return (), kind, at
    return tuple(dict.fromkeys(canonical_issuer(word) for _, word in named)), kind, named[0][0]


def _issuers(at: int, part: str) -> list[tuple[int, str]]:
    """The issuers at the end of `part`, known ones without a blank between them, and their places; nothing before is of them."""
    named: list[tuple[int, str]] = []
    end = len(part)
    while known := _KNOWN_ZH.search(part, 0, end):
        named.insert(0, (at + known.start(), known[0]))
        end = known.start()
    if named:
        return named
    lead = _LEAD.match(part)
    cut = lead.end() if lead else 0
    return [(at + cut, part[cut:])] if part[cut:] else []


def _alone(head: re.Match[str], view: str, end: int, kind: str, *, di: bool, issued: bool) -> bool | None:
    """Whether a 号 names a document by itself (True), only in an enumeration (False), or never (None)."""
    if head["bracket"]:
        return bool(head["mark"] or di)
    if di:
        return kind != "" or issued or NO_DOCUMENT.match(view, end) is None
    if view.startswith("月", head.start() - 1):
        return None
    return bool(kind)


def _numbered(found: re.Match[str], year: int | None, issuers: tuple[str, ...], kind: str, whole: tuple[int, int]) -> list[Named]:
    """One document for each number of a list: the first has the name's head, the last its tail."""
    at = found.start("nums")
    tokens = [(at + token.start(), at + token.end(), number(token[0])) for token in _TOKEN.finditer(found["nums"])]
    good = [(start, end, value) for start, end, value in tokens if value]
    named = [Named(value, year, issuers, kind, start, end) for start, end, value in good]
    if named:
        named[0] = replace(named[0], start=whole[0])
        named[-1] = replace(named[-1], end=whole[1])
    return named


def _listed(view: str) -> Iterator[Named]:
    for found in _LISTED.finditer(view):
        year = re.search(r"20\d\d", found[0])
        assert year is not None
        yield Named(int(found["num"]), int(year[0]), (), "临" if found["temp"] else "编号", *found.span())


def _english(view: str) -> Iterator[tuple[list[Named], bool]]:
    for found in _EN.finditer(view):
        before = _BEFORE_EN.search(view, max(0, found.start() - _REACH - 32), found.start())
        kind, written = (before["kind"] or "", before["issuers"] or "") if before else ("", "")
        by = found["by"] or ""
        issuers = tuple(dict.fromkeys(canonical_issuer(word) for word in [*_KNOWN_EN.findall(written), by] if word))
        year = _year(found["of"] or found["after"] or found["first"] or (before["year"] if before else None))
        first = found.start()
        if before and (kind or written):
            first = before.start("issuers") if written else before.start("kind")
        alone = bool(year or issuers or (kind and view[found.start() : found.start("nums")].strip()))
        end = found.end()
        if "(" in view[first : found.start()] and view.startswith(")", end):
            end += 1
        yield _numbered(found, year, issuers, kind.split(" ")[-1].removesuffix("s"), (first, end)), alone


def _chained(groups: Iterable[tuple[list[Named], bool]], view: str) -> Iterator[Named]:
    """Enumerations told as one: what the first says of issuer and year holds for the rest, what the last says for all before."""
    chain: list[Named] = []
    for group, alone in groups:
        joined = bool(chain) and bool(group) and _ON.fullmatch(view, chain[-1].end, group[0].start) is not None
        if not joined:
            yield from _settled(chain)
            chain = []
        if group and (alone or joined):
            chain += group
    yield from _settled(chain)


def _settled(chain: list[Named]) -> Iterator[Named]:
    year: int | None = None
    issuers: tuple[str, ...] = ()
    kind = ""
    forward = []
    for named in chain:
        if named.issuers or (named.year and named.kind):
            issuers, kind = named.issuers, named.kind
        year, kind = named.year or year, named.kind or kind
        forward.append(replace(named, year=year, issuers=named.issuers or issuers, kind=named.kind or kind))
    for at in range(len(forward) - 2, -1, -1):
        last = forward[at + 1]
        if not forward[at].kind or forward[at].year is None:
            forward[at] = replace(forward[at], kind=forward[at].kind or last.kind, year=forward[at].year or last.year)
    yield from forward

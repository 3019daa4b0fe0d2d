"""Which numbered document a page is, and which ones it speaks of.

A page is a document's own when the number stands under its label, in its title, or alone in a line at the head of its text. A page
that explains or reports a document bears the number in its title too, and is not the document.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rarewatch.text._document_words import KIND_ZH
from rarewatch.text.article import Article
from rarewatch.text.documents import Named, documents

_ABOUT = re.compile(
    r"解读|答记者问|答问|问答|图解|一图|读懂|评论|回应|热点|专家|记者会|吹风会|如何看|意味着|发言人|负责人|报道|快讯|点评|"
    r"spokes|explain|Q&A|comment|analysis|what to know|remarks",
    re.IGNORECASE,
)
_HEAD_LINES = 12
_BESIDE = re.compile(
    r"(?:证券|股票|债券|转债|公司)(?:代码|简称)\s*[:：]\s*[\w*]+|(?:公告)?编号|(?:发文|发布|文件)?(?:字|文)号|[\s:：、,，()（）\[\]【】<>《》〔〕;；|-]+"
)
"""What may stand beside a number that is alone in its line: a label, a security's code and name, blanks and brackets."""
_LONG = 160  # characters of a line that may hold nothing but numbers
_FEW = 4  # further characters that may
_KIND = re.compile(KIND_ZH)


@dataclass(frozen=True, slots=True)
class Number:
    """A document's number: `text` in its usual form, `issuer` as usually called ("" where nobody says; several parted by 、).

    `own` says that the page is this document.
    """

    text: str
    issuer: str
    year: int | None
    number: int
    own: bool


def numbers(article: Article) -> tuple[Number, ...]:
    """Every document that a page names, its own first, each once; a bare number that says neither year nor issuer is left out."""
    own = list(_own(article))
    found: list[Number] = []
    for named, text in [*own, *_said(article.title), *_said(article.text)]:
        _add(found, Number(_words(named, text), "、".join(named.issuers), named.year, named.number, own=False))
    owned = [Number(_words(named, text), "、".join(named.issuers), named.year, named.number, own=True) for named, text in own]
    marked = [Number(one.text, one.issuer, one.year, one.number, own=any(_same(one, mine) for mine in owned)) for one in found]
    return tuple(sorted(marked, key=lambda one: not one.own))


def _own(article: Article) -> Iterator[tuple[Named, str]]:
    yield from _said(article.number)
    if _ABOUT.search(article.title):
        return
    yield from list(_said(article.title))[:1]  # a second one is what the document changes
    for line in article.text.splitlines()[:_HEAD_LINES]:
        said = list(_said(line))
        if said and _alone(line, [named for named, _ in said]):
            yield said[0]
            return


def _alone(line: str, said: list[Named]) -> bool:
    """Whether a line holds nothing but numbers."""
    if len(line) > _LONG:
        return False
    for named in sorted(said, key=lambda named: -named.start):
        line = f"{line[: named.start]} {line[named.end :]}"
    return len(_BESIDE.sub("", line)) <= _FEW


def _said(text: str) -> Iterator[tuple[Named, str]]:
    for named in documents(text):
        if named.year or named.issuers:
            yield named, text


def _add(found: list[Number], one: Number) -> None:
    """Add a document, or what it says more of one that is known."""
    for at, known in enumerate(found):
        if _same(known, one):
            if (bool(one.year), bool(one.issuer)) > (bool(known.year), bool(known.issuer)):
                found[at] = one
            return
    found.append(one)


def _same(one: Number, other: Number) -> bool:
    """Whether both can be the same document: nothing that one says is said otherwise by the other."""
    if one.number != other.number or None not in {one.year, other.year} | ({None} if one.year == other.year else set()):
        return False
    if not one.issuer or not other.issuer:
        return True
    return not set(one.issuer.split("、")).isdisjoint(other.issuer.split("、"))


def _words(named: Named, text: str) -> str:
    """The usual form of a number; of one in English as it stands in `text`."""
    if named.kind in {"临", "编号"}:
        return f"{named.kind.removeprefix('编号')}{named.year}-{named.number:03}"
    written = " ".join(text[named.start : named.end].split())
    if named.kind and not _KIND.fullmatch(named.kind) and re.search("[\u4e00-\u9fff]", named.kind):
        return f"{named.kind}〔{named.year}〕{named.number}号" if named.year else written
    if "号" not in written and "號" not in written and not re.search("[\u4e00-\u9fff]", written):
        return written
    year = f"{named.year}年" if named.year else ""
    return f"{'、'.join(named.issuers)}{named.kind}{year}第{named.number}号"


def words(found: Iterable[Number]) -> str:
    """Numbers for people, the page's own in front."""
    return ", ".join(f"{one.text} (its own)" if one.own else one.text for one in found)

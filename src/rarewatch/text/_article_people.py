"""Who wrote an article, who published it first, and on whose site it stands."""

import re
import unicodedata
from collections.abc import Iterable

from rarewatch.text._article_page import Page, folded, one_line

_ORIGIN_META = ("contentsource", "article:source", "og:source", "source", "copyright_source", "mediaid", "docsource")
_AUTHOR_META = ("author", "article:author", "og:author", "byline", "byl", "dc.creator", "parsely-author")
_SITE_META = ("sitename", "og:site_name", "application-name")
_LATER = r"(?:文章|信息|稿件|新闻|内容|资讯|本文|原文|稿源)?"
_WORD = r"[^\s|,，;:()（）【】\[\]<>《》]"
_ORIGIN = re.compile(
    rf"(?<![图片照据频料金力货电热水资])(?:{_LATER}来源|来自|稿源|出处|转自|转载自|摘自)\s*[:：]\s*《?({_WORD}{{2,30}})|(?:^|[\s|])Source\s*:\s*"
    r"([A-Z][^|\n:]{2,40}?)(?=\s*(?:$|\||\d|Published|Updated|Editor))"
)
_PERSON = r"[^\s\d|,，;:()（）【】\[\]<>《》、]"
_AUTHOR = re.compile(
    rf"(?:作者|(?:^|[\s|(（【丨])(?:记者|撰稿人?|撰文|采写|供稿|文\s?/|本报记者|通讯员))\s*[:：/]\s*"
    rf"({_PERSON}{{2,12}}(?:[\s、]{_PERSON}{{2,4}}(?=[\s、|)]|$)){{0,4}})"
)
_NAME = r"(?:[A-Z][\w.'’-]+|and|&|van|de)"
_BYLINE = re.compile(
    rf"^(?:By|BY|Author:?)\s+({_NAME}(?:,? {_NAME}){{0,6}})(?=\s*(?:$|\||/|,| in | from | for |\s(?:Published|Updated|Posted)))"
)
_REPORTER = re.compile(
    r"[(（](?:[\u4e00-\u9fff]{0,8})?记者\s*[:：]?\s*([\u4e00-\u9fff·]{2,4}(?:[\s、,，和]{1,2}[\u4e00-\u9fff·]{2,4}){0,5})\s*[)）]"
)
_AGENCY = re.compile(
    r"^[\s【\[(（]*((?:新华社|中新社|中新网|央视网|央广网|人民网|新华网|财联社|中国日报网|参考消息网))[^。]{0,20}?(?:\d|电|讯|消息)"
)
_CLASSES = "[class*=source],[id*=source],[class*=origin],[class*=media_name],[class*=laiyuan],[class*=mediaName]"
_NOBODY = frozenset(
    {
        "未知", "网络整理", "佚名", "admin", "administrator", "管理员", "编辑", "本站", "原创", "匿名",
        "null", "undefined", "无", "root", "转载请注明", "网络", "互联网", "本站原创", "本网站", "小编", "综合",
    }
)  # fmt: skip
_BUTTONS = re.compile(
    r"(?<=..)(?:参与互动|举报|责任编辑|责编|编辑|作者|字号|分享|打印|浏览|点击|我要评论|关注|发布时间|时间|日期).*$"
)
_STAFF = re.compile(
    r"本[报刊网社](?:特约|驻.{2,6})?记者\s+([\u4e00-\u9fff·]{2,4}(?:[\s、][\u4e00-\u9fff·]{2,4}){0,4})(?=[\s《(（|]|$)"
)
_OFFICE = re.compile(r"^[\u4e00-\u9fff]{0,8}(?:记者|通讯员|作者)[\s:：]+|返回.{0,4}$")
_LABELS = re.compile(
    r"^(?:作者|记者|责任编辑|责编|编辑|来源|时间|字号|发布|浏览|点击|分享|更新|日期|阅读|原标题|发布时间|查看|关注)"
)


def named(page: Page, own: tuple[str, str], head: list[str], text: str) -> tuple[str, str, str]:
    """Author, first publisher and site of a page, each "" where nobody says.

    `own` is what the source's selectors found of author and publisher, `head` the lines around the title, `text` the body.
    """
    site = page.declared(_SITE_META) or _site(page.whole_title)
    ends = text.splitlines()
    tail = ends[-4:]
    origin = _without_label(own[1]) or page.declared(_ORIGIN_META) or _labelled(_ORIGIN, head) or _by_class(page, head)
    origin = origin or _labelled(_ORIGIN, [line for line in tail if len(line) <= 40]) or _agency(ends[:2])
    author = own[0] or _person(page, origin, site) or _labelled(_AUTHOR, head) or _byline(head)
    author = author or _found(_STAFF, head) or _reporter(ends[:3]) or _labelled(_AUTHOR, [*ends[:2], *tail]) or _reporter(tail)
    author, origin = _OFFICE.sub("", author).strip(" 、,，"), _BUTTONS.sub("", origin).strip(" :：")
    return "" if folded(author) in _NOBODY else author, "" if folded(origin) in _NOBODY else origin, site


def _without_label(text: str) -> str:
    found = _ORIGIN.search(unicodedata.normalize("NFKC", text))
    return (found[1] or found[2]) if found else text


def _person(page: Page, origin: str, site: str) -> str:
    """A declared author, unless it is a template's own address, a site or the publisher."""
    for name in _AUTHOR_META:
        said = page.metas.get(name, "")
        if not said or "@" in said or said.startswith("http") or len(said) > 60 or not re.search(r"[^\W\d_]", said):
            continue
        if folded(said) in {folded(origin), folded(site)} or folded(said) in folded(_behind(page.whole_title)):
            continue
        return said
    return ""


def _behind(whole: str) -> str:
    """The last parts of a document's title, where the site is named."""
    return "".join(re.split(r"[|_\-–—·]", whole)[1:])


def _site(whole: str) -> str:
    """The site by the last part of a document's title, where that looks like a name of one."""
    last = re.split(r"\s*[|_]+\s*|\s*--+\s*|\s+[-–—·]\s+|(?<=[^\x00-\x7f])[-–—](?=[^\x00-\x7f])", whole)[-1].strip()
    return (
        last
        if last != whole.strip() and re.search(r"(?:网|网站|报|社|部|委|局|署|厅|日报|Times|Daily|News|News Agency)$", last)
        else ""
    )


def _labelled(pattern: re.Pattern[str], lines: Iterable[str]) -> str:
    """What follows a label, in the same line or, where it ends one, in the next."""
    before = ""
    for raw in lines:
        line = one_line(unicodedata.normalize("NFKC", raw))
        joined = f"{before}{line}" if before else line
        before = ""
        if len(joined) > 120:
            continue
        match = pattern.search(joined)
        found = next((group for group in match.groups() if group), "") if match else ""
        if found and not _LABELS.match(found):
            return found.strip(" 、》").removesuffix("作者")
        if re.search(r"(?:来源|作者|记者)\s*:$", line):
            before = line
    return ""


def _by_class(page: Page, head: list[str]) -> str:
    """A short word in an element called source, where it stands near the title."""
    near = folded(" ".join(head))
    for node in page.tree.css(_CLASSES)[:12]:
        word = one_line(node.text(deep=True).replace("\x1e", " "))
        plain = re.sub(r"^(?:来源|source)\s*[:：]?\s*", "", word, flags=re.IGNORECASE)
        if (
            2 <= len(plain) <= 16
            and not re.search(r"\d|[:：]", plain)
            and folded(plain) in near
            and not _LABELS.match(plain)
            and folded(plain) not in _NOBODY
        ):
            return plain
    return ""


def _agency(lines: list[str]) -> str:
    """The agency whose dateline begins the text."""
    return next((match[1] for line in lines if (match := _AGENCY.match(line))), "")


def _byline(head: list[str]) -> str:
    return next((match[1] for line in head if len(line) <= 120 and (match := _BYLINE.match(line.strip()))), "")


def _reporter(lines: list[str]) -> str:
    return _found(_REPORTER, [line[:200] for line in lines])


def _found(pattern: re.Pattern[str], lines: list[str]) -> str:
    return next((match[1] for line in lines if (match := pattern.search(line))), "")

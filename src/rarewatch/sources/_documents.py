"""Documents: which links of a page lead to one, and how a kind asks for them. Pure."""

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import unquote, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from rarewatch.nouns.paper import MISSED, Paper
from rarewatch.nouns.source import Get, Got
from rarewatch.sources._answers import not_a_challenge
from rarewatch.sources._links import absolute, line
from rarewatch.text.urls import canonical

_READ = "pdf|docx?|wps|xlsx?|et|ofd|rtf"
_PACKED = "zip|rar|7z"
_DOCUMENT = re.compile(rf"\.({_READ}|{_PACKED})$", re.IGNORECASE)
_IN_WORDS = re.compile(rf"\.({_READ}|{_PACKED})(?![a-z0-9])", re.IGNORECASE)
_CALLED = re.compile(r"附\s*[件表]")
_ENCODED_NAME = re.compile(r"filename\*\s*=\s*utf-8''([^;\s]+)", re.IGNORECASE)
_NAME = re.compile(r'filename\s*=\s*"?([^";]+)', re.IGNORECASE)
_LONGEST_NAME = 80
_APART = frozenset({"nav", "header", "footer", "aside"})
_APART_NAMES = re.compile(
    r"(?:^|[\s_-])(?:nav|menu|footer?|header|side(?:bar)?|related?|links?|crumbs?|banner|login|share)(?:$|[\s_\d-])"
)


@dataclass(frozen=True, slots=True)
class DocumentLink:
    """A link to a document: its absolute address, and what it is called."""

    url: str
    name: str


def is_document(url: str) -> bool:
    """Whether `url` names a file that may be read as a document; an archive of some is none."""
    return bool((kind := _extension(url)) and not re.fullmatch(_PACKED, kind))


def is_archive(name: str) -> bool:
    """Whether an address or name is that of an archive, which is never opened."""
    return bool(re.search(rf"\.(?:{_PACKED})$", name, re.IGNORECASE))


def _extension(url: str) -> str:
    """The extension that tells a document, at the end of the path or of a value in the query (download scripts put it there)."""
    parts = urlsplit(url)
    for text in (parts.path, *(value.partition("=")[2] for value in parts.query.split("&"))):
        if found := _DOCUMENT.search(unquote(text)):
            return found[1].lower()
    return ""


def document_links(html: str, url: str, within: Sequence[str] = ()) -> list[DocumentLink]:
    """The links to documents in the page `html` that was found at `url`, each address once, in the order of the page.

    Those in its navigation, sides and foot are none of the article. `within` are the source's own selectors of the body: where one
    finds something, a link outside counts only if it is called an attachment.
    """
    page = LexborHTMLParser(html.replace("\0", ""))
    base = page.css_first("base[href]")
    start = absolute(base.attributes.get("href") or "", url) if base is not None else ""
    bodies = {node.mem_id for selector in within for node in _found(page, selector)}
    links: dict[str, DocumentLink] = {}
    for node in page.css("a[href]"):
        address = absolute(node.attributes.get("href") or "", start or url)
        words = line(node.attributes.get("title") or node.text())
        if not address or not (_extension(address) or _IN_WORDS.search(words)):
            continue
        above = list(_above(node))
        called = bool(_CALLED.search(words) or _CALLED.search(line(above[0].text())[:200] if above else ""))
        if any(map(_is_apart, above)) or (bodies and not called and not any(one.mem_id in bodies for one in above)):
            continue
        links.setdefault(canonical(address), DocumentLink(address, _shortened(words) or _of_address(address)))
    return list(links.values())


def _found(page: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return page.css(selector)
    except SelectolaxError:
        return []


def _above(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    while parent is not None and parent.tag not in {"body", "html"}:
        yield parent
        parent = parent.parent


def _is_apart(node: LexborNode) -> bool:
    attributes = node.attributes
    named = f"{attributes.get('class') or ''} {attributes.get('id') or ''}".lower()
    return node.tag in _APART or bool(_APART_NAMES.search(named))


def ask(url: str, name: str, referer: str) -> Generator[Get, Got, Paper]:
    """Fetch one document; `name` is what the link calls it, "" for what the server does.

    Raises `SourceFault`; what came and is no document is a paper all the same, an unread one that says so.
    """
    got = yield Get(url, headers={"Referer": referer}, document=True)
    return paper_of(got, url, name)


def paper_of(got: Got, url: str, name: str = "") -> Paper:
    """The document of an answer; raises `Refused` where it is an anti-bot page."""
    if got.paper is not None:
        return replace(got.paper, url=url, name=name or _of_answer(got) or _of_address(url))
    not_a_challenge(got)
    return unread(url, name or _of_address(url), f"{MISSED}: what came is no document")


def unread(url: str, name: str, why: str) -> Paper:
    """A document that was not read; `why` fits behind "its PDF"."""
    return Paper(url, name, _extension(url) or _extension(f"http://x.invalid/{name}"), "unread", detail=why)


def _of_answer(got: Got) -> str:
    """The file's name as the server gives it; headers in UTF-8 or GBK were read as Latin-1."""
    header = got.headers.get("content-disposition", "")
    if found := _ENCODED_NAME.search(header):
        return _shortened(unquote(found[1]))
    if not (found := _NAME.search(header)):
        return ""
    name = unquote(found[1])
    for encoding in ("utf-8", "gb18030"):
        try:
            return _shortened(name.encode("latin-1").decode(encoding))
        except UnicodeError:
            continue
    return _shortened(name)


def _of_address(url: str) -> str:
    parts = urlsplit(url)
    for text in (parts.path, *(value.partition("=")[2] for value in parts.query.split("&"))):
        if _DOCUMENT.search(unquote(text)):
            return _shortened(unquote(text).rpartition("/")[2])
    return _shortened(unquote(parts.path).rpartition("/")[2])


def _shortened(name: str) -> str:
    """A name on one line; of a long one the end stays, where its extension is."""
    name = line(name.replace("\\", "/").rpartition("/")[2])
    return name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 12]}…{name[-11:]}"

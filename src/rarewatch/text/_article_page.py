"""A parsed page and what every part of the article reader asks of it."""

import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser, LexborNode

from rarewatch.text.plain import BREAK_AFTER_HAN, LINE, UNSEEN, clean, mark_blocks, marked_text

_BLANKS = re.compile(r"[\s\u200b]+")
_MADE_UP = re.compile(r"\{\{.*?\}\}|\$\{.*?\}")


class Page:
    """A page read once: `tree` may be changed by whoever reads it, `metas` are as they were declared.

    `html` is decoded text. Never raises.
    """

    def __init__(self, html: str) -> None:
        """Parse `html`; NUL and lone surrogates do no harm."""
        self.html = clean(html).replace(LINE, " ")
        self.tree = LexborHTMLParser(BREAK_AFTER_HAN.sub("", self.html))
        self.metas = _metas(self.tree)
        node = self.tree.css_first("title")
        self.whole_title = one_line(node.text()) if node is not None else ""

    def declared(self, names: tuple[str, ...]) -> str:
        """The first of these metas that says anything."""
        return next((self.metas[name] for name in names if name in self.metas), "")

    def first(self, selectors: tuple[str, ...]) -> str:
        """The text of the first selector that finds any; `css@attribute` asks for an attribute."""
        for selector in selectors:
            css, _, attribute = selector.partition("@")
            for node in self.tree.css(css):
                text = one_line(node.attributes.get(attribute) or "" if attribute else node.text())
                if text:
                    return text
        return ""

    def strip_unseen(self) -> None:
        """Take out scripts, styles and all else that no reader sees; the document's title goes too."""
        self.tree.strip_tags(UNSEEN)

    def lines(self) -> list[str]:
        """The lines a reader sees; after this the tree's blocks are marked for `node_text`."""
        body = self.tree.body
        if body is None:
            return []
        mark_blocks(self.tree)
        return marked_text(body).splitlines()


def node_text(node: LexborNode) -> str:
    """The text of a node of a page whose lines were asked for."""
    return marked_text(node)


def one_line(text: str) -> str:
    """`text` with every run of blanks as one."""
    return _BLANKS.sub(" ", text).strip()


def folded(text: str) -> str:
    """`text` without blanks, in one form of each character, for comparing."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text)).casefold()


def _metas(page: LexborHTMLParser) -> dict[str, str]:
    """Content by name, property or itemprop in lower case without blanks; the first of a name counts, no template's."""
    found: dict[str, str] = {}
    for node in page.css("meta[content]"):
        attributes = node.attributes
        content = one_line(attributes.get("content") or "")
        if not content or _MADE_UP.search(content):
            continue
        for key in ("name", "property", "itemprop"):
            if name := _BLANKS.sub("", attributes.get(key) or "").lower():
                found.setdefault(name, content)
    return found

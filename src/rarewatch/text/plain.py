"""HTML fragments to the text a reader sees."""

import html
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

_SURROGATE = re.compile("[\ud800-\udfff]")
_HAN = "\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uff65\U00020000-\U0003ffff"
_BREAK_IN_HAN = re.compile(rf"(?<=[{_HAN}])[ \t]*[\r\n][ \t\r\n]*(?=[{_HAN}])")
BREAK_AFTER_HAN = re.compile(rf"[\r\n](?<=[{_HAN}][\r\n])[ \t\r\n]*(?=[{_HAN}])")
"""The same where no blank stands before the break; found in a tenth of the time, for whole pages."""
_BLANK = re.compile(r"[ \t\r\n\f]+")
_LINE_BLANK = re.compile(r"[^\S\n]+")
_AROUND_BREAK = re.compile(r"[^\S\n]*\n[^\S\n]*(?:\n\s*)?")
_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_ORPHAN_CELL = re.compile(r"\s*<(?:tr|td|th|tbody|thead)\b", re.IGNORECASE)
UNSEEN = ["script", "style", "head", "title", "noscript", "template", "iframe", "object", "svg", "select"]
_BLOCKS = (
    "p,div,br,hr,li,ul,ol,dl,dt,dd,tr,table,caption,thead,tbody,tfoot,h1,h2,h3,h4,h5,h6,blockquote,pre,section,article,aside,"
    "header,footer,nav,main,figure,figcaption,form,fieldset,address,center,details,summary"
)
_CELLS = "td,th"
LINE = "\x1e"
"""Stands for a line break that a tree's blocks make, so that it is told from one in the source."""
_TAG = re.compile(r"<(/?[a-zA-Z][^<>]*)>")
_FLOW = frozenset(
    ["p", "div", "br", "hr", "li", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "article", "center"]
)
_INLINE = frozenset(
    [
        "a",
        "b",
        "big",
        "code",
        "del",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "mark",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "u",
    ]
)


def plain(markup: str) -> str:
    """The text of an HTML fragment (or of a string without any markup) as a person reads it.

    Entities are decoded, block elements and `<br>` become line breaks, inline elements leave no gap, scripts and styles vanish.
    Runs of blanks become one space, empty lines vanish; a line break inside Han text that stands only in the source is no blank.
    Lone surrogates become U+FFFD.
    """
    text = clean(markup)
    if not _MARKUP.search(text):
        return tidy(html.unescape(text) if "&" in text else text)
    if "<![CDATA[" in text:  # wrapped twice by its publisher; HTML would read it as a comment
        text = text.replace("<![CDATA[", "").replace("]]>", "")
    if _ORPHAN_CELL.match(text):  # HTML drops the tags of cells that stand outside a table, and glues their texts
        text = f"<table>{text}</table>"
    text = _BLANK.sub(" ", _BREAK_IN_HAN.sub("", text))
    simple = _simple(text)
    return _parsed(text) if simple is None else simple


def _simple(text: str) -> str | None:
    """What `_parsed` gives, in a tenth of the time; None unless every tag is one whose place in the tree does not matter."""
    pieces = _TAG.split(text)
    for at, piece in enumerate(pieces):
        if at % 2 == 0:
            if "<" in piece:
                return None
            continue
        name = piece.strip("/").split(" ", 1)[0].lower()
        if name in _FLOW:
            pieces[at] = "\n"
        elif name in _INLINE:
            pieces[at] = ""
        else:
            return None
        if piece.count('"') % 2 or piece.count("'") % 2:
            return None
    bare = "".join(pieces)
    return tidy(html.unescape(bare) if "&" in bare else bare)


def mark_blocks(tree: LexborHTMLParser) -> None:
    """Put `LINE` around every block of `tree`, and a blank behind every cell, for `marked_text`."""
    for node in tree.css(_BLOCKS):
        node.insert_before(LINE)
        node.insert_after(LINE)
    for node in tree.css(_CELLS):
        node.insert_after(" ")


def marked_text(node: LexborNode) -> str:
    """The text of a node whose tree was marked and whose source had its breaks within Han text taken out: as `plain` gives it."""
    text = _BLANK.sub(" ", node.text(deep=True))
    return tidy(text.replace(LINE, "\n"))


def _parsed(text: str) -> str:
    tree = LexborHTMLParser(text)
    tree.strip_tags(UNSEEN)
    for node in tree.css(_BLOCKS):
        node.insert_before("\n")
        node.insert_after("\n")
    for node in tree.css(_CELLS):
        node.insert_after(" ")
    body = tree.body
    return tidy(body.text(deep=True)) if body is not None else ""


def tidy(text: str) -> str:
    """`text` with runs of blanks as one space, no empty lines, and no blanks at the ends of lines."""
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\n" not in text:
        return " ".join(text.split())
    return _AROUND_BREAK.sub("\n", _LINE_BLANK.sub(" ", text)).strip()


def clean(text: str) -> str:
    """`text` without what a database or a matcher cannot take: lone surrogates become U+FFFD, NUL vanishes."""
    try:
        text.encode()
    except UnicodeEncodeError:
        text = _SURROGATE.sub("\ufffd", text)
    return text.replace("\0", "")

"""Reads the word processor's zipped format: paragraphs, tables, text boxes, notes, headers and footers."""

import io
from collections.abc import Iterator
from typing import Any

import docx as library
from docx.oxml.ns import qn

from rarewatch.papers.lines import mended
from rarewatch.papers.told import Told
from rarewatch.papers.zips import opened

_TEXT, _TAB, _BREAK, _RETURN = qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr")
_HYPHEN = qn("w:noBreakHyphen")
_PARAGRAPH, _TABLE, _ROW, _CELL = qn("w:p"), qn("w:tbl"), qn("w:tr"), qn("w:tc")
_BOX, _TAB_STOPS = qn("w:txbxContent"), qn("w:tabs")
# The same box for older programs, what was struck out, and what a field would compute.
_UNSEEN = {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback", qn("w:del"), qn("w:moveFrom"), _TAB_STOPS}
_NOTES = ("/footnotes", "/endnotes")


def read(body: bytes, told: Told) -> str:
    """Read it as one page: headers first, where letterheads and document numbers stand, then text, notes, footers."""
    opened(body).close()
    document = library.Document(io.BytesIO(body))
    around = list(document.sections)
    heads = _distinct(part for section in around for part in (section.first_page_header, section.header, section.even_page_header))
    feet = _distinct(part for section in around for part in (section.first_page_footer, section.footer, section.even_page_footer))
    lines = [*heads, *_lines(document.element.body), *_notes(document.part), *feet]
    told.add(mended("\n".join(lines)))
    return "docx"


def _distinct(parts: Iterator[Any]) -> list[str]:
    """The lines of headers or footers, each once; one that a section only inherits has none of its own."""
    own = (part for part in parts if not part.is_linked_to_previous)
    return list(dict.fromkeys(line for part in own for line in _lines(part._element)))  # noqa: SLF001 - no other way to its boxes


def _notes(part: Any) -> Iterator[str]:
    from lxml import etree  # noqa: PLC0415 - only for documents that have notes

    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.endswith(_NOTES):
            yield from _lines(etree.fromstring(relation.target_part.blob, parser))


def _lines(parent: Any) -> Iterator[str]:
    """One line a paragraph, one a row of a table with its cells parted by tabs; blank ones are left out."""
    for node in parent.iterchildren():
        if node.tag == _PARAGRAPH:
            boxes: list[Any] = []
            line = "".join(_pieces(node, boxes)).strip()
            if line:
                yield line
            for box in boxes:
                yield from _lines(box)
        elif node.tag == _TABLE:
            yield from _rows(node)
        elif node.tag not in _UNSEEN:
            yield from _lines(node)


def _rows(table: Any) -> Iterator[str]:
    for row in table.iter(_ROW):
        if next(row.iterancestors(_TABLE)) is not table:
            continue  # of a table inside a cell, which tells its own
        cells = [" ".join(_lines(cell)) for cell in row.iter(_CELL) if next(cell.iterancestors(_ROW)) is row]
        if line := "\t".join(cells).strip():
            yield line


def _pieces(node: Any, boxes: list[Any]) -> Iterator[str]:
    for child in node.iterchildren():
        if child.tag in _UNSEEN:
            continue
        if child.tag == _TEXT:
            yield child.text or ""
        elif child.tag == _TAB:
            yield "\t"
        elif child.tag in {_BREAK, _RETURN}:
            yield "\n"
        elif child.tag == _HYPHEN:
            yield "-"
        elif child.tag == _BOX:
            boxes.append(child)
        else:
            yield from _pieces(child, boxes)

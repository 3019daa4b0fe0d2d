"""Reads PDF with PDFium; a page of pictures is told from a page of text."""

import pypdfium2
from pypdfium2 import raw

from rarewatch.papers.lines import is_garbage, mended, solid, unwrapped
from rarewatch.papers.told import PaperFault, Told

_LITTLE = 10
"""Letters on a page that also has a picture: fewer are a stamp or a page number, not its text."""


def read(body: bytes, told: Told) -> str:
    """Read every page; raises `PaperFault` for one that is locked, broken, or of pictures only."""
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as error:
        if error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise PaperFault("locked", "asks for a password") from error
        raise PaperFault("broken", "is damaged, no page of it can be read") from error
    try:
        return _pages(document, told)
    finally:
        document.close()


def _pages(document: pypdfium2.PdfDocument, told: Told) -> str:
    pictures = failed = 0
    try:
        for number in range(len(document)):
            try:
                text, is_picture = _page(document, number)
            except pypdfium2.PdfiumError:
                text, is_picture, failed = "", False, failed + 1
            pictures += is_picture
            told.add(text, f"p. {number + 1}")
    finally:
        _judge(told, pictures, failed, len(document))
    return "pdf"


def _page(document: pypdfium2.PdfDocument, number: int) -> tuple[str, bool]:
    """The text of a page, and whether it is a picture of one."""
    page = document[number]
    try:
        seen = page.get_textpage()
        try:
            text = unwrapped(mended(seen.get_text_bounded()))
        finally:
            seen.close()
        if solid(text) >= _LITTLE:
            return text, False
        has_picture = next(iter(page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=4)), None) is not None
        return text, has_picture
    finally:
        page.close()


def _judge(told: Told, pictures: int, failed: int, total: int) -> None:
    """Say what is missing; raises `PaperFault` where nothing is left that can be called text."""
    read = len(told.pages)
    whole = "\n".join(told.pages)
    if not solid(whole) or pictures == read:
        if failed == read:
            raise PaperFault("broken", "is damaged, no page of it can be read")
        raise PaperFault("scanned", "is a scan without text" if pictures else "has no text in it")
    if is_garbage(whole):
        raise PaperFault("scanned", "has a text layer that is no readable text")
    if pictures or failed:
        what = [f"{pictures} scanned"] * bool(pictures) + [f"{failed} damaged"] * bool(failed)
        told.detail = ", ".join(filter(None, (told.detail, f"{' and '.join(what)} of {total} pages")))

"""Tells what an OLE container holds: the word processor's old format, a sheet's, or a new one that is locked."""

import io

import olefile

from rarewatch.papers import doc, xls
from rarewatch.papers.told import PaperFault, Told


def read(body: bytes, told: Told) -> str:
    """Read the text of a container; WPS writes the same parts as the word processor, and is read as such.

    Raises `PaperFault` where it is locked, damaged, or of a kind that is not read.
    """
    try:
        container = olefile.OleFileIO(io.BytesIO(body))
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise PaperFault("broken", "is damaged") from error
    with container:
        if container.exists("EncryptedPackage"):
            raise PaperFault("locked", "asks for a password")
        if container.exists("WordDocument"):
            told.add(doc.text_of(_stream(container, "WordDocument"), lambda name: _stream(container, name)))
            return "doc"
        if container.exists("Workbook") or container.exists("Book"):
            return xls.read(body, told)
        held = " (ppt)" if container.exists("PowerPoint Document") else ""
    raise PaperFault("unread", f"is of a kind that is not read{held}")


def _stream(container: olefile.OleFileIO, name: str) -> bytes:
    """A stream's bytes; raises `PaperFault` where there is no such stream."""
    if not container.exists(name):
        raise PaperFault("broken", f"is damaged, its part {name} is missing")
    content: bytes = container.openstream(name).read()
    return content

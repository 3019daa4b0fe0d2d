"""Tells documents by their first bytes: extensions and content types of state sites are wrong too often to be asked. Pure."""

import io
import zipfile

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = b"PK\x03\x04"
_RTF = b"{\\rtf"
_PACKED = {b"Rar!\x1a\x07": "rar", b"7z\xbc\xaf\x27\x1c": "7z"}
_LEAD = 1024
"""Some servers put bytes of their own before a PDF's header; readers look for it this far."""
_INSIDE = (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx"))


def may_be_paper(body: bytes) -> bool:
    """Whether `body` begins as a document, or as an archive of some."""
    return body.startswith((_OLE, _ZIP, _RTF, *_PACKED)) or _is_pdf(body)


def _is_pdf(body: bytes) -> bool:
    head = body[:_LEAD]
    return b"%PDF-" in head and not head.lstrip().startswith(b"<")


def kind_of(body: bytes) -> str:
    """The kind: pdf, ole (any of the old office formats), rtf, docx, xlsx, pptx, ofd, zip, rar, 7z; "" for none of them.

    A zip is told by the names of its parts; one too damaged to list is "zip".
    """
    if body.startswith(_OLE):
        return "ole"
    if body.startswith(_RTF):
        return "rtf"
    if body.startswith(_ZIP):
        return _zipped(body)
    if _is_pdf(body):
        return "pdf"
    return next((kind for magic, kind in _PACKED.items() if body.startswith(magic)), "")


def _zipped(body: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
        return "zip"
    lower = {name.lower() for name in names}
    if "[content_types].xml" in lower:
        return next((kind for folder, kind in _INSIDE if any(name.startswith(folder) for name in lower)), "zip")
    return "ofd" if "ofd.xml" in lower else "zip"

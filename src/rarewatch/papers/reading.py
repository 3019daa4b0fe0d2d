"""Reads one document, whatever its kind: the function that workers run."""

import warnings
from collections.abc import Callable
from typing import TypeAlias

from rarewatch import registry
from rarewatch.nouns.paper import Paper
from rarewatch.papers.sniff import kind_of
from rarewatch.papers.told import FullError, PaperFault, Told

ReadKind: TypeAlias = Callable[[bytes, Told], str]
"""Reads a body into `Told` and returns the kind's name as people know it; raises `PaperFault` where that cannot be done."""

KINDS: dict[str, str] = {
    "pdf": "rarewatch.papers.pdf:read",
    "docx": "rarewatch.papers.docx:read",
    "xlsx": "rarewatch.papers.xlsx:read",
    "ole": "rarewatch.papers.ole:read",
    "ofd": "rarewatch.papers.ofd:read",
    "rtf": "rarewatch.papers.rtf:read",
}
_NOT_READ = {
    "zip": "is an archive, which is not opened",
    "rar": "is an archive, which is not opened",
    "7z": "is an archive, which is not opened",
    "pptx": "is of a kind that is not read",
}


def read_paper(body: bytes, *, url: str, name: str = "", content_type: str = "") -> Paper:
    """Read `body`, found at `url` and called `name`; its kind is told by its bytes.

    Never raises for a document, however broken: its state says what is wrong. `content_type` is only told where the kind is
    unknown.
    """
    kind = kind_of(body)
    if kind not in KINDS:
        what = _NOT_READ.get(kind) or f"is no document that is known here{f' ({content_type})' if content_type else ''}"
        return Paper(url, name, kind, "unread", detail=what)
    told = Told()
    read: ReadKind = registry.load(KINDS, kind)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # libraries warn of what documents lack; that is no news to anybody
            kind = _within(read, body, told) or kind
    except PaperFault as fault:
        return Paper(url, name, kind, fault.state, detail=fault.detail)
    except MemoryError:
        raise
    except Exception as error:  # noqa: BLE001 - readers raise whatever a damaged document leads them to
        if not any(told.pages):
            return Paper(url, name, kind, "broken", detail=f"is damaged ({type(error).__name__})")
        told.detail = f"only the first {len(told.pages)} pages could be read, it is damaged"
    if not any(page.strip() for page in told.pages):
        return Paper(url, name, kind, "scanned" if kind == "pdf" else "unread", detail=told.detail or "has no text in it")
    return Paper(url, name, kind, "read", tuple(told.pages), told.detail, tuple(told.labels))


def _within(read: ReadKind, body: bytes, told: Told) -> str:
    try:
        return read(body, told)
    except FullError:
        return ""

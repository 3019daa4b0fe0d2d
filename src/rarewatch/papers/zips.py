"""Opens zipped documents within bounds. Pure."""

import io
import zipfile

from rarewatch.papers.told import MAX_PARTS, MAX_UNPACKED, PaperFault


def opened(body: bytes) -> zipfile.ZipFile:
    """The archive of a document; raises `PaperFault` for one that unpacks to too much, is locked or damaged.

    A part never gives more bytes than its entry says, so what the entries say is what can come.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(body))
    except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError) as error:
        raise PaperFault("broken", "is damaged") from error
    parts = archive.infolist()
    if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise PaperFault("broken", "unpacks to more than is allowed")
    if any(part.flag_bits & 1 for part in parts):
        raise PaperFault("locked", "asks for a password")
    return archive

"""Reads the zipped format of sheets: one page a sheet, one line a row, cells parted by tabs."""

import io
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

import openpyxl

from rarewatch.papers.lines import mended
from rarewatch.papers.told import MAX_CHARACTERS, Told
from rarewatch.papers.zips import opened

_EXACT = 10**15


def read(body: bytes, told: Told) -> str:
    """Read every sheet with a cell in it, hidden ones too; formulas as the values last computed."""
    opened(body).close()
    book = openpyxl.load_workbook(io.BytesIO(body), read_only=True, data_only=True, keep_links=False)
    try:
        for sheet in book.worksheets:
            # What a sheet says of its size is a guess of whoever wrote it, and may be a million empty rows.
            sheet.reset_dimensions()
            told.add(mended(rows_text(sheet.iter_rows(values_only=True))), sheet.title)
    finally:
        book.close()
    return "xlsx"


def rows_text(rows: Iterable[Iterable[Any]]) -> str:
    """Rows of values as lines; empty rows and the empty cells behind the last are left out."""
    lines: list[str] = []
    room = MAX_CHARACTERS
    for row in rows:
        line = "\t".join(shown(value) for value in row).rstrip("\t")
        if line.strip():
            lines.append(line)
            room -= len(line)
        if room < 0:
            break
    return "\n".join(lines)


def shown(value: Any) -> str:
    """A cell's value as a person would read it; a break inside a cell becomes a blank."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).upper()
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < _EXACT else f"{value:.12g}"
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "minutes")
        case date():
            return value.isoformat()
    return " ".join(str(value).split())

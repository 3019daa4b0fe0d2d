"""Reads the old binary format of sheets (BIFF): one page a sheet, one line a row, cells parted by tabs."""

import io
from collections.abc import Iterator
from typing import Any

import xlrd

from rarewatch.papers.lines import mended
from rarewatch.papers.told import PaperFault, Told
from rarewatch.papers.xlsx import rows_text


def read(body: bytes, told: Told) -> str:
    """Read every sheet, hidden ones too; raises `PaperFault` where it is locked or damaged."""
    try:
        # What it has to say about odd files goes nowhere; a damaged allocation table need not cost the text.
        book = xlrd.open_workbook(
            file_contents=body, logfile=io.StringIO(), on_demand=True, ragged_rows=True, ignore_workbook_corruption=True
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise PaperFault("locked", "asks for a password") from error
        raise PaperFault("broken", "is damaged") from error
    with book:
        for number in range(book.nsheets):
            sheet = book.sheet_by_index(number)
            told.add(mended(rows_text(_rows(sheet, book.datemode))), sheet.name)
            book.unload_sheet(number)
    return "xls"


def _rows(sheet: Any, since: int) -> Iterator[list[Any]]:
    """The rows as values; `since` tells from which year days are counted."""
    for number in range(sheet.nrows):
        yield [_value(cell, since) for cell in sheet.row(number)]


def _value(cell: Any, since: int) -> Any:
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate_as_datetime(cell.value, since)
        except (ValueError, OverflowError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    return None if cell.ctype == xlrd.XL_CELL_ERROR else cell.value

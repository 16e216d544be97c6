"""XLSX: every answer as text in its cell, never as a formula; more rows than a sheet holds go on on the next one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from app.services.exporting.columns import Column
from app.services.exporting.refusals import TOO_LONG, TOO_WIDE, ExportRefused

MOST_ROWS = 1_048_576
MOST_COLUMNS = 16_384
MOST_SIGNS = 32_767
# The file says when it was made; the same rows shall give the same bytes.
MADE = datetime(2000, 1, 1)


def write(
    path: Path,
    columns: Sequence[Column],
    blocks: Iterable[list[tuple[Any, ...]]],
    tab: str,
    most_rows: int = MOST_ROWS,
) -> int:
    """Write header and rows, on `tab`, `tab 2`, …; how many rows. `most_rows` of a sheet, its header among them.

    Raises ExportRefused where a text or the columns do not fit.
    """
    if len(columns) > MOST_COLUMNS:
        raise ExportRefused(TOO_WIDE, columns=len(columns), most=MOST_COLUMNS)
    # The library keeps each sheet in a file of its own until the end; whatever happens, they go.
    with tempfile.TemporaryDirectory(prefix=".sheets-", dir=path.parent) as folder:
        settings = {
            "constant_memory": True,
            "strings_to_urls": False,
            "tmpdir": folder,
            "use_zip64": True,
        }
        book = xlsxwriter.Workbook(str(path), settings)
        book.set_properties({"created": MADE})
        try:
            count = _fill(book, columns, blocks, tab, most_rows)
        except BaseException:
            for sheet in book.worksheets():
                sheet.row_data_fh.close()
            raise
        book.close()
    return count


def _fill(
    book: Any, columns: Sequence[Column], blocks: Iterable[list[tuple[Any, ...]]], tab: str, most_rows: int
) -> int:
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = _sheet(book, tab, columns, bold)
    count, row, number = 0, 1, 1
    for cells in (cells for block in blocks for cells in block):
        if row >= most_rows:
            row, number = 1, number + 1
            sheet = _sheet(book, f"{tab} {number}", columns, bold)
        for place, cell in enumerate(cells):
            if cell is not None:
                _write(sheet, row, place, cell, day, columns[place])
        row, count = row + 1, count + 1
    return count


def _sheet(book: Any, tab: str, columns: Sequence[Column], bold: Any) -> Worksheet:
    sheet = book.add_worksheet(tab)
    sheet.freeze_panes(1, 1)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, column.name, bold)
    return sheet


def _write(sheet: Any, row: int, place: int, cell: Any, day: Any, column: Column) -> None:
    if isinstance(cell, str):
        # Signs beyond the basic plane count twice in a spreadsheet.
        if len(cell) > MOST_SIGNS // 2 and len(cell.encode("utf-16-le")) // 2 > MOST_SIGNS:
            raise ExportRefused(TOO_LONG, column=column.name, length=len(cell), most=MOST_SIGNS)
        sheet.write_string(row, place, cell)
    elif isinstance(cell, date):
        sheet.write_datetime(row, place, cell, day)
    else:
        sheet.write_number(row, place, cell)

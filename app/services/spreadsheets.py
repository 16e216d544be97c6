"""Tables that people send: a CSV or the first sheet of an Excel workbook, read as text row by row.

Rows are counted as a spreadsheet counts them: the line of names is row 1.
"""

from __future__ import annotations

import csv
import io
from datetime import date, datetime

from python_calamine import CalamineError, CalamineWorkbook

from app.services.spoken import SpokenError

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

LARGEST_FILE = 8 * 1024 * 1024
_DELIMITERS = ",;\t"
_ZIP = b"PK\x03\x04"


class TableRefused(SpokenError):
    """The file is no such table; nothing was read from it."""


def read_table(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header and the numbered rows that are not blank. Raises TableRefused."""
    if len(content) > LARGEST_FILE:
        raise TableRefused(_("The file is larger than %(most)s MB; split it."), most=LARGEST_FILE >> 20)
    return _workbook(content) if content.startswith(_ZIP) else _text(content)


def _workbook(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The first sheet of an Excel workbook."""
    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        # From the first row on, so that a row is counted as Excel shows it.
        cells = sheet.to_python(skip_empty_area=False)
    except (CalamineError, IndexError):
        raise TableRefused(
            _("This is no Excel workbook that can be read: save it again as XLSX, or as CSV UTF-8.")
        ) from None
    rows = [
        (number, [_spelled(cell) for cell in row])
        for number, row in enumerate(cells, 1)
        if any(_spelled(cell) for cell in row)
    ]
    if not rows:
        raise TableRefused(_("The file has no header: its first line must name the columns."))
    return rows[0][1], rows[1:]


def _spelled(cell: object) -> str:
    """A cell as it reads: Excel keeps 12 as 12.0. A code such as 01 must be a text there, or it is 1."""
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.time().min else cell.isoformat(" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _text(content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableRefused(
            _("Line %(line)s is not UTF-8 text: save the file as CSV UTF-8."), line=line
        ) from None
    first = text.lstrip("\r\n").partition("\n")[0]
    if not first.strip() or "\0" in text:
        raise TableRefused(_("The file has no header: its first line must name the columns."))
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        records = [
            (number, row)
            for number, row in enumerate(
                csv.reader(io.StringIO(text, ""), delimiter=delimiter, strict=True), 1
            )
            if any(cell.strip() for cell in row)
        ]
    except csv.Error:
        raise TableRefused(
            _("A quotation mark is never closed, or stands in the middle of a cell; mend it.")
        ) from None
    return records[0][1], records[1:]

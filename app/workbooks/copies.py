"""Copies of a workbook for machines and for publication, made of the signed file itself: the same digits.

CSV: a zip of one file per table. ODS: every sheet but that of charts, formulas as the values they give. The same
workbook gives the same bytes.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from app.messages import SOURCE_LANGUAGE, languages, translations
from app.workbooks.opendocument import content, parts
from app.workbooks.reading import BookRead, SheetRead, TableRead, Value, read_book
from app.workbooks.text import FORMULA_SIGNS

STAMP = (1980, 1, 1, 0, 0, 0)
BOM = "\ufeff"
STATUSES = ("OBS_STATUS", "CONF_STATUS")
# Words of the column of flags as statistical offices of the European Union write them: u low reliability, m missing;
# C confidential. Which of the hidden figures is the small one is told by none.
OBSERVED = {"small": "u", "indicative": "u", "not_estimable": "u", "no_variation": "u", "undefined": "m"}
CONFIDENTIAL = {"suppressed": "C"}


def csv_copy(path: Path, *, bom: bool = True) -> bytes:
    """A zip of one CSV per table, in the order of the sheets, and `contents.csv` with what stands above them.

    UTF-8; numbers unrounded with a point; codes as they are. With `bom`, for spreadsheet programs, a text that they
    would take for a formula begins with an apostrophe; without, for machines, every text is what it is. Raises NotRead.
    """
    book = read_book(path)
    tables = [sheet for sheet in book.sheets if sheet.table is not None]
    listed = [("file", "sheet", "title", "notes")]
    listed += [(f"{one.table.code}.csv", one.name, one.lines[0], "\n".join(one.lines[1:])) for one in tables]
    files = {"contents.csv": _csv(listed, bom)}
    for sheet in tables:
        files[f"{sheet.table.code}.csv"] = _csv(_lines(sheet.table), bom)
    return _zip(files.items())


def ods_copy(path: Path) -> bytes:
    """The workbook in OpenDocument format, numbers as numbers and headers as headers. Raises NotRead."""
    book = read_book(path)
    drawn = [f"{sheet.name}: " for sheet in book.sheets if _draws(sheet)]
    sheets = tuple(
        replace(sheet, lines=tuple(line for line in sheet.lines if not line.startswith(tuple(drawn))))
        for sheet in book.sheets
        if not _draws(sheet)
    )
    kept = BookRead(book.title, book.author, book.created, sheets)
    return _zip(parts(content(kept), kept, _language(book)))


def _draws(sheet: SheetRead) -> bool:
    return sheet.name in {translations(language).gettext("Charts") for language in languages()}


def _language(book: BookRead) -> str:
    """The language of a workbook, by the name of its first sheet."""
    first = book.sheets[0].name
    return next((one for one in languages() if translations(one).gettext("Cover") == first), SOURCE_LANGUAGE)


def _lines(table: TableRead) -> Iterator[tuple[str, ...]]:
    """The table with its header; beside a column of flags its two columns of statuses."""
    flags = {translations(language).gettext("Flag") for language in languages()}
    at = next((place for place, header in enumerate(table.headers) if header in flags), None)
    yield table.headers if at is None else (*table.headers, *STATUSES)
    for row in table.rows:
        cells = tuple(map(written, row))
        if at is None:
            yield cells
        else:
            words = cells[at].split()
            statuses = ("".join(dict.fromkeys(kinds.get(word, "") for word in words)) for kinds in _KINDS)
            yield (*cells, *statuses)


_KINDS = (OBSERVED, CONFIDENTIAL)


def written(value: Value) -> str:
    """A cell as text: numbers with every digit that the workbook has."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        return format(Decimal(repr(value).removesuffix(".0")), "f")
    return str(value)


def _csv(lines: Iterable[Iterable[str]], bom: bool) -> bytes:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    for number, line in enumerate(lines):
        writer.writerow([_harmless(cell) for cell in line] if bom and number else line)
    return ((BOM if bom else "") + text.getvalue()).encode("utf-8")


def _harmless(text: str) -> str:
    """The text so that a spreadsheet program does not compute it; a number is left alone."""
    if not text.startswith(FORMULA_SIGNS):
        return text
    try:
        Decimal(text)
    except ArithmeticError:
        return f"'{text}"
    return text


def _zip(files: Iterable[tuple[str, bytes]]) -> bytes:
    stream = BytesIO()
    with ZipFile(stream, "w") as archive:
        for name, data in files:
            entry = ZipInfo(name, STAMP)
            # The type of an OpenDocument file must be readable without unpacking.
            entry.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            archive.writestr(entry, data)
    return stream.getvalue()

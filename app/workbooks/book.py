"""Write a scorecard as a workbook.

The same scorecard gives the same bytes: no clock, no chance, no order that is not the card's own.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException

from app.messages import translations
from app.scorecards import Scorecard
from app.workbooks.contents import contents_lines
from app.workbooks.cover import cover_lines
from app.workbooks.formats import WORKBOOK_OPTIONS, Formats
from app.workbooks.lines import Line, draw_lines
from app.workbooks.names import NamedCell, named_cells
from app.workbooks.problems import NotWritten
from app.workbooks.references import NOTES, notes_table
from app.workbooks.sheet import Sheet, checked, tab_name
from app.workbooks.tables import Page, draw, lay_out
from app.workbooks.text import clean

PROGRAM = "Hailong"  # the author of a working copy that nobody publishes
TEXT_SHEET = 800  # pixels of column A on the cover and on the contents
TEXT_AIR = 7  # pixels between their lines, in place of empty rows

# No text is ever taken for a formula, a link or a number; parts are put together in memory, so that a
# failure leaves nothing behind.
_OPTIONS = {
    **WORKBOOK_OPTIONS,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}


def write(card: Scorecard, path: str | Path) -> Path:
    """Write the card's workbook to `path`, whole or not at all, and return the path.

    Raises a WorkbookError: what in the card is wrong, or why the file cannot be stored. A file that stood
    at `path` is replaced only by a complete one.
    """
    path = Path(path)
    content = BytesIO()
    write_to(card, content)
    # Beside the target, so that the renaming is one step; a name of its own, so that two writers do not meet.
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        try:
            part.write_bytes(content.getbuffer())
            os.replace(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise NotWritten(f"The workbook {path} cannot be stored: {error.strerror or error}.") from error
    return path


def write_to(card: Scorecard, stream: BinaryIO) -> None:
    """Write the card's workbook to a binary stream; a WorkbookError leaves the stream untouched."""
    cover_tab, contents_tab, pages = _pages(card)
    names = named_cells(pages)
    content = BytesIO()
    try:
        workbook = Workbook(content, _OPTIONS)
        _set_properties(workbook, card)
        formats = Formats(workbook)
        _draw_texts(Sheet(workbook, formats, cover_tab), cover_lines(card, contents_tab))
        _draw_texts(Sheet(workbook, formats, contents_tab), contents_lines(pages, names, card.language))
        for page in pages:
            draw(page, Sheet(workbook, formats, page.tab))
        _define(workbook, names)
        workbook.close()
    except XlsxWriterException as error:
        raise NotWritten(
            f"The workbook of {card.label} was refused by the spreadsheet library: {error}"
        ) from error
    stream.write(content.getbuffer())


def _pages(card: Scorecard) -> tuple[str, str, list[Page]]:
    """Names of the cover's and the contents' sheets, and every sheet with a table, laid out."""
    _ = translations(card.language).gettext
    tabs: list[str] = []

    def tab(name: str) -> str:
        tabs.append(tab_name(name, tabs))
        return tabs[-1]

    cover_tab, contents_tab = tab(_("Cover")), tab(_("Contents"))
    # A sheet without content is not written: a table without rows, notes where there are none.
    tables = [table for table in (notes_table(card), *card.tables) if table.rows]
    named = [(table, tab(table.tab)) for table in tables]
    notes_tab = next((name for table, name in named if table.code == NOTES), None)
    return cover_tab, contents_tab, [lay_out(table, name, card, notes_tab) for table, name in named]


def _draw_texts(sheet: Sheet, lines: Iterable[Line]) -> None:
    lines = tuple(lines)
    sheet.widths([TEXT_SHEET])
    draw_lines(sheet, lines, column=TEXT_SHEET, room=TEXT_SHEET, air=TEXT_AIR)
    sheet.printed(len(lines) - 1, 0)


def _set_properties(workbook: Workbook, card: Scorecard) -> None:
    properties = {
        "title": card.title,
        "author": card.organisation or PROGRAM,
        "company": card.organisation,
        "keywords": ", ".join(card.keywords),
        "comments": card.summary,
    }
    cleaned = {name: clean(text, f"Document property {name}") for name, text in properties.items()}
    # XlsxWriter stamps the time of writing unless it is given another.
    workbook.set_properties(cleaned | {"created": datetime.combine(card.published, time(), UTC)})


def _define(workbook: Workbook, names: tuple[NamedCell, ...]) -> None:
    for cell in names:
        checked(workbook.define_name(cell.name, cell.formula), f"Name {cell.name}")

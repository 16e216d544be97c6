"""Write a scorecard as a workbook.

The same scorecard gives the same bytes: no clock, no chance, no order that is not the card's own.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from xlsxwriter import Workbook
from xlsxwriter.exceptions import XlsxWriterException

from app.messages import translations
from app.scorecards import Scorecard
from app.workbooks.charts import chart_lines, draw_charts
from app.workbooks.contents import contents_lines
from app.workbooks.cover import cover_lines
from app.workbooks.formats import WORKBOOK_OPTIONS, Formats
from app.workbooks.formulas import Formulas
from app.workbooks.lines import Line, draw_lines
from app.workbooks.names import NamedCell, named_cells
from app.workbooks.problems import NotWritten
from app.workbooks.references import NOTES, notes_table
from app.workbooks.sheet import Sheet, checked, tab_name
from app.workbooks.tables import Page, draw, lay_out
from app.workbooks.text import clean

PROGRAM = "Hailong"  # the author of a working copy that nobody publishes
BEFORE = "manifest"  # code of the table before which the charts stand
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
    tabs = _tabs(card)
    names = named_cells(tabs.pages)
    formulas = Formulas(tabs.pages, {name.name for name in names})
    content = BytesIO()
    try:
        workbook = Workbook(content, _OPTIONS)
        _set_properties(workbook, card)
        formats = Formats(workbook)
        _draw_texts(Sheet(workbook, formats, tabs.cover), cover_lines(card, tabs.contents))
        listed = contents_lines(tabs.entries(card), names, card.language)
        _draw_texts(Sheet(workbook, formats, tabs.contents), listed)
        for page in tabs.pages:
            if page.table.code == BEFORE:
                _draw_charts(workbook, formats, card, tabs, formulas)
            draw(page, Sheet(workbook, formats, page.tab), formulas)
        if BEFORE not in {page.table.code for page in tabs.pages}:
            _draw_charts(workbook, formats, card, tabs, formulas)
        _define(workbook, names)
        workbook.close()
    except XlsxWriterException as error:
        raise NotWritten(
            f"The workbook of {card.label} was refused by the spreadsheet library: {error}"
        ) from error
    stream.write(content.getbuffer())


@dataclass(frozen=True)
class _Tabs:
    """Names of the sheets, and every sheet with a table, laid out; `charts` is empty where none is drawn."""

    cover: str
    contents: str
    pages: list[Page]
    charts: str

    def entries(self, card: Scorecard) -> list[tuple[str, str]]:
        """Name and title of each sheet that the contents list, in their order."""
        found = [(page.tab, page.lines[0].text) for page in self.pages]
        if self.charts:
            codes = [page.table.code for page in self.pages]
            at = codes.index(BEFORE) if BEFORE in codes else len(codes)
            found.insert(at, (self.charts, chart_lines(card, self.pages)[0].text))
        return found


def _tabs(card: Scorecard) -> _Tabs:
    _ = translations(card.language).gettext
    taken: list[str] = []

    def tab(name: str) -> str:
        taken.append(tab_name(name, taken))
        return taken[-1]

    cover_tab, contents_tab = tab(_("Cover")), tab(_("Contents"))
    # A sheet without content is not written: a table without rows, notes where there are none.
    tables = [table for table in (notes_table(card), *card.tables) if table.rows]
    named = [(table, tab(table.tab)) for table in tables]
    notes_tab = next((name for table, name in named if table.code == NOTES), None)
    pages = [lay_out(table, name, card, notes_tab) for table, name in named]
    return _Tabs(cover_tab, contents_tab, pages, tab(_("Charts")) if card.charts else "")


def _draw_charts(
    workbook: Workbook, formats: Formats, card: Scorecard, tabs: _Tabs, formulas: Formulas
) -> None:
    if tabs.charts:
        draw_charts(workbook, Sheet(workbook, formats, tabs.charts), card, tabs.pages, formulas)


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

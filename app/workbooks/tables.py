"""The sheet of one table: what stands above it, the table itself, its print set-up."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.figures import DECIMALS
from app.messages import translations
from app.scorecards import Formula, Scorecard, Table
from app.workbooks.cells import Cells, Content, table_cells
from app.workbooks.layout import DEFAULT_COLUMN, PAGE, Sizes, fit, is_indented
from app.workbooks.lines import Line, draw_lines
from app.workbooks.metrics import LINE_HEIGHT
from app.workbooks.problems import TooLarge
from app.workbooks.references import NOTES, explanations, refer, refers_to_notes
from app.workbooks.sheet import MAX_COLUMNS, MAX_ROWS, Sheet, cell_address
from app.workbooks.text import clean

if TYPE_CHECKING:
    from app.workbooks.formulas import Formulas

WRAPPING_FIRST = 400  # pixels of column A where a line above the table is too long for the page

HEADER_AIR = 8  # pixels between the lines above the table and its header

_CODE = re.compile(r"\s*[-+]?[0-9][0-9.,]*(?:[eE][-+]?[0-9]+)?\s*%?\s*")  # what programs take for a number


@dataclass(frozen=True, slots=True)
class Page:
    """A table with everything decided but nothing written: where its header stands is known."""

    table: Table
    tab: str
    lines: tuple[Line, ...]
    cells: Cells
    sizes: Sizes

    @property
    def header_row(self) -> int:
        """Row of the header, counted from 0: the first after the lines."""
        return len(self.lines)

    @property
    def last_row(self) -> int:
        """Last row of the table, counted from 0."""
        return self.header_row + len(self.cells.rows)


def lay_out(table: Table, tab: str, card: Scorecard, notes_tab: str | None) -> Page:
    """Decide the sheet of a table; a WorkbookError says what in the table is wrong.

    `notes_tab` is the name of the sheet of notes, None where there is none.
    """
    cells = table_cells(table, card.language)
    lines = tuple(_lines_above(table, cells, card, notes_tab))
    if len(lines) + len(cells.rows) >= MAX_ROWS or len(cells.headers) > MAX_COLUMNS:
        raise TooLarge(
            f"Table {table.code} has {len(cells.rows):,} rows and {len(cells.headers):,} columns; a worksheet "
            f"holds {MAX_ROWS:,} and {MAX_COLUMNS:,}. Write it as CSV instead."
        )
    return Page(table, tab, lines, cells, _sizes(cells, lines, f"Table {table.code}"))


def draw(page: Page, sheet: Sheet, formulas: Formulas) -> None:
    """Write a page onto its sheet."""
    width = sum(page.sizes.widths)
    sheet.widths(page.sizes.widths)
    draw_lines(sheet, page.lines, column=page.sizes.widths[0], room=max(width, PAGE))
    table = page.table
    title, subtitle = page.lines[0].text, page.lines[1].text
    styles = [_style(column, kind) for column, kind in enumerate(page.cells.kinds)]
    headers = [(header, style[0]) for header, style in zip(page.cells.headers, styles, strict=True)]
    name = f"tbl_{table.code.replace('-', '_')}"
    sheet.table(page.header_row, page.last_row, name, headers, title, subtitle)
    sheet.height(page.header_row, page.sizes.header_lines * LINE_HEIGHT + HEADER_AIR)
    _draw_rows(page, sheet, [style for _, style in styles], formulas)
    codes = [column for column in range(len(headers)) if _holds_codes(page.cells, column)]
    sheet.codes_in_columns(codes, page.header_row + 1, page.last_row)
    sheet.printed(page.last_row, _last_printed_column(page), page.header_row)


def _draw_rows(page: Page, sheet: Sheet, styles: Sequence[str], formulas: Formulas) -> None:
    sized = zip(page.cells.rows, page.sizes.row_lines, strict=True)
    for row, (cells, lines) in enumerate(sized, page.header_row + 1):
        if lines > 1:
            sheet.height(row, lines * LINE_HEIGHT)
        for column, cell in enumerate(cells):
            if isinstance(cell, str):
                sheet.text(row, column, cell, styles[column])
            elif isinstance(cell, Formula):
                place = (
                    f"Table {page.table.code}, row {row - page.header_row}, {page.cells.headers[column]!r}"
                )
                style = styles[column] if isinstance(cell.value, bool) else page.cells.kinds[column]
                sheet.formula(row, column, formulas.text(cell, place), cell.value, style)
            else:
                sheet.number(row, column, cell, page.cells.kinds[column])


def _style(column: int, kind: str) -> tuple[str, str]:
    """Names of the formats of a column's header and of its texts (in a column of numbers: its marks)."""
    if kind in DECIMALS:
        return "header_number", "mark"
    return ("header_indented", "text_indented") if is_indented(column, False) else ("header", "text")


def _lines_above(table: Table, cells: Cells, card: Scorecard, notes_tab: str | None) -> Iterator[Line]:
    """Title, subtitle, number of tables, remarks, marks, notes, blank cells, source: in this order."""
    _ = translations(card.language).gettext
    place = f"Table {table.code}"

    def said(text: str, what: str, *, one_line: bool = False) -> str:
        return refer(clean(text, f"{place}, {what}", one_line=one_line), card.language)

    title = said(table.title, "title", one_line=True)
    subtitle = said(table.subtitle, "subtitle", one_line=True)
    remarks = [said(remark, f"remark {number}") for number, remark in enumerate(table.remarks, 1)]
    yield Line(title, "title")
    yield Line(subtitle)
    yield Line(_("This worksheet contains one table."))
    yield from map(Line, remarks)
    if table.code != NOTES:
        for fact in explanations(cells.marks, card, place):
            yield Line(said(f"{fact.label}: {fact.text}", f"mark {fact.label}"))
    refers = refers_to_notes([title, subtitle, *remarks, *cells.texts()], card, place)
    if refers and notes_tab and table.code != NOTES:
        text = _("The notes are explained on the sheet “%(tab)s”.") % {"tab": notes_tab}
        yield Line(text, "link", address=cell_address(notes_tab, 0, 0))
    if blank := cells.blank_columns():
        text = _("Empty cells mean that there is nothing to remark; they occur in: %(columns)s.")
        yield Line(text % {"columns": "; ".join(f"“{header}”" for header in blank)})
    if table.source:
        yield Line(said(_("Source: %(source)s") % {"source": table.source}, "source"))


def _sizes(cells: Cells, lines: tuple[Line, ...], place: str) -> Sizes:
    figures = [kind in DECIMALS for kind in cells.kinds]
    texts = [_shown(cells, column) for column in range(len(cells.headers))]

    def sized(first: int) -> Sizes:
        return fit(cells.headers, figures, texts, rows=len(cells.rows), first=first, place=place)

    sizes = sized(0)
    room = max(PAGE, sum(sizes.widths))
    return sized(WRAPPING_FIRST) if any(line.width() > room for line in lines) else sizes


def _shown(cells: Cells, column: int) -> tuple[str, ...]:
    """The texts of a column; of a column of numbers only the widest, for the numbers of one column look alike."""
    content = tuple(map(_seen, cells.column(column)))
    if (kind := cells.kinds[column]) not in DECIMALS:
        return content
    numbers = [cell for cell in content if not isinstance(cell, str)]
    extremes = (min(numbers), max(numbers)) if numbers else ()
    marks = {cell for cell in content if isinstance(cell, str)}
    return (*(f"{number:,.{DECIMALS[kind]}f}" for number in extremes), *marks)


def _seen(cell: Content) -> str | float | int:
    """What a reader sees: of a formula, what it gives."""
    if isinstance(cell, Formula):
        return str(cell.value).upper() if isinstance(cell.value, bool) else cell.value
    return cell


def _holds_codes(cells: Cells, column: int) -> bool:
    """Whether a column of texts has cells that look like numbers, such as agency codes."""
    return cells.kinds[column] not in DECIMALS and any(
        isinstance(cell, str) and _CODE.fullmatch(cell) for cell in cells.column(column)
    )


def _last_printed_column(page: Page) -> int:
    """The last column of the table, or as many empty ones more as the lines above it run over."""
    last, width = len(page.sizes.widths) - 1, sum(page.sizes.widths)
    running = max((line.width() for line in page.lines if line.width() <= PAGE), default=0)
    while width < running:
        last, width = last + 1, width + DEFAULT_COLUMN
    return last

"""The cells of a table, checked against their columns and ready to be written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from app.figures import DECIMALS, mark_text
from app.scorecards import Cell, Column, Figure, Formula, Table
from app.workbooks.problems import BadCell, BadHeader, WorkbookError
from app.workbooks.references import refer
from app.workbooks.text import clean

MAX_HEADER = 255  # characters of a column's name in a real table
EXACT = 10**15  # spreadsheets keep fifteen digits

Content = str | float | int | Formula  # what a cell holds


@dataclass(frozen=True, slots=True)
class Cells:
    """One table as it will stand on its sheet: texts in NFC, marks written out, values unrounded."""

    headers: tuple[str, ...]
    kinds: tuple[str, ...]
    rows: tuple[tuple[Content, ...], ...]
    marks: frozenset[str]  # as written, `[c]`

    def column(self, index: int) -> tuple[Content, ...]:
        """All cells of one column."""
        return tuple(row[index] for row in self.rows)

    def texts(self) -> Iterator[str]:
        """Every header and every text cell."""
        yield from self.headers
        for row in self.rows:
            yield from (cell for cell in row if isinstance(cell, str))

    def blank_columns(self) -> tuple[str, ...]:
        """Headers of the columns in which some cell is empty."""
        return tuple(
            header for index, header in enumerate(self.headers) if any(row[index] == "" for row in self.rows)
        )


def table_cells(table: Table, language: str) -> Cells:
    """Check and prepare a table's headers and cells; BadHeader, BadCell or BadText say where one is wrong."""
    headers = tuple(_headers(table, language))
    marks: set[str] = set()
    rows = tuple(
        tuple(_row(row, table.columns, headers, f"Table {table.code}, row {number}", marks, language))
        for number, row in enumerate(table.rows, 1)
    )
    marks.update(mark for row in rows for cell in row if isinstance(cell, str) for mark in marks_alone(cell))
    return Cells(headers, tuple(column.kind for column in table.columns), rows, frozenset(marks))


def marks_alone(text: str) -> tuple[str, ...]:
    """The marks of a text that holds nothing else (`[c]`, `[u] [x]`); brackets within a sentence are not marks."""
    if not text.lstrip().startswith("["):  # most texts; a workbook has tens of thousands
        return ()
    words = text.split()
    if all(len(word) > 2 and word[0] == "[" and word[-1] == "]" and word[1:-1].isalpha() for word in words):
        return tuple(words)
    return ()


def _headers(table: Table, language: str) -> Iterator[str]:
    if not table.columns:
        raise BadHeader(f"Table {table.code} has no columns; give it at least one.")
    seen: dict[str, str] = {}
    for column in table.columns:
        place = f"Table {table.code}, column {column.code}"
        header = refer(clean(column.header, place, one_line=True), language)
        if not header.strip():
            raise BadHeader(f"{place}: the header is empty; every column needs one.")
        if len(header.encode("utf-16-le")) // 2 > MAX_HEADER or header.startswith("<r>"):
            raise BadHeader(
                f"{place}: a header has at most {MAX_HEADER} characters and does not begin with <r>; "
                f"write another."
            )
        if other := seen.get(header.lower()):
            raise BadHeader(
                f"{place}: the header {header!r} is already that of column {other}; "
                f"headers differ by more than case."
            )
        seen[header.lower()] = column.code
        yield header


def _row(
    row: Sequence[Cell],
    columns: Sequence[Column],
    headers: Sequence[str],
    place: str,
    marks: set[str],
    language: str,
) -> Iterator[Content]:
    beside: set[str] = set()
    texts: set[str] = set()
    for position, cell in enumerate(row):
        try:
            if isinstance(cell, str):
                yield _text(cell, columns[position], texts, language)
            elif isinstance(cell, Formula):
                yield _formula(cell, columns[position])
            else:
                yield _figure(cell, columns[position], marks, beside)
        except WorkbookError as error:
            raise type(error)(f"{place}, column {headers[position]!r}: {error}") from None
    if missing := beside - texts:
        raise BadCell(
            f"{place}: the mark {min(missing)} qualifies a number; write it in a text column of the same row."
        )


def _text(text: str, column: Column, texts: set[str], language: str) -> str:
    if column.kind in DECIMALS:
        raise BadCell(
            f"the text {text!r} stands among numbers; give a figure, with a mark if it has no value."
        )
    text = refer(clean(text), language)
    texts.update(marks_alone(text))
    return text


def _figure(figure: Figure, column: Column, marks: set[str], beside: set[str]) -> str | float | int:
    if column.kind not in DECIMALS:
        raise BadCell("a figure stands in a column of texts; make it a column of numbers.")
    if figure.mark is not None:
        mark = mark_text(figure.mark)
        marks.add(mark)
        if figure.value is None:
            return mark
        beside.add(mark)
    if not isfinite(figure.value) or abs(figure.value) >= EXACT:
        raise BadCell(f"{figure.value} is not a number that a cell can hold; give the figure a mark instead.")
    return figure.value


def _formula(formula: Formula, column: Column) -> Formula:
    """A formula of numbers stands among numbers, a yes or no among texts."""
    value, number = formula.value, column.kind in DECIMALS
    if isinstance(value, bool) is number:
        raise BadCell("a formula of numbers stands among texts, or a yes or no among numbers; move it.")
    if number and (not isfinite(value) or abs(value) >= EXACT):
        raise BadCell(f"{value} is not a number that a cell can hold; leave the formula out.")
    return formula

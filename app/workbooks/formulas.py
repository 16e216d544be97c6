"""Formulas as text: cells by their addresses, functions from a closed list, and no number of their own.

Figures are cited cell by cell: a structured reference cannot name one line of a table, and LibreOffice does not read
one whose header holds brackets. Constants are cited by their names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from app.scorecards import Cited, Formula
from app.workbooks.problems import BadFormula
from app.workbooks.sheet import column_letters, sheet_reference
from app.workbooks.tables import Page

# What Excel since 2010 and LibreOffice since 4.2 work out alike; nothing that spills over several cells.
FUNCTIONS = ("ABS", "AVERAGE", "MAX", "MIN", "SUM", "SUMPRODUCT", "_xlfn.NORM.S.INV", "_xlfn.T.INV.2T")
MAX_FORMULA = 8_192  # characters

_FUNCTION = "|".join(re.escape(name) for name in FUNCTIONS)
_WORDS = re.compile(rf"(?:(?:{_FUNCTION})\(|(?P<name>[a-z][a-z0-9_]*)|<=|[-+*/(),])")


class Formulas:
    """The formulas of one workbook: where every cell stands is known, and every name."""

    def __init__(self, pages: Iterable[Page], names: Collection[str]):
        self._pages = {page.table.code: page for page in pages}
        self._names = frozenset(names)

    def text(self, formula: Formula, place: str) -> str:
        """The formula as a spreadsheet has it; BadFormula says what is wrong with it."""
        text = "=" + "".join(
            self._cited(part, place) if isinstance(part, Cited) else self._words(part, place)
            for part in formula.parts
        )
        if len(text) > MAX_FORMULA:
            raise BadFormula(f"{place}: a formula has at most {MAX_FORMULA:,} characters; cite a range.")
        return text

    def _words(self, text: str, place: str) -> str:
        end = 0
        for found in _WORDS.finditer(text):
            name = found["name"]
            if found.start() != end or (name and name not in self._names):
                break
            end = found.end()
        if end != len(text):
            raise BadFormula(
                f"{place}: {text[end:]!r} stands in a formula, which holds functions of the list, signs and names of"
                f" cells; put numbers among the parameters and cite them."
            )
        return text

    def _cited(self, cited: Cited, place: str) -> str:
        return self.address(cited, place)

    def address(self, cited: Cited, place: str) -> str:
        """`'Tổng hợp'!$C$9`, or `'Tổng hợp'!$C$9:$C$12`; BadFormula where a cell has no number to read."""
        page = self._pages.get(cited.table)
        codes = [column.code for column in page.table.columns] if page else []
        last = cited.row if cited.last is None else cited.last
        if cited.column not in codes or not 0 <= cited.row <= last < len(page.cells.rows):
            raise BadFormula(
                f"{place}: there is no {cited.table} with rows {cited.row} to {last} of a column {cited.column!r}."
            )
        column = codes.index(cited.column)
        for row in range(cited.row, last + 1):
            if isinstance(cell := page.cells.rows[row][column], str):
                raise BadFormula(f"{place}: it reads row {row} of {cited.table}, which shows {cell!r}.")
        letters, first = column_letters(column), page.header_row + 2 + cited.row
        end = f":${letters}${first + last - cited.row}" if cited.last is not None else ""
        return f"{sheet_reference(page.tab)}!${letters}${first}{end}"

    def numbers(self, cited: Cited, count: int, place: str) -> list[float]:
        """The numbers that stand there; BadFormula unless they are so many."""
        self.address(cited, place)
        page, last = self._pages[cited.table], cited.row if cited.last is None else cited.last
        column = [one.code for one in page.table.columns].index(cited.column)
        found = [page.cells.rows[row][column] for row in range(cited.row, last + 1)]
        if len(found) != count:
            raise BadFormula(f"{place}: {len(found)} numbers are cited for {count} figures.")
        return [cell.value if isinstance(cell, Formula) else cell for cell in found]

"""Names that formulas may use for single cells: `score_sipas`, `n_sipas`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from app.scorecards import Name
from app.workbooks.problems import BadName
from app.workbooks.sheet import column_letters, sheet_reference
from app.workbooks.tables import Page
from app.workbooks.text import clean

# A letter first; nothing that reads as a cell (`ab12`, `r1c1`); the prefix of the tables is taken.
_NAME = re.compile(r"(?!tbl_)(?![a-z]{1,3}[0-9]+$)(?!r[0-9]*c?[0-9]*$)(?!c[0-9]*$)[a-z][a-z0-9_]{0,254}")


@dataclass(frozen=True, slots=True)
class NamedCell:
    """A cell with its name; row and column counted from 0."""

    name: str
    tab: str
    row: int
    column: int
    text: str

    @property
    def formula(self) -> str:
        """What the name stands for, absolute: `='Tổng hợp'!$C$9`."""
        return f"={sheet_reference(self.tab)}!${column_letters(self.column)}${self.row + 1}"


def named_cells(pages: Iterable[Page]) -> tuple[NamedCell, ...]:
    """Every named cell of the workbook; BadName where a name or its place is wrong."""
    found: dict[str, NamedCell] = {}
    for page in pages:
        for name in page.table.names:
            cell = _located(name, page)
            if cell.name in found:
                raise BadName(
                    f"Table {page.table.code}: the name {cell.name} is given to two cells; choose another."
                )
            found[cell.name] = cell
    return tuple(found.values())


def _located(name: Name, page: Page) -> NamedCell:
    written = name.name.replace("-", "_")
    place = f"Table {page.table.code}, name {name.name!r}"
    if not _NAME.fullmatch(written):
        raise BadName(
            f"{place}: a name begins with a letter a-z, goes on with a-z, 0-9 and _, and is no cell."
        )
    codes = [column.code for column in page.table.columns]
    if name.column not in codes or not 0 <= name.row < len(page.table.rows):
        raise BadName(
            f"{place}: the table has no row {name.row} with a column {name.column!r}; name a cell it has."
        )
    return NamedCell(
        name=written,
        tab=page.tab,
        row=page.header_row + 1 + name.row,
        column=codes.index(name.column),
        text=clean(name.text, place, one_line=True),
    )

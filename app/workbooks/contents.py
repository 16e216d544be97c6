"""The list of sheets and of named cells, each a link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.messages import translations
from app.workbooks.lines import Line
from app.workbooks.names import NamedCell
from app.workbooks.sheet import cell_address


def contents_lines(
    entries: Sequence[tuple[str, str]], names: Sequence[NamedCell], language: str
) -> Iterator[Line]:
    """The lines of the sheet, top to bottom; `entries` are name and title of each sheet."""
    _ = translations(language).gettext
    yield Line(_("Contents"), "title")
    yield Line(_("Each line leads to a worksheet; every worksheet holds one table, and that of charts none."))
    for tab, title in entries:
        yield Line(f"{tab}: {title}", "link", address=cell_address(tab, 0, 0))
    if names:
        yield Line(_("Names for formulas"), "heading")
        yield Line(_("A formula in this workbook can use these names for single cells."))
    for cell in names:
        yield Line(f"{cell.name}: {cell.text}", "link", address=cell_address(cell.tab, cell.row, cell.column))

"""The list of sheets and of named cells, each a link."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.messages import translations
from app.workbooks.lines import Line
from app.workbooks.names import NamedCell
from app.workbooks.sheet import cell_address
from app.workbooks.tables import Page


def contents_lines(pages: Sequence[Page], names: Sequence[NamedCell], language: str) -> Iterator[Line]:
    """The lines of the sheet, top to bottom."""
    _ = translations(language).gettext
    yield Line(_("Contents"), "title")
    yield Line(_("Each line leads to a worksheet; every worksheet holds one table."))
    for page in pages:
        yield Line(f"{page.tab}: {page.lines[0].text}", "link", address=cell_address(page.tab, 0, 0))
    if names:
        yield Line(_("Names for formulas"), "heading")
        yield Line(_("A formula in this workbook can use these names for single cells."))
    for cell in names:
        yield Line(f"{cell.name}: {cell.text}", "link", address=cell_address(cell.tab, cell.row, cell.column))

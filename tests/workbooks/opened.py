"""A workbook file as the linter sees it: through openpyxl, and as raw parts where openpyxl hides things."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile, ZipInfo

from openpyxl import load_workbook
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
DIGIT = 8  # pixels of a digit in Arial 11, the unit of column widths
DEFAULT_WIDTH = 72  # pixels


class Opened:
    """One file, read once."""

    def __init__(self, path: Path):
        self.path = path
        # Formulas as their computed values, the way previews and parsers read them.
        content = path.read_bytes()
        self.book = load_workbook(BytesIO(content), data_only=True)
        with ZipFile(BytesIO(content)) as archive:
            self.stamps: list[ZipInfo] = archive.infolist()
            self.parts = {name: archive.read(name) for name in archive.namelist()}

    @cached_property
    def sheets(self) -> list[OpenedSheet]:
        """Every worksheet in order, charts sheets left out."""
        return [OpenedSheet(self, sheet) for sheet in self.book.worksheets]

    def property_text(self, name: str) -> str:
        """A document property as the file has it (openpyxl fills empty ones in)."""
        core = ElementTree.fromstring(self.parts["docProps/core.xml"])
        return next((element.text or "" for element in core if element.tag.endswith(f"}}{name}")), "")

    def part_of(self, title: str) -> str:
        """Name of the part that holds a sheet."""
        workbook = ElementTree.fromstring(self.parts["xl/workbook.xml"])
        relations = ElementTree.fromstring(self.parts["xl/_rels/workbook.xml.rels"])
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        for sheet in workbook.iter(f"{MAIN}sheet"):
            if sheet.get("name") == title:
                return "xl/" + targets[sheet.get(RELATION)].removeprefix("/xl/")
        raise KeyError(title)


class OpenedSheet:
    """One worksheet; rows and columns are counted from 1, as spreadsheet programs do."""

    def __init__(self, opened: Opened, sheet: Worksheet):
        self.sheet = sheet
        self.title = sheet.title
        self.xml = ElementTree.fromstring(opened.parts[opened.part_of(sheet.title)])
        self.cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
        self.last_row = max((cell.row for cell in self.cells), default=0)
        self.last_column = max((cell.column for cell in self.cells), default=0)

    @cached_property
    def table(self) -> tuple[int, int, int, int] | None:
        """Bounds of the only table (first column, header row, last column, last row); None unless there is one."""
        tables = list(self.sheet.tables.values())
        return range_boundaries(tables[0].ref) if len(tables) == 1 else None

    @property
    def header_row(self) -> int:
        """Row of the table's header; beyond the last row where there is no table."""
        return self.table[1] if self.table else self.last_row + 1

    def above(self) -> list[str]:
        """The texts of column A above the table."""
        return [str(self.sheet.cell(row, 1).value or "") for row in range(1, self.header_row)]

    def columns(self) -> Iterator[tuple[str, list[Cell]]]:
        """Each column of the table: its header and its cells below."""
        if self.table:
            first, header, last, bottom = self.table
            for column in range(first, last + 1):
                cells = [self.sheet.cell(row, column) for row in range(header + 1, bottom + 1)]
                yield str(self.sheet.cell(header, column).value or ""), cells

    def in_table(self, cell: Cell) -> bool:
        """Whether a cell belongs to the table, its header included."""
        return bool(self.table) and cell.row >= self.header_row

    @cached_property
    def widths(self) -> dict[int, float]:
        """Pixels of the columns that have a width of their own."""
        return {
            column: float(element.get("width", 0)) * DIGIT
            for element in self.xml.iter(f"{MAIN}col")
            for column in range(int(element.get("min", 1)), int(element.get("max", 1)) + 1)
        }

    def width(self, column: int) -> float:
        """Pixels of a column."""
        return self.widths.get(column, DEFAULT_WIDTH)

    def height(self, row: int) -> float:
        """Points of a row."""
        return self.sheet.row_dimensions[row].height or self.sheet.sheet_format.defaultRowHeight

    @cached_property
    def declared_codes(self) -> set[str]:
        """Addresses for which digits are declared to be text."""
        found: set[str] = set()
        for element in self.xml.iter(f"{MAIN}ignoredError"):
            if element.get("numberStoredAsText") == "1":
                for part in element.get("sqref", "").split():
                    first, top, last, bottom = range_boundaries(part)
                    found |= {
                        f"{get_column_letter(column)}{row}"
                        for column in range(first, last + 1)
                        for row in range(top, bottom + 1)
                    }
        return found

    def print_range(self) -> tuple[int, int, int, int] | None:
        """Bounds of the print area (first column, first row, last column, last row)."""
        area = re.sub(r"^.*!", "", str(self.sheet.print_area or ""))
        return range_boundaries(area.replace("$", "")) if area else None

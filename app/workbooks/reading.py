"""A finished workbook read back: its texts, its tables, how its numbers are shown. What copies are made from."""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile

from python_calamine import CalamineWorkbook

from app.workbooks.problems import NotRead

Value = str | float | bool

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_DIGIT = 8  # pixels of a digit in Arial 11, the unit of column widths


@dataclass(frozen=True, slots=True)
class TableRead:
    """The table of a sheet. `decimals` are those shown in each column, None in a column of texts."""

    code: str
    headers: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    decimals: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class SheetRead:
    """A sheet: the lines of column A, then its table if it has one. `widths` of its columns are in pixels."""

    name: str
    lines: tuple[str, ...]
    table: TableRead | None
    widths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BookRead:
    """A workbook with its document properties; `created` is its day, as 2026-11-20."""

    title: str
    author: str
    created: str
    sheets: tuple[SheetRead, ...]


def read_book(path: Path) -> BookRead:
    """Read a workbook that `app.workbooks.book` wrote; NotRead for any other file."""
    try:
        content = path.read_bytes()
        with ZipFile(BytesIO(content)) as archive:
            parts = {
                name: archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".rels"))
            }
        book = CalamineWorkbook.from_filelike(BytesIO(content), load_tables=True)
        tables = {}
        for name in book.table_names:
            table = book.get_table_by_name(name)
            tables[table.sheet] = (name.removeprefix("tbl_").replace("_", "-"), table)
        formats = _decimals_of_styles(parts["xl/styles.xml"])
        places = _places(parts)
        sheets = tuple(
            _sheet(name, book, tables.get(name), ElementTree.fromstring(parts[places[name]]), formats)
            for name in book.sheet_names
        )
        core = ElementTree.fromstring(parts["docProps/core.xml"])
    except Exception as error:  # whatever is wrong with the file, no copy can be made of it
        raise NotRead(f"{path.name} is no workbook that can be copied: {error}.") from error
    said = {element.tag.rpartition("}")[2]: element.text or "" for element in core}
    return BookRead(said.get("title", ""), said.get("creator", ""), said.get("created", "")[:10], sheets)


def _sheet(
    name: str,
    book: CalamineWorkbook,
    found: tuple | None,
    xml: ElementTree.Element,
    formats: list[int | None],
) -> SheetRead:
    rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    widths = {
        column: round(float(element.get("width", 0)) * _DIGIT)
        for element in xml.iter(f"{_MAIN}col")
        for column in range(int(element.get("min", 1)), int(element.get("max", 1)) + 1)
    }
    listed = tuple(widths[column] for column in sorted(widths))
    if found is None:
        return SheetRead(name, tuple(str(row[0]) for row in rows if row), None, listed)
    code, table = found
    # Nothing stands below a table, so its rows are the last ones.
    header = len(rows) - table.height - 1
    headers = tuple(table.columns)
    if tuple(map(str, rows[header][: len(headers)])) != headers:
        raise ValueError(f"the table of sheet {name!r} is not its last part")
    cells = tuple(tuple(row[: len(headers)]) for row in rows[header + 1 :])
    numbers = [any(_is_number(row[column]) for row in cells) for column in range(len(headers))]
    shown = _decimals(xml, formats, len(headers))
    decimals = tuple(shown.get(column, 0) if is_number else None for column, is_number in enumerate(numbers))
    lines = tuple(str(row[0]) for row in rows[:header])
    return SheetRead(name, lines, TableRead(code, headers, cells, decimals), listed)


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _decimals(xml: ElementTree.Element, formats: list[int | None], width: int) -> dict[int, int]:
    """Decimals shown in each column, by the format of its first number."""
    found: dict[int, int] = {}
    for cell in xml.iter(f"{_MAIN}c"):
        letters = re.match("[A-Z]+", cell.get("r", ""))[0]
        column = 0
        for letter in letters:
            column = 26 * column + ord(letter) - ord("A") + 1
        shown = formats[int(cell.get("s", 0))]
        if shown is not None and column <= width:
            found.setdefault(column - 1, shown)
            if len(found) == width:
                break
    return found


def _decimals_of_styles(part: bytes) -> list[int | None]:
    """Of every cell format the decimals of its number format, None where it has none of ours."""
    styles = ElementTree.fromstring(part)
    codes = {one.get("numFmtId"): one.get("formatCode", "") for one in styles.iter(f"{_MAIN}numFmt")}
    codes |= {"3": "#,##0", "4": "#,##0.00"}  # known to every program without being named
    formats = [codes.get(one.get("numFmtId")) for one in styles.find(f"{_MAIN}cellXfs")]
    return [None if code is None else len(code.partition(".")[2]) for code in formats]


def _places(parts: dict[str, bytes]) -> dict[str, str]:
    """The part of every sheet by its name."""
    relations = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    targets = {one.get("Id"): one.get("Target", "") for one in relations}
    sheets = ElementTree.fromstring(parts["xl/workbook.xml"]).iter(f"{_MAIN}sheet")
    return {one.get("name"): "xl/" + targets[one.get(_RELATION)].removeprefix("/xl/") for one in sheets}

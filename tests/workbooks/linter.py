"""The rules for workbooks, checked on a file as a reader gets it.

`lint(path)` returns one sentence per fault, with the sheet and the cell and the number of the rule in
`docs/workbook-layout.md`; an empty list means that the file keeps every rule that a program can check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from unicodedata import normalize
from xml.etree import ElementTree

from openpyxl.cell import Cell

from app.figures import note_text
from app.messages import languages, translations
from app.workbooks.metrics import line_count, text_width
from tests.workbooks.opened import MAIN, Opened, OpenedSheet

MARKS = {"c", "x", "z", "low", "u", "e", "p", "r", "b", "k", "ns", "s", "ss", "sss"}
BARE_SHORTHAND = {
    "NA",
    "N/A",
    "n/a",
    "n.a.",
    "-",
    "–",
    "—",
    "*",
    "..",
    "...",
    "NULL",
    "null",
    "None",
    "NaN",
    "nan",
}
FORBIDDEN_PARTS = (
    "vbaProject",
    "externalLinks",
    "/media/",
    "/embeddings/",
    "/activeX/",
    "/ctrlProps/",
)
FUNCTIONS = {"ABS", "AVERAGE", "MAX", "MIN", "SUM", "SUMPRODUCT", "_xlfn.NORM.S.INV", "_xlfn.T.INV.2T"}
# Of a formula, in this order: a cell or a range of a sheet, a function, a name, a number.
IN_FORMULAS = re.compile(
    r"(?:'(?:[^']|'')+'|\w+)!\$(?P<column>[A-Z]+)\$(?P<first>\d+)(?::\$[A-Z]+\$(?P<last>\d+))?"
    r"|(?P<function>[A-Za-z_.0-9]+)\(|(?P<name>[A-Za-z_]\w*)|(?P<number>[0-9.]+)"
)
CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
LINE_POINTS, TITLE_POINTS = 14.25, 18
INDENT = 9  # pixels
NUMBER_AS_TEXT = re.compile(r"[-+]?[0-9][0-9.,]*\s?%?")
CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def lint(path: str | Path) -> list[str]:
    """Every fault of a workbook file, one sentence each; empty if there is none."""
    try:
        opened = Opened(Path(path))
    except Exception as error:  # whatever is wrong with the file, it is a fault of the file
        return [f"The file cannot be read: {error} (rule 45)."]
    found = [sentence for rule in BOOK_RULES for sentence in rule(opened)]
    for position, sheet in enumerate(opened.sheets):
        with_table = position >= 2 and not _draws(sheet)
        rules = SHEET_RULES + TABLE_RULES if with_table else CHARTS_RULES if position >= 2 else SHEET_RULES
        found += [f"{sheet.title}: {sentence}" for rule in rules for sentence in rule(sheet)]
    return found


def _said(message: str) -> set[str]:
    """A sentence of the workbook room in every language."""
    return {translations(language).gettext(message) for language in languages()}


def _draws(sheet: OpenedSheet) -> bool:
    """Whether it is the sheet of charts."""
    return sheet.title in _said("Charts")


def _is_number(cell: Cell) -> bool:
    """A yes or no is none, though Python takes it for one."""
    return isinstance(cell.value, int | float) and not isinstance(cell.value, bool)


def _marks(cell: Cell) -> list[str]:
    """The marks of a cell that holds nothing else."""
    words = cell.value.split() if isinstance(cell.value, str) else []
    alone = all(re.fullmatch(r"\[[^\W\d_]+\]", word) for word in words)
    return words if alone else []


# The whole file


def _sheet_names(opened: Opened) -> Iterator[str]:
    names = opened.book.sheetnames
    for name, message in zip(names, ("Cover", "Contents"), strict=False):
        if name not in _said(message):
            yield f"Sheet {name!r} stands where {message} is expected (rule 1)."
    for name in names:
        if len(name) > 30 or name != name.strip() or not name:
            yield f"Sheet {name!r}: a name has 1 to 30 characters and no space at its ends (rule 1)."
    if len({name.lower() for name in names}) < len(names):
        yield "Two sheets have the same name (rule 1)."


def _texts_only(opened: Opened) -> Iterator[str]:
    for sheet in opened.sheets[:2]:
        for cell in sheet.cells:
            if cell.column != 1:
                yield f"{sheet.title}: {cell.coordinate} lies outside column A (rule 2)."


def _links(opened: Opened) -> Iterator[str]:
    cover, contents, *tables = opened.sheets
    for sheet, targets in ((cover, [contents]), (contents, tables)):
        places = [str(cell.hyperlink.location or "") for cell in sheet.cells if cell.hyperlink]
        linked = {place.rpartition("!")[0].strip("'").replace("''", "'") for place in places}
        for target in targets:
            if target.title not in linked:
                yield f"{sheet.title}: no link leads to sheet {target.title!r} (rule 2)."
    for name, part in opened.parts.items():
        if name.endswith(".rels") and b'TargetMode="External"' in part:
            yield f"{name}: a link leads out of the file (rule 6)."


def _properties(opened: Opened) -> Iterator[str]:
    for name in ("title", "creator", "keywords"):
        if not opened.property_text(name):
            yield f"The document property {name} is empty (rule 3)."
    if not opened.property_text("created").endswith("T00:00:00Z"):
        yield "The creation date is not a fixed day (rule 3)."


def _file_name(opened: Opened) -> Iterator[str]:
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*\.xlsx", opened.path.name) or len(opened.path.name) >= 218:
        yield f"The file name {opened.path.name!r} is not lower case with dashes (rule 4)."


def _opens_on_cover(opened: Opened) -> Iterator[str]:
    if opened.book.index(opened.book.active) != 0:
        yield "The file does not open on its first sheet (rule 5)."
    for sheet in opened.sheets:
        selection = sheet.sheet.sheet_view.selection
        if selection and selection[0].activeCell not in (None, "A1"):
            yield f"{sheet.title}: the cursor does not stand in A1 (rule 5)."


def _nothing_foreign(opened: Opened) -> Iterator[str]:
    for name in opened.parts:
        if any(part in name for part in FORBIDDEN_PARTS):
            yield f"The file holds {name}: no macros, pictures or outside links (rule 6)."


def _formulas(opened: Opened) -> Iterator[str]:
    if b'fullCalcOnLoad="1"' not in opened.parts["xl/workbook.xml"]:
        yield "The file does not ask for a full recalculation on load (rule 33)."
    for sheet in opened.sheets:
        for cell in sheet.xml.iter(f"{MAIN}c"):
            formula = cell.findtext(f"{MAIN}f")
            if formula is None:
                continue
            if not (cell.findtext(f"{MAIN}v") or ""):
                yield f"{sheet.title}: the formula in {cell.get('r')} has no computed value (rule 33)."
            for fault in _formula(formula, opened):
                yield f"{sheet.title}: the formula in {cell.get('r')} {fault}"


def _formula(formula: str, opened: Opened) -> Iterator[str]:
    """What is wrong with one formula: whoever follows it finds cells and names, and every function everywhere."""
    names = set(opened.book.defined_names)
    for found in IN_FORMULAS.finditer(formula):
        if found["function"] and found["function"] not in FUNCTIONS:
            yield f"uses {found['function']}, which not every program has (rule 32)."
        elif found["number"]:
            yield f"holds the number {found['number']} (rule 32)."
        elif found["name"] and found["name"] not in names:
            yield f"cites {found['name']}, which is no name (rule 32)."
        elif found["column"]:
            tab = found[0].rpartition("!")[0].strip("'").replace("''", "'")
            for row in range(int(found["first"]), int(found["last"] or found["first"]) + 1):
                cited = opened.book[tab][f"{found['column']}{row}"] if tab in opened.book.sheetnames else None
                if cited is None or not _is_number(cited):
                    yield f"reads {tab}!{found['column']}{row}, which holds no number (rule 28)."


def _checked(opened: Opened) -> Iterator[str]:
    """Live formulas stand beside what was published, and every line agrees."""
    for sheet in opened.sheets:
        columns = dict(sheet.columns())
        with_formulas = {
            cell.get("r") for cell in sheet.xml.iter(f"{MAIN}c") if cell.find(f"{MAIN}f") is not None
        }
        if not with_formulas:
            continue
        for said in ("Published value", "Value of the formula", "Agrees"):
            cells = next((columns[header] for header in _said(said) if header in columns), None)
            if cells is None:
                yield f"{sheet.title}: formulas stand there without a column {said!r} (rule 34)."
            elif lacking := [cell.coordinate for cell in cells if cell.coordinate not in with_formulas]:
                yield f"{sheet.title}: {lacking[0]} is no formula (rule 34)."
            elif said == "Agrees":
                for cell in cells:
                    if cell.value is not True:
                        yield f"{sheet.title}: {cell.coordinate} does not agree (rule 34)."


def _drawings(opened: Opened) -> Iterator[str]:
    """Drawings are charts, on a sheet of their own, each with a text."""
    drawing_sheets = {sheet.title for sheet in opened.sheets if list(sheet.xml.iter(f"{MAIN}drawing"))}
    for title in sorted(drawing_sheets - _said("Charts")):
        yield f"{title}: something is drawn outside the sheet of charts (rule 37)."
    for name, part in opened.parts.items():
        if re.fullmatch(r"xl/drawings/[^/]+\.xml", name):
            root = ElementTree.fromstring(part)
            for kind in ("pic", "sp", "cxnSp", "grpSp"):
                if list(root.iter(f"{DRAWING}{kind}")):
                    yield f"{name}: a drawing that is no chart (rule 6)."
            for frame in root.iter(f"{DRAWING}cNvPr"):
                if not frame.get("descr"):
                    yield f"{name}: the chart {frame.get('name')} has no alternative text (rule 37)."
        if re.fullmatch(r"xl/charts/[^/]+\.xml", name):
            yield from _chart(name, ElementTree.fromstring(part), opened)


def _chart(name: str, root: ElementTree.Element, opened: Opened) -> Iterator[str]:
    kinds = {element.tag.removeprefix(CHART) for element in root.iter() if element.tag.endswith("Chart")}
    if kinds != {"barChart"} or any("3D" in kind for kind in kinds):
        yield f"{name}: a chart of the kind {', '.join(sorted(kinds))}; bars only (rule 37)."
    if root.find(f"{CHART}chart/{CHART}title") is None:
        yield f"{name}: the chart has no title (rule 37)."
    if root.find(f".//{CHART}valAx/{CHART}title") is None:
        yield f"{name}: the axis of values has no title (rule 37)."
    sizes = {int(count.get("val")) for count in root.iter(f"{CHART}ptCount")}
    ends = [root.find(f".//{CHART}errBars/{CHART}{end}//{CHART}f") for end in ("plus", "minus")]
    if len(sizes) != 1 or 0 in sizes or None in ends:
        yield f"{name}: not every bar has its label, its value and both ends of its interval (rule 37)."
    for reference in root.iter(f"{CHART}f"):
        for tab in re.findall(r"('(?:[^']|'')+'|[^(,!]+)!", reference.text or ""):
            if tab.strip("'").replace("''", "'") not in opened.book.sheetnames:
                yield f"{name}: it draws {tab}, which is no sheet (rule 37)."


def _names(opened: Opened) -> Iterator[str]:
    listed = [str(cell.value) for cell in opened.sheets[1].cells]
    for name, defined in opened.book.defined_names.items():
        title, address = next(iter(defined.destinations), (None, None))
        if title not in opened.book.sheetnames or opened.book[title][address].value is None:
            yield f"The name {name} points at no filled cell (rule 35)."
        if not any(text.startswith(f"{name}:") for text in listed):
            yield f"The name {name} is not listed on the contents (rule 35)."


def _stamps(opened: Opened) -> Iterator[str]:
    if any(entry.date_time[0] != 1980 for entry in opened.stamps):
        yield "A part of the file bears the time of writing (rule 43)."


# Every sheet


def _blank(sheet: OpenedSheet) -> Iterator[str]:
    if not sheet.cells:
        yield "The sheet is blank (rule 6)."
    rows = {cell.row for cell in sheet.cells}
    for row in range(1, sheet.last_row):
        if row not in rows:
            yield f"Row {row} is blank (rule 10)."


def _merged(sheet: OpenedSheet) -> Iterator[str]:
    for merged in sheet.sheet.merged_cells.ranges:
        yield f"The cells {merged} are merged (rule 11)."


def _nothing_hidden(sheet: OpenedSheet) -> Iterator[str]:
    if sheet.sheet.freeze_panes:
        yield f"Panes are frozen at {sheet.sheet.freeze_panes} (rule 14)."
    if sheet.sheet.auto_filter.ref:
        yield f"A filter is set on {sheet.sheet.auto_filter.ref} (rule 14)."
    if sheet.sheet.sheet_state != "visible":
        yield "The sheet is hidden (rule 14)."
    for kind in ("row", "col"):
        for element in sheet.xml.iter(f"{MAIN}{kind}"):
            if element.get("hidden") in ("1", "true"):
                yield f"The {kind} {element.get('r') or element.get('min')} is hidden (rule 14)."


def _no_headers_on_paper(sheet: OpenedSheet) -> Iterator[str]:
    for part in ("oddHeader", "oddFooter", "evenHeader", "evenFooter", "firstHeader", "firstFooter"):
        if any(element.text for element in sheet.xml.iter(f"{MAIN}{part}")):
            yield "Pages carry a header or footer (rule 15)."


def _fonts(sheet: OpenedSheet) -> Iterator[str]:
    for cell in sheet.cells:
        font, color = cell.font, cell.font.color
        if font.name != "Arial" or font.scheme or not 10 <= font.sz <= 16 or font.i:
            yield f"{cell.coordinate} is not in upright Arial of 10 to 16 points (rule 17)."
        if cell.alignment.textRotation:
            yield f"{cell.coordinate} is rotated (rule 17)."
        automatic = color is None or color.type == "auto" or (color.type == "theme" and color.theme == 1)
        if not automatic and not (cell.hyperlink and font.u):
            yield f"{cell.coordinate} is coloured (rule 17)."
    if not (title := sheet.sheet["A1"]).font.b or title.font.sz < 12:
        yield "A1 is not a bold title of 12 points or more (rule 17)."


def _no_colours(sheet: OpenedSheet) -> Iterator[str]:
    for cell in sheet.cells:
        if cell.fill.fill_type:
            yield f"{cell.coordinate} has a filled background (rule 18)."
    if len(sheet.sheet.conditional_formatting):
        yield "A conditional format is set (rule 38)."


def _texts(sheet: OpenedSheet) -> Iterator[str]:
    for cell in sheet.cells:
        if not isinstance(cell.value, str):
            continue
        if normalize("NFC", cell.value) != cell.value:
            yield f"{cell.coordinate} is not in composed Unicode (rule 42)."
        if CONTROL.search(cell.value):
            yield f"{cell.coordinate} holds a control character (rule 42)."
        if len(cell.value.encode("utf-16-le")) // 2 > 32_767:
            yield f"{cell.coordinate} holds more than 32,767 characters (rule 41)."


def _clipped(sheet: OpenedSheet) -> Iterator[str]:
    area = sheet.print_range()
    printed = sum(sheet.width(column) for column in range(1, (area[2] if area else 1) + 1))
    for cell in sheet.cells:
        width = sheet.width(cell.column) - INDENT * int(cell.alignment.indent or 0)
        bold, size = bool(cell.font.b), int(cell.font.sz)
        points = TITLE_POINTS if size > 12 else LINE_POINTS
        if _is_number(cell):
            if text_width(_shown(cell)) > width - 5:
                yield f"{cell.coordinate} shows signs instead of its number (rule 16)."
            continue
        text = str(cell.value).upper() if isinstance(cell.value, bool) else str(cell.value)
        if cell.alignment.wrap_text:
            if line_count(text, int(width), bold=bold, size=size) * points > sheet.height(cell.row) + 0.5:
                yield f"{cell.coordinate} is clipped: its row is too low (rule 16)."
        elif text_width(text, bold=bold, size=size) > (width if sheet.in_table(cell) else printed):
            yield f"{cell.coordinate} is clipped: its column is too narrow (rule 16)."
        elif sheet.in_table(cell) and not _marks(cell):
            yield f"{cell.coordinate} does not wrap its text (rule 16)."


def _shown(cell: Cell) -> str:
    decimals = len(cell.number_format.partition(".")[2])
    return f"{cell.value:,.{decimals}f}"


def _print_setup(sheet: OpenedSheet) -> Iterator[str]:
    setup = sheet.sheet.page_setup
    fits = sheet.sheet.sheet_properties.pageSetUpPr
    if int(setup.paperSize or 0) != 9 or setup.orientation != "landscape":
        yield "Pages are not A4 landscape (rule 39)."
    if not (fits and fits.fitToPage) or setup.fitToWidth not in (None, 1) or setup.fitToHeight != 0:
        yield "The sheet is not fitted to the width of one page (rule 39)."
    if sheet.sheet.print_options.gridLines or sheet.sheet.sheet_view.showGridLines is not False:
        yield "Gridlines are on (rule 39)."
    area = sheet.print_range()
    if not area or area[:2] != (1, 1) or area[2] < sheet.last_column or area[3] < sheet.last_row:
        yield "The print area does not cover the sheet (rule 39)."
    if sheet.table and sheet.sheet.print_title_rows != f"${sheet.header_row}:${sheet.header_row}":
        yield "Pages do not repeat the header row (rule 39)."


# Sheets with a table


def _lines_above(sheet: OpenedSheet) -> Iterator[str]:
    lines = [*sheet.above(), "", "", ""]
    if not lines[0] or not lines[1]:
        yield "A1 or A2 holds no title and subtitle (rule 8)."
    if lines[2] not in _said("This worksheet contains one table."):
        yield "A3 does not say that the worksheet contains one table (rule 8)."
    for cell in sheet.cells:
        if cell.column > 1 and not sheet.in_table(cell):
            yield f"{cell.coordinate} stands beside the lines above the table (rule 10)."


def _one_table(sheet: OpenedSheet) -> Iterator[str]:
    if not sheet.table:
        yield f"The sheet has {len(sheet.sheet.tables)} real tables, not one (rule 9)."
        return
    first, _, last, bottom = sheet.table
    if first != 1:
        yield "The table does not begin in column A (rule 10)."
    if (last, bottom) != (sheet.last_column, sheet.last_row):
        yield "Something stands right of the table or below it (rule 10)."


def _table_marked(sheet: OpenedSheet) -> Iterator[str]:
    for table in sheet.sheet.tables.values():
        name = table.displayName
        if not name.startswith("tbl_"):
            yield f"The table's name {name} does not begin with tbl_ (rule 12)."
        if table.autoFilter is not None:
            yield f"The table {name} has filter arrows (rule 12)."
        if table.tableStyleInfo is not None and table.tableStyleInfo.name:
            yield f"The table {name} has the style {table.tableStyleInfo.name} (rule 12)."


def _headers(sheet: OpenedSheet) -> Iterator[str]:
    headers = [header for header, _ in sheet.columns()]
    if any(not header.strip() for header in headers):
        yield "A column has no header (rule 11)."
    if len({header.lower() for header in headers}) < len(headers):
        yield "Two columns have the same header (rule 11)."
    for table in sheet.sheet.tables.values():
        if [column.name for column in table.tableColumns] != headers:
            yield "The header cells are not the names of the table's columns (rule 11)."


def _columns(sheet: OpenedSheet) -> Iterator[str]:
    for header, cells in sheet.columns():
        numbers = [cell for cell in cells if _is_number(cell)]
        texts = [cell for cell in cells if isinstance(cell.value, str)]
        for cell in texts:
            if numbers and not _marks(cell):
                yield f"{cell.coordinate} is a text in the column of numbers {header!r} (rule 19)."
            elif NUMBER_AS_TEXT.fullmatch(cell.value.strip()) and cell.coordinate not in sheet.declared_codes:
                yield f"{cell.coordinate} is a number stored as text (rule 19)."
        if numbers:
            yield from _number_column(header, numbers, cells)
        elif any(cell.alignment.horizontal in ("right", "center") and not _marks(cell) for cell in texts):
            yield f"The texts of column {header!r} are not at the left (rule 23)."


def _number_column(header: str, numbers: list[Cell], cells: list[Cell]) -> Iterator[str]:
    formats = {cell.number_format for cell in numbers}
    if len(formats) > 1 or not all(code.startswith("#,##0") for code in formats):
        yield f"The numbers of column {header!r} have no common format with thousands (rule 23)."
    if any(cell.alignment.horizontal not in ("right", None) for cell in numbers) or any(
        cell.alignment.horizontal != "right" for cell in cells if _marks(cell)
    ):
        yield f"The numbers of column {header!r} are not at the right (rule 23)."
    if any(code.endswith(".00") for code in formats) and not re.search(r"%|\(.+\)", header):
        yield f"The header {header!r} names no unit (rule 23)."


def _shorthand(sheet: OpenedSheet) -> Iterator[str]:
    for _, cells in sheet.columns():
        for cell in cells:
            if isinstance(cell.value, str) and cell.value.strip() in BARE_SHORTHAND:
                yield f"{cell.coordinate} holds {cell.value!r} instead of a mark in brackets (rule 20)."
            for mark in _marks(cell):
                if mark[1:-1] not in MARKS:
                    yield f"{cell.coordinate} holds {mark}, which is not on the list of marks (rule 20)."


def _explained(sheet: OpenedSheet) -> Iterator[str]:
    book = sheet.sheet.parent
    notes = next((book[name] for name in book.sheetnames if name in _said("Notes")), None)
    if notes is not None and notes.title == sheet.title:
        return
    known = {cell.value for cell in notes["A"]} if notes is not None else set()
    used = {mark for _, cells in sheet.columns() for cell in cells for mark in _marks(cell)}
    for mark in sorted(used):
        if not any(line.startswith(f"{mark}: ") for line in sheet.above()):
            yield f"{mark} is not explained above the table (rule 21)."
        if mark not in known:
            yield f"{mark} is not explained on the notes (rule 21)."
    pattern = "|".join(re.escape(note_text(0, language)).replace("0", r"\d+") for language in languages())
    references = {found for cell in sheet.cells for found in re.findall(pattern, str(cell.value))}
    for reference in sorted(references - known):
        yield f"{reference} refers to no note (rule 21)."


def _empty_cells(sheet: OpenedSheet) -> Iterator[str]:
    said = " ".join(sheet.above())
    for header, cells in sheet.columns():
        for cell in cells:
            if cell.value is None and f"“{header}”" not in said:
                yield f"{cell.coordinate} is empty without a stated reason (rule 22)."


def _alternative_texts(opened: Opened) -> Iterator[str]:
    for name, part in opened.parts.items():
        if name.startswith("xl/tables/") and not (
            re.search(rb' altText="[^"]+', part) and re.search(rb' altTextSummary="[^"]+', part)
        ):
            yield f"{name}: the table has no alternative text (rule 13)."


BOOK_RULES = (
    _sheet_names,
    _texts_only,
    _links,
    _properties,
    _file_name,
    _opens_on_cover,
    _nothing_foreign,
    _alternative_texts,
    _formulas,
    _checked,
    _drawings,
    _names,
    _stamps,
)
SHEET_RULES = (
    _blank,
    _merged,
    _nothing_hidden,
    _no_headers_on_paper,
    _fonts,
    _no_colours,
    _texts,
    _clipped,
    _print_setup,
)
CHARTS_RULES = tuple(rule for rule in SHEET_RULES if rule is not _blank)
TABLE_RULES = (
    _lines_above,
    _one_table,
    _table_marked,
    _headers,
    _columns,
    _shorthand,
    _explained,
    _empty_cells,
)

"""One worksheet being written: every write is checked, nothing is guessed from the content.

XlsxWriter reports most refusals by a return code. Its Python warnings are not used for this: turning
warnings into errors is a switch of the whole process, and a server writes workbooks in several threads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.utility import quote_sheetname
from xlsxwriter.worksheet import Worksheet

from app.workbooks.formats import Formats
from app.workbooks.problems import BadTabName, NotWritten, TooLarge
from app.workbooks.text import clean

MAX_ROWS, MAX_COLUMNS, MAX_LINKS = 1_048_576, 16_384, 65_530
MAX_TAB = 30  # the programs take 31; our rule stays under it
A4 = 9
MARGINS = {"left": 0.5, "right": 0.5, "top": 0.5, "bottom": 0.5}  # inches

_TAB_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")


def checked(code: int | None, what: str) -> None:
    """Raise NotWritten where XlsxWriter answers with anything but success."""
    if code:
        raise NotWritten(f"{what}: the spreadsheet library refused it (code {code}).")


def tab_name(name: str, taken: Sequence[str]) -> str:
    """The name of a sheet, in NFC; BadTabName where it breaks a rule of the programs or of ours."""
    name = clean(name, f"Sheet {name!r}", one_line=True)
    if not name or name != name.strip() or len(name.encode("utf-16-le")) // 2 > MAX_TAB:
        raise BadTabName(
            f"Sheet {name!r}: a sheet's name has 1 to {MAX_TAB} characters and no space at either end."
        )
    if found := _TAB_FORBIDDEN.search(name):
        raise BadTabName(f"Sheet {name!r}: a sheet's name cannot hold {found[0]!r}.")
    if name.startswith("'") or name.endswith("'") or name.lower() == "history":
        raise BadTabName(f"Sheet {name!r}: spreadsheet programs refuse this name; choose another.")
    if name.lower() in (other.lower() for other in taken):
        raise BadTabName(f"Sheet {name!r}: another sheet has this name; names differ by more than case.")
    return name


def sheet_reference(tab: str) -> str:
    """The name of a sheet as references write it, quoted where it must be: `'Tổng hợp'`."""
    return quote_sheetname(tab)


def cell_address(tab: str, row: int, column: int, *, fixed: bool = False) -> str:
    """`'Tổng hợp'!A1` for 0-based row and column; `fixed`: `'Tổng hợp'!$A$1`."""
    sign = "$" if fixed else ""
    return f"{sheet_reference(tab)}!{sign}{column_letters(column)}{sign}{row + 1}"


def column_letters(column: int) -> str:
    """A, B, … Z, AA for 0-based columns."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


class Sheet:
    """A worksheet of a workbook; rows and columns are counted from 0."""

    def __init__(self, workbook: Workbook, formats: Formats, tab: str):
        self.tab = tab
        self._formats = formats
        self._links = 0
        self._worksheet: Worksheet = workbook.add_worksheet(tab)
        self._worksheet.hide_gridlines(2)
        self._worksheet.set_landscape()
        self._worksheet.set_paper(A4)
        self._worksheet.set_margins(**MARGINS)
        self._worksheet.fit_to_pages(1, 0)

    def _check(self, code: int | None, row: int, column: int) -> None:
        if code:
            checked(code, f"Sheet {self.tab!r}, cell {column_letters(column)}{row + 1}")

    def text(self, row: int, column: int, text: str, format_name: str) -> None:
        """Write a text, whatever it looks like."""
        cell_format = self._formats.text(format_name, text)
        if text.startswith("<r>") and text.endswith("</r>"):
            # XlsxWriter takes such a text for the markup of its own rich strings; as two runs it is safe.
            runs = (self._formats.text_run, text[:1], self._formats.text_run, text[1:], cell_format)
            code = self._worksheet.write_rich_string(row, column, *runs)
        elif text:
            code = self._worksheet.write_string(row, column, text, cell_format)
        else:
            code = self._worksheet.write_blank(row, column, None, cell_format)
        self._check(code, row, column)

    def labelled(self, row: int, column: int, label: str, text: str, format_name: str) -> None:
        """Write `label: text` with the label in bold."""
        runs = self._formats.label_run, f"{label}: ", self._formats.text_run, text
        cell_format = self._formats.text(format_name, label)
        self._check(self._worksheet.write_rich_string(row, column, *runs, cell_format), row, column)

    def number(self, row: int, column: int, value: float | int, kind: str) -> None:
        """Write a finite number in the format of its column's kind."""
        cell_format = self._formats.figure(kind)
        self._check(self._worksheet.write_number(row, column, value, cell_format), row, column)

    def formula(self, row: int, column: int, text: str, value: float | int | bool, format_name: str) -> None:
        """Write a formula made by `Formulas`, with the value it gives, which is what readers without a calculator see.

        The only way to a formula: no text of a scorecard comes here.
        """
        yes_or_no = isinstance(value, bool)
        cell_format = self._formats.text(format_name, "") if yes_or_no else self._formats.figure(format_name)
        self._check(self._worksheet.write_formula(row, column, text, cell_format, value), row, column)

    def chart(self, row: int, chart: Chart, text: str) -> None:
        """Put a chart at column A of a row, with its text for those who do not see it."""
        code = self._worksheet.insert_chart(row, 0, chart, {"description": text, "object_position": 2})
        self._check(code, row, 0)

    def link(self, row: int, column: int, address: str, text: str, format_name: str) -> None:
        """Write a text that leads to a cell of the same workbook."""
        self._links += 1
        if self._links > MAX_LINKS:
            raise TooLarge(f"Sheet {self.tab!r}: a worksheet holds at most {MAX_LINKS:,} links; write fewer.")
        code = self._worksheet.write_url(row, column, f"internal:{address}", string=text)
        self._check(code, row, column)
        # Once more as a text, so that no text is taken for markup or a formula.
        self.text(row, column, text, format_name)

    def table(
        self,
        first_row: int,
        last_row: int,
        name: str,
        headers: Sequence[tuple[str, str]],
        title: str,
        text: str,
    ) -> None:
        """Mark the rows from `first_row` (the headers) as a real table; headers are (text, format name)."""
        columns = [
            {"header": header, "header_format": self._formats.text(format_name, header)}
            for header, format_name in headers
        ]
        options = {
            "name": name,
            "columns": columns,
            "style": None,
            "autofilter": False,
            "banded_rows": False,
            "title": title,
            "description": text,
        }
        try:
            code = self._worksheet.add_table(first_row, 0, last_row, len(headers) - 1, options)
        except XlsxWriterException as error:
            raise NotWritten(f"Sheet {self.tab!r}, table {name}: {error}") from error
        checked(code, f"Sheet {self.tab!r}, table {name}")

    def codes_in_columns(self, columns: Sequence[int], first_row: int, last_row: int) -> None:
        """Declare that digits in these columns are codes, so that no program offers to turn 01 into 1."""
        if columns:
            ranges = " ".join(
                f"{column_letters(column)}{first_row + 1}:{column_letters(column)}{last_row + 1}"
                for column in columns
            )
            checked(
                self._worksheet.ignore_errors({"number_stored_as_text": ranges}),
                f"Sheet {self.tab!r}, {ranges}",
            )

    def widths(self, pixels: Sequence[int]) -> None:
        """Set the widths of the columns from A on."""
        for column, width in enumerate(pixels):
            self._check(self._worksheet.set_column_pixels(column, column, width), 0, column)

    def height(self, row: int, pixels: int) -> None:
        """Set the height of a row; one line of the body is the default."""
        self._check(self._worksheet.set_row_pixels(row, pixels), row, 0)

    def breaks(self, rows: Sequence[int]) -> None:
        """Begin a new page above each of these rows."""
        checked(self._worksheet.set_h_pagebreaks(list(rows)), f"Sheet {self.tab!r}, page breaks")

    def printed(self, last_row: int, last_column: int, header_row: int | None = None) -> None:
        """Set what is printed, and the row that every page repeats."""
        checked(self._worksheet.print_area(0, 0, last_row, last_column), f"Sheet {self.tab!r}, print area")
        if header_row is not None:
            self._worksheet.repeat_rows(header_row)

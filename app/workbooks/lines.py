"""The lines of text in column A: all of the cover and of the contents, and what stands above each table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.workbooks.formats import HEADING_SIZE, TITLE_SIZE
from app.workbooks.metrics import BODY_SIZE, CELL_PADDING, LINE_HEIGHT, line_count, text_width
from app.workbooks.problems import BadText
from app.workbooks.sheet import Sheet

MAX_LINES = 28  # of the body in one row: no program makes a row higher than 409 points

_SIZES = {"title": TITLE_SIZE, "heading": HEADING_SIZE}
_HEIGHTS = {"title": 24, "heading": 21}  # pixels of one line


@dataclass(frozen=True, slots=True)
class Line:
    """One cell of column A. `label` stands before the text in bold; `address` makes it a link."""

    text: str
    style: str = "line"  # title, heading, line, link
    label: str = ""
    address: str = ""

    @property
    def whole(self) -> str:
        """The text as read, label included."""
        return f"{self.label}: {self.text}" if self.label else self.text

    def width(self) -> int:
        """Pixels of the line when it is not wrapped."""
        bold = self.style in _SIZES or bool(self.label)
        return text_width(self.whole, bold=bold, size=_SIZES.get(self.style, BODY_SIZE)) + CELL_PADDING

    def lines(self, width: int) -> int:
        """Lines the text takes when wrapped to a column of `width` pixels."""
        bold = self.style in _SIZES or bool(self.label)
        return line_count(self.whole, width, bold=bold, size=_SIZES.get(self.style, BODY_SIZE))


def draw_lines(sheet: Sheet, lines: Sequence[Line], *, column: int, room: int, air: int = 0) -> None:
    """Write the lines from A1 down, with `air` more pixels to each row.

    A line that fits into `room` pixels runs on over the empty cells to its right; a longer one is wrapped
    in column A, which is `column` pixels wide. BadText where not even that shows it whole, and for an empty
    line: a blank row would end the sheet for those who read it by ear.
    """
    for row, line in enumerate(lines):
        if not line.text.strip():
            raise BadText(
                f"Sheet {sheet.tab!r}, cell A{row + 1}: the text is empty; give one or leave it out."
            )
        height = _HEIGHTS.get(line.style, LINE_HEIGHT)
        wrapped = line.width() > room or "\n" in line.whole
        count = line.lines(column) if wrapped else 1
        if count * height > MAX_LINES * LINE_HEIGHT:
            raise BadText(
                f"Sheet {sheet.tab!r}, cell A{row + 1}: {len(line.whole):,} characters cannot be shown whole "
                f"in one cell; split the text."
            )
        style = f"{line.style}_wrapped" if wrapped else line.style
        if line.address:
            sheet.link(row, 0, line.address, line.whole, style)
        elif line.label:
            sheet.labelled(row, 0, line.label, line.text, style)
        else:
            sheet.text(row, 0, line.whole, style)
        if wrapped or air or height != LINE_HEIGHT:
            sheet.height(row, count * height + air)

"""The formats of a workbook by name: the writing code speaks of `percent`, not of font sizes."""

from __future__ import annotations

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from app.figures import DECIMALS, number_format
from app.workbooks.metrics import BODY_SIZE, LINE_HEIGHT
from app.workbooks.text import FORMULA_SIGNS

FONT = "Arial"
TITLE_SIZE = 14
HEADING_SIZE = 12

# What XlsxWriter must be told before the first sheet: the font decides the unit of column widths. Without
# "none" every format but the default one would follow the theme, whose font is Calibri.
WORKBOOK_OPTIONS = {
    "default_format_properties": {"font_name": FONT, "font_size": BODY_SIZE, "font_scheme": "none"},
    "default_row_height": LINE_HEIGHT,
    "default_column_width": 72,
}

_HAIR = 7
_THIN = 1
_TOP = {"valign": "top"}
_RULED = {"bottom": _HAIR, **_TOP}
_RIGHT = {"align": "right"}
_INDENTED = {"align": "left", "indent": 1}  # keeps a text off the number in the column before it
_HEADER = {"bold": True, "text_wrap": True, "bottom": _THIN, "top": _THIN, "valign": "bottom"}

# Colour stays automatic: only lines and weight order the sheet, so that nothing is said by colour alone.
_TEXTS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": TITLE_SIZE, **_TOP},
    "heading": {"bold": True, "font_size": HEADING_SIZE, **_TOP},
    "line": _TOP,
    "header": _HEADER,
    "header_indented": {**_HEADER, **_INDENTED},
    "header_number": {**_HEADER, **_RIGHT},
    "text": {"text_wrap": True, **_RULED},
    "text_indented": {"text_wrap": True, **_RULED, **_INDENTED},
    "mark": {**_RIGHT, **_RULED},
    # The usual blue; the underline says the same without colour.
    "link": {"underline": 1, "font_color": "#0000FF", **_TOP},
}
_WRAPPED = ("title", "heading", "line", "link")
_FIGURES = {kind: {"num_format": number_format(kind), **_RIGHT, **_RULED} for kind in DECIMALS}


class Formats:
    """The named formats of one workbook."""

    def __init__(self, workbook: Workbook):
        texts = _TEXTS | {f"{name}_wrapped": {**_TEXTS[name], "text_wrap": True} for name in _WRAPPED}
        self._texts = {name: workbook.add_format(properties) for name, properties in texts.items()}
        # The quote prefix keeps a text such as "=1+1" a text when a reader edits its cell.
        self._quoted = {
            name: workbook.add_format({**properties, "quote_prefix": True})
            for name, properties in texts.items()
        }
        self._figures = {name: workbook.add_format(properties) for name, properties in _FIGURES.items()}
        self.label_run = workbook.add_format({"bold": True})
        self.text_run = workbook.add_format()

    def text(self, name: str, text: str) -> Format:
        """The format of a text cell; texts that look like a formula get one that keeps them text."""
        return (self._quoted if text.startswith(FORMULA_SIGNS) else self._texts)[name]

    def figure(self, kind: str) -> Format:
        """The format of a number in a column of this kind."""
        return self._figures[kind]

"""Why a workbook was not written, said so that the writer of the scorecard can mend it."""

from __future__ import annotations


class WorkbookError(ValueError):
    """A workbook cannot be written; the message is one sentence: what is wrong, where, what to do."""


class BadText(WorkbookError):
    """A text holds what a cell cannot hold, or is too long to be shown whole."""


class BadTabName(WorkbookError):
    """A sheet cannot bear this name, or another sheet bears it already."""


class BadHeader(WorkbookError):
    """A column's header is empty, too long, or the same as another's."""


class BadCell(WorkbookError):
    """A cell does not fit its column: text among numbers, no finite number, a mark without its column."""


class BadName(WorkbookError):
    """A name for a cell is not one that formulas can use, is taken, or points outside its table."""


class Unexplained(WorkbookError):
    """A mark or a note is used and nowhere explained."""


class TooLarge(WorkbookError):
    """More rows, columns or links than a worksheet holds."""


class NotWritten(WorkbookError):
    """The file could not be stored, or the spreadsheet library refused a part of it."""


class BadFormula(WorkbookError):
    """A formula reads what is not shown or not there, or holds a number, a function or a name that it may not."""


class BadChart(WorkbookError):
    """A chart draws what its table does not have, or does not show."""


class NotRead(WorkbookError):
    """A file is no workbook of ours, so no copy can be made of it."""

"""The column that every line with a score carries, on whichever sheet: its flag."""

from __future__ import annotations

from app.scorecards import Cell, Column, Row

from .frame import Frame


def flag_column(frame: Frame) -> Column:
    """The words of results documents (CONTRACTS 6), from which copies make the columns of statistical offices."""
    return Column("flag", frame._("Flag"), "text")


def flag_cell(row: Row) -> dict[str, Cell]:
    """Empty where there is no flag."""
    return {"flag": row.flag or ""}

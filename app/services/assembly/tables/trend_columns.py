"""The change since an earlier wave beside a score, where a run was asked for it."""

from __future__ import annotations

from collections.abc import Iterator

from app.scorecards import Cell, Column, Figure, Row

from .frame import HIDDEN, NOT_APPLICABLE, Frame

CODES = {"previous": "earlier", "change": "difference", "change_low": "low", "change_high": "high"}


def trend_columns(frame: Frame, unit: str, level: str) -> Iterator[Column]:
    """None where the run has no change to tell."""
    if not frame.beside.changes:
        return
    _ = frame._
    yield Column("previous", _("Earlier wave ({unit})").format(unit=unit), "percent")
    yield Column("change", _("Change (points)"), "points")
    yield Column("change_low", _("Change, low, {level} (points)").format(level=level), "points")
    yield Column("change_high", _("Change, high, {level} (points)").format(level=level), "points")


def trend_cells(frame: Frame, row: Row) -> dict[str, Cell]:
    """`[z]` for a figure of which no change is told, `[c]` for one that is hidden in one of the waves."""
    found = frame.beside.changes.get((row.node, row.measure, row.by, row.domain))
    if found is None:
        return dict.fromkeys(CODES, NOT_APPLICABLE)
    if found["flag"] == "suppressed" or row.value.mark == "c":
        return dict.fromkeys(CODES, HIDDEN)
    return {code: _figure(found[key]) for code, key in CODES.items()}


def _figure(value: float | None) -> Figure:
    return Figure(value) if value is not None else Figure(None, "x")

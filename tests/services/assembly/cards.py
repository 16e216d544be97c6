"""Scorecards of small runs, and their tables read as a reader would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any

from app.scorecards import Cell, Figure, Scorecard, Table
from app.services.assembly.cards import scorecards
from app.services.assembly.context import CardContext
from surveys.instrument import Instrument

from .runs import scored


def cards(
    folder: Path,
    rows: Sequence[Mapping[str, Any]],
    *,
    instrument: Instrument | None = None,
    language: str = "en",
    context: Mapping[str, Any] | None = None,
    **options: Any,
) -> dict[str | None, Scorecard]:
    """Scorecards by domain of the rows scored."""
    found = scored(folder, rows, instrument, **options)
    given = CardContext(**({"language": language, "wave": "Spring"} | dict(context or {})))
    return {card.domain: card for card in scorecards(found, given)}


def table(card: Scorecard, code: str) -> Table:
    return next(one for one in card.tables if one.code == code)


def lines(found: Table) -> list[dict[str, Cell]]:
    """The rows of a table by the codes of its columns."""
    codes = [column.code for column in found.columns]
    return [dict(zip(codes, row, strict=True)) for row in found.rows]


def figures(card: Scorecard) -> list[float | int]:
    """Every number that the card holds anywhere."""
    cells = [cell for one in card.tables for row in one.rows for cell in row]
    cells += [getattr(row, field.name) for row in card.rows for field in fields(row)]
    return [cell.value for cell in cells if isinstance(cell, Figure) and cell.value is not None]

"""CSV: UTF-8 with or without its mark, separated by comma or semicolon, every line ended by CR LF (RFC 4180)."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.services.exporting.columns import Column
from app.services.exporting.options import DELIMITERS, AnswerOptions

# A spreadsheet takes a cell that begins so for a formula, which may fetch and send things (CWE-1236).
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
# Only what somebody typed can be made up; a number that was typed is a number.
TYPED = {"text"}


def write(
    path: Path, columns: Sequence[Column], blocks: Iterable[list[tuple[Any, ...]]], options: AnswerOptions
) -> int:
    """Write header and rows; how many rows."""
    typed = [place for place, column in enumerate(columns) if column.holds in TYPED] if options.guard else []
    count = 0
    with path.open("w", encoding="utf-8-sig" if options.bom else "utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=DELIMITERS[options.delimiter])
        writer.writerow([column.name for column in columns])
        for block in blocks:
            writer.writerows([guarded(row, typed) for row in block] if typed else block)
            count += len(block)
    return count


def guarded(row: tuple[Any, ...], places: Iterable[int]) -> list[Any]:
    """The row with an apostrophe before each of these cells that a spreadsheet would work out."""
    cells = list(row)
    for place in places:
        if isinstance(cells[place], str) and cells[place].startswith(FORMULA_SIGNS):
            cells[place] = "'" + cells[place]
    return cells

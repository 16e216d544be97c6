"""The codebook: every column of an export with its question, and every code that it may hold, as a table."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from app.services.exporting import sheets
from app.services.exporting.columns import Column
from app.services.exporting.names import dta_names, sav_names
from app.services.exporting.numbers import OF_KIND, numbers_of

HEADER = (
    "column",
    "text",
    "holds",
    "item",
    "section",
    "role",
    "code",
    "label",
    "value",
    "satisfied",
    "missing",
    "sav_name",
    "sav_value",
    "dta_name",
    "dta_value",
)

Line = tuple[str | float | int | None, ...]


def lines(columns: Sequence[Column]) -> Iterator[Line]:
    """One line per column and code; a column without codes has one line. In the order of `HEADER`."""
    sav, dta = [make([column.name for column in columns]) for make in (sav_names, dta_names)]
    for column in columns:
        head = (column.name, column.text, column.holds, column.item, column.section, column.role)
        for tail in _codes(column):
            code, label, value, satisfied, missing, number, letter = tail
            yield (
                *head,
                *(code, label, value, satisfied, missing),
                *(sav[column.name], number, dta[column.name], letter),
            )


def write(path: Path, columns: Sequence[Column], *, delimiter: str = ",", bom: bool = True) -> None:
    """Write the table as the ending of the path says: csv, xlsx or json."""
    if path.suffix == ".json":
        table = [dict(zip(HEADER, line, strict=True)) for line in lines(columns)]
        path.write_text(json.dumps(table, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    elif path.suffix == ".xlsx":
        header = [Column(named, "plain", named) for named in HEADER]
        cells: list[tuple[str | float | date | None, ...]] = list(lines(columns))
        sheets.write(path, header, [cells], "Codebook")
    else:
        with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=delimiter)
            writer.writerow(HEADER)
            writer.writerows(lines(columns))


def _codes(column: Column) -> Iterator[tuple[str | float | int | None, ...]]:
    if column.holds not in {"choice", "flag", "reason"}:
        yield (None,) * 7
        return
    numbers = numbers_of(column)
    for choice in column.choices:
        number = numbers.valid.get(choice.code, numbers.missing.get(choice.code))
        letter = numbers.letters[number] if choice.missing and number is not None else number
        yield (
            choice.code,
            choice.label,
            choice.value,
            "yes" if choice.satisfied else None,
            choice.missing,
            number,
            letter,
        )
    if column.holds == "reason":
        return
    own = set(numbers.missing.values())
    for kind, number in OF_KIND.items():
        # Empty in every other format; in SPSS and Stata it is a number of its own.
        if number not in own:
            yield (None, None, None, None, kind, number, numbers.letters[number])

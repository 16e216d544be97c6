"""SPSS (.sav) and Stata (.dta), with labels of variables and values, and missing answers declared by their kinds.

The library writes a whole frame, so this is the one export whose memory grows with the rows: two bytes per answer for
SPSS, eight for Stata (figures: benchmarks/README.md).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat

from app.messages import translations
from app.services.exporting.columns import KIND_TEXTS, Column
from app.services.exporting.names import dta_names, sav_names
from app.services.exporting.numbers import ANSWERED, HIGHEST, LOWEST, OF_KIND, numbers_of
from app.services.exporting.refusals import TOO_LONG, UNKNOWN_CODE, ExportRefused
from app.services.exporting.source import Source, name, text
from app.services.snapshot_columns import MISSING

Tell = Callable[[int, int | None], None]

# What the formats hold of a variable's words, in bytes (SPSS) and signs (Stata); the codebook has them in full.
SAV_LABEL, SAV_VALUE_LABEL, SAV_TEXT = 255, 120, 32_767
DTA_LABEL = 80

# Marks a sentence for the catalogue; it is translated where the file is made.
_ = str

ANSWERED_TEXT = _("answered")


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of the file: its values as an array, and the labels of its numbers."""

    values: Any
    labels: dict[int | str, str]
    has_missing: bool = False


def write(
    path: Path, source: Source, columns: Sequence[Column], language: str, *, stata: bool, tell: Tell
) -> int:
    """Write every row of the source; how many the file says it has.

    Raises ExportRefused for a code that is none of the column's, and for a text that SPSS cannot hold.
    """
    # Beside a number that says itself why it is missing, a column with the reason would say it twice.
    told = {
        column.name
        for column in columns
        if column.holds in {"choice", "flag"} and column.name in source.present
    }
    kept = [
        column
        for column in columns
        if column.holds != "reason" or column.name.removesuffix(MISSING) not in told
    ]
    names = (dta_names if stata else sav_names)([column.name for column in columns])
    variables: dict[str, Variable] = {}
    for place, column in enumerate(kept):
        tell(place, len(kept) + 1)
        variables[names[column.name]] = _variable(source, column, language, stata)
    frame = pd.DataFrame({named: one.values for named, one in variables.items()}, copy=False)
    labels = {names[column.name]: column.text for column in kept}
    valued = {named: one.labels for named, one in variables.items() if one.labels}
    missing = [named for named, one in variables.items() if one.has_missing]
    if stata:
        pyreadstat.write_dta(
            frame,
            str(path),
            column_labels={named: words[:DTA_LABEL] for named, words in labels.items()},
            variable_value_labels=valued,
            missing_user_values={
                named: sorted(one for one in valued[named] if isinstance(one, str)) for named in missing
            },
        )
        _, found = pyreadstat.read_dta(str(path), metadataonly=True)
    else:
        pyreadstat.write_sav(
            frame,
            str(path),
            column_labels={named: shortened(words, SAV_LABEL) for named, words in labels.items()},
            variable_value_labels={
                named: {number: shortened(words, SAV_VALUE_LABEL) for number, words in known.items()}
                for named, known in valued.items()
            },
            missing_ranges={named: [{"lo": LOWEST, "hi": HIGHEST}] for named in missing},
            row_compress=True,
        )
        _, found = pyreadstat.read_sav(str(path), metadataonly=True)
    return found.number_rows


def shortened(words: str, most: int) -> str:
    """The words in at most so many bytes of UTF-8; an ellipsis says where they were cut."""
    if len(words.encode()) <= most:
        return words
    return words.encode()[: most - 3].decode(errors="ignore").rstrip() + "…"


def _variable(source: Source, column: Column, language: str, stata: bool) -> Variable:
    if column.holds in {"choice", "flag"}:
        return _coded(source, column, language, stata)
    if column.holds == "reason":
        return _reasons(source, column, language)
    cell = source.cell(column, labels=False)
    if column.holds in {"number", "count"} and _is_all(source, cell, "DOUBLE"):
        return Variable(np.ma.filled(source.values(f"CAST({cell} AS DOUBLE)").astype("f8"), np.nan), {})
    if column.holds == "date" and _is_all(source, cell, "DATE"):
        return Variable(_days(source.values(f"CAST({cell} AS DATE)")), {})
    if not stata:
        longest = source.values(f"coalesce(max(strlen({cell}::VARCHAR)), 0)")[0]
        if longest > SAV_TEXT:
            raise ExportRefused(TOO_LONG, column=column.name, length=int(longest), most=SAV_TEXT)
    # Neither format tells an empty text from none, and the library cannot write None beside a long text.
    return Variable(_objects(source.values(f"coalesce({cell}::VARCHAR, '')")), {})


def _coded(source: Source, column: Column, language: str, stata: bool) -> Variable:
    numbers = numbers_of(column)
    cell, kind = f"s.{name(column.name)}", f"s.{name(column.name + MISSING)}"
    cases = [
        f"WHEN {cell} = {text(code)} THEN {one}" for code, one in {**numbers.valid, **numbers.missing}.items()
    ]
    if column.name + MISSING in source.present:
        # An option that stands for a missing answer says its kind itself; for the rest the kind comes first, since
        # an answer that the routing hides, or a box beside "don't know", keeps its code.
        first = (
            OF_KIND if column.holds == "flag" else {one: OF_KIND[one] for one in ("not_asked", "no_answer")}
        )
        cases = [f"WHEN {kind} = '{one}' THEN {number}" for one, number in first.items()] + cases
    found = source.values(f"CASE {' '.join(cases)} END::SMALLINT")
    if np.ma.is_masked(found):
        raise ExportRefused(UNKNOWN_CODE, column=column.name)
    values = np.ma.getdata(found)
    say = translations(language).gettext
    words = {choice.code: choice.label for choice in column.choices}
    labels: dict[int | str, str] = {number: words[code] for code, number in numbers.valid.items()}
    absent = {number: say(KIND_TEXTS[one]) for one, number in OF_KIND.items()}
    absent |= {number: words[code] for code, number in numbers.missing.items()}
    if not stata:
        return Variable(values, labels | absent, has_missing=True)
    return Variable(
        _lettered(values, numbers.letters),
        labels | {numbers.letters[number]: words for number, words in absent.items()},
        has_missing=True,
    )


def _reasons(source: Source, column: Column, language: str) -> Variable:
    numbers = numbers_of(column).valid
    cases = " ".join(f"WHEN {text(code)} THEN {number}" for code, number in numbers.items())
    values = np.ma.getdata(
        source.values(f"(CASE s.{name(column.name)} {cases} ELSE {ANSWERED} END)::SMALLINT")
    )
    labels: dict[int | str, str] = {ANSWERED: translations(language).gettext(ANSWERED_TEXT)}
    return Variable(values, labels | {numbers[choice.code]: choice.label for choice in column.choices})


def _lettered(values: np.ndarray, letters: dict[int, str] | Any) -> np.ndarray:
    """The numbers with letters in place of those for missing answers, as the library takes them for Stata."""
    known = np.unique(values)
    table = np.array([letters.get(int(one), int(one)) for one in known], dtype=object)
    return table[np.searchsorted(known, values)]


def _is_all(source: Source, cell: str, kind: str) -> bool:
    """Whether every cell that is not empty can be read so; else the column stays text, sign by sign."""
    lost = source.values(f"count(*) FILTER (WHERE {cell} IS NOT NULL AND TRY_CAST({cell} AS {kind}) IS NULL)")
    return int(lost[0]) == 0


def _days(values: np.ndarray) -> np.ndarray:
    found = np.ma.getdata(values).astype("datetime64[D]").astype(object)
    found[np.ma.getmaskarray(values)] = None
    return found


def _objects(values: np.ndarray) -> np.ndarray:
    """An array of objects; nothing in it is empty."""
    return np.asarray(np.ma.getdata(values), dtype=object)

"""Responses in CSV or Parquet files, read as text columns: a code that looks like a number stays a code."""

from __future__ import annotations

import codecs
import csv
import glob
import hashlib
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

DELIMITERS = ",;\t"
# Bytes within which the header of a CSV must end.
HEADER_BYTES = 1 << 20
PARQUET, ZIP = b"PAR1", b"PK\x03\x04"
# Written into messages at most so many of a file's columns.
SHOWN = 8


class FileRefused(ValueError):
    """The file cannot be scored as it is; the message says what is wrong, where, and what to do."""


class ResponseFile:
    """A table of responses: one row per response, one column per item.

    Values and column names are text with composed accents (NFC); a missing value is the empty text. `columns`
    holds the header. Rows are counted as a spreadsheet counts them: the header of a CSV is row 1. Use as a
    context manager.
    """

    def __init__(self, path: str | Path):
        self.path = Path(path)
        self._first_row = 1
        self._db = duckdb.connect(":memory:")
        try:
            self.columns = self._open()
            self.n_rows: int = self._rows("SELECT count(*) FROM responses")[0][0]
            if self.n_rows == 0:
                raise FileRefused(f"{self.path} has a header and no rows: there is nothing to score.")
        except BaseException:
            self._db.close()
            raise

    def __enter__(self) -> ResponseFile:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._db.close()

    def sha256(self) -> str:
        """SHA-256 of the file's bytes."""
        with self.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    def histograms(self, columns: Sequence[str]) -> dict[str, dict[str, int]]:
        """How often each value stands in each of the columns, in one pass; the blank is the empty text."""
        if not columns:
            return {}
        texts = ", ".join(f"{_text(column)} AS {_name(column)}" for column in columns)
        names = ", ".join(_name(column) for column in columns)
        counted: dict[str, dict[str, int]] = {column: {} for column in columns}
        for column, value, count in self._rows(
            f"""SELECT column_name, value, count(*) FROM
                (UNPIVOT (SELECT {texts} FROM responses) ON {names} INTO NAME column_name VALUE value)
                GROUP BY ALL ORDER BY ALL"""
        ):
            counted[column][value] = count
        return counted

    def positions(
        self, states: Mapping[str, Mapping[str, int]], other: Mapping[str, int]
    ) -> dict[str, NDArray[np.intp]]:
        """For each column the state of each row, arrays of shape (n_rows,).

        `states[column]` gives the state of a value, `other[column]` that of every value not named there.
        """
        if not states:
            return {}
        parts = ", ".join(
            f'coalesce(list_position(?, {_text(column)}), 0)::INTEGER AS "c{k}"'
            for k, column in enumerate(states)
        )
        found = self._arrays(f"SELECT {parts} FROM responses", [list(values) for values in states.values()])
        return {
            column: np.array([other[column], *values.values()], dtype=np.intp)[found[f"c{k}"]]
            for k, (column, values) in enumerate(states.items())
        }

    def filled(self, column: str) -> NDArray[np.bool_]:
        """Whether each row holds more than blanks in the column, shape (n_rows,)."""
        return self._arrays(f"SELECT trim({_text(column)}) <> '' AS c FROM responses")["c"].astype(bool)

    def text(self, column: str) -> NDArray[np.str_]:
        """A column of text, shape (n_rows,)."""
        return self._arrays(f"SELECT {_text(column)} AS c FROM responses")["c"].astype(str)

    def labels(self, column: str) -> NDArray[np.str_]:
        """A column of labels without blanks around them, shape (n_rows,); never read as numbers."""
        return np.char.strip(self.text(column))

    def full_labels(self, column: str) -> NDArray[np.str_]:
        """Labels of which none may be missing; FileRefused names the first row without one."""
        labels = self.labels(column)
        empty = np.flatnonzero(labels == "")
        if len(empty):
            raise FileRefused(
                f"{self.path}: column {column} is empty in {_counted(len(empty))}, the first {self.row(empty[0])}:"
                " give every row its label."
            )
        return labels

    def numbers(self, column: str, *, positive: bool = False) -> NDArray[np.float64]:
        """A column of finite numbers, shape (n_rows,), all above 0 if asked; FileRefused names the first other row."""
        found = self._numbers(column)
        wrong = np.flatnonzero(~(np.isfinite(found) & ((found > 0) | (not positive))))
        if len(wrong):
            value = str(self.text(column)[wrong[0]])
            wanted = "a positive number" if positive else "a number"
            shown = f"holds {value!r}" if value.strip() else "is empty"
            raise FileRefused(
                f"{self.path}: column {column} must hold {wanted} in every row, with a dot before decimals;"
                f" {self.row(wrong[0])} {shown}{_and_more(len(wrong) - 1)}."
            )
        return found

    def numbers_where(self, column: str, needed: NDArray[np.bool_]) -> NDArray[np.float64]:
        """A column of numbers, shape (n_rows,), NaN in the rows that are not `needed`; FileRefused names a needed row
        that holds no finite number."""
        found = self._numbers(column)
        wrong = np.flatnonzero(needed & ~np.isfinite(found))
        if len(wrong):
            value = str(self.text(column)[wrong[0]])
            shown = f"holds {value!r}" if value.strip() else "is empty"
            raise FileRefused(
                f"{self.path}: column {column} must hold a number, with a dot before decimals;"
                f" {self.row(wrong[0])} {shown}{_and_more(len(wrong) - 1)}."
            )
        return np.where(needed, found, np.nan)

    def _numbers(self, column: str) -> NDArray[np.float64]:
        """What reads as a number, NaN elsewhere."""
        values = self._arrays(f"SELECT try_cast({_text(column)} AS DOUBLE) AS c FROM responses")["c"]
        return np.ma.filled(np.ma.asarray(values, dtype=float), np.nan)

    def place(self, column: str, value: str) -> str:
        """Where this value stands first: `row 13`."""
        first = self._rows(
            f"""SELECT min(row_number) FROM (SELECT row_number() OVER () AS row_number, {_text(column)} AS value
                FROM responses) WHERE value = ?""",
            [value],
        )[0][0]
        return self.row(first - 1)

    def require(self, columns: Sequence[str], purpose: str) -> None:
        """Refuse a file that lacks one of the columns."""
        lacking = [column for column in columns if column not in self.columns]
        if lacking:
            raise FileRefused(
                f"{self.path} has no column {_listed(lacking)}, needed {purpose}; it has {_listed(self.columns)}."
            )

    def row(self, position: int) -> str:
        """How a message names the row at a position counted from 0."""
        return f"row {position + self._first_row}"

    def _rows(self, query: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        return self._execute(query, parameters).fetchall()

    def _arrays(self, query: str, parameters: Sequence[object] = ()) -> dict[str, NDArray]:
        return self._execute(query, parameters).fetchnumpy()

    def _execute(self, query: str, parameters: Sequence[object]) -> duckdb.DuckDBPyConnection:
        try:
            return self._db.execute(query, list(parameters))
        except duckdb.Error as error:
            # A Parquet file is read anew by each query, so a damaged page shows only now.
            raise FileRefused(
                f"{self.path} cannot be read to its end: the file is damaged; make it again."
            ) from error

    def _open(self) -> tuple[str, ...]:
        start = self._start()
        if start.startswith(PARQUET):
            return self._open_parquet()
        if self.path.suffix.lower() == ".parquet":
            raise FileRefused(f"{self.path} is no Parquet file; write it again, or give a CSV.")
        header, delimiter = _header(self.path, start)
        self._first_row = 2
        try:
            self._db.execute(
                """CREATE TABLE responses AS SELECT * FROM read_csv(?, header=true, all_varchar=true, auto_detect=false,
                   delim=?, quote='"', escape='"', columns=?, null_padding=false, encoding='utf-8')""",
                [_pattern(self.path), delimiter, dict.fromkeys(header, "VARCHAR")],
            )
        except duckdb.Error as error:
            raise FileRefused(_csv_fault(self.path, str(error))) from error
        return header

    def _start(self) -> bytes:
        try:
            if not self.path.is_file():
                raise FileRefused(
                    f"{self.path} is not a file: give the path of a CSV or Parquet file of responses."
                )
            with self.path.open("rb") as file:
                return file.read(HEADER_BYTES)
        except OSError as error:
            raise FileRefused(f"{self.path} cannot be opened: {error.strerror}.") from error

    def _open_parquet(self) -> tuple[str, ...]:
        source = f"read_parquet({_literal(_pattern(self.path))})"
        try:
            described = self._db.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            names = [unicodedata.normalize("NFC", row[0]) for row in described]
            # What other tools write for a missing number is no answer called "nan".
            values = [
                f"nullif({_name(row[0])}, 'nan')" if row[1] in ("FLOAT", "DOUBLE") else _name(row[0])
                for row in described
            ]
            parts = ", ".join(f"{value} AS {_name(name)}" for name, value in zip(names, values, strict=True))
            self._db.execute(f"CREATE VIEW responses AS SELECT {parts} FROM {source}")
        except duckdb.Error as error:
            raise FileRefused(
                f"{self.path} is no readable Parquet file; write it again, or give a CSV."
            ) from error
        return tuple(names)


def _header(path: Path, start: bytes) -> tuple[tuple[str, ...], str]:
    """The column names of a CSV and its delimiter; refuses what DuckDB would silently mend."""
    reader, delimiter = _first_record(path, _decoded(path, start))
    names = [unicodedata.normalize("NFC", name.strip()) for name in reader]
    if not any(names):
        raise FileRefused(f"{path} begins with a blank line: its first line must name the columns.")
    unnamed = [k + 1 for k, name in enumerate(names) if not name]
    if unnamed:
        raise FileRefused(f"{path}: column {unnamed[0]} of the header has no name: give every column one.")
    columns: dict[str, list[int]] = {}
    for k, name in enumerate(names):
        columns.setdefault(name.casefold(), []).append(k)
    twice = [places for places in columns.values() if len(places) > 1]
    if twice:
        places = " and ".join(str(k + 1) for k in twice[0])
        raise FileRefused(
            f"{path}: the header names {_listed([names[places[-1]] for places in twice])} more than once"
            f" (columns {places}): rename or remove one."
        )
    return tuple(names), delimiter


def _decoded(path: Path, start: bytes) -> str:
    if start.startswith(ZIP):
        raise FileRefused(f"{path} is an Excel workbook or another zip file: save it as CSV UTF-8.")
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or b"\0" in start:
        raise FileRefused(
            f"{path} is not UTF-8 text (it looks like UTF-16 or a binary file): save it as CSV UTF-8."
        )
    try:
        # The last character may be cut in two where the file goes on.
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        text = decoder.decode(start, final=len(start) < HEADER_BYTES)
    except UnicodeDecodeError as error:
        line = start.count(b"\n", 0, error.start) + 1
        raise FileRefused(f"{path} is not UTF-8 text (line {line}): save it as CSV UTF-8.") from error
    if not text.strip():
        raise FileRefused(f"{path} is empty: it needs a header line and one line per response.")
    return text


def _first_record(path: Path, text: str) -> tuple[list[str], str]:
    """The first record and its delimiter: the one that finds most columns and cuts no quoted name in two."""
    records: dict[str, list[str]] = {}
    for delimiter in DELIMITERS:
        # An error is a quotation mark that this delimiter leaves open.
        with suppress(csv.Error):
            records[delimiter] = next(csv.reader(io.StringIO(text, ""), delimiter=delimiter, strict=True))
    found = max(records, key=lambda one: ('"' not in "".join(records[one]), len(records[one])), default=None)
    if found is None or (len(records) < len(DELIMITERS) and len(records[found]) == 1):
        raise FileRefused(
            f"{path}: the header has a quotation mark that is never closed: close or remove it."
        )
    return records[found], found


def _csv_fault(path: Path, message: str) -> str:
    """DuckDB's complaint in one sentence; its lines are rows, since it counts a broken line in quotes as one."""
    row = re.search(r"CSV Error on Line: (\d+)", message)
    where = f" (row {row[1]})" if row else ""
    if columns := re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", message):
        return f"{path} has a row of {columns[2]} values where the header has {columns[1]} names{where}: mend that row."
    if "unicode" in message.lower():
        return f"{path} is not UTF-8 text{where}: save it as CSV UTF-8."
    if "unterminated quote" in message:
        return f"{path} has a quotation mark that is never closed{where}: close or remove it."
    if "invalid state" in message:
        return f"{path} mixes two kinds of line ends: save it again as CSV UTF-8."
    return f"{path} cannot be read as CSV{where}: save it again as CSV UTF-8."


def _counted(count: int) -> str:
    return f"{count} row{'s' if count > 1 else ''}"


def _and_more(count: int) -> str:
    return f", and {_counted(count)} more {'are' if count > 1 else 'is'} wrong" if count else ""


def _listed(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _text(column: str) -> str:
    return f"nfc_normalize(coalesce({_name(column)}::VARCHAR, ''))"


def _name(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _pattern(path: Path) -> str:
    """The path as DuckDB takes it, for it reads `*`, `?` and `[` as wildcards and `~` as a folder."""
    return glob.escape(str(path.absolute()))


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

"""The rows of a snapshot that an export may have, read from its Parquet in blocks: memory stays flat."""

from __future__ import annotations

import glob
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from app.services.exporting.columns import AGENCY_NAME, Column

BLOCK = 5_000
MEMORY = "512MB"


class Source:
    """An open snapshot, bounded to the agencies of `scope` (None: all). `names` are those of agencies by code."""

    def __init__(self, database: duckdb.DuckDBPyConnection, path: Path):
        self._database = database
        self._file = f"read_parquet({text(glob.escape(str(path)))})"
        described = database.execute(f"DESCRIBE SELECT * FROM {self._file}").fetchall()
        self.present = tuple(row[0] for row in described)

    def count(self, bounded: bool = True) -> int:
        """How many rows the snapshot has in scope, or altogether."""
        where = self._where if bounded else ""
        return self._database.execute(f"SELECT count(*) FROM {self._file} AS s {where}").fetchall()[0][0]

    def blocks(self, columns: Sequence[Column], *, labels: bool) -> Iterator[list[tuple[Any, ...]]]:
        """The rows in the order of the snapshot, some thousands at a time."""
        cursor = self._database.execute(self._select(columns, labels))
        while block := cursor.fetchmany(BLOCK):
            yield block

    def values(self, expression: str) -> np.ndarray:
        """One expression over all rows in scope, as an array; NULL is masked, or None in an array of objects."""
        found = self._database.execute(f"SELECT {expression} AS v FROM {self._joined} {self._where}")
        return found.fetchnumpy()["v"]

    def copy_parquet(self, path: Path, columns: Sequence[Column], *, labels: bool) -> int:
        """The same rows as a Parquet file; how many the writer says it wrote."""
        done = self._database.execute(
            f"COPY ({self._select(columns, labels)}) TO {text(str(path))} (FORMAT parquet, COMPRESSION zstd)"
        )
        return done.fetchall()[0][0]

    def _select(self, columns: Sequence[Column], labels: bool) -> str:
        cells = ", ".join(f"{self.cell(column, labels)} AS {name(column.name)}" for column in columns)
        return f"SELECT {cells} FROM {self._joined} {self._where}"

    def cell(self, column: Column, labels: bool) -> str:
        """The SQL of a column's cell: its code, or with `labels` the words for it."""
        if column.name == AGENCY_NAME:
            return "coalesce(n.label, s.agency)"
        cell = f"s.{name(column.name)}"
        if labels and column.holds == "agency":
            return f"coalesce((SELECT label FROM agency_label WHERE code = {cell}), {cell})"
        if labels and column.choices:
            cases = " ".join(
                f"WHEN {text(choice.code)} THEN {text(choice.label)}" for choice in column.choices
            )
            return f"CASE {cell} {cases} ELSE {cell} END"
        return cell

    @property
    def _joined(self) -> str:
        return f"{self._file} AS s LEFT JOIN agency_label AS n ON n.code = s.agency"

    @property
    def _where(self) -> str:
        return "WHERE s.agency IN (SELECT code FROM scope) OR (SELECT count(*) = 0 FROM bounded)"


@contextmanager
def opened(path: Path, scope: frozenset[str] | None, names: Mapping[str, str]) -> Iterator[Source]:
    """The snapshot in this file, for as long as the block runs."""
    limits = {"temp_directory": tempfile.gettempdir(), "memory_limit": MEMORY, "threads": 1}
    with duckdb.connect(":memory:", config=limits) as database:
        database.execute("SET enable_progress_bar = false")
        database.execute("CREATE TABLE agency_label (code VARCHAR, label VARCHAR)")
        database.execute("CREATE TABLE scope (code VARCHAR)")
        database.execute("CREATE TABLE bounded (yes BOOLEAN)")
        if names:
            database.execute(
                "INSERT INTO agency_label SELECT unnest(?), unnest(?)", [list(names), list(names.values())]
            )
        if scope is not None:
            database.execute("INSERT INTO bounded VALUES (true)")
            database.execute("INSERT INTO scope SELECT unnest(?)", [sorted(scope)])
        yield Source(database, path)


def name(identifier: str) -> str:
    """An identifier as SQL writes it."""
    return '"' + identifier.replace('"', '""') + '"'


def text(words: str) -> str:
    """A text as SQL writes it."""
    return "'" + words.replace("'", "''") + "'"

"""The snapshot's format: which columns it has, how it lies in Parquet, and the hash of what it says.

The hash is over *canonical rows*, so that it speaks of the data and not of the container:

- the first line holds the names of all canonical columns, then comes one line per row, in the order of
  `response_key` (by bytes); cells are joined by a tab, every line ends in a newline, the text is UTF-8 in NFC;
- canonical columns are the file's own in their order, where every item column `x` is followed by
  `x__missing`, also if the file leaves that one out because no row of it needs it;
- a text cell stands as it is, with `\\`, tab, newline and carriage return written `\\\\`, `\\t`, `\\n`, `\\r`;
  an integer in decimal; a weight as the shortest decimal that reads back as the same double (`1.0`, `0.1`,
  `1e-07`); a date as YYYY-MM-DD; a missing kind spelled out; nothing as an empty cell;
- a file that was written before there were quality flags has no column `flags`, and none in its canonical rows:
  its hash is what it was.

SHA-256 of these bytes, in hexadecimal, is the snapshot's hash.
"""

from __future__ import annotations

import glob
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TextIO

import duckdb

from app.services.errors import ServiceError
from app.services.snapshot_columns import FLAGS, MISSING, Layout

# Rows that Python sees at a time, and that Parquet keeps together: small, because a row may have 200 columns.
BLOCK = 10_000
ROW_GROUP = 20_480

# Begins the name of the folder in which a snapshot is put together; then comes the name that it will have.
WORKING = ".snapshot-"

# What DuckDB may take before it spills; a freezing goes on beside the serving of forms.
MEMORY = "512MB"


class SnapshotUnreadable(ServiceError):
    """The file is not there, is no Parquet, or is no snapshot."""

    def __init__(self, path: Path, fault: str):
        super().__init__(
            f"{path} is not a readable snapshot: {fault}; take the file that closing the wave wrote."
        )
        self.path = path


def write(path: Path, layout: Layout, rows: Iterable[Mapping[str, Any]]) -> tuple[str, int]:
    """Write the rows as Parquet, sorted by `response_key`; the hash and the number of rows.

    A row maps column names to text, int, float or date; what is absent or None is an empty cell. The file
    appears whole or not at all. Memory stays flat: rows pass through files in a folder
    beside it, which is named after it, so that what a killed writing left is known by its name.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f"{WORKING}{path.name}-", dir=path.parent) as name:
        folder = Path(name)
        filled = _write_shares(folder, layout, rows)
        draft, lines = folder / "rows.parquet", _join_shares(folder)
        kept = [
            column for column in layout.columns if column in filled or not _is_missing_kind(column, layout)
        ]
        types = ", ".join(f"{_text(column)}: {_text(kind)}" for column, kind in layout.columns.items())
        with _database(folder) as database:
            database.execute(
                f"COPY (SELECT {', '.join(map(_name, kept))}"
                f" FROM read_json({_text(glob.escape(str(lines)))},"
                f" format = 'newline_delimited', columns = {{{types}}}))"
                f" TO {_text(str(draft))} (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
            )
        sha256, count = digest(draft)
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        draft.replace(path)
    return sha256, count


def digest(path: Path) -> tuple[str, int]:
    """The hash of what the snapshot says, and its number of rows. Raises SnapshotUnreadable."""
    with _opened(path) as (database, names):
        hashed = hashlib.sha256()
        hashed.update(("\t".join(_canonical(names)) + "\n").encode())
        count, last = 0, None
        for key, before, weight, after in _blocks(database, _canonical_query(path, names)):
            if key is None or key == last:
                raise SnapshotUnreadable(path, f"the response key {key} stands twice or is empty")
            count, last = count + 1, key
            shown = "" if weight is None else repr(weight)
            hashed.update(f"{before}\t{shown}\t{after}\n".encode())
        return hashed.hexdigest(), count


def verify(path: Path, sha256: str) -> bool:
    """Whether the snapshot still says what it said when this hash was taken. Raises SnapshotUnreadable."""
    return digest(path)[0] == sha256


def read(path: Path) -> dict[str, list[Any]]:
    """The columns of the file by name, in its order, each a list in order of `response_key`.

    All rows at once: for the millions, let an engine read the file. Raises SnapshotUnreadable.
    """
    with _opened(path) as (database, names):
        rows = database.execute(f"SELECT * FROM {_parquet(path)} ORDER BY response_key").fetchall()
        return (
            {name: list(column) for name, column in zip(names, zip(*rows, strict=True), strict=True)}
            if rows
            else {name: [] for name in names}
        )


def _write_shares(folder: Path, layout: Layout, rows: Iterable[Mapping[str, Any]]) -> set[str]:
    """Deal the rows out to files by the beginning of their key, as `key<tab>JSON`; the columns that are filled.

    A key is random, so the shares are of one size, and each is small enough to be sorted in memory.
    """
    known, filled = set(layout.columns), set()
    with ExitStack() as stack:
        shares: dict[str, TextIO] = {}
        for row in rows:
            cells = {column: value for column, value in row.items() if value is not None and value != ""}
            if strangers := cells.keys() - known:
                raise ValueError(f"A row has cells outside the layout: {sorted(strangers)[:5]}.")
            filled.update(cells)
            key = row["response_key"]
            share = key[:2]
            if share not in shares:
                shares[share] = stack.enter_context((folder / f"{share}.share").open("w", encoding="utf-8"))
            shares[share].write(f"{key}\t{json.dumps(cells, ensure_ascii=False, default=str)}\n")
    return filled


def _join_shares(folder: Path) -> Path:
    """One file with the JSON of all shares, one row per line, in order of the keys."""
    path = folder / "rows.json"
    with path.open("w", encoding="utf-8") as file:
        for share in sorted(folder.glob("*.share"), key=lambda each: each.stem):
            lines = share.read_text(encoding="utf-8").split("\n")[:-1]
            file.writelines(line.partition("\t")[2] + "\n" for line in sorted(lines))
            share.unlink()
    return path


def _is_missing_kind(column: str, layout: Layout) -> bool:
    """Whether the column says why another one is empty: an item may be called so too."""
    return column.endswith(MISSING) and column not in layout.items


def _canonical(names: tuple[str, ...]) -> Iterator[str]:
    """The canonical columns of a file with these columns."""
    begin = names.index("date") + 1
    items = set(names[begin + (names[begin : begin + 1] == (FLAGS,)) :])
    for name in names:
        belongs = name.removesuffix(MISSING)
        if name.endswith(MISSING) and belongs in items:
            continue
        yield name
        if name in items:
            yield name + MISSING


def _canonical_query(path: Path, names: tuple[str, ...]) -> str:
    """Rows as (key, text before the weight, weight, text after it); DuckDB writes the texts, Python the number."""
    cells = [(name, _cell(name) if name in names else "''") for name in _canonical(names)]
    place = [name for name, _ in cells].index("weight")
    before = ", ".join(cell for _, cell in cells[:place])
    after = ", ".join(cell for _, cell in cells[place + 1 :])
    return (
        f"SELECT response_key, concat_ws(chr(9), {before}), weight, concat_ws(chr(9), {after})"
        f" FROM {_parquet(path)} ORDER BY response_key"
    )


def _cell(name: str) -> str:
    text = f"nfc_normalize({_name(name)}::VARCHAR)"
    for sign, written in (
        ("'\\'", "'\\\\'"),
        ("chr(9)", "'\\t'"),
        ("chr(10)", "'\\n'"),
        ("chr(13)", "'\\r'"),
    ):
        text = f"replace({text}, {sign}, {written})"
    return f"coalesce({text}, '')"


def _blocks(database: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    cursor = database.execute(query)
    while block := cursor.fetchmany(BLOCK):
        yield from block


@contextmanager
def _opened(path: Path) -> Iterator[tuple[duckdb.DuckDBPyConnection, tuple[str, ...]]]:
    """A database that can read the file, and the file's columns."""
    if not path.is_file():
        raise SnapshotUnreadable(path, "there is no such file")
    with _database(Path(tempfile.gettempdir())) as database:
        try:
            described = database.execute(f"DESCRIBE SELECT * FROM {_parquet(path)}").fetchall()
            names = tuple(row[0] for row in described)
            if lacking := [name for name in Layout(1, ()).design if name not in (*names, FLAGS)]:
                raise SnapshotUnreadable(path, f"it has no column {lacking[0]}")
            yield database, names
        except duckdb.Error as error:
            raise SnapshotUnreadable(path, str(error).splitlines()[0]) from None


@contextmanager
def _database(temporary: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty database in memory that takes little of it, spills to this folder and shows no progress bar."""
    limits = {"temp_directory": str(temporary), "memory_limit": MEMORY, "threads": 1}
    with duckdb.connect(":memory:", config=limits) as database:
        database.execute("SET enable_progress_bar = false")
        yield database


def _parquet(path: Path) -> str:
    # DuckDB reads `*`, `?` and `[` in a path as wildcards.
    return f"read_parquet({_text(glob.escape(str(path)))})"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"

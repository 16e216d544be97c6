"""What the attacker reads: rows with all that databases keep beside them, raw files, and the copies of the pools.

Nothing here uses the application's code for reading: tables are taken as they are, columns and all, so that a column
nobody thought of is read as well; files are searched byte by byte.
"""

from __future__ import annotations

import json
import re
import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

# Hashes and UUIDs as text: what a row can be found by in a raw file.
_TOKEN = re.compile(rb"[0-9a-f]{64}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_PAYLOAD = re.compile(rb'\{"instrument"')
_HEADER = struct.Struct(">8sII")
_PAGE, _HASH, _NONCE = 4096, 32, 12
_LONGEST = 65_536  # of one answer in clear
SYSTEM = {"sqlite": ("rowid",), "postgresql": ("ctid", "xmin", "cmin")}

Row = dict[str, Any]


@dataclass
class Tables:
    """Rows of the tables that matter, each with its system columns (and `lp_off` from pageinspect, if it is there)."""

    kind: str
    response: list[Row]
    invitation: list[Row]
    comment: list[Row]
    collectors: dict[int, str]


@dataclass
class Waiting:
    """What one copy shows of the pools: contents in clear, and the bytes that each used place takes, by collector."""

    day: int
    contents: list[dict[str, Any]] = field(default_factory=list)
    sizes: dict[int, list[int]] = field(default_factory=dict)


def read_tables(url: str) -> Tables:
    """All rows, by a connection that knows nothing of the application."""
    engine = create_engine(url)
    kind = engine.dialect.name
    with engine.connect() as connection:
        found = {name: _rows(connection, kind, name) for name in ("response", "invitation", "comment")}
        collectors = dict(
            connection.execute(
                text("SELECT c.id, a.code FROM collector c JOIN agency a ON a.id = c.agency_id")
            ).all()
        )
    if kind == "postgresql":
        for name, rows in found.items():
            _inspect(engine, name, rows)
    engine.dispose()
    return Tables(kind, found["response"], found["invitation"], found["comment"], collectors)


def _rows(connection: Connection, kind: str, table: str) -> list[Row]:
    system = ", ".join(
        f'"{table}".{name}' + ("::text" if kind == "postgresql" else "") + f' AS "#{name}"'
        for name in SYSTEM[kind]
    )
    rows = [dict(row) for row in connection.execute(text(f'SELECT {system}, * FROM "{table}"')).mappings()]
    for row in rows:
        if "#ctid" in row:
            page, place = row["#ctid"].strip("()").split(",")
            row["#ctid"] = int(page) * 1000 + int(place)
            row["#xmin"], row["#cmin"] = int(row["#xmin"]), int(row["#cmin"])
        if isinstance(row.get("answers"), str):
            row["answers"] = json.loads(row["answers"])
    return rows


def _inspect(engine: Engine, table: str, rows: list[Row]) -> None:
    """Where in its page each row lies, by pageinspect; nothing where the extension is not installed."""
    try:
        with engine.begin() as connection:
            connection.execute(text("CREATE EXTENSION IF NOT EXISTS pageinspect"))
        with engine.connect() as connection:
            pages = connection.scalar(text(f"SELECT pg_relation_size('{table}') / 8192"))
            places = {
                page * 1000 + place: page * 8192 + offset
                for page in range(pages)
                for place, offset in connection.execute(
                    text("SELECT lp, lp_off FROM heap_page_items(get_raw_page(:table, :page))"),
                    {"table": table, "page": page},
                )
            }
    except DBAPIError:
        return
    for row in rows:
        row["#lp_off"] = -places[row["#ctid"]]


def positions(folder: Path) -> dict[str, dict[str, tuple[int, int]]]:
    """Per file (write-ahead segments as one): where each hash or UUID stands first and last."""
    found: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    base: dict[str, int] = defaultdict(int)
    for path in _files(folder):
        name = str(path.relative_to(folder))
        if "pg_wal" in path.parts:
            name = "pg_wal"
        content = path.read_bytes()
        for token in _TOKEN.finditer(content):
            at, spelled = base[name] + token.start(), token.group().decode()
            first = found[name].get(spelled, (at, at))[0]
            found[name][spelled] = (first, at)
        base[name] += len(content)
    return found


def log_lines(folder: Path) -> int:
    """How many lines the logs have."""
    return sum(
        path.read_bytes().count(b"\n") for path in _files(folder) if path.name in ("log", "server.log")
    )


def waiting(day: int, folder: Path) -> Waiting:
    """What one copy shows of answers that wait; where it holds keys, sealed places are opened."""
    found = Waiting(day)
    decoder = json.JSONDecoder()
    for path in _files(folder / "instance"):
        content = path.read_bytes()
        for start in _PAYLOAD.finditer(content):
            try:
                document, _end = decoder.raw_decode(
                    content[start.start() :][:_LONGEST].decode(errors="replace")
                )
            except ValueError:
                continue
            found.contents.append(document["answers"])
        if path.suffix == ".pool":
            places = list(_places(content))
            found.sizes[int(path.stem)] = [len(place.rstrip(b"\0")) for _credential, place in places]
            found.contents += _opened(places, folder / "keys" / f"{path.stem}.key")
    return found


def _places(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(credential, bytes of the place) of every place that is used."""
    _magic, places, size = _HEADER.unpack_from(content)
    start = -(-(_HEADER.size + places * _HASH) // _PAGE) * _PAGE
    for place in range(places):
        credential = content[_HEADER.size + place * _HASH :][:_HASH]
        if any(credential):
            yield credential, content[start + place * size :][:size]


def _opened(places: list[tuple[bytes, bytes]], key: Path) -> Iterator[dict[str, Any]]:
    if not key.exists():
        return
    box = AESGCM(key.read_bytes())
    for credential, place in places:
        try:
            plain = box.decrypt(place[:_NONCE], place[_NONCE:], credential)
        except InvalidTag:
            continue
        (length,) = struct.unpack_from(">I", plain)
        yield json.loads(plain[4 : 4 + length])["answers"]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())

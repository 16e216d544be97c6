"""JSON: one array of objects, or one object per line; an empty cell is null."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from app.services.exporting.columns import Column


def write(
    path: Path, columns: Sequence[Column], blocks: Iterable[list[tuple[Any, ...]]], *, lines: bool
) -> int:
    """Write the rows as objects with the columns' names; how many rows."""
    names = [column.name for column in columns]
    encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=str).encode
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        between = "" if lines else "[\n"
        for block in blocks:
            for row in block:
                file.write(between + encode(dict(zip(names, row, strict=True))))
                between = "\n" if lines else ",\n"
            count += len(block)
        if not lines:
            file.write("[]" if count == 0 else "\n]")
        file.write("\n")
    return count

"""An options file read and checked: every problem at once, each with its key and what to write."""

from __future__ import annotations

import csv
import hashlib
import io
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from app.services.files import FileRefused

from .keys import MarginCounts, ReadMargin, Requests

# A file of options or counts is a page of text, never more.
LARGEST = 1 << 20


def read_requests(path: Path) -> Requests:
    """The options file with the counts of its margins read; raises `FileRefused`, one sentence per problem."""
    try:
        content = tomllib.loads(_text(path))
    except tomllib.TOMLDecodeError as error:
        raise FileRefused(f"{path} is not TOML: {error}; correct it there.") from error
    try:
        found = Requests.model_validate(content)
    except ValidationError as error:
        raise FileRefused("\n".join(_sentences(path, error))) from error
    if found.weighting is None:
        return found
    margins, problems = [], []
    for k, margin in enumerate(found.weighting.margins, start=1):
        try:
            margins.append(_counted(path, margin))
        except FileRefused as refused:
            problems += [f"{path}: weighting.margins[{k}].file: {line}" for line in str(refused).splitlines()]
    if problems:
        raise FileRefused("\n".join(problems))
    weighting = found.weighting.model_copy(update={"margins": tuple(margins)})
    return found.model_copy(update={"weighting": weighting})


def read_table(path: Path, columns: tuple[str, ...]) -> tuple[list[tuple[int, dict[str, str]]], str]:
    """Rows of a small CSV file with their numbers, each by its columns, and the SHA-256 of the file's bytes.

    Labels are composed (NFC) and without blanks around them. Raises `FileRefused`.
    """
    text = _text(path)
    found = list(csv.reader(io.StringIO(text, "")))
    header = [_label(name) for name in found[0]] if found else []
    if sorted(header) != sorted(columns):
        raise FileRefused(
            f"{path} must have the columns {', '.join(columns)}; its first line has {', '.join(header) or 'nothing'}."
        )
    rows = []
    for number, row in enumerate(found[1:], start=2):
        if any(_label(value) for value in row):
            if len(row) != len(header):
                raise FileRefused(f"{path}: row {number} has {len(row)} values; write {len(header)}.")
            rows.append((number, dict(zip(header, map(_label, row), strict=True))))
    if not rows:
        raise FileRefused(f"{path} has a header and no rows; write one row per line.")
    return rows, sha256(path)


def positive(path: Path, number: int, column: str, value: str) -> float:
    """A number above 0 in a row of a table; raises `FileRefused`."""
    try:
        found = float(value)
    except ValueError:
        found = 0.0
    if not 0 < found < float("inf"):
        raise FileRefused(f"{path}: row {number}: {column} {value!r} must be a number above 0.")
    return found


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _counted(options: Path, margin: MarginCounts) -> MarginCounts:
    """The margin with the counts of its file."""
    if margin.file is None:
        return margin
    path = options.parent / margin.file
    rows, digest = read_table(path, ("category", "count"))
    counts: dict[str, float] = {}
    for number, row in rows:
        if not row["category"] or row["category"] in counts:
            fault = f"names {row['category']!r} again" if row["category"] else "has no category"
            raise FileRefused(f"{path}: row {number} {fault}; write each category once.")
        counts[row["category"]] = positive(path, number, "count", row["count"])
    # Built without the check that counts and file exclude each other: here they are the same.
    return ReadMargin.model_construct(**(margin.model_dump() | {"counts": counts, "file_sha256": digest}))


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise FileRefused(f"{path} can't be read: {error.strerror or error}; check the path.") from error
    if len(content) > LARGEST:
        raise FileRefused(f"{path} is larger than such a file can be (1 MiB); give the right one.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileRefused(f"{path} is not UTF-8 text; save it with that encoding.") from error


def _label(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip())


def _sentences(path: Path, error: ValidationError) -> Iterator[str]:
    """One sentence per problem, with the key as the file spells it."""
    for fault in error.errors(include_url=False):
        place = tuple(part for part in fault["loc"] if part != "[key]")
        key = _key(place)
        for sentence in _what(fault, place):
            yield f"{path}: {key + ': ' if key else ''}{sentence}."


def _what(fault: Any, place: tuple[str | int, ...]) -> list[str]:
    model, advice = _described(place)
    if fault["type"] == "value_error":
        return [line if line[:1] == "[" else f"it {line}" for line in str(fault["ctx"]["error"]).splitlines()]
    if fault["type"] == "missing":
        return [f"the key is missing; write {advice}"]
    if fault["type"] == "extra_forbidden":
        known = ", ".join(model.model_fields) if model else ""
        return [f"the key is unknown; known here are {known}"]
    shown = repr(fault["input"])
    return [f"{shown if len(shown) <= 60 else shown[:57] + '...'} can't stand here; write {advice}"]


def _described(place: tuple[str | int, ...]) -> tuple[type[BaseModel] | None, str]:
    """The part in which a key stands, and what to write for it."""
    model: type[BaseModel] | None = Requests
    within, advice = model, "what docs/score-options.md says"
    for part in place:
        if not isinstance(part, str) or model is None:
            continue
        within = model
        field = model.model_fields.get(part)
        if field is None:
            break
        advice = field.description or advice
        model = _model(field.annotation)
    return within, advice


def _model(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for one in get_args(annotation) if (found := _model(one))), None)


def _key(place: tuple[str | int, ...]) -> str:
    """`weighting.margins[1].counts`; positions are counted from 1."""
    key = ""
    for part in place:
        key += f"[{part + 1}]" if isinstance(part, int) else f"{'.' if key else ''}{part}"
    return key

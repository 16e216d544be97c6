"""The use case: the answers of a frozen wave, of all agencies or of branches, as files with their codebook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.messages import translations
from app.models import Wave
from app.queries.agencies import get_tree
from app.queries.responses import list_answered_versions
from app.queries.waves import get_instrument
from app.services import snapshot_file, snapshots
from app.services.exporting import codebook, delimited, json_files, sheets, statistical
from app.services.exporting.columns import Column, columns_of
from app.services.exporting.options import DELIMITERS, FORMATS, AnswerOptions
from app.services.exporting.refusals import (
    ANONYMOUS,
    CHANGED,
    MISCOUNTED,
    NOBODY,
    NOT_FROZEN,
    ExportRefused,
)
from app.services.exporting.source import Source, opened
from surveys.instrument import Instrument

Tell = Callable[[int, int | None], None]

# Marks a sentence for the catalogue; it is translated where the file is made.
_ = str

TAB = _("Answers")


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the answers, their codebook, and how many rows, counted and compared."""

    answers: Path
    codebook: Path
    rows: int


def check(wave: Wave) -> Path:
    """The snapshot whose rows may be exported. Raises ExportRefused, and Destroyed where they are gone."""
    if wave.anonymous:
        raise ExportRefused(ANONYMOUS)
    path = snapshots.path_of(wave)
    if path is None or wave.snapshot_sha256 is None:
        raise ExportRefused(NOT_FROZEN, wave=wave.code)
    return path


def export_answers(
    wave: Wave,
    options: AnswerOptions,
    folder: Path,
    *,
    tops: frozenset[str] | None = None,
    tell: Tell = lambda done, total: None,
) -> Exported:
    """Write the answers and their codebook into this folder, both or neither.

    `tops` bounds the rows to the branches of these agencies on the wave's day (None: all). `tell` hears of rows done.
    Raises ExportRefused where the wave may not be exported, where a format cannot hold what was answered, and where
    the file has not exactly the rows of the snapshot; Destroyed where the answers are gone.
    """
    path = check(wave)
    if not snapshot_file.verify(path, wave.snapshot_sha256 or ""):
        raise ExportRefused(CHANGED, wave=wave.code)
    tree = get_tree(wave.tree_date)
    names = {agency.code: agency.label(options.language) for agency in tree.agencies}
    stem = f"{wave.survey.code}-{wave.code}"
    made = Exported(
        folder / f"{stem}-answers.{FORMATS[options.format]}",
        folder / f"{stem}-codebook.{options.codebook}",
        0,
    )
    try:
        with opened(path, tree.covered(tops), names) as source:
            expected = source.count()
            if expected == 0:
                raise ExportRefused(NOBODY, wave=wave.code)
            if tops is None and expected != wave.snapshot_rows:
                raise ExportRefused(MISCOUNTED, written=expected, expected=wave.snapshot_rows)
            columns = columns_of(
                source.present,
                instruments_of(wave),
                options.language,
                design=options.design,
                missing=options.missing,
            )
            written = write_answers(made.answers, source, columns, options, expected, tell)
            if written != expected:
                raise ExportRefused(MISCOUNTED, written=written, expected=expected)
        codebook.write(made.codebook, columns, delimiter=DELIMITERS[options.delimiter], bom=options.bom)
    except BaseException:
        for half in (made.answers, made.codebook):
            with suppress(OSError):
                half.unlink(missing_ok=True)
        raise
    return Exported(made.answers, made.codebook, written)


def instruments_of(wave: Wave) -> list[Instrument]:
    """Every version of the questionnaire that was answered, the wave's own first."""
    own = wave.instrument_version
    older = [version for version in list_answered_versions(wave) if version.id != own.id]
    return [get_instrument(version.id, version.sha256) for version in (own, *older)]


def write_answers(
    path: Path,
    source: Source,
    columns: Sequence[Column],
    options: AnswerOptions,
    expected: int,
    tell: Tell,
) -> int:
    """Write the file in its format; how many rows it has."""
    if options.format in {"sav", "dta"}:
        return statistical.write(
            path, source, columns, options.language, stata=options.format == "dta", tell=tell
        )
    if options.format == "parquet":
        tell(0, None)
        return source.copy_parquet(path, columns, labels=options.labels)
    blocks = _heard(source.blocks(columns, labels=options.labels), expected, tell)
    if options.format == "csv":
        return delimited.write(path, columns, blocks, options)
    if options.format == "xlsx":
        return sheets.write(path, columns, blocks, translations(options.language).gettext(TAB))
    return json_files.write(path, columns, blocks, lines=options.format == "jsonl")


def _heard(
    blocks: Iterable[list[tuple[Any, ...]]], expected: int, tell: Tell
) -> Iterator[list[tuple[Any, ...]]]:
    """The same blocks; each is told of before it is written."""
    done = 0
    for block in blocks:
        tell(done, expected)
        yield block
        done += len(block)

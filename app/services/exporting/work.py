"""The exports as long work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.extensions import transaction
from app.queries.releases import get_numbered_release
from app.queries.waves import get_wave
from app.services import audit
from app.services.exporting import answers, bundles, figures
from app.services.exporting.options import AnswerOptions
from app.services.jobs import Progress, kind

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

ANSWERS, FIGURES, WORKBOOKS = "export-answers", "export-figures", "workbooks-zip"


@kind(ANSWERS, title=_("Export of answers"), right="export")
def export_answers(
    progress: Progress,
    survey: str,
    wave: str,
    options: dict[str, Any],
    tops: Sequence[str] | None = None,
    about: str = "",
) -> dict[str, Any]:
    """The answers of a wave with their codebook."""
    made = answers.export_answers(
        get_wave(survey, wave),
        AnswerOptions.of_document(options),
        progress.folder,
        tops=_bounds(tops),
        tell=progress,
    )
    _record(f"{survey}/{wave}", ANSWERS, made.rows, [made.answers], format=options["format"])
    return {"files": [made.answers.name, made.codebook.name], "rows": made.rows}


@kind(FIGURES, title=_("Export of figures"), right="read")
def export_figures(
    progress: Progress,
    survey: str,
    wave: str,
    release: int,
    language: str,
    tops: Sequence[str] | None = None,
    delimiter: str = "comma",
    bom: bool = True,
    about: str = "",
) -> dict[str, Any]:
    """The figures of a release as one long table."""
    path, rows = figures.export_figures(
        get_numbered_release(survey, wave, release),
        progress.folder,
        language,
        tops=_bounds(tops),
        delimiter=delimiter,
        bom=bom,
        tell=progress,
    )
    _record(f"{survey}/{wave}/{release}", FIGURES, rows, [path])
    return {"files": [path.name], "rows": rows}


@kind(WORKBOOKS, title=_("All workbooks"), right="read")
def zip_workbooks(
    progress: Progress,
    survey: str,
    wave: str,
    release: int,
    languages: Sequence[str] = (),
    tops: Sequence[str] | None = None,
    about: str = "",
) -> dict[str, Any]:
    """The workbooks of a branch in one archive."""
    path, books = bundles.bundle_workbooks(
        get_numbered_release(survey, wave, release),
        progress.folder,
        languages,
        tops=_bounds(tops),
        tell=progress,
    )
    _record(f"{survey}/{wave}/{release}", WORKBOOKS, books, [path])
    return {"files": [path.name], "books": books}


def _bounds(tops: Sequence[str] | None) -> frozenset[str] | None:
    return None if tops is None else frozenset(tops)


def _record(subject: str, what: str, rows: int, files: list[Path], **facts: Any) -> None:
    with transaction() as session:
        audit.record(
            session, f"{what}.made", subject, rows=rows, files=[file.name for file in files], **facts
        )

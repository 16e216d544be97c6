"""`hailong export`: answers, figures and workbooks of a wave, as the pages give them."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import click
from flask.cli import with_appcontext

# The choices are those of app/services/exporting/options.py, which a test compares.
FORMATS = ("csv", "xlsx", "sav", "dta", "parquet", "jsonl", "json", "figures", "workbooks")


@click.command("export")
@click.argument("survey")
@click.argument("wave")
@click.option(
    "--format",
    "form",
    type=click.Choice(FORMATS),
    required=True,
    help="Of the answers; or `figures` (CSV) or `workbooks` (ZIP) of the newest release.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    required=True,
    help="The file; the codebook of answers goes beside it, with `-codebook.csv` behind the name.",
)
@click.option(
    "--language", help="Of labels, codebook and workbooks.  [default: the wave's first; all workbooks]"
)
@click.option(
    "--branch", multiple=True, metavar="CODE", help="Only this agency and all below it; may be repeated."
)
@click.option("--labels", is_flag=True, help="The words of an option instead of its code.")
@click.option(
    "--no-design", "design", flag_value=False, default=True, help="Without the columns of the plan."
)
@click.option(
    "--no-missing", "missing", flag_value=False, default=True, help="Without the reasons why cells are empty."
)
@click.option(
    "--bom/--no-bom", default=True, show_default=True, help="CSV: a mark by which Excel knows UTF-8."
)
@click.option("--semicolon", is_flag=True, help="CSV: separated by semicolons.")
@click.option("--guard", is_flag=True, help="CSV: an apostrophe before typed text that looks like a formula.")
@with_appcontext
def export(
    survey: str,
    wave: str,
    form: str,
    out: Path,
    language: str | None,
    branch: tuple[str, ...],
    labels: bool,
    design: bool,
    missing: bool,
    bom: bool,
    semicolon: bool,
    guard: bool,
) -> None:
    """Write the answers, the figures or the workbooks of WAVE of SURVEY to a file.

    The rows are counted: a file that has not exactly those of the snapshot is not kept.
    """
    from app.extensions import transaction
    from app.queries.releases import get_release
    from app.queries.waves import get_wave
    from app.services import audit
    from app.services.errors import ServiceError
    from app.services.exporting import answers, bundles, figures
    from app.services.exporting.options import AnswerOptions
    from app.services.exporting.work import ANSWERS, FIGURES, WORKBOOKS
    from app.services.jobs.running import is_disk_full

    found = get_wave(survey, wave)
    tops = frozenset(branch) or None
    delimiter = "semicolon" if semicolon else "comma"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=out.parent) as name:
            folder = Path(name)
            made: list[tuple[Path, Path]]
            if form == "workbooks":
                release = get_release(survey, wave)
                languages = (language,) if language else ()
                path, rows = bundles.bundle_workbooks(release, folder, languages, tops=tops)
                made, what, subject = [(path, out)], WORKBOOKS, f"{survey}/{wave}/{release.number}"
            elif form == "figures":
                release = get_release(survey, wave)
                path, rows = figures.export_figures(
                    release,
                    folder,
                    language or found.languages[0],
                    tops=tops,
                    delimiter=delimiter,
                    bom=bom,
                )
                made, what, subject = [(path, out)], FIGURES, f"{survey}/{wave}/{release.number}"
            else:
                options = AnswerOptions(
                    format=form,
                    language=language or found.languages[0],
                    labels=labels,
                    design=design,
                    missing=missing,
                    bom=bom,
                    delimiter=delimiter,
                    guard=guard,
                )
                exported = answers.export_answers(found, options, folder, tops=tops)
                rows, what, subject = exported.rows, ANSWERS, f"{survey}/{wave}"
                made = [
                    (exported.answers, out),
                    (exported.codebook, out.with_name(f"{out.stem}-codebook.csv")),
                ]
            # Of a file that could not be put in its place no line is left either.
            with transaction() as session:
                for draft, target in made:
                    os.replace(draft, target)
                files = [str(target.resolve()) for _draft, target in made]
                audit.record(session, f"{what}.made", subject, rows=rows, files=files, format=form)
    except Exception as error:
        # The libraries of the formats have their own classes for a full disk.
        if is_disk_full(error):
            raise ServiceError(f"{out} cannot be written: the disk is full.") from error
        if isinstance(error, OSError):
            raise ServiceError(f"{out} cannot be written: {error.strerror or error}.") from error
        raise
    counted = "workbooks" if form == "workbooks" else "rows"
    click.echo(f"{rows} {counted}: {', '.join(str(target) for _draft, target in made)}")

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
    from app.queries.releases import get_release
    from app.queries.waves import get_wave
    from app.services.errors import ServiceError
    from app.services.exporting import answers, bundles, figures
    from app.services.exporting.options import AnswerOptions

    found = get_wave(survey, wave)
    tops = frozenset(branch) or None
    delimiter = "semicolon" if semicolon else "comma"
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=out.parent) as name:
            folder = Path(name)
            made: list[tuple[Path, Path]] = []
            if form == "workbooks":
                languages = (language,) if language else ()
                path, rows = bundles.bundle_workbooks(get_release(survey, wave), folder, languages, tops=tops)
                made = [(path, out)]
            elif form == "figures":
                path, rows = figures.export_figures(
                    get_release(survey, wave),
                    folder,
                    language or found.languages[0],
                    tops=tops,
                    delimiter=delimiter,
                    bom=bom,
                )
                made = [(path, out)]
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
                rows = exported.rows
                made = [
                    (exported.answers, out),
                    (exported.codebook, out.with_name(f"{out.stem}-codebook.csv")),
                ]
            for draft, target in made:
                os.replace(draft, target)
    except OSError as error:
        raise ServiceError(f"{out} cannot be written: {error.strerror or error}.") from error
    counted = "workbooks" if form == "workbooks" else "rows"
    click.echo(f"{rows} {counted}: {', '.join(str(target) for _draft, target in made)}")

"""`hailong score`: a file of responses to results and workbooks, with no database."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from app.services.assembly.requests.keys import Requests


def _columns(context: click.Context, parameter: click.Parameter, value: str | None) -> tuple[str, ...]:
    return tuple(column.strip() for column in value.split(",") if column.strip()) if value else ()


def _level(context: click.Context, parameter: click.Parameter, value: float) -> float:
    if not 0 < value < 1:  # also where it is no number at all
        raise click.BadParameter(f"{value:g} is not between 0 and 1; write 0.95 for 95 %.")
    return value


@click.command()
@click.argument("responses", type=click.Path(path_type=Path))
@click.option(
    "--instrument", required=True, type=click.Path(path_type=Path), help="The instrument's YAML file."
)
@click.option(
    "--by", multiple=True, metavar="C", help="Domains by column C, or by the crossing A*B; repeat for more."
)
@click.option("--weight", metavar="C", help="Column of sampling weights.")
@click.option("--stratum", metavar="C", help="Column of strata.")
@click.option(
    "--cluster",
    metavar="C1[,C2]",
    callback=_columns,
    help="Columns of sampling units by stage, PSUs first, nested in strata.",
)
@click.option("--fpc", metavar="C1[,C2]", callback=_columns, help="Columns of population counts by stage.")
@click.option(
    "--lonely-psu",
    type=click.Choice(["fail", "adjust", "average", "certainty", "remove"]),
    default="fail",
    show_default=True,
    help="What a stratum with one PSU adds to a variance.",
)
@click.option(
    "--wave-kind",
    type=click.Choice(["probability", "census", "volunteer"]),
    help="How people came to answer; decides which interval is honest.  [default: probability with a design, else"
    " volunteer]",
)
@click.option(
    "--level", type=float, callback=_level, default=0.95, show_default=True, help="Of the intervals, 0 to 1."
)
@click.option(
    "--threshold",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    help="Fewer answers are suppressed.",
)
@click.option(
    "--unknown-codes",
    type=click.Choice(["stop", "missing"]),
    default="stop",
    show_default=True,
    help="What a code that its scale does not list does.",
)
@click.option(
    "--engine",
    type=click.Choice(["arrays", "duckdb"]),
    default="arrays",
    show_default=True,
    help="Who makes the totals.",
)
@click.option("--compare", is_flag=True, help="Differences between domains, with their covariance kept.")
@click.option(
    "--pairs",
    type=click.Choice(["index", "all"]),
    default="index",
    show_default=True,
    help="Compare and rank by indices and their first-level nodes, or by items too.",
)
@click.option(
    "--adjust",
    type=click.Choice(["holm", "bh", "none"]),
    default="holm",
    show_default=True,
    help="Adjust p-values for the number of pairs.",
)
@click.option("--ranks", is_flag=True, help="Ranks of domains, with simultaneous confidence sets.")
@click.option(
    "--options",
    "options_file",
    type=click.Path(path_type=Path),
    help="TOML file of what has no flag: weighting, replicates, quantiles, contrasts, trend.",
)
@click.option(
    "--json",
    "json_path",
    required=True,
    type=click.Path(path_type=Path),
    help="Where the results document goes.",
)
@click.option(
    "--workbooks",
    type=click.Path(path_type=Path),
    help="Folder for one workbook per domain and one for the whole.",
)
@click.option("--language", help="Language of the workbooks.  [default: the instrument's first]")
@click.option("--wave", "wave_name", help="Name of the wave, on the workbooks.  [default: the file's name]")
@click.option("--organisation", default="", help="Who publishes, on the workbooks.")
@click.option(
    "--published", type=click.DateTime(["%Y-%m-%d"]), help="Publication date; without it a working copy."
)
def score(
    responses: Path,
    instrument: Path,
    json_path: Path,
    options_file: Path | None,
    workbooks: Path | None,
    language: str | None,
    wave_name: str | None,
    organisation: str,
    published: datetime | None,
    **options: Any,
) -> None:
    """Score the CSV or Parquet file RESPONSES."""
    from app.services.assembly.context import CardContext
    from app.services.assembly.options import ScoringOptions
    from app.services.assembly.requests.reading import read_requests
    from app.services.assembly.run import score as run
    from app.services.estimation import write_both, write_results
    from app.services.files import FileRefused, ResponseFile
    from surveys import loading

    try:
        requests = read_requests(options_file) if options_file else None
        asked = ScoringOptions(**options, requests=requests)
    except FileRefused:
        raise
    except ValueError as error:
        raise click.UsageError(str(error)) from error
    _spare_inputs(json_path, responses, instrument, options_file, requests)
    questionnaire = loading.load(instrument)
    language = _language(language, questionnaire.languages)
    if asked.wave_kind is None:
        click.echo(f"Wave kind not given: taken as {asked.effective_wave_kind}.", err=True)
    with ResponseFile(responses) as file:
        scored = run(file, questionnaire, asked, folder=options_file.parent if options_file else Path())
    told = f"{scored.inputs.n_rows} responses scored into {len(scored.records)} estimates: {json_path}"
    if workbooks is None:
        write_results(scored, json_path)
    else:
        context = CardContext(
            language=language,
            wave=wave_name or responses.stem,
            organisation=organisation,
            published=published.date() if published else None,
        )
        with _progress(len(scored.domains)) as step:
            written = write_both(scored, json_path, context, workbooks, progress=step)
        told += f"; {len(written)} workbooks: {workbooks}"
    click.echo(told)


def _spare_inputs(
    json_path: Path, responses: Path, instrument: Path, options_file: Path | None, requests: Requests | None
) -> None:
    """No output may take the place of an input, nor of the other output."""
    inputs = [path for path in (responses, instrument, options_file) if path]
    if options_file and requests:
        inputs += [options_file.parent / name for name in requests.files]
    for path in inputs:
        if json_path.resolve() == path.resolve():
            raise click.UsageError(f"--json names the input {path}; give the results a file of their own.")
    if requests and requests.weighting and requests.weighting.weights:
        beside = json_path.parent / requests.weighting.weights
        taken = [path for path in (json_path, *inputs) if path.resolve() == beside.resolve()]
        if taken:
            raise click.UsageError(
                f"weighting.weights names {taken[0]}, which is in use; give the weights a file of their own."
            )


def _language(asked: str | None, spoken: tuple[str, ...]) -> str:
    """The language of the workbooks: by default the instrument's first that the interface speaks."""
    from app.messages import SOURCE_LANGUAGE, languages

    if asked is None:
        return next((language for language in spoken if language in languages()), SOURCE_LANGUAGE)
    if asked not in languages():
        raise click.BadParameter(
            f"workbooks are written in {' or '.join(languages())}, not in {asked!r}.",
            param_hint="--language",
        )
    return asked


@contextmanager
def _progress(length: int) -> Iterator[Callable[[Path], None]]:
    """A bar on a terminal, nothing in a pipe."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=length, label="Workbooks", hidden=hidden, file=sys.stderr) as bar:
        yield lambda path: bar.update(1)

"""`hailong wave`: open, close, release and look at waves."""

from __future__ import annotations

from datetime import datetime

import click
from flask.cli import AppGroup

wave = AppGroup("wave", help="Open, close, release and look at waves.")


@wave.command("status")
def status() -> None:
    """Every wave: state, links, responses counted and late, snapshot."""
    from app.queries.collectors import list_collectors
    from app.queries.responses import count_responses
    from app.queries.waves import list_waves

    for one in list_waves():
        line = f"{one.survey.code}/{one.code}  {one.state}  {len(list_collectors(one))} links"
        line += f"  {count_responses(one, 'counted')} counted  {count_responses(one, 'late')} late"
        click.echo(line + (f"  snapshot {one.snapshot_sha256[:12]}" if one.snapshot_sha256 else ""))


@wave.command("open")
@click.argument("survey")
@click.argument("wave")
def open_(survey: str, wave: str) -> None:
    """From now on the links of WAVE of SURVEY can be opened."""
    from app.queries.waves import get_wave
    from app.services.fieldwork import open_wave

    found = get_wave(survey, wave)
    open_wave(found)
    click.echo(f"{survey}/{wave} is open.")


@wave.command("close")
@click.argument("survey")
@click.argument("wave")
@click.option(
    "--freeze", is_flag=True, help="Also freeze the answers into a snapshot: later answers are kept apart."
)
def close(survey: str, wave: str, freeze: bool) -> None:
    """Close WAVE of SURVEY; answers on their way count until its late limit, or until it is frozen."""
    from app.queries.waves import get_wave
    from app.services import snapshots
    from app.services.fieldwork import close_wave

    found = get_wave(survey, wave)
    if found.state != "closed":
        close_wave(found)
        click.echo(
            f"{survey}/{wave} is closed; answers on their way count until {found.late_until:%Y-%m-%d %H:%M} UTC."
        )
    if freeze:
        snapshot = snapshots.freeze(found)
        click.echo(f"{snapshot.rows} responses frozen into {snapshot.path}, sha256 {snapshot.sha256}.")


@wave.command("release")
@click.argument("survey")
@click.argument("wave")
@click.option("--published", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Publication date.")
@click.option("--language", help="Language of the workbooks.  [default: the wave's first]")
@click.option("--organisation", default="", help="Who publishes.")
@click.option(
    "--lonely-psu",
    type=click.Choice(["fail", "adjust", "average", "certainty", "remove"]),
    default="fail",
    show_default=True,
    help="What a stratum with one PSU adds to a variance.",
)
def release(
    survey: str, wave: str, published: datetime, language: str | None, organisation: str, lonely_psu: str
) -> None:
    """Score the snapshot of WAVE over the agency tree and write a workbook for every agency."""
    from app.queries.waves import get_wave
    from app.services import releasing

    found = get_wave(survey, wave)
    made = releasing.release(
        found,
        published_on=published.date(),
        language=language or found.languages[0],
        organisation=organisation,
        lonely_psu=lonely_psu,
    )
    click.echo(f"Release {made.number} of {survey}/{wave}: {releasing.folder_of(made)}")

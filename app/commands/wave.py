"""`hailong wave`: open, close, release and look at waves."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from flask import g
from flask.cli import AppGroup

if TYPE_CHECKING:
    from app.models import Wave
    from app.services.collecting import Asked

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
    from app.services.errors import ServiceError
    from app.services.fieldwork import close_wave
    from app.services.jobs.running import is_disk_full

    found = get_wave(survey, wave)
    if found.state != "closed":
        close_wave(found)
        click.echo(
            f"{survey}/{wave} is closed; answers on their way count until {found.late_until:%Y-%m-%d %H:%M} UTC."
        )
    if freeze:
        try:
            snapshot = snapshots.freeze(found)
        except Exception as error:
            if not is_disk_full(error):
                raise
            raise ServiceError(
                f"The snapshot of {survey}/{wave} cannot be written: the disk is full. Make room, then freeze it "
                "again."
            ) from error
        click.echo(f"{snapshot.rows} responses frozen into {snapshot.path}, sha256 {snapshot.sha256}.")


def _asked(command):
    """The options of what is to be estimated."""
    for option in reversed(
        (
            click.option(
                "--published", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Publication date."
            ),
            click.option(
                "--language",
                "languages",
                multiple=True,
                help="Language of the workbooks; once for each, the first one first.  [default: the wave's first]",
            ),
            click.option("--organisation", default="", help="Who publishes."),
            click.option(
                "--lonely-psu",
                type=click.Choice(["fail", "adjust", "average", "certainty", "remove"]),
                default="fail",
                show_default=True,
                help="What a stratum with one PSU adds to a variance.",
            ),
            click.option("--changes", default="", help="What is other than in the release before."),
            click.option("--reason", default="", help="Why an earlier release is corrected."),
        )
    ):
        command = option(command)
    return command


@wave.command("estimate")
@click.argument("survey")
@click.argument("wave")
@click.option("--by", "email", required=True, help="The account of who has it estimated.")
@_asked
def estimate(survey: str, wave: str, email: str, **chosen: Any) -> None:
    """Score the snapshot of WAVE over the agency tree; another person then approves the run."""
    from app.queries.runs import get_user
    from app.queries.waves import get_wave
    from app.services.runs import estimate, folder_of

    found, user = get_wave(survey, wave), get_user(email)
    g.actor = user.email
    run = estimate(found, _chosen(found, **chosen), user.id)
    click.echo(f"Run {run.number} of {survey}/{wave}: {folder_of(run)}")


@wave.command("approve")
@click.argument("survey")
@click.argument("wave")
@click.argument("run", type=click.IntRange(1))
@click.option("--by", "email", required=True, help="The account of who approves: not who had it estimated.")
def approve(survey: str, wave: str, run: int, email: str) -> None:
    """Release RUN of WAVE: it is signed, numbered, and never changes again."""
    from app.queries.runs import get_run, get_user
    from app.services.approving import approve
    from app.services.runs import folder_of

    user = get_user(email)
    g.actor = user.email
    made = approve(get_run(survey, wave, run), user.id)
    click.echo(f"Release {made.number} of {survey}/{wave}: {folder_of(made)}")


@wave.command("reject")
@click.argument("survey")
@click.argument("wave")
@click.argument("run", type=click.IntRange(1))
@click.argument("remark")
@click.option("--by", "email", required=True, help="The account of who rejects it.")
def reject(survey: str, wave: str, run: int, remark: str, email: str) -> None:
    """Put RUN of WAVE aside, saying why in REMARK; its files are deleted."""
    from app.queries.runs import get_run, get_user
    from app.services.approving import reject

    user = get_user(email)
    g.actor = user.email
    reject(get_run(survey, wave, run), user.id, remark)
    click.echo(f"Run {run} of {survey}/{wave} is rejected.")


@wave.command("publish")
@click.argument("survey")
@click.argument("wave")
@click.argument("release", type=click.IntRange(1))
def publish(survey: str, wave: str, release: int) -> None:
    """Let everybody read RELEASE of WAVE without an account; that cannot be taken back."""
    from app.queries.releases import get_numbered_release
    from app.services.approving import publish

    publish(get_numbered_release(survey, wave, release))
    click.echo(f"Release {release} of {survey}/{wave} is public.")


@wave.command("release")
@click.argument("survey")
@click.argument("wave")
@_asked
def release(survey: str, wave: str, **chosen: Any) -> None:
    """Estimate WAVE and release it at once, for who is alone: the manifest says that nobody else approved."""
    from app.queries.waves import get_wave
    from app.services.approving import approve
    from app.services.runs import estimate, folder_of

    found = get_wave(survey, wave)
    made = approve(estimate(found, _chosen(found, **chosen), None), None)
    click.echo(f"Release {made.number} of {survey}/{wave}: {folder_of(made)}")


def _chosen(wave: Wave, *, published: datetime, languages: tuple[str, ...], **rest: str) -> Asked:
    from app.services.collecting import Asked

    return Asked(published_on=published.date(), languages=languages or (wave.languages[0],), **rest)

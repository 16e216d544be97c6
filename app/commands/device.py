"""`hailong device`: the tablets at the counters."""

from __future__ import annotations

import click
from flask.cli import AppGroup

device = AppGroup("device", help="Make, list and revoke the tablets at the counters.")


@device.command("add")
@click.argument("survey")
@click.argument("wave")
@click.argument("link", type=int)
@click.argument("name")
@click.option("--language", help="Language it begins in.  [default: the wave's first]")
@click.option(
    "--idle-seconds", type=int, default=60, show_default=True, help="Without a touch, before it asks."
)
@click.option("--exit-code", required=True, help="Staff code to leave the kiosk, 4 to 12 digits.")
def add(
    survey: str, wave: str, link: int, name: str, language: str | None, idle_seconds: int, exit_code: str
) -> None:
    """Make a tablet NAME for the link with number LINK of WAVE of SURVEY, and print its pairing code."""
    from app.queries.collectors import list_collectors
    from app.queries.errors import NotFound
    from app.queries.waves import get_wave
    from app.services.devices import PAIRING_VALID, add_device

    found = get_wave(survey, wave)
    desk = next((one for one in list_collectors(found) if one.number == link), None)
    if desk is None:
        raise NotFound("link", link)
    made, code = add_device(
        desk,
        name,
        language=language or found.languages[0],
        idle_seconds=idle_seconds,
        exit_code=exit_code,
    )
    minutes = int(PAIRING_VALID.total_seconds() // 60)
    click.echo(
        f"Device {made.id}, {made.name}: open /k/ on the tablet and type {code} within {minutes} minutes."
    )


@device.command("list")
@click.argument("survey")
@click.argument("wave")
def list_(survey: str, wave: str) -> None:
    """Every tablet of WAVE of SURVEY: state, last seen, answers waiting on it."""
    from app.queries.devices import list_devices
    from app.queries.waves import get_wave

    for one in list_devices(get_wave(survey, wave)):
        state = "revoked" if one.revoked_at else "paired" if one.paired_at else "not paired"
        seen = f"seen {one.seen_at:%Y-%m-%d %H:%M} UTC" if one.seen_at else "never seen"
        waiting = f"{one.queue_length} waiting"
        click.echo(f"{one.id}  link {one.collector.number}  {one.name}  {state}  {seen}  {waiting}")


@device.command("code")
@click.argument("survey")
@click.argument("wave")
@click.argument("number", type=int)
def code(survey: str, wave: str, number: int) -> None:
    """Print a new pairing code for the tablet NUMBER of WAVE of SURVEY."""
    from app.queries.devices import get_device
    from app.queries.waves import get_wave
    from app.services.devices import renew_pairing

    click.echo(renew_pairing(get_device(get_wave(survey, wave), number)))


@device.command("revoke")
@click.argument("survey")
@click.argument("wave")
@click.argument("number", type=int)
def revoke(survey: str, wave: str, number: int) -> None:
    """Take the tablet NUMBER of WAVE of SURVEY out of service, for good."""
    from app.queries.devices import get_device
    from app.queries.waves import get_wave
    from app.services.devices import revoke_device

    found = get_device(get_wave(survey, wave), number)
    revoke_device(found)
    click.echo(f"{found.name} is revoked.")

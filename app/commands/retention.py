"""`hailong retention`: destroy raw answers on the day that was promised."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
from flask.cli import AppGroup

if TYPE_CHECKING:
    from app.models import Wave

retention = AppGroup("retention", help="Destroy raw answers on the day that was promised.")


@retention.command("run")
@click.option("--dry-run", is_flag=True, help="Only say what would be destroyed.")
def run(dry_run: bool) -> None:
    """Destroy the raw answers of every wave whose last day has passed, and write it down. Let it run once a day.

    Tables are written anew for that: run it at night. Exit 1 where a wave must be closed first.
    """
    from app.services.approving import put_aside_destroyed
    from app.services.staff import retention as service

    found = service.list_due()
    if not dry_run:
        # Copies that wait to be fetched go before the answers, so that a run that breaks off leaves none of them, and
        # again after, for an export may have ended meanwhile.
        ending = [one.wave for one in found if not one.waits and not one.only_contacts]
        _forget(ending)
        try:
            found = service.run()
        finally:
            _forget(ending)
            put_aside_destroyed()
    for one in found:
        name = f"{one.wave.survey.code}/{one.wave.code}"
        counts = ", ".join(f"{count} {kind}" for kind, count in one.counts.items())
        if one.waits:
            click.echo(
                f"{name} is due but {one.wave.state}; close it, then run this again: {counts}", err=True
            )
        else:
            click.echo(f"{name}: {'would destroy' if dry_run else 'destroyed'} {counts}")
    if not found:
        click.echo("Nothing is due.")
    if any(one.waits for one in found):
        raise SystemExit(1)


def _forget(waves: Iterable[Wave]) -> None:
    """Remove every export of answers of these waves."""
    from app.services.exporting.forgetting import forget_exports

    for wave in waves:
        forget_exports(wave)

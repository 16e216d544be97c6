"""`hailong work`: do the long work that was asked for on the pages."""

from __future__ import annotations

import os

import click
from flask.cli import ScriptInfo


@click.command("work")
@click.option(
    "--workers",
    type=click.IntRange(1, 32),
    default=2,
    show_default=True,
    help="How many jobs at the same time.",
)
@click.option("--once", is_flag=True, help="Do what waits now, then stop.")
@click.option("--parent", type=int, hidden=True, help="Stop when this process is no longer the one above.")
@click.pass_obj
def work(info: ScriptInfo, workers: int, once: bool, parent: int | None) -> None:
    """Do estimations, exports and other long work until told to stop.

    `hailong serve` starts one by itself; on a second machine that shares the database and the instance folder, start
    it by hand.
    """
    from app.services.jobs import consumer, sweeping, work_off

    app = info.load_app()
    if once:
        with app.app_context():
            sweeping.sweep()
            click.echo(f"{work_off()} jobs done.")
        return
    consumer.work(app, workers, parent)
    # Threads that did not notice in time must not keep the process alive.
    os._exit(0)

"""`hailong tidy`: throw away what is too old to be kept."""

from __future__ import annotations

import click
from flask.cli import with_appcontext


@click.command("tidy")
@with_appcontext
def tidy() -> None:
    """Delete answers that were put aside and whose code or wave has ended. Let it run once a day."""
    from app.services import drafts

    click.echo(f"{drafts.tidy()} drafts deleted.")

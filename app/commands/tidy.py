"""`hailong tidy`: throw away what is too old to be kept, and mix what waits."""

from __future__ import annotations

import click
from flask.cli import with_appcontext


@click.command("tidy")
@with_appcontext
def tidy() -> None:
    """Delete answers that were put aside and whose code or wave has ended; mix those of staff that wait.

    Let it run once a day.
    """
    from app.services import drafts
    from app.services.staff import tidying

    click.echo(f"{drafts.tidy()} drafts deleted.")
    click.echo(f"{tidying.tidy()} pools of staff answers mixed.")

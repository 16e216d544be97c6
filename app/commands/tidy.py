"""`hailong tidy`: throw away what is too old to be kept, and mix what waits."""

from __future__ import annotations

import click
from flask.cli import with_appcontext


@click.command("tidy")
@with_appcontext
def tidy() -> None:
    """Delete answers put aside whose code or wave has ended, and files of jobs after seven days; mix staff answers.

    Let it run once a day.
    """
    from app.services import drafts
    from app.services.jobs import sweeping
    from app.services.staff import tidying

    click.echo(f"{drafts.tidy()} drafts deleted.")
    click.echo(f"{sweeping.tidy()} jobs' files deleted.")
    click.echo(f"{tidying.tidy()} pools of staff answers mixed.")

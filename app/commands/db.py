"""`hailong db`: the database's shape."""

from __future__ import annotations

import click
from flask.cli import AppGroup

db = AppGroup("db", help="Make or upgrade the database.")


@db.command("upgrade")
def upgrade() -> None:
    """Bring the database to the present shape; a new one is made."""
    from flask_migrate import upgrade as run

    run()
    click.echo("The database is up to date.")

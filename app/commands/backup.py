"""`hailong backup`: everything that must not be lost, in one file."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@with_appcontext
def backup(file: Path) -> None:
    """Write the database and the instance folder to FILE, while the program goes on.

    The folder of keys is never in it.
    """
    from flask import current_app

    from app.extensions import transaction
    from app.services import audit
    from app.services.backup import Place, back_up

    config = current_app.config
    place = Place.of(current_app.instance_path, config["SQLALCHEMY_DATABASE_URI"], config["KEY_FOLDER"])
    made = back_up(place, file)
    click.echo(f"{file}: the database and {made.files} files, {made.size / 1e6:.1f} MB before packing.")
    click.echo(
        f"Not in it, on purpose: the folder of keys, {place.keys}. Keep its keys of releases and of second factors "
        "apart from this file; never the keys of staff answers (docs/operations.md, Backup)."
    )
    # Told before it is recorded: where the database takes no line, the backup is there all the same.
    with transaction() as session:
        audit.record(session, "backup.made", str(file.resolve()), files=made.files, size=made.size)

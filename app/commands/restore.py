"""`hailong restore`: put a backup back into an empty place."""

from __future__ import annotations

import os
from pathlib import Path

import click


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
def restore(file: Path) -> None:
    """Put FILE back where HAILONG_INSTANCE and DATABASE_URL point; both must be empty.

    Every file is compared with its hash; what is damaged is not restored.
    """
    from alembic.script import ScriptDirectory

    from app.config import MIGRATIONS, database_url, instance_path
    from app.services.backup import Place
    from app.services.backup import restore as put_back

    instance = instance_path({})
    database = database_url(os.environ.get("DATABASE_URL") or f"sqlite:///{instance / 'hailong.sqlite'}")
    keys = os.environ.get("HAILONG_KEY_FOLDER") or instance.with_name(f"{instance.name}-keys")
    known = {one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    found = put_back(Place.of(instance, database, keys), file, known.__contains__)
    click.echo(f"{instance}: the database and {found.files} files as of {found.made_at}.")
    click.echo("Next: `hailong db upgrade`, then `hailong serve`.")

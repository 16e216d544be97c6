"""`hailong keys`: the keys with which releases are signed."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

keys = AppGroup("keys", help="The keys with which releases are signed.")


@keys.command("make")
def make() -> None:
    """Make the first key; approving a run makes it too, where there is none yet."""
    from app.services.signing import key_path, make_key

    made = make_key()
    click.echo(f"Key {made.key_id}: {key_path(made.key_id)}")


@keys.command("rotate")
def rotate() -> None:
    """Retire the key that signs, destroy its private half, and make another.

    What it signed goes on to be verified: public keys are kept for ever.
    """
    from app.services.signing import key_path, rotate

    made = rotate()
    click.echo(f"Key {made.key_id}: {key_path(made.key_id)}")


@keys.command("list")
def list_() -> None:
    """Every key with its days; the one that signs has no second."""
    from app.services.signing import published_keys

    for one in published_keys()["keys"]:
        click.echo(
            f"{one['key_id']}  made {one['made_on']}"
            + (f"  retired {one['retired_on']}" if one["retired_on"] else "")
        )


@keys.command("export")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def export(file: Path) -> None:
    """Write the public keys to FILE, so that workbooks can be verified where there is no database."""
    from app.services.errors import ServiceError
    from app.services.signing import published_keys

    try:
        file.write_text(json.dumps(published_keys(), indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise ServiceError(f"{file} cannot be written: {error.strerror}.") from None
    click.echo(f"Public keys: {file}")

"""`hailong served`: how many transactions the offices served, for the response rate."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import AppGroup

served = AppGroup("served", help="Take in how many transactions the offices served.")


@served.command("import")
@click.argument("file", type=click.Path(path_type=Path))
def import_(file: Path) -> None:
    """Take in FILE, a CSV with the columns agency, day, transactions, source; all of it or nothing.

    A figure that is there for the same agency and day is replaced. Exit 1 with one sentence per problem.
    """
    from app.services.errors import ServiceError
    from app.services.served import import_served

    try:
        content = file.read_bytes()
    except OSError as error:
        raise ServiceError(f"{file} cannot be read ({error.strerror}); check the name of the file.") from None
    stored = import_served(content)
    click.echo(f"{stored.new} new, {stored.replaced} replaced.")

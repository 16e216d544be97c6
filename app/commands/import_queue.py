"""`hailong import-queue`: the answers that a tablet could not send, from the file that it exported."""

from __future__ import annotations

from pathlib import Path

import click
from flask.cli import with_appcontext


@click.command("import-queue")
@click.argument("file", type=click.Path(path_type=Path))
@with_appcontext
@click.pass_context
def import_queue(context: click.Context, file: Path) -> None:
    """Take in FILE, each answer once, however often it comes.

    Exit 1 where an answer could not be stored: it is named, and the others are stored all the same.
    """
    from app.services.errors import ServiceError
    from app.services.queue_files import import_queue as take_in

    try:
        content = file.read_bytes()
    except OSError as error:
        raise ServiceError(f"{file} cannot be read ({error.strerror}); check the name of the file.") from None
    taken = take_in(content)
    for one in taken.not_taken:
        click.echo(str(one), err=True)
    click.echo(f"{taken.stored} new, {taken.already} known already, {len(taken.not_taken)} not stored.")
    if taken.not_taken:
        context.exit(1)

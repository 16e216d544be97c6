"""`hailong agencies`: take in a list of agencies, write it, look at the tree."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import click
from flask.cli import AppGroup

agencies = AppGroup("agencies", help="Take in, write and look at the tree of agencies.")

DAY = click.DateTime(["%Y-%m-%d"])


@agencies.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--on", type=DAY, help="Day from which names and places hold.  [default: today]")
@click.option("--preview", is_flag=True, help="Only say what would change.")
def import_(file: Path, on: datetime | None, preview: bool) -> None:
    """Take in FILE (CSV or XLSX), all of it or nothing: new codes begin, known ones are renamed, moved, merged, ended.

    Exit 1 with one sentence per problem.
    """
    from app.services.agencies.importing import import_list, preview_list
    from app.services.errors import ServiceError

    try:
        content = file.read_bytes()
    except OSError as error:
        raise ServiceError(f"{file} cannot be read ({error.strerror}); check the name of the file.") from None
    day = _day(on)
    effect = preview_list(content, day)[1] if preview else import_list(content, day)
    for change in effect.changes if preview else ():
        parts = (
            str(change.on),
            change.what,
            change.agency,
            change.language,
            change.before,
            "->",
            change.after,
        )
        click.echo(" ".join(part for part in parts if part))
    counts = ", ".join(f"{count} {what}" for what, count in effect.counts().items()) or "no change"
    click.echo(f"{'Would be' if preview else 'Taken in'}: {counts}.")


@agencies.command("export")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--on", type=DAY, help="Tree of this day.  [default: today]")
@click.option("--no-bom", is_flag=True, help="Leave out the mark by which Excel knows UTF-8.")
def export(file: Path, on: datetime | None, no_bom: bool) -> None:
    """Write the tree of a day as a CSV that `import` takes back."""
    from app.services.agencies.listing import write_agency_list
    from app.services.errors import ServiceError

    try:
        file.write_text(write_agency_list(_day(on), bom=not no_bom), encoding="utf-8", newline="")
    except OSError as error:
        raise ServiceError(f"{file} cannot be written ({error.strerror}).") from None
    click.echo(str(file))


@agencies.command("tree")
@click.option("--on", type=DAY, help="Tree of this day.  [default: today]")
@click.option("--below", metavar="CODE", help="Only the branch of one agency.")
@click.option("--language", default="vi", show_default=True)
def tree(on: datetime | None, below: str | None, language: str) -> None:
    """One line per agency, children under their parents."""
    from app.queries.agencies import get_tree

    found = get_tree(_day(on))
    for top in (below,) if below else found.roots:
        base = len(found.path(top))
        for code in found.branch(top):
            indent = "  " * (len(found.path(code)) - base)
            click.echo(f"{indent}{code}  {found.label(code, language)}")


def _day(on: datetime | None) -> date:
    from app import clock
    from app.config import office_day

    return on.date() if on else office_day(clock.now())

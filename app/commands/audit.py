"""`hailong audit`: whether the log of who saw, changed and took away what is whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TextIO

import click
from flask.cli import AppGroup

audit = AppGroup("audit", help="The log of who saw, changed and took away what.")


@audit.command("check")
@click.option(
    "--anchor",
    "anchors",
    type=click.File(encoding="utf-8"),
    help="Lines that `hailong audit anchor` printed and that were kept elsewhere.",
)
@click.option(
    "--file", "exported", type=click.File(encoding="utf-8"), help="Check this export instead of the database."
)
def check(anchors: TextIO | None, exported: TextIO | None) -> None:
    """Walk the chain: exit 0 where it is whole, 1 where a line was changed, taken out or cut off."""
    from app.queries.audit import iter_entries
    from app.services import audit_checking as checking

    known = checking.read_anchors(anchors) if anchors else []
    found = checking.check(checking.read_exported(exported) if exported else iter_entries(), known)
    for fault in found.faults:
        click.echo(str(fault), err=True)
    if not found.whole:
        raise SystemExit(1)
    if found.last is None:
        click.echo("The log is empty.")
    else:
        click.echo(f"{found.lines} lines, none changed or missing; the last has the hash {found.last.hash}.")


@audit.command("anchor")
def anchor() -> None:
    """Print number and hash of the last line, to be kept where nobody of this machine can change it."""
    from app import clock
    from app.queries.audit import find_last_entry

    last = find_last_entry()
    if last is None:
        raise click.ClickException("The log has no line yet.")
    noted = {"number": last.number, "hash": last.hash, "noted_at": clock.now().isoformat(timespec="seconds")}
    click.echo(json.dumps(noted))


@audit.command("export")
@click.argument("file", type=click.Path(dir_okay=False, writable=True, path_type=Path))
@click.option("--since", type=click.IntRange(min=1), default=1, show_default=True, help="The first line.")
def export(file: Path, since: int) -> None:
    """Write the log to FILE, a line of JSON for each, with everything that a check needs."""
    from app.queries.audit import iter_entries
    from app.services.audit_checking import written

    draft = file.with_name(f"{file.name}.part")
    count = 0
    with draft.open("w", encoding="utf-8", newline="\n") as out:
        for line in iter_entries(since):
            out.write(written(line) + "\n")
            count += 1
    draft.replace(file)
    click.echo(f"{count} lines in {file}.")

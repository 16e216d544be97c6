"""`hailong clauses`: the codes of conduct of the catalogue, and what changed from one version to the next."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from surveys.clauses import Clause, CodeOfConduct

LANGUAGE = click.option(
    "--language",
    default="vi",
    show_default=True,
    help="Language of the texts; the first of the code otherwise.",
)


@click.group()
def clauses() -> None:
    """List the codes of conduct of the catalogue, and compare two versions of one."""


@clauses.command("list")
@click.argument("code", required=False)
@LANGUAGE
def list_clauses(code: str | None, language: str) -> None:
    """List the clauses of CODE, such as moit-2023 or a file; without it, every code of the catalogue."""
    from surveys import clauses as catalogue

    if code is None:
        for identity in catalogue.shipped():
            found = catalogue.find_code(identity)
            click.echo(
                f"{identity}\t{len(found.clauses)}\t{_said(found, found.title, language)} ({found.decision})"
            )
        return
    found = _find(code)
    click.echo(f"{_said(found, found.title, language)} ({found.decision}). {found.source}")
    for clause in found.clauses:
        click.echo(_line(found, clause, language))


@clauses.command()
@click.argument("a")
@click.argument("b")
@LANGUAGE
def diff(a: str, b: str, language: str) -> None:
    """Say what version B of a code adds, removes, changes and moves, seen from version A.

    A and B are codes of the catalogue, such as moha-2017, or files.
    """
    from surveys.clauses import difference

    before, after = _find(a), _find(b)
    found = difference(before, after)
    for clause in found.added:
        click.echo(f"added    {_line(after, clause, language)}")
    for clause in found.removed:
        click.echo(f"removed  {_line(before, clause, language)}")
    for one in found.changed:
        click.echo(f"changed  {one.after.number} {one.after.code}: {', '.join(one.fields)}")
        for name in one.fields:
            click.echo(f"  - {_said(before, getattr(one.before, name), language)}")
            click.echo(f"  + {_said(after, getattr(one.after, name), language)}")
    for one in found.moved:
        click.echo(f"moved    {one.after.code}: {one.before.number} -> {one.after.number}")
    click.echo(
        f"{before.identity} -> {after.identity}: {len(found.added)} added, {len(found.removed)} removed, "
        f"{len(found.changed)} changed, {len(found.moved)} moved."
    )
    click.echo(
        "The catalogue holds what was read of each code: what is removed here may only be unread there."
    )


def _find(name: str) -> CodeOfConduct:
    from surveys import clauses as catalogue

    if found := catalogue.find_code(name):
        return found
    if Path(name).suffix in (".yaml", ".yml"):
        return catalogue.load(name)
    known = ", ".join(catalogue.shipped())
    raise click.UsageError(f"The catalogue has no code {name!r}; name one of {known}, or a .yaml file.")


def _line(code: CodeOfConduct, clause: Clause, language: str) -> str:
    title, text = _said(code, clause.title, language), _said(code, clause.text, language)
    return f"{clause.number} {clause.code} [{clause.status}]: {title}. {text}"


def _said(code: CodeOfConduct, text: dict[str, str], language: str) -> str:
    return text.get(language) or text[code.languages[0]]

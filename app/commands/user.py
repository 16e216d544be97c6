"""`hailong user`: who may sign in."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.rights import RIGHTS_OF_ROLE

user = AppGroup("user", help="Accounts for the results pages.")


@user.command("add")
@click.argument("email")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(list(RIGHTS_OF_ROLE)),
    default="administrator",
    show_default=True,
    help="What NAME may do, over all agencies.",
)
@click.password_option(help="At least 12 letters; asked for where it is not given.")
def add(email: str, name: str, role: str, password: str) -> None:
    """Let NAME sign in with EMAIL."""
    from app.services.accounts import create_user

    create_user(email, name, password, role=role)
    click.echo(f"{email} may sign in.")

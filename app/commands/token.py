"""`hailong token`: keys with which programs read through the API."""

from __future__ import annotations

from datetime import timedelta

import click
from flask.cli import AppGroup

token = AppGroup("token", help="Keys with which programs read through the API.")


@token.command("make")
@click.argument("email")
@click.argument("name")
@click.option(
    "--right",
    "rights",
    multiple=True,
    type=click.Choice(["read", "export"]),
    default=["read"],
    show_default=True,
    help="What the key may do, of what its owner may.",
)
@click.option(
    "--days",
    type=click.IntRange(0, 365),
    default=90,
    show_default=True,
    help="For how many days after today.",
)
def make(email: str, name: str, rights: tuple[str, ...], days: int) -> None:
    """Make a key for the program NAME that reads as EMAIL does, and print it this once."""
    from app.queries.users import get_user_by_email
    from app.services import tokens

    user = get_user_by_email(email)
    _made, text = tokens.issue(user.id, name, rights, tokens.days()[0] + timedelta(days=days))
    click.echo(text)


@token.command("list")
@click.argument("email")
def list_(email: str) -> None:
    """Every key that EMAIL ever had: number, name, rights, until when, last used on."""
    from app.queries.tokens import list_tokens
    from app.queries.users import get_user_by_email
    from app.services.tokens import is_good

    for one in list_tokens(get_user_by_email(email).id):
        state = f"until {one.expires_at:%Y-%m-%d %H:%M} UTC" if is_good(one) else "ended"
        click.echo(f"{one.id}  {one.name}  {','.join(one.rights)}  {state}  used {one.used_on or 'never'}")


@token.command("revoke")
@click.argument("email")
@click.argument("number", type=int)
def revoke(email: str, number: int) -> None:
    """End the key with this number; nothing brings it back."""
    from app.queries.users import get_user_by_email
    from app.services import tokens

    tokens.revoke(get_user_by_email(email).id, number)
    click.echo(f"Key {number} is revoked.")

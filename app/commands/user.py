"""`hailong user`: who may sign in, and what they may do."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.rights import RIGHTS_OF_ROLE

user = AppGroup("user", help="Accounts: who may sign in, with which roles.")

ROLE = click.Choice(list(RIGHTS_OF_ROLE))
AGENCY = click.option(
    "--agency", metavar="CODE", help="The role holds for this agency and all below it; without it, for all."
)


@user.command("add")
@click.argument("email")
@click.argument("name")
@click.option("--role", type=ROLE, default="administrator", show_default=True, help="What NAME may do.")
@AGENCY
@click.password_option(help="At least 12 letters; asked for where it is not given.")
def add(email: str, name: str, role: str, agency: str | None, password: str) -> None:
    """Let NAME sign in with EMAIL."""
    from app.services.accounts import create_user

    create_user(email, name, password, role=role, agency=agency)
    click.echo(f"{email} may sign in.")


@user.command("invite")
@click.argument("email")
@click.argument("name")
@click.option("--role", type=ROLE, help="What NAME may do; nothing yet without it.")
@AGENCY
@click.option("--language", default="vi", show_default=True, help="Of the letter.")
def invite(email: str, name: str, role: str | None, agency: str | None, language: str) -> None:
    """Make an account for NAME, who chooses the password by a link that is mailed to EMAIL.

    Without a mail server the link is printed: hand it over yourself.
    """
    from app.services.accounts import create_user

    made = create_user(email, name, None, role=role, agency=agency)
    _send_or_print(made.id, "welcome", language)


@user.command("list")
def list_() -> None:
    """Every account: address, name, state, roles."""
    from app.queries.users import list_users

    for one in list_users():
        held = ", ".join(
            f"{grant.role}{f' of {grant.agency.code}' if grant.agency else ''}" for grant in one.grants
        )
        state = "closed" if not one.active else "open" if one.password_hash or one.oidc_subject else "invited"
        factor = ", second factor" if one.totp_secret else ""
        click.echo(f"{one.email}  {one.name}  {state}{factor}  {held or 'no role'}")


@user.command("grant")
@click.argument("email")
@click.argument("role", type=ROLE)
@AGENCY
def grant(email: str, role: str, agency: str | None) -> None:
    """Give the account EMAIL a role."""
    from app.queries.users import get_user_by_email
    from app.services import grants

    grants.grant(get_user_by_email(email).id, role, agency)
    click.echo(f"{email} is {role}{f' of {agency}' if agency else ''}.")


@user.command("revoke")
@click.argument("email")
@click.argument("role", type=ROLE)
@AGENCY
def revoke(email: str, role: str, agency: str | None) -> None:
    """Take a role from the account EMAIL and sign it out everywhere."""
    from app.queries.errors import NotFound
    from app.queries.users import get_user_by_email
    from app.services import grants

    found = get_user_by_email(email)
    for one in found.grants:
        if one.role == role and (one.agency.code if one.agency else None) == agency:
            grants.revoke(found.id, one.id)
            click.echo(f"{email} is no longer {role}{f' of {agency}' if agency else ''}.")
            return
    raise NotFound("role", f"{role}{f' of {agency}' if agency else ''} of {email}")


@user.command("close")
@click.argument("email")
def close(email: str) -> None:
    """Let nobody sign in with EMAIL any more; sessions, links and keys end."""
    from app.queries.users import get_user_by_email
    from app.services import grants

    grants.close(get_user_by_email(email).id)
    click.echo(f"{email} is closed.")


@user.command("reopen")
@click.argument("email")
def reopen(email: str) -> None:
    """Open a closed account again, with the roles it had."""
    from app.queries.users import get_user_by_email
    from app.services import grants

    grants.reopen(get_user_by_email(email).id)
    click.echo(f"{email} may sign in.")


@user.command("reset")
@click.argument("email")
@click.option(
    "--second-factor", is_flag=True, help="Take the second factor off too, for a telephone that is lost."
)
@click.option("--language", default="vi", show_default=True, help="Of the letter.")
def reset(email: str, second_factor: bool, language: str) -> None:
    """Mail a link for a new password to EMAIL; without a mail server, print it."""
    from app.queries.users import get_user_by_email
    from app.services import second_factor as factor

    found = get_user_by_email(email)
    if second_factor:
        factor.turn_off(found.id)
    _send_or_print(found.id, "reset" if found.password_hash else "welcome", language)


def _send_or_print(number: int, purpose: str, language: str) -> None:
    from flask import current_app

    from app.queries.users import get_user
    from app.services import recovering
    from app.services.mail import MailRefused, mail_server

    address = current_app.config["ADDRESS"]
    try:
        server = mail_server() if address else None
    except MailRefused:
        server = None
    if server is None:
        token = recovering.make_link(number, purpose)
        click.echo(
            f"No letter was sent: set HAILONG_ADDRESS and HAILONG_SMTP_HOST for that. The link, good once:\n"
            f"{address}/sign-in/new-password/{token}"
        )
        return
    recovering.send_link(number, purpose, language=language, server=server, address=address)
    click.echo(f"A letter with the link is on its way to {get_user(number).email}.")

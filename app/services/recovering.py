"""Links by which somebody sets their first password, or a new one: mailed, good once, kept as a hash."""

from __future__ import annotations

import secrets
import smtplib
from datetime import timedelta
from hashlib import sha256

from flask import g
from sqlalchemy import update

from app.extensions import db, transaction
from app.messages import translations
from app.models import AccountToken, User
from app.queries.users import find_token, find_user, get_user
from app.services import accounts, audit, sessions
from app.services.mail import MailRefused, MailServer, connected, letter, reason_of
from app.services.spoken import SpokenError

VALID = {"reset": timedelta(hours=1), "welcome": timedelta(days=7)}

# So many links may wait for one account: whoever asks on and on fills somebody's letter box, no more.
MOST_WAITING = 3

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class LinkRefused(SpokenError):
    """The link opens nothing: it was used, has run out, or is none of ours."""

    def __init__(self) -> None:
        super().__init__(_("This link has been used or has run out. Ask for a new one."))


def make_link(user_id: int, purpose: str) -> str:
    """A new token for an account, as text that is told once; `purpose` is welcome or reset."""
    token = secrets.token_urlsafe(32)
    with transaction() as session:
        user = get_user(user_id)
        session.add(
            AccountToken(
                user_id=user.id,
                purpose=purpose,
                token_hash=_hash(token),
                expires_at=sessions.now() + VALID[purpose],
            )
        )
        audit.record(session, "account.link_made", f"user {user.email}", purpose=purpose)
    return token


def invite(
    email: str,
    name: str,
    *,
    role: str | None,
    agency: str | None,
    language: str,
    server: MailServer,
    address: str,
) -> User:
    """A new account whose owner chooses the password by the link in a letter.

    `address` is that of this server. Raises what `create_user` raises; MailRefused where the letter could not be handed
    in: the account is there, and the link can be sent again.
    """
    user = accounts.create_user(email, name, None, role=role, agency=agency)
    send_link(user.id, "welcome", language=language, server=server, address=address)
    return user


def send_link(user_id: int, purpose: str, *, language: str, server: MailServer, address: str) -> None:
    """Mail a new link to the account. Raises MailRefused."""
    token = make_link(user_id, purpose)
    user = get_user(user_id)
    gettext = translations(language).gettext
    if purpose == "welcome":
        subject = gettext("Your account at Hailong")
        lines = [
            gettext(
                "%(name)s, an account was made for you at Hailong, the platform for satisfaction surveys."
            )
            % {"name": user.name},
            gettext("Open this address within seven days and choose your password:"),
        ]
    else:
        subject = gettext("A new password for Hailong")
        lines = [
            gettext("Somebody asked for a new password for the account %(email)s.") % {"email": user.email},
            gettext("If it was you, open this address within an hour and choose it:"),
        ]
    lines.append(f"{address}/sign-in/new-password/{token}")
    lines.append(
        gettext("If you know nothing of this, do nothing: without this link nobody can change your password.")
    )
    message = letter(server, user.email, subject, lines, language)
    # The mail server may take its time: no lock of the database waits for it.
    db.session.rollback()
    try:
        with connected(server) as connection:
            connection.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise MailRefused(
            _("The mail server did not take the letter (%(reason)s); try again later."),
            reason=reason_of(error),
        ) from None


def ask_reset(email: str, *, language: str, server: MailServer, address: str) -> bool:
    """Mail a link to whoever has this address; whether there was anybody. The page says the same in both cases."""
    user = find_user(email)
    if user is None or not user.active or _count_waiting(user.id) >= MOST_WAITING:
        return False
    send_link(user.id, "reset", language=language, server=server, address=address)
    return True


def holder_of(token: str) -> User:
    """Whose link this is. Raises LinkRefused."""
    return _open(token).user


def set_password(token: str, password: str) -> User:
    """Set the password of the link's account and use the link up, with all others of the account.

    Every session of the account ends. Raises LinkRefused, PasswordRefused.
    """
    user = _open(token).user
    renewed = accounts.hash_password(password, (user.email, user.name))
    g.actor = user.email
    with transaction() as session:
        moment = sessions.now()
        # Asked again within: of two who send the same link at once, one gets it.
        used = session.execute(
            update(AccountToken)
            .where(
                AccountToken.token_hash == _hash(token),
                AccountToken.used_at.is_(None),
                AccountToken.expires_at > moment,
            )
            .values(used_at=moment)
        )
        if used.rowcount != 1:
            raise LinkRefused
        session.execute(
            update(AccountToken)
            .where(AccountToken.user_id == user.id, AccountToken.used_at.is_(None))
            .values(used_at=moment)
        )
        accounts.set_password(session, user, renewed)
    return user


def _open(token: str) -> AccountToken:
    found = find_token(_hash(token))
    if (
        found is None
        or found.used_at is not None
        or found.expires_at <= sessions.now()
        or not found.user.active
    ):
        raise LinkRefused
    return found


def _count_waiting(user_id: int) -> int:
    return (
        db.session.scalar(
            db.select(db.func.count())
            .select_from(AccountToken)
            .where(
                AccountToken.user_id == user_id,
                AccountToken.used_at.is_(None),
                AccountToken.expires_at > sessions.now(),
            )
        )
        or 0
    )


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

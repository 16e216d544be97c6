"""Accounts."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from app.extensions import db
from app.models import AccountToken, Agency, RoleGrant, User, UserSession
from app.queries.errors import NotFound
from app.rights import Granted


def stored_email(email: str) -> str:
    """An address as accounts keep it: trimmed, in lower case, one form of each letter."""
    return unicodedata.normalize("NFC", email).strip().lower()


def find_user(email: str) -> User | None:
    """The account with this address, however it is written."""
    wanted = stored_email(email)
    # No account has one, and PostgreSQL will not even be asked about a text with a NUL in it.
    if not wanted.isprintable():
        return None
    return db.session.scalar(select(User).where(User.email == wanted))


def find_user_by_subject(issuer: str, subject: str) -> User | None:
    """The account that belongs to this person at this provider."""
    return db.session.scalar(select(User).where(User.oidc_issuer == issuer, User.oidc_subject == subject))


def find_user_by_id(number: int) -> User | None:
    """The account with this row number."""
    return db.session.get(User, number)


def list_grants(user: User) -> tuple[Granted, ...]:
    """The roles of an account with the codes of the agencies over whose branches they hold."""
    found = db.session.execute(
        select(RoleGrant.role, Agency.code)
        .outerjoin(Agency, Agency.id == RoleGrant.agency_id)
        .where(RoleGrant.user_id == user.id)
        .order_by(RoleGrant.id)
    )
    return tuple(Granted(role, code) for role, code in found)


def get_user(number: int) -> User:
    """The account with this row number, with its roles at hand; NotFound where there is none."""
    user = db.session.scalar(
        select(User).where(User.id == number).options(selectinload(User.grants).joinedload(RoleGrant.agency))
    )
    if user is None:
        raise NotFound("account", number)
    return user


def get_user_by_email(email: str) -> User:
    """The account with this address, however it is written; NotFound where there is none."""
    user = find_user(email)
    if user is None:
        raise NotFound("account", email)
    return user


def list_users() -> list[User]:
    """Every account in order of its address, with roles and their agencies at hand."""
    return list(
        db.session.scalars(
            select(User)
            .options(selectinload(User.grants).joinedload(RoleGrant.agency))
            .order_by(User.active.desc(), User.email)
        )
    )


def find_session(token_hash: str) -> UserSession | None:
    """The session whose token has this hash, with its account at hand, ended or not."""
    return db.session.scalar(
        select(UserSession).where(UserSession.token_hash == token_hash).options(joinedload(UserSession.user))
    )


def list_sessions(user_id: int) -> list[UserSession]:
    """The sessions of an account that nobody has ended, the oldest first; some may have run out."""
    return list(
        db.session.scalars(
            select(UserSession)
            .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
            .order_by(UserSession.begun_at, UserSession.id)
        )
    )


def find_token(token_hash: str) -> AccountToken | None:
    """The link with this hash, with its account at hand, used or not."""
    return db.session.scalar(
        select(AccountToken)
        .where(AccountToken.token_hash == token_hash)
        .options(joinedload(AccountToken.user))
    )

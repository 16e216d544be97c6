"""Accounts."""

from __future__ import annotations

import unicodedata

from sqlalchemy import select

from app.extensions import db
from app.models import Agency, RoleGrant, User
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

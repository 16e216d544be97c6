"""Roles given and taken away, accounts closed and opened again; the last administrator cannot go."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.models import AccountToken, ApiToken, RoleGrant, User
from app.queries.errors import NotFound
from app.rights import RIGHTS_OF_ROLE
from app.services import audit, sessions
from app.services.accounts import GrantRefused, check_grant

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

LAST = _("This is the last administrator; make another account one first.")


def grant(user_id: int, role: str, agency: str | None = None) -> RoleGrant:
    """Give a role over the branch of an agency, or over the whole tree. Raises GrantRefused, NotFound."""
    if role not in RIGHTS_OF_ROLE:
        raise GrantRefused(_("Choose a role."))
    place = check_grant(role, agency)
    agency_id = place.id if place is not None else None
    with transaction() as session:
        user = _get(session, user_id)
        if any(one.role == role and one.agency_id == agency_id for one in user.grants):
            raise GrantRefused(_("This account has this role there already."))
        made = RoleGrant(user=user, role=role, agency_id=agency_id)
        session.add(made)
        audit.record(session, "account.granted", f"user {user.email}", role=role, agency=agency)
    return made


def revoke(user_id: int, number: int) -> None:
    """Take a role away (its row number) and end the account's sessions. Raises GrantRefused, NotFound."""
    with transaction() as session:
        user = _get(session, user_id)
        found = next((one for one in user.grants if one.id == number), None)
        if found is None:
            raise NotFound("role", number)
        if found.role == "administrator":
            _keep_one(session, user)
        agency = found.agency.code if found.agency is not None else None
        audit.record(session, "account.revoked", f"user {user.email}", role=found.role, agency=agency)
        user.grants.remove(found)
        sessions.end_all(session, user.id)


def close(user_id: int) -> None:
    """Nobody signs in with this account any more; its sessions, links and keys end. Raises GrantRefused, NotFound."""
    with transaction() as session:
        user = _get(session, user_id)
        _keep_one(session, user)
        user.active = False
        sessions.end_all(session, user.id)
        moment = sessions.now()
        for table, ended in ((AccountToken, AccountToken.used_at), (ApiToken, ApiToken.revoked_at)):
            session.execute(
                update(table).where(table.user_id == user.id, ended.is_(None)).values({ended.key: moment})
            )
        audit.record(session, "account.closed", f"user {user.email}")


def reopen(user_id: int) -> None:
    """The account may sign in again, with the roles it had. Raises NotFound."""
    with transaction() as session:
        user = _get(session, user_id)
        user.active = True
        audit.record(session, "account.reopened", f"user {user.email}")


def _keep_one(session: Session, user: User) -> None:
    """Raises GrantRefused where no other open account is administrator over the whole tree."""
    # The rows are locked: of two administrators who close each other at once, the second sees what the first did.
    holders = set(
        session.scalars(
            select(RoleGrant.user_id)
            .join(User, User.id == RoleGrant.user_id)
            .where(RoleGrant.role == "administrator", RoleGrant.agency_id.is_(None), User.active.is_(True))
            .with_for_update()
        )
    )
    if holders == {user.id}:
        raise GrantRefused(LAST)


def _get(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("account", user_id)
    return user

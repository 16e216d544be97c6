"""Accounts of people whom a provider (OpenID Connect) vouches for; none is ever made by signing in."""

from __future__ import annotations

from sqlalchemy.exc import IntegrityError

from app.extensions import transaction
from app.models import User
from app.queries.users import find_user, find_user_by_subject
from app.services import audit
from app.services.spoken import SpokenError

LONGEST = 255

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class NotLinked(SpokenError):
    """The provider knows this person, and no account here is theirs."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "No account here belongs to this sign-in. Ask your administrator to invite your e-mail address."
            )
        )


def find_or_link(issuer: str, subject: str, email: str, *, verified: bool) -> User:
    """The account of this person at this provider.

    The first time it is the account that was made for the same address, if the provider has verified the address and
    the account belongs to nobody there yet. Raises NotLinked.
    """
    if not issuer or not subject or len(issuer) > LONGEST or len(subject) > LONGEST:
        raise NotLinked
    user = find_user_by_subject(issuer, subject)
    if user is None:
        user = _link(issuer, subject, email) if verified and email else None
    if user is None or not user.active:
        raise NotLinked
    return user


def _link(issuer: str, subject: str, email: str) -> User | None:
    try:
        with transaction() as session:
            user = find_user(email)
            if user is None or not user.active or user.oidc_subject is not None:
                return None
            user.oidc_issuer, user.oidc_subject = issuer, subject
            audit.record(session, "account.linked", f"user {user.email}", issuer=issuer)
    except IntegrityError:
        # Two first sign-ins at once; the second finds the account by its subject when it is tried again.
        return None
    return user

"""Accounts: who may sign in, and whether a password is theirs.

Passwords are kept as argon2 hashes of their NFC form: a keyboard that sends `ế` as one letter and one that
sends `e` with two marks give the same password.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from app.extensions import transaction
from app.models import RoleGrant, User
from app.queries.users import find_user, stored_email
from app.services.errors import ServiceError

SHORTEST_PASSWORD = 12  # letters as a person counts them, after normalisation
LONGEST = 255  # what the columns of address and name hold

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

# The parameters argon2-cffi recommends today; a hash made with others is renewed when its owner signs in.
hasher = PasswordHasher()


class EmailRefused(ServiceError):
    """This is no e-mail address that an account can have."""

    def __init__(self, email: str):
        super().__init__(
            f"{email!r} is no e-mail address; write it as name@office.vn, at most {LONGEST} letters."
        )
        self.email = email


class EmailTaken(ServiceError):
    """Another account has this address."""

    def __init__(self, email: str):
        super().__init__(
            f"There is an account for {email} already; sign in with it, or give another address."
        )
        self.email = email


class NameRefused(ServiceError):
    """The name is empty, too long, or holds signs that cannot be shown."""

    def __init__(self, name: str):
        super().__init__(f"The name {name!r} cannot be used; write 1 to {LONGEST} letters on one line.")
        self.name = name


class PasswordTooShort(ServiceError):
    """The password has fewer letters than the house asks for."""

    def __init__(self, length: int):
        super().__init__(
            f"The password has {length} letters; choose one of at least {SHORTEST_PASSWORD}, such as a few words."
        )
        self.length = length


def create_user(email: str, name: str, password: str, *, role: str | None = None) -> User:
    """A new account that may sign in at once, with a role over the whole tree; without one it sees nothing yet.

    Raises EmailRefused, EmailTaken, NameRefused, PasswordTooShort.
    """
    email, name = stored_email(email), unicodedata.normalize("NFC", name).strip()
    if not EMAIL.fullmatch(email) or not email.isprintable() or len(email) > LONGEST:
        raise EmailRefused(email)
    if not name or not name.isprintable() or len(name) > LONGEST:
        raise NameRefused(name)
    length = len(unicodedata.normalize("NFC", password))
    if length < SHORTEST_PASSWORD:
        raise PasswordTooShort(length)
    password_hash = hasher.hash(_bytes(password))
    try:
        with transaction() as session:
            user = User(email=email, name=name, password_hash=password_hash, active=True)
            session.add(user)
            if role is not None:
                session.add(RoleGrant(user=user, role=role))
    except IntegrityError:
        raise EmailTaken(email) from None
    return user


def authenticate(email: str, password: str) -> User | None:
    """The account with this address and password; None where either is wrong or the account is closed.

    A wrong address costs as much hashing as a wrong password, so that the time of the answer does not say
    who has an account.
    """
    user = find_user(email)
    # Who signs in through the provider alone has no password, and none is right.
    known = (user.password_hash if user is not None else None) or _nobody(hasher)
    if not _matches(known, password) or user is None or not user.active:
        return None
    if hasher.check_needs_rehash(known):
        _renew(user, known, password)
    return user


def _matches(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, _bytes(password))
    except VerificationError:
        return False


def _renew(user: User, known: str, password: str) -> None:
    """Hash again with today's parameters, unless the password was changed in the meantime."""
    renewed = hasher.hash(_bytes(password))
    with transaction() as session:
        session.execute(
            update(User).where(User.id == user.id, User.password_hash == known).values(password_hash=renewed)
        )


def _bytes(password: str) -> bytes:
    # A lone surrogate comes from a command line in another encoding; it is hashed as it came.
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@cache
def _nobody(by: PasswordHasher) -> str:
    """A hash that stands for an account that is not there."""
    return by.hash(b"nobody's password")

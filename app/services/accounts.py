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
from sqlalchemy.orm import Session

from app.extensions import db, transaction
from app.models import Agency, RoleGrant, User
from app.queries.agencies import get_agency
from app.queries.errors import NotFound
from app.queries.users import find_user, stored_email
from app.rights import UNDIVIDED_ROLES
from app.services import audit, sessions
from app.services.passwords import is_common
from app.services.spoken import SpokenError

SHORTEST_PASSWORD = 12  # letters as a person counts them, after normalisation
LONGEST = 255  # what the columns of address and name hold
LONGEST_PASSWORD = 4096  # more is no password, and every letter is hashed

EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

# The parameters argon2-cffi recommends today; a hash made with others is renewed when its owner signs in.
hasher = PasswordHasher()

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class EmailRefused(SpokenError):
    """This is no e-mail address that an account can have."""

    def __init__(self, email: str):
        super().__init__(
            _("“%(email)s” is no e-mail address; write it as name@office.vn, at most %(most)s letters."),
            email=email[:80],
            most=LONGEST,
        )
        self.email = email


class EmailTaken(SpokenError):
    """Another account has this address."""

    def __init__(self, email: str):
        super().__init__(
            _("There is an account for %(email)s already; sign in with it, or give another address."),
            email=email,
        )
        self.email = email


class NameRefused(SpokenError):
    """The name is empty, too long, or holds signs that cannot be shown."""

    def __init__(self, name: str):
        super().__init__(
            _("The name “%(name)s” cannot be used; write 1 to %(most)s letters on one line."),
            name=name[:80],
            most=LONGEST,
        )
        self.name = name


class PasswordRefused(SpokenError):
    """The password is none that an account may have."""


class PasswordTooShort(PasswordRefused):
    """The password has fewer letters than the house asks for."""

    def __init__(self, length: int):
        super().__init__(
            _("The password has %(length)s letters; choose one of at least %(least)s, such as a few words."),
            length=length,
            least=SHORTEST_PASSWORD,
        )
        self.length = length


class PasswordTooLong(PasswordRefused):
    """The password is longer than anyone types."""

    def __init__(self) -> None:
        super().__init__(
            _("The password is too long; choose one of at most %(most)s letters."), most=LONGEST_PASSWORD
        )


class PasswordCommon(PasswordRefused):
    """Guessers try this one early."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This password is one of the first that a guesser tries; choose a few words that belong to nobody."
            )
        )


class PasswordWrong(PasswordRefused):
    """The password typed for confirmation is not that of the account."""

    def __init__(self) -> None:
        super().__init__(_("The present password is not right."))


def create_user(
    email: str, name: str, password: str | None, *, role: str | None = None, agency: str | None = None
) -> User:
    """A new account, with a role over the branch of `agency` or over the whole tree; without one it sees nothing yet.

    `password` None: whoever is invited chooses it by a link, or signs in through the provider. Raises EmailRefused,
    EmailTaken, NameRefused, PasswordRefused, GrantRefused, NotFound for the agency.
    """
    email, name = stored_email(email), unicodedata.normalize("NFC", name).strip()
    if not EMAIL.fullmatch(email) or not email.isprintable() or len(email) > LONGEST:
        raise EmailRefused(email)
    if not name or not name.isprintable() or len(name) > LONGEST:
        raise NameRefused(name)
    password_hash = None if password is None else hash_password(password, (email, name))
    found = check_grant(role, agency) if role is not None else None
    agency_id = found.id if found is not None else None
    try:
        with transaction() as session:
            user = User(email=email, name=name, password_hash=password_hash, active=True)
            session.add(user)
            if role is not None:
                session.add(RoleGrant(user=user, role=role, agency_id=agency_id))
            audit.record(session, "account.made", f"user {email}", role=role, agency=agency)
    except IntegrityError:
        raise EmailTaken(email) from None
    return user


class GrantRefused(SpokenError):
    """The role was not given or not taken away."""


def check_grant(role: str, agency: str | None) -> Agency | None:
    """The agency over whose branch the role is to hold. Raises GrantRefused, NotFound."""
    if agency is None:
        return None
    if role in UNDIVIDED_ROLES:
        raise GrantRefused(_("This role holds over all agencies; leave the agency empty."))
    return get_agency(agency)


def hash_password(password: str, own: tuple[str, ...] = ()) -> str:
    """The hash of a new password; `own` are the words that a guesser knows. Raises PasswordRefused."""
    password = unicodedata.normalize("NFC", password)
    if len(password) < SHORTEST_PASSWORD:
        raise PasswordTooShort(len(password))
    if len(password) > LONGEST_PASSWORD:
        raise PasswordTooLong
    if is_common(password, own):
        raise PasswordCommon
    return hasher.hash(_bytes(password))


def set_password(session: Session, user: User, password_hash: str, *, but: int | None = None) -> None:
    """Within the caller's transaction: the new hash, and the end of every session but this one (its row number)."""
    user.password_hash = password_hash
    sessions.end_all(session, user.id, but=but)
    audit.record(session, "account.password_set", f"user {user.email}")


def change_password(user_id: int, present: str, password: str, *, but: int | None = None) -> None:
    """Another password, by whoever knows the present one; ends every other session. Raises PasswordRefused."""
    user = _get(user_id)
    if not is_password_of(user, present):
        raise PasswordWrong
    renewed = hash_password(password, (user.email, user.name))
    with transaction() as session:
        set_password(session, user, renewed, but=but)


def is_password_of(user: User, password: str) -> bool:
    """Whether this is the account's password."""
    return user.password_hash is not None and _matches(user.password_hash, password)


def authenticate(email: str, password: str) -> User | None:
    """The account with this address and password; None where either is wrong or the account is closed.

    A wrong address costs as much hashing as a wrong password, so that the time of the answer does not say
    who has an account.
    """
    user = find_user(email)
    # Who signs in through the provider alone has no password, and none is right.
    known = (user.password_hash if user is not None else None) or _nobody(hasher)
    if not _matches(known, password) or user is None or not user.active:
        _note_refusal(user)
        return None
    if hasher.check_needs_rehash(known):
        _renew(user, known, password)
    return user


def _note_refusal(user: User | None) -> None:
    """Into the log; the address only where it is one of ours, for some type their password into the wrong field."""
    subject = f"user {user.email}" if user is not None else "unknown address"
    with transaction() as session:
        audit.record(session, "account.refused", subject)


def _get(user_id: int) -> User:
    user = db.session.get(User, user_id)
    if user is None:
        raise NotFound("account", user_id)
    return user


def _matches(password_hash: str, password: str) -> bool:
    if len(password) > 4 * LONGEST_PASSWORD:
        return False
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

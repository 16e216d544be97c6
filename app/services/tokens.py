"""Keys for programs: made by the owner of an account, shown once, kept as a hash, ended by a day or by their owner.

A key can do what its owner may do today and what it was made for, never more: whoever loses a role, or whose account is
closed, loses it in every key at once. Limits are by the real clock, never by one that a simulation sets.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from sqlalchemy import func, or_, select, update

from app.config import OFFICE_TIME, office_day
from app.extensions import transaction
from app.models import ApiToken, User
from app.queries.errors import NotFound
from app.queries.tokens import find_token
from app.queries.users import list_grants
from app.rights import may
from app.services import audit
from app.services.errors import ServiceError
from app.services.spoken import SpokenError

PREFIX = "hl_"  # a key that stands in a file or a letter by mistake is found by these letters
BYTES = 32
LONGEST = timedelta(days=365)
MOST = 20  # of one account at a time
LONGEST_NAME = 100

# What the API has operations for.
RIGHTS = ("read", "export")

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

NO_NAME = _("Say in 1 to %(most)s letters on one line which program will use the key.")
NO_RIGHT = _("Choose what the key may do.")
NOT_YOURS = _("You may not do this yourself: %(right)s.")
NO_DAY = _("Choose a last day from %(first)s to %(last)s.")
TOO_MANY = _("You have %(most)s keys that are good; revoke one first.")


class TokenRefused(ServiceError):
    """The key cannot be made as asked; `faults` has one sentence per field (name, rights, expires_on)."""

    def __init__(self, faults: Mapping[str, SpokenError]):
        super().__init__(" ".join(str(fault) for fault in faults.values()))
        self.faults = faults


def issue(user_id: int, name: str, rights: Iterable[str], expires_on: date | None) -> tuple[ApiToken, str]:
    """A new key and the text that is shown once; good until the end of `expires_on`. Raises TokenRefused, NotFound."""
    name, wanted = name.strip(), list(dict.fromkeys(rights))
    moment = now()
    text = PREFIX + secrets.token_urlsafe(BYTES)
    with transaction() as session:
        # The row is locked: two that are made at once both count.
        user = session.get(User, user_id, with_for_update=True)
        if user is None or not user.active:
            raise NotFound("account", user_id)
        faults = _faults(user, name, wanted, expires_on, moment)
        good = select(func.count()).where(
            ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None), ApiToken.expires_at > moment
        )
        if not faults and (session.scalar(good) or 0) >= MOST:
            faults["name"] = SpokenError(TOO_MANY, most=MOST)
        if faults or expires_on is None:
            raise TokenRefused(faults)
        made = ApiToken(
            user_id=user_id,
            name=name,
            token_hash=hash_of(text),
            rights=sorted(wanted),
            made_at=moment,
            expires_at=_end_of(expires_on),
        )
        session.add(made)
        audit.record(
            session,
            "token.made",
            f"user {user.email}",
            name=name,
            rights=sorted(wanted),
            expires_on=expires_on.isoformat(),
        )
    return made, text


def revoke(user_id: int, number: int) -> None:
    """End a key of this account; it stays ended. Raises NotFound where the account has no such key."""
    with transaction() as session:
        found = session.get(ApiToken, number)
        if found is None or found.user_id != user_id:
            raise NotFound("key", number)
        if found.revoked_at is None:
            found.revoked_at = now()
            audit.record(session, "token.revoked", f"user {found.user.email}", name=found.name)


def find(text: str) -> ApiToken | None:
    """The key behind a text, noted as used today; None where it is unknown or ended, or its account is closed."""
    if not text.startswith(PREFIX) or not text.isascii():
        return None
    found = find_token(hash_of(text))
    if found is None or not is_good(found) or not found.user.active:
        return None
    today = office_day(now())
    if found.used_on != today:
        number = found.id
        with transaction() as session:
            session.execute(
                update(ApiToken)
                .where(ApiToken.id == number, or_(ApiToken.used_on.is_(None), ApiToken.used_on < today))
                .values(used_on=today)
            )
    return found


def is_good(found: ApiToken) -> bool:
    """Whether a key has neither been revoked nor run out."""
    return found.revoked_at is None and found.expires_at > now()


def hash_of(text: str) -> str:
    """What is kept of a key. It is random and long: no slow hash is needed, and none could be paid per request."""
    return sha256(text.encode()).hexdigest()


def days(moment: datetime | None = None) -> tuple[date, date]:
    """The first and the last day that may be chosen as a key's last one."""
    today = office_day(moment or now())
    return today, today + LONGEST


def now() -> datetime:
    """This moment, whatever a simulation says."""
    return datetime.now(UTC)


def _faults(
    user: User, name: str, rights: list[str], expires_on: date | None, moment: datetime
) -> dict[str, SpokenError]:
    faults = {}
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        faults["name"] = SpokenError(NO_NAME, most=LONGEST_NAME)
    grants = list_grants(user)
    if not rights or not set(rights) <= set(RIGHTS):
        faults["rights"] = SpokenError(NO_RIGHT)
    elif lacking := [right for right in rights if not may(grants, right)]:
        faults["rights"] = SpokenError(NOT_YOURS, right=", ".join(lacking))
    first, last = days(moment)
    if expires_on is None or not first <= expires_on <= last:
        faults["expires_on"] = SpokenError(NO_DAY, first=first.isoformat(), last=last.isoformat())
    return faults


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time.min, OFFICE_TIME)

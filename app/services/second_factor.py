"""The second factor: a code of six digits from an app on the person's telephone (TOTP, RFC 6238).

The secret is sealed with a key that lies in the key folder, apart from what is backed up: a copy of the database gives
no codes. Each code is good once. Ten recovery codes, kept as hashes, stand in for a lost telephone.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

import pyotp
import segno
from cryptography.fernet import Fernet, InvalidToken
from flask import current_app
from sqlalchemy import or_, update
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.models import User
from app.queries.users import get_user
from app.rights import UNDIVIDED, may
from app.services import audit, sessions
from app.services.spoken import SpokenError

ISSUER = "Hailong"
STEP = 30  # seconds, as every app has it
EITHER_SIDE = 1  # steps by which the telephone's clock may differ
RECOVERY_CODES = 10
PROPOSAL_VALID = 30 * 60  # seconds to set the app up
KEY_FILE = "second-factor.key"

# Without letters and digits that are read for each other; 16 of them are 80 bits of chance.
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
RECOVERY_LENGTH = 16

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class FactorRefused(SpokenError):
    """Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A secret that is not in use yet: to be photographed, to be typed, and sealed, to come back with the form."""

    secret: str
    image: str  # an SVG as a data address
    sealed: str

    @property
    def spaced(self) -> str:
        """The secret in groups of four."""
        return " ".join(self.secret[start : start + 4] for start in range(0, len(self.secret), 4))


def is_on(user: User) -> bool:
    """Whether this account asks for a code."""
    return user.totp_secret is not None


def is_required(grants: Iterable) -> bool:
    """Whether the house asks for a second factor from whoever holds these roles."""
    held = tuple(grants)
    return current_app.config["REQUIRE_SECOND_FACTOR"] and any(may(held, right) for right in UNDIVIDED)


def propose(user: User, sealed: str = "") -> Proposal:
    """A new secret for the account, or the one of this sealed form again where it still holds."""
    secret = _opened_proposal(user, sealed) or pyotp.random_base32()
    address = pyotp.TOTP(secret).provisioning_uri(name=user.email, issuer_name=ISSUER)
    image = segno.make(address, error="m").svg_data_uri(scale=5, border=4, dark="#000", light="#fff")
    kept = json.dumps([user.id, secret]).encode()
    return Proposal(secret, image, _box().encrypt(kept).decode())


def turn_on(user_id: int, sealed: str, code: str, *, but: int | None = None) -> list[str]:
    """Take a proposed secret into use once its first code is right; the recovery codes, told this once.

    Ends the account's other sessions. Raises FactorRefused.
    """
    user = get_user(user_id)
    secret = _opened_proposal(user, sealed)
    if secret is None:
        raise FactorRefused(_("This page had been open for too long. Take the new picture below."))
    step = _step_of(secret, code)
    if step is None:
        raise FactorRefused(
            _("The code is not right. Type the one that the app shows now; check the telephone's clock.")
        )
    codes = _draw()
    with transaction() as session:
        user.totp_secret = _box().encrypt(secret.encode())
        user.totp_step = step
        user.recovery_codes = [_hash(one) for one in codes]
        sessions.end_all(session, user.id, but=but)
        audit.record(session, "account.second_factor_on", f"user {user.email}")
    return codes


def turn_off(user_id: int, *, but: int | None = None) -> None:
    """The account asks for no code any more, and its sessions end but for this one (its row number)."""
    user = get_user(user_id)
    with transaction() as session:
        if user.totp_secret is not None:
            _forget(session, user, but)


def renew_recovery_codes(user_id: int) -> list[str]:
    """Ten new codes in the place of those that are left. Raises FactorRefused."""
    user = get_user(user_id)
    codes = _draw()
    with transaction() as session:
        if user.totp_secret is None:
            raise FactorRefused(_("The second factor is off."))
        user.recovery_codes = [_hash(one) for one in codes]
        audit.record(session, "account.recovery_codes_renewed", f"user {user.email}")
    return codes


def accept(user_id: int, typed: str) -> bool:
    """Whether this is a code of the account's app that was not used yet, or a recovery code; it is used up."""
    user = get_user(user_id)
    if user.totp_secret is None:
        return False
    code = _plain(typed)
    if code.isdecimal() and len(code) == 6:
        secret = _unsealed(user)
        step = _step_of(secret, code) if secret is not None else None
        return step is not None and _use_step(user, step)
    return len(code) == RECOVERY_LENGTH and _use_recovery_code(user, _hash(code))


def note_refusal(user_id: int) -> None:
    """A wrong code goes into the log."""
    email = get_user(user_id).email
    with transaction() as session:
        audit.record(session, "account.code_refused", f"user {email}")


def _use_step(user: User, step: int) -> bool:
    with transaction() as session:
        query = (
            update(User)
            .where(User.id == user.id, or_(User.totp_step.is_(None), User.totp_step < step))
            .values(totp_step=step)
        )
        return session.execute(query).rowcount == 1


def _use_recovery_code(user: User, hashed: str) -> bool:
    with transaction() as session:
        kept = session.get(User, user.id, with_for_update=True, populate_existing=True)
        if kept is None or hashed not in kept.recovery_codes:
            return False
        kept.recovery_codes = [one for one in kept.recovery_codes if one != hashed]
        audit.record(
            session, "account.recovery_code_used", f"user {kept.email}", left=len(kept.recovery_codes)
        )
    return True


def _forget(session: Session, user: User, but: int | None) -> None:
    user.totp_secret, user.totp_step, user.recovery_codes = None, None, []
    sessions.end_all(session, user.id, but=but)
    audit.record(session, "account.second_factor_off", f"user {user.email}")


def _step_of(secret: str, code: str) -> int | None:
    """The time step whose code this is; None where it is of none near now."""
    typed = _plain(code)
    now = int(sessions.now().timestamp()) // STEP
    app = pyotp.TOTP(secret)
    for step in range(now - EITHER_SIDE, now + EITHER_SIDE + 1):
        if secrets.compare_digest(app.at(step * STEP).encode(), typed.encode()):
            return step
    return None


def _opened_proposal(user: User, sealed: str) -> str | None:
    try:
        number, secret = json.loads(_box().decrypt(sealed.encode(), ttl=PROPOSAL_VALID))
    except (InvalidToken, ValueError):
        return None
    return secret if number == user.id else None


def _unsealed(user: User) -> str | None:
    """The account's secret; None where the key that sealed it is gone."""
    try:
        return _box().decrypt(user.totp_secret or b"").decode()
    except InvalidToken:
        return None


def _box() -> Fernet:
    path = current_app.config["KEY_FOLDER"] / KEY_FILE
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_bytes(Fernet.generate_key())
        # Several workers that start at once must agree on one.
        with suppress(FileExistsError):
            os.link(draft, path)
        draft.unlink()
    return Fernet(path.read_bytes())


def _draw() -> list[str]:
    return ["".join(secrets.choice(ALPHABET) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]


def _plain(typed: str) -> str:
    """As it was meant, however it was grouped."""
    return "".join(sign for sign in typed.lower() if sign.isalnum() and sign.isascii())


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()

"""Redeeming: an invitation is exchanged, once, for a signature over something the server cannot see.

Nothing of this stands in a response, and nothing of a response stands here (CONTRACTS 9).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from sqlalchemy import Row, bindparam, select, update

from app import clock
from app.config import office_day
from app.extensions import db, transaction
from app.models import Collector, Invitation, SigningKey, Wave
from app.queries.waves import is_open
from app.services.errors import ServiceError
from app.services.staff import blind
from app.services.staff.inviting import token_hash


class UnknownInvitation(ServiceError):
    """No invitation of this link has the token."""

    def __init__(self) -> None:
        super().__init__("We do not know this invitation; check the code, or ask the survey office.")


class InvitationUsed(ServiceError):
    """The invitation was redeemed from another browser."""

    def __init__(self) -> None:
        super().__init__(
            "This invitation has been used in another browser; go on in the browser where you began."
        )


class InvitationRevoked(ServiceError):
    """The invitation was withdrawn."""

    def __init__(self) -> None:
        super().__init__("This invitation has been withdrawn; ask the survey office for another.")


class NotOpen(ServiceError):
    """The wave does not take new invitations now."""

    def __init__(self) -> None:
        super().__init__("This survey is not open now; answers that were begun before can still be sent.")


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The blind signature."""

    signature: bytes


def redeem(collector_code: str, token: str, blinded: bytes) -> Redeemed:
    """Sign the blinded key of an invitation; the same request gets the same signature, however often it comes.

    The invitation keeps the hash of the blinded key and the day. A repeat is answered also when the wave has
    closed meanwhile. Raises UnknownInvitation, InvitationUsed, InvitationRevoked, NotOpen, NotBlinded.
    """
    digest = sha256(blinded).hexdigest()
    with transaction() as session:
        found = session.execute(_FIND, {"token": token_hash(token), "code": collector_code}).one_or_none()
        if found is None:
            raise UnknownInvitation
        signature = blind.sign_blinded(found.private_key, blinded)
        if found.state == "unused":
            _use(found, digest)
        elif found.state == "revoked":
            raise InvitationRevoked
        elif found.blinded_hash != digest:
            raise InvitationUsed
    return Redeemed(signature)


def modulus(collector_id: int) -> str:
    """The public half of a collector's signing key, for its page."""
    pem = db.session.scalars(
        select(SigningKey.private_key).where(SigningKey.collector_id == collector_id)
    ).one()
    return blind.public_key(pem).modulus


def _use(found: Row, digest: str) -> None:
    wave = db.session.get_one(Wave, found.wave_id)
    if not is_open(wave, clock.now()):
        raise NotOpen
    db.session.execute(
        update(Invitation)
        .where(Invitation.id == found.id)
        .values(state="used", blinded_hash=digest, used_on=office_day(clock.now()))
    )


_FIND = (
    select(
        Invitation.id, Invitation.wave_id, Invitation.state, Invitation.blinded_hash, SigningKey.private_key
    )
    .join(Collector, Collector.id == Invitation.collector_id)
    .join(SigningKey, SigningKey.collector_id == Collector.id)
    .join(Wave, Wave.id == Collector.wave_id)
    .where(Collector.code == bindparam("code"), Invitation.token_hash == bindparam("token"), Wave.anonymous)
    # On PostgreSQL a second tab waits here until the first is done, and then sees what it did.
    .with_for_update(of=Invitation)
)

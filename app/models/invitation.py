"""Invitations to a staff survey: who may answer once, and nothing of what was answered.

Nothing here leads to a response, and nothing in a response leads here: what joins an invitation with its one
answer is a blind signature, which the server gives without seeing what it signs (RFC 9474, CONTRACTS 9).
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.agency import Agency
from app.models.columns import one_of
from app.models.survey import Collector

INVITATION_STATES = ("unused", "used", "revoked")


class HeadCount(db.Model):
    """How many staff a unit has in a wave, and the collector under which its answers are counted.

    A unit with fewer heads than the wave's threshold shares the collector of a unit above it, so that not
    even a stored answer says that it came from there.
    """

    __tablename__ = "head_count"
    __table_args__ = (UniqueConstraint("wave_id", "agency_id"), CheckConstraint("heads >= 0", name="heads"))

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    heads: Mapped[int]
    collector_id: Mapped[int | None] = mapped_column(ForeignKey("collector.id"), index=True)

    agency: Mapped[Agency] = relationship()
    collector: Mapped[Collector | None] = relationship()


class Invitation(db.Model):
    """A one-time invitation. The database keeps a hash of its token, and when it was used the day only.

    `blinded_hash` is the hash of the blinded key that was signed: the same request gets the same signature
    again, any other is refused.
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("collector_id", "number"),
        one_of("state", INVITATION_STATES),
        CheckConstraint("(state = 'used') = (blinded_hash IS NOT NULL)", name="used_once"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"))
    number: Mapped[int]
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    state: Mapped[str] = mapped_column(String(16), default="unused")
    blinded_hash: Mapped[str | None] = mapped_column(String(64))
    used_on: Mapped[date | None]
    sent_on: Mapped[date | None]
    reminded_on: Mapped[date | None]

    collector: Mapped[Collector] = relationship()


class Contact(db.Model):
    """Where an invitation is sent by e-mail; destroyed when the wave closes."""

    __tablename__ = "contact"

    invitation_id: Mapped[int] = mapped_column(
        ForeignKey("invitation.id"), primary_key=True, autoincrement=False
    )
    address: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(35))
    token: Mapped[bytes] = mapped_column(LargeBinary)


class SigningKey(db.Model):
    """The key that signs credentials of one collector, blindly; PEM. It can forge an answer, never find one."""

    __tablename__ = "signing_key"

    collector_id: Mapped[int] = mapped_column(
        ForeignKey("collector.id"), primary_key=True, autoincrement=False
    )
    private_key: Mapped[bytes] = mapped_column(LargeBinary)

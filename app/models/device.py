"""Devices: the tablets at the counters, each paired with one collector."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import Moment
from app.models.survey import Collector


class Device(db.Model):
    """One tablet: where it stands, and how it is doing.

    The office makes it with a short pairing code, of which only a keyed hash is kept; whoever types the code
    into a tablet before `pairing_until` gets the device's token, once. Of the token only the hash is kept
    too: it is what a response names in `device_token`. `queue_length` and `queue_oldest_at` are what the
    device last said of the answers it could not send yet.
    """

    __tablename__ = "device"
    __table_args__ = (
        CheckConstraint("queue_length >= 0", name="queue_length"),
        CheckConstraint("idle_seconds >= 15", name="idle_seconds"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    language: Mapped[str] = mapped_column(String(35))
    idle_seconds: Mapped[int] = mapped_column(default=60)
    exit_code_hash: Mapped[str] = mapped_column(String(255))
    pairing_code_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    pairing_until: Mapped[datetime | None] = mapped_column(Moment)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    paired_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    seen_at: Mapped[datetime | None] = mapped_column(Moment)
    queue_length: Mapped[int] = mapped_column(default=0)
    queue_oldest_at: Mapped[datetime | None] = mapped_column(Moment)

    collector: Mapped[Collector] = relationship()

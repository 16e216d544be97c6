"""The promise to those who answer, in the words they were shown, and the log of what was destroyed to keep it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db


class Promise(db.Model):
    """One version of the promise; `text` has one text per language. It never changes: new words, new version."""

    __tablename__ = "promise"
    __table_args__ = (UniqueConstraint("code", "version"), CheckConstraint("version >= 1", name="version"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    text: Mapped[dict[str, str]] = mapped_column(JSON)


class Destruction(db.Model):
    """What the retention clock destroyed: what kind of thing, of which wave, how many, on which day."""

    __tablename__ = "destruction"

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(64))
    count: Mapped[int]
    reason: Mapped[str] = mapped_column(String(255))

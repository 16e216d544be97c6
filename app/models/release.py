"""Releases: the results of a closed wave as they were published."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.survey import Wave


class Release(db.Model):
    """One set of results of a wave with its workbooks, numbered from 1.

    `folder` holds `results.json` and `workbooks/`; it is relative to the instance. The hashes are those of the
    results document and of the snapshot it was made from.
    """

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("wave_id", "number"), CheckConstraint("number >= 1", name="number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    number: Mapped[int]
    published_on: Mapped[date]
    language: Mapped[str] = mapped_column(String(35))
    folder: Mapped[str] = mapped_column(String(255))
    results_sha256: Mapped[str] = mapped_column(String(64))
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    code_version: Mapped[str] = mapped_column(String(32))

    wave: Mapped[Wave] = relationship()

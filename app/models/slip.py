"""Receipt slips: one-time codes that a desk hands out, so that one transaction gives one answer."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.survey import Collector


class Slip(db.Model):
    """One code on a printed sheet. Only its hash is kept; `response_id` names the answer it was used for."""

    __tablename__ = "slip"
    __table_args__ = (UniqueConstraint("collector_id", "sheet", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"))
    sheet: Mapped[int]
    number: Mapped[int]
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    response_id: Mapped[str | None] = mapped_column(String(36), unique=True)
    used_on: Mapped[date | None]

    collector: Mapped[Collector] = relationship()

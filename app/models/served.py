"""Transactions served: the denominator of a response rate at the counter."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db


class Served(db.Model):
    """How many transactions an agency served on a day, and where the figure comes from."""

    __tablename__ = "served"
    __table_args__ = (
        UniqueConstraint("agency_id", "day"),
        CheckConstraint("transactions >= 0", name="transactions"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    day: Mapped[date]
    transactions: Mapped[int]
    source: Mapped[str] = mapped_column(String(255))

"""The audit log: who saw, changed or downloaded what. Rows are added and never changed; a trigger holds that."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.models.columns import Moment, RowNumber


class AuditEntry(db.Model):
    """One line. `number` counts from 1 without a gap; `hash` covers the line and the hash of the one before.

    `facts` is canonical JSON as text, so that what was hashed is what is stored. No line stands for an answer of
    a citizen or of staff (CONTRACTS 9).
    """

    __tablename__ = "audit_entry"
    __table_args__ = (CheckConstraint("number >= 1", name="number"),)

    number: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment)
    actor: Mapped[str] = mapped_column(String(255), index=True)
    action: Mapped[str] = mapped_column(String(64), index=True)
    subject: Mapped[str] = mapped_column(String(255))
    facts: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

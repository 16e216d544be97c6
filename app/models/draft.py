"""Drafts: answers put aside under a resume code, unreadable without it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.models.columns import Moment


class Draft(db.Model):
    """A form that is not finished. `lookup` and the key of `sealed` are both derived from the resume code."""

    __tablename__ = "draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    lookup: Mapped[str] = mapped_column(String(64), unique=True)
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[datetime] = mapped_column(Moment, index=True)

"""Interviewers and paper: who asked, and who typed, kept apart from the answers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import Moment, one_of
from app.models.survey import Collector

PAPER_STATES = ("entered", "disagreeing", "stored")


class Interviewer(db.Model):
    """Somebody who asks in person. `code` is short, and is what the interviewer types."""

    __tablename__ = "interviewer"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)


class Interview(db.Model):
    """Which interviewer asked for which response: never a column of the answers, nor of a snapshot."""

    __tablename__ = "interview"

    response_id: Mapped[str] = mapped_column(String(36), primary_key=True)
    interviewer_id: Mapped[int] = mapped_column(ForeignKey("interviewer.id"), index=True)


class PaperForm(db.Model):
    """One filled paper form, by the number printed or written on it.

    With double entry it is typed twice, by two people, and stored when both agree or someone has decided.
    """

    __tablename__ = "paper_form"
    __table_args__ = (UniqueConstraint("collector_id", "number"), one_of("state", PAPER_STATES))

    id: Mapped[int] = mapped_column(primary_key=True)
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"))
    number: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(16), default="entered")
    response_id: Mapped[str | None] = mapped_column(String(36), unique=True)

    collector: Mapped[Collector] = relationship()
    entries: Mapped[list[PaperEntry]] = relationship(back_populates="form", order_by="PaperEntry.entry")


class PaperEntry(db.Model):
    """A paper form as one person typed it; `entry` is 1, 2 for the second typing, 3 for the decision."""

    __tablename__ = "paper_entry"
    __table_args__ = (
        UniqueConstraint("form_id", "entry"),
        CheckConstraint("entry BETWEEN 1 AND 3", name="entry"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    form_id: Mapped[int] = mapped_column(ForeignKey("paper_form.id"))
    entry: Mapped[int]
    answers: Mapped[dict[str, str | list[str]]] = mapped_column(JSON)
    language: Mapped[str] = mapped_column(String(35))
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    entered_at: Mapped[datetime] = mapped_column(Moment)

    form: Mapped[PaperForm] = relationship(back_populates="entries")

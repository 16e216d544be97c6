"""Long work that somebody asked for, and files that wait for a confirmation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import Moment, one_of
from app.models.user import User

JOB_STATES = ("waiting", "running", "done", "failed", "cancelled")


class Job(db.Model):
    """One piece of long work. `done` of `total` steps (None: not known yet); `beat_at` says that it still lives.

    `key` is its address. `result` is what it made (names of files in its folder, numbers of rows), `problem` the one
    sentence why it failed. `attempts` counts how often it was begun: a job whose worker died is begun again.
    """

    __tablename__ = "job"
    __table_args__ = (
        one_of("state", JOB_STATES),
        CheckConstraint("done >= 0", name="done"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[str] = mapped_column(String(64))
    arguments: Mapped[dict[str, Any]] = mapped_column(JSON)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"), index=True)
    state: Mapped[str] = mapped_column(String(16), default="waiting", index=True)
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    problem: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime] = mapped_column(Moment)
    begun_at: Mapped[datetime | None] = mapped_column(Moment)
    beat_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)

    user: Mapped[User | None] = relationship()


class Upload(db.Model):
    """A file that was sent and looked at, and is taken in when its sender confirms what the preview showed."""

    __tablename__ = "upload"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(32), unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(255))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Moment)

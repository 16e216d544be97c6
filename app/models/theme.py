"""What open comments speak of: themes of a wave, and which comment has which."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import RowNumber


class CommentTheme(db.Model):
    """A theme that comments of a wave are coded with; `label` has one text per language."""

    __tablename__ = "comment_theme"
    __table_args__ = (UniqueConstraint("wave_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    code: Mapped[str] = mapped_column(String(64))
    label: Mapped[dict[str, str]] = mapped_column(JSON)


class CommentCoding(db.Model):
    """One theme of one comment: of a response's text item, or of a staff comment, which has no response."""

    __tablename__ = "comment_coding"
    __table_args__ = (
        UniqueConstraint("theme_id", "response_id", "item"),
        UniqueConstraint("theme_id", "comment_id"),
        CheckConstraint("(response_id IS NULL) <> (comment_id IS NULL)", name="one_source"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    theme_id: Mapped[int] = mapped_column(ForeignKey("comment_theme.id"))
    response_id: Mapped[str | None] = mapped_column(String(36))
    comment_id: Mapped[int | None] = mapped_column(RowNumber, ForeignKey("comment.id"))
    item: Mapped[str] = mapped_column(String(64))

    theme: Mapped[CommentTheme] = relationship()

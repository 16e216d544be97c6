"""Open comments of staff, cut loose from the answers they came with."""

from __future__ import annotations

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.models.columns import RowNumber


class Comment(db.Model):
    """One comment, under the agency of a level high enough to hide its writer. `id` is drawn, not counted.

    `text` is what may be shown: names and numbers that the screening found are struck out; `struck` counts them.
    """

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True, autoincrement=False)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    item: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    struck: Mapped[int]

"""The sampling plan: where each collector stands in the design, fixed before the wave opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db

if TYPE_CHECKING:
    from app.models.survey import Collector


class SamplePoint(db.Model):
    """The design of one collector's responses.

    `clusters` names its unit at each stage, the PSU first; empty where respondents were drawn directly.
    `fpc` is the population count of each stage (units in the stratum, then units within the unit above;
    respondents where `clusters` is empty), or empty where there is none. `stratum` None: not stratified.
    """

    __tablename__ = "sample_point"
    __table_args__ = (CheckConstraint("base_weight > 0", name="base_weight"),)

    collector_id: Mapped[int] = mapped_column(
        ForeignKey("collector.id"), primary_key=True, autoincrement=False
    )
    stratum: Mapped[str | None] = mapped_column(String(64))
    clusters: Mapped[list[str]] = mapped_column(JSON)
    fpc: Mapped[list[int]] = mapped_column(JSON)
    base_weight: Mapped[float] = mapped_column(default=1.0)

    collector: Mapped[Collector] = relationship(back_populates="sample_point")

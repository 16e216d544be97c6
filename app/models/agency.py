"""Agencies: a tree of public bodies in which everything but the code has dates.

A period is half open: `valid_from` is its first day, `valid_to` the first day after it, None while it lasts.
Districts that ended on 1 July 2025 have that day as their `valid_to`.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.columns import one_of

AGENCY_KINDS = (
    "country",
    "ministry",
    "province",
    "district",
    "commune",
    "ward",
    "special_zone",
    "department",
    "service_centre",
    "service_point",
    "unit",
)

_PERIOD = "valid_to IS NULL OR valid_to > valid_from"


class Agency(db.Model):
    """A public body whose service is rated. Its code is never given to another, not even after its end."""

    __tablename__ = "agency"
    __table_args__ = (one_of("kind", AGENCY_KINDS), CheckConstraint(_PERIOD, name="period"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(32))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("agency.id"), index=True)

    merged_into: Mapped[Agency | None] = relationship(remote_side=[id])
    names: Mapped[list[AgencyName]] = relationship(back_populates="agency", order_by="AgencyName.valid_from")
    parents: Mapped[list[AgencyParent]] = relationship(
        foreign_keys="AgencyParent.agency_id", order_by="AgencyParent.valid_from"
    )


class AgencyName(db.Model):
    """What an agency was called, in one language, for a time."""

    __tablename__ = "agency_name"
    __table_args__ = (
        UniqueConstraint("agency_id", "language", "valid_from"),
        CheckConstraint(_PERIOD, name="period"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    language: Mapped[str] = mapped_column(String(35))
    name: Mapped[str] = mapped_column(String(255))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    agency: Mapped[Agency] = relationship(back_populates="names")


class AgencyParent(db.Model):
    """Under which agency another stood, for a time. Without a link it is a root."""

    __tablename__ = "agency_parent"
    __table_args__ = (
        UniqueConstraint("agency_id", "valid_from"),
        CheckConstraint(_PERIOD, name="period"),
        CheckConstraint("agency_id <> parent_id", name="not_itself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"))
    parent_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]

    parent: Mapped[Agency] = relationship(foreign_keys=[parent_id])

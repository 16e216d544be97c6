"""Runs and releases: results of a closed wave as they were estimated, approved and published."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.agency import Agency
from app.models.columns import Moment, one_of
from app.models.survey import Wave
from app.models.user import User

RUN_STATES = ("estimated", "released", "rejected")
LINE_STATES = ("planned", "under_way", "done")


class EstimationRun(db.Model):
    """Results of a wave that one person had estimated, and that another releases or rejects.

    `folder` is relative to the instance and looks as a release's does. `parameters` are the inputs that are no
    file: options, languages, organisation. `changes` and `reason` are written where an earlier release is
    corrected. The hashes are those of CONTRACTS 7; `snapshot_path` names the file inside the snapshots' folder.
    """

    __tablename__ = "estimation_run"
    __table_args__ = (
        UniqueConstraint("wave_id", "number"),
        one_of("state", RUN_STATES),
        CheckConstraint("number >= 1", name="number"),
        # Whoever made the figures is not the one who lets them out.
        CheckConstraint(
            "state <> 'released' OR decided_by_id IS NULL OR decided_by_id <> made_by_id", name="two"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(16), default="estimated")
    folder: Mapped[str] = mapped_column(String(255))
    parameters: Mapped[dict[str, Any]] = mapped_column(JSON)
    published_on: Mapped[date]
    results_sha256: Mapped[str] = mapped_column(String(64))
    snapshot_path: Mapped[str] = mapped_column(String(255))
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    instrument_sha256: Mapped[str] = mapped_column(String(64))
    design_sha256: Mapped[str] = mapped_column(String(64))
    options_sha256: Mapped[str] = mapped_column(String(64))
    code_version: Mapped[str] = mapped_column(String(32))
    changes: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    made_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    remark: Mapped[str] = mapped_column(Text, default="")

    wave: Mapped[Wave] = relationship()
    made_by: Mapped[User | None] = relationship(foreign_keys=[made_by_id])
    decided_by: Mapped[User | None] = relationship(foreign_keys=[decided_by_id])


class Release(db.Model):
    """One set of results of a wave with its workbooks, numbered from 1; it never changes.

    `folder` holds `results.json` and `workbooks/`; it is relative to the instance. The hashes are those of the
    results document and of the snapshot it was made from. `run` is what was approved; None in releases made at the
    command line before there were runs. `public`: anyone may read it without an account.
    """

    __tablename__ = "release"
    __table_args__ = (UniqueConstraint("wave_id", "number"), CheckConstraint("number >= 1", name="number"))

    id: Mapped[int] = mapped_column(primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    number: Mapped[int]
    published_on: Mapped[date]
    language: Mapped[str] = mapped_column(String(35))
    folder: Mapped[str] = mapped_column(String(255))
    results_sha256: Mapped[str] = mapped_column(String(64))
    snapshot_sha256: Mapped[str] = mapped_column(String(64))
    code_version: Mapped[str] = mapped_column(String(32))
    run_id: Mapped[int | None] = mapped_column(ForeignKey("estimation_run.id"), unique=True)
    public: Mapped[bool] = mapped_column(default=False)
    key_id: Mapped[str | None] = mapped_column(String(64))

    wave: Mapped[Wave] = relationship()
    run: Mapped[EstimationRun | None] = relationship()


class ReleaseKey(db.Model):
    """A public key (Ed25519, 32 bytes) with which releases are or were signed; old ones are kept for ever."""

    __tablename__ = "release_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    key_id: Mapped[str] = mapped_column(String(64), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Moment)
    retired_at: Mapped[datetime | None] = mapped_column(Moment)


class SignOff(db.Model):
    """The head of an agency took note of a release, with a comment."""

    __tablename__ = "sign_off"
    __table_args__ = (UniqueConstraint("release_id", "agency_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    signed_name: Mapped[str] = mapped_column(String(255))
    position: Mapped[str] = mapped_column(String(255))
    comment: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(Moment)

    release: Mapped[Release] = relationship()
    agency: Mapped[Agency] = relationship()
    user: Mapped[User] = relationship()


class ImprovementLine(db.Model):
    """One line of an agency's improvement plan after a release: what, who, by when, and how far it is."""

    __tablename__ = "improvement_line"
    __table_args__ = (UniqueConstraint("release_id", "agency_id", "number"), one_of("state", LINE_STATES))

    id: Mapped[int] = mapped_column(primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("release.id"))
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    number: Mapped[int]
    measure: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(String(255))
    due_on: Mapped[date]
    state: Mapped[str] = mapped_column(String(16), default="planned")
    item: Mapped[str | None] = mapped_column(String(64))

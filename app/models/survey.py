"""Surveys: the instrument version, the survey, its waves, and the collectors that lead into a wave."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.extensions import db
from app.models.agency import Agency
from app.models.columns import Moment, one_of

if TYPE_CHECKING:
    from app.models.sample import SamplePoint

WAVE_KINDS = ("probability", "census", "volunteer")
WAVE_STATES = ("planned", "open", "closed")
LAYOUTS = ("one_page", "sections")
COMBINES = ("pooled", "population", "equal")
COLLECTOR_STATES = ("open", "revoked")
MODES = ("kiosk", "qr", "invitation", "interviewer", "paper", "import")


class InstrumentVersion(db.Model):
    """One version of an instrument as it was registered; from its first response on it cannot change.

    `document` is the instrument as JSON (`surveys.loading.to_document`), `sha256` its hash. That it is
    frozen is held by a trigger in the database.
    """

    __tablename__ = "instrument_version"
    __table_args__ = (UniqueConstraint("code", "version"), CheckConstraint("version >= 1", name="version"))

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    version: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)


class Survey(db.Model):
    """A continuing programme, such as the yearly survey of citizens. `title` has one text per language."""

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(JSON)

    waves: Mapped[list[Wave]] = relationship(back_populates="survey", order_by="Wave.id")


class Wave(db.Model):
    """One fieldwork period of a survey.

    `tree_date` is the day whose agency tree the wave is reported on. `opens_at` and `closes_at` are plans
    until the wave is opened and closed, then facts. Answers are counted until `late_until`, but never after
    `frozen_at`, when the set of counted responses was fixed for the snapshot; the snapshot's file, hash and
    number of rows follow as soon as it is written. `hours` are the counters' opening hours, weekday to spans
    such as `{"mon": [["07:30", "11:30"], ["13:30", "17:00"]]}`, None where they are not known.
    `double_entry`: a paper form is typed by two people before it is stored.

    `anonymous`: staff answer by invitation and nobody can tell who; `crossed` are then the profile items that
    results may be crossed with. With the first invitation used or response stored, `anonymous`, `threshold`
    and `crossed` can only be tightened; a trigger in the database holds that. `retain_until` is the day after
    which the raw answers are destroyed.
    """

    __tablename__ = "wave"
    __table_args__ = (
        UniqueConstraint("survey_id", "code"),
        one_of("wave_kind", WAVE_KINDS),
        one_of("state", WAVE_STATES),
        one_of("layout", LAYOUTS),
        one_of("combine", COMBINES),
        CheckConstraint("threshold >= 1", name="threshold"),
        CheckConstraint("NOT anonymous OR threshold >= 5", name="anonymous_threshold"),
        CheckConstraint("level > 0 AND level < 1", name="level"),
        CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        CheckConstraint("late_until >= closes_at", name="late_after_close"),
        CheckConstraint("state <> 'closed' OR late_until IS NOT NULL", name="closed_has_late_until"),
        CheckConstraint("frozen_at IS NULL OR state = 'closed'", name="frozen_is_closed"),
        CheckConstraint("snapshot_sha256 IS NULL OR frozen_at IS NOT NULL", name="snapshot_is_frozen"),
        CheckConstraint(
            "(snapshot_path IS NULL) = (snapshot_sha256 IS NULL)"
            " AND (snapshot_rows IS NULL) = (snapshot_sha256 IS NULL)",
            name="snapshot_whole",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    survey_id: Mapped[int] = mapped_column(ForeignKey("survey.id"))
    code: Mapped[str] = mapped_column(String(64))
    title: Mapped[dict[str, str]] = mapped_column(JSON)
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"), index=True)
    tree_date: Mapped[date]
    wave_kind: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="planned")
    opens_at: Mapped[datetime | None] = mapped_column(Moment)
    closes_at: Mapped[datetime | None] = mapped_column(Moment)
    late_until: Mapped[datetime | None] = mapped_column(Moment)
    languages: Mapped[list[str]] = mapped_column(JSON)
    layout: Mapped[str] = mapped_column(String(16), default="one_page")
    threshold: Mapped[int] = mapped_column(default=10)
    level: Mapped[float] = mapped_column(default=0.95)
    combine: Mapped[str] = mapped_column(String(16), default="pooled")
    frozen_at: Mapped[datetime | None] = mapped_column(Moment)
    snapshot_path: Mapped[str | None] = mapped_column(String(255))
    snapshot_sha256: Mapped[str | None] = mapped_column(String(64))
    snapshot_rows: Mapped[int | None]
    hours: Mapped[dict[str, list[list[str]]] | None] = mapped_column(JSON)
    double_entry: Mapped[bool] = mapped_column(default=False)
    anonymous: Mapped[bool] = mapped_column(default=False)
    crossed: Mapped[list[str]] = mapped_column(JSON, default=list)
    promise_id: Mapped[int | None] = mapped_column(ForeignKey("promise.id"))
    retain_until: Mapped[date | None]

    survey: Mapped[Survey] = relationship(back_populates="waves")
    instrument_version: Mapped[InstrumentVersion] = relationship()
    collectors: Mapped[list[Collector]] = relationship(back_populates="wave", order_by="Collector.number")


class Collector(db.Model):
    """A place's link into a wave; a sampled day at a counter has a collector of its own (`day`).

    `code` is the link: random, and the only thing that lets an answer in. `number` counts the collectors of
    a wave and stands for the collector wherever the link must not be seen, as in the snapshot. `target` is
    how many answers the plan wants here. `slips`: the link opens only with a one-time code from the desk.
    """

    __tablename__ = "collector"
    __table_args__ = (
        UniqueConstraint("wave_id", "number"),
        one_of("mode", MODES),
        one_of("state", COLLECTOR_STATES),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("target >= 0", name="target"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    number: Mapped[int]
    agency_id: Mapped[int] = mapped_column(ForeignKey("agency.id"), index=True)
    label: Mapped[str] = mapped_column(String(255))
    mode: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16), default="open")
    day: Mapped[date | None]
    target: Mapped[int | None]
    slips: Mapped[bool] = mapped_column(default=False)

    wave: Mapped[Wave] = relationship(back_populates="collectors")
    agency: Mapped[Agency] = relationship()
    sample_point: Mapped[SamplePoint | None] = relationship(back_populates="collector")

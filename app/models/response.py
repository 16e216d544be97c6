"""Responses: one respondent's filled instrument in one wave, stored in one row by one insert."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.extensions import db
from app.models.columns import Moment, RowNumber, one_of
from app.models.survey import MODES

RESPONSE_STATES = ("counted", "late", "repeat")


class Response(db.Model):
    """One filled instrument.

    `response_id` is a UUID made by the respondent's browser before the first send, and makes a repeat harmless.
    `answers` holds the checked answers, item code to option code or text (multi: list of option codes);
    what is absent was left blank or not asked. `started_at` and `submitted_at` are the device's clock, None
    where it gave none; `received_on` is the office's day. `device_token` is the hash of a paired device's
    token, None where no device is paired. `state` repeat: the receipt slip had been used by another response.
    `flags` are the words of `surveys.quality` that were true of it when it arrived; they drop no one.
    """

    __tablename__ = "response"
    __table_args__ = (
        # For counts by link and by hour while the wave is in the field, without a look into the rows.
        Index(None, "wave_id", "state", "collector_id", "submitted_at"),
        # For the flags: the answers before this one on the same device, at the same collector.
        Index(None, "device_token", "submitted_at"),
        Index(None, "collector_id", "submitted_at"),
        one_of("mode", MODES),
        one_of("state", RESPONSE_STATES),
    )

    id: Mapped[int] = mapped_column(RowNumber, primary_key=True)
    response_id: Mapped[str] = mapped_column(String(36), unique=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"))
    instrument_version_id: Mapped[int] = mapped_column(ForeignKey("instrument_version.id"))
    language: Mapped[str] = mapped_column(String(35))
    mode: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    answers: Mapped[dict[str, str | list[str]]] = mapped_column(JSON)
    answers_sha256: Mapped[str] = mapped_column(String(64))
    receipt: Mapped[str] = mapped_column(String(16))
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    received_on: Mapped[date]
    device_token: Mapped[str | None] = mapped_column(String(64))
    flags: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")

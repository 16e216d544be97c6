"""Lines of the audit log: in order, from the end, and by what they tell of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, Select, select

from app.config import OFFICE_TIME
from app.extensions import db
from app.models import AuditEntry

# What one page holds, and how many rows are taken from the database at once.
PAGE = 50
_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: parts of who, what and what about, and the days (both included, office time) of them."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


def iter_entries(since: int = 1) -> Iterator[Row[Any]]:
    """Every line from this number on, in order; never all in memory."""
    query = _lines().where(AuditEntry.number >= since).order_by(AuditEntry.number)
    yield from db.session.execute(query.execution_options(yield_per=_AT_ONCE))


def iter_wanted(wanted: Wanted) -> Iterator[Row[Any]]:
    """Every line that is wanted, the newest first; never all in memory."""
    query = _chosen(wanted).order_by(AuditEntry.number.desc())
    yield from db.session.execute(query.execution_options(yield_per=_AT_ONCE))


def list_wanted(wanted: Wanted, before: int | None = None, limit: int = PAGE) -> list[Row[Any]]:
    """At most `limit` of the lines that are wanted, the newest first, with numbers below `before`."""
    query = _chosen(wanted)
    if before is not None:
        query = query.where(AuditEntry.number < before)
    return list(db.session.execute(query.order_by(AuditEntry.number.desc()).limit(limit)))


def find_last_entry() -> Row[Any] | None:
    """The newest line of the log; None where there is none yet."""
    return db.session.execute(_lines().order_by(AuditEntry.number.desc()).limit(1)).first()


def _lines() -> Select[Any]:
    return select(*AuditEntry.__table__.columns)


def _chosen(wanted: Wanted) -> Select[Any]:
    query = _lines()
    for column, part in (
        (AuditEntry.actor, wanted.actor),
        (AuditEntry.action, wanted.action),
        (AuditEntry.subject, wanted.subject),
    ):
        if part:
            query = query.where(column.icontains(part, autoescape=True))
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= _begin(wanted.since))
    if wanted.until is not None:
        query = query.where(AuditEntry.at < _begin(wanted.until) + timedelta(days=1))
    return query


def _begin(day: date) -> datetime:
    return datetime.combine(day, time.min, OFFICE_TIME)

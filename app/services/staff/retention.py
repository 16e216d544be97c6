"""The retention clock: raw answers are destroyed on the day that was promised; what was released stays.

Destroyed are the responses with all that leads to them, drafts, open comments with their themes, contacts with their
key, pools, and the snapshot's files. Kept are releases, hashes, head counts, which invitations were used (the switch
rests on them), and the log. A row that is deleted still stands in the database's pages; so the files are written anew
afterwards, and what is left is counted before anything is called destroyed.
"""

from __future__ import annotations

import os
import re
import secrets
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from flask import current_app
from sqlalchemy import (
    ColumnElement,
    Select,
    String,
    cast,
    delete,
    func,
    literal,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from app import clock
from app.config import office_day
from app.extensions import db, transaction
from app.models import (
    Collector,
    Comment,
    CommentCoding,
    CommentTheme,
    Contact,
    Destruction,
    Draft,
    EstimationRun,
    Interview,
    Invitation,
    PaperEntry,
    PaperForm,
    Response,
    Slip,
    Wave,
)
from app.queries.runs import snapshots_of_runs
from app.services.errors import ServiceError
from app.services.snapshot_file import WORKING
from app.services.staff import contacts, pages
from app.services.staff.inviting import pool_of

# Every table that may hold something of a respondent, and whose pages are written anew.
TABLES = (
    "response",
    "comment",
    "comment_coding",
    "draft",
    "contact",
    "interview",
    "paper_entry",
    "paper_form",
    "slip",
)
BLOCK = 1 << 20


class LeftOver(ServiceError):
    """Something of a wave is still there after its destruction."""

    def __init__(self, wave: Wave, kinds: dict[str, int]):
        found = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
        super().__init__(
            f"Wave {wave.survey.code}/{wave.code}: {found} could not be destroyed; see that the instance folder can "
            "be written, and run it again."
        )
        self.wave, self.kinds = wave, kinds


@dataclass(frozen=True, slots=True)
class Due:
    """What of one wave is to be destroyed, how many by kind; `waits` says that the wave must be closed first."""

    wave: Wave
    counts: dict[str, int]
    waits: bool = False

    @property
    def only_contacts(self) -> bool:
        """Whether contacts alone are due, and every answer stays."""
        return set(self.counts) <= {"contacts", "contact keys"}


def list_due(today: date | None = None) -> list[Due]:
    """Every wave whose last day has passed and that still has something, the oldest first; nothing is changed.

    Contacts fall due with the close already, also where nobody closed the wave but its time has passed.
    """
    now = clock.now()
    today = today or office_day(now)
    found = []
    for wave in db.session.scalars(select(Wave).order_by(Wave.id)):
        counts = left_of(wave)
        if wave.retain_until is not None and wave.retain_until < today:
            if counts:
                found.append(Due(wave, counts, waits=wave.state != "closed"))
            continue
        ended = wave.state == "closed" or (wave.closes_at is not None and wave.closes_at <= now)
        over = {kind: counts[kind] for kind in ("contacts", "contact keys") if ended and kind in counts}
        if over:
            found.append(Due(wave, over))
    return found


def run(today: date | None = None) -> list[Due]:
    """Destroy what is due and write it down; what was destroyed, wave by wave.

    A wave that is still open waits, and is in what is returned. Raises LeftOver where something is still there.
    """
    today = today or office_day(clock.now())
    found = list_due(today)
    done = [one for one in found if not one.waits]
    for one in done:
        _destroy(one, today)
    if done:
        pages.rewrite(TABLES, whole=True)
    for one in done:
        left = {kind: count for kind, count in left_of(one.wave).items() if kind in one.counts}
        if left:
            raise LeftOver(one.wave, left)
    return found


def left_of(wave: Wave) -> dict[str, int]:
    """How much of a wave is there that retention would destroy, by kind; kinds of which nothing is are left out."""
    counts = {
        kind: db.session.scalar(
            select(func.count()).select_from(select(*_key(table)).where(whose).subquery())
        )
        or 0
        for kind, table, whose in _rows(wave)
    }
    counts["pools"] = sum(pool_of(number).path.exists() for number in db.session.scalars(_collectors(wave)))
    counts["contact keys"] = int(contacts.key_path(wave.id).exists())
    counts["snapshot files"] = len(_snapshot_files(wave))
    return {kind: count for kind, count in counts.items() if count}


def _destroy(due: Due, today: date) -> None:
    wave = due.wave
    reason = f"Kept until {wave.retain_until}." if wave.retain_until else "The wave has closed."
    if not due.only_contacts:
        _destroy_files(wave)
    with transaction() as session:
        pages.overwrite_deleted(session)
        if due.only_contacts:
            contacts.destroy(session, wave, today, "The wave has closed.")
        else:
            _cut_slips(session, wave)
            for kind, table, whose in _rows(wave):
                session.execute(delete(table).where(whose).execution_options(synchronize_session=False))
                _log(session, wave, today, kind, due.counts.get(kind, 0), reason)
            for kind in ("pools", "snapshot files"):
                _log(session, wave, today, kind, due.counts.get(kind, 0), reason)
            if "responses" not in due.counts and not _was_logged(session, wave):
                # So that a wave nobody answered is known as ended too.
                session.add(Destruction(wave_id=wave.id, on=today, kind="responses", count=0, reason=reason))
    contacts.destroy_key(wave.id)


def _rows(wave: Wave) -> list[tuple[str, type, ColumnElement[bool]]]:
    """(kind, table, condition) of every row that goes, those first that point to others."""
    of_wave = _collectors(wave)
    answered = select(Response.response_id).where(Response.wave_id == wave.id)
    forms = select(PaperForm.id).where(PaperForm.collector_id.in_(of_wave))
    invited = select(Invitation.id).where(Invitation.wave_id == wave.id)
    themes = select(CommentTheme.id).where(CommentTheme.wave_id == wave.id)
    return [
        ("interviews", Interview, Interview.response_id.in_(answered)),
        ("paper entries", PaperEntry, PaperEntry.form_id.in_(forms)),
        ("paper forms", PaperForm, PaperForm.collector_id.in_(of_wave)),
        ("comment codings", CommentCoding, CommentCoding.theme_id.in_(themes)),
        ("responses", Response, Response.wave_id == wave.id),
        ("comments", Comment, Comment.wave_id == wave.id),
        ("drafts", Draft, Draft.collector_id.in_(of_wave)),
        ("contacts", Contact, Contact.invitation_id.in_(invited)),
    ]


def _key(table: type) -> list[ColumnElement]:
    return list(table.__table__.primary_key)  # type: ignore[attr-defined]


def _collectors(wave: Wave) -> Select[tuple[int]]:
    return select(Collector.id).where(Collector.wave_id == wave.id)


def _cut_slips(session: Session, wave: Wave) -> None:
    """A used slip stays used, and no longer says for which answer."""
    session.execute(
        update(Slip)
        .where(Slip.collector_id.in_(_collectors(wave)), Slip.response_id.is_not(None))
        .values(response_id=literal("destroyed-") + cast(Slip.id, String))
        .execution_options(synchronize_session=False)
    )


def _destroy_files(wave: Wave) -> None:
    """The files go first: where one resists, no row is gone yet. Raises LeftOver."""
    try:
        for number in db.session.scalars(_collectors(wave)).all():
            if pool_of(number).path.exists():
                pool_of(number).destroy()
        for path in _snapshot_files(wave):
            _overwrite(path)
            path.unlink()
        for folder in _working_folders(wave):
            shutil.rmtree(folder)
    except OSError:
        left = left_of(wave)
        raise LeftOver(
            wave, {kind: left[kind] for kind in ("pools", "snapshot files") if kind in left}
        ) from None


def _snapshot_files(wave: Wave) -> list[Path]:
    """Every snapshot, and what a freezing that was killed left: drafts, finished files that no row names, and the
    files that it was putting together.

    Codes hold hyphens, so that a file called so may be another wave's: what another wave or its runs name is not ours.
    """
    folder = Path(current_app.config["SNAPSHOT_FOLDER"])
    # A corrected release has a snapshot of its own, and the earlier one stays beside it.
    own = snapshots_of_runs(wave) | ({wave.snapshot_path} if wave.snapshot_path else set())
    alike = re.compile(_stem(wave) + r"(\.[0-9a-f]{16}|-[0-9a-f]{12})\.parquet")
    left = [path for path in _within(folder) if alike.fullmatch(path.name)]
    others = _named_by_others(wave) if left else set()
    found = {folder / name for name in own} | {path for path in left if path.name not in others}
    found |= {path for working in _working_folders(wave) for path in working.rglob("*")}
    return sorted(path for path in found if path.is_file())


def _working_folders(wave: Wave) -> list[Path]:
    """Where freezings of the wave were putting a snapshot together when they were killed."""
    called = re.compile(re.escape(WORKING) + _stem(wave) + r"\.[0-9a-f]{16}\.parquet-[^.]+")
    folder = Path(current_app.config["SNAPSHOT_FOLDER"])
    return [path for path in _within(folder) if called.fullmatch(path.name) and path.is_dir()]


def _within(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _stem(wave: Wave) -> str:
    """The pattern with which the names of the wave's snapshots begin."""
    return re.escape(f"{wave.survey.code}-{wave.code}")


def _named_by_others(wave: Wave) -> set[str]:
    """File names of the snapshots of all other waves and their runs."""
    named = union_all(
        select(Wave.snapshot_path).where(Wave.id != wave.id, Wave.snapshot_path.is_not(None)),
        select(EstimationRun.snapshot_path).where(EstimationRun.wave_id != wave.id),
    )
    return set(db.session.scalars(named))


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        left = path.stat().st_size
        while left > 0:
            left -= file.write(secrets.token_bytes(min(BLOCK, left)))
        file.flush()
        os.fsync(file.fileno())


def _log(session: Session, wave: Wave, today: date, kind: str, count: int, reason: str) -> None:
    if count:
        session.add(Destruction(wave_id=wave.id, on=today, kind=kind, count=count, reason=reason))


def _was_logged(session: Session, wave: Wave) -> bool:
    found = select(Destruction.id).where(Destruction.wave_id == wave.id, Destruction.kind == "responses")
    return session.scalar(found.limit(1)) is not None

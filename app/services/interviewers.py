"""Interviewers: who asks in person. Which answers are theirs is kept apart from the answers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from sqlalchemy import func, select

from app.extensions import db, transaction
from app.models import Interview, Interviewer, Response, Wave
from app.services.spoken import SpokenError

CODE = re.compile(r"[A-Z0-9][A-Z0-9-]{0,15}")

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str


class InterviewerRefused(SpokenError):
    """The list stays as it was."""


@dataclass(frozen=True, slots=True)
class InterviewerCount:
    """One interviewer, and how many interviews of a wave: all, and those that count."""

    code: str
    name: str
    active: bool
    interviews: int
    counted: int


def normalise(typed: str) -> str:
    """A code as it is kept: in capitals, without blanks."""
    return "".join(unicodedata.normalize("NFC", typed).upper().split())


def find_active(typed: str) -> Interviewer | None:
    """The interviewer with this code who works now, however it was typed."""
    wanted = normalise(typed)
    if not CODE.fullmatch(wanted):
        return None
    return db.session.scalar(
        select(Interviewer).where(Interviewer.code == wanted, Interviewer.active.is_(True))
    )


def list_interviewers() -> list[Interviewer]:
    """Everybody on the list, in order of code."""
    return list(db.session.scalars(select(Interviewer).order_by(Interviewer.code)))


def add(code: str, name: str) -> Interviewer:
    """Put somebody on the list. Raises InterviewerRefused."""
    wanted, called = normalise(code), unicodedata.normalize("NFC", " ".join(name.split()))
    if not CODE.fullmatch(wanted):
        raise InterviewerRefused(_("A code has 1 to 16 letters, digits and dashes; write one such as L07."))
    if not 1 <= len(called) <= 255 or not called.isprintable():
        raise InterviewerRefused(_("Write the interviewer's name, with at most 255 signs."))
    with transaction() as session:
        if session.scalar(select(Interviewer.id).where(Interviewer.code == wanted)):
            raise InterviewerRefused(_("The code %(code)s is taken; choose another."), code=wanted)
        made = Interviewer(code=wanted, name=called)
        session.add(made)
        return made


def set_active(code: str, *, active: bool) -> None:
    """Whether the code is taken at a link. What was asked before stays counted. Raises InterviewerRefused."""
    with transaction() as session:
        found = session.scalar(select(Interviewer).where(Interviewer.code == normalise(code)))
        if found is None:
            raise InterviewerRefused(_("No interviewer has the code %(code)s."), code=code[:16])
        found.active = active


def count_by_interviewer(wave: Wave) -> list[InterviewerCount]:
    """Interviews of this wave by interviewer, in order of code; those on the list without any have 0."""
    counted = func.count().filter(Response.state == "counted")
    rows = {
        number: (interviews, count)
        for number, interviews, count in db.session.execute(
            select(Interview.interviewer_id, func.count(), counted)
            .join(Response, Response.response_id == Interview.response_id)
            .where(Response.wave_id == wave.id)
            .group_by(Interview.interviewer_id)
        )
    }
    return [
        InterviewerCount(one.code, one.name, one.active, *rows.get(one.id, (0, 0)))
        for one in list_interviewers()
        if one.active or one.id in rows
    ]

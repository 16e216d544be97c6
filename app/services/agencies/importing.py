"""A list of agencies taken in: codes that are new begin, known ones are renamed, moved, merged or ended from a day."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.models import Agency
from app.services import audit, uploads
from app.services.agencies.changing import Effect, Step, apply, preview
from app.services.agencies.listing import AgencyList, Line, read_agency_list
from app.services.agencies.refusals import AgenciesRefused, AgencyProblem, ChangeRefused
from app.services.agencies.register import Register
from app.services.agencies.rows import AgencyRow, problems_of

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

# What an upload of this kind is; see app.services.uploads.
UPLOAD = "agencies"


def preview_list(content: bytes, on: date) -> tuple[AgencyList, Effect]:
    """What a list would change from this day on. Raises TableRefused, AgenciesRefused with every problem by row."""
    given = read_agency_list(content)
    return given, preview(_step(given, on))


def import_list(
    content: bytes, on: date, *, upload: uploads.Kept | None = None, seen: str | None = None
) -> Effect:
    """Take in a list, all of it or nothing; an `upload` is spent by it, and so can be taken in once.

    A blank cell of a known agency changes nothing, but a blank parent in a column of parents makes it a root. `seen`
    is as in `apply`. Raises TableRefused, AgenciesRefused, UploadGone, NotAsSeen.
    """
    given = read_agency_list(content)

    def also(session: Session, effect: Effect) -> None:
        if upload is not None:
            uploads.spend(session, upload)
        digest = hashlib.sha256(content).hexdigest()
        subject = f"{len(given.lines)} rows"
        audit.record(session, "agencies.imported", subject, on=on, sha256=digest, **effect.counts())

    return apply(_step(given, on), also, seen=seen)


def _step(given: AgencyList, on: date) -> Step:
    def step(register: Register) -> None:
        problems = list(given.problems)
        known = [line for line in given.lines if line.code in register.agencies]
        fresh = [line for line in given.lines if line.code not in register.agencies]
        rows = [_row(line, on) for line in fresh]
        problems += problems_of(rows, register.lives(), [line.row for line in fresh])
        problems += _twice(known)
        if not problems:
            register.begin({row.code: row for row in rows})
            _change(register, given, known, on, problems)
        if problems:
            raise AgenciesRefused(sorted(problems, key=lambda problem: problem.row))

    return step


def _row(line: Line, on: date) -> AgencyRow:
    return AgencyRow(
        code=line.code,
        kind=line.kind,
        names=line.names,
        valid_from=line.valid_from or on,
        parent=line.parent or None,
        valid_to=line.valid_to,
        merged_into=line.merged_into or None,
        parent_from=line.parent_from,
    )


def _twice(known: Sequence[Line]) -> list[AgencyProblem]:
    seen: set[str] = set()
    found = []
    for line in known:
        if line.code in seen:
            sentence = _("the code stands twice in the list; remove one of the rows.")
            found.append(AgencyProblem(line.row, line.code, "duplicate_code", sentence))
        seen.add(line.code)
    return found


def _change(
    register: Register,
    given: AgencyList,
    known: Sequence[Line],
    on: date,
    problems: list[AgencyProblem],
) -> None:
    """Names, then places, then ends from the leaves up, so that whoever ends has nothing below any more."""
    depth = {line.code: _depth(register, register.agencies[line.code], on) for line in known}
    for line in known:
        _caught(line, problems, lambda line=line: _same(register, line))
        _caught(line, problems, lambda line=line: _rename(register, line, on))
        if "parent" in given.given:
            _caught(line, problems, lambda line=line: _move(register, line, on))
    for line in sorted(known, key=lambda line: -depth[line.code]):
        _caught(line, problems, lambda line=line: _end(register, line))


def _caught(line: Line, problems: list[AgencyProblem], change: Callable[[], None]) -> None:
    try:
        change()
    except ChangeRefused as refused:
        problems.append(AgencyProblem(line.row, line.code, "change", refused.sentence, refused.facts))


def _same(register: Register, line: Line) -> None:
    """Kind and first day of an agency stay what they were."""
    agency = register.agencies[line.code]
    if line.kind and line.kind != agency.kind:
        raise ChangeRefused(
            line.code,
            _("it is a %(kind)s, and a kind never changes; end it and begin another."),
            kind=agency.kind,
        )
    if line.valid_from and line.valid_from != agency.valid_from:
        raise ChangeRefused(
            line.code,
            _("it began on %(day)s, and that never changes; correct the date."),
            day=agency.valid_from,
        )
    if line.parent and line.parent not in register.agencies:
        raise ChangeRefused(
            line.code,
            _("its parent %(parent)s is neither in the list nor known; add it or correct the code."),
            parent=line.parent,
        )
    if line.merged_into and line.merged_into not in register.agencies:
        raise ChangeRefused(
            line.code,
            _("%(heir)s, in which it went up, is not known; add it or correct the code."),
            heir=line.merged_into,
        )


def _rename(register: Register, line: Line, on: date) -> None:
    agency = register.agencies[line.code]
    day = on if _is_there(agency, on) else agency.valid_from
    present = register.names_on(agency, day)
    changed = {language: name for language, name in line.names.items() if present.get(language) != name}
    if changed:
        register.rename(line.code, changed, on)


def _move(register: Register, line: Line, on: date) -> None:
    agency = register.agencies[line.code]
    if not _is_there(agency, on) or (line.parent and line.parent not in register.agencies):
        return
    present = register.parent_on(agency, on)
    if (present.code if present else "") == line.parent:
        return
    if line.valid_to is not None and line.valid_to <= on:
        return  # it is there no more when the new place would begin
    register.move(line.code, line.parent or None, line.parent_from or on)


def _end(register: Register, line: Line) -> None:
    agency = register.agencies[line.code]
    if line.valid_to is None:
        if line.merged_into and agency.valid_to is None:
            raise ChangeRefused(
                line.code,
                _("it went up in %(heir)s but has no end; write its last day's morrow as `valid_to`."),
                heir=line.merged_into,
            )
        return
    heir = agency.merged_into.code if agency.merged_into else ""
    if (agency.valid_to, heir) == (line.valid_to, line.merged_into or heir):
        return
    if line.merged_into:
        register.merge(line.code, line.merged_into, line.valid_to)
    else:
        register.end(line.code, line.valid_to)


def _is_there(agency: Agency, day: date) -> bool:
    return agency.valid_from <= day and (agency.valid_to is None or day < agency.valid_to)


def _depth(register: Register, agency: Agency, on: date) -> int:
    depth, above, seen = 0, register.parent_on(agency, on), {agency.code}
    while above is not None and above.code not in seen:
        seen.add(above.code)
        depth, above = depth + 1, register.parent_on(above, on)
    return depth

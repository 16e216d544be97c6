"""Agencies over time: import, rename, move, merge. What was true on an earlier day is never rewritten."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.models import AGENCY_KINDS, Agency, AgencyName, AgencyParent
from app.queries.agencies import get_agency, get_tree, list_agencies, valid_on
from app.services.errors import ServiceError

# `#` and `|` join codes in the names of domains (CONTRACTS 4), so a code has neither.
AGENCY_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One agency to be created. `names` by language; `parent` a code of the list or of the tree, None: a root.

    `valid_to` is the first day on which it is no more, None while it lasts. `merged_into` is a code too.
    """

    code: str
    kind: str
    names: Mapping[str, str]
    valid_from: date
    parent: str | None = None
    valid_to: date | None = None
    merged_into: str | None = None


@dataclass(frozen=True, slots=True)
class AgencyProblem:
    """One fault of one row; `row` counts from 1, `rule` names what was broken."""

    row: int
    agency: str
    rule: str
    message: str

    def __str__(self) -> str:
        return f"Row {self.row}, agency {self.agency}: {self.message}"


class AgenciesRefused(ServiceError):
    """The list has faults and no agency was created; `problems` holds every one, in order of rows."""

    def __init__(self, problems: Sequence[AgencyProblem]):
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class ChangeRefused(ServiceError):
    """A change to one agency would make no tree, or rewrite the past."""

    def __init__(self, agency: str, message: str):
        super().__init__(f"Agency {agency}: {message}")
        self.agency = agency


@dataclass(frozen=True, slots=True)
class _Life:
    """The days of an agency, whether it is in the database or still in the list."""

    valid_from: date
    valid_to: date | None

    def covers(self, other: _Life) -> bool:
        return self.valid_from <= other.valid_from and (
            self.valid_to is None or (other.valid_to is not None and other.valid_to <= self.valid_to)
        )


def import_agencies(rows: Sequence[AgencyRow]) -> list[Agency]:
    """Create all agencies of the list, in its order; parents may stand after their children.

    Raises AgenciesRefused with every fault of every row; then none is created.
    """
    with transaction() as session:
        existing = {agency.code: agency for agency in list_agencies()}
        problems = sorted(_problems(rows, existing), key=lambda problem: problem.row)
        if problems:
            raise AgenciesRefused(problems)
        created = {row.code: _created(row) for row in rows}
        session.add_all(created.values())
        session.flush()  # Links need the row numbers of both ends.
        everyone = existing | created
        for row in rows:
            agency = created[row.code]
            agency.merged_into = everyone[row.merged_into] if row.merged_into else None
            if row.parent:
                session.add(_link(agency, everyone[row.parent], row.valid_from, row.valid_to))
        return list(created.values())


def rename_agency(code: str, names: Mapping[str, str], on: date) -> None:
    """From this day on the agency is called so, in the languages given."""
    with transaction() as session:
        agency = _living(code, on)
        for language, name in names.items():
            if not _clean(name):
                raise ChangeRefused(code, f"the new name in {language} is empty; write one.")
            later = select(AgencyName).where(
                AgencyName.agency_id == agency.id,
                AgencyName.language == language,
                AgencyName.valid_from >= on,
            )
            if session.scalar(later):
                raise ChangeRefused(
                    code, f"it has a name in {language} from {on} or later; choose a later day."
                )
            _end(
                session,
                AgencyName,
                (AgencyName.agency_id == agency.id) & (AgencyName.language == language),
                on,
            )
            session.add(_name(agency, language, name, on, agency.valid_to))


def move_agency(code: str, parent: str | None, on: date) -> None:
    """From this day on the agency stands under another, or is a root."""
    with transaction() as session:
        _move(session, _living(code, on), parent, on)


def merge_agency(code: str, into: str, on: date) -> None:
    """On this day the agency ends and goes up in another; what stood below it moves there."""
    with transaction() as session:
        agency, heir = _living(code, on), _living(into, on)
        tree = get_tree(on)
        if heir.code in tree.branch(agency.code):
            raise ChangeRefused(code, f"it cannot go up in {into}, which stands below it; move {into} first.")
        if agency.valid_from >= on:
            raise ChangeRefused(code, f"it begins on {agency.valid_from}; choose a later day.")
        for child in tree.children(agency.code):
            _move(session, get_agency(child), into, on)
        if _later_links(
            session, or_(AgencyParent.parent_id == agency.id, AgencyParent.agency_id == agency.id), on
        ):
            raise ChangeRefused(code, f"something is planned for it on {on} or later; choose a later day.")
        _end(session, AgencyParent, AgencyParent.agency_id == agency.id, on)
        _end(session, AgencyName, AgencyName.agency_id == agency.id, on)
        agency.valid_to = on
        agency.merged_into = heir


def _problems(rows: Sequence[AgencyRow], existing: Mapping[str, Agency]) -> Iterator[AgencyProblem]:
    lives = {code: _Life(agency.valid_from, agency.valid_to) for code, agency in existing.items()}
    lives |= {row.code: _Life(row.valid_from, row.valid_to) for row in rows}
    circles = _circles(rows)
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        for rule, message in _row_problems(row, lives):
            yield AgencyProblem(number, row.code, rule, message)
        if row.code in existing:
            yield AgencyProblem(
                number,
                row.code,
                "code_taken",
                "the code is in use already, and a code is never reused; give a new one.",
            )
        if row.code in seen:
            yield AgencyProblem(
                number, row.code, "duplicate_code", "the code stands twice in the list; give a new one."
            )
        if row.code in circles:
            yield AgencyProblem(
                number, row.code, "cycle", "its parents lead back to itself; name another parent."
            )
        seen.add(row.code)


def _row_problems(row: AgencyRow, lives: Mapping[str, _Life]) -> Iterator[tuple[str, str]]:
    if not AGENCY_CODE.fullmatch(row.code):
        yield "code", "a code has 1 to 64 letters without marks, digits, `.`, `_` or `-`; write another."
    if row.kind not in AGENCY_KINDS:
        yield "kind", f"{row.kind!r} is no kind of agency; write one of {', '.join(AGENCY_KINDS)}."
    if not row.names or not all(_clean(name) for name in row.names.values()):
        yield "name", "it has no name; write one in each language given."
    if any(len(_clean(name)) > 255 for name in row.names.values()):
        yield "name", "a name is longer than 255 signs; shorten it."
    if row.valid_to is not None and row.valid_to <= row.valid_from:
        yield (
            "dates",
            f"it ends on {row.valid_to}, not after it begins on {row.valid_from}; correct the dates.",
        )
    own = _Life(row.valid_from, row.valid_to)
    if row.parent and row.parent not in lives:
        yield (
            "unknown_parent",
            f"its parent {row.parent} is neither in the list nor known; add it or correct the code.",
        )
    elif row.parent and not lives[row.parent].covers(own):
        yield (
            "parent_dates",
            f"its parent {row.parent} does not exist on all its days; correct the dates or the parent.",
        )
    if row.merged_into and row.merged_into not in lives:
        yield (
            "unknown_heir",
            f"{row.merged_into}, in which it went up, is not known; add it or correct the code.",
        )
    elif row.merged_into == row.code:
        yield "unknown_heir", "it cannot go up in itself; name another agency."
    if row.merged_into and row.valid_to is None:
        yield (
            "dates",
            f"it went up in {row.merged_into} but has no end; write its last day's morrow as `valid_to`.",
        )


def _circles(rows: Sequence[AgencyRow]) -> set[str]:
    """Codes of the list whose parents, followed within the list, lead back to themselves."""
    parents = {row.code: row.parent for row in rows}
    found = set()
    for code in parents:
        passed: set[str] = set()
        above = parents[code]
        while above in parents and above not in passed and above != code:
            passed.add(above)
            above = parents[above]
        if above == code:
            found.add(code)
    return found


def _created(row: AgencyRow) -> Agency:
    agency = Agency(code=row.code, kind=row.kind, valid_from=row.valid_from, valid_to=row.valid_to)
    for language, name in row.names.items():
        _name(agency, language, name, row.valid_from, row.valid_to)
    return agency


def _name(agency: Agency, language: str, name: str, since: date, until: date | None) -> AgencyName:
    return AgencyName(agency=agency, language=language, name=_clean(name), valid_from=since, valid_to=until)


def _link(agency: Agency, parent: Agency, since: date, until: date | None) -> AgencyParent:
    return AgencyParent(agency_id=agency.id, parent_id=parent.id, valid_from=since, valid_to=until)


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _living(code: str, on: date) -> Agency:
    agency = get_agency(code)
    if not (agency.valid_from <= on and (agency.valid_to is None or on < agency.valid_to)):
        raise ChangeRefused(code, f"it does not exist on {on}; choose a day of its life.")
    return agency


def _move(session: Session, agency: Agency, parent: str | None, on: date) -> None:
    if _later_links(session, AgencyParent.agency_id == agency.id, on):
        raise ChangeRefused(agency.code, f"it has a parent from {on} or later already; choose a later day.")
    _end(session, AgencyParent, AgencyParent.agency_id == agency.id, on)
    if parent is None:
        return
    above = _living(parent, on)
    if not _Life(above.valid_from, above.valid_to).covers(_Life(on, agency.valid_to)):
        raise ChangeRefused(agency.code, f"{parent} ends before it does; name another parent.")
    # A later change above could close a circle that is open today, so every later shape of the tree counts.
    later = session.scalars(select(AgencyParent.valid_from).where(AgencyParent.valid_from > on).distinct())
    for day in (on, *later):
        tree = get_tree(day)
        if agency.code in tree and parent in tree.branch(agency.code):
            raise ChangeRefused(agency.code, f"{parent} stands below it on {day}; name another parent.")
    session.add(_link(agency, above, on, agency.valid_to))
    session.flush()  # The next move of the same merger must see this one.


def _later_links(session: Session, whose: ColumnElement[bool], on: date) -> bool:
    return (
        session.scalar(select(AgencyParent).where(whose, AgencyParent.valid_from >= on).limit(1)) is not None
    )


def _end(
    session: Session, table: type[AgencyName] | type[AgencyParent], whose: ColumnElement[bool], on: date
) -> None:
    """Let the rows that hold on this day end on it."""
    for row in session.scalars(select(table).where(whose, valid_on(table, on))):
        row.valid_to = on

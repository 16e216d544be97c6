"""The list of agencies as a file: CSV (UTF-8, with or without a byte order mark) or an Excel workbook (XLSX).

Columns are known by their names in English or Vietnamese, whatever their order. What is written for a day is read
again by `read_agency_list`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.extensions import db
from app.models import Agency, AgencyParent
from app.queries.agencies import get_tree, valid_on
from app.services.agencies.refusals import AgencyProblem
from app.services.agencies.rows import clean
from app.services.spreadsheets import TableRefused, read_table

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

MOST_ROWS = 50_000
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

COLUMNS = {
    "code": ("code", "agency", "mã", "mã cơ quan", "mã đơn vị"),
    "kind": ("kind", "loại"),
    "parent": ("parent", "mã cấp trên", "cấp trên"),
    "parent_from": ("parent from", "trực thuộc từ"),
    "valid_from": ("valid from", "từ ngày"),
    "valid_to": ("valid to", "đến ngày"),
    "merged_into": ("merged into", "sáp nhập vào"),
    "name_vi": ("name", "name vi", "tên"),
    "name_en": ("name en", "tên tiếng anh"),
}
WRITTEN = ("code", "kind", "parent", "parent_from", "valid_from", "valid_to", "merged_into")
_NAME = re.compile(r"name ([a-z]{2,3}(?:-[a-z0-9]{2,8})*)")
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_USUAL = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the file: what is written there; None or an empty text where the cell is blank."""

    row: int
    code: str
    kind: str
    names: Mapping[str, str]
    parent: str
    parent_from: date | None
    valid_from: date | None
    valid_to: date | None
    merged_into: str


@dataclass(frozen=True, slots=True)
class AgencyList:
    """What a file says: its lines, the columns that are not read, and what cannot be read at all.

    `given` names the columns that the file has, for a blank cell says something only where its column is there.
    """

    lines: tuple[Line, ...]
    given: frozenset[str]
    ignored: tuple[str, ...]
    problems: tuple[AgencyProblem, ...]


def read_agency_list(content: bytes) -> AgencyList:
    """The lines of a file. Raises TableRefused where it is no list of agencies."""
    header, rows = read_table(content)
    places, ignored = _places(header)
    if not rows:
        raise TableRefused(_("The file has a header and no rows; write one line per agency."))
    if len(rows) > MOST_ROWS:
        raise TableRefused(
            _("The file has %(count)s rows; a list takes at most %(most)s."), count=len(rows), most=MOST_ROWS
        )
    problems: list[AgencyProblem] = []
    lines = tuple(_line(number, cells, places, problems) for number, cells in rows)
    return AgencyList(lines, frozenset(places), tuple(ignored), tuple(problems))


def write_agency_list(on: date, *, bom: bool = True) -> str:
    """The tree of a day as CSV, in order of code; as text, with the mark that tells Excel its encoding."""
    tree = get_tree(on)
    languages = sorted({language for one in tree.agencies for language in one.names})
    dates = _dates(on)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([*WRITTEN, *(f"name_{language}" for language in languages)])
    for one in tree.agencies:
        begin, end, heir, since = dates[one.code]
        parent = one.parent if one.parent in tree else None
        cells = [one.code, one.kind, parent, since if parent and since != begin else None, begin, end, heir]
        writer.writerow([*_texts(cells), *(one.names.get(language, "") for language in languages)])
    return (BOM if bom else "") + out.getvalue()


def _dates(on: date) -> dict[str, tuple[date, date | None, str | None, date | None]]:
    """By code: first day, end, heir, and the first day under the present parent."""
    heir = aliased(Agency)
    rows = db.session.execute(
        select(Agency.code, Agency.valid_from, Agency.valid_to, heir.code, AgencyParent.valid_from)
        .outerjoin(heir, Agency.merged_into_id == heir.id)
        .outerjoin(AgencyParent, (AgencyParent.agency_id == Agency.id) & valid_on(AgencyParent, on))
        .where(valid_on(Agency, on))
    )
    return {code: (begin, end, into, since) for code, begin, end, into, since in rows}


def _texts(cells: Iterable[object]) -> list[str]:
    return ["" if cell is None else str(cell) for cell in cells]


def _places(header: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """The place of each column we know, and the names of the others. Raises TableRefused."""
    known = {name: column for column, names in COLUMNS.items() for name in names}
    places: dict[str, int] = {}
    ignored = []
    for place, cell in enumerate(header):
        name = clean(cell.replace("_", " ").casefold())
        named = _NAME.fullmatch(name)
        column = known.get(name) or (f"name_{named[1]}" if named else None)
        if column is None:
            ignored += [clean(cell)] if cell.strip() else []
        elif column in places:
            raise TableRefused(
                _("The header names the column “%(column)s” twice; remove one."), column=clean(cell)
            )
        else:
            places[column] = place
    if "code" not in places:
        raise TableRefused(
            _("The file has no column “code” (or “mã”); add one with the codes of the agencies.")
        )
    return places, ignored


def _line(
    number: int, cells: Sequence[str], places: Mapping[str, int], problems: list[AgencyProblem]
) -> Line:
    def cell(column: str) -> str:
        place = places.get(column)
        return clean(cells[place]) if place is not None and place < len(cells) else ""

    code = cell("code")

    def day(column: str) -> date | None:
        text = cell(column)
        found = parsed_day(text)
        if text and found is None:
            problems.append(
                AgencyProblem(
                    number,
                    code[:64],
                    "dates",
                    _("“%(text)s” is no day; write it as 2026-03-31."),
                    {"text": text[:40]},
                )
            )
        return found

    names = {column[5:]: text for column in places if column.startswith("name_") and (text := cell(column))}
    return Line(
        number,
        code,
        cell("kind"),
        names,
        cell("parent"),
        day("parent_from"),
        day("valid_from"),
        day("valid_to"),
        cell("merged_into"),
    )


def parsed_day(text: str) -> date | None:
    """A day written as 2026-03-31 or 31/3/2026; None for anything else."""
    try:
        if _ISO.fullmatch(text):
            return date.fromisoformat(text)
        usual = _USUAL.fullmatch(text)
        return date(int(usual[3]), int(usual[2]), int(usual[1])) if usual else None
    except ValueError:
        return None

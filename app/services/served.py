"""Transactions served, taken in from a CSV file: the denominator of the response rate at the counters."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select

from app import clock
from app.config import office_day
from app.extensions import transaction
from app.models import Agency, Served
from app.queries.monitoring import list_served
from app.services import audit
from app.services.errors import ServiceError
from app.services.spoken import SpokenError

COLUMNS = ("agency", "day", "transactions", "source")

# A year of a province's every office is some 70,000 rows of 60 bytes.
LARGEST_FILE = 8 * 1024 * 1024
MOST_TRANSACTIONS = 10_000_000

# Python reads more ways to write a day than people do.
DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

# Marks a sentence for the catalogue; the page translates it, the console says it as it is.
_ = str

NOT_TEXT = _("The file is no CSV in UTF-8; save it as CSV UTF-8 and choose it again.")
TOO_LARGE = _("The file is larger than 8 MB; cut it into several.")
NO_COLUMNS = _("The first line must name the columns %(columns)s; missing: %(missing)s.")
NO_ROWS = _("The file has no rows below its first line.")
SHORT_ROW = _("The row has another number of values than the first line has columns.")
UNKNOWN_AGENCY = _("No agency has the code %(code)s.")
NOT_ALIVE = _("The agency %(code)s did not exist on %(day)s.")
NO_DAY = _("%(text)s is no day; write it as 2026-03-31.")
FUTURE = _("%(day)s has not come yet.")
NO_COUNT = _("%(text)s is no number of transactions; write a whole number from 0 to %(most)s.")
NO_SOURCE = _("The source of the figure is missing; write where it comes from, with at most 255 signs.")
TWICE = _("The agency %(code)s and the day %(day)s stand in row %(row)s already.")


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One fault; `row` is the line of the file, 1 is the line of names. `sentence` is the catalogue's key."""

    row: int
    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"Row {self.row}: {self.sentence % self.facts}"


class ServedRefused(ServiceError):
    """Nothing was stored; `problems` holds every fault of every row."""

    def __init__(self, problems: Sequence[RowProblem]):
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


class ServedUnreadable(SpokenError):
    """The file as a whole is no such list; nothing was stored."""


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a file: rows that are new, and rows that replaced the figure of their agency and day."""

    new: int
    replaced: int


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    agency: str
    day: date
    transactions: int
    source: str


def import_served(content: bytes) -> Stored:
    """Take in a file with the columns of COLUMNS, all of it or nothing.

    A figure that is there for the same agency and day is replaced. Raises ServedUnreadable, ServedRefused.
    """
    lines = _lines(content)
    with transaction() as session:
        codes = {values["agency"] for _line, values in lines if values is not None}
        agencies = {one.code: one for one in session.scalars(select(Agency)) if one.code in codes}
        rows, problems = _checked(lines, agencies)
        if problems:
            raise ServedRefused(problems)
        days = [row.day for row in rows]
        kept = {
            (one.agency_id, one.day): one
            for one in list_served({one.id for one in agencies.values()}, (min(days), max(days)))
        }
        replaced = 0
        for row in rows:
            agency = agencies[row.agency].id
            if old := kept.get((agency, row.day)):
                old.transactions, old.source = row.transactions, row.source
                replaced += 1
            else:
                made = Served(agency_id=agency, day=row.day, transactions=row.transactions, source=row.source)
                session.add(made)
        new = len(rows) - replaced
        audit.record(session, "served.imported", f"{len(rows)} rows", new=new, replaced=replaced)
        return Stored(new, replaced)


def _lines(content: bytes) -> list[tuple[int, dict[str, str] | None]]:
    """(line of the file, values by column); None for a line of another length."""
    if len(content) > LARGEST_FILE:
        raise ServedUnreadable(TOO_LARGE)
    try:
        text = unicodedata.normalize("NFC", content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ServedUnreadable(NOT_TEXT) from None
    if "\0" in text:
        raise ServedUnreadable(NOT_TEXT)
    first = text.split("\n", 1)[0]
    # A spreadsheet in Vietnamese writes semicolons.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in first else ",")
    try:
        names = [name.strip().lower() for name in next(reader, [])]
        missing = [name for name in COLUMNS if name not in names]
        if missing:
            raise ServedUnreadable(NO_COLUMNS, columns=", ".join(COLUMNS), missing=", ".join(missing))
        found = []
        for cells in reader:
            if any(cell.strip() for cell in cells):
                values = dict(zip(names, map(str.strip, cells), strict=False))
                found.append((reader.line_num, values if len(cells) == len(names) else None))
    except csv.Error:
        raise ServedUnreadable(NOT_TEXT) from None
    if not found:
        raise ServedUnreadable(NO_ROWS)
    return found


def _checked(
    lines: Sequence[tuple[int, dict[str, str] | None]], agencies: Mapping[str, Agency]
) -> tuple[list[_Row], list[RowProblem]]:
    rows: list[_Row] = []
    problems: list[RowProblem] = []
    seen: dict[tuple[str, date], int] = {}
    today = office_day(clock.now())
    for line, values in lines:
        if values is None:
            problems.append(RowProblem(line, SHORT_ROW))
            continue
        faults = list(_faults(values, agencies, today))
        if not faults:
            row = _Row(
                line,
                values["agency"],
                date.fromisoformat(values["day"]),
                int(values["transactions"]),
                values["source"],
            )
            before = seen.setdefault((row.agency, row.day), line)
            if before != line:
                faults.append((TWICE, {"code": row.agency, "day": row.day, "row": before}))
            rows.append(row)
        problems += [RowProblem(line, sentence, facts) for sentence, facts in faults]
    return rows, problems


def _faults(
    values: Mapping[str, str], agencies: Mapping[str, Agency], today: date
) -> Iterator[tuple[str, dict[str, object]]]:
    code, day = values["agency"], _day(values["day"])
    agency = agencies.get(code)
    if agency is None:
        yield UNKNOWN_AGENCY, {"code": f"{code:.64}"}
    if day is None:
        yield NO_DAY, {"text": f"{values['day']:.40}"}
    elif day > today:
        yield FUTURE, {"day": day}
    elif agency and (day < agency.valid_from or (agency.valid_to is not None and day >= agency.valid_to)):
        yield NOT_ALIVE, {"code": code, "day": day}
    count = values["transactions"]
    if not (count.isascii() and count.isdecimal() and len(count) < 10 and int(count) <= MOST_TRANSACTIONS):
        yield NO_COUNT, {"text": f"{count:.40}", "most": MOST_TRANSACTIONS}
    if not (1 <= len(values["source"]) <= 255 and values["source"].isprintable()):
        yield NO_SOURCE, {}


def _day(text: str) -> date | None:
    if not DAY.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None

"""Agencies to be created: what a row says, and everything that can be wrong with a list of them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.models import AGENCY_KINDS
from app.services.agencies.refusals import AgencyProblem

# `#` and `|` join codes in the names of domains (CONTRACTS 4), so a code has neither.
AGENCY_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

LONGEST_NAME = 255

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One agency to be created. `names` by language; `parent` a code of the list or of the tree, None: a root.

    `valid_to` is the first day on which it is no more, None while it lasts. `merged_into` is a code too.
    `parent_from` is the first day under its parent, None: its own first day.
    """

    code: str
    kind: str
    names: Mapping[str, str]
    valid_from: date
    parent: str | None = None
    valid_to: date | None = None
    merged_into: str | None = None
    parent_from: date | None = None


@dataclass(frozen=True, slots=True)
class Life:
    """The days of an agency, whether it is in the database or still in the list."""

    valid_from: date
    valid_to: date | None

    def covers(self, other: Life) -> bool:
        """Whether it is there on all days of the other."""
        return self.valid_from <= other.valid_from and (
            self.valid_to is None or (other.valid_to is not None and other.valid_to <= self.valid_to)
        )

    def has(self, day: date) -> bool:
        """Whether it is there on this day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


def clean(text: str) -> str:
    """Composed letters, single blanks."""
    return unicodedata.normalize("NFC", " ".join(text.split()))


def problems_of(
    rows: Sequence[AgencyRow], existing: Mapping[str, Life], numbers: Sequence[int] | None = None
) -> list[AgencyProblem]:
    """Every fault of every row, in order of rows; `numbers` are the rows' own in their file, else 1, 2, …"""
    lives = dict(existing) | {row.code: Life(row.valid_from, row.valid_to) for row in rows}
    circles = _circles(rows)
    seen: set[str] = set()
    found = []
    for number, row in zip(numbers or range(1, len(rows) + 1), rows, strict=True):
        faults = [*_row_faults(row, lives)]
        if row.code in existing:
            taken = _("the code is in use already, and a code is never reused; give a new one.")
            faults.append(("code_taken", taken, {}))
        if row.code in seen:
            faults.append(("duplicate_code", _("the code stands twice in the list; give a new one."), {}))
        if row.code in circles:
            faults.append(("cycle", _("its parents lead back to itself; name another parent."), {}))
        seen.add(row.code)
        found += [AgencyProblem(number, row.code, *fault) for fault in faults]
    return sorted(found, key=lambda problem: problem.row)


def _row_faults(row: AgencyRow, lives: Mapping[str, Life]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    if not AGENCY_CODE.fullmatch(row.code):
        yield (
            "code",
            _("a code has 1 to 64 letters without marks, digits, `.`, `_` or `-`; write another."),
            {},
        )
    if row.kind not in AGENCY_KINDS:
        facts = {"kind": f"{row.kind!r:.80}", "kinds": ", ".join(AGENCY_KINDS)}
        yield "kind", _("%(kind)s is no kind of agency; write one of %(kinds)s."), facts
    if not row.names or not all(clean(name) for name in row.names.values()):
        yield "name", _("it has no name; write one in each language given."), {}
    if any(len(clean(name)) > LONGEST_NAME for name in row.names.values()):
        yield "name", _("a name is longer than %(most)s signs; shorten it."), {"most": LONGEST_NAME}
    if row.valid_to is not None and row.valid_to <= row.valid_from:
        facts = {"end": row.valid_to, "begin": row.valid_from}
        yield "dates", _("it ends on %(end)s, not after it begins on %(begin)s; correct the dates."), facts
    yield from _parent_faults(row, lives)
    yield from _heir_faults(row, lives)


def _parent_faults(row: AgencyRow, lives: Mapping[str, Life]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    below = Life(row.parent_from or row.valid_from, row.valid_to)
    facts = {"parent": row.parent}
    if not row.parent:
        return
    if row.parent not in lives:
        yield (
            "unknown_parent",
            _("its parent %(parent)s is neither in the list nor known; add it or correct the code."),
            facts,
        )
    elif not lives[row.parent].covers(below):
        yield (
            "parent_dates",
            _("its parent %(parent)s does not exist on all its days; correct the dates or the parent."),
            facts,
        )
    elif not Life(row.valid_from, row.valid_to).has(below.valid_from):
        yield "parent_dates", _("it is not there on the day from which it has its parent."), {}


def _heir_faults(row: AgencyRow, lives: Mapping[str, Life]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    facts = {"heir": row.merged_into}
    if row.merged_into and row.merged_into not in lives:
        yield (
            "unknown_heir",
            _("%(heir)s, in which it went up, is not known; add it or correct the code."),
            facts,
        )
    elif row.merged_into == row.code:
        yield "unknown_heir", _("it cannot go up in itself; name another agency."), {}
    if row.merged_into and row.valid_to is None:
        yield (
            "dates",
            _("it went up in %(heir)s but has no end; write its last day's morrow as `valid_to`."),
            facts,
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

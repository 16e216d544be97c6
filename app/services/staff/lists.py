"""Lists of staff: head counts per unit, or one line per person; read, and every problem named with its row.

Nothing is stored here. A list that may be used has no faults; its notes are what the office should know before it
goes on. Columns are known by their names in English or Vietnamese, whatever their order; others are not read.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.messages import translations
from app.models import Wave
from app.services.spreadsheets import LARGEST_FILE as LARGEST_FILE
from app.services.spreadsheets import TableRefused as ListRefused
from app.services.spreadsheets import read_table
from app.services.staff.grouping import TooFewHeads, group
from app.services.staff.units import Units, UnitUnknown

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

MOST_HEADS = 100_000

COLUMNS = {
    "unit": ("unit", "unit code", "mã đơn vị", "đơn vị"),
    "name": ("unit name", "tên đơn vị"),
    "heads": ("heads", "head count", "số người"),
    "email": ("email", "e-mail", "thư điện tử"),
    "language": ("language", "ngôn ngữ"),
}

# It begins with a letter or digit, so that no spreadsheet takes it for a formula.
_ADDRESS = re.compile(r"[A-Za-z0-9][A-Za-z0-9._%+-]{0,63}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")


@dataclass(frozen=True, slots=True)
class Remark:
    """One sentence on one row; rows are counted as a spreadsheet does, the header being 1, and 0 is the whole list."""

    row: int
    sentence: str
    facts: Mapping[str, object] = field(default_factory=dict)

    def said(self, language: str) -> str:
        """The sentence in this language, with its row."""
        gettext = translations(language).gettext
        words = gettext(self.sentence) % self.facts
        return gettext("Row %(row)s: %(words)s") % {"row": self.row, "words": words} if self.row else words

    def __str__(self) -> str:
        return self.said("en")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of a list: the unit's code, an e-mail address or nothing, and a language of the wave."""

    unit: str
    address: str
    language: str


@dataclass(frozen=True, slots=True)
class StaffList:
    """What a file says. `heads` by unit code; `people` only where the list has one line per person."""

    kind: Literal["heads", "people"]
    heads: Mapping[str, int]
    people: tuple[Person, ...]
    groups: Mapping[str, str]
    faults: tuple[Remark, ...]
    notes: tuple[Remark, ...]

    @property
    def total(self) -> int:
        """How many people there are."""
        return sum(self.heads.values())


def read_staff_list(wave: Wave, content: bytes) -> StaffList:
    """The list for this wave, with every fault and note in order of rows. Raises ListRefused where it is none."""
    header, rows = read_table(content)
    places, ignored = _places(header)
    reading = _Reading(wave, places)
    if ignored:
        reading.note(
            1, _("These columns are neither read nor kept: %(columns)s."), columns=", ".join(ignored)
        )
    if not rows:
        raise ListRefused(_("The file has a header and no rows; write one line per unit or per person."))
    for number, row in rows:
        reading.take(number, row)
    return reading.result()


class _Reading:
    """One list while it is read."""

    def __init__(self, wave: Wave, places: Mapping[str, int]):
        self.wave, self.places = wave, places
        self.units = Units(wave.tree_date)
        self.kind: Literal["heads", "people"] = "heads" if "heads" in places else "people"
        self.heads: Counter[str] = Counter()
        self.people: list[Person] = []
        self.first: dict[str, int] = {}  # unit or address, and the row where it stands first
        self.faults: list[Remark] = []
        self.notes: list[Remark] = []

    def fault(self, row: int, sentence: str, **facts: object) -> None:
        self.faults.append(Remark(row, sentence, facts))

    def note(self, row: int, sentence: str, **facts: object) -> None:
        self.notes.append(Remark(row, sentence, facts))

    def take(self, row: int, cells: Sequence[str]) -> None:
        """Read one line."""
        unit = self._unit(row, cells)
        if self.kind == "heads":
            self._take_heads(row, unit, self._cell(cells, "heads"))
        else:
            self._take_person(row, unit, cells)

    def result(self) -> StaffList:
        """What was read, once all lines are."""
        groups: dict[str, str] = {}
        total = sum(self.heads.values())
        if total > MOST_HEADS:
            self.fault(
                0,
                _("These are %(total)s people; a wave takes at most %(most)s."),
                total=total,
                most=MOST_HEADS,
            )
        elif not self.faults:
            groups = self._group()
        return StaffList(
            self.kind,
            dict(self.heads),
            tuple(self.people),
            groups,
            tuple(sorted(self.faults, key=lambda one: one.row)),
            tuple(sorted(self.notes, key=lambda one: one.row)),
        )

    def _cell(self, cells: Sequence[str], column: str) -> str:
        place = self.places.get(column)
        text = cells[place] if place is not None and place < len(cells) else ""
        return unicodedata.normalize("NFC", " ".join(text.split()))

    def _unit(self, row: int, cells: Sequence[str]) -> str | None:
        text, name = self._cell(cells, "unit"), self._cell(cells, "name")
        if not text:
            self.fault(row, _("The unit is missing; write its code."))
            return None
        try:
            code = self.units.find(text)
        except UnitUnknown as unknown:
            self.fault(row, unknown.sentence, **unknown.facts)
            return None
        if name and not self.units.is_called(code, name):
            facts = {
                "unit": code,
                "name": self.units.label(code),
                "written": name,
                "day": self.wave.tree_date,
            }
            if not self.units.was_called(code, name):
                self.fault(
                    row,
                    _("Unit %(unit)s is called %(name)s, not %(written)s; correct the code or the name."),
                    **facts,
                )
                return None
            self.note(
                row,
                _("Unit %(unit)s is called %(written)s on other days; on %(day)s its name is %(name)s."),
                **facts,
            )
        if self.kind == "people" and code not in self.heads:
            self._note_changes(row, code)
        return code

    def _note_changes(self, row: int, code: str) -> None:
        for sentence, facts in self.units.changes(code):
            self.note(row, sentence, **facts)

    def _take_heads(self, row: int, unit: str | None, text: str) -> None:
        right = text.isascii() and text.isdecimal() and len(text) <= 9
        if not right:
            self.fault(
                row, _("The number of people is “%(text)s”; write a whole number from 0 on."), text=text[:40]
            )
        if unit is None:
            return
        if unit in self.first:
            self.fault(
                row,
                _("Unit %(unit)s stands in row %(first)s already; write its people in one row."),
                unit=unit,
                first=self.first[unit],
            )
            return
        self.first[unit] = row
        self._note_changes(row, unit)
        if right:
            self.heads[unit] = int(text)

    def _take_person(self, row: int, unit: str | None, cells: Sequence[str]) -> None:
        address, language = self._cell(cells, "email"), self._cell(cells, "language")
        if address and not (_ADDRESS.fullmatch(address) and len(address) <= 255):
            self.fault(
                row,
                _("“%(address)s” is no e-mail address; correct it or leave it empty."),
                address=address[:80],
            )
        elif address and address.casefold() in self.first:
            self.fault(
                row,
                _("The address %(address)s stands in row %(first)s already; each person has one line."),
                address=address,
                first=self.first[address.casefold()],
            )
        elif address:
            self.first[address.casefold()] = row
        elif "email" in self.places:
            self.note(row, _("There is no e-mail address; this person gets a printed slip."))
        if language and language not in self.wave.languages:
            self.fault(
                row,
                _("The wave does not speak “%(language)s”; write one of %(offered)s, or nothing."),
                language=language[:40],
                offered=", ".join(self.wave.languages),
            )
        if unit is not None:
            self.heads[unit] += 1
            self.people.append(Person(unit, address, language or self.wave.languages[0]))

    def _group(self) -> dict[str, str]:
        """Which unit each is counted under; a note for every one that is too small to stand alone."""
        tree = self.units.tree
        parents = {one.code: one.parent if one.parent in tree else None for one in tree.agencies}
        try:
            groups = group(parents, self.heads, self.wave.threshold)
        except TooFewHeads as few:
            self.fault(
                0,
                _(
                    "Under %(root)s there are %(heads)s people together, fewer than the threshold of %(least)s; ask "
                    "them in a wave with others."
                ),
                root=few.root,
                heads=sum(self.heads[unit] for unit in tree.branch(few.root)),
                least=self.wave.threshold,
            )
            return {}
        for unit, heads in sorted(self.heads.items()):
            if 0 < heads < self.wave.threshold:
                facts = {"unit": unit, "heads": heads, "group": groups[unit], "least": self.wave.threshold}
                self.note(self.first.get(unit, 0), _alone(heads), **facts)
        return groups


def _alone(heads: int) -> str:
    if heads == 1:
        return _(
            "Unit %(unit)s is one person: the answer is counted together with others, under %(group)s, and nothing is "
            "ever shown of %(unit)s by itself."
        )
    return _(
        "Unit %(unit)s has %(heads)s people, fewer than %(least)s: their answers are counted together with others, "
        "under %(group)s."
    )


def _places(header: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """The place of each column we know, and the names of the others. Raises ListRefused."""
    known = {name: column for column, names in COLUMNS.items() for name in names}
    places: dict[str, int] = {}
    ignored = []
    for place, cell in enumerate(header):
        name = unicodedata.normalize("NFC", " ".join(cell.replace("_", " ").casefold().split()))
        column = known.get(name)
        if column is None:
            ignored += [cell.strip()] if cell.strip() else []
        elif column in places:
            raise ListRefused(
                _("The header names the column “%(column)s” twice; remove one."), column=cell.strip()
            )
        else:
            places[column] = place
    if "unit" not in places:
        raise ListRefused(
            _("The file has no column “unit” (or “mã đơn vị”); add one with the codes of the units.")
        )
    if "heads" in places and "email" in places:
        raise ListRefused(
            _("The file has both “heads” and “email”: write one line per unit with heads, or one per person.")
        )
    return places, ignored

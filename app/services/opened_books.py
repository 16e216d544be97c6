"""What stands in the cells of a workbook that somebody gave us, read within bounds: it may be anything.

Of the package only the sheets and the shared texts are read, no more of them than `MOST_BYTES`, and no XML that defines
entities. Nothing is executed, and nothing is fetched.
"""

from __future__ import annotations

import math
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from typing import IO
from xml.etree import ElementTree

from app.services.spoken import SpokenError

MOST_ENTRIES = 2_000
MOST_BYTES = 128 * 1024 * 1024  # of XML, unpacked; a workbook of 3,300 agencies has a tenth of that
NAMED = 20  # differing cells that are told

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_OLE = bytes.fromhex("d0cf11e0a1b11ae1")  # how files of the old .xls begin
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")

Value = float | str | None  # None: a formula whose result the file does not hold
Cells = dict[str, dict[str, Value]]


class NotAWorkbook(SpokenError):
    """The file is no workbook, or one that we do not open."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One cell that says `here` in the one workbook and `there` in the other; empty where it has none."""

    sheet: str
    cell: str
    here: str
    there: str


def refuse_others(content: bytes) -> None:
    """Raises NotAWorkbook for what is no .xlsx at all."""
    if not content:
        raise NotAWorkbook(_("The file is empty."))
    if content.startswith(_OLE):
        raise NotAWorkbook(_("This is a file of an old kind (.xls); releases are .xlsx."))
    if not zipfile.is_zipfile(BytesIO(content)):
        raise NotAWorkbook(_("This is no workbook; releases are .xlsx."))


def cells(content: bytes) -> Cells:
    """Every filled cell, by sheet and place (`B7`); raises NotAWorkbook."""
    refuse_others(content)
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            return _cells(_Package(package))
    except NotAWorkbook:
        raise
    # Whatever else is wrong with such a file is one sentence to who sent it.
    except (zipfile.BadZipFile, ElementTree.ParseError, KeyError, ValueError, IndexError, OSError,
            NotImplementedError, RuntimeError, zipfile.zlib.error) as error:  # fmt: skip
        raise NotAWorkbook(_("The workbook is damaged and cannot be opened.")) from error


def differences(here: Cells, there: Cells) -> Iterator[Difference]:
    """The cells in which two workbooks differ, sheet by sheet from the top."""
    for sheet in dict.fromkeys((*here, *there)):
        first, second = here.get(sheet, {}), there.get(sheet, {})
        for place in sorted(first.keys() | second.keys(), key=_order):
            a, b = first.get(place, ""), second.get(place, "")
            if not _same(a, b):
                yield Difference(sheet, place, _shown(a), _shown(b))


def strange_numbers(here: Cells, there: Cells) -> Iterator[Difference]:
    """Numbers of the first workbook that the sheet of the same name in the second does not have, wherever they stand.

    For workbooks of two versions of the program, which may lay their sheets out in two ways.
    """
    for sheet, found in here.items():
        if sheet not in there:
            continue
        known: dict[float, int] = {}
        for value in there[sheet].values():
            if isinstance(value, float):
                known[_near(value)] = known.get(_near(value), 0) + 1
        for place in sorted(found, key=_order):
            value = found[place]
            if isinstance(value, float):
                if known.get(_near(value), 0) == 0:
                    yield Difference(sheet, place, _shown(value), "")
                else:
                    known[_near(value)] -= 1


class _Package:
    """The parts of a package, as long as there is room."""

    def __init__(self, package: zipfile.ZipFile):
        self._package, self._room = package, MOST_BYTES
        if len(package.infolist()) > MOST_ENTRIES:
            raise NotAWorkbook(_("The file holds more than a workbook of ours ever does."))

    def part(self, name: str) -> IO[bytes]:
        with self._package.open(name) as part:
            content = part.read(self._room + 1)
        self._room -= len(content)
        if self._room < 0:
            raise NotAWorkbook(_("The file holds more than a workbook of ours ever does."))
        if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
            raise ValueError("a definition of entities")
        return BytesIO(content)

    def names(self) -> set[str]:
        return set(self._package.namelist())


def _cells(package: _Package) -> Cells:
    texts = _texts(package) if "xl/sharedStrings.xml" in package.names() else []
    targets = {
        one.get("Id"): one.get("Target", "")
        for one in ElementTree.parse(package.part("xl/_rels/workbook.xml.rels")).getroot()
    }
    found: Cells = {}
    for one in ElementTree.parse(package.part("xl/workbook.xml")).iter(f"{_MAIN}sheet"):
        target = targets[one.get(_RELATION)]
        path = target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
        found[one.get("name", "")] = dict(_filled(package.part(path), texts))
    return found


def _texts(package: _Package) -> list[str]:
    return [
        "".join(part.text or "" for part in one.iter(f"{_MAIN}t"))
        for _event, one in ElementTree.iterparse(package.part("xl/sharedStrings.xml"))
        if one.tag == f"{_MAIN}si"
    ]


def _filled(part: IO[bytes], texts: list[str]) -> Iterator[tuple[str, Value]]:
    for _event, cell in ElementTree.iterparse(part):
        if cell.tag != f"{_MAIN}c":
            continue
        value = cell.findtext(f"{_MAIN}v")
        if cell.get("t") == "inlineStr":
            value = "".join(one.text or "" for one in cell.iter(f"{_MAIN}t"))
        if not value:
            # A program that does not compute leaves out what a formula gives, or leaves it empty.
            if cell.find(f"{_MAIN}f") is not None:
                yield cell.get("r", ""), None
        elif cell.get("t") == "s":
            yield cell.get("r", ""), texts[int(value)]
        elif cell.get("t", "n") == "n":
            yield cell.get("r", ""), float(value)
        else:
            yield cell.get("r", ""), value
        cell.clear()


def _same(a: Value, b: Value) -> bool:
    if a is None or b is None:
        return True
    if isinstance(a, float) and isinstance(b, float):
        return math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-12)
    return a == b


def _near(value: float) -> float:
    """A number as it is compared where only its value counts: twelve digits, as they are published."""
    return float(f"{value:.11e}")


def _shown(value: Value) -> str:
    return repr(value) if isinstance(value, float) else (value or "")[:200]


def _order(place: str) -> tuple[int, int, str]:
    found = _PLACE.fullmatch(place)
    return (int(found[2]), len(found[1]), found[1]) if found else (0, 0, place)


def told(found: Iterator[Difference]) -> tuple[Difference, ...]:
    """The first differences, as many as are told."""
    return tuple(one for one, _k in zip(found, range(NAMED), strict=False))

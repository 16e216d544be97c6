"""Books of every kind of wave, recalculated by LibreOffice: no cell moves, every check agrees, every rule is kept."""

from __future__ import annotations

import pytest
from openpyxl import load_workbook

from app.workbooks.book import write
from tests.services.assembly.cards import cards
from tests.services.assembly.runs import edited
from tests.services.assembly.test_checks_sheet import CHILDREN, ITEMS, weighted
from tests.services.assembly.test_comparisons import rows
from tests.workbooks.linter import lint
from tests.workbooks.office import Office

pytestmark = pytest.mark.office

PLACES = ("a", "b", "c")
SAMPLE = {"by": "place", "stratum": "place", "cluster": ("day",), "compare": True, "ranks": True}
FEW = [{"place": "few", "day": f"{k % 4}", "q1": "25"[k % 2]} for k in range(6)]
MOVED = 1e-9


def kinds(folder):
    """Cards by the kind of wave and of index; of each run the whole, a domain and a hidden one."""
    given = rows(PLACES, days=12)
    asked = [row | {"asked": "90"} for row in given]
    runs = {
        "pooled": ({**SAMPLE, "weight": "w"}, weighted(given) + [row | {"w": "2"} for row in FEW], ()),
        "children": (SAMPLE, given, CHILDREN),
        "items": (SAMPLE | {"level": 0.9}, given, ITEMS),
        "census": ({"by": "place", "wave_kind": "census", "stratum": "place", "fpc": ("asked",)}, asked, ()),
        "volunteer": ({"by": "place", "wave_kind": "volunteer", "cluster": ("day",)}, given, ()),
    }
    for kind, (options, answers, changes) in runs.items():
        language = "vi" if kind in ("pooled", "census") else "en"
        found = cards(folder, answers, instrument=edited(*changes), language=language, **options)
        for domain in found.keys() & {None, "c", "few"}:
            yield f"{kind}-{domain or 'whole'}", found[domain]


@pytest.fixture(scope="module")
def books(tmp_path_factory):
    """Each book as we wrote it and as LibreOffice wrote it again, after working out every formula."""
    folder = tmp_path_factory.mktemp("kinds")
    written = [write(card, folder / f"{name}.xlsx") for name, card in sorted(kinds(folder))]
    again = Office(folder).convert(written, folder / "again", "xlsx")
    return {path.stem: (path, other) for path, other in zip(written, again, strict=True)}


def cells(path):
    book = load_workbook(path, data_only=True)
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def test_no_cell_moves(books):
    formulas = 0
    for name, (before, after) in books.items():
        ours, theirs = cells(before), cells(after)
        assert ours.keys() == theirs.keys(), name
        for place, value in ours.items():
            if isinstance(value, float) and not isinstance(theirs[place], str):
                assert abs(theirs[place] - value) <= MOVED, (name, place)
            else:
                assert theirs[place] == value, (name, place)
        formulas += sum(
            isinstance(cell.value, str) and cell.value.startswith("=")
            for sheet in load_workbook(before)
            for row in sheet.iter_rows()
            for cell in row
        )
    assert formulas > 1000


def test_every_check_agrees_after_recalculation(books):
    for name, (_before, after) in books.items():
        found = [value for value in cells(after).values() if isinstance(value, bool)]
        assert all(found), name
        assert bool(found) is ("few" not in name), name


def test_every_rule_is_kept(books):
    assert {name: lint(path) for name, (path, _after) in books.items()} == {name: [] for name in books}


def test_charts_are_still_there_with_every_bar(books):
    """What a program does not understand it leaves out when it writes a file again."""
    drawn = 0
    for before, after in books.values():
        ours, theirs = (
            [
                [len(series.val.numRef.numCache.pt) for series in chart.series]
                for sheet in load_workbook(path)
                for chart in sheet._charts
            ]
            for path in (before, after)
        )
        assert theirs == ours
        drawn += len(ours)
    assert drawn >= len(books)

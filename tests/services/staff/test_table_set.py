"""The table set of a staff release: solved with earlier ones, stored with its hash, the only thing that is shown."""

from __future__ import annotations

import hashlib
import json

import pytest
from openpyxl import load_workbook

from app.extensions import transaction
from app.queries.releases import get_release
from app.services import releasing
from app.services.assembly.staff import WHOLE
from app.services.files import ResponseFile
from app.services.snapshots import path_of
from app.services.staff.tables import EarlierReleaseGone
from scoring.tableset import Cell, TableSet, audit
from tests.services.staff.released import make_frozen_wave, release
from tests.workbooks.linter import lint


@pytest.fixture(scope="module")
def office(staff_office):
    """A released wave that is only read."""
    with staff_office.app_context():
        release(make_frozen_wave())
    return staff_office


@pytest.fixture
def made(office):
    with office.app_context():
        yield get_release("culture", "2026")


def beside(made, name):
    return json.loads((releasing.folder_of(made) / name).read_text(encoding="utf-8"))


def cells(document):
    return {Cell(one["branch"], one["variable"], one["category"]): one["n"] for one in document["cells"]}


def true_set(wave, document):
    """The table set with the counts that the release does not show, counted anew from the snapshot."""
    with ResponseFile(path_of(wave)) as file:
        agency = file.labels("agency")
        profile = {name: file.labels(name) for name in document["variables"]}

    def inside(code, branch):
        while code is not None and code != branch:
            code = document["parents"].get(code)
        return code == branch

    counts = {
        cell: sum(
            inside(code, cell.branch)
            and (cell.variable is None or profile[cell.variable][k] == cell.category)
            for k, code in enumerate(agency)
        )
        for cell in cells(document)
    }
    return TableSet(document["wave"], document["parents"], counts)


def hidden(document):
    return frozenset(cell for cell, n in cells(document).items() if n is None)


def estimates(made):
    return {(one["domain"], one["node"]): one for one in beside(made, "results.json")["estimates"]}


def test_what_is_shown_is_true_and_recovers_nobody(made):
    wave = made.wave
    document = beside(made, "tables.json")
    true = true_set(wave, document)

    assert {cell: n for cell, n in cells(document).items() if n is not None} == {
        cell: n for cell, n in true.counts.items() if cell not in hidden(document)
    }
    assert min(n for n in cells(document).values() if n) >= 10
    found = audit(true, hidden(document), 10)
    assert found.tried > 10
    assert found.recovered == ()


def test_without_complementary_suppression_somebody_would_be_recovered(made):
    wave = made.wave
    document = beside(made, "tables.json")
    true = true_set(wave, document)

    assert audit(true, frozenset(cell for cell, n in true.counts.items() if 0 < n < 10), 10).recovered


def test_figures_follow_their_count(made):
    document, units = beside(made, "tables.json"), beside(made, "units.json")["units"]

    for cell, n in cells(document).items():
        if cell.variable is None and n is None:
            assert set(units[cell.branch]["figures"].values()) == {None}
            assert estimates(made)[cell.branch, "culture"]["n"] is None
        elif cell.variable is not None:
            (row,) = (
                one for one in units[cell.branch]["tables"][cell.variable] if one["category"] == cell.category
            )
            assert row["n"] == n
            if n is None:
                assert set(row["figures"].values()) == {None}
    assert any(n is None for n in cells(document).values())


def test_a_table_s_figure_is_hidden_where_too_few_answered_it(made):
    for unit in beside(made, "units.json")["units"].values():
        figures = [*unit["figures"].values(), *unit["items"].values()]
        figures += [
            one for rows in unit["tables"].values() for row in rows for one in row["figures"].values()
        ]
        assert all(one is None or one["n"] >= 10 for one in figures)


def test_the_manifest_holds_the_hash_of_the_tables(made):
    text = (releasing.folder_of(made) / "tables.json").read_bytes()
    book = load_workbook(releasing.folder_of(made) / "workbooks" / "whole.xlsx")

    lines = {row[0]: row[1] for row in book[book.sheetnames[-1]].iter_rows(values_only=True)}
    assert lines["Bộ bảng của lần công bố, SHA-256"] == hashlib.sha256(text).hexdigest()


def test_the_same_wave_gives_the_same_tables(data):
    wave = make_frozen_wave()
    first, second = release(wave), release(wave)

    for name in ("tables.json", "units.json", "results.json"):
        assert beside(first, name) == beside(second, name), name


def test_a_later_release_shows_nothing_that_an_earlier_one_hid(data):
    wave = make_frozen_wave(threshold=5)
    first = release(wave)
    with transaction():
        wave.threshold, wave.crossed = 12, ["age"]
    second = release(wave)
    before, after = cells(beside(first, "tables.json")), cells(beside(second, "tables.json"))

    assert set(after) < set(before)
    assert all(before[cell] == n for cell, n in after.items() if n is not None)
    assert sum(n is None for n in after.values()) > sum(before[cell] is None for cell in after)
    shown = [
        (key, one["node"])
        for key, one in ((key, one) for key, one in estimates(second).items())
        if one["value"] is not None and estimates(first)[key]["value"] is None
    ]
    assert shown == []


def test_an_earlier_release_that_was_tampered_with_stops_the_next(data):
    wave = make_frozen_wave()
    path = releasing.folder_of(release(wave)) / "tables.json"
    path.write_text(path.read_text(encoding="utf-8") + " ", encoding="utf-8")
    with pytest.raises(
        EarlierReleaseGone, match=r"tables\.json of release 1 of wave 2026 is missing or was changed"
    ):
        release(wave)

    path.unlink()
    with pytest.raises(EarlierReleaseGone):
        release(wave)


def test_no_branch_shows_its_own_respondents_apart(made):
    assert not [domain for domain, _ in estimates(made) if domain and domain.endswith("#own")]
    assert {book.stem for book in (releasing.folder_of(made) / "workbooks").glob("*.xlsx")} == {
        "whole", "agency-ministry", "agency-law", "agency-law-1", "agency-law-2", "agency-trade", "agency-trade-1",
    }  # fmt: skip


def test_who_the_staff_are_stands_in_the_tables_and_nowhere_else(made):
    for path in (releasing.folder_of(made) / "workbooks").glob("*.xlsx"):
        items = load_workbook(path)["Câu hỏi"]
        assert not {row[0] for row in items.iter_rows(values_only=True)} & {"rank", "age", "change"}
    results = beside(made, "results.json")
    assert not {"rank", "age", "change"} & set(results["counts"]["missing"])
    assert set(results["counts"]["rows_in_no_domain"]) <= {"agency"}


def test_the_workbooks_keep_the_rules_and_hold_the_unit_sheets(made):
    books = sorted((releasing.folder_of(made) / "workbooks").glob("*.xlsx"))
    faults = {fault for book in books for fault in lint(book)}
    assert not faults, "\n".join(sorted(faults))
    sheets = load_workbook(books[0]).sheetnames
    assert {"Đơn vị", "Các nhóm"} <= set(sheets)


def test_the_tables_name_all_together(made):
    document = beside(made, "tables.json")
    assert document["parents"][WHOLE] is None
    assert document["parents"]["ministry"] == WHOLE
    assert "rail" not in document["parents"]

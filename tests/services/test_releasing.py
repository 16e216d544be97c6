"""A closed wave becomes a release: results, a workbook for every agency, and a row that tells of them."""

from __future__ import annotations

import json
from datetime import date

import pytest

from app.queries.errors import NotFound
from app.queries.releases import get_release, list_released_waves
from app.services import collecting, releasing
from app.services.files import FileRefused
from app.services.overview import Wanted, overview
from app.services.release_files import workbook_path
from tests.factories import make_wave
from tests.services.closed import make_closed_wave
from tests.workbooks.linter import lint

PUBLISHED = date(2026, 4, 15)
CORRECTED = {"changes": "Nothing but the number.", "reason": "A test."}


def released(wave, **options):
    return releasing.release(wave, published_on=PUBLISHED, language="en", **options)


def results(release):
    return json.loads((releasing.folder_of(release) / releasing.RESULTS).read_text(encoding="utf-8"))


def test_every_agency_and_the_whole_have_a_workbook_that_keeps_the_rules(data):
    made = released(make_closed_wave())

    books = list((releasing.folder_of(made) / releasing.WORKBOOKS).glob("*.xlsx"))
    assert sorted(book.stem for book in books) == [
        "agency-north", "agency-north-1", "agency-north-2", "agency-south", "agency-south-1", "whole",
    ]  # fmt: skip
    assert [fault for book in books for fault in lint(book)] == []


def test_a_province_is_its_branch(data):
    estimates = {
        (one["domain"], one["node"]): one for one in results(released(make_closed_wave()))["estimates"]
    }
    n = {
        domain: estimates[domain, "service"]["n"]
        for domain in (None, "north", "north-1", "north-2", "south-1")
    }
    assert n == {None: 45, "north": 30, "north-1": 15, "north-2": 15, "south-1": 15}
    assert estimates["north", "service"]["n_psu"] == 6
    assert estimates["north", "service"]["df"] == 6 - 2


def test_the_newest_release_is_the_one_that_is_shown(data):
    wave = make_closed_wave()
    first = released(wave)
    second = released(wave, **CORRECTED)

    assert (first.number, second.number) == (1, 2)
    assert first.results_sha256 == second.results_sha256
    assert get_release("citizens", "2026").number == second.number
    assert [(one.wave_code, one.release_number) for one in list_released_waves()] == [("2026", 2)]


def test_a_wave_without_a_snapshot_is_refused(data):
    with pytest.raises(releasing.NotFrozen, match="has no snapshot"):
        released(make_wave())
    assert list_released_waves() == []


def test_a_lonely_counter_day_needs_a_rule_and_nothing_is_recorded_without_one(data):
    wave = make_closed_wave(visitors=12, **{"south-1": 1})

    with pytest.raises(FileRefused, match="only one PSU"):
        released(wave)
    assert list_released_waves() == []

    flags = {
        one["domain"]: one["flag"]
        for one in results(released(wave, lonely_psu="adjust"))["estimates"]
        if one["node"] == "service"
    }
    assert flags["south-1"] == "small not_estimable"


def test_the_overview_shows_a_level_in_tree_order(data):
    release = released(make_closed_wave())
    page, below = overview(release, "vi"), overview(release, "vi", Wanted(branch="north"))

    assert [(line.code, line.parent, line.depth) for line in page.lines] == [
        ("north", None, 0), ("south", None, 0)
    ]  # fmt: skip
    assert [(line.code, line.parent, line.depth) for line in below.lines] == [
        ("north-1", "north", 1), ("north-2", "north", 1)
    ]  # fmt: skip
    assert page.lines[0].name == "Tỉnh Bắc"
    assert page.lines[0].rows["service"].n.value == 30
    assert page.whole["service"].n.value == 45


def test_an_agency_with_respondents_of_its_own_has_a_line_for_them(data):
    page = overview(released(make_closed_wave(places=("north", "north-1"))), "en", Wanted(branch="north"))

    lines = {line.code: line for line in page.lines}
    assert page.head.rows["service"].n.value == 30
    assert lines["north#own"].rows["service"].n.value == 15
    assert lines["north#own"].parent == "north"
    assert lines["north#own"].workbook == "agency-north-own"


def test_an_agency_where_nobody_answered_has_no_workbook(data):
    page = overview(released(make_closed_wave(places=("north-1",))), "en", Wanted(branch="south"))

    silent = next(line for line in page.lines if line.code == "south-1")
    assert silent.rows == {}
    assert silent.workbook is None


def test_agencies_of_a_probability_wave_are_compared_and_ranked_level_by_level(data):
    made = released(make_closed_wave(visitors=12))

    document = results(made)
    assert {(one["a"], one["b"]) for one in document["comparisons"] if one["node"] == "service"} == {
        ("north", "south"), ("north-1", "north-2"), ("north-1", "south-1"), ("north-2", "south-1"),
    }  # fmt: skip
    ranks = {one["domain"]: one["rank"] for one in document["ranks"] if one["node"] == "service"}
    assert sorted(ranks[code] for code in ("north", "south")) == [1, 2]
    assert {ranks[code] for code in ("north-1", "north-2", "south-1")} <= {1, 2, 3}
    shown = [*overview(made, "vi").lines, *overview(made, "vi", Wanted(name="a")).lines]
    lines = {line.code: line.ranks["service"] for line in shown if line.ranks}
    assert {code: placed.ranked for code, placed in lines.items()} == {
        "north": 2, "south": 2, "north-1": 3, "north-2": 3, "south-1": 3
    }  # fmt: skip
    assert {code: placed.rank for code, placed in lines.items()} == ranks


def test_with_too_many_agencies_at_one_level_nobody_is_ranked(data, monkeypatch):
    monkeypatch.setattr(collecting, "MOST_PAIRED", 2)
    made = released(make_closed_wave(visitors=12))
    assert not {"comparisons", "ranks"} & set(results(made))
    assert all(line.ranks == {} for line in overview(made, "vi").lines)


@pytest.mark.parametrize("stem", ["../results", "agency-nowhere", "", "/etc/passwd"])
def test_only_workbooks_of_the_release_are_given_out(data, stem):
    made = released(make_closed_wave())

    assert workbook_path(made, "agency-north").is_file()
    with pytest.raises(NotFound):
        workbook_path(made, stem)

"""The workbooks of `hailong score`: their numbers are those of the results, and what is hidden is nowhere in them."""

from __future__ import annotations

import json
import random
import re
from zipfile import ZipFile

import pytest
from openpyxl import load_workbook

from tests.commands.conftest import Desk
from tests.workbooks.linter import lint

CODES = ("5", "4", "3", "2", "1", "na", "")
# One place is below the threshold of these tests, one is its smallest neighbour.
THRESHOLD, PLACES = 400, {"few": 387, "next": 421, "many": 613}


@pytest.fixture
def wave(tmp_path, hailong):
    """Some 1,400 people in three places, whose counts are numbers that occur nowhere else."""
    draw = random.Random(7)
    desk = Desk(tmp_path, hailong)
    return desk.rows(
        *(
            {
                "place": place,
                "sex": draw.choice("fm"),
                "heard__tv": draw.choice("10"),
                **{item: draw.choice(CODES) for item in ("q1", "q2", "q3", "q4")},
            }
            for place, count in PLACES.items()
            for _ in range(count)
        )
    )


def scored(desk, *options, threshold=THRESHOLD):
    design = ("--by", "place", "--wave-kind", "probability", "--threshold", threshold)
    assert desk.score(*design, *options, workbooks=True).exit_code == 0
    return json.loads(desk.json.read_text(encoding="utf-8"))["estimates"]


def book(desk, name):
    return load_workbook(desk.workbooks / f"{name}.xlsx")


def numbers(desk, name, *but):
    """Every number in the cells of a workbook, but for some sheets."""
    sheets = [sheet for sheet in book(desk, name) if sheet.title not in but]
    cells = (cell.value for sheet in sheets for row in sheet.iter_rows() for cell in row)
    return {float(value) for value in cells if isinstance(value, int | float)}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_workbook_keeps_the_rules_in_both_languages(wave, language):
    scored(wave, "--language", language)
    for path in wave.workbooks.iterdir():
        assert lint(path) == []


def test_sheets_stand_in_order(wave):
    scored(wave)
    assert book(wave, "whole").sheetnames == [
        "Cover", "Contents", "Notes", "Summary", "Items", "Domains", "Quality", "Method", "Parameters", "Checks",
        "Charts", "Manifest",
    ]  # fmt: skip


def test_the_numbers_of_the_sheets_are_those_of_the_results(wave):
    for one in scored(wave, threshold=0):
        name = "whole" if one["domain"] is None else f"place-{one['domain']}"
        held = numbers(wave, name)
        for key in ("value", "low", "high", "n"):
            assert any(abs(one[key] - number) <= 1e-12 * max(1, abs(number)) for number in held), (
                one["node"],
                key,
            )


def test_each_index_stands_under_its_name(wave):
    estimates = {(one["domain"], one["node"]): one for one in scored(wave)}
    opened = book(wave, "place-many")
    for code in ("pooled", "person", "audit"):
        for name, key in ((f"score_{code}", "value"), (f"n_{code}", "n")):
            sheet, cell = next(iter(opened.defined_names[name].destinations))
            assert opened[sheet][cell].value == estimates["many", code][key]


def test_the_workbook_of_a_hidden_domain_holds_no_number(wave):
    estimates = scored(wave)
    assert {one["domain"] for one in estimates if one["flag"] == "suppressed"} == {"few", "next"}
    for name in ("place-few", "place-next"):
        assert numbers(wave, name) == set()


def test_the_count_of_a_hidden_domain_is_in_no_part_of_its_file(wave):
    hidden = {str(count) for count in PLACES.values()} | {
        str(one["n"]) for one in scored(wave, threshold=0) if one["domain"] in ("few", "next")
    }
    scored(wave)
    for name in ("place-few", "place-next"):
        for part, text in readable(wave, name):
            assert not hidden & set(re.findall(r"\d+", text)), (name, part)


def readable(desk, name):
    """Each part of a file without what is no text: sizes, style numbers, places in the list of texts."""
    with ZipFile(desk.workbooks / f"{name}.xlsx") as archive:
        for part in archive.namelist():
            text = archive.read(part).decode("utf-8")
            yield (
                part,
                " ".join(re.findall(r">([^<]+)<", re.sub(r'<c [^>]*t="s"[^>]*><v>\d+</v></c>', "", text))),
            )


def test_the_other_workbooks_say_nothing_more_than_without_a_threshold(wave):
    def held(*but):
        return {name: numbers(wave, name, *but) for name in ("whole", "place-many")}

    # Parameters name the threshold itself, and Domains lists the others, hidden ones too.
    apart = ("Quality", "Parameters", "Domains")
    scored(wave, threshold=0)
    before, quality = held(*apart), held("Parameters")
    scored(wave)
    assert held(*apart) == before
    # Reliability speaks of people who answered every item, and these are fewer than the threshold here.
    assert all(numbers <= quality[name] for name, numbers in held("Parameters").items())


def test_a_hidden_domain_has_its_workbook_which_says_why(wave):
    scored(wave)
    cover = " ".join(str(cell.value) for cell in book(wave, "place-few").worksheets[0]["A"])
    assert "no figure. Not shown: fewer than 400 answers, here or in a neighbouring figure." in cover


def test_domains_that_differ_only_in_signs_get_files_of_their_own(wave):
    wave.rows(*({"place": place} for place in ("Đà Nẵng", "Da Nang", "x#own", "x-own", "31", "31 ")))
    assert len(scored(wave, threshold=0)) > 0
    assert sorted(path.stem for path in wave.workbooks.iterdir()) == [
        "place-31", "place-da-nang", "place-da-nang-2", "place-x-own", "place-x-own-2", "whole"
    ]  # fmt: skip


def test_the_same_run_writes_the_same_bytes(wave):
    scored(wave)
    first = {path.name: path.read_bytes() for path in wave.workbooks.iterdir()}
    scored(wave)
    assert {path.name: path.read_bytes() for path in wave.workbooks.iterdir()} == first


SIDE_BY_SIDE = ("--compare", "--ranks")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_comparisons_and_ranks_keep_the_rules_in_both_languages(wave, language):
    scored(wave, "--language", language, *SIDE_BY_SIDE, threshold=0)
    for path in wave.workbooks.iterdir():
        assert lint(path) == []


def test_the_comparison_stands_after_the_items(wave):
    scored(wave, *SIDE_BY_SIDE, threshold=0)
    for name in ("whole", "place-many"):
        sheets = [one for one in book(wave, name).sheetnames if one != "Domains"]
        assert sheets[3:6] == ["Summary", "Items", "Comparison"]


def test_the_numbers_of_the_comparison_are_those_of_the_results(wave):
    scored(wave, *SIDE_BY_SIDE, threshold=0)
    results = json.loads(wave.json.read_text(encoding="utf-8"))
    for one in results["comparisons"]:
        held = numbers(wave, f"place-{one['a']}")
        for key in ("difference", "std_error", "low", "high", "p", "p_adjusted"):
            assert one[key] in held, (one["node"], key)
    for one in results["ranks"]:
        assert {one["rank"], one["rank_low"], one["rank_high"]} <= numbers(wave, "whole")


def test_a_hidden_domain_stands_in_no_comparison(wave):
    scored(wave, *SIDE_BY_SIDE)
    for name in ("place-few", "place-next"):
        assert "Comparison" not in book(wave, name).sheetnames
    # Only one place is shown, so there is nobody to set it beside.
    assert "Comparison" not in book(wave, "place-many").sheetnames


def test_the_same_comparisons_give_the_same_bytes(wave):
    scored(wave, *SIDE_BY_SIDE, threshold=0)
    first = {path.name: path.read_bytes() for path in wave.workbooks.iterdir()}
    scored(wave, *SIDE_BY_SIDE, threshold=0)
    assert {path.name: path.read_bytes() for path in wave.workbooks.iterdir()} == first

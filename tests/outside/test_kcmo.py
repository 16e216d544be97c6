"""Real answers that nobody here made: the resident survey of Kansas City, scored by the command.

Every figure is counted again from the file with the csv module and plain arithmetic.
"""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
from itertools import groupby
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.outside import outside
from tests.workbooks.linter import lint
from tests.workbooks.office import Office

pytestmark = pytest.mark.outside_data

ROOT = Path(__file__).parents[2]
DISTRICTS = [None, "1", "2", "3", "4", "5", "6"]
VALID = {"1", "2", "3", "4", "5"}
FACTORS = ("q2", "q3", "q17")


@pytest.fixture(scope="module")
def answers():
    """The rows of the file."""
    with (outside("KCMO", "data/kcmo") / "responses.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """The folder in which the command left its files."""
    folder = tmp_path_factory.mktemp("kcmo")
    responses = outside("KCMO", "data/kcmo") / "responses.csv"
    design = "--by council_district --stratum council_district --wave-kind probability"
    options = f"{design} --json out.json --workbooks out/"
    instrument = ROOT / "tests/instruments/kcmo.yaml"
    command = [Path(sys.executable).with_name("hailong"), "score", responses, "--instrument", instrument]
    done = subprocess.run(
        [*map(str, command), *options.split()], cwd=folder, capture_output=True, text=True, timeout=300
    )
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.fixture(scope="module")
def estimates(run):
    document = json.loads((run / "out.json").read_text(encoding="utf-8"))
    return {(one["domain"], one["node"], one["measure"]): one for one in document["estimates"]}


def within(answers, district):
    return [row for row in answers if district in (None, row["council_district"])]


def items(answers, *blocks):
    """Columns of these blocks, of all where none is named."""
    columns = [column for column in answers[0] if column.startswith("q")]
    return [column for column in columns if not blocks or column.split("_")[0] in blocks]


def satisfied(rows, item):
    """Per cent of 4 and 5 among the valid answers."""
    given = [row[item] for row in rows if row[item] in VALID]
    return 100 * sum(code in ("4", "5") for code in given) / len(given)


def mean(values):
    values = list(values)
    return math.fsum(values) / len(values)


def same(figure):
    return pytest.approx(figure, rel=1e-11)


def test_every_item_of_every_district_equals_a_hand_count(answers, estimates):
    assert len(items(answers)) == 66
    for district in DISTRICTS:
        rows = within(answers, district)
        for item in items(answers):
            one = estimates[district, item, "top_box"]
            assert one["value"] == same(satisfied(rows, item)), (district, item)
            assert one["n"] == sum(row[item] in VALID for row in rows)


def test_every_mean_equals_a_hand_count(answers, estimates):
    for district in DISTRICTS:
        rows = within(answers, district)
        for item in items(answers, *FACTORS):
            by_hand = mean(25 * (int(row[item]) - 1) for row in rows if row[item] in VALID)
            assert estimates[district, item, "mean_100"]["value"] == same(by_hand), (district, item)


def test_the_index_by_factors_is_the_mean_of_the_means(answers, estimates):
    for district in DISTRICTS:
        rows = within(answers, district)
        factors = {block: mean(satisfied(rows, item) for item in items(answers, block)) for block in FACTORS}
        for block, by_hand in factors.items():
            assert estimates[district, f"city.{block}", "top_box"]["value"] == same(by_hand)
        assert estimates[district, "city", "top_box"]["value"] == same(mean(factors.values()))


def test_the_pooled_index_is_satisfied_over_valid_answers(answers, estimates):
    for district in DISTRICTS:
        rows = within(answers, district)
        given = [row[item] for row in rows for item in items(answers, *FACTORS) if row[item] in VALID]
        by_hand = 100 * sum(code in ("4", "5") for code in given) / len(given)
        assert estimates[district, "city-pooled", "top_box"]["value"] == same(by_hand)


def test_the_index_by_person_is_the_mean_of_each_ones_own_score(answers, estimates):
    for district in DISTRICTS:
        scores = [score for row in within(answers, district) if (score := person(answers, row)) is not None]
        one = estimates[district, "city-mean", "respondent_mean"]
        assert (one["value"], one["n"]) == (same(mean(scores)), len(scores))


def person(answers, row):
    """The mean of three factors, each of which needs half of its items; None where one lacks them."""
    factors = []
    for block in FACTORS:
        columns = items(answers, block)
        given = [25 * (int(row[item]) - 1) for item in columns if row[item] in VALID]
        if len(given) < len(columns) / 2:
            return None
        factors.append(mean(given))
    return mean(factors)


def test_standard_errors_equal_the_textbook_formula_of_a_stratified_sample(answers, estimates):
    ordered = sorted(answers, key=lambda row: row["council_district"])
    for item in items(answers):
        share = satisfied(answers, item)
        n = sum(row[item] in VALID for row in answers)
        variance = 0.0
        for _, stratum in groupby(ordered, key=lambda row: row["council_district"]):
            influence = [
                (100 * (row[item] in ("4", "5")) - share) / n if row[item] in VALID else 0.0
                for row in stratum
            ]
            centre = mean(influence)
            squares = math.fsum((one - centre) ** 2 for one in influence)
            variance += len(influence) / (len(influence) - 1) * squares
        assert estimates[None, item, "top_box"]["std_error"] == same(math.sqrt(variance)), item


def test_don_t_know_is_counted_and_not_scored(run, answers):
    counts = json.loads((run / "out.json").read_text(encoding="utf-8"))["counts"]
    assert counts["rows_used"] == len(answers) == 2017
    for item in items(answers):
        assert counts["missing"].get(item, {}).get("dont_know", 0) == sum(row[item] == "9" for row in answers)


def test_there_is_a_workbook_of_the_whole_and_of_each_district_and_all_keep_the_rules(run):
    names = sorted(path.name for path in (run / "out").iterdir())
    assert names == [*(f"council-district-{district}.xlsx" for district in "123456"), "whole.xlsx"]
    for name in names:
        assert lint(run / "out" / name) == []


@pytest.mark.office
def test_another_program_opens_the_workbooks_and_its_recalculation_changes_no_cell(run, tmp_path):
    """What is published stays as it is; what formulas give (Checks, and quantiles on Parameters), to 1e-9."""
    paths = sorted((run / "out").iterdir())
    for before, after in zip(paths, Office(tmp_path).convert(paths, tmp_path / "after", "xlsx"), strict=True):
        old, new = cells(before), cells(after)
        assert new.keys() == old.keys()
        moved = {place for place in old if new[place] != old[place]}
        assert {sheet for sheet, _cell in moved} <= {"Checks", "Parameters"}
        assert all(new[place] == pytest.approx(old[place], abs=1e-9, rel=0) for place in moved)


def cells(path):
    """Every cell's value by sheet and address."""
    return {
        (sheet.title, cell.coordinate): cell.value
        for sheet in load_workbook(path, data_only=True)
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }

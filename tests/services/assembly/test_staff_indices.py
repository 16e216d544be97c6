"""The shipped staff instruments, scored: figures that can be counted by hand."""

from __future__ import annotations

import csv

import pytest

from surveys.codebook import variables
from surveys.loading import load, shipped

from .runs import estimates, run, value

CULTURE = load(shipped()["culture-1"])
TEN = CULTURE.indices[0].children


def scored(folder, rows, instrument, **options):
    """Score these rows in a file that has every column of the instrument."""
    path = folder / "responses.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, [one.column for one in variables(instrument)], restval="")
        writer.writeheader()
        writer.writerows(rows)
    return run(path, instrument, threshold=0, **options)


def engaged(*codes):
    return dict(zip(CULTURE.indices[2].items, codes, strict=True))


def all_ten(code):
    """The same answer to every item of the ten dimensions, said the other way round where it is reversed."""
    mirrored = {"1": "5", "2": "4", "3": "3", "4": "2", "5": "1"}
    return {
        item: mirrored[code] if CULTURE.item(item).reverse else code for node in TEN for item in node.items
    }


def test_the_engagement_index_is_the_mean_of_peoples_means(tmp_path):
    # The UK survey's worked example: 100, 75, 75, 50, 25 make 65 (DOMAIN 9).
    found = scored(tmp_path, [engaged("5", "4", "4", "3", "2")], CULTURE)
    assert value(found, "engagement", "respondent_mean") == 65
    assert value(found, "engagement-positive", "top_box") == 60


def test_the_culture_index_flips_what_is_reversed(tmp_path):
    found = scored(tmp_path, [all_ten("5"), all_ten("4")], CULTURE)
    assert value(found, "culture", "mean_100") == 87.5
    assert value(found, "positive", "top_box") == 100
    assert value(found, "d2_overlooked", "mean_100") == 87.5


def test_the_ten_dimensions_count_alike_whatever_their_number_of_items(tmp_path):
    low = dict.fromkeys(TEN[0].items, "1")
    found = scored(tmp_path, [all_ten("5") | low], CULTURE)
    assert value(found, "culture.d1", "respondent_mean") == 0
    assert value(found, "culture", "mean_100") == pytest.approx(90, rel=1e-11)


def test_a_dimension_leaves_out_people_who_answered_less_than_half_of_it(tmp_path):
    first, second, third, fourth = TEN[0].items
    rows = [all_ten("5"), {first: "1", second: "dk", third: "dk", fourth: ""}, {first: "1", second: "1"}]
    found = estimates(scored(tmp_path, rows, CULTURE))[None, "culture.d1", "respondent_mean"]
    assert (found["value"], found["n"]) == (50, 2)


def test_figures_of_a_rated_unit_are_those_of_its_domain(tmp_path):
    cooperation = load(shipped()["cooperation-1"])
    rows = [
        {"rated_unit": "trade", "in_time": "5", "passes_on": "1", "complete": "5", "keeps_word": "5"},
        {"rated_unit": "law", "in_time": "1", "passes_on": "5", "complete": "1", "keeps_word": "1"},
    ]
    found = estimates(scored(tmp_path, rows, cooperation, by="rated_unit"))
    figures = {domain: one["value"] for (domain, node, _), one in found.items() if node == "cooperation"}
    assert figures == {None: 50, "trade": 100, "law": 0}


def test_complete_satisfaction_is_a_second_figure_of_the_same_answers(tmp_path):
    retired = load(shipped()["retired-1"])
    rows = [{"informed": "5", "board": "4", "visited": "2", "listened": "na"}]
    found = scored(tmp_path, rows, retired)
    assert value(found, "retired") == pytest.approx(200 / 3, rel=1e-11)
    assert value(found, "fully-satisfied") == pytest.approx(100 / 3, rel=1e-11)

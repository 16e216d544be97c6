"""What is scored of an instrument, and how an option becomes a score (CONTRACTS 3 and 6)."""

from __future__ import annotations

import pytest

from app.services.assembly.labels import satisfied_label
from app.services.files import FileRefused
from surveys import loading

from .runs import COUNTER, edited, estimates, scored, value


def test_estimates_are_items_under_every_measure_that_an_index_uses_then_each_index_with_its_nodes(tmp_path):
    found = estimates(scored(tmp_path, [{}], threshold=0))
    assert [(node, measure, one["kind"]) for (_, node, measure), one in found.items()] == [
        ("q1", "top_box", "item"),
        ("q1", "mean_100", "item"),
        ("q2", "top_box", "item"),
        ("q2", "mean_100", "item"),
        ("q3", "top_box", "item"),
        ("q4", "points", "item"),
        ("pooled", "top_box", "index"),
        ("pooled.staff", "top_box", "node"),
        ("pooled.rules", "top_box", "node"),
        ("person", "respondent_mean", "index"),
        ("audit", "points", "index"),
    ]


def test_an_item_in_no_index_has_what_its_scale_offers(tmp_path):
    instrument = edited(("items: [q1, q2]}", "items: [q1]}"), ("    items: [q1, q2]\n", "    items: [q1]\n"))
    measures = [measure for _, node, measure in estimates(scored(tmp_path, [{}], instrument)) if node == "q2"]
    assert measures == ["top_box", "mean_100"]


def test_an_item_whose_options_share_one_value_has_no_mean(tmp_path):
    instrument = edited(
        (
            "{code: q2, scale: satisfaction, ",
            "{code: q9, options: [{code: a, label: {en: A, vi: A}, value: 1}], text: {en: One, vi: Một}}\n"
            "      - {code: q2, scale: satisfaction, ",
        )
    )
    assert not [1 for _, node, _ in estimates(scored(tmp_path, [{"q9": "a"}], instrument)) if node == "q9"]


def test_profile_items_are_counted_and_have_no_estimate(tmp_path):
    found = scored(tmp_path, [{"sex": "f"}], threshold=0)
    assert "sex" in [variable.name for variable in found.inputs.variables]
    assert not [1 for _, node, _ in estimates(found) if node == "sex"]


def test_mean_100_stretches_the_scale_from_its_ends(tmp_path):
    rows = [{"q1": code} for code in ("1", "2", "5")]
    assert value(scored(tmp_path, rows, threshold=0), "q1", "mean_100") == pytest.approx(125 / 3, rel=1e-11)


def test_a_reversed_item_mirrors_values_and_satisfied(tmp_path):
    rows = [{"q3": "1"}, {"q3": "2"}, {"q3": "4"}, {"q3": "5"}, {"q3": "5"}]
    found = scored(tmp_path, rows, threshold=0)
    assert value(found, "q3") == 40
    assert value(found, "pooled.rules") == 40


def test_points_are_the_share_of_the_maximum_times_the_points_of_the_node(tmp_path):
    rows = [{"q4": "5"}, {"q4": "1"}]
    assert value(scored(tmp_path, rows, threshold=0), "audit", "points") == 20 * (5 + 1) / 10


def test_pooled_answers_divide_satisfied_by_valid_answers_of_all_items_below(tmp_path):
    rows = [{"q1": "5", "q2": "na", "q3": ""}, {"q1": "1", "q2": "4", "q3": "5"}]
    found = scored(tmp_path, rows, threshold=0)
    assert value(found, "pooled") == 100 * 2 / 4
    assert value(found, "pooled.staff") == pytest.approx(200 / 3, rel=1e-11)


def test_a_respondent_mean_is_the_mean_of_each_ones_own_mean(tmp_path):
    rows = [{"q1": "5", "q2": "1"}, {"q1": "5", "q2": ""}, {"q1": "", "q2": ""}]
    found = estimates(scored(tmp_path, rows, threshold=0))[None, "person", "respondent_mean"]
    assert (found["value"], found["n"]) == (75, 2)


def test_an_instrument_in_which_nothing_scores_is_refused(tmp_path):
    text = COUNTER[: COUNTER.index("indices:")].replace(
        "scale: satisfaction,", "role: profile, scale: satisfaction,"
    )
    with pytest.raises(FileRefused, match="There is nothing to estimate: no item has a score"):
        scored(tmp_path, [{}], loading.loads(text, "counter.yaml"))


def test_weights_count(tmp_path):
    rows = [{"q1": "5", "w": "3"}, {"q1": "1", "w": "1"}]
    assert value(scored(tmp_path, rows, threshold=0, weight="w"), "q1") == 75


def test_an_item_under_the_points_of_two_indices_stands_once_and_domains_keep_their_own_records(tmp_path):
    second = """
  - code: audit2
    title: {en: More points, vi: Chấm điểm khác}
    score: points
    points: 50
    aggregate: mean_of_items
    items: [q4]
"""
    instrument = edited(
        (
            "    points: 20\n    aggregate: mean_of_items\n    items: [q4]\n",
            "    points: 20\n    aggregate: mean_of_items\n    items: [q4]" + second,
        )
    )
    rows = [{"q4": "5", "place": "a"}, {"q4": "1", "place": "b"}]
    found = scored(tmp_path, rows, instrument, threshold=0, by="place")
    assert len(found.records) == 3 * len({(record.node, record.measure) for record in found.records})
    assert value(found, "q4", "points", "b") == 4
    assert value(found, "audit", "points", "b") == 4
    assert value(found, "audit2", "points", "b") == 10


def test_an_index_can_count_the_top_answer_alone_beside_the_usual_figure(tmp_path):
    complete = (
        "indices:\n",
        "indices:\n"
        "  - {code: again, title: {en: Again, vi: Lại}, score: top_box, aggregate: mean_of_items, items: [q1]}\n"
        "  - code: complete\n    title: {en: Complete, vi: Hoàn toàn}\n    score: top_box\n"
        "    aggregate: pooled_answers\n    satisfied: [5]\n    items: [q1, q3]\n",
    )
    rows = [{"q1": "5", "q3": "1"}, {"q1": "4", "q3": "1"}, {"q1": "3", "q3": "2"}, {"q1": "na", "q3": "5"}]
    found = scored(tmp_path, rows, edited(complete), threshold=0)
    # q1: one 5 of three. q3 is reversed: two 1, which mirror to 5, of four.
    assert value(found, "complete") == pytest.approx(300 / 7, rel=1e-11)
    assert value(found, "again") == pytest.approx(200 / 3, rel=1e-11)
    assert value(found, "q1") == pytest.approx(200 / 3, rel=1e-11)  # as the first index counts it
    assert value(found, "q3") == 50


def test_an_items_label_names_the_codes_that_its_index_counts(tmp_path):
    instrument = edited(
        (
            "    score: top_box\n    aggregate: pooled_answers\n",
            "    score: top_box\n    aggregate: pooled_answers\n    satisfied: [5]\n",
        )
    )
    found = scored(tmp_path, [{"q1": "5"}], instrument, threshold=0)
    assert (
        satisfied_label(found.instrument, next(one for one in found.measured if one.node == "q1"), "en")
        == "Satisfied, % of valid answers (codes 5)"
    )

"""The four rules by which items become an index, counted by hand on four people."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import Node, Pair, Partition, Plan, SurveyDesign, engines, estimate
from tests.scoring.small import NO, Scored, flat, tree

WEIGHT = [1, 1, 2, 1]
SCORES = [
    [100, 50, 100, 0],  # q1: (100 + 50 + 200 + 0) / 5 = 70
    [50, NO, 100, NO],  # q2: (50 + 200) / 3 = 83.33
    [0, NO, 50, 100],  # q3: (0 + 100 + 100) / 4 = 50
    [NO, NO, 0, NO],  # q4: 0
]
INDEX, F1, F2 = 4, 5, 6  # positions of the figures after the four items
FACTORS = (((0, 1), 3.0), ((2, 3), 1.0))


def figures(*indices, scores=SCORES, weight=WEIGHT):
    return Scored(scores, *indices, weight=weight).estimate()


def test_items_are_ratios_over_their_own_valid_answers():
    np.testing.assert_allclose(figures().value[0], [70, 250 / 3, 50, 0], rtol=1e-14)


def test_pooled_answers_divides_all_scores_by_all_valid_answers():
    found = figures(tree("pooled_answers", *FACTORS))
    # (350 + 250 + 200 + 0) / (5 + 3 + 4 + 2); factors 600 / 8 and 200 / 6.
    np.testing.assert_allclose(found.value[0, INDEX:], [800 / 14, 75, 200 / 6], rtol=1e-14)


def test_mean_of_items_skips_the_levels_between():
    index = Node(
        "i",
        "mean_100",
        "mean_of_items",
        children=(
            Node("i.f1", "mean_100", "mean_of_items", (0, 1, 2)),
            Node("i.f2", "mean_100", "mean_of_items", (3,)),
        ),
    )
    found = figures(index)
    # (70 + 83.33 + 50 + 0) / 4, not the mean of the factors' 67.78 and 0.
    np.testing.assert_allclose(
        found.value[0, INDEX:], [(70 + 250 / 3 + 50) / 4, (70 + 250 / 3 + 50) / 3, 0], rtol=1e-14
    )


def test_mean_of_children_uses_coefficients_of_direct_children():
    found = figures(tree("mean_of_children", *FACTORS))
    f1, f2 = (70 + 250 / 3) / 2, 25
    np.testing.assert_allclose(found.value[0, INDEX:], [(3 * f1 + f2) / 4, f1, f2], rtol=1e-14)


def test_at_a_node_with_items_its_items_are_the_children():
    found = figures(flat("mean_of_children", 0, 1, 2, 3))
    np.testing.assert_allclose(found.value[0, INDEX], (70 + 250 / 3 + 50 + 0) / 4, rtol=1e-14)


def test_mean_of_children_may_stand_over_pooled_factors():
    pooled = tuple(
        Node(f"i.f{k}", "mean_100", "pooled_answers", pairs) for k, pairs in ((1, (0, 1)), (2, (2, 3)))
    )
    found = figures(Node("i", "mean_100", "mean_of_children", children=pooled))
    np.testing.assert_allclose(found.value[0, INDEX], (75 + 200 / 6) / 2, rtol=1e-14)


def test_respondent_mean_needs_half_of_the_items_by_default():
    found = figures(flat("respondent_mean", 0, 1, 2, 3))
    # 50 of three; one of four is too few; 62.5 of four; 50 of two. (50 + 2 x 62.5 + 50) / 4.
    np.testing.assert_allclose(found.value[0, INDEX], 56.25, rtol=1e-14)
    assert found.n[0, INDEX] == 3


def test_respondent_mean_over_children_needs_all_of_them_by_default():
    found = figures(tree("respondent_mean", *FACTORS))
    # f1 of the four: 75, 50, 100, 0. f2: 0, none, 25, 100. Index 3:1: 56.25, none, 81.25, 25.
    np.testing.assert_allclose(found.value[0, INDEX], (56.25 + 2 * 81.25 + 25) / 4, rtol=1e-14)
    np.testing.assert_allclose(found.value[0, F1:], [(75 + 50 + 200 + 0) / 5, (0 + 50 + 100) / 4], rtol=1e-14)
    assert found.n[0, INDEX:].tolist() == [3, 4, 3]


def test_min_children_lets_a_person_count_with_fewer():
    index = tree("respondent_mean", *FACTORS)
    index = Node("i", "mean_100", "respondent_mean", children=index.children, min_children=1)
    found = figures(index)
    # The second person counts by the one factor he has: 50.
    np.testing.assert_allclose(found.value[0, INDEX], (56.25 + 50 + 2 * 81.25 + 25) / 5, rtol=1e-14)
    assert found.n[0, INDEX] == 4


@pytest.mark.parametrize(
    ("share", "items", "needed"),
    # In floats 0.56 x 25 is 14.000000000000002; the rule says 14.
    [(0.55, 20, 11), (0.56, 25, 14), (0.28, 25, 7), (0.5, 3, 2)],
)
def test_min_answered_counts_items_by_the_written_share(share, items, needed):
    scores = np.full((items, 2), 40.0)
    scores[needed:, 0] = scores[needed - 1 :, 1] = NO
    found = figures(flat("respondent_mean", *range(items), min_answered=share), scores=scores, weight=None)
    assert found.n[0, items] == 1


@pytest.mark.parametrize(("share", "counted"), [(0.0, 3), (0.25, 3), (0.5, 2), (0.75, 1), (1.0, 0)])
def test_min_answered_rounds_up_and_asks_for_one_at_least(share, counted):
    # Valid answers of the people: 0, 1, 2, 3 of 4.
    scores = np.array([[NO, 10, 10, 10], [NO, NO, 20, 20], [NO, NO, NO, 30], [NO, NO, NO, NO]])
    found = figures(flat("respondent_mean", 0, 1, 2, 3, min_answered=share), scores=scores, weight=None)
    assert found.n[0, INDEX] == counted


def test_node_n_counts_rows_with_any_valid_answer_below():
    found = figures(tree("pooled_answers", *FACTORS))
    assert found.n[0].tolist() == [4, 2, 3, 1, 4, 4, 3]


def test_item_means_and_respondent_means_part_where_answers_are_missing():
    complete = [[100, 0, 50], [50, 0, 0]]
    gaps = [[100, 0, 50], [50, 0, NO]]
    rules = ("mean_of_items", "respondent_mean")
    equal = [figures(flat(rule, 0, 1), scores=complete, weight=None).value[0, 2] for rule in rules]
    differ = [figures(flat(rule, 0, 1), scores=gaps, weight=None).value[0, 2] for rule in rules]
    np.testing.assert_allclose(equal, 100 / 3, rtol=1e-14)
    # (50 + 25) / 2 against (75 + 0 + 50) / 3.
    np.testing.assert_allclose(differ, [37.5, 125 / 3], rtol=1e-14)


UNANSWERED = [*SCORES[:3], [NO, NO, NO, NO]]


@pytest.mark.parametrize("rule", ["mean_of_items", "mean_of_children"])
def test_the_means_are_undefined_where_an_item_has_no_answer_and_name_it(rule):
    found = figures(tree(rule, *FACTORS), scores=UNANSWERED)
    assert np.isnan(found.value[0, [3, INDEX, F2]]).all()
    assert np.isnan(found.std_error[0, [3, INDEX, F2]]).all()
    assert found.missing_item[0].tolist() == [-1, -1, -1, 3, 3, -1, 3]
    np.testing.assert_allclose(found.value[0, F1], (70 + 250 / 3) / 2, rtol=1e-14)


def test_the_first_of_several_unanswered_items_is_named():
    found = figures(flat("mean_of_items", 0, 1, 2, 3), scores=[SCORES[0], [NO] * 4, SCORES[2], [NO] * 4])
    assert found.missing_item[0, INDEX] == 1


@pytest.mark.parametrize(
    ("rule", "expected"),
    # Of items: q1, q2, q3 remain. Of children: f2 becomes q3 alone.
    [("mean_of_items", (70 + 250 / 3 + 50) / 3), ("mean_of_children", (3 * (70 + 250 / 3) / 2 + 50) / 4)],
)
def test_renormalise_leaves_the_unanswered_item_out(rule, expected):
    found = figures(tree(rule, *FACTORS, renormalise=True), scores=UNANSWERED)
    np.testing.assert_allclose(found.value[0, INDEX], expected, rtol=1e-14)
    assert found.missing_item[0, INDEX] == -1


def test_renormalise_leaves_out_a_whole_factor_with_its_coefficient():
    scores = [*SCORES[:2], [NO] * 4, [NO] * 4]
    found = figures(tree("mean_of_children", *FACTORS, renormalise=True), scores=scores)
    np.testing.assert_allclose(found.value[0, INDEX], (70 + 250 / 3) / 2, rtol=1e-14)
    assert np.isnan(found.value[0, F2])


def test_pooled_goes_on_without_an_unanswered_item():
    found = figures(tree("pooled_answers", *FACTORS), scores=UNANSWERED)
    np.testing.assert_allclose(found.value[0, INDEX], 800 / 12, rtol=1e-14)
    alone = figures(flat("pooled_answers", 0, 1, 2), scores=SCORES[:3])
    np.testing.assert_allclose(found.std_error[0, INDEX], alone.std_error[0, 3], rtol=1e-13)


def test_respondent_mean_goes_on_without_an_unanswered_item():
    found = figures(flat("respondent_mean", 0, 1, 2, 3), scores=UNANSWERED)
    # 50 of three; one; (100 + 100 + 50) / 3 of three; 50 of two.
    np.testing.assert_allclose(found.value[0, INDEX], (50 + 2 * 250 / 3 + 50) / 4, rtol=1e-14)


def test_an_undefined_respondent_mean_names_no_item():
    found = figures(flat("respondent_mean", 0, 1, 2, 3, min_answered=1.0), scores=UNANSWERED)
    assert np.isnan(found.value[0, INDEX])
    assert (found.missing_item[0, INDEX], found.n[0, INDEX]) == (-1, 0)


def test_two_measures_of_one_item_stand_side_by_side():
    values = np.array([0, 50, 100, NO])
    plan = Plan(
        ("q1",),
        (4,),
        (Pair(0, "top_box", np.array([0, 0, 100, NO])), Pair(0, "mean_100", values)),
        (Node("a", "top_box", "pooled_answers", (0,)), Node("b", "mean_100", "mean_of_items", (1,))),
    )
    design = SurveyDesign(5)
    totals = engines.load("arrays")(np.array([[0, 1, 2, 2, 3]]), plan, design, Partition.whole(5))
    found = estimate(totals, plan, design)
    np.testing.assert_allclose(found.value[0], [50, 62.5, 50, 62.5], rtol=1e-14)
    assert found.proportion.tolist() == [True, False, False, False]

"""What a plan refuses: trees and scores that cannot be computed."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import Node, Pair, Plan
from scoring.errors import PlanError, ScoringError

SCORES = np.array([0.0, 100.0, np.nan])
PAIR = Pair(0, "top_box", SCORES)


def plan(*pairs: Pair, indices=()) -> Plan:
    return Plan(("q1", "q2"), (3, 3), pairs, indices)


def test_columns_are_items_then_composites_then_scores():
    person = Node("p", "mean_100", "respondent_mean", (0,))
    made = plan(
        PAIR, Pair(1, "top_box", SCORES), indices=(person, Node("i", "top_box", "pooled_answers", (0, 1)))
    )
    assert (made.n_valid, made.n_scores, made.n_columns) == (3, 3, 6)
    assert made.composites == (0,)
    assert made.valid_of_score.tolist() == [0, 1, 2]


def test_a_top_box_of_nought_and_hundred_is_a_proportion():
    assert PAIR.proportion
    assert not Pair(0, "mean_100", SCORES).proportion
    assert not Pair(0, "top_box", np.array([0.0, 50.0, 100.0])).proportion


def test_points_end_at_the_greatest_score():
    assert Pair(0, "points", np.array([0.0, 12.0, np.nan])).bounds == (0, 12)
    assert Pair(0, "points", np.array([2.0, 12.0, np.nan])).bounds == (0, 12)
    assert Pair(0, "mean_100", np.array([50.0, np.nan])).bounds == (0, 100)


def test_a_node_lies_between_the_outermost_ends_of_its_items():
    points = [Pair(j, "points", np.array([0.0, top, np.nan])) for j, top in enumerate((12.0, 250.0))]
    lowest, highest = plan(*points, indices=(Node("i", "points", "mean_of_items", (0, 1)),)).bounds()
    assert lowest.tolist() == [0, 0, 0]
    assert highest.tolist() == [12, 250, 250]


def test_a_node_has_items_or_children():
    with pytest.raises(PlanError, match=r"Node i\.f must have items or children"):
        Node("i.f", "top_box", "pooled_answers")
    leaf = Node("i.f", "top_box", "pooled_answers", (0,))
    with pytest.raises(PlanError, match="Node i must have items or children"):
        Node("i", "top_box", "pooled_answers", (0,), (leaf,))


def test_all_below_a_respondent_mean_is_one_too():
    leaf = Node("i.f", "mean_100", "pooled_answers", (0,))
    with pytest.raises(PlanError, match="Node i is a respondent_mean"):
        Node("i", "mean_100", "respondent_mean", children=(leaf,))


@pytest.mark.parametrize("coefficient", [0, -1, np.nan, np.inf])
def test_a_coefficient_is_positive(coefficient):
    with pytest.raises(PlanError, match="positive coefficient"):
        Node("i.f", "top_box", "mean_of_children", (0,), coefficient=coefficient)


@pytest.mark.parametrize("share", [-0.1, 1.1, np.nan])
def test_min_answered_is_a_share(share):
    with pytest.raises(PlanError, match="`min_answered` is a share"):
        Node("i", "mean_100", "respondent_mean", (0,), min_answered=share)


@pytest.mark.parametrize("count", [0, 2])
def test_min_children_lies_between_one_and_all(count):
    leaf = Node("i.f", "mean_100", "respondent_mean", (0,))
    with pytest.raises(PlanError, match="has 1 children"):
        Node("i", "mean_100", "respondent_mean", children=(leaf,), min_children=count)


def test_something_must_be_scored():
    with pytest.raises(PlanError, match="nothing to estimate"):
        plan()


def test_scores_fit_the_states_of_their_item():
    with pytest.raises(PlanError, match="Item q2 has 3 states; given: 2 scores"):
        plan(Pair(1, "top_box", SCORES[:2]))


def test_a_score_is_finite():
    with pytest.raises(PlanError, match="infinite score under points"):
        plan(Pair(0, "points", np.array([0.0, np.inf, np.nan])))


def test_the_measures_of_an_item_agree_on_what_is_valid():
    with pytest.raises(PlanError, match="Item q1 must have the same valid answers"):
        plan(PAIR, Pair(0, "mean_100", np.array([0.0, 50.0, 100.0])))


def test_an_item_stands_once_in_an_index():
    twice = Node(
        "i",
        "top_box",
        "pooled_answers",
        children=(
            Node("i.a", "top_box", "pooled_answers", (0, 1)),
            Node("i.b", "top_box", "pooled_answers", (1,)),
        ),
    )
    with pytest.raises(PlanError, match="Index i holds an item more than once: q2"):
        plan(PAIR, Pair(1, "top_box", SCORES), indices=(twice,))


def test_an_item_may_stand_in_two_indices():
    indices = (Node("i", "top_box", "pooled_answers", (0,)), Node("k", "top_box", "mean_of_items", (0,)))
    assert len(plan(PAIR, indices=indices).nodes) == 2


def test_a_plan_error_is_a_scoring_error():
    assert issubclass(PlanError, ScoringError)

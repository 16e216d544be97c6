"""Worked examples and margins that the UK's Civil Service People Survey publishes (DOMAIN.md, section 9)."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scoring import Node, Pair, Partition, Plan, SurveyDesign, engines, estimate
from scoring.distributions import distribution_index
from scoring.errors import ScoringError
from scoring.group_tests import compare_means, compare_shares
from scoring.planning import margin_of_error

SCORES = (100.0, 75.0, 50.0, 25.0, 0.0)
GROUP = (65, 25, 70, 35, 50, 100, 90, 40, 20, 35)


def engagement(people):
    """Estimates of the index over people with five answers each, everyone asked having answered."""
    answers = np.array([[SCORES.index(score) for score in person] for person in people]).T
    items = tuple(f"q{k}" for k in range(1, 6))
    plan = Plan(
        items,
        (5,) * 5,
        tuple(Pair(k, "mean_100", np.array(SCORES)) for k in range(5)),
        (Node("engagement", "respondent_mean", "respondent_mean", pairs=tuple(range(5))),),
    )
    n = answers.shape[1]
    design = SurveyDesign(n, fpc=(np.full(n, n),))
    totals = engines.load("arrays")(answers, plan, design, Partition.whole(n))
    return estimate(totals, plan, design, wave_kind="census")


def person(index):
    """Five answers with this mean."""
    left, answers = 5 * index, []
    for _ in range(5):
        answers.append(max(score for score in SCORES if score <= left))
        left -= answers[-1]
    assert left == 0
    return answers


def test_a_person_s_index_is_the_mean_of_five_answers():
    assert engagement([[100, 75, 75, 50, 25]]).value[0, -1] == pytest.approx(65)


def test_a_group_s_index_is_the_mean_of_its_people():
    assert engagement([person(index) for index in GROUP]).value[0, -1] == pytest.approx(53)


def test_a_published_distribution_gives_its_index():
    assert distribution_index((10, 40, 10, 16, 24), SCORES) == pytest.approx(49)


def test_a_distribution_that_adds_up_to_102_is_refused():
    with pytest.raises(ScoringError, match="add up to 102 instead of 100; one of them is wrong"):
        distribution_index((22, 28, 34, 12, 6), SCORES)


@pytest.mark.parametrize("shares", [(33, 33, 33), (34, 34, 33)])
def test_shares_may_miss_100_by_what_rounding_does(shares):
    total = sum(shares)
    assert distribution_index(shares, (100, 50, 0)) == pytest.approx(
        (100 * shares[0] + 50 * shares[1]) / total
    )


@pytest.mark.parametrize(
    ("shares", "said"),
    [((50, 50), "2 shares for 5 scores"), ((), "0 shares"), ((110, -10, 0, 0, 0), "0 or more; given: -10")],
)
def test_shares_that_cannot_be_are_refused_in_one_sentence(shares, said):
    with pytest.raises(ScoringError, match=said):
        distribution_index(shares, SCORES)


@pytest.mark.parametrize(
    ("n", "population", "p", "margin", "printed"),
    [
        (120, 200, 0.43, 5.6, 6),
        (80, 150, 0.50, 7.5, 8),
        (40, 50, 0.30, 6.4, 6),
        (375, 500, 0.60, 2.5, 2),
        (50, None, 0.50, 13.9, 14),
        (100, None, 0.50, 9.8, 10),
        (500, None, 0.50, 4.4, 4),
        (1000, None, 0.50, 3.1, 3),
        (100, None, 0.05, 4.3, 4),
    ],
)
def test_published_margins(n, population, p, margin, printed):
    found = 100 * margin_of_error(n, p=p, population=population)
    assert round(found, 1) == margin
    assert round(found) == printed


def test_of_the_four_groups_a_and_b_overlap_and_a_and_d_do_not():
    a, b, d = (
        (100 * p, 100 * margin_of_error(n, p=p, population=population))
        for n, population, p in ((120, 200, 0.43), (80, 150, 0.50), (375, 500, 0.60))
    )
    assert a[0] + a[1] > b[0] - b[1]
    assert a[0] + a[1] < d[0] - d[1]


def test_a_share_is_tested_by_z_and_only_from_thirty_people():
    assert compare_shares(60, 29, 40).significant is None
    assert compare_shares(60, 29, 40, least=20).significant is True
    assert compare_shares(60, 100, 40, 29).significant is None
    found = compare_shares(60, 100, 50, 400)
    table = np.array([[60, 40], [200, 200]])
    assert found.difference == 10
    assert found.p == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, rel=1e-9)


def test_a_mean_is_tested_by_t_and_only_from_ten_people():
    draw = np.random.default_rng(3)
    one, other = draw.normal(60, 20, 40), draw.normal(50, 10, 25)
    errors = [part.std(ddof=1) / np.sqrt(len(part)) for part in (one, other)]
    found = compare_means(one.mean(), errors[0], 40, other.mean(), errors[1], 25)
    assert found.p == pytest.approx(stats.ttest_ind(one, other, equal_var=False).pvalue, rel=1e-9)
    found = compare_means(one.mean(), errors[0], 40, 55)
    assert found.p == pytest.approx(stats.ttest_1samp(one, 55).pvalue, rel=1e-9)
    assert compare_means(60, 2, 9, 10).significant is None


def test_where_nobody_differs_nothing_is_tested():
    assert compare_means(60, 0, 20, 50).significant is None
    assert compare_shares(80, 50, 100).significant is None
    assert compare_shares(100, 50, 100, 50).p is None


def test_a_share_outside_0_to_100_is_refused():
    with pytest.raises(ScoringError, match="between 0 and 100; given: 120"):
        compare_shares(120, 50, 50)

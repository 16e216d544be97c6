"""Comparisons keep the covariance: differences and contrasts equal R's, and refuse what can't be compared."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scoring.contrasts import (
    adjusted,
    against_target,
    contrast,
    difference,
    pairs,
    ratio,
)
from scoring.covariance import Joint, figures_of, joint_covariance
from scoring.errors import ScoringError
from tests.scoring.small import NO, Scored
from tests.scoring.staged import EXPECTED, PLAN, all_figures, design, totals_by

NAN = np.nan
THREE = Joint(np.array([60.0, 50.0, 46.0]), np.array([[5.0, 2, 1], [2, 3, 0], [1, 0, 4]]), 20)
# R prints 15 digits; a difference of correlated figures loses some of them.
RTOL = 1e-9


@pytest.mark.parametrize("name", EXPECTED["designs"])
def test_differences_and_contrasts_equal_r(name):
    of = design(name)
    figures, finer = all_figures(of)
    joint = joint_covariance(figures, PLAN, of, finer=finer)
    for case, coefficients in EXPECTED["contrasts"].items():
        c = np.zeros(len(figures))
        for figure, value in coefficients.items():
            c[EXPECTED["names"].index(figure)] = value
        found, expected = contrast(joint, c), EXPECTED["designs"][name]["contrasts"][case]
        np.testing.assert_allclose(found.value[0], expected["value"], rtol=RTOL, err_msg=case)
        np.testing.assert_allclose(found.std_error[0], expected["se"], rtol=RTOL, err_msg=case)
        if len(coefficients) == 2:
            pair = difference(joint, *(EXPECTED["names"].index(figure) for figure in coefficients))
            np.testing.assert_allclose(pair.value, found.value, rtol=1e-12)
            np.testing.assert_allclose(pair.std_error, found.std_error, rtol=1e-12)


def test_a_difference_by_hand():
    # 5 + 3 - 2 x 2 = 4.
    found = difference(THREE, 0, 1)
    assert (found.value[0], found.std_error[0], found.t[0], found.df) == (10, 2, 5, 20)
    np.testing.assert_allclose(found.p[0], 2 * stats.t.sf(5, 20), rtol=1e-12)
    low, high = found.confidence_interval(0.9)
    np.testing.assert_allclose([low[0], high[0]], 10 + 2 * stats.t.ppf([0.05, 0.95], 20), rtol=1e-12)


def test_leaving_the_covariance_out_would_be_wrong_either_way():
    of = design("three_stages")
    joint = joint_covariance(
        [*figures_of(totals_by(of, "sex"), PLAN, [0]), *figures_of(totals_by(of, None), PLAN, [0])], PLAN, of
    )
    apart = np.sqrt(np.add.outer(joint.std_error**2, joint.std_error**2))
    assert difference(joint, 0, 2).std_error[0] < 0.5 * apart[0, 2]
    hand = Joint(np.array([60.0, 50.0]), np.array([[4.0, -2.0], [-2.0, 4.0]]), 9)
    assert difference(hand, 0, 1).std_error[0] > np.sqrt(8)


def test_a_figure_does_not_differ_from_itself():
    found = difference(THREE, 1, 1)
    assert (found.value[0], found.std_error[0]) == (0, 0)
    assert np.isnan([found.t[0], found.p[0], *np.ravel(found.confidence_interval())]).all()


def test_a_difference_is_the_opposite_of_its_opposite():
    one, other = difference(THREE, [0, 1], [1, 2]), difference(THREE, [1, 2], [0, 1])
    np.testing.assert_array_equal(one.value, -other.value)
    np.testing.assert_array_equal(one.p, other.p)


def test_against_a_target_only_the_figure_varies():
    found = against_target(THREE, [50, 50, 50])
    assert found.value.tolist() == [10, 0, -4]
    np.testing.assert_allclose(found.std_error, np.sqrt([5, 3, 4]), rtol=1e-15)
    assert found.p[1] == 1


def test_a_ratio_by_hand():
    # 60/50; c = 1/50, -60/2500: 5/2500 + 3 x 3600/6250000 - 2 x 2 x 60/125000.
    found = ratio(THREE, 0, 1, target=1)
    np.testing.assert_allclose(found.value[0], 0.2, rtol=1e-12)
    np.testing.assert_allclose(found.std_error[0] ** 2, 0.002 + 0.001728 - 0.00192, rtol=1e-12)
    assert ratio(THREE, 1, 1).std_error[0] == 0
    assert np.isnan(ratio(Joint(np.array([1.0, 0.0]), np.eye(2), 9), 0, 1).value[0])


def test_an_undefined_figure_matters_only_where_it_is_used():
    joint = Joint(np.array([60.0, NAN, 46.0]), np.array([[5.0, NAN, 1], [NAN] * 3, [1, NAN, 4]]), 20)
    found = contrast(joint, [[1, 0, -1], [1, -1, 0]])
    assert np.isnan(found.value).tolist() == np.isnan(found.std_error).tolist() == [False, True]
    assert np.isnan(difference(joint, 0, 1).p[0])


def test_without_a_degree_of_freedom_there_is_no_test():
    found = difference(Joint(THREE.value, THREE.covariance, 0), 0, 1)
    assert np.isnan(found.p[0])
    assert np.isnan(found.confidence_interval()[0][0])


def test_all_pairs_of_domains_up_to_200_then_each_against_the_whole():
    a, b = pairs(range(200))
    assert len(a) == len(b) == 19_900
    assert (a < b).all()
    a, b = pairs(range(1, 202), whole=0)
    assert a.tolist() == list(range(1, 202))
    assert set(b) == {0}
    with pytest.raises(ScoringError, match="201 domains are too many"):
        pairs(range(201))
    assert [side.tolist() for side in pairs([3])] == [[], []]


def test_holm_by_hand():
    # Sorted .01 .02 .03 .04: times 4, 3, 2, 1, never less than the one before.
    np.testing.assert_allclose(adjusted([0.04, 0.01, 0.03, 0.02]), [0.06, 0.04, 0.06, 0.06], rtol=1e-12)


def test_benjamini_hochberg_by_hand():
    # Sorted times 4/1, 4/2, 4/3, 4/4, never more than the one after.
    found = adjusted([0.04, 0.01, 0.03, 0.5], "benjamini_hochberg")
    np.testing.assert_allclose(found, [0.16 / 3, 0.04, 0.16 / 3, 0.5], rtol=1e-12)


def test_what_could_not_be_compared_is_no_part_of_the_family():
    np.testing.assert_allclose(adjusted([0.01, NAN, 0.04]), [0.02, NAN, 0.04], rtol=1e-12)
    assert np.isnan(adjusted([NAN, NAN])).all()
    assert adjusted([]).shape == (0,)


def test_no_difference_between_copies_of_one_domain():
    # Every person twice, once as x and once as y: equal figures, and a difference that can't vary.
    hand = Scored([[100, 0, 50, NO, 100, 0] * 2], clusters=(list("112233") * 2,))
    totals = hand.totals([*"xxxxxx", *"yyyyyy"])
    joint = joint_covariance(figures_of(totals, hand.plan, [0]), hand.plan, hand.design)
    found = difference(joint, 0, 1)
    assert (found.value[0], found.std_error[0]) == (0, 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: contrast(THREE, [1, -1]), "one number per figure, 3; given: shape \\(2,\\)"),
        (lambda: contrast(THREE, [1, NAN, 0]), "finite"),
        (lambda: contrast(THREE, [1, -1, 0], target=np.inf), "finite"),
        (lambda: against_target(THREE, [1, 2]), "one per contrast, 3"),
        (lambda: difference(THREE, 0, 3), "`b` must be positions 0 to 2; given: 3"),
        (lambda: ratio(THREE, 0, 3), "`b` must be positions 0 to 2; given: 3"),
        (lambda: ratio(THREE, 0, 1, target=NAN), "finite"),
        (lambda: difference(THREE, [0, 1], [2]), "one length; given: 2 and 1"),
        (lambda: difference(THREE, 0.5, 1), "`a` must be positions"),
        (lambda: adjusted([0.1], "bonferroni"), "holm or benjamini_hochberg; given: bonferroni"),
        (lambda: adjusted([0.1, 1.2, -1]), "between 0 and 1; given: 1.2, -1"),
        (lambda: difference(THREE, 0, 1).confidence_interval(95), "`level` must lie between 0 and 1"),
    ],
)
def test_what_can_not_be_compared_is_refused(call, message):
    with pytest.raises(ScoringError, match=message):
        call()

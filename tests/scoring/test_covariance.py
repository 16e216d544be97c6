"""Joint covariance of figures: every entry equals R's, whichever rows, units and strata the domains share."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import Partition, engines, estimate
from scoring.covariance import Figure, figures_of, joint_covariance
from scoring.errors import LonelyPSUError, OverlapError, ScoringError
from tests.scoring.small import NO, Scored, covariance, ratio_influence
from tests.scoring.staged import EXPECTED, PLAN, all_figures, answers, design, rows, totals_by

# R prints 15 digits and works in doubles; what remains is the order of summation. Where a covariance is the small
# difference of large terms, the terms set the scale.
RTOL = 1e-9
DESIGNS = ("three_stages", "two_stages", "one_stage", "replaced", "rows", "rows_fpc")


def close(found, expected):
    scale = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    np.testing.assert_allclose(found / scale, expected / scale, rtol=RTOL, atol=1e-11)


@pytest.mark.parametrize("name", DESIGNS)
def test_all_figures_of_all_domains_covary_as_in_r(name):
    of = design(name)
    figures, finer = all_figures(of)
    expected = EXPECTED["designs"][name]
    joint = joint_covariance(figures, PLAN, of, finer=finer)
    np.testing.assert_allclose(joint.value, expected["value"], rtol=RTOL)
    close(joint.covariance, np.array(expected["covariance"]))
    assert joint.df == expected["df"]


@pytest.mark.parametrize("name", DESIGNS)
def test_the_diagonal_is_the_variance(name):
    of = design(name)
    totals = totals_by(of, "sex")
    joint = joint_covariance(figures_of(totals, PLAN, [0, 1, 2]), PLAN, of)
    found = estimate(totals, PLAN, of)
    np.testing.assert_allclose(joint.std_error, found.std_error.ravel(), rtol=1e-12)
    np.testing.assert_array_equal(joint.value, found.value.ravel())


@pytest.mark.parametrize("name", DESIGNS)
def test_part_and_whole_need_no_crossing(name):
    # Provinces are made of communes, and men and women make up everyone: either way the rows they share are known.
    of = design(name)
    for by in ("province", "kind", "sex"):
        figures = [
            *figures_of(totals_by(of, by), PLAN, [0, 2]),
            *figures_of(totals_by(of, None), PLAN, [0, 2]),
        ]
        chosen = [
            EXPECTED["names"].index(f"{d}:{e}")
            for d in (*figures[0].totals.partition.domains, "whole")
            for e in ("q1", "pooled")
        ]
        joint = joint_covariance(figures, PLAN, of)
        close(joint.covariance, np.array(EXPECTED["designs"][name]["covariance"])[np.ix_(chosen, chosen)])


def test_the_order_of_figures_is_the_order_of_the_matrix():
    of = design("three_stages")
    figures, finer = all_figures(of)
    order = np.random.default_rng(3).permutation(len(figures))
    mixed = joint_covariance([figures[k] for k in order], PLAN, of, finer=finer)
    plain = joint_covariance(figures, PLAN, of, finer=finer)
    np.testing.assert_allclose(mixed.covariance, plain.covariance[np.ix_(order, order)], rtol=1e-12)


@pytest.mark.parametrize("scale", [1e-6, 1e8])
def test_the_scale_of_weights_changes_nothing(scale):
    one, other = design("three_stages"), design("three_stages", scale=scale)
    joints = []
    for of in (one, other):
        figures, finer = all_figures(of)
        joints.append(joint_covariance(figures, PLAN, of, finer=finer).covariance)
    np.testing.assert_allclose(joints[0], joints[1], rtol=1e-9, atol=1e-9)


def test_by_loops_over_rows():
    scores = [[100, 0, 50, NO, 0, 100, 25, 75, 0, 100], [0, 0, 100, 100, NO, 50, 50, 0, 100, 0]]
    stratum, psu = list("aaaaabbbbb"), list("1122311233")
    weight, by = np.arange(1, 11.0), list("xyxyxyxyxy")
    hand = Scored(scores, weight=weight, stratum=stratum, clusters=(psu,))
    joint = joint_covariance(figures_of(hand.totals(by), hand.plan, [0, 1]), hand.plan, hand.design)
    influence = np.hstack([ratio_influence(scores, weight, [label == d for label in by]) for d in ("x", "y")])
    np.testing.assert_allclose(joint.covariance, covariance(influence, stratum, psu), rtol=1e-12, atol=1e-9)


def test_two_domains_that_share_some_rows_need_their_crossing():
    of = design("rows")
    sex, kind = totals_by(of, "sex"), totals_by(of, "kind")
    figures = [*figures_of(sex, PLAN, [0], [0]), *figures_of(kind, PLAN, [0], [0])]
    with pytest.raises(OverlapError, match=r"sex 'f' and kind 'r' share \d+ rows .* as `finer`"):
        joint_covariance(figures, PLAN, of)
    joint = joint_covariance(figures, PLAN, of, finer=[totals_by(of, "atom")])
    assert joint.covariance[0, 1] > 0


def test_with_one_stage_of_clusters_any_overlap_will_do():
    of = design("one_stage")
    figures = [
        *figures_of(totals_by(of, "sex"), PLAN, [0], [0]),
        *figures_of(totals_by(of, "kind"), PLAN, [0], [0]),
    ]
    assert joint_covariance(figures, PLAN, of).covariance[0, 1] > 0


def test_a_part_that_shares_villages_with_the_rest_of_the_whole_needs_the_rest():
    # Women alone, against everyone: in each village the others' answers go with theirs.
    of = design("two_stages")
    women = engines.load("arrays")(
        answers(), PLAN, of, Partition.of("sex", np.where(rows()["sex"] == "f", "f", ""))
    )
    figures = [*figures_of(women, PLAN, [0]), *figures_of(totals_by(of, None), PLAN, [0])]
    with pytest.raises(OverlapError, match="and the whole share"):
        joint_covariance(figures, PLAN, of)
    found = joint_covariance(figures, PLAN, of, finer=[totals_by(of, "sex")])
    chosen = [EXPECTED["names"].index("f:q1"), EXPECTED["names"].index("whole:q1")]
    close(found.covariance, np.array(EXPECTED["designs"]["two_stages"]["covariance"])[np.ix_(chosen, chosen)])


def test_an_undefined_figure_or_a_domain_without_freedom_has_no_covariance():
    hand = Scored([[100, 0, 50, NO, 100, 0]], clusters=(list("112233"),))
    by = list("xxxyzz")  # y has no answer; z is one PSU
    joint = joint_covariance(figures_of(hand.totals(by), hand.plan, [0]), hand.plan, hand.design)
    assert np.isnan(joint.value).tolist() == [False, True, False]
    assert np.isnan(joint.covariance).tolist() == [[False, True, True], [True] * 3, [True] * 3]
    assert joint.df == 2


@pytest.mark.parametrize("rule", ["certainty", "remove", "adjust", "average"])
def test_a_lonely_stratum_goes_by_the_rule_that_the_variance_goes_by(rule):
    hand = Scored(
        [[100, 100, 0, 0, 100, 50, 50, 0, 90, 100]],
        stratum=list("AAAABBBBCC"),
        clusters=(list("1122112211"),),
        lonely_psu=rule,
    )
    totals = hand.totals(list("xyxyxyxyxy"))
    joint = joint_covariance(figures_of(totals, hand.plan, [0]), hand.plan, hand.design)
    expected = estimate(totals, hand.plan, hand.design).std_error[:, 0]
    np.testing.assert_allclose(joint.std_error, expected, rtol=1e-12)
    assert np.linalg.eigvalsh(joint.covariance).min() > -1e-9


def test_only_the_domains_asked_for_need_a_rule():
    hand = Scored([[100, 0, 50, 0, 100]], stratum=list("aaaab"), clusters=(list("11221"),))
    totals = hand.totals(list("xxxxy"))
    both = figures_of(hand.totals(), hand.plan, [0])
    assert (
        joint_covariance(figures_of(totals, hand.plan, [0], [0]), hand.plan, hand.design).covariance[0, 0] > 0
    )
    with pytest.raises(LonelyPSUError):
        joint_covariance(both, hand.plan, hand.design)


def test_bad_input_is_refused():
    hand, other = Scored([[100, 0, 50]]), Scored([[100, 0]])
    with pytest.raises(ScoringError, match="no figure"):
        joint_covariance([], hand.plan, hand.design)
    with pytest.raises(ScoringError, match="design's 3 rows; one is of 2"):
        joint_covariance(figures_of(other.totals(), other.plan, [0]), hand.plan, hand.design)
    clustered = Scored([[100, 0, 50]], clusters=([1, 2, 3],))
    with pytest.raises(ScoringError, match="lack the products"):
        joint_covariance(figures_of(clustered.totals(), hand.plan, [0]), hand.plan, hand.design)


def test_a_figure_knows_its_value():
    hand = Scored([[100, 0, 50]])
    (figure,) = figures_of(hand.totals(), hand.plan, [0])
    assert isinstance(figure, Figure)
    assert figure.value == 50

"""A stratum with one sampled PSU out of more: refused, or treated by the rule that the caller names."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import Partition
from scoring.covariance import figures_of, joint_covariance
from scoring.errors import LonelyPSUError
from scoring.ratios import population_mean
from tests.scoring.small import Scored, flat

# Strata A and B of two PSUs, C of one.
STRATUM = list("AAAABBBBCC")
PSU = list("1122112211")
SCORES = [[100, 100, 0, 0, 100, 50, 50, 0, 0, 100]]


def scored(rule="fail", count=None, scores=SCORES):
    fpc = ([count] * 10,) if count else ()
    return Scored(scores, stratum=STRATUM, clusters=(PSU,), fpc=fpc, lonely_psu=rule)


def variance(rule, **options):
    return scored(rule, **options).estimate().std_error[0, 0] ** 2


# p = 50 and 10 people, so z per PSU: A (200 - 100)/10 = 10, -10; B 5, -5; C 0.
PAIRS = 2 * (100 + 100) + 2 * (25 + 25)  # 2/1 x sum of squares around 0
# With both of C's people at 100, p = 60 and z: A 8, -12; B 3, -7; C 8.
HIGH = [[*SCORES[0][:8], 100, 100]]
HIGH_PAIRS = 2 * (10**2 + 10**2) + 2 * (5**2 + 5**2)  # around means -2 and -2


def test_it_fails_by_default_and_names_the_stratum():
    with pytest.raises(LonelyPSUError, match="1 stratum has only one PSU \\(C\\)") as caught:
        scored().estimate()
    assert caught.value.strata == ("C",)
    assert "adjust, average, certainty or remove" in str(caught.value)


def test_several_are_named_and_at_most_five_written_out():
    lonely = Scored([[0] * 9], stratum=list("aabcdefgh"), clusters=(list("121111111"),))
    with pytest.raises(
        LonelyPSUError, match=r"7 strata have only one PSU \(b, c, d, e, f and 2 more\)"
    ) as caught:
        lonely.estimate()
    assert caught.value.strata == tuple("bcdefgh")


def test_rows_that_are_their_own_psus_can_be_lonely():
    with pytest.raises(LonelyPSUError, match="\\(b\\)"):
        Scored([[0, 100, 0]], stratum=list("aab")).estimate()


def test_a_domain_outside_the_lonely_stratum_needs_no_rule():
    found = scored().estimate([*"xxxxxxxx", "", ""])
    assert found.std_error[0, 0] > 0


def test_a_domain_inside_the_lonely_stratum_is_not_estimable():
    found = scored().estimate([*[""] * 8, "x", "x"])
    assert (found.value[0, 0], found.df[0]) == (50, 0)
    assert np.isnan(found.std_error[0, 0])


def test_a_design_of_lonely_strata_alone_is_not_estimable():
    found = Scored([[0, 100]], stratum=list("ab")).estimate()
    assert (found.value[0, 0], found.df[0]) == (50, 0)
    assert np.isnan(found.std_error[0, 0])


def test_the_one_psu_of_a_population_of_one_is_not_lonely():
    # One sampled of one: nothing is left to chance there.
    found = Scored([[100, 0, 100]], stratum=list("aab"), fpc=([5, 5, 1],)).estimate()
    assert found.std_error[0, 0] > 0


@pytest.mark.parametrize("rule", ["certainty", "remove"])
def test_certainty_and_remove_add_nothing(rule):
    np.testing.assert_allclose(variance(rule), PAIRS, rtol=1e-13)
    np.testing.assert_allclose(variance(rule, scores=HIGH), HIGH_PAIRS, rtol=1e-13)


def test_adjust_adds_the_square_of_the_lonely_psu():
    np.testing.assert_allclose(variance("adjust", scores=HIGH), HIGH_PAIRS + 8**2, rtol=1e-13)


def test_adjust_keeps_the_population_count():
    # f = 2/4 in A and B, 1/4 in C.
    expected = 0.5 * HIGH_PAIRS + 0.75 * 8**2
    np.testing.assert_allclose(variance("adjust", scores=HIGH, count=4), expected, rtol=1e-13)


def test_average_adds_the_mean_of_the_other_strata():
    np.testing.assert_allclose(variance("average", scores=HIGH), HIGH_PAIRS * 3 / 2, rtol=1e-13)


def test_average_has_nothing_to_go_by_where_every_stratum_is_lonely():
    found = Scored([[0, 100]], stratum=list("ab"), lonely_psu="average").estimate()
    assert np.isnan(found.std_error[0, 0])


def test_a_lonely_psu_adds_no_degree_of_freedom():
    assert scored("certainty").estimate().df[0] == 5 - 3


# A domain in both PSUs of A, in one of B's two and in one of C's three. R's `survey.adjust.domain.lonely` treats C
# there.
WIDE = {
    "scores": [
        [100, 100, 0, 0, 100, 50, 50, 0, 100, 100, 0, 50],
        [0, 50, 0, 100, 50, 50, 0, 0, 100, 0, 0, 50],
    ],
    "stratum": list("AAAABBBBCCCC"),
    "psu": list("112211221123"),
    "by": list("xxxxxxyyxxyy"),
}


def wide(rule, *, in_domain=True, clustered=True, fpc=None, domain="xxxxxxyyxxyy", index=False):
    options = {"clusters": (WIDE["psu"],)} if clustered else {}
    if fpc:
        options["fpc"] = ([fpc] * 12,)
    tree = (flat("pooled_answers", 0, 1),) if index else ()
    made = Scored(
        WIDE["scores"], *tree, stratum=WIDE["stratum"], lonely_psu=rule, lonely_in_domain=in_domain, **options
    )
    return made, list(domain)


def by_hand(rule, *, fpc=None) -> float:
    """Variance of the first item in domain x, from its PSU totals of w d (s - p v) / sum(w d v)."""
    inside = np.array([label == "x" for label in WIDE["by"]])
    scores = np.array(WIDE["scores"][0], dtype=float)
    z = np.where(inside, scores - scores[inside].mean(), 0.0) / inside.sum()
    total = {"A": [z[:2].sum(), z[2:4].sum()], "B": [z[4:6].sum(), z[6:8].sum()], "C": [z[8:10].sum(), 0, 0]}
    out = 0.0
    for h, t in total.items():
        t, f = np.array(t), len(total[h]) / fpc if fpc else 0.0
        # x stands in one PSU of B and in one of C.
        if h in "BC" and rule == "average":
            continue
        centre = 0.0 if h in "BC" and rule == "adjust" else t.mean()
        out += (1 - f) * len(t) / (len(t) - 1) * ((t - centre) ** 2).sum()
    return out * 3 if rule == "average" else out


@pytest.mark.parametrize("fpc", [None, 5])
@pytest.mark.parametrize("rule", ["adjust", "average", "certainty", "remove", "fail"])
def test_a_stratum_of_which_a_domain_holds_one_psu_counted_by_hand(rule, fpc):
    made, by = wide(rule, fpc=fpc)
    np.testing.assert_allclose(made.estimate(by).std_error[0, 0] ** 2, by_hand(rule, fpc=fpc), rtol=1e-12)
    plain, by = wide(rule, fpc=fpc, in_domain=False)
    np.testing.assert_allclose(plain.estimate(by).std_error[0, 0] ** 2, by_hand("none", fpc=fpc), rtol=1e-12)


@pytest.mark.parametrize("clustered", [True, False])
@pytest.mark.parametrize("rule", ["adjust", "average"])
def test_covariance_rows_and_totals_tell_the_same_of_a_stratum_lonely_in_a_domain(rule, clustered):
    # Without clusters z is alone in B and C, y in C.
    made, by = wide(rule, clustered=clustered, domain="xxxxyyyzxyyz", index=True)
    found = made.estimate(by)
    totals, whole = made.totals(by), made.totals()
    figures = [*figures_of(totals, made.plan, [0, 1, 2]), *figures_of(whole, made.plan, [0, 1, 2])]
    joint = joint_covariance(figures, made.plan, made.design)
    known = ~np.isnan(joint.std_error)
    assert known.sum() >= 6
    expected = np.concatenate([found.std_error.ravel(), made.estimate().std_error.ravel()])
    np.testing.assert_allclose(joint.std_error[known], expected[known], rtol=1e-9)
    # A covariance, so no contrast has a negative variance.
    values = np.linalg.eigvalsh(joint.covariance[np.ix_(known, known)])
    assert values.min() > -1e-9 * values.max()
    domains = Partition.of("by", by)
    rows = population_mean(np.array(WIDE["scores"], dtype=float).T, made.design, domains=domains)
    ours = joint.covariance[:9, :9].reshape(3, 3, 3, 3)[:, :2, :, :2]
    np.testing.assert_allclose(rows.covariance, ours, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("clustered", [True, False])
@pytest.mark.parametrize("rule", ["adjust", "average"])
def test_a_difference_is_linear_where_a_stratum_is_lonely_in_a_domain(rule, clustered):
    # An index of two items with coefficients is the same linear combination of its items' covariance.
    made, by = wide(rule, clustered=clustered, domain="xxxxyyyzxyyz")
    mean = Scored(
        WIDE["scores"],
        flat("mean_of_items", 0, 1),
        stratum=WIDE["stratum"],
        lonely_psu=rule,
        lonely_in_domain=True,
        **({"clusters": (WIDE["psu"],)} if clustered else {}),
    )
    joint = joint_covariance(figures_of(made.totals(by), made.plan, [0, 1], [0]), made.plan, made.design)
    half = np.array([0.5, 0.5])
    np.testing.assert_allclose(
        half @ joint.covariance @ half, mean.estimate(by).std_error[0, 2] ** 2, rtol=1e-12
    )


def test_a_stratum_lonely_in_a_domain_is_nobody_elses_business():
    for rule in ("adjust", "average"):
        on, by = wide(rule)
        off, _ = wide(rule, in_domain=False)
        np.testing.assert_array_equal(on.estimate().std_error, off.estimate().std_error)
        assert (on.estimate(by).std_error[0] != off.estimate(by).std_error[0]).all()
        np.testing.assert_array_equal(on.estimate(by).df, off.estimate(by).df)

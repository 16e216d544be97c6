"""A stratum with one sampled PSU out of more: refused, or treated by the rule that the caller names."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.errors import LonelyPSUError
from tests.scoring.small import Scored

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

"""The corrected chi-square test of independence: by hand, identities, against R, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from scoring import SurveyDesign
from scoring.association import association_test
from scoring.errors import LonelyPSUError, ScoringError

# Sums of a few hundred doubles.
RTOL = 1e-12
# The table 6, 2 / 2, 6.
ROW = ["m"] * 8 + ["w"] * 8
COLUMN = ["yes"] * 6 + ["no"] * 2 + ["yes"] * 2 + ["no"] * 6


def drawn(n: int = 120, seed: int = 4) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    row = rng.choice(["a", "b", "c"], n, p=[0.5, 0.3, 0.2])
    return row, np.where(rng.random(n) < 0.3, row, rng.choice(["a", "b", "c"], n))


def clustered(lonely_psu: str = "fail") -> SurveyDesign:
    """Two strata of ten PSUs with six rows each, of unequal weights."""
    psu = np.arange(120) // 6
    return SurveyDesign(
        120,
        weight=1.0 + np.arange(120) % 7,
        stratum=psu // 10,
        clusters=(psu,),
        fpc=(np.where(psu < 10, 25.0, 40.0),),
        lonely_psu=lonely_psu,
    )


def test_a_table_of_two_by_two_by_hand():
    found = association_test(ROW, COLUMN, SurveyDesign(16))
    # Expected 4 in each cell, off by 2: 4 (4 / 4) = 4. Every design effect is n / (n - 1): F = 4 * 15 / 16.
    assert found.pearson == pytest.approx(4.0, rel=RTOL)
    assert found.f == pytest.approx(3.75, rel=RTOL)
    assert (found.df_numerator, found.df_denominator) == pytest.approx((1, 15), rel=RTOL)
    # F on 1 and 15 is the square of t on 15.
    assert found.p == pytest.approx(2 * stats.t.sf(np.sqrt(3.75), 15), rel=RTOL)
    assert (found.rows, found.columns, found.n) == (("m", "w"), ("no", "yes"), 16)
    np.testing.assert_allclose(found.proportion, [[2 / 16, 6 / 16], [6 / 16, 2 / 16]], rtol=RTOL)


def test_in_a_simple_random_sample_it_is_pearsons_test():
    row, column = drawn()
    found = association_test(row, column, SurveyDesign(120))
    table = np.array([[np.sum((row == r) & (column == c)) for c in "abc"] for r in "abc"])
    pearson = stats.chi2_contingency(table, correction=False)
    np.testing.assert_allclose(found.pearson, pearson.statistic, rtol=RTOL)
    # V is n / (n - 1) times the multinomial covariance, so that all design effects are that, and nothing is lost.
    np.testing.assert_allclose(found.mean_deff, 120 / 119, rtol=RTOL)
    np.testing.assert_allclose([found.df_numerator, found.df_denominator], [4, 4 * 119], rtol=RTOL)
    np.testing.assert_allclose(found.f * found.df_numerator, pearson.statistic * 119 / 120, rtol=RTOL)


def test_persons_asked_twice_count_once():
    """Everybody twice, in a PSU of two: the uncorrected statistic doubles, the test does not change."""
    row, column = drawn()
    once = association_test(row, column, SurveyDesign(120))
    twice = association_test(
        np.repeat(row, 2), np.repeat(column, 2), SurveyDesign(240, clusters=(np.repeat(np.arange(120), 2),))
    )
    np.testing.assert_allclose(twice.pearson, 2 * once.pearson, rtol=RTOL)
    np.testing.assert_allclose(twice.mean_deff, 2 * once.mean_deff, rtol=RTOL)
    np.testing.assert_allclose(
        [twice.f, twice.df_numerator, twice.df_denominator, twice.p],
        [once.f, once.df_numerator, once.df_denominator, once.p],
        rtol=1e-10,  # p is an upper tail, some 20 times as steep as F
    )


def test_a_census_of_everyone_has_nothing_to_test():
    found = association_test(ROW, COLUMN, SurveyDesign(16, fpc=(np.full(16, 16.0),)))
    assert found.pearson == pytest.approx(4.0, rel=RTOL)
    assert np.isnan([found.f, found.p, found.df_numerator]).all()


def test_nothing_depends_on_scale_order_names_or_which_variable_comes_first():
    row, column = drawn()
    design = clustered()
    numbers = lambda found: (found.pearson, found.f, found.df_numerator, found.df_denominator, found.p)  # noqa: E731
    expected = numbers(association_test(row, column, design))
    np.testing.assert_allclose(numbers(association_test(column, row, design)), expected, rtol=1e-10)
    renamed = np.array([{"a": "z", "b": "y", "c": "x"}[label] for label in row])
    np.testing.assert_allclose(numbers(association_test(renamed, column, design)), expected, rtol=1e-10)
    scaled = SurveyDesign(
        120, weight=design.w * 37, stratum=design.stratum, clusters=design.clusters, fpc=design.fpc
    )
    np.testing.assert_allclose(numbers(association_test(row, column, scaled)), expected, rtol=1e-10)


def test_rows_that_miss_a_variable_and_empty_cells_are_treated_as_in_r():
    """R survey 4.1-1: svychisq(~row + column, svydesign(~psu, strata=~h, weights=~w, fpc=~N), statistic="F")."""
    row = [*"xxy", None, *"yxzzxyz", "", "y"]
    column = ["p", "q", "p", "q", "r", "p", "q", np.nan, "r", "q", "r", "p", "p"]
    design = SurveyDesign(
        13,
        weight=[2, 1, 3, 1, 2, 2, 1, 1, 4, 2, 1, 2, 1.5],
        stratum=[1] * 6 + [2] * 7,
        clusters=([1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 7, 6],),
        fpc=([9] * 6 + [12] * 7,),
    )
    found = association_test(row, column, design)
    assert (found.n, found.proportion[2, 0]) == (10, 0)
    np.testing.assert_allclose(
        [found.f, found.df_numerator, found.df_denominator, found.p],
        [0.50100090479406, 2.52239181901614, 12.61195909508069, 0.65845866640530],
        rtol=1e-12,  # R's last digit
    )


def test_the_level_of_the_test_holds_in_clusters_where_pearsons_does_not():
    """Persons of a PSU answer alike, and independently of the other variable, which is one per PSU."""
    rng = np.random.default_rng(11)
    psu = np.repeat(np.arange(40), 10)
    design = SurveyDesign(400, clusters=(psu,))
    corrected = naive = 0
    for _ in range(200):
        kind = rng.integers(0, 2, 40)[psu]
        share = rng.beta(1.5, 1.5, 40)[psu]
        found = association_test(kind, (rng.random(400) < share).astype(int), design)
        corrected += found.p < 0.05
        naive += stats.chi2.sf(found.pearson, 1) < 0.05
    # Binomial(200, 0.05) is below 22 with probability 0.9995; the uncorrected test has a design effect near 3.
    assert corrected <= 21
    assert naive > 40


def test_a_wrong_number_of_rows_is_refused():
    with pytest.raises(ScoringError, match=r"`column` must have one category per row of the design, 16"):
        association_test(ROW, COLUMN[:-1], SurveyDesign(16))


def test_one_category_is_refused():
    with pytest.raises(ScoringError, match=r"`row` must have at least two categories .* found: m"):
        association_test(["m"] * 8 + [""] * 8, COLUMN, SurveyDesign(16))


def test_a_variable_that_nobody_has_is_refused():
    with pytest.raises(ScoringError, match="found: none"):
        association_test([None] * 16, COLUMN, SurveyDesign(16))


def test_too_many_empty_cells_are_refused():
    """Nobody of a or b says y or z: whether these four go together rests on empty cells alone."""
    row, column = ["a", "b", "c", "c", "a", "b"], ["x", "x", "y", "z", "x", "x"]
    with pytest.raises(ScoringError, match="5 of 9 cells of the table are empty"):
        association_test(row, column, SurveyDesign(6))


def test_a_lonely_psu_needs_a_rule():
    design = {"stratum": [1] * 15 + [2]}
    with pytest.raises(LonelyPSUError):
        association_test(ROW, COLUMN, SurveyDesign(16, **design))
    assert 0 < association_test(ROW, COLUMN, SurveyDesign(16, **design, lonely_psu="adjust")).p < 1


def test_without_a_degree_of_freedom_there_is_no_p():
    found = association_test(ROW, COLUMN, SurveyDesign(16, clusters=([1] * 16,), lonely_psu="adjust"))
    assert found.pearson == pytest.approx(4.0, rel=RTOL)
    assert np.isnan([found.f, found.p]).all()

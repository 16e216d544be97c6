"""Reliability: by hand, against R, and by identities; what is refused is refused by name."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest
from scipy import stats

from scoring import SurveyDesign
from scoring.errors import LonelyPSUError, LonelyUnitError, ScoringError
from scoring.influence import degrees_of_freedom, linearised_variance
from scoring.moments import MeasurementError, bootstrapped, weighted_moments
from scoring.omega import omega
from scoring.reliability import cronbach_alpha, item_nonresponse, item_rest_correlations, spearman_brown
from scoring.replicate_designs import rescaled_bootstrap
from tests.scoring.conftest import REFERENCE

# R prints 15 digits; what remains is the order of summation.
RTOL = 1e-9
# Both minimise until their gradients stop at about 1e-7.
FACTOR_RTOL = 1e-6
R = json.loads((REFERENCE / "reliability.json").read_text(encoding="utf-8"))
ITEMS = ("q1", "q2", "q3", "q4", "q5")


def read() -> dict[str, np.ndarray]:
    with (REFERENCE / "reliability.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: np.array([row[name] for row in rows]) for name in rows[0]}


def numbers(column) -> np.ndarray:
    return np.array([float(text) if text else np.nan for text in column])


def reference(*, counts=(), scale=1.0, order=None):
    """(scores of the five items, overall item, design)."""
    data = read()
    if order is not None:
        data = {name: column[order] for name, column in data.items()}
    design = SurveyDesign(
        len(data["psu"]),
        weight=numbers(data["weight"]) * scale,
        stratum=data["stratum"],
        clusters=(data["psu"],),
        fpc=tuple(numbers(data[name]) for name in counts),
    )
    return np.stack([numbers(data[q]) for q in ITEMS]), numbers(data["overall"]), design


# Four people, three items, as a teacher would write it on the board.
BOARD = np.array([[0.0, 25, 50, 100], [0, 50, 50, 100], [25, 25, 75, 100]])


def test_alpha_counted_by_hand():
    # Squares about the means: 5468.75, 5000, 4218.75; of the sums 25, 100, 175, 300 about 150: 41250.
    found = cronbach_alpha(BOARD, SurveyDesign(4))
    assert found.value == pytest.approx(3 / 2 * (1 - 14687.5 / 41250), rel=1e-14)


def test_a_weight_of_two_is_two_people():
    twice = np.concatenate([BOARD, BOARD[:, 1:2]], axis=1)
    expected = cronbach_alpha(twice, SurveyDesign(5)).value
    assert cronbach_alpha(BOARD, SurveyDesign(4, weight=[1, 2, 1, 1])).value == pytest.approx(
        expected, rel=1e-13
    )


@pytest.mark.parametrize(
    ("counts", "case"), [((), "alpha"), (("count",), "alpha_fpc"), (("count", "people"), "alpha_two_stages")]
)
def test_alpha_and_its_standard_error_equal_r(counts, case):
    scores, _, design = reference(counts=counts)
    found, expected = cronbach_alpha(scores, design), R[case]
    assert found.n == R["n_complete"]
    assert found.n + found.n_left_out == scores.shape[1]
    np.testing.assert_allclose(found.value, expected["svycralpha"], rtol=RTOL)
    np.testing.assert_allclose(found.std_error, expected["se"], rtol=RTOL)
    assert found.df == 22 - 4


def test_pairwise_covariances_equal_r():
    scores, _, design = reference()
    plain = SurveyDesign(design.n_rows)
    found = weighted_moments(scores, plain, missing="pairwise")
    np.testing.assert_allclose(found.covariance, np.array(R["pairwise_numbers"]), rtol=RTOL)
    c = np.array(R["pairwise_numbers"])
    alpha = cronbach_alpha(scores, plain, missing="pairwise").value
    assert alpha == pytest.approx(5 / 4 * (1 - np.trace(c) / c.sum()), rel=RTOL)


@pytest.mark.parametrize("missing", ["complete", "pairwise"])
def test_standard_error_is_that_of_small_changes_of_the_weights(missing):
    """The influence of a row is the derivative of alpha by its weight, times the weight."""
    scores, _, design = reference()
    step, influence = 1e-5, np.empty(design.n_rows)
    for i in range(design.n_rows):
        moved = []
        for sign in (1, -1):
            w = design.w.copy()
            w[i] *= 1 + sign * step
            moved.append(cronbach_alpha(scores, SurveyDesign(design.n_rows, weight=w), missing=missing).value)
        influence[i] = (moved[0] - moved[1]) / (2 * step)
    found = cronbach_alpha(scores, design, missing=missing).std_error
    # Central differences: error of order step squared, and rounding over step.
    assert found == pytest.approx(np.sqrt(linearised_variance(influence, design)), rel=1e-7)


def test_standard_error_is_near_that_of_the_bootstrap():
    scores, _, design = reference()
    found = cronbach_alpha(scores, design, replicates=2000, seed=1)
    # 22 PSUs; the bootstrap of a curved figure is a little wider.
    assert found.replicates.std() == pytest.approx(found.std_error, rel=0.15)


def test_replicates_are_alpha_with_the_multiplied_weights():
    scores, _, design = reference(counts=("count",))
    found = cronbach_alpha(scores, design, replicates=5, seed=9).replicates
    block = rescaled_bootstrap(design, 5, 9).multiplier.T
    for multiplier, alpha in zip(block, found, strict=True):
        w = design.w * multiplier[design.psu]
        kept = w > 0
        again = cronbach_alpha(scores[:, kept], SurveyDesign(int(kept.sum()), weight=w[kept])).value
        assert alpha == pytest.approx(again, rel=1e-10)


def test_intervals_counted_by_hand():
    scores, _, design = reference()
    found = cronbach_alpha(scores, design, replicates=400, seed=3)
    rest, n = 1 - found.value, found.n
    t = stats.t.ppf(0.975, 18)
    by_log = found.confidence_interval()
    assert (by_log.method, by_log.level) == ("t-log", 0.95)
    assert by_log.low == pytest.approx(1 - rest * np.exp(t * found.std_error / rest), rel=1e-10)
    assert by_log.high == pytest.approx(1 - rest / np.exp(t * found.std_error / rest), rel=1e-10)
    feldt = found.confidence_interval(0.9, method="feldt")
    low, high = 1 - rest * stats.f.ppf([0.95, 0.05], n - 1, (n - 1) * 4)
    assert (feldt.low, feldt.high) == pytest.approx((low, high), rel=1e-10)
    boot = found.confidence_interval(0.9, method="bootstrap")
    assert (boot.low, boot.high) == tuple(np.quantile(found.replicates, [0.05, 0.95]))
    assert boot.method == "psu-bootstrap"


def test_feldt_is_too_narrow_where_people_of_a_day_are_alike():
    rng = np.random.default_rng(8)
    day = np.repeat(rng.normal(0, 2, 12), 30)
    scores = day + rng.normal(0, 1, 360) + rng.normal(0, 1.5, (4, 360))
    found = cronbach_alpha(scores, SurveyDesign(360, clusters=(np.repeat(np.arange(12), 30),)))
    wide, narrow = found.confidence_interval(), found.confidence_interval(method="feldt")
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)


def test_feldt_covers_as_it_says_for_independent_normal_items():
    rng = np.random.default_rng(4)
    true = 4 / 3 * (1 - 8 / 20)  # variance 2 each, covariance 1: sum 4 * 2 + 12 * 1
    hits = 0
    for _ in range(400):
        scores = rng.normal(size=60) + rng.normal(size=(4, 60))
        interval = cronbach_alpha(scores, SurveyDesign(60)).confidence_interval(method="feldt")
        hits += interval.low <= true <= interval.high
    # 95 % of 400 within four standard errors of 1.1 %.
    assert 0.906 <= hits / 400 <= 0.994


def test_alpha_may_be_negative():
    found = cronbach_alpha([[1.0, 2, 3, 4], [4, 3, 1, 3]], SurveyDesign(4))
    assert found.value < 0
    assert found.confidence_interval().high < 1


def test_equal_items_are_perfectly_reliable_and_have_no_interval():
    found = cronbach_alpha([[1, 2, 4], [1, 2, 4], [1, 2, 4]], SurveyDesign(3))
    assert found.value == pytest.approx(1, abs=1e-14)
    interval = found.confidence_interval()
    assert np.isnan(interval.low) or interval.low == pytest.approx(1, abs=1e-6)


def test_two_items_with_equal_variances_give_spearman_brown():
    found = cronbach_alpha([[1, 2, 3, 4], [2, 1, 4, 3]], SurveyDesign(4))
    assert found.value == pytest.approx(found.spearman_brown, rel=1e-13)
    stretched = cronbach_alpha([[1, 2, 3, 4], [4, 2, 8, 6]], SurveyDesign(4))
    assert stretched.spearman_brown == pytest.approx(found.spearman_brown, rel=1e-13)
    assert stretched.value < stretched.spearman_brown
    assert np.isnan(cronbach_alpha(BOARD, SurveyDesign(4)).spearman_brown)


def test_spearman_brown_by_hand():
    assert spearman_brown(0.5, 3) == pytest.approx(0.75, rel=1e-14)
    assert spearman_brown(-1) == -np.inf
    with pytest.raises(MeasurementError, match="`correlation`"):
        spearman_brown(1.5)
    with pytest.raises(MeasurementError, match="`times`"):
        spearman_brown(0.5, 0)


def test_units_scale_of_weights_and_order_of_rows_change_nothing():
    scores, _, design = reference()
    plain = cronbach_alpha(scores, design, replicates=50, seed=6)
    order = np.random.default_rng(1).permutation(design.n_rows)
    moved_scores, _, moved_design = reference(scale=1e8, order=order)
    moved = cronbach_alpha(moved_scores * 25 - 25, moved_design, replicates=50, seed=6)
    for name in ("value", "std_error"):
        assert getattr(moved, name) == pytest.approx(getattr(plain, name), rel=1e-10)
    np.testing.assert_allclose(moved.replicates, plain.replicates, rtol=1e-9)
    assert omega(moved_scores * 25, moved_design).value == pytest.approx(
        omega(scores, design).value, rel=1e-7
    )


def test_a_domain_is_estimated_on_the_whole_design():
    """Value of the rows cut out; standard error with the empty PSUs counted."""
    scores, _, design = reference()
    domain = np.random.default_rng(3).random(design.n_rows) < 0.6
    domain[design.psu == 0] = False
    found = cronbach_alpha(scores, design, domain=domain)
    cut = cronbach_alpha(scores[:, domain], SurveyDesign(int(domain.sum()), weight=design.w[domain]))
    assert found.value == pytest.approx(cut.value, rel=1e-12)
    assert found.n + found.n_left_out == domain.sum()
    assert found.df == degrees_of_freedom(design, domain) == 21 - 4
    padded = cronbach_alpha(np.where(domain, scores, np.nan), design)
    assert found.std_error == pytest.approx(padded.std_error, rel=1e-12)


def test_one_psu_has_no_standard_error():
    found = cronbach_alpha(BOARD, SurveyDesign(4, clusters=([1, 1, 1, 1],)), replicates=20, seed=1)
    assert found.df == 0
    assert np.isnan(found.std_error)
    assert np.isnan(found.confidence_interval().low)
    assert np.isnan(found.confidence_interval(method="bootstrap").low)
    assert np.isfinite(found.confidence_interval(method="feldt").low)


def test_a_stratum_of_one_psu_is_refused_unless_a_rule_is_named():
    columns = {"stratum": ["a", "a", "a", "b"], "clusters": ([1, 2, 3, 1],)}
    with pytest.raises(LonelyPSUError, match="b"):
        cronbach_alpha(BOARD, SurveyDesign(4, **columns))
    for rule in ("certainty", "remove"):
        design = SurveyDesign(4, lonely_psu=rule, **columns)
        assert cronbach_alpha(BOARD, design, replicates=10, seed=1).std_error > 0
    for rule in ("adjust", "average"):
        design = SurveyDesign(4, lonely_psu=rule, **columns)
        assert cronbach_alpha(BOARD, design).std_error > 0
        with pytest.raises(LonelyPSUError, match="b"):
            cronbach_alpha(BOARD, design, replicates=10, seed=1)
    # Outside the domain it does not matter.
    inside = np.array([True, True, True, False])
    assert cronbach_alpha(BOARD, SurveyDesign(4, **columns), domain=inside).std_error > 0


def test_lonely_rules_counted_by_hand():
    z, where = np.array([3.0, -1, -7, 5]), {"stratum": ["a", "a", "a", "b"], "clusters": ([1, 2, 3, 1],)}
    # Stratum a, around -5/3: 3/2 (196 + 4 + 256) / 9 = 76; b adds nothing, 25 around 0, or as much as a.
    for rule, expected in (("certainty", 76), ("remove", 76), ("adjust", 101), ("average", 152)):
        assert linearised_variance(z, SurveyDesign(4, lonely_psu=rule, **where)) == pytest.approx(expected)


def test_a_psu_of_one_unit_out_of_more_is_refused_unless_a_rule_is_named():
    columns = {"clusters": ([1, 1, 2, 3],), "fpc": ([9, 9, 9, 9], [2, 2, 5, 1])}
    with pytest.raises(LonelyUnitError, match="2"):
        cronbach_alpha(BOARD, SurveyDesign(4, **columns))
    design = SurveyDesign(4, lonely_psu="certainty", **columns)
    # PSUs of 3, -3, 0 about 0: (1 - 1/3) 3/2 (9 + 9) = 18; PSU 1 was taken whole, the others are alone.
    assert linearised_variance([1.0, 2, -3, 0], design) == pytest.approx(18, rel=1e-14)


def test_one_factor_equals_r():
    scores, _, design = reference()
    found, expected = omega(scores, design), R["factor"]
    np.testing.assert_allclose(found.loadings, expected["loadings"], rtol=FACTOR_RTOL)
    np.testing.assert_allclose(found.uniqueness, expected["uniqueness"], rtol=FACTOR_RTOL)
    assert found.value == pytest.approx(expected["omega"], rel=FACTOR_RTOL)
    assert found.discrepancy == pytest.approx(expected["discrepancy"], rel=FACTOR_RTOL)
    assert found.heywood == ()


def with_correlations(r, n=60) -> np.ndarray:
    """Scores whose sample correlations are exactly r."""
    z = np.random.default_rng(2).normal(size=(len(r), n))
    z -= z.mean(axis=1, keepdims=True)
    white = np.linalg.solve(np.linalg.cholesky(z @ z.T / n), z)
    return np.linalg.cholesky(np.array(r)) @ white


def test_a_perfect_factor_is_found_and_omega_is_alpha_for_equal_loadings():
    loadings = np.array([0.9, 0.8, 0.6, 0.5])
    r = np.outer(loadings, loadings)
    np.fill_diagonal(r, 1)
    found = omega(with_correlations(r), SurveyDesign(60))
    np.testing.assert_allclose(found.loadings, loadings, rtol=1e-6)
    # (2.8)^2 / (2.8^2 + .19 + .36 + .64 + .75)
    assert found.value == pytest.approx(7.84 / (7.84 + 1.94), rel=1e-6)
    assert found.largest_residual < 1e-6
    equal = np.full((4, 4), 0.36) + 0.64 * np.eye(4)
    scores = with_correlations(equal)
    alpha = cronbach_alpha(scores, SurveyDesign(60)).value
    assert omega(scores, SurveyDesign(60)).value == pytest.approx(alpha, rel=1e-6)


def test_alpha_is_below_omega_where_loadings_differ():
    loadings = np.array([0.95, 0.7, 0.3])
    r = np.outer(loadings, loadings)
    np.fill_diagonal(r, 1)
    scores = with_correlations(r)
    assert cronbach_alpha(scores, SurveyDesign(60)).value < omega(scores, SurveyDesign(60)).value


def test_a_heywood_case_is_named():
    # The loading of the first would be sqrt(.8 * .8 / .5) = 1.13
    scores = with_correlations([[1, 0.8, 0.8], [0.8, 1, 0.5], [0.8, 0.5, 1]])
    found = omega(scores, SurveyDesign(60), items=("q1", "q2", "q3"))
    assert found.heywood == ("q1",)
    assert found.uniqueness[0] == pytest.approx(0.005, rel=1e-6)


def test_item_rest_correlations_equal_r():
    scores, _, design = reference()
    found = item_rest_correlations(scores, design, items=ITEMS)
    np.testing.assert_allclose(found.item_rest, R["item_rest"], rtol=RTOL)
    # Alpha of the rest, over the rows complete on all five.
    complete = ~np.isnan(scores).any(axis=0)
    for j in range(5):
        rest = cronbach_alpha(
            np.delete(scores, j, axis=0), SurveyDesign(len(complete), weight=design.w), domain=complete
        )
        assert found.alpha_without[j] == pytest.approx(rest.value, rel=1e-12)


def test_item_nonresponse_counted_by_hand():
    kinds = [("valid", "valid", "refused"), ("valid", "not_applicable", "refused", "blank")]
    design = SurveyDesign(4, weight=[1, 2, 3, 4])
    found = item_nonresponse([[0, 1, 2, 2], [3, 1, 0, 1]], kinds, design, items=("q1", "q2"))
    assert found.kinds == ("valid", "refused", "not_applicable", "blank")
    assert found.count.tolist() == [[2, 2, 0, 0], [1, 0, 2, 1]]
    np.testing.assert_allclose(found.share, [[0.3, 0.7, 0, 0], [0.3, 0, 0.6, 0.1]], rtol=1e-14)
    part = item_nonresponse([[0, 1, 2, 2], [3, 1, 0, 1]], kinds, design, domain=np.array([1, 1, 0, 0], bool))
    assert (part.n, part.count.tolist()) == (2, [[2, 0, 0, 0], [0, 0, 1, 1]])
    np.testing.assert_allclose(part.share.sum(axis=1), 1, rtol=1e-14)


def test_an_item_without_variation_is_named():
    scores = np.vstack([BOARD, np.full(4, 75.1)])
    for measure in (cronbach_alpha, omega, item_rest_correlations):
        with pytest.raises(MeasurementError, match="q17") as caught:
            measure(scores, SurveyDesign(4), items=("q1", "q2", "q3", "q17"))
        assert caught.value.items == ("q17",)


def test_a_replicate_without_variation_gives_no_interval_and_no_warning():
    scores = [[1.0, 1, 1, 1, 2, 3], [1, 1, 1, 1, 3, 2]]
    design = SurveyDesign(6, clusters=([1, 1, 2, 2, 3, 3],))
    found = cronbach_alpha(scores, design, replicates=200, seed=1)
    assert np.isnan(found.replicates).any()
    assert np.isnan(found.confidence_interval(method="bootstrap").low)
    assert np.isnan(bootstrapped(weighted_moments(scores, design), design, replicates=2, seed=1)).sum() == 0


HOLES = np.array([[1.0, np.nan, 2, 4], [np.nan, 2, 3, 5], [1, 3, np.nan, 5]])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda d: cronbach_alpha(HOLES, d), "Only 1 rows have a score on every item"),
        (
            lambda d: cronbach_alpha(HOLES, d, missing="fail"),
            r"3 rows have no score on some item \(rows 1, 2, 3\)",
        ),
        (lambda d: cronbach_alpha(HOLES, d, missing="listwise"), "`missing` must be one of"),
        (lambda d: cronbach_alpha(np.full((3, 4), np.nan), d), "Only 0 rows"),
        (lambda d: cronbach_alpha(BOARD[:1], d), "at least 2 items"),
        (lambda d: cronbach_alpha(BOARD[:, :3], d), "a column per row of the design, 4"),
        (lambda d: cronbach_alpha(np.where(BOARD == 100, np.inf, BOARD), d), "infinite score: 1, 2, 3"),
        (lambda d: cronbach_alpha(BOARD, d, items=("a", "a", "b")), "distinct names"),
        (lambda d: cronbach_alpha(BOARD, d, domain=[1, 0, 1, 1]), "true or false"),
        (lambda d: cronbach_alpha(BOARD, d, domain=np.zeros(4, bool)), "holds no row"),
        (lambda d: cronbach_alpha([[1, 2, 3, 5], [5, 4, 3, 1]], d), "no variance"),
        (lambda d: cronbach_alpha(BOARD, d, replicates=10), "need a `seed`"),
        (lambda d: cronbach_alpha(BOARD, d, replicates=1, seed=1), "`replicates`"),
        (lambda d: cronbach_alpha(BOARD, d).confidence_interval(method="bootstrap"), "needs replicates"),
        (lambda d: cronbach_alpha(BOARD, d).confidence_interval(method="exact"), "`method` must be one of"),
        (lambda d: cronbach_alpha(BOARD, d).confidence_interval(95), "`level`"),
        (lambda d: omega(BOARD[:2], d), "at least 3 items"),
        (lambda d: omega(np.vstack([BOARD[:2], BOARD[0] + BOARD[1]]), d), "not positive definite"),
        (lambda d: item_rest_correlations(BOARD[:1], d), "at least 2 items"),
        (
            lambda d: item_nonresponse([[0, 1, 2, 0]], [("valid", "blank")], d),
            "2 states and an answer beyond",
        ),
        (lambda d: item_nonresponse([[0, 1, 0]], [("valid", "blank")], d), "4 columns"),
        (lambda d: item_nonresponse([[0, 1, 0, 0]], [], d), "one entry per item"),
    ],
)
def test_what_cannot_be_measured_is_refused(call, words):
    with pytest.raises(MeasurementError if "`replicates`" not in words else ScoringError, match=words):
        call(SurveyDesign(4))

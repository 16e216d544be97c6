"""Weights step by step: what each step brings about, what it costs, and the variance that is left."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scoring import SurveyDesign
from scoring.calibration import rake
from scoring.margins import Margin, WeightingError
from scoring.replicate_designs import jackknife
from scoring.replication import readjusted, variance
from scoring.weighting import (
    base_weights,
    calibrated_influence,
    kish_deff,
    nonresponse_cells,
    post_stratify,
    trim_weights,
)
from tests.scoring.conftest import REFERENCE
from tests.scoring.small import covariance

# R prints 15 digits and works in doubles; what remains is the order of summation.
RTOL = 1e-9
EXPECTED = json.loads((REFERENCE / "weighting.json").read_text(encoding="utf-8"))
SEX = Margin("sex", ["f", "f", "m", "m", "m"], {"f": 60, "m": 40}, source="civil register", date="2026-04-01")


def band(n: int) -> np.ndarray:
    """The category that make_weighting.R makes of the row's number."""
    return np.array(["x", "y", "z"])[(1 + np.arange(n)) % 3]


def standard_errors(rows, weighted, **options) -> dict[str, tuple[float, float]]:
    """(value, standard error) of the first item in the whole and in band x, and of its total, as in R."""
    w, q1 = weighted.weight, rows["q1"]
    valid = (q1 != "") * 1.0
    score = np.array([100.0 if value in ("4", "5") else 0.0 for value in q1])
    count = dict(zip(rows["stratum"], rows["count"].astype(float), strict=True))
    out = {}
    for name, inside in (("whole", 1.0), ("x", (band(len(w)) == "x") * 1.0)):
        below = w @ (valid * inside)
        value = w @ (score * inside) / below
        out[name] = value, w * inside * (score - value * valid) / below
    out["total"] = w @ score, w * score
    return {
        name: (
            value,
            np.sqrt(
                covariance(
                    calibrated_influence(z, weighted, **options)[:, None], rows["stratum"], rows["psu"], count
                )[0, 0]
            ),
        )
        for name, (value, z) in out.items()
    }


def check(rows, weighted, expected: dict, rtol: float = RTOL, **options) -> None:
    np.testing.assert_allclose(weighted.weight, expected["weights"], rtol=rtol)
    for name, (value, std_error) in standard_errors(rows, weighted, **options).items():
        np.testing.assert_allclose(
            [value, std_error], [expected[name]["value"], expected[name]["se"]], rtol=rtol, err_msg=name
        )


def test_post_stratification_equals_r_and_so_do_its_standard_errors(clustered):
    weight = clustered["weight"].astype(float)
    margin = Margin("domain", clustered["domain"], EXPECTED["population"]["domain"])
    check(clustered, post_stratify(weight, margin), EXPECTED["post_stratified"])


def test_trimming_once_equals_r_and_trimming_strictly_ends_inside_the_limits(clustered):
    weight, limits = clustered["weight"].astype(float), EXPECTED["trim"]
    once = trim_weights(weight, limits["lower"], limits["upper"], strict=False)
    np.testing.assert_allclose(once.weight, limits["once"], rtol=RTOL)
    for spread in ("equal", "proportional"):
        strict = trim_weights(weight, limits["lower"], limits["upper"], spread=spread)
        assert strict.weight.sum() == pytest.approx(weight.sum(), rel=1e-12)
        assert limits["lower"] <= strict.weight.min() < strict.weight.max() <= limits["upper"]
        assert strict.kish_deff < kish_deff(weight)


def test_weights_inside_the_limits_are_left_alone():
    weighted = trim_weights([1, 2, 3], 1, 3)
    assert (weighted.weight.tolist(), weighted.iterations) == ([1, 2, 3], 0)
    z = np.array([1.0, 2.0, -3.0])
    np.testing.assert_array_equal(calibrated_influence(z, weighted), z)


def test_by_hand_each_category_comes_to_its_count_and_the_margin_keeps_its_source():
    weighted = post_stratify([1, 2, 1, 1, 2], SEX)
    assert weighted.weight.tolist() == [20, 40, 10, 10, 20]
    assert weighted.g.tolist() == [20, 20, 10, 10, 10]
    # 5 (400 + 1600 + 100 + 100 + 400) / 10000
    assert weighted.kish_deff == pytest.approx(1.3)
    # Before, 5 x 11 / 49.
    assert weighted.kish_deff_ratio == pytest.approx(1.3 * 49 / 55)
    assert (weighted.margins[0].source, weighted.margins[0].date) == ("civil register", "2026-04-01")


def test_an_estimate_of_what_it_is_calibrated_on_has_no_variance():
    weighted = post_stratify([1, 2, 1, 1, 2], SEX)
    woman = np.array([1.0, 1, 0, 0, 0])
    np.testing.assert_allclose(calibrated_influence(weighted.weight * woman, weighted), 0, atol=1e-12)


def test_influence_of_several_figures_is_that_of_each():
    weighted = rake([1, 2, 1, 1, 2], [SEX, Margin("age", list("oyoyy"), {"o": 50, "y": 50})])
    z = np.random.default_rng(1).normal(size=(5, 3))
    both = calibrated_influence(z, weighted)
    for e in range(3):
        np.testing.assert_allclose(
            both[:, e], calibrated_influence(z[:, e], weighted), rtol=1e-12, atol=1e-15
        )


def test_those_who_answered_carry_the_weight_of_their_cell():
    weighted = nonresponse_cells([1, 1, 2, 2, 3], list("aabbb"), np.array([True, False, True, True, False]))
    assert weighted.weight.tolist() == [2, 0, 3.5, 3.5, 0]
    assert weighted.weight.sum() == 9
    # 3 x (4 + 12.25 + 12.25) / 81: those with no weight do not count.
    assert weighted.kish_deff == pytest.approx(3 * 28.5 / 81)


def test_a_cell_where_nobody_answered_or_too_few_is_named():
    with pytest.raises(WeightingError, match="Nobody answered in cells b: join"):
        nonresponse_cells([1, 1], ["a", "b"], np.array([True, False]))
    with pytest.raises(WeightingError, match=r"cells a: 2 is above 1\.5"):
        nonresponse_cells([1, 1], ["a", "a"], np.array([True, False]), largest_factor=1.5)
    with pytest.raises(WeightingError, match="true or false"):
        nonresponse_cells([1, 1], ["a", "a"], [1, 0])


@pytest.fixture(scope="module")
def field():
    """200 people asked in 40 PSUs, of whom those of cell a answer less."""
    rng = np.random.default_rng(5)
    n, psu = 400, np.arange(400) // 5
    cell = np.where(rng.random(n) < 0.4, "a", "b")
    answered = rng.random(n) < np.where(cell == "a", 0.5, 0.8)
    sex = np.where(rng.random(n) < 0.5, "f", "m")
    y = rng.normal(50, 10, n) + 15 * (cell == "a") + 10 * (sex == "f") + rng.normal(0, 4, 80)[psu]
    return rng.uniform(1, 3, n), psu, cell, answered, Margin("sex", sex, {"f": 500, "m": 400}), y


@pytest.mark.parametrize("calibrated", [False, True])
def test_residuals_and_replicates_that_repeat_every_step_agree(field, calibrated):
    """Nonresponse cells, then margins: linearised through both steps, and every jackknife replicate adjusted again.

    80 PSUs: the two differ by a few per cent.
    """
    weight, psu, cell, answered, sex, y = field

    def steps(w):
        kept = w > 0
        first = nonresponse_cells(np.where(kept, w, 1e-9), cell, answered)
        base = np.where(kept, first.weight, 0.0)
        return first, post_stratify(base, sex, allow_zero=True) if calibrated else None

    def final(w):
        first, second = steps(w)
        return np.where(w > 0, first.weight if second is None else second.weight, 0.0)

    first, second = steps(weight)
    w = final(weight)
    mean = w @ y / w.sum()
    z = w * (y - mean) / w.sum()
    for step in (second, first):
        z = z if step is None else calibrated_influence(z, step)
    linearised = np.sqrt(covariance(z[:, None], [1] * len(z), psu)[0, 0])
    replicates = readjusted(jackknife(SurveyDesign(len(y), weight=weight, clusters=(psu,))), final)
    found = variance(replicates, lambda w: w @ y / w.sum())
    assert found.std_error == pytest.approx(linearised, rel=0.05)
    # What is taken as given, the final weights, gives another standard error: the steps matter.
    naive = np.sqrt(covariance((w * (y - mean) / w.sum())[:, None], [1] * len(z), psu)[0, 0])
    assert abs(naive / linearised - 1) > 0.01


def test_calibrating_replicates_is_near_the_residuals(clustered):
    weight = clustered["weight"].astype(float)
    margin = Margin("domain", clustered["domain"], EXPECTED["population"]["domain"])
    replicates = readjusted(
        jackknife(clustered.design(clusters=True, fpc=True)),
        lambda w: post_stratify(w, margin, allow_zero=True).weight,
    )
    valid, score = clustered["q1"] != "", np.isin(clustered["q1"], ["4", "5"]) * 100.0
    found = variance(replicates, lambda w: w @ score / (w @ valid))
    value, std_error = standard_errors(clustered, post_stratify(weight, margin))["whole"]
    assert found.value == pytest.approx(value)
    assert found.std_error == pytest.approx(std_error, rel=0.05)


def test_equal_weights_cost_nothing_and_scale_does_not_count():
    assert kish_deff([7, 7, 7]) == 1
    assert kish_deff([1e300, 2e300]) == pytest.approx(kish_deff([1, 2]))
    assert kish_deff([1, 1, 0]) == 1


def test_base_weights_multiply_the_stages():
    assert base_weights([0.5, 0.25]).tolist() == [2, 4]
    with pytest.raises(WeightingError, match=r"stage 2 .* rows 1"):
        base_weights([0.5, 0.5], [0, 0.5])
    with pytest.raises(WeightingError, match="Stage 2 has 1 probabilities, stage 1 2"):
        base_weights([0.5, 0.5], [0.5])
    with pytest.raises(WeightingError, match="at least one stage"):
        base_weights()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: post_stratify([1, 0, 1, 1, 1], SEX), "positive number in every row; rows 2 have none"),
        (lambda: post_stratify([1, np.nan, 1, 1, -1], SEX, allow_zero=True), "rows 2, 5 have none"),
        (lambda: post_stratify([], SEX), "at least one row"),
        (lambda: post_stratify([0, 0, 0, 0, 0], SEX, allow_zero=True), "positive number"),
        (lambda: post_stratify([1, 1], SEX), r"`sex` must have one label per row, 2; given: shape \(5,\)"),
        (lambda: post_stratify([1, 1], Margin("s", ["f", None], {"f": 1})), "`s` is empty in rows 2"),
        (lambda: post_stratify([1, 1], Margin("s", ["f", "g"], {"f": 1})), r"no count of g \(rows 2\)"),
        (lambda: post_stratify([1, 1], Margin("s", ["f", "f"], {"f": 1, "m": 1})), "counts m, where no row"),
        (
            lambda: post_stratify([1, 1], Margin("s", ["f", "m"], {"f": 1, "m": 0})),
            "positive counts; m have none",
        ),
        (
            lambda: post_stratify([1, 0], Margin("s", ["f", "m"], {"f": 1, "m": 1}), allow_zero=True),
            "counts m, where no row has a weight",
        ),
        (lambda: trim_weights([1, 1, 10], upper=2), "3 weights of mean 4 don't fit between 0 and 2"),
        (lambda: trim_weights([1, 2], 3, 2), "below `upper`; given: 3 and 2"),
        (lambda: trim_weights([1, 2], spread="even"), "`spread` must be equal or proportional; given: even"),
        (lambda: kish_deff([0, 0]), "at least one that is not 0"),
        (
            lambda: calibrated_influence([1.0] * 5, post_stratify([1] * 5, SEX), regression="final"),
            "`regression` must be base_weight or unweighted; given: final",
        ),
        (lambda: calibrated_influence([1.0], post_stratify([1] * 5, SEX)), "one row per weight, 5"),
        (
            lambda: calibrated_influence([1, np.nan, 1, 1, 1], post_stratify([1] * 5, SEX)),
            "no number in rows 2",
        ),
    ],
)
def test_what_cannot_be_weighted_is_refused_with_the_reason(make, message):
    with pytest.raises(WeightingError, match=message):
        make()


def test_labels_are_text_so_a_leading_zero_is_another_category():
    with pytest.raises(WeightingError, match="no count of 01"):
        post_stratify([1, 1], Margin("province", ["01", "1"], {1: 5}))
    assert post_stratify([1, 1], Margin("province", [1, 2], {1: 5, 2: 6})).weight.tolist() == [5, 6]

"""Several known totals at once: the totals are met, the weights are the nearest ones, and what can't be met is said."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.calibration import calibrate, rake
from scoring.margins import Margin, WeightingError
from scoring.replicate_designs import jackknife
from scoring.replication import readjusted, variance
from scoring.weighting import calibrated_influence, post_stratify
from tests.scoring.test_weighting import EXPECTED, RTOL, band, check, standard_errors

# R stops raking at 1e-10 of its own measure of the gap.
RAKING_RTOL = 1e-7
BOUNDS = (0.5, 2.6)


def margins(rows) -> list[Margin]:
    known = EXPECTED["population"]
    return [Margin("domain", rows["domain"], known["domain"]), Margin("band", band(len(rows)), known["band"])]


def gaps(weighted, asked) -> list[float]:
    return [
        weighted.weight[np.asarray(margin.labels).astype(str) == str(category)].sum() / count - 1
        for margin in asked
        for category, count in margin.population.items()
    ]


def test_raking_equals_r_and_so_do_its_standard_errors(clustered):
    weight = clustered["weight"].astype(float)
    check(
        clustered, rake(weight, margins(clustered)), EXPECTED["raked"], RAKING_RTOL, regression="unweighted"
    )


def test_the_residuals_on_several_margins_equal_r_s_calibration(clustered):
    weight = clustered["weight"].astype(float)
    check(clustered, calibrate(weight, margins=margins(clustered)), EXPECTED["linear_margins"])


def test_raking_every_replicate_is_near_the_residuals(clustered):
    """25 PSUs and a category that is nearly doubled: the two differ by some per cent."""
    weight, asked = clustered["weight"].astype(float), margins(clustered)
    replicates = readjusted(
        jackknife(clustered.design(clusters=True, fpc=True)), lambda w: rake(w, asked, allow_zero=True).weight
    )
    valid, score = clustered["q1"] != "", np.isin(clustered["q1"], ["4", "5"]) * 100.0
    found = variance(replicates, lambda w: w @ score / (w @ valid))
    value, std_error = standard_errors(clustered, rake(weight, asked))["whole"]
    assert found.value == pytest.approx(value)
    assert found.std_error == pytest.approx(std_error, rel=0.1)


def test_linear_calibration_equals_r_and_so_do_its_standard_errors(clustered):
    weight, known = clustered["weight"].astype(float), EXPECTED["population"]
    size = ((1 + np.arange(len(weight))) % 7)[:, None]
    found = calibrate(weight, size, [known["size"]], margins=margins(clustered)[:1], names=["size"])
    check(clustered, found, EXPECTED["linear"])


def test_linear_calibration_on_one_margin_is_post_stratification(clustered):
    weight, margin = clustered["weight"].astype(float), margins(clustered)[0]
    found, cells = calibrate(weight, margins=[margin]), post_stratify(weight, margin)
    np.testing.assert_allclose(found.weight, cells.weight, rtol=1e-11)
    z = np.random.default_rng(2).normal(size=len(weight))
    np.testing.assert_allclose(
        calibrated_influence(z, found), calibrated_influence(z, cells), rtol=1e-9, atol=1e-12
    )


def test_raking_and_calibration_by_the_raking_distance_are_one(clustered):
    weight = clustered["weight"].astype(float)
    raked = rake(weight, margins(clustered))
    found = calibrate(weight, margins=margins(clustered), distance="raking")
    np.testing.assert_allclose(raked.weight, found.weight, rtol=1e-9)


def indicators(rows) -> np.ndarray:
    return np.hstack(
        [
            np.asarray(margin.labels)[:, None] == np.array(list(margin.population))[None, :]
            for margin in margins(rows)
        ]
    ).astype(float)


def off_the_columns(rows, y, inside) -> np.ndarray:
    """y less its projection on the indicators, fitted on the rows `inside`: 0 there where y = x'b."""
    x = indicators(rows)
    return y - x @ np.linalg.lstsq(x[inside], y[inside], rcond=None)[0]


@pytest.mark.parametrize("distance", ["logit", "truncated"])
def test_bounded_weights_keep_their_bounds_and_are_the_nearest(clustered, distance):
    """The solution is F(x'b): turned back by F, it is linear in the auxiliaries, and no other weights are."""
    weight, (low, high) = clustered["weight"].astype(float), BOUNDS
    found = calibrate(weight, margins=margins(clustered), distance=distance, bounds=BOUNDS)
    np.testing.assert_allclose(gaps(found, margins(clustered)), 0, atol=1e-10)
    g = found.g
    assert low <= g.min() < g.max() <= high
    inside = (g > low + 1e-9) & (g < high - 1e-9)
    back = (
        np.log((g - low) / (high - g), where=inside, out=np.zeros(len(g))) if distance == "logit" else g - 1
    )
    np.testing.assert_allclose(off_the_columns(clustered, back, inside)[inside], 0, atol=1e-8)


@pytest.mark.parametrize("bounds", [(0.4, 2.1), (0.62, 3.0)])
def test_bounded_raking_is_the_raking_distance_cut_at_the_bounds(clustered, bounds):
    """The optimum: log g is linear in the margins inside the bounds, and lies beyond them where g is cut."""
    weight, (low, high) = clustered["weight"].astype(float), bounds
    found = rake(weight, margins(clustered), bounds=bounds, max_iterations=5000)
    np.testing.assert_allclose(gaps(found, margins(clustered)), 0, atol=1e-10)
    g = found.g
    cut_low, cut_high = g <= low * (1 + 1e-9), g >= high * (1 - 1e-9)
    assert (cut_low | cut_high).any()
    distance = off_the_columns(clustered, np.log(g), ~(cut_low | cut_high))
    np.testing.assert_allclose(distance[~(cut_low | cut_high)], 0, atol=1e-7)
    assert (distance[cut_high] <= 1e-9).all()
    assert (distance[cut_low] >= -1e-9).all()


def test_limits_trim_the_weights_and_keep_the_margins(clustered):
    weight = clustered["weight"].astype(float)
    plain = rake(weight, margins(clustered))
    limit = 0.9 * float(plain.weight.max())
    found = rake(weight, margins(clustered), limits=(0.0, limit), max_iterations=5000)
    assert plain.weight.max() > limit
    assert found.weight.max() <= limit * (1 + 1e-12)
    np.testing.assert_allclose(gaps(found, margins(clustered)), 0, atol=1e-10)
    assert found.kish_deff < plain.kish_deff


def test_by_hand_two_margins():
    # d = 1: the product of the margins over the total, 12 x 10 / 20 / 1.
    sex = Margin("sex", list("ffmm"), {"f": 12, "m": 8})
    age = Margin("age", list("oyoy"), {"o": 15, "y": 5})
    assert rake([1, 1, 1, 1], [sex, age]).weight.tolist() == pytest.approx([9, 3, 6, 2])


def test_by_hand_one_number():
    # g = 1 + (t - sum d x) x / sum d x^2 = 1 + 3 x / 14.
    found = calibrate([1, 1, 1], [[1.0], [2.0], [3.0]], [9])
    assert found.g.tolist() == pytest.approx([17 / 14, 20 / 14, 23 / 14])
    # What is left of y = 1 by the regression through the origin, 1 - x 6 / 14.
    np.testing.assert_allclose(
        calibrated_influence(found.weight, found), found.weight * (1 - np.array([1, 2, 3]) * 6 / 14)
    )


def test_rows_of_weight_zero_stay_at_zero_where_that_is_named():
    sex = Margin("sex", list("ffmm"), {"f": 12, "m": 8})
    for step in (
        lambda w: rake(w, [sex], allow_zero=True),
        lambda w: rake(w, [sex], allow_zero=True, bounds=(0.5, 20)),
        lambda w: calibrate(w, margins=[sex], allow_zero=True),
    ):
        found = step([0, 1, 1, 1])
        assert found.weight.tolist() == pytest.approx([0, 12, 4, 4])
        assert calibrated_influence(found.weight, found)[0] == 0
        assert found.g[0] == 0


@given(st.lists(st.sampled_from(["ax", "ay", "bx", "by"]), min_size=4, max_size=40), st.floats(1e-3, 1e3))
@settings(max_examples=30, deadline=None)
def test_raking_does_not_know_the_scale_of_the_weights_or_the_order_of_the_margins(extra, factor):
    pairs = ["ax", "ay", "bx", "by", *extra]
    one = Margin("one", [p[0] for p in pairs], {"a": 70, "b": 30})
    two = Margin("two", [p[1] for p in pairs], {"x": 45, "y": 55})
    weight = 1 + np.arange(len(pairs)) % 5
    found = rake(weight, [one, two], max_iterations=2000).weight
    np.testing.assert_allclose(
        rake(weight * factor, [one, two], max_iterations=2000).weight, found, rtol=1e-7
    )
    np.testing.assert_allclose(rake(weight, [two, one], max_iterations=2000).weight, found, rtol=1e-7)


def test_raking_that_does_not_converge_names_margin_category_and_gap():
    # Nobody is f and young, so the young can't be more than the men.
    sex = Margin("sex", list("ffm"), {"f": 12, "m": 8})
    age = Margin("age", list("ooy"), {"o": 10, "y": 10})
    with pytest.raises(
        WeightingError, match=r"in 50 iterations: margin sex, category m, asks for 8 and is off by \+2"
    ):
        rake([1, 1, 1], [sex, age], max_iterations=50)
    with pytest.raises(WeightingError, match=r"margin sex, category m, asks for 8 and is off by \+"):
        rake([5, 5, 20], [sex], bounds=(0.5, 1.5), max_iterations=50)


def test_calibration_that_cannot_be_met_names_the_total_and_its_gap():
    x = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    with pytest.raises(
        WeightingError, match=r"\(logit\) did not converge .* size asks for 12 and is off by -"
    ):
        calibrate([1, 1, 1], x, [3, 12], names=["one", "size"], distance="logit", bounds=(0.5, 2))
    with pytest.raises(WeightingError, match="did not converge"):
        calibrate([1, 1, 1], x[:, [0, 0]], [3, 4])


def test_linear_weights_of_zero_or_less_are_refused_unless_named():
    x = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 3.0]])
    with pytest.raises(WeightingError, match=r"1 rows a weight of 0 or less \(rows 1\)"):
        calibrate([1, 1, 1], x, [3, 9])
    found = calibrate([1, 1, 1], x, [3, 9], allow_negative=True)
    np.testing.assert_allclose(found.weight, [-0.5, 1, 2.5], atol=1e-12)


SEX = Margin("sex", ["f", "m"], {"f": 1, "m": 1})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: rake([1, 1], []), "at least one margin"),
        (lambda: rake([1, 1], [SEX], bounds=(1.2, 2)), "`bounds` of g must lie around 1"),
        (
            lambda: rake([1, 1], [SEX], limits=(2, 1)),
            "`limits` must be 0 or more, the lower first; given: 2 and 1",
        ),
        (lambda: rake([1, 1], [SEX], bounds=(0.5, 2), limits=(3, 4)), "leave no weight for rows 1, 2"),
        (
            lambda: rake([1, 1], [SEX, Margin("age", ["o", "y"], {"o": 1, "y": 2})]),
            "Margin sex adds up to 2 and margin age to 3: make them agree",
        ),
        (lambda: calibrate([1, 1]), "given as 0: none at all"),
        (lambda: calibrate([1, 1], [[0.0], [0.0]], [1]), "given as 0: auxiliary 1"),
        (
            lambda: calibrate([1, 1], [[1.0], [1.0]], [1, 2]),
            "one total per column; given: shapes (2, 1) and (2,)",
        ),
        (lambda: calibrate([1, 1], [[1.0], [np.nan]], [1]), "must be numbers; rows 2"),
        (lambda: calibrate([1, 1], [[1.0], [1.0]], [1], names=["a", "b"]), "one per column, 1; given: 2"),
        (lambda: calibrate([1, 1], margins=[SEX], distance="probit"), "`distance` must be one of"),
        (lambda: calibrate([1, 1], margins=[SEX], bounds=(0.5, 2)), '"linear" takes no `bounds`'),
        (lambda: calibrate([1, 1], margins=[SEX], distance="logit"), '"logit" needs `bounds`'),
        (
            lambda: calibrate([1, 1], margins=[SEX], distance="logit", bounds=(0, np.inf)),
            "finite upper bound",
        ),
        (lambda: calibrate([1, 1], margins=[SEX], distance="truncated", bounds=(0, 1)), "must lie around 1"),
    ],
)
def test_what_cannot_be_calibrated_is_refused_with_the_reason(make, message):
    with pytest.raises(WeightingError, match=re.escape(message)):
        make()


def test_weights_of_any_size_are_calibrated_alike():
    x, d = np.array([[1.0, 1.0], [1.0, 2.0], [1.0, 4.0]]), np.array([1.0, 2.0, 1.0])
    one = calibrate(d, x, [4, 9.5]).weight
    np.testing.assert_allclose(calibrate(d * 1e8, x, [4e8, 9.5e8]).weight, one * 1e8, rtol=RTOL)

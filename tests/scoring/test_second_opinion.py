"""The variance of an index against other roads to it: c'Vc, the jackknife, and the row-wise formula."""

from __future__ import annotations

import numpy as np
import pytest

from tests.scoring.conftest import ALL_RULES, MEAN_100, TOP_BOX, make_plan, positions
from tests.scoring.conftest import score as score_rows
from tests.scoring.small import covariance, ratio_influence


@pytest.fixture
def whole(clustered):
    plan = make_plan(*ALL_RULES)
    found = score_rows(clustered, clustered.design(clusters=True, fpc=True), plan)
    return found, positions(plan)


def joint(clustered, values) -> np.ndarray:
    """V of the four items together, from rows, by the formula in plain loops."""
    influence = ratio_influence(values[clustered.answers()], clustered["weight"].astype(float))
    count = dict(zip(clustered["stratum"], clustered["count"].astype(float), strict=True))
    return covariance(influence, list(clustered["stratum"]), list(clustered["psu"]), count)


def test_the_variance_of_items_is_the_row_wise_formula(clustered, whole):
    found, position = whole
    v = joint(clustered, TOP_BOX)
    for j in range(4):
        np.testing.assert_allclose(found.std_error[0, position[f"t_q{j + 1}"]] ** 2, v[j, j], rtol=1e-12)


@pytest.mark.parametrize(
    ("index", "coefficients"),
    [("mean_of_items", [1 / 4] * 4), ("mean_of_children", [3 / 8, 3 / 8, 1 / 8, 1 / 8])],
)
def test_the_variance_of_an_index_is_c_v_c(clustered, whole, index, coefficients):
    found, position = whole
    expected = np.array(coefficients) @ joint(clustered, TOP_BOX) @ np.array(coefficients)
    np.testing.assert_allclose(found.std_error[0, position[index]] ** 2, expected, rtol=1e-12)


def test_without_the_covariance_the_standard_error_of_an_index_would_be_too_small(clustered, whole):
    found, position = whole
    alone = np.sqrt(np.diag(joint(clustered, TOP_BOX)).sum()) / 4
    assert alone < 0.9 * found.std_error[0, position["mean_of_items"]]


def pooled(scores, weight):
    valid = ~np.isnan(scores)
    return (weight * np.where(valid, scores, 0)).sum() / (weight * valid).sum()


def of_items(scores, weight):
    return np.mean([pooled(row[None], weight) for row in scores])


def of_people(scores, weight):
    answered = (~np.isnan(scores)).sum(axis=0)
    enough = answered >= 2
    mean = np.where(np.isnan(scores), 0, scores).sum(axis=0)[enough] / answered[enough]
    return (weight[enough] * mean).sum() / weight[enough].sum()


@pytest.mark.parametrize(
    ("index", "figure", "values"),
    [
        ("pooled", pooled, TOP_BOX),
        ("mean_of_items", of_items, TOP_BOX),
        ("respondent_mean", of_people, MEAN_100),
    ],
)
def test_the_jackknife_over_psus_comes_near(clustered, index, figure, values):
    """Drop each PSU in turn, weight its stratum up, sum (n_h - 1)/n_h (theta_hi - theta)^2."""
    found = score_rows(clustered, clustered.design(clusters=True, fpc=False), make_plan(*ALL_RULES))
    scores, weight = values[clustered.answers()], clustered["weight"].astype(float)
    stratum, psu = clustered["stratum"], clustered["psu"]
    whole, variance = figure(scores, weight), 0.0
    for h in np.unique(stratum):
        n_h = len(np.unique(psu[stratum == h]))
        for name in np.unique(psu[stratum == h]):
            replicate = np.where(stratum == h, weight * n_h / (n_h - 1), weight)
            replicate[(stratum == h) & (psu == name)] = 0.0
            variance += (n_h - 1) / n_h * (figure(scores, replicate) - whole) ** 2
    e = positions(make_plan(*ALL_RULES))[index]
    np.testing.assert_allclose(found.value[0, e], whole, rtol=1e-12)
    # The two agree up to the curvature of a ratio: 25 PSUs leave some per cent.
    np.testing.assert_allclose(found.std_error[0, e], np.sqrt(variance), rtol=0.05)

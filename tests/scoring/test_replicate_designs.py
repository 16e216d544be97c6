"""Replicates made from a design: for a figure linear in the weights they give the linearised variance."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import SurveyDesign
from scoring.replicate_designs import brr, given, jackknife, rescaled_bootstrap
from scoring.replication import ReplicationError, variance
from tests.scoring.small import covariance

RNG = np.random.default_rng(20261121)
N = 60
STRATUM = np.arange(N) // 12
PSU = np.arange(N) // 3
WEIGHT = RNG.uniform(1, 5, N)
Y = RNG.normal(50, 10, (N, 2))
COUNT = {h: 6.0 + h for h in range(5)}


def design(counts: bool, **options) -> SurveyDesign:
    fpc = (np.array([COUNT[h] for h in STRATUM]),) if counts else ()
    return SurveyDesign(N, weight=WEIGHT, stratum=STRATUM, clusters=(PSU,), fpc=fpc, **options)


def total(w):
    return w @ Y


def linearised(counts: bool):
    return covariance(WEIGHT[:, None] * Y, STRATUM, PSU, COUNT if counts else None)


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("mse", [True, False])
def test_the_jackknife_of_a_total_is_its_linearised_variance(counts, mse):
    replicates = jackknife(design(counts), mse=mse)
    np.testing.assert_allclose(variance(replicates, total).covariance, linearised(counts), rtol=1e-9)
    assert replicates.df == 20 - 5


def test_half_samples_of_a_total_are_its_linearised_variance_whatever_fay():
    pairs = (np.arange(N) % 12) // 6
    two = SurveyDesign(N, weight=WEIGHT, stratum=STRATUM, clusters=(pairs,))
    expected = covariance(WEIGHT[:, None] * Y, STRATUM, pairs)
    for fay in (0.0, 0.3, 0.5, 0.9):
        for mse in (True, False):
            replicates = brr(two, fay, mse=mse)
            np.testing.assert_allclose(variance(replicates, total).covariance, expected, rtol=1e-9)
            assert (replicates.n_replicates, replicates.df) == (8, 5)
            assert (replicates.weights >= fay * WEIGHT[:, None] - 1e-12).all()


@pytest.mark.parametrize("counts", [True, False])
def test_the_bootstrap_of_a_total_comes_to_its_linearised_variance(counts):
    """4,000 replicates: the simulation error of a variance is sqrt(2 / 4000) = 2.2 %; four of them."""
    replicates = rescaled_bootstrap(design(counts), 4000, seed=7)
    found = variance(replicates, total).covariance
    np.testing.assert_allclose(np.diag(found), np.diag(linearised(counts)), rtol=0.09)
    assert (replicates.multiplier >= 0).all()


def test_every_bootstrap_replicate_keeps_the_count_of_psus_of_each_stratum():
    drawn = rescaled_bootstrap(design(True), 50, seed=3)
    of_stratum = np.repeat(np.arange(5), 4)
    for h in range(5):
        np.testing.assert_allclose(drawn.multiplier[of_stratum == h].sum(axis=0), 4)


def test_a_seed_gives_the_same_bootstrap_and_another_seed_another():
    one, same, other = (rescaled_bootstrap(design(False), 20, seed=s).multiplier for s in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


def test_a_census_stratum_varies_in_no_replicate():
    full = SurveyDesign(4, stratum=[1, 1, 2, 2], fpc=([2, 2, 9, 9],))
    y = np.array([0.0, 100.0, 0.0, 0.0])
    assert variance(jackknife(full), lambda w: w @ y).std_error == 0
    assert variance(rescaled_bootstrap(full, 10, 1), lambda w: w @ y).std_error == 0


def test_rows_are_psus_where_there_are_no_clusters():
    y = np.array([1.0, 4.0, 5.0, 8.0, 9.0])
    found = variance(jackknife(SurveyDesign(5), "JK1"), lambda w: w @ y / w.sum())
    assert found.std_error**2 == pytest.approx(y.var(ddof=1) / 5)


def test_degrees_of_freedom_are_the_rank_of_the_weights_less_one():
    same = given([1, 1, 1], [[2, 2, 0, 0], [0, 0, 2, 2], [1, 1, 1, 1]], kind="bootstrap", combined=False)
    assert same.df == 1


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: jackknife(SurveyDesign(4, stratum=[1, 1, 2, 2]), "JK1"),
            "JK1 takes one stratum; the design has 2",
        ),
        (lambda: jackknife(SurveyDesign(4), "JK2"), "`kind` must be JK1 or JKn"),
        (lambda: jackknife(SurveyDesign(1, fpc=([1],))), "no stratum with two PSUs"),
        (lambda: jackknife(SurveyDesign(20_000)), "20000 units x 20000 replicates"),
        (lambda: brr(SurveyDesign(30_000, stratum=np.arange(30_000) // 2)), "30000 units x 15001 replicates"),
        (lambda: brr(SurveyDesign(3)), r"1 strata have another number \(''?: 3\)"),
        (lambda: brr(SurveyDesign(2), 1.0), "`fay` must be at least 0 and below 1; given: 1"),
        (lambda: rescaled_bootstrap(SurveyDesign(3), 1, 1), "at least 2; given: 1"),
        (lambda: given([1, 1], [[1], [1]], kind="BRR", combined=True), "rows x replicates, 2 x 2"),
        (lambda: given([1, 1], [[1, 1], [-1, 1]], kind="BRR", combined=True), "rows 2 hold others"),
        (lambda: given([1, 0], [[1, 1], [1, 1]], kind="BRR", combined=True), "rows 2 hold others"),
        (lambda: given([1, 1], [[1, 0], [1, 0]], kind="BRR", combined=True), "Replicates 2 give no row"),
        (lambda: given([1, 1], [[1, 2], [1, 0]], kind="JKn", combined=True), "JKn needs `rscales`"),
        (lambda: given([1, 1], [[1, 2], [1, 0]], kind="other", combined=True), "need `scale`"),
        (lambda: given([1, 1], [[1, 2], [1, 0]], kind="SDR", combined=True), "`kind` must be one of"),
        (lambda: given([1, 1], [[1, 2], [1, 0]], kind="Fay", combined=True, fay=1.0), "`fay`"),
        (
            lambda: given([1, 1], [[1, 2], [1, 0]], kind="other", combined=True, scale=-1.0),
            "`scale` must be positive",
        ),
        (
            lambda: given([1, 1], [[1, 2], [1, 0]], kind="JKn", combined=True, rscales=[1, -1]),
            "none negative; given: 1 and 1.0, -1.0",
        ),
    ],
)
def test_what_cannot_be_replicated_is_refused_with_the_reason(make, message):
    with pytest.raises(ReplicationError, match=message):
        make()

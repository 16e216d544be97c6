"""Standard errors of reliability: by leaving PSUs out, by drawing them again, and by small changes of the weights."""

from __future__ import annotations

import json
import warnings

import numpy as np
import pytest

from scoring import SurveyDesign
from scoring.errors import LonelyPSUError
from scoring.influence import linearised_variance
from scoring.means import t_quantile
from scoring.moments import MeasurementError, jackknifed, log_interval, weighted_moments
from scoring.omega import omega
from scoring.reliability import cronbach_alpha
from scoring.replicate_designs import jackknife
from scoring.replication import variance
from tests.scoring.conftest import REFERENCE
from tests.scoring.test_reliability import BOARD, reference

R = json.loads((REFERENCE / "measurement.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("counts", "case"), [((), "alpha"), (("count",), "alpha_fpc")])
def test_the_jackknife_of_alpha_equals_r(counts, case):
    scores, _, design = reference(counts=counts)
    found = cronbach_alpha(scores, design, jackknife=True)
    assert found.jackknife_error == pytest.approx(R[case], rel=1e-9)
    # For a smooth figure it is near the linearised one, and with few PSUs a little larger.
    assert found.std_error < found.jackknife_error < 1.15 * found.std_error


@pytest.mark.parametrize("missing", ["complete", "pairwise"])
def test_the_jackknife_is_that_of_replicate_weights(missing):
    scores, _, design = reference()
    valid = ~np.isnan(scores)

    def alpha(w):
        kept = w > 0
        return cronbach_alpha(
            scores[:, kept], SurveyDesign(int(kept.sum()), weight=w[kept]), missing=missing
        ).value

    assert valid.any(axis=0).all()
    expected = variance(jackknife(design), alpha).std_error
    found = cronbach_alpha(scores, design, missing=missing, jackknife=True)
    assert found.jackknife_error == pytest.approx(float(expected), rel=1e-9)


def test_the_jackknife_of_a_domain_leaves_out_every_psu_of_the_design():
    scores, _, design = reference()
    women = np.arange(design.n_rows) % 2 == 0
    moments = weighted_moments(scores, design, domain=women)
    without, share = jackknifed(moments, design)
    assert len(without) == len(share) == len(design.psu_stratum)
    found = cronbach_alpha(scores, design, domain=women, jackknife=True)
    assert found.jackknife_error == pytest.approx(found.std_error, rel=0.15)


def test_the_jackknife_interval_by_hand():
    scores, _, design = reference()
    found = cronbach_alpha(scores, design, jackknife=True)
    interval = found.confidence_interval(0.9, method="jackknife")
    stretch = np.exp(t_quantile(0.95, found.df) * found.jackknife_error / (1 - found.value))
    assert (1 - interval.low) / (1 - found.value) == pytest.approx(stretch, rel=1e-12)
    assert (1 - found.value) / (1 - interval.high) == pytest.approx(stretch, rel=1e-12)
    assert interval.method == "jackknife-log"


def test_a_jackknife_that_was_not_asked_for_gives_no_interval():
    with pytest.raises(MeasurementError, match="ask for `jackknife`"):
        cronbach_alpha(BOARD, SurveyDesign(4)).confidence_interval(method="jackknife")


def test_a_domain_of_one_psu_has_no_jackknife():
    design = SurveyDesign(8, clusters=([1, 1, 1, 1, 2, 2, 3, 3],))
    found = cronbach_alpha(np.tile(BOARD, 2), design, domain=np.arange(8) < 4, jackknife=True)
    assert np.isnan(found.jackknife_error)
    assert np.isnan(found.confidence_interval(method="jackknife").low)


def test_a_stratum_of_one_psu_cannot_be_left_out():
    where = {"stratum": ["a", "a", "a", "b"], "clusters": ([1, 2, 3, 1],)}
    with pytest.raises(LonelyPSUError):
        cronbach_alpha(BOARD, SurveyDesign(4, lonely_psu="average", **where), jackknife=True)
    found = cronbach_alpha(BOARD, SurveyDesign(4, lonely_psu="certainty", **where), jackknife=True)
    assert found.jackknife_error > 0


def test_a_jackknife_too_large_to_hold_is_refused(monkeypatch):
    monkeypatch.setattr("scoring.moments.MOST_NUMBERS", 3 * 4 * 9 - 1)
    with pytest.raises(MeasurementError, match="4 PSUs and 3 items is too large"):
        cronbach_alpha(BOARD, SurveyDesign(4), jackknife=True)


@pytest.mark.parametrize("missing", ["complete", "pairwise"])
def test_the_error_of_omega_is_that_of_small_changes_of_the_weights(missing):
    """The influence of a row is the derivative of omega by its weight, times the weight."""
    scores, _, design = reference()
    step, influence = 1e-3, np.empty(design.n_rows)
    for i in range(design.n_rows):
        moved = []
        for sign in (1, -1):
            w = design.w.copy()
            w[i] *= 1 + sign * step
            moved.append(omega(scores, SurveyDesign(design.n_rows, weight=w), missing=missing).value)
        influence[i] = (moved[0] - moved[1]) / (2 * step)
    found = omega(scores, design, missing=missing)
    # The fit stops where its gradient is 1e-9; over a step of a thousandth that leaves some 1e-5.
    assert found.std_error == pytest.approx(np.sqrt(linearised_variance(influence, design)), rel=1e-4)


@pytest.mark.parametrize(("counts", "case"), [((), "omega"), (("count",), "omega_fpc")])
def test_the_error_of_omega_is_near_the_jackknife_of_r(counts, case):
    scores, _, design = reference(counts=counts)
    found = omega(scores, design)
    assert found.std_error < R[case] < 1.15 * found.std_error


def test_the_error_of_omega_is_that_of_alpha_where_loadings_are_equal():
    """With three equal loadings in the population, both estimate the same; in a large sample so are their errors."""
    draw = np.random.default_rng(5)
    common = draw.normal(size=4000)
    scores = common + draw.normal(size=(3, 4000))
    design = SurveyDesign(4000)
    a, o = cronbach_alpha(scores, design), omega(scores, design)
    assert o.value == pytest.approx(a.value, abs=2e-3)
    assert o.std_error == pytest.approx(a.std_error, rel=0.03)


def test_the_interval_of_omega_covers_as_it_says():
    """One factor, unequal loadings, 60 clusters of 6: 95 % intervals over 300 samples."""
    draw = np.random.default_rng(11)
    loadings = np.array([0.9, 0.7, 0.6, 0.5])
    unique, between = 0.5, 0.4
    truth = loadings.sum() ** 2 / (loadings.sum() ** 2 + 4 * unique)
    clusters = np.repeat(np.arange(60), 6)
    design, hit = SurveyDesign(360, clusters=(clusters,)), 0
    for _ in range(300):
        common = np.sqrt(between) * draw.normal(size=60)[clusters] + np.sqrt(1 - between) * draw.normal(
            size=360
        )
        scores = loadings[:, None] * common + np.sqrt(unique) * draw.normal(size=(4, 360))
        interval = omega(scores, design).confidence_interval()
        hit += interval.low <= truth <= interval.high
    # 95 % less three standard errors of 300 tries.
    assert 0.91 <= hit / 300 <= 0.99


def test_drawing_psus_again_gives_much_the_same_error():
    scores, _, design = reference()
    found = omega(scores, design, replicates=300, seed=2)
    assert found.replicates.std() == pytest.approx(found.std_error, rel=0.2)
    interval = found.confidence_interval(method="bootstrap")
    assert interval.low < found.value < interval.high
    assert interval.method == "psu-bootstrap"
    assert np.array_equal(omega(scores, design, replicates=300, seed=2).replicates, found.replicates)


def test_a_heywood_case_has_no_interval():
    """One pair goes together far more than one factor allows, so an item's own part is at its bound."""
    draw = np.random.default_rng(3)
    common, pair = draw.normal(size=(2, 60))
    scores = np.stack(
        [common + pair, common + pair + 0.01 * draw.normal(size=60), pair * 0.3 + draw.normal(size=60)]
    )
    found = omega(scores, SurveyDesign(60))
    assert found.heywood
    assert np.isnan(found.std_error)
    assert np.isnan(found.confidence_interval().low)


def test_units_change_no_error():
    scores, _, design = reference()
    one, other = omega(scores, design), omega(scores * 25 - 25, design)
    assert other.std_error == pytest.approx(one.std_error, rel=1e-6)


def test_a_constant_replicate_has_no_value_and_no_warning():
    scores = np.array([[0.0, 0, 0, 1, 0, 1], [1, 2, 3, 4, 5, 5], [2, 1, 3, 5, 4, 4]])
    design = SurveyDesign(6, clusters=([1, 1, 2, 2, 2, 3],))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = omega(scores, design, replicates=40, seed=1)
    assert np.isnan(found.replicates).any()
    assert np.isnan(found.confidence_interval(method="bootstrap").low)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda s, d: omega(s, d, replicates=10), "need a `seed`"),
        (lambda s, d: omega(s, d).confidence_interval(method="bootstrap"), "needs replicates"),
        (
            lambda s, d: omega(s, d).confidence_interval(method="exact"),
            "`method` must be linearised or bootstrap",
        ),
        (lambda s, d: omega(s, d).confidence_interval(95), "`level`"),
        (lambda s, d: log_interval(0.8, 0.1, 9, 0, "t-log"), "`level`"),
    ],
)
def test_what_cannot_be_had_is_refused(call, words):
    scores, _, design = reference()
    with pytest.raises(MeasurementError, match=words):
        call(scores, design)

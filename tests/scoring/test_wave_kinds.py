"""What may be said of uncertainty depends on who the respondents are: a sample, everyone asked, or volunteers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from scoring import estimate
from scoring.errors import DesignError, ScoringError
from tests.scoring.small import NO, Scored, flat


def census(hits, n, head_count, *, measure="top_box", **design):
    scores = [[100] * hits + [0] * (n - hits)]
    return Scored(scores, flat("pooled_answers", 0), measure=measure, fpc=([head_count] * n,), **design)


def margin(found, level=0.95):
    interval = found.confidence_interval(level)
    return (interval.high - interval.low) / 2


@pytest.mark.parametrize(
    ("hits", "n", "head_count", "printed"),
    # UK Civil Service People Survey 2010, background note: 43 % of 120 is 51.6 people, so 52 stand in.
    [(52, 120, 200, 5.6), (40, 80, 150, 7.5), (12, 40, 50, 6.4), (225, 375, 500, 2.5)],
)
def test_the_published_margins_of_a_census(hits, n, head_count, printed):
    found = census(hits, n, head_count).estimate(wave_kind="census")
    assert round(float(margin(found)[0, 0]), 1) == printed
    assert found.head_count[0] == head_count


def test_the_margin_at_exactly_43_per_cent():
    weight = np.where(np.arange(120) < 52, 0.43 / 52, 0.57 / 68)
    found = census(52, 120, 200, weight=weight).estimate(wave_kind="census")
    expected = 100 * 1.959963984540054 * np.sqrt(0.43 * 0.57 / 120 * 80 / 199)
    np.testing.assert_allclose(found.value[0, 0], 43, rtol=1e-13)
    np.testing.assert_allclose(margin(found)[0, 0], expected, rtol=1e-12)


@pytest.mark.parametrize(("n", "printed"), [(50, 13.9), (100, 9.8), (500, 4.4), (1000, 3.1)])
def test_the_published_margins_where_the_head_count_hardly_matters(n, printed):
    found = census(n // 2, n, 10_000_000).estimate(wave_kind="census")
    assert round(float(margin(found)[0, 0]), 1) == printed


def test_a_census_interval_is_called_by_its_name():
    interval = census(52, 120, 200).estimate(wave_kind="census").confidence_interval()
    assert set(interval.method[0]) == {"fpc-margin"}


def test_a_census_that_everyone_answered_has_no_margin():
    found = census(30, 50, 50).estimate(wave_kind="census")
    assert (found.value[0, 0], found.std_error[0, 0]) == (60, 0)
    interval = found.confidence_interval()
    assert np.isnan(interval.low).all()
    assert set(interval.method[0]) == {"none"}


def test_an_item_left_out_by_one_has_a_margin_though_everyone_answered():
    found = Scored([[100, 0, 100, 0], [100, 0, 100, NO]], measure="top_box", fpc=([4] * 4,)).estimate(
        wave_kind="census"
    )
    # n = 3 of N = 4: sqrt(2/3 x 1/3 / 3 x 1/3).
    np.testing.assert_allclose(found.std_error[0] / 100, [0, np.sqrt(2 / 81)], rtol=1e-13, atol=1e-16)
    assert found.confidence_interval().method[0].tolist() == ["none", "fpc-margin"]


def test_a_census_at_the_end_of_the_scale_has_no_margin():
    interval = census(40, 40, 50).estimate(wave_kind="census").confidence_interval()
    assert np.isnan(interval.low).all()


def test_the_census_margin_of_an_index_uses_the_spread_of_persons():
    # Two items; the pooled index of complete answers is the mean of the persons' means: 100, 50, 50, 0.
    scores = [[100, 100, 0, 0], [100, 0, 100, 0]]
    found = Scored(scores, flat("pooled_answers", 0, 1), fpc=([10] * 4,)).estimate(wave_kind="census")
    # S^2 = (50^2 + 50^2) / 4 = 1250; 1250 / 4 x (10 - 4) / 9.
    np.testing.assert_allclose(found.std_error[0, 2] ** 2, 1250 / 4 * 6 / 9, rtol=1e-13)


def test_the_head_count_of_a_domain_is_that_of_its_strata():
    stratum = np.repeat(["a", "b", "c"], [3, 4, 5])
    count = np.repeat([10, 20, 30], [3, 4, 5])
    scored = Scored([[100, 0] * 6], measure="top_box", stratum=stratum, fpc=(count,))
    found = scored.estimate(np.repeat(["x", "x", "y"], [3, 4, 5]), wave_kind="census")
    assert found.head_count.tolist() == [30, 30]
    assert scored.estimate(wave_kind="census").head_count.tolist() == [60]


def test_a_domain_that_cuts_a_stratum_has_an_unknown_head_count_and_no_margin():
    scored = census(52, 120, 200)
    found = scored.estimate(["x"] * 60 + ["y"] * 60, wave_kind="census")
    assert np.isnan(found.head_count).all()
    assert np.isnan(found.std_error).all()
    assert set(found.confidence_interval().method.ravel()) == {"none"}
    assert not np.isnan(found.value).any()


def test_a_census_needs_head_counts():
    with pytest.raises(DesignError, match="head count of everyone asked"):
        Scored([[0, 100]], measure="top_box").estimate(wave_kind="census")


def test_a_census_has_no_clusters():
    with pytest.raises(DesignError, match="no clusters"):
        Scored([[0, 100]], clusters=([1, 2],), fpc=([5, 5],)).estimate(wave_kind="census")


def test_one_answer_of_an_agency_does_not_stop_a_census():
    # Nothing is drawn by strata in a census, so no stratum is lonely.
    scored = Scored([[100, 0, 100, 0, 100]], measure="top_box", stratum=list("aaaab"), fpc=([9, 9, 9, 9, 4],))
    found = scored.estimate(wave_kind="census")
    np.testing.assert_allclose(found.std_error[0, 0] ** 2, 0.6 * 0.4 / 5 * 8 / 12 * 1e4, rtol=1e-13)


def test_a_census_margin_needs_the_products():
    scored = census(3, 6, 9)
    with pytest.raises(ScoringError, match="products"):
        estimate(replace(scored.totals(), products=None), scored.plan, scored.design, wave_kind="census")


def test_a_census_has_no_design_effect():
    found = census(52, 120, 200).estimate(wave_kind="census")
    assert np.isnan(found.deff).all()
    assert np.isnan(found.n_eff).all()


def volunteers(n_psu, per_psu=3, *, clusters=True, measure="top_box"):
    """Days that differ: day i has i % 4 satisfied, at most `per_psu`."""
    scores = [[100 if k < i % (per_psu + 1) else 0 for i in range(n_psu) for k in range(per_psu)]]
    days = [f"d{i}" for i in range(n_psu) for _ in range(per_psu)]
    return Scored(scores, flat("pooled_answers", 0), measure=measure, clusters=(days,) if clusters else ())


def test_volunteers_get_a_band_over_ten_days_by_t():
    found = volunteers(10).estimate(wave_kind="volunteer")
    interval = found.confidence_interval()
    assert set(interval.method[0]) == {"band"}
    # 10 days less one stratum: t with 9 degrees of freedom is 2.262157.
    np.testing.assert_allclose(
        interval.high[0, 0] - found.value[0, 0], 2.2621571627982 * found.std_error[0, 0], rtol=1e-10
    )


def test_volunteers_of_nine_days_get_none():
    found = volunteers(9).estimate(wave_kind="volunteer")
    assert np.isnan(found.std_error).all()
    assert set(found.confidence_interval().method[0]) == {"none"}
    assert not np.isnan(found.value).any()


def test_volunteers_without_clusters_get_none():
    found = volunteers(40, clusters=False).estimate(wave_kind="volunteer")
    assert found.n_psu[0] == 120
    assert np.isnan(found.std_error).all()
    assert set(found.confidence_interval().method[0]) == {"none"}


def test_ten_days_are_counted_in_each_domain():
    scored = volunteers(24)
    by = np.repeat(["many", "few"], [60, 12])
    found = scored.estimate(by, wave_kind="volunteer")
    assert found.n_psu.tolist() == [4, 20]
    assert found.confidence_interval().method[:, 0].tolist() == ["none", "band"]


def test_volunteers_have_no_design_effect_and_no_effective_sample():
    found = volunteers(12).estimate(wave_kind="volunteer")
    assert np.isnan(found.deff).all()
    assert np.isnan(found.n_eff).all()


def test_volunteers_who_all_agree_get_no_band():
    days = np.repeat(np.arange(12), 2)
    found = Scored([[100] * 24], measure="top_box", clusters=(days,)).estimate(wave_kind="volunteer")
    assert found.std_error[0, 0] == 0
    assert np.isnan(found.confidence_interval().low[0, 0])


def test_one_volunteer_is_no_error():
    found = Scored([[100]], measure="top_box").estimate(wave_kind="volunteer")
    assert (found.value[0, 0], found.n[0, 0]) == (100, 1)
    assert np.isnan(found.std_error[0, 0])


def test_a_probability_sample_of_the_same_rows_keeps_its_interval():
    found = volunteers(9).estimate(wave_kind="probability")
    assert found.confidence_interval().method[0].tolist() == ["korn-graubard-cluster", "t"]


def test_a_kind_of_wave_has_a_name():
    with pytest.raises(ScoringError, match="probability, census, volunteer; given: sample"):
        volunteers(10).estimate(wave_kind="sample")


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_a_level_lies_between_nought_and_one(level):
    with pytest.raises(ScoringError, match="between 0 and 1"):
        volunteers(10).estimate().confidence_interval(level)

"""Change between waves: shared samples, merged agencies, changed methods."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from scoring.crosswalk import Crosswalk
from scoring.errors import BreakError, ScoringError
from scoring.trend import Wave, change, series


def test_independent_waves_add_their_variances():
    found = change([80.0, 70.0], [83.0, 69.0], np.diag([9.0, 1.0, 16.0, 3.0]), 20)
    assert found.difference.tolist() == [3.0, -1.0]
    assert found.std_error.tolist() == [5.0, 2.0]


def test_panel_members_take_out_what_they_share():
    """The same persons twice: the variance of the change is that of their own changes."""
    rng = np.random.default_rng(1)
    before = rng.normal(70, 10, 40)
    after = before + rng.normal(2, 3, 40)
    joint = np.cov(np.stack([before, after])) / 40
    found = change([before.mean()], [after.mean()], joint, 39)
    test = stats.ttest_rel(after, before)
    np.testing.assert_allclose(found.std_error, (after - before).std(ddof=1) / math.sqrt(40), rtol=1e-12)
    np.testing.assert_allclose(found.p_value, test.pvalue, rtol=1e-9)
    np.testing.assert_allclose(
        np.ravel(found.confidence_interval()), test.confidence_interval(0.95), rtol=1e-9
    )


def test_the_covariance_of_two_changes_is_kept():
    """V(d) = D V D' with D the contrast matrix."""
    root = np.random.default_rng(2).standard_normal((6, 6))
    joint = root @ root.T
    contrast = np.hstack([-np.eye(3), np.eye(3)])
    np.testing.assert_allclose(
        change(np.zeros(3), np.ones(3), joint).covariance, contrast @ joint @ contrast.T
    )


def test_the_same_answers_twice_change_nothing_for_sure():
    found = change([80.0], [80.0], [[4.0, 4.0], [4.0, 4.0]], 12)
    assert found.std_error.tolist() == [0.0]
    assert np.isnan(found.p_value).all()


def test_infinite_df_is_the_normal_and_no_df_gives_nothing():
    found = change([0.0, 0.0], [1.96, 1.96], np.diag([0.0, 0.0, 1.0, 1.0]), [math.inf, 0.0])
    np.testing.assert_allclose(found.p_value[0], 2 * stats.norm.sf(1.96), rtol=1e-12)
    assert np.isnan(found.p_value[1])
    assert np.isnan(found.confidence_interval()[0][1])


def test_a_figure_missing_in_one_wave_has_no_change():
    covariance = np.diag([1.0, math.nan, 1.0, 1.0])
    found = change([80.0, math.nan], [82.0, 90.0], covariance, 10)
    assert found.difference[0] == 2.0
    assert np.isnan([found.difference[1], found.std_error[1], found.p_value[1]]).all()


# Two provinces of 3 and 1 million become one; a third stays.
MERGER = Crosswalk(3, 2, [0, 1, 2], [0, 0, 1], [3.0, 1.0, 2.0])


def test_a_series_goes_back_through_a_merger():
    found = series(
        [Wave([80.0, 90.0, 70.0], np.diag([1.0, 4.0, 9.0]), "v1"), Wave([86.0, 71.0], np.eye(2), "v1", 30)],
        [MERGER],
    )
    assert found.value.tolist() == [[82.5, 70.0], [86.0, 71.0]]
    np.testing.assert_allclose(found.std_error[0], np.sqrt([9 / 16 + 4 / 16, 9.0]))
    step = found.change(0, 1, cross=None)
    assert step.difference.tolist() == [3.5, 1.0]
    np.testing.assert_allclose(step.std_error, np.sqrt([9 / 16 + 4 / 16 + 1, 10.0]))
    assert step.df.tolist() == [30.0, 30.0]


def test_what_waves_share_is_carried_through_the_merger():
    """The joint covariance of old and new agencies, mapped by (A, I), gives the same change."""
    root = np.random.default_rng(4).standard_normal((5, 8))
    joint = root @ root.T
    waves = [Wave([80.0, 90.0, 70.0], joint[:3, :3], "v1"), Wave([86.0, 71.0], joint[3:, 3:], "v1")]
    found = series(waves, [MERGER]).change(0, 1, cross=joint[3:, :3])
    contrast = np.hstack([-MERGER.shares, np.eye(2)])
    np.testing.assert_allclose(found.covariance, contrast @ joint @ contrast.T)


def test_three_waves_go_through_both_crosswalks():
    second = Crosswalk(2, 1, [0, 1], [0, 0], [4.0, 2.0])
    waves = [
        Wave([80.0, 90.0, 70.0], np.eye(3), "v1"),
        Wave([86.0, 71.0], np.eye(2), "v1"),
        Wave([82.0], np.eye(1), "v1"),
    ]
    found = series(waves, [MERGER, second])
    np.testing.assert_allclose(found.value[:, 0], [(3 * 80 + 90 + 2 * 70) / 6, (4 * 86 + 2 * 71) / 6, 82.0])
    assert not found.estimated.any()


def test_a_merger_weighs_the_waves_before_an_unchanged_one_by_its_own_sizes():
    three = [Wave([80.0, 90.0, 70.0], np.eye(3), "v1")] * 2
    found = series([*three, Wave([86.0, 71.0], np.eye(2), "v1")], [Crosswalk.unchanged(3), MERGER])
    assert found.value[:2].tolist() == [[82.5, 70.0], [82.5, 70.0]]


def test_a_part_that_was_itself_new_leaves_a_merged_agency_without_a_past():
    waves = [
        Wave([80.0], np.eye(1), "v1"),
        Wave([80.0, 90.0], np.eye(2), "v1"),
        Wave([84.0], np.eye(1), "v1"),
    ]
    found = series(waves, [Crosswalk(1, 2, [0], [0], [1.0]), Crosswalk(2, 1, [0, 1], [0, 0], [1.0, 1.0])])
    assert np.isnan(found.value[0, 0])
    assert found.value[1:, 0].tolist() == [85.0, 84.0]


def test_what_was_supposed_of_a_part_stays_supposed_after_a_merger():
    waves = [
        Wave([80.0], np.eye(1), "v1"),
        Wave([80.0, 90.0], np.eye(2), "v1"),
        Wave([84.0], np.eye(1), "v1"),
    ]
    divided = Crosswalk(1, 2, [0, 0], [0, 1], [1.0, 3.0])
    found = series(waves, [divided, Crosswalk(2, 1, [0, 1], [0, 0], [1.0, 3.0])])
    assert found.estimated[:, 0].tolist() == [True, False, False]
    # The whole came together again: its past is what it was.
    assert (found.value[0, 0], found.std_error[0, 0]) == (80.0, 1.0)


def test_a_change_of_method_is_a_break_and_nothing_is_subtracted_across_it():
    same = Crosswalk.unchanged(1)
    waves = [Wave([80.0 + t], np.eye(1), method) for t, method in enumerate(["v1", "v1", "v2", "v2"])]
    found = series(waves, [same] * 3)
    assert found.breaks.tolist() == [False, False, True, False]
    assert found.segment.tolist() == [0, 0, 1, 1]
    assert found.change(2, 3, cross=None).difference.tolist() == [1.0]
    with pytest.raises(BreakError, match="changed at wave 2"):
        found.change(1, 3, cross=None)


def test_a_method_that_returns_is_not_joined_over_the_break():
    waves = [Wave([80.0], np.eye(1), method) for method in ("v1", "v2", "v1")]
    found = series(waves, [Crosswalk.unchanged(1)] * 2)
    assert found.segment.tolist() == [0, 1, 2]
    with pytest.raises(BreakError, match="at wave 1, 2"):
        found.change(0, 2, cross=None)


def test_the_past_of_a_part_of_a_divided_agency_is_marked_as_supposed():
    divided = Crosswalk(1, 2, [0, 0], [0, 1], [2.0, 1.0])
    found = series([Wave([80.0], [[1.0]], "v1"), Wave([81.0, 79.0], np.eye(2), "v1")], [divided])
    assert found.value[0].tolist() == [80.0, 80.0]
    assert found.estimated.tolist() == [[True, True], [False, False]]
    # Both parts' pasts are the same figure, not two.
    assert found.covariance[0].tolist() == [[1.0, 1.0], [1.0, 1.0]]


def test_a_part_without_variance_leaves_a_value_without_standard_error():
    covariance = np.diag([1.0, math.nan, 9.0])
    found = series(
        [Wave([80.0, 90.0, 70.0], covariance, "v1"), Wave([86.0, 71.0], np.eye(2), "v1")], [MERGER]
    )
    assert found.value[0].tolist() == [82.5, 70.0]
    assert np.isnan(found.std_error[0, 0])
    assert found.std_error[0, 1] == 3.0


WAVES = [Wave([80.0], np.eye(1), "v1"), Wave([81.0], np.eye(1), "v1")]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: change([1.0], [1.0, 2.0], np.eye(3)), "equal length"),
        (lambda: change([1.0], [1.0], np.eye(1)), "joint"),
        (
            lambda: change([1.0], [1.0], [[1.0, 3.0], [3.0, 1.0]]),
            "negative variance of the change at positions 0",
        ),
        (lambda: change([1.0], [1.0], np.eye(2), [1.0, 2.0]), "one per figure"),
        (lambda: change([1.0], [1.0], np.eye(2)).confidence_interval(95), "between 0 and 1"),
        (lambda: series([], []), "at least one"),
        (lambda: series(WAVES, []), "1 crosswalks"),
        (
            lambda: series(WAVES, [Crosswalk.unchanged(2)]),
            "Crosswalk 0 goes from 2 agencies to 2; waves 0 and 1 have 1 and 1",
        ),
        (lambda: series([WAVES[0], Wave([1.0], np.eye(1), "")], [Crosswalk.unchanged(1)]), "empty in 1"),
        (lambda: series([Wave([1.0], [[-1.0]], "v1")], []), "negative variances"),
        (lambda: series(WAVES, [Crosswalk.unchanged(1)]).change(1, 0, cross=None), "in order"),
        (lambda: series(WAVES, [Crosswalk.unchanged(1)]).change(0, 1, cross=np.eye(2)), "shape \\(1, 1\\)"),
        (lambda: series(WAVES, [Crosswalk.unchanged(1)]).change(0, 1, cross=[[math.nan]]), "no gaps"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ScoringError, match=message):
        call()

"""Old agencies and new ones: shares, pasts, units that stay whole."""

from __future__ import annotations

import math

import numpy as np
import pytest

from scoring.crosswalk import Crosswalk, back_cast
from scoring.errors import ScoringError

# a and b merge into x; c is divided between y and x; z is new; d is gone.
MIXED = Crosswalk(4, 3, [0, 1, 2, 2], [0, 0, 0, 1], [3.0, 1.0, 1.0, 4.0])


def test_shares_are_of_the_new_agencys_people():
    assert MIXED.shares.tolist() == [[0.6, 0.2, 0.2, 0.0], [0.0, 0.0, 1.0, 0.0], [0.0] * 4]
    assert MIXED.is_new.tolist() == [False, False, True]
    assert MIXED.divided.tolist() == [True, True, False]


def test_a_merged_agencys_past_is_the_mean_over_its_people():
    """Counting the people of both gives the same."""
    a, b = [100.0] * 3, [40.0]
    past = back_cast(
        [np.mean(a), np.mean(b)], np.diag([2.0, 8.0]), Crosswalk(2, 1, [0, 1], [0, 0], [3.0, 1.0])
    )
    assert past.value[0] == np.mean(a + b)
    assert past.covariance[0, 0] == 0.75**2 * 2 + 0.25**2 * 8


def test_the_parts_covariance_is_carried():
    past = back_cast([80.0, 90.0], [[1.0, 0.5], [0.5, 4.0]], Crosswalk(2, 1, [0, 1], [0, 0], [1.0, 1.0]))
    assert past.covariance[0, 0] == (1 + 4 + 2 * 0.5) / 4


def test_a_past_is_a_linear_map_of_any_agencies():
    root = np.random.default_rng(3).standard_normal((4, 4))
    covariance, value = root @ root.T, np.array([80.0, 70.0, 90.0, 60.0])
    past = back_cast(value, covariance, MIXED)
    np.testing.assert_allclose(past.value[:2], (MIXED.shares @ value)[:2])
    np.testing.assert_allclose(past.covariance[:2, :2], (MIXED.shares @ covariance @ MIXED.shares.T)[:2, :2])


def test_a_new_agency_has_no_past_and_a_missing_part_is_named():
    covariance = np.diag([1.0, math.nan, 1.0, 1.0])
    past = back_cast([80.0, math.nan, 90.0, 60.0], covariance, MIXED)
    assert np.isnan(past.value).tolist() == [True, False, True]
    assert past.missing_part.tolist() == [1, -1, -1]
    assert np.isnan(past.covariance[0]).all()
    assert past.covariance[1, 1] == 1.0


def test_a_missing_figure_touches_nobody_who_did_not_get_its_people():
    covariance = np.diag([1.0, 1.0, 1.0, math.nan])
    past = back_cast([80.0, 70.0, 90.0, math.nan], covariance, MIXED)
    assert np.isfinite(past.value[:2]).all()
    assert np.isfinite(past.covariance[:2, :2]).all()


def test_an_unchanged_crosswalk_changes_nothing():
    value, covariance = np.array([80.0, 70.0]), np.array([[1.0, 0.5], [0.5, 2.0]])
    past = back_cast(value, covariance, Crosswalk.unchanged(2))
    np.testing.assert_array_equal(past.value, value)
    np.testing.assert_array_equal(past.covariance, covariance)


def test_stable_units_hold_all_between_whom_people_moved():
    old, new = MIXED.stable_units()
    assert old.tolist() == [0, 0, 0, 1]
    assert new.tolist() == [0, 0, 2]
    # Merged only: a unit for each new agency.
    assert Crosswalk(3, 2, [0, 1, 2], [1, 1, 0], [1.0, 1.0, 1.0]).stable_units()[1].tolist() == [1, 0]


def test_a_stable_unit_has_the_same_people_on_both_sides():
    old, new = MIXED.stable_units()
    sent, received = MIXED.flow.sum(axis=0), MIXED.flow.sum(axis=1)
    for unit in range(3):
        assert sent[old == unit].sum() == received[new == unit].sum()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((2, 1, [0, 1], [0, 0], [1.0]), "one value per link"),
        ((2, 1, [0, 1], [0, 0], [1.0, 0.0]), "not in links 1"),
        ((2, 1, [0, 1], [0, 0], [1.0, math.nan]), "not in links 1"),
        (
            (2, 1, [0, 2], [0, 0], [1.0, 1.0]),
            "`old` must hold positions of agencies, whole numbers from 0 to 1",
        ),
        ((2, 1, [0, 1], [0, -1], [1.0, 1.0]), "`new` must hold positions"),
        ((2, 1, [0, 0.5], [0, 0], [1.0, 1.0]), "`old` must hold positions"),
        ((2, 1, [0, 0], [0, 0], [1.0, 1.0]), "twice: \\(0, 0\\)"),
    ],
)
def test_links_that_cannot_be_are_refused(arguments, message):
    with pytest.raises(ScoringError, match=message):
        Crosswalk(*arguments)


def test_figures_that_do_not_fit_are_refused():
    with pytest.raises(ScoringError, match="old agencies"):
        back_cast([80.0], np.eye(1), MIXED)

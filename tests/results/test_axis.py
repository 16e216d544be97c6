"""The axis: whole numbers around the figures, and where a figure stands on it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.results.axis import axis_around


def ticks(*values, most_steps=6):
    return axis_around(values, 0, 100, most_steps).ticks


def test_it_holds_the_figures_in_round_steps():
    assert ticks(61.4, 54.9, 96.3) == (50, 60, 70, 80, 90, 100)


def test_close_figures_get_small_steps():
    assert ticks(79.2, 82.8) == (79, 80, 81, 82, 83)


def test_one_figure_gets_room_on_both_sides():
    assert ticks(80.0) == (79, 80, 81)
    assert ticks(80.3) == (80, 81)


@pytest.mark.parametrize(("bound", "expected"), [(0.0, (0, 1)), (100.0, (99, 100))])
def test_there_is_nothing_beyond_the_bounds_of_a_measure(bound, expected):
    assert ticks(bound) == expected


def test_without_figures_it_is_the_whole_scale():
    assert ticks() == (0, 20, 40, 60, 80, 100)


def test_a_figure_stands_in_proportion_between_the_edges():
    axis = axis_around([50, 100], 200, 700, 6)

    assert [axis.place(value) for value in (50, 75, 100, 87.34)] == [200.0, 450.0, 700.0, 573.4]


@given(st.lists(st.floats(0, 100), min_size=1, max_size=40), st.integers(2, 8))
def test_every_figure_of_a_measure_fits(values, most_steps):
    axis = axis_around(values, 10, 300, most_steps)

    assert 0 <= axis.ticks[0] <= min(values)
    assert max(values) <= axis.ticks[-1] <= 100
    assert 1 <= len(axis.ticks) - 1 <= most_steps
    assert len({after - before for before, after in zip(axis.ticks, axis.ticks[1:], strict=False)}) == 1
    assert all(10 <= axis.place(value) <= 300 for value in values)


def test_figures_that_no_axis_of_ours_holds_are_refused():
    with pytest.raises(ValueError, match="more than 6 steps"):
        ticks(0, 10_000)

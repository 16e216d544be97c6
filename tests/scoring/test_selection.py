"""Selection of units: exact numbers, probabilities that hold in many draws, a list that anybody can check."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.planning import PlanningError
from scoring.selection import select_households, select_pps
from scoring.weighting import base_weights

SIZES = np.array([120.0, 30, 75, 10, 410, 60, 95])


def test_the_draw_can_be_repeated_by_hand_from_the_list():
    drawn = select_pps(SIZES, 3, seed=11, labels=list("abcdefg"))
    # 3 * 410 >= 800: `e` is certain; 2 are left for 390, so the interval is 195.
    assert [r.label for r in drawn.records if r.certainty] == ["e"]
    assert drawn.interval == 195
    assert 0 < drawn.start <= 195
    points = [drawn.start, drawn.start + 195]
    for r in drawn.records:
        if not r.certainty:
            held = any(r.cumulative - r.size < point <= r.cumulative for point in points)
            assert r.selected == held, r.label
    assert [r.cumulative for r in drawn.records] == [120, 150, 225, 235, 235, 295, 390]
    assert [r.order for r in drawn.records] == [1, 2, 3, 4, 5, 6, 7]


def test_probabilities_add_up_to_the_number_selected():
    for n in range(1, 8):
        drawn = select_pps(SIZES, n, seed=n)
        assert drawn.selected.sum() == n
        assert drawn.probability.sum() == pytest.approx(n, rel=1e-12)
        assert (drawn.probability <= 1).all()


def test_certainty_is_asked_again_among_the_rest():
    # 3 of 100, 40, 10, 10: 300 >= 160 certain; then 2 * 40 >= 60 certain; then 1 of two equals.
    drawn = select_pps([100, 40, 10, 10], 3, seed=1)
    assert drawn.probability.tolist() == [1, 1, 0.5, 0.5]


def test_taking_all_is_certain():
    drawn = select_pps([3, 3, 3], 3, seed=1)
    assert drawn.selected.all()
    assert np.isnan(drawn.start)
    assert drawn.probability.tolist() == [1, 1, 1]


def test_units_are_selected_as_often_as_their_probability_says():
    runs = 4000
    hits = sum(select_pps(SIZES, 3, seed=seed).selected for seed in range(runs)) / runs
    # Four standard errors of a share in 4,000 draws, at most 4 * .0079.
    np.testing.assert_allclose(hits, select_pps(SIZES, 3, seed=0).probability, atol=0.032)


def test_the_same_seed_gives_the_same_list():
    assert select_pps(SIZES, 3, seed=4).records == select_pps(SIZES, 3, seed=4).records


FRAME = {
    "commune": ["A", "A", "A", "B", "B", "C", "C", "C", "D", "D"],
    "village": ["1", "2", "3", "1", "2", "1", "2", "3", "1", "2"],
    "households": [100, 50, 60, 120, 80, 60, 70, 90, 90, 80],
}


def draw(seed: int, **changed):
    options = {"n_communes": 2, "n_villages": 2, "n_households": 15} | changed
    return select_households(**FRAME, seed=seed, **options)


def test_size_at_both_stages_and_equal_takes_give_equal_weights():
    # pi = 2 * 1 * 15 / 800 with one village in each commune, so that none is certain.
    drawn = draw(2, n_villages=1)
    assert [v.weight for v in drawn.villages] == pytest.approx([800 / 30] * 2, rel=1e-12)
    assert all(len(v.households) == 15 for v in drawn.villages)


def test_weighted_households_estimate_the_frame_without_bias():
    runs = 1500
    found = [sum(v.weight * len(v.households) for v in draw(seed).villages) for seed in range(runs)]
    # 800 households; the mean of 1,500 draws lies within four of its standard errors.
    assert abs(np.mean(found) - 800) < max(4 * np.std(found) / np.sqrt(runs), 1e-9)


def test_households_are_distinct_numbers_of_the_village_list():
    for v in draw(8).villages:
        count = chosen_size(v)
        assert list(v.households) == sorted(set(v.households))
        assert 1 <= v.households[0] <= v.households[-1] <= count


def test_weights_are_the_base_weights_of_the_stages():
    drawn = draw(6, n_villages=1)
    chance = {(r.within, r.label): r.probability for r in drawn.records}
    stages = [
        [chance[(), v.commune] for v in drawn.villages],
        [chance[(v.commune,), v.village] for v in drawn.villages],
        [15 / size for size in (chosen_size(v) for v in drawn.villages)],
    ]
    np.testing.assert_allclose(base_weights(*stages), [v.weight for v in drawn.villages], rtol=1e-12)


def chosen_size(v) -> int:
    rows = zip(FRAME["commune"], FRAME["village"], FRAME["households"], strict=True)
    return next(size for commune, village, size in rows if (commune, village) == (v.commune, v.village))


def test_a_village_that_is_too_small_is_taken_whole_and_says_so():
    drawn = draw(3, n_communes=4, n_villages=3, n_households=75)
    small = [v for v in drawn.villages if v.short]
    assert {(v.commune, v.village, v.short) for v in small} == {
        ("A", "2", 25),
        ("A", "3", 15),
        ("C", "1", 15),
        ("C", "2", 5),
    }
    assert all(v.weight == 1 for v in small)


def test_the_list_names_the_stage_and_what_is_above():
    drawn = draw(1)
    assert [r.stage for r in drawn.records[:4]] == ["commune"] * 4
    chosen = [r.label for r in drawn.records[:4] if r.selected]
    assert {r.within for r in drawn.records[4:]} == {(name,) for name in chosen}


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: select_pps([5, 0, np.nan], 1, seed=1), r"2 have none \(rows 2, 3\)"),
        (lambda: select_pps([5, 5], 3, seed=1), "from 1 to 2"),
        (lambda: select_pps([5, 5], 0, seed=1), "from 1 to 2"),
        (lambda: select_pps([], 1, seed=1), "one size per unit"),
        (lambda: select_pps([5, 5], 1, seed=1, labels=["a", "a"]), "more than once: a"),
        (lambda: select_pps([5, 5], 1, seed=1, labels=["a", ""]), r"empty in 1 rows \(rows 2\)"),
        (lambda: select_pps([5, 5], 1, seed=1, labels=["a"]), "one label per row, 2"),
        (lambda: draw(1, n_communes=5), "from 1 to 4"),
        (lambda: draw(1, n_households=0), "`n_households`"),
        (
            lambda: select_households(
                ["A", "A"], ["1", "1"], [5, 5], n_communes=1, n_villages=1, n_households=1, seed=1
            ),
            "more than once: 1",
        ),
        (
            lambda: select_households(
                ["A"], ["1"], [5.5], n_communes=1, n_villages=1, n_households=1, seed=1
            ),
            "whole numbers",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(call, words):
    with pytest.raises(PlanningError, match=words):
        call()

"""Best and weakest items: named where intervals tell them apart, and never ranked among equals."""

from __future__ import annotations

import pytest

from app.scorecards import Figure
from app.services.assembly.ends import item_ends
from tests.results.records import row, suppressed


def item(code, low, high, **changes):
    return row((low + high) / 2, low, high, **{"node": code, "kind": "item"} | changes)


def codes(end):
    return [one.node for one in end.items]


def test_items_whose_intervals_stand_apart_are_named():
    found = item_ends([item("a", 60, 70), item("b", 80, 90), item("c", 40, 50)], "probability")

    assert (codes(found.best), codes(found.worst), found.of) == (["b"], ["c"], 3)


def test_those_that_are_not_told_apart_stand_together_in_the_order_of_the_questionnaire():
    found = item_ends(
        [item("a", 79, 81), item("b", 70, 92), item("c", 84, 90), item("d", 10, 20)], "probability"
    )

    assert codes(found.best) == ["b", "c"]


def test_of_many_at_one_end_only_their_number_is_said():
    rows = [item(f"a{k}", 80 + k, 95) for k in range(5)] + [item("z", 10, 20)]

    found = item_ends(rows, "probability")

    assert (found.best.items, found.best.count) == ((), 5)
    assert codes(found.worst) == ["z"]


def test_where_the_ends_touch_nothing_is_named():
    found = item_ends([item("a", 60, 80), item("b", 70, 90), item("c", 65, 85)], "probability")

    assert (found.best, found.worst, found.of) == (None, None, 3)


def test_volunteers_are_not_compared():
    rows = [item("a", 60, 70), item("b", 80, 90), item("c", 40, 50)]

    assert item_ends(rows, "volunteer") is None


@pytest.mark.parametrize("flag", ["small", "not_estimable", "no_variation"])
def test_a_flagged_item_takes_no_part(flag):
    rows = [item("a", 60, 70), item("b", 80, 90, flag=flag), item("c", 40, 50), item("d", 50, 55)]

    assert codes(item_ends(rows, "probability").best) == ["a"]


def test_suppressed_items_are_not_there():
    assert item_ends([suppressed(), item("a", 60, 70), item("b", 80, 90)], "probability") is None


def test_of_a_full_census_the_figures_themselves_are_compared():
    rows = [
        row(value, None, None, node=code, kind="item", interval_method="none", std_error=Figure(0.0))
        for code, value in (("a", 70.0), ("b", 71.0), ("c", 69.0))
    ]

    assert codes(item_ends(rows, "census").best) == ["b"]
    assert item_ends(rows, "probability") is None


def test_of_a_census_whose_head_count_is_not_known_nothing_is_compared():
    rows = [
        row(value, None, None, node=code, kind="item", interval_method="none", std_error=Figure(None, "x"))
        for code, value in (("a", 70.0), ("b", 71.0), ("c", 69.0))
    ]

    assert item_ends(rows, "census") is None


def test_an_item_that_is_told_from_neither_end_stands_at_none():
    found = item_ends([item("a", 90, 95), item("b", 15, 92), item("c", 10, 20)], "probability")

    assert (codes(found.best), codes(found.worst)) == (["a"], ["c"])


def test_items_of_another_measure_are_not_set_beside_these():
    rows = [
        item("a", 60, 70),
        item("b", 80, 90),
        item("c", 40, 50),
        item("m", 98, 99, measure="mean_100"),
    ]

    assert codes(item_ends(rows, "probability").best) == ["b"]

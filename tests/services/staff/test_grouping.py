"""Every group is large enough, and nobody is counted beside his own branch."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.staff.grouping import TooFewHeads, group

TREE = {
    "ministry": None,
    "north": "ministry",
    "n1": "north",
    "n2": "north",
    "south": "ministry",
    "s1": "south",
}


def test_units_that_are_large_enough_stand_alone():
    assert group(TREE, {"n1": 10, "n2": 12, "s1": 30}, 10) == {"n1": "n1", "n2": "n2", "s1": "s1"}


def test_a_small_unit_is_counted_in_its_parent():
    found = group(TREE, {"north": 9, "n1": 4, "n2": 12, "s1": 30}, 10)
    assert found == {"north": "north", "n1": "north", "n2": "n2", "s1": "s1"}


def test_small_units_climb_until_there_are_enough():
    found = group(TREE, {"n1": 1, "n2": 2, "s1": 3, "south": 3, "ministry": 5}, 10)
    assert set(found.values()) == {"ministry"}


def test_a_remainder_at_the_top_takes_in_the_smallest_group():
    found = group(TREE, {"n1": 1, "n2": 12, "s1": 30}, 10)
    assert found == {"n1": "ministry", "n2": "ministry", "s1": "s1"}


def test_too_few_in_all_is_one_sentence():
    with pytest.raises(TooFewHeads, match="fewer than the threshold of 10"):
        group(TREE, {"n1": 4, "s1": 5}, 10)


def test_a_unit_of_one_is_never_a_group_of_its_own():
    assert group(TREE, {"n1": 1, "n2": 40}, 10)["n1"] != "n1"


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(0, 25)), min_size=1, max_size=30), st.integers(2, 12)
)
def test_groups_are_large_enough_and_lie_above_their_units(units, least):
    parents = {f"u{n}": None if n == 0 else f"u{above % n}" for n, (above, _heads) in enumerate(units)}
    counts = {f"u{n}": heads for n, (_above, heads) in enumerate(units)}
    if 0 < sum(counts.values()) < least:
        with pytest.raises(TooFewHeads):
            group(parents, counts, least)
        return
    found = group(parents, counts, least)
    assert set(found) == {unit for unit, heads in counts.items() if heads}
    for whole in set(found.values()):
        assert sum(counts[unit] for unit in found if found[unit] == whole) >= least
    for unit, whole in found.items():
        while unit != whole:
            unit = parents[unit]
            assert unit is not None

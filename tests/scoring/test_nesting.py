"""How domains add up, found from their rows."""

from __future__ import annotations

import numpy as np

from scoring import Partition
from scoring.nesting import Family, families


def of(*columns: str | list[str]) -> tuple[Partition, ...]:
    """The whole, then a partition per column of labels; `.` is in no domain."""
    labels = [["" if label == "." else label for label in column] for column in columns]
    return (
        Partition.whole(len(labels[0])),
        *(Partition.of(f"c{k}", column) for k, column in enumerate(labels)),
    )


def test_every_domain_lies_in_the_whole():
    assert families(of("aabb")) == (Family(0, (1, 2)),)


def test_nothing_lies_in_the_whole_alone():
    assert families((Partition.whole(3),)) == ()


def test_a_column_inside_another_is_found_without_being_told():
    # Positions: whole 0, provinces a b 1-2, districts w x y z 3-6.
    found = families(of("aaaabbbb", "wwxxyyzz"))
    assert found == (Family(0, (1, 2)), Family(1, (3, 4)), Family(2, (5, 6)))


def test_the_order_of_columns_does_not_matter():
    found = families(of("wwxxyyzz", "aaaabbbb"))
    assert found == (Family(0, (5, 6)), Family(5, (1, 2)), Family(6, (3, 4)))


def test_a_crossing_lies_in_both_its_margins():
    a, b = "aabb", "xyxy"
    found = families(of(a, b, [f"{i}|{j}" for i, j in zip(a, b, strict=True)]))
    # whole 0; a b 1-2; x y 3-4; a|x a|y b|x b|y 5-8. The crossing is not directly in the whole.
    assert found == (
        Family(0, (1, 2)),
        Family(0, (3, 4)),
        Family(1, (5, 6)),
        Family(2, (7, 8)),
        Family(3, (5, 7)),
        Family(4, (6, 8)),
    )


def test_columns_that_cross_are_two_families_of_the_whole():
    assert families(of("aabb", "xyxy")) == (Family(0, (1, 2)), Family(0, (3, 4)))


def test_own_respondents_stand_beside_the_branches_below():
    # Level 1: a, b. Level 2: a1 under a. Own: a#own, for a has respondents of its own and below.
    found = families(of("aaabb", ["a1", "a1", ".", ".", "."], [".", ".", "a#own", ".", "."]))
    assert found == (Family(0, (1, 2)), Family(1, (3, 4)))


def test_a_column_stays_together_where_another_holds_some_of_it():
    # x lies in a, and b lies in y; still a + b and x + y are the whole.
    assert families(of("aab", "xyy")) == (
        Family(0, (1, 2)),
        Family(0, (3, 4)),
        Family(1, (3,)),
        Family(4, (2,)),
    )


def test_own_respondents_of_a_lower_branch_add_up_to_it_and_not_to_the_one_above():
    # a holds a1 and a2 and its own; a1 holds a11 and its own.
    found = families(
        of(
            "aaaaaab",
            ["a1", "a1", "a1", "a2", ".", ".", "."],
            ["a11", "a11", ".", ".", ".", ".", "."],
            [".", ".", "a1#own", ".", "a#own", "a#own", "."],
        )
    )
    # whole 0; a b 1-2; a1 a2 3-4; a11 5; a#own a1#own 6-7.
    assert found == (Family(0, (1, 2)), Family(1, (3, 4, 6)), Family(3, (5, 7)))


def test_of_two_domains_with_the_same_rows_the_earlier_is_the_parent():
    assert families(of("aab", "ppq")) == (Family(0, (1, 2)), Family(1, (3,)), Family(2, (4,)))


def test_a_domain_of_everyone_lies_in_the_whole():
    assert families(of("aaa")) == (Family(0, (1,)),)


def test_rows_in_no_domain_are_what_the_children_leave():
    assert families(of("aa.")) == (Family(0, (1,)),)


def test_a_domain_without_rows_is_in_no_family():
    partition = Partition("by", ("a", "nobody", "b"), np.array([0, 0, 2]))
    assert families((Partition.whole(3), partition)) == (Family(0, (1, 3)),)

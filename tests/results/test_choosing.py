"""What is on the page: one index, one branch, and the first level of it in the chart."""

from __future__ import annotations

import pytest

from app.queries.errors import NotFound
from app.results.choosing import Wanted, choose
from tests.results.records import line, overview, row

TREE = (
    line("31", shown=row(81.0)),
    line("31-a", "31", 1, row(82.0)),
    line("31-a-1", "31-a", 2, row(83.0)),
    line("31-b", "31", 1),
    line("46", shown=row(71.0)),
    line("46-a", "46", 1, row(72.0)),
)
COUNTRY = (line("vn", shown=row(80.0)), line("31", "vn", 1, row(81.0)), line("46", "vn", 1, row(71.0)))
TWO = (("service", "Service"), ("policy", "Policy"))


def codes(lines):
    return [each.code for each in lines]


def test_the_first_index_and_the_whole_tree_come_first():
    choice = choose(overview(*TREE, indices=TWO), Wanted())

    assert (choice.index, choice.index_label, choice.branch) == ("service", "Service", None)
    assert codes(choice.lines) == codes(TREE)


@pytest.mark.parametrize("empty", [None, ""])
def test_an_empty_wish_is_none(empty):
    choice = choose(overview(*TREE), Wanted(empty, empty))

    assert (choice.index, choice.branch) == ("service", None)


def test_another_index_shows_its_own_rows():
    tree = (line("31", shown=row(81.0), policy=row(55.0)),)
    choice = choose(overview(*tree, indices=TWO), Wanted(index="policy"))

    assert choice.index_label == "Policy"
    assert choice.row(tree[0]).value.value == 55.0
    assert choice.reference.node == "policy"


def test_a_branch_is_an_agency_with_all_below_it():
    choice = choose(overview(*TREE), Wanted(branch="31"))

    assert codes(choice.lines) == ["31", "31-a", "31-a-1", "31-b"]
    assert choice.branch.code == "31"


def test_the_chart_has_the_first_level_and_the_figure_of_all():
    choice = choose(overview(*TREE), Wanted())

    assert codes(choice.charted) == ["31", "46"]
    assert choice.above is None
    assert choice.reference.value.value == 79.5


def test_a_single_root_gives_way_to_those_below_it():
    choice = choose(overview(*COUNTRY), Wanted())

    assert codes(choice.charted) == ["31", "46"]
    assert choice.above.code == "vn"
    assert choice.reference.value.value == 80.0


def test_the_chart_of_a_branch_compares_with_the_branch():
    choice = choose(overview(*TREE), Wanted(branch="31"))

    assert codes(choice.charted) == ["31-a", "31-b"]
    assert choice.above.code == "31"
    assert choice.reference.value.value == 81.0


def test_a_branch_of_one_agency_compares_with_all():
    choice = choose(overview(*TREE), Wanted(branch="31-a-1"))

    assert codes(choice.lines) == codes(choice.charted) == ["31-a-1"]
    assert choice.above is None
    assert choice.reference.value.value == 79.5


def test_agencies_with_others_below_can_be_chosen_and_the_chosen_one():
    assert codes(choose(overview(*TREE), Wanted()).branches) == ["31", "31-a", "46"]
    assert codes(choose(overview(*TREE), Wanted(branch="46-a")).branches) == ["31", "31-a", "46", "46-a"]


def test_where_nobody_answered_there_is_no_row():
    choice = choose(overview(*TREE), Wanted(branch="31-b"))

    assert choice.row(choice.branch) is None


def test_an_instrument_without_index_has_nothing_to_choose():
    choice = choose(overview(*TREE, indices=(), whole={}), Wanted())

    assert (choice.index, choice.reference) == (None, None)
    assert choice.row(TREE[0]) is None


@pytest.mark.parametrize("wanted", [Wanted(index="nothing"), Wanted(branch="nowhere"), Wanted(branch="31%")])
def test_what_the_release_has_not_is_not_found(wanted):
    with pytest.raises(NotFound):
        choose(overview(*TREE), wanted)

"""Domains by the agency tree: an agency's branch, and its own respondents (CONTRACTS 4)."""

from __future__ import annotations

import pytest

from app.services.assembly.partitions import Branches
from app.services.assembly.results import counts
from app.services.files import FileRefused

from .runs import estimates, scored

TREE = Branches(
    "agency",
    {"31": ("31",), "31.a": ("31", "31.a"), "31.b": ("31", "31.b"), "01": ("01",), "01.a": ("01", "01.a")},
)
ROWS = [
    {"agency": "31", "q1": "1"},
    {"agency": "31.a", "q1": "5"},
    {"agency": "31.b", "q1": "5"},
    {"agency": "01.a", "q1": "5"},
]


def test_a_branch_holds_its_own_respondents_and_all_below(tmp_path):
    found = estimates(scored(tmp_path, ROWS, branches=TREE, threshold=0))
    n = {
        domain: one["n"]
        for (domain, node, measure), one in found.items()
        if (node, measure) == ("q1", "top_box")
    }
    assert n == {None: 4, "01": 1, "31": 3, "01.a": 1, "31.a": 1, "31.b": 1, "31#own": 1}


def test_own_respondents_stand_apart_only_where_there_are_some_below_too(tmp_path):
    found = scored(tmp_path, ROWS[1:], branches=TREE, threshold=0)
    assert not [domain for _, domain in found.domains if domain and domain.endswith("#own")]


def test_all_branches_are_domains_of_the_one_column(tmp_path):
    found = scored(tmp_path, ROWS, branches=TREE, threshold=0)
    assert {by for by, _ in found.domains} == {None, "agency"}


def test_a_row_without_an_agency_is_in_the_whole_alone(tmp_path):
    found = scored(tmp_path, [*ROWS, {"agency": ""}], branches=TREE, threshold=0)
    assert counts(found)["rows_in_no_domain"] == {"agency": 1}


def test_an_agency_outside_the_tree_is_refused(tmp_path):
    with pytest.raises(FileRefused, match=r"agency '98\.x' does not stand in the agency tree, nor do 1 more"):
        scored(tmp_path, [{"agency": "99"}, {"agency": "98.x"}, *ROWS], branches=TREE)

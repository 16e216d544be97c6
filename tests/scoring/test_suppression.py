"""The table set of a release: hidden together, with what earlier releases gave away."""

from __future__ import annotations

import itertools

import pytest

from scoring.tableset import Cell, Published, TableSet, TableSetError, audit, solve

TREE = {"top": None, "a": "top", "b": "top", "c": "top"}


def tables(counts, wave="2026", tree=TREE):
    """Counts by (branch,) or (branch, variable, category)."""
    return TableSet(wave, tree, {Cell(*cell.split()): n for cell, n in counts.items()})


def by_sex(**branches):
    """Totals and tables by sex: `a=(12, 3)` is 12 women and 3 men in a; the top is all of them."""
    women, men = (sum(one[k] for one in branches.values()) for k in (0, 1))
    return {
        cell: n
        for branch, (f, m) in {"top": (women, men), **branches}.items()
        for cell, n in ((branch, f + m), (f"{branch} sex f", f), (f"{branch} sex m", m))
    }


def hidden(found):
    return sorted(" ".join(filter(None, cell)) for cell in found.hidden)


def test_a_small_branch_takes_a_neighbour_along_and_says_why():
    found = solve(tables({"top": 100, "a": 4, "b": 20, "c": 76}), 10)
    assert {cell.branch: reason for cell, reason in found.reasons.items()} == {
        "a": "primary",
        "b": "complementary",
    }


def test_a_small_category_needs_a_square():
    # 4 women in a: another cell of a, another of the women, and the fourth corner.
    found = solve(tables(by_sex(a=(4, 30), b=(30, 40), c=(50, 60))), 10)
    assert hidden(found) == ["a sex f", "a sex m", "b sex f", "b sex m"]


def test_those_who_did_not_say_are_protected():
    # 100 - 60 - 37 would be the 3 without an answer.
    found = solve(TableSet("2026", {"top": None}, {Cell("top"): 100, F: 60, M: 37}), 10)
    assert hidden(found) == ["top sex m"]


F, M = Cell("top", "sex", "f"), Cell("top", "sex", "m")


def test_a_branch_s_own_respondents_are_protected():
    found = solve(tables({"top": 96, "a": 20, "b": 30, "c": 41}), 10)
    assert hidden(found) == ["a"]


def test_a_hidden_head_count_takes_its_tables_along():
    found = solve(tables(by_sex(a=(2, 2), b=(20, 20), c=(50, 60))), 10)
    assert {Cell("b"), Cell("b", "sex", "f"), Cell("b", "sex", "m")} <= found.hidden


def test_a_category_without_anyone_is_shown_unless_the_branch_is_small():
    found = solve(tables(by_sex(a=(0, 30), b=(0, 4), c=(12, 14))), 10)
    assert Cell("a", "sex", "f") not in found.hidden
    assert found.reasons[Cell("b", "sex", "f")] == "primary"


def test_newcomers_to_a_later_version_are_protected():
    """Three late answers in a: whoever holds the first release subtracts, so the later one hides what changed."""
    first = solve(tables({"top": 100, "a": 24, "b": 30, "c": 46}), 10)
    later = tables({"top": 103, "a": 27, "b": 30, "c": 46})
    assert not first.hidden
    assert not solve(later, 10).hidden
    found = solve(later, 10, [first.published()])
    assert hidden(found) == ["a", "top"]
    assert audit(later, frozenset(), 10, [first.published()]).recovered
    assert not audit(later, found.hidden, 10, [first.published()]).recovered


def test_a_later_version_does_not_show_the_partner_of_what_was_hidden():
    first = solve(tables({"top": 80, "a": 4, "b": 20, "c": 56}), 10)
    # By itself the later version would hide a and c; that shown, b then gives the a of the first release away.
    later = tables({"top": 140, "a": 4, "b": 80, "c": 56})
    assert hidden(first) == ["a", "b"]
    assert hidden(solve(later, 10)) == ["a", "c"]
    found = solve(later, 10, [first.published()])
    assert not audit(later, found.hidden, 10, [first.published()]).recovered


def test_what_earlier_releases_give_away_by_themselves_is_said():
    counts = tables({"top": 100, "a": 4, "b": 20, "c": 76})
    careless = Published(counts, frozenset({Cell("a")}))
    found = solve(counts, 10, [careless])
    assert found.exposed
    assert audit(counts, found.hidden, 10, [careless]).recovered


def test_answers_taken_out_are_protected_like_answers_added():
    first = solve(tables({"top": 103, "a": 27, "b": 30, "c": 46}), 10).published()
    found = solve(tables({"top": 100, "a": 24, "b": 30, "c": 46}), 10, [first])
    assert hidden(found) == ["a", "top"]


def test_another_wave_binds_nothing():
    first = solve(tables({"top": 100, "a": 24, "b": 30, "c": 46}, wave="2025"), 10).published()
    assert not solve(tables({"top": 103, "a": 27, "b": 30, "c": 46}), 10, [first]).hidden


def test_a_merged_branch_is_compared_with_its_parts():
    first = solve(tables({"top": 100, "a": 24, "b": 30, "c": 46}), 10)
    merged = TableSet(
        "2026", {"top": None, "ab": "top", "c": "top"}, {Cell("top"): 130, Cell("ab"): 58, Cell("c"): 72}
    )
    assert not solve(merged, 10, [first.published()]).hidden
    found = solve(merged, 10, [first.published({"ab": ("a", "b")})])
    assert Cell("ab") in found.hidden


def test_the_order_of_the_counts_does_not_matter():
    counts = by_sex(a=(4, 30), b=(30, 40), c=(50, 60))
    orders = itertools.islice(itertools.permutations(counts.items()), 0, 40_000, 4_001)
    found = {tuple(hidden(solve(tables(dict(order)), 10))) for order in orders}
    assert len(found) == 1


def test_an_audit_finds_what_is_left_open_and_says_how_near():
    counts = tables({"top": 100, "a": 4, "b": 20, "c": 76})
    found = audit(counts, frozenset({Cell("a")}), 10)
    assert (found.tried, found.recovered) == (1, (("a", 4, 4),))
    assert audit(counts, frozenset({Cell("a"), Cell("b")}), 10).recovered == ()


def test_an_audit_finds_what_is_only_bounded():
    # a and b are 7 together: neither is known, both are surely few.
    counts = tables({"top": 100, "a": 3, "b": 4, "c": 93})
    found = audit(counts, frozenset({Cell("a"), Cell("b")}), 10)
    assert {(one.low, one.high) for one in found.recovered} == {(0, 7)}


def test_a_threshold_of_nought_shows_all():
    counts = tables({"top": 4, "a": 1, "b": 1, "c": 2})
    assert not solve(counts, 0).hidden
    assert audit(counts, frozenset(), 0).tried == 0


def test_a_filter_chooses_among_the_tables_and_nothing_else():
    found = solve(tables(by_sex(a=(4, 30), b=(30, 40), c=(50, 60))), 10)
    assert found.table("c", "sex") == {Cell("c", "sex", "f"): 50, Cell("c", "sex", "m"): 60}
    assert set(found.table("a", "sex").values()) == {None}
    for asked in (("c", "age"), ("d", None)):
        with pytest.raises(TableSetError, match="is not a table of this release"):
            found.table(*asked)


@pytest.mark.parametrize(
    ("counts", "tree", "told"),
    [
        ({"top": -1}, {"top": None}, "a whole number of nought or more"),
        (
            {"top": 10, "a": 11},
            {"top": None, "a": "top"},
            "top counts 10, but what stands in it adds up to 11",
        ),
        ({"top": 10, "top sex f": 11}, {"top": None}, "adds up to 11"),
        ({"top": 10, "a": 1}, {"top": None}, "have no place in the tree: a"),
        ({"top": 10}, {"top": None, "a": "top"}, "have no head count: a"),
        ({"top": 10, "top sex": 3}, {"top": None}, "needs both a variable and a category"),
        ({"a": 1, "b": 1}, {"a": "b", "b": "a"}, "stands above itself"),
        ({"a": 1}, {"a": "gone"}, "stand above others, but not in the tree: gone"),
    ],
)
def test_counts_that_cannot_be_are_refused(counts, tree, told):
    with pytest.raises(TableSetError, match=told):
        tables(counts, tree=tree)

"""Sheets of a branch: everyone below it, the profile against the domain above, the coded comments, the release."""

from __future__ import annotations

from datetime import date

import pytest

from app.scorecards import CodedBranch, CodedComments, CodedTheme, Figure
from app.services.assembly.cards import scorecards
from app.services.assembly.context import CardContext
from app.services.assembly.inputs import Branches

from .cards import cards, lines, table
from .runs import scored
from .test_comparisons import rows

PLACES = ("a", "b", "c")
PATHS = {"n": ("n",), "s": ("s",), "a": ("n", "a"), "b": ("n", "b"), "c": ("s", "c")}
TESTED = {"stratum": "place", "cluster": ("day",), "compare": True, "ranks": True}


def branch_books(folder, given=None, context=None, **options):
    found = scored(folder, given or rows(PLACES, days=8), branches=Branches("place", PATHS), **options)
    made = CardContext(**({"language": "en", "wave": "Spring"} | (context or {})))
    return {card.domain: card for card in scorecards(found, made)}, found


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    return branch_books(tmp_path_factory.mktemp("tree"), **TESTED)


def has(card, code):
    return any(one.code == code for one in card.tables)


def test_the_book_of_a_branch_holds_all_below_it_level_by_level(tree):
    books, _found = tree
    codes = {
        domain: [line["code"] for line in lines(table(card, "domains")) if line["node"] == "pooled"]
        for domain, card in books.items()
        if has(card, "domains")
    }
    assert {domain: sorted(found) for domain, found in codes.items()} == {
        None: ["a", "b", "c", "n", "s"],
        "n": ["a", "b"],
        "s": ["c"],
    }
    assert set(codes[None][:2]) == {"n", "s"}


def test_a_line_has_the_figure_of_the_document_with_its_rank(tree):
    books, found = tree
    given = {(r.node, r.domain): r for r in found.records}
    ranks = {(r.node, r.domain): r for r in found.ranks}
    for line in lines(table(books[None], "domains")):
        record, rank = given[line["node"], line["code"]], ranks[line["node"], line["code"]]
        assert [line[key].value for key in ("value", "low", "high", "n")] == [
            record.value, record.low, record.high, record.n
        ]  # fmt: skip
        assert [line[key].value for key in ("rank", "rank_low", "rank_high")] == [
            rank.rank, rank.rank_low, rank.rank_high
        ]  # fmt: skip


def test_a_hidden_domain_stands_there_without_a_figure_and_unranked_domains_in_the_order_of_the_results(
    tmp_path,
):
    few = [{"place": "few", "day": f"{k % 4}", "q1": "5"} for k in range(6)]
    found = cards(tmp_path, rows(PLACES, days=8) + few, by="place", stratum="place", cluster=("day",))
    listed = [line for line in lines(table(found[None], "domains")) if line["node"] == "pooled"]
    hidden = [line for line in listed if line["value"].mark == "c"]
    assert {line["code"] for line in hidden} >= {"few"}
    codes = [line["code"] for line in listed]
    assert codes == sorted(codes)
    for line in hidden:
        assert [cell.value for cell in line.values() if isinstance(cell, Figure)] == [None] * 5
        assert line["flag"] == "suppressed"


def test_a_profile_sets_each_factor_against_the_domain_above_and_the_whole(tree):
    books, found = tree
    assert not has(books[None], "profile")
    lines_of_a = lines(table(books["a"], "profile"))
    assert [line["code"] for line in lines_of_a if line["node"] == "pooled.staff"] == ["n", "[z]"]
    value = {(r.node, r.domain): r.value for r in found.records}
    for line in lines_of_a:
        other = None if line["code"] == "[z]" else line["code"]
        less = value[line["node"], "a"] - value[line["node"], other]
        assert line["difference"].value == pytest.approx(less, abs=1e-9)


def test_a_part_shares_its_people_with_the_whole_it_is_tested_against(tree, tmp_path):
    """The same test as a contrast of the options file gives, which keeps the covariance."""
    books, found = tree
    tests = {(one.place, one.other, one.node): one for one in found.profiles}
    place = {domain: k for k, domain in enumerate(found.domains)}
    compared = next(c for c in found.comparisons if c.node == "pooled" and {c.a, c.b} == {"n", "s"})
    # With two domains that make up the whole, n less the whole is a share of n less s: the same t.
    against = tests[place["place", "n"], 0, "pooled"]
    t = against.difference / against.std_error
    assert abs(t) == pytest.approx(abs(compared.difference / compared.std_error), rel=1e-6)
    assert {line["verdict"] for line in lines(table(books["n"], "profile"))} <= {
        "higher", "lower", "no difference shown", "not tested"
    }  # fmt: skip


def test_p_is_adjusted_over_the_lines_set_against_one_domain(tree):
    books, _found = tree
    for card in books.values():
        if has(card, "profile"):
            for code in {line["code"] for line in lines(table(card, "profile"))}:
                family = [line for line in lines(table(card, "profile")) if line["code"] == code]
                tested = sorted(line["p"].value for line in family if line["p"].value is not None)
                if tested:
                    smallest = min(
                        line["p_adjusted"].value for line in family if line["p"].value == tested[0]
                    )
                    assert smallest == pytest.approx(min(1, tested[0] * len(tested)), rel=1e-9)


def test_without_tests_a_profile_tells_differences_alone(tmp_path):
    found = cards(tmp_path, rows(PLACES, days=12), by="place", wave_kind="volunteer", cluster=("day",))
    sheet = table(found["a"], "profile")
    assert "p" not in {column.code for column in sheet.columns}
    assert any("not tested" in remark for remark in sheet.remarks)


def test_a_comparison_lists_those_under_the_same_parent(tree):
    books, _found = tree
    assert {line["code"] for line in lines(table(books["a"], "comparison"))} == {"a", "b"}
    assert {line["code"] for line in lines(table(books["c"], "comparison"))} == {"c"}


CODED = CodedComments(
    themes=(
        CodedTheme("wait", {"en": "Waiting", "vi": "Chờ đợi"}),
        CodedTheme("fees", {"en": "Fees", "vi": "Phí"}),
    ),
    branches={
        None: CodedBranch(60, 40, (30, 12)),
        "n": CodedBranch(50, 30, (20, None)),
        "s": CodedBranch(None, None, (None, None)),
    },
    threshold=10,
)


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    context = {"comments": CODED, "release": 2, "changes": "Two books", "reason": "A code was wrong"}
    return branch_books(
        tmp_path_factory.mktemp("released"), context=context | {"published": date(2026, 5, 1)}
    )[0]


def test_coded_comments_are_counted_by_theme(released):
    found = [
        (line["theme"], line["count"], line["share"]) for line in lines(table(released["n"], "comments"))
    ]
    hidden, no_share = Figure(None, "c"), Figure(None, "z")
    assert found == [
        ("Waiting", Figure(20), Figure(66.6666666667)),
        ("Fees", hidden, hidden),
        ("Comments with a theme", Figure(30), Figure(100)),
        ("Comments written", Figure(50), no_share),
    ]
    assert {line["count"] for line in lines(table(released["s"], "comments"))} == {hidden}
    assert not has(released["a"], "comments")


def test_a_correction_says_on_cover_and_manifest_what_it_changes_and_why(released):
    manifest = dict(table(released["a"], "manifest").rows)
    assert (manifest["Release"], manifest["What this release changes"]) == ("2", "Two books")
    assert manifest["Why it was changed"] == "A code was wrong"
    assert manifest["Coded comments, SHA-256"] == CODED.sha256()
    assert {"Release", "What this release changes", "Why it was changed"} <= {
        f.label for f in released["a"].cover
    }


def test_sheets_stand_in_the_order_of_the_contract(tmp_path):
    context = {"comments": CODED}
    found, _ = branch_books(tmp_path, context=context, **TESTED)
    assert [one.code for one in found["n"].tables] == [
        "summary", "items", "domains", "comparison", "profile", "comments", "quality", "method", "parameters",
        "checks", "manifest",
    ]  # fmt: skip
    assert {chart.table for chart in found["n"].charts} == {"summary", "items", "domains"}

"""Comparisons and ranks of a run: differences with their covariance, and who takes part."""

from __future__ import annotations

import json
import math
from pathlib import Path

import jsonschema
import pytest
from statsmodels.stats.multitest import multipletests

from app.services.assembly.results import results_document, write_json
from app.services.files import FileRefused
from tests.services.assembly.runs import estimates, scored

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs/schemas/results-1.schema.json").read_text(encoding="utf-8")
)
PLACES = ("a", "b", "c", "d")


def rows(places=PLACES, days=6, visitors=6):
    """Places are strata, days PSUs; from one place to the next the share of the satisfied differs."""
    return [
        {"place": place, "day": f"{day}", "team": "xy"[day % 2],
         "q1": "4" if (day * 5 + who * 3 + k) % 7 >= 1 + k % 4 else "2", "q2": "5" if (day + who) % 4 else "1"}
        for k, place in enumerate(places)
        for day in range(days)
        for who in range(visitors)
    ]  # fmt: skip


def run(folder, given=None, **options):
    options = {
        "by": "place",
        "stratum": "place",
        "cluster": ("day",),
        "compare": True,
        "ranks": True,
    } | options
    return scored(folder, given or rows(), **options)


def test_a_difference_is_that_of_the_estimates(tmp_path):
    found = run(tmp_path)
    by_domain = estimates(found)
    for one in found.comparisons:
        a, b = (by_domain[domain, one.node, one.measure]["value"] for domain in (one.a, one.b))
        assert one.difference == pytest.approx(a - b, rel=1e-9, abs=1e-9)


def test_domains_that_are_whole_strata_are_independent(tmp_path):
    found = run(tmp_path)
    by_domain = estimates(found)
    for one in found.comparisons:
        a, b = (by_domain[domain, one.node, one.measure]["std_error"] for domain in (one.a, one.b))
        assert one.std_error == pytest.approx(math.hypot(a, b), rel=1e-9)


def test_domains_that_share_their_psus_are_not(tmp_path):
    """Two halves of every day: what makes a day good or bad cancels in their difference."""
    halves = [
        row
        | {"half": "12"[who % 2], "q1": "5" if int(row["day"]) % 3 else "2", "q2": "4" if who % 5 else "2"}
        for who, row in enumerate(rows(places=("a",), days=12, visitors=8))
    ]
    found = run(tmp_path, halves, by="half")
    by_domain = estimates(found)
    one = next(c for c in found.comparisons if c.node == "pooled")
    a, b = (by_domain[domain, one.node, one.measure]["std_error"] for domain in (one.a, one.b))
    assert one.std_error < 0.5 * math.hypot(a, b)


def test_indices_and_their_first_level_are_compared_items_only_on_request(tmp_path):
    # `audit` and `pooled.rules` do not vary in these rows, so there is nothing to compare by.
    assert {one.node for one in run(tmp_path).comparisons} == {"pooled", "pooled.staff", "person"}
    everything = {one.node for one in run(tmp_path, pairs="all").comparisons}
    assert {"q1", "q2", "pooled"} <= everything


@pytest.mark.parametrize(("adjust", "method"), [("holm", "holm"), ("bh", "fdr_bh")])
def test_the_family_is_all_pairs_of_one_node_and_measure(tmp_path, adjust, method):
    found = run(tmp_path, by=("place", "team"), adjust=adjust)
    family = [one for one in found.comparisons if one.node == "pooled"]
    assert len(family) == 6 + 1
    expected = multipletests([one.p for one in family], method=method)[1]
    assert [one.p_adjusted for one in family] == pytest.approx(list(expected), rel=1e-9)


def test_without_adjustment_p_stands_as_it_is(tmp_path):
    for one in run(tmp_path, adjust="none").comparisons:
        assert one.p_adjusted == one.p


def test_a_suppressed_domain_is_neither_compared_nor_ranked(tmp_path):
    given = rows() + rows(places=("e",), days=2, visitors=2)
    found = run(tmp_path, given)
    hidden = {
        domain
        for (domain, node, _), e in estimates(found).items()
        if node == "pooled" and e["flag"] == "suppressed"
    }
    assert "e" in hidden
    compared = {domain for one in found.comparisons if one.node == "pooled" for domain in (one.a, one.b)}
    assert not compared & hidden
    ranks = {one.domain: one for one in found.ranks if one.node == "pooled"}
    assert set(ranks) == {*PLACES, "e"}
    assert all(
        (ranks[domain].rank, ranks[domain].rank_low, ranks[domain].rank_high) == (None, None, None)
        for domain in hidden
    )


def test_a_small_domain_is_compared_and_not_ranked(tmp_path):
    given = rows() + rows(places=("e",), days=4, visitors=4)
    found = run(tmp_path, given)
    assert estimates(found)["e", "pooled", "top_box"]["flag"] == "small"
    assert any("e" in (one.a, one.b) for one in found.comparisons if one.node == "pooled")
    ranks = {one.domain: one.rank for one in found.ranks if one.node == "pooled"}
    assert ranks["e"] is None
    assert sorted(rank for domain, rank in ranks.items() if domain != "e") == [1, 2, 3, 4]


def test_the_rank_follows_the_value_and_lies_in_its_set(tmp_path):
    found = run(tmp_path)
    by_domain = estimates(found)
    ranks = [one for one in found.ranks if one.node == "pooled"]
    best_first = sorted(ranks, key=lambda one: one.rank)
    values = [by_domain[one.domain, "pooled", "top_box"]["value"] for one in best_first]
    assert values == sorted(values, reverse=True)
    assert all(1 <= one.rank_low <= one.rank <= one.rank_high <= len(PLACES) for one in ranks)


def test_beyond_200_domains_each_is_compared_with_the_whole(tmp_path):
    places = [f"p{k:03d}" for k in range(260)]
    found = run(tmp_path, rows(places=places, days=4, visitors=4), ranks=False)
    family = [one for one in found.comparisons if one.node == "pooled"]
    assert 200 < len(family) <= len(places)
    assert {one.b for one in family} == {None}
    by_domain = estimates(found)
    part, whole = (by_domain[domain, "pooled", "top_box"] for domain in (family[0].a, None))
    assert family[0].difference == pytest.approx(part["value"] - whole["value"], rel=1e-9)
    # A part is in its whole, so the two move together.
    assert family[0].std_error != pytest.approx(math.hypot(part["std_error"], whole["std_error"]))


@pytest.mark.parametrize("kind", ["volunteer", "census"])
def test_only_a_probability_wave_has_significance(tmp_path, kind):
    with pytest.raises(FileRefused, match="need a probability wave"):
        run(tmp_path, wave_kind=kind)


def test_the_document_keeps_the_published_schema(tmp_path):
    document = results_document(run(tmp_path, by=("place", "team"), pairs="all"))
    jsonschema.validate(json.loads(write_json(document)), SCHEMA)
    assert document["comparisons"]
    assert document["ranks"]


def test_without_being_asked_neither_stands_in_the_document(tmp_path):
    document = results_document(run(tmp_path, compare=False, ranks=False))
    assert "comparisons" not in document
    assert "ranks" not in document


def test_the_same_file_gives_the_same_ranks(tmp_path):
    assert run(tmp_path).ranks == run(tmp_path).ranks

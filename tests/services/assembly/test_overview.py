"""A results document read back for pages says the same as the scorecards of its run."""

from __future__ import annotations

import json
from dataclasses import replace

from app.scorecards import Placed
from app.services.assembly.cards import scorecards
from app.services.assembly.context import CardContext
from app.services.assembly.overview import index_labels, index_ranks, measured_addresses
from app.services.assembly.reading import read_results
from app.services.assembly.results import results_document, write_json
from app.services.assembly.rows import rows as rows_of

from .runs import counter, scored
from .test_comparisons import rows

ROWS = [
    {"place": place, "q1": "15"[k % 2]} for place, n in (("a", 60), ("b", 20), ("c", 5)) for k in range(n)
]


def test_figures_read_back_are_the_rows_of_the_cards(tmp_path):
    found = scored(tmp_path, ROWS, by="place", wave_kind="probability")
    names = {"a": "Nơi A"}
    context = CardContext(language="vi", wave="2026", domain_names=names, whole_name="Tất cả")
    read = read_results(write_json(results_document(found)))
    addresses = measured_addresses(counter())
    for card in scorecards(found, context):
        records = [
            replace(one, label=names.get(one.domain, one.domain or "")) for one in read.records[card.domain]
        ]
        assert rows_of(records, addresses, "vi", "Tất cả") == card.rows
        assert read.stems[card.domain] == card.file_stem


def test_indices_are_named_in_the_language_asked():
    assert index_labels(counter(), "vi") == (
        ("pooled", "Gộp chung"),
        ("person", "Theo người"),
        ("audit", "Chấm điểm"),
    )


PLACES = ("a", "b", "c", "d", "e")


def ranked(folder):
    """A document with ranks of five places, as it is read back."""
    found = scored(folder, rows(PLACES, days=8), by="place", stratum="place", cluster=("day",), ranks=True)
    return json.loads(write_json(results_document(found)))


def test_ranks_read_back_have_their_sets_and_tie_groups(tmp_path):
    document = ranked(tmp_path)
    given = {one["domain"]: one for one in document["ranks"] if one["node"] == "pooled"}
    read = index_ranks(document, counter(), lambda domain: 1)
    assert {domain for index, domain in read if index == "pooled"} == set(PLACES)
    for domain, one in given.items():
        sharing = [other for other in given.values() if set(other["tie_groups"]) & set(one["tie_groups"])]
        assert read["pooled", domain] == Placed(
            rank=one["rank"], low=one["rank_low"], high=one["rank_high"], ranked=5,
            groups=tuple(one["tie_groups"]), tied=len(sharing) - 1,
        )  # fmt: skip


def test_only_domains_of_one_level_are_ranked_together(tmp_path):
    read = index_ranks(ranked(tmp_path), counter(), lambda domain: domain in "ab")
    assert {domain: read["pooled", domain].ranked for domain in PLACES} == {
        "a": 2, "b": 2, "c": 3, "d": 3, "e": 3
    }  # fmt: skip


def test_a_document_from_before_the_tie_groups_has_ranks_without_them(tmp_path):
    document = ranked(tmp_path)
    for one in document["ranks"]:
        del one["tie_groups"]
    one = index_ranks(document, counter(), lambda domain: 1)["pooled", "a"]
    assert (one.rank, one.groups, one.tied) == (1, None, None)


def test_a_document_without_ranks_has_none(tmp_path):
    document = ranked(tmp_path)
    del document["ranks"]
    assert index_ranks(document, counter(), lambda domain: 1) == {}

"""Engines: loaded by name, the same rows give the same bits, and blocks do not show."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from scoring import Partition, engines
from scoring.engines import arrays
from scoring.errors import ScoringError
from tests.scoring.conftest import ALL_RULES, make_plan
from tests.scoring.small import NO, Scored, flat


def made(clustered, *, clusters=True):
    plan, design = make_plan(*ALL_RULES), clustered.design(clusters=clusters, fpc=False)
    partition = Partition.of("domain", clustered["domain"])
    return engines.load("arrays")(clustered.answers(), plan, design, partition)


def numbers(totals):
    for field in fields(totals):
        value = getattr(totals, field.name)
        if field.name != "partition" and value is not None:
            yield field.name, value if isinstance(value, tuple) else (value,)


def test_totals_are_counted_per_domain_stratum_and_psu():
    hand = Scored(
        [[100, 0, 100, NO, 50]], weight=[1, 2, 3, 4, 5], stratum=list("aaabb"), clusters=(list("11212"),)
    )
    totals = hand.totals(["x", "x", "y", "x", "x"])
    # Cells by domain, then PSU: x a1 (two rows), x b1, x b2, y a2.
    assert totals.cell_domain.tolist() == [0, 0, 0, 1]
    assert totals.cell_unit.tolist() == [0, 2, 3, 1]
    assert totals.cell_rows.tolist() == [2, 1, 1, 1]
    assert totals.cell_weight.tolist() == [3, 4, 5, 3]
    assert totals.valid[:, 0].tolist() == [3, 0, 5, 3]
    assert totals.score[:, 0].tolist() == [100, 0, 250, 300]
    # States 0, 50, 100, none.
    assert totals.counts[0].tolist() == [[1, 1, 1, 1], [0, 0, 1, 0]]
    assert totals.weights[0].tolist() == [[2, 5, 1, 4], [0, 0, 3, 0]]


def test_second_order_totals_are_products_of_centred_columns():
    hand = Scored([[100, 0, NO]], weight=[1, 3, 2])
    totals = hand.totals()
    # p = 25; columns (v, s - 25 v): (1, 75), (1, -25), (0, 0), weights 1, 3, 2.
    np.testing.assert_allclose(totals.products[0], [[4, 0], [0, 75**2 + 3 * 25**2]], atol=1e-12)
    # Rows are PSUs: lambda = 3/2 with w squared.
    np.testing.assert_allclose(
        totals.inner[0], 1.5 * np.array([[10, 75 - 225], [75 - 225, 75**2 + 9 * 25**2]])
    )


def test_an_unknown_engine_is_refused():
    with pytest.raises(ScoringError, match="no engine 'abacus'; choose arrays"):
        engines.load("abacus")


@pytest.mark.parametrize("clusters", [True, False])
def test_the_same_rows_give_the_same_bits(clustered, clusters):
    one, other = made(clustered, clusters=clusters), made(clustered, clusters=clusters)
    for (name, values), (_, others) in zip(numbers(one), numbers(other), strict=True):
        for value, again in zip(values, others, strict=True):
            assert value.tobytes() == again.tobytes(), name


@pytest.mark.parametrize("clusters", [True, False])
@pytest.mark.parametrize("block", [1, 7, 64])
def test_the_size_of_blocks_does_not_show(clustered, monkeypatch, clusters, block):
    whole = made(clustered, clusters=clusters)
    monkeypatch.setattr(arrays, "BLOCK", block)
    for (name, values), (_, others) in zip(
        numbers(whole), numbers(made(clustered, clusters=clusters)), strict=True
    ):
        for value, again in zip(values, others, strict=True):
            scale = np.abs(value).max(initial=1.0)
            np.testing.assert_allclose(value, again, rtol=1e-12, atol=1e-12 * scale, err_msg=name)


def test_the_second_order_is_left_out_where_nobody_needs_it(clustered):
    plan, design = make_plan(), clustered.design(clusters=True, fpc=False)
    totals = engines.load("arrays")(
        clustered.answers(), plan, design, Partition.whole(len(clustered)), products=False
    )
    assert totals.products is None
    assert totals.inner is None


def test_answers_are_items_by_rows():
    hand = Scored([[0, 100, 0]])
    with pytest.raises(ScoringError, match=r"items x rows, 1 x 3; given: \(1, 2\)"):
        engines.load("arrays")(hand.answers[:, :2], hand.plan, hand.design, Partition.whole(3))


@pytest.mark.parametrize("state", [-1, 3, 99])
def test_an_answer_outside_its_states_is_refused_with_its_rows(state):
    # Counted, it would fall into the cell of a neighbour.
    hand = Scored([[0, 100, 0, NO]])
    hand.answers[0, 2] = state
    with pytest.raises(
        ScoringError, match="`answers` of item q1 must be positions 0 to 2; rows 3 hold others"
    ):
        hand.totals()


def test_a_partition_places_every_row_in_a_domain_it_has():
    hand = Scored([[0, 100, 0]])
    for row_domain, message in (
        ([0, 0], "every row, 3"),
        ([0, 1, 2], "2 domains; rows 3"),
        ([0, -2, 1], "rows 2"),
    ):
        partition = Partition("by", ("a", "b"), np.array(row_domain))
        with pytest.raises(ScoringError, match=message):
            engines.load("arrays")(hand.answers, hand.plan, hand.design, partition)


def test_an_index_of_many_items_needs_no_more_rows_than_there_are():
    # More items than people: nothing is inverted, so nothing is singular.
    scores = np.tile([[0.0, 100.0, 50.0]], (40, 1))
    found = Scored(scores, flat("pooled_answers", *range(40))).estimate()
    assert found.value[0, 40] == pytest.approx(50)

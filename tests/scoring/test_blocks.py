"""Sums and products of a block, counted by hand and in plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.engines.blocks import (
    add_products,
    answered,
    centred_columns,
    joined,
    joint_states,
    margins,
    over_states,
    state_sums,
)
from tests.scoring.conftest import ALL_RULES, make_plan


def test_rows_and_weight_of_each_cell_and_state():
    code, cell = np.array([0, 1, 1, 0], dtype=np.uint8), np.array([0, 0, 1, 0])
    assert state_sums(code, 3, cell, 2).tolist() == [[2, 1, 0], [0, 1, 0]]
    weight = state_sums(code, 3, cell, 2, np.array([1.0, 2.0, 3.0, 4.0]))
    assert weight.tolist() == [[5, 2, 0], [0, 3, 0]]


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_items_counted_together_are_counted_each(dtype):
    rng, shape = np.random.default_rng(3), (4, 6, 3)
    states = np.stack([rng.integers(0, m, 500) for m in shape]).astype(dtype)
    table = state_sums(joint_states(states, shape), 72, np.zeros(500, dtype=np.intp), 1).reshape(1, *shape)
    for k, (m, found) in enumerate(zip(shape, margins(table), strict=True)):
        assert found.tolist() == [np.bincount(states[k], minlength=m).tolist()]
        column = rng.normal(size=m)
        np.testing.assert_allclose(
            table.reshape(1, -1) @ over_states(shape, k, column), found @ column, rtol=1e-12
        )


def test_items_are_joined_while_their_table_fits_the_cells_and_a_byte():
    assert joined((6,) * 5, 746) == [range(0, 2), range(2, 4), range(4, 5)]
    assert joined((6,) * 5, 1) == [range(0, 3), range(3, 5)]
    assert joined((6, 6), 100_000) == [range(0, 1), range(1, 2)]
    assert joined((300, 2), 1) == [range(0, 1), range(1, 2)]
    assert joined((7,), 10**6) == [range(0, 1)]


@pytest.mark.parametrize("dtype", [np.uint8, np.int64])
def test_columns_are_centred_on_the_figure_of_the_rows_domain(clustered, dtype):
    plan, rng = make_plan(*ALL_RULES), np.random.default_rng(5)
    states, domain = clustered.answers()[:, :50].astype(dtype), rng.integers(0, 3, 50)
    ratios = rng.uniform(20, 80, (3, plan.n_scores))
    found = centred_columns(plan, states, domain, ratios)
    for s, pair in enumerate(plan.pairs):
        for i in range(50):
            score = pair.scores[states[pair.item, i]]
            wanted = 0.0 if np.isnan(score) else score - ratios[domain[i], s]
            assert found[plan.n_valid + s, i] == wanted
            assert found[pair.item, i] == (not np.isnan(score)) == answered(plan, states)[pair.item][i]


@pytest.mark.parametrize("lowest", [0.0, -1.0])
def test_products_are_summed_by_domain_with_factors_of_any_sign(lowest):
    rng = np.random.default_rng(7)
    columns, factor = rng.normal(size=(4, 30)), rng.uniform(lowest, 2, 30)
    domain = np.sort(rng.choice([0, 2], 30))
    found, wanted = np.zeros((3, 4, 4)), np.zeros((3, 4, 4))
    add_products(found, columns, factor, domain)
    for i in range(30):
        wanted[domain[i]] += factor[i] * np.outer(columns[:, i], columns[:, i])
    # Thirty products of order 1 in another order.
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_a_block_without_rows_adds_nothing():
    out = np.zeros((1, 2, 2))
    add_products(out, np.zeros((2, 0)), np.zeros(0), np.zeros(0, dtype=np.intp))
    assert not out.any()

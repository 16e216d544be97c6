"""Sums and products of a block, counted by hand and in plain loops."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.engines.blocks import add_products, answered, centred_columns, state_sums
from tests.scoring.conftest import ALL_RULES, make_plan


def test_rows_and_weight_of_each_cell_and_state():
    states = np.array([0, 1, 1, 0], dtype=np.uint8)
    rows, weight = state_sums(states, 3, np.array([0, 0, 1, 0]), np.array([1.0, 2.0, 3.0, 4.0]), 2)
    assert rows.tolist() == [[2, 1, 0], [0, 1, 0]]
    assert weight.tolist() == [[5, 2, 0], [0, 3, 0]]


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

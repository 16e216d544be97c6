"""Hadamard matrices: H H' = R I, of an order not far above the one asked for."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.errors import ScoringError
from scoring.hadamard import hadamard


def test_every_matrix_up_to_150_is_balanced_with_a_constant_first_row_and_column():
    for order in range(1, 151):
        matrix = hadamard(order)
        found = len(matrix)
        np.testing.assert_array_equal(matrix @ matrix.T, found * np.eye(found))
        assert set(np.unique(np.abs(matrix))) == {1}
        assert (matrix[0] == 1).all()
        assert (matrix[:, 0] == 1).all()


def test_the_order_is_the_next_multiple_of_four_but_for_those_that_need_prime_powers():
    over = {order: len(hadamard(order)) for order in range(4, 201, 4) if len(hadamard(order)) != order}
    assert over == {52: 56, 92: 96, 100: 104, 116: 120, 156: 160, 172: 176, 184: 192, 188: 192}


def test_an_order_below_one_is_refused():
    with pytest.raises(ScoringError, match="at least 1; given: 0"):
        hadamard(0)

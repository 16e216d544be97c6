"""Tests of independence on published designs, against R survey 4.5's `svychisq` (data outside the repository)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from scoring.association import association_test
from tests.scoring.test_oracle_intervals import Case, oracle

pytestmark = pytest.mark.outside_data

RTOL = 1e-9


@cache
def run_ids() -> frozenset[str]:
    """Cases of tests of independence; each equals R's."""
    cases = [case for case in map(Case, oracle()[1]["cases"]) if case.stat == "chisq"]
    for case in cases:
        data, expected = case.data, case.expected
        found = association_test(data[case.options["row"]], data[case.options["col"]], case.design())
        np.testing.assert_allclose(
            [found.f, found.df_numerator, found.df_denominator, found.p],
            [expected[name] for name in ("F", "ndf", "ddf", "p")],
            rtol=RTOL,
            err_msg=case.id,
        )
    return frozenset(case.id for case in cases)


def test_every_test_of_independence_equals_r():
    assert len(run_ids()) == 9

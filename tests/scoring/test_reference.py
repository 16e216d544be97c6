"""Every figure equals R survey's, on designs with and without clusters and population counts."""

from __future__ import annotations

import json

import numpy as np
import pytest

from scoring.proportions import korn_graubard
from tests.scoring.conftest import ALL_RULES, REFERENCE, Rows, make_plan, positions, score

# R prints 15 digits and works in doubles; what remains is the order of summation.
RTOL = 1e-9
EXPECTED = json.loads((REFERENCE / "reference.json").read_text(encoding="utf-8"))
DESIGNS = {
    "clustered_fpc": ("clustered", {"clusters": True, "fpc": True}),
    "clustered": ("clustered", {"clusters": True, "fpc": False}),
    "rows_fpc": ("rows", {"clusters": False, "fpc": True}),
    "rows": ("rows", {"clusters": False, "fpc": False}),
    **{
        f"lonely_{rule}": ("lonely", {"clusters": True, "fpc": True, "lonely_psu": rule})
        for rule in ("certainty", "remove", "adjust", "average")
    },
}


@pytest.fixture
def case(request):
    """(expected results by domain, estimates by domain, position of each figure)."""
    name, how = DESIGNS[request.param]
    rows, plan = Rows.read(name), make_plan(*ALL_RULES)
    design = rows.design(**how)
    whole, domains = score(rows, design, plan), score(rows, design, plan, by="domain")
    expected = EXPECTED[request.param]
    found = {"whole": (whole, 0)} | {k: (domains, d) for d, k in enumerate(sorted(set(rows["domain"])))}
    assert found.keys() == expected.keys()
    return expected, found, positions(plan)


@pytest.mark.parametrize("case", DESIGNS, indirect=True)
def test_values_and_standard_errors_equal_r(case):
    expected, found, position = case
    checked = 0
    for domain, figures in expected.items():
        estimates, d = found[domain]
        for name, figure in figures.items():
            if name in position:
                e = position[name]
                np.testing.assert_allclose(
                    estimates.value[d, e], figure["value"], rtol=RTOL, err_msg=f"{domain} {name}"
                )
                np.testing.assert_allclose(
                    estimates.std_error[d, e], figure["se"], rtol=RTOL, err_msg=f"{domain} {name}"
                )
                checked += 1
    assert checked == len(expected) * 13


@pytest.mark.parametrize("case", DESIGNS, indirect=True)
def test_degrees_of_freedom_equal_r(case):
    expected, found, _ = case
    for domain, figures in expected.items():
        estimates, d = found[domain]
        assert estimates.df[d] == figures["df"], domain
        assert estimates.rows[d] == figures["n"], domain


# Not the lonely designs: R takes the variance from the rows that answered, where a stratum may be gone.
@pytest.mark.parametrize("case", ["clustered_fpc", "clustered", "rows_fpc", "rows"], indirect=True)
def test_korn_graubard_equals_r_where_the_cap_does_not_bind(case):
    expected, found, position = case
    compared = 0
    for domain, figures in expected.items():
        estimates, d = found[domain]
        for q in ("q1", "q2", "q3", "q4"):
            e, beta = position[f"t_{q}"], figures[f"beta_{q}"]
            p, var = estimates.value[d, e] / 100, (estimates.std_error[d, e] / 100) ** 2
            assert estimates.n[d, e] == beta["n"]
            if var == 0 or p * (1 - p) / var > beta["n"]:
                continue
            low, high = korn_graubard(p, var, beta["n"], beta["df"])
            np.testing.assert_allclose([low, high], beta["ci"], rtol=1e-7)
            compared += 1
    assert compared >= 1

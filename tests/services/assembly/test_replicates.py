"""Replicate standard errors beside linearised ones, of plain and of calibrated runs."""

from __future__ import annotations

import numpy as np
import pytest

from app.services.files import FileRefused
from scoring.replicate_designs import jackknife

from .requested import CLUSTERED, block, reference, run
from .test_weighting import METHODS

OPTIONS = {**CLUSTERED, "by": ("band",), "threshold": 0}
PAIRS = {"weight": "weight", "stratum": "stratum", "cluster": ("half",), "by": ("band",), "threshold": 0}


def half(k, row):
    return str(int(row["psu"]) % 2)


@pytest.mark.parametrize("weighting", ["", *METHODS.values()])
def test_the_jackknife_is_near_linearisation(tmp_path, weighting):
    found = block(
        run(reference(tmp_path), f'{weighting}\n[replicates]\nmethod = "jkn"\n', **OPTIONS), "replicates"
    )
    assert (found["replicates"], found["dropped"], len(found["estimates"])) == (25, 0, 8)
    for one in found["estimates"]:
        assert one["replicate_std_error"] == pytest.approx(one["std_error"], rel=0.15), one


@pytest.mark.parametrize(
    "toml",
    ['method = "brr"', 'method = "fay"\nrho = 0.3', 'method = "bootstrap"\nreplicates = 400\nseed = 7'],
)
def test_each_method_is_near_linearisation(tmp_path, toml):
    path = reference(tmp_path, half=half)
    found = block(run(path, f"[replicates]\n{toml}\n", **PAIRS), "replicates")
    for one in found["estimates"]:
        assert one["replicate_std_error"] == pytest.approx(one["std_error"], rel=0.25), one


def test_given_columns_are_the_jackknife_that_they_were_made_by(tmp_path):
    path = reference(tmp_path)
    plain = run(path, '[replicates]\nmethod = "jkn"\n', **OPTIONS)
    made = jackknife(plain.inputs.base)
    table = made.weights
    columns = {f"rw{r}": lambda k, row, r=r: repr(float(table[k - 1, r])) for r in range(table.shape[1])}
    toml = (
        f'[replicates]\nmethod = "given"\nkind = "JKn"\ncombined = true\ncolumns = {list(columns)}\n'
        f"rscales = {made.rscales.tolist()}\n"
    ).replace("'", '"')
    given = run(reference(tmp_path, **columns), toml, **OPTIONS)
    one, other = (
        [each["replicate_std_error"] for each in block(found, "replicates")["estimates"]]
        for found in (plain, given)
    )
    np.testing.assert_allclose(one, other, rtol=1e-9)


def test_only_figures_that_are_shown_have_a_second_opinion(tmp_path):
    found = run(reference(tmp_path), '[replicates]\nmethod = "jkn"\n', **OPTIONS | {"threshold": 72})
    domains = {one["domain"] for one in block(found, "replicates")["estimates"]}
    shown = {one["domain"] for one in block(found, "estimates") if one["kind"] != "item" and one["std_error"]}
    assert domains == shown != {None, "x", "y", "z"}


@pytest.mark.parametrize(
    ("toml", "told"),
    [
        ('method = "jk1"', "JK1 takes one stratum; the design has 6: take JKn"),
        ('method = "brr"', "take two PSUs in every stratum; 6 strata have another number"),
        (
            'method = "given"\nkind = "BRR"\ncombined = true\ncolumns = ["r1", "r2"]',
            "has no column r1, r2, needed for [replicates]",
        ),
        (
            'method = "given"\nkind = "BRR"\ncombined = true\ncolumns = ["q1", "weight"]',
            "column q1 must hold a number in every row",
        ),
    ],
)
def test_what_the_design_does_not_allow_is_refused(tmp_path, toml, told):
    with pytest.raises(FileRefused) as refused:
        run(reference(tmp_path), f"[replicates]\n{toml}\n", **OPTIONS)
    assert told in str(refused.value)


def test_volunteers_have_no_replicates(tmp_path):
    with pytest.raises(FileRefused, match="asks for replicates, which need a probability wave"):
        run(reference(tmp_path), '[replicates]\nmethod = "jkn"\n', wave_kind="volunteer")

"""Published designs with R's results (data outside the repository): replicate weights and calibrated weights."""

from __future__ import annotations

import csv
from collections import Counter
from functools import cache

import numpy as np
import pytest

from scoring import SurveyDesign
from scoring.calibration import calibrate, rake
from scoring.margins import Margin
from scoring.replicate_designs import brr, given, jackknife
from scoring.replication import readjusted, variance
from scoring.weighting import calibrated_influence, post_stratify, trim_weights
from tests.scoring.small import covariance
from tests.scoring.test_oracle import listed, numbers, oracle, read

pytestmark = pytest.mark.outside_data

# R prints 15 digits and works in doubles; what remains is the order of summation.
RTOL = 1e-9
# Two programs stop raking at different places, both within the tolerance they were given.
RAKING_RTOL = 1e-7
# Standard errors of zero: R's own rounding, in units of totals of thousands.
ZERO = 1e-6

REPLICATED = {"degf": 5, "mean": 10, "ratio": 18, "total": 16, "domain_mean": 10, "by_mean": 5}
CALIBRATED = {
    "weights_vector": 5,
    "mean": 6,
    "total": 5,
    "total_fac": 5,
    "by_mean": 5,
    "ratio": 5,
    "trim_weights": 2,
}


def base_design(name: str) -> tuple[dict, SurveyDesign]:
    spec = oracle()[1]["designs"][name]
    data = read(spec["data"])
    return data, SurveyDesign(
        len(next(iter(data.values()))),
        weight=numbers(data[spec["weights"]]),
        stratum=data[spec["strata"][0]] if spec["strata"] else None,
        clusters=(data[spec["ids"][0]],) if spec["ids"] else (),
        fpc=(numbers(data[spec["fpc"][0]]),) if spec["fpc"] else (),
    )


def replicated_design(name: str, mse: bool):
    """Our replicates of a design; the weights must be R's own."""
    spec = oracle()[1]["designs"][name]
    if spec["kind"] == "replicate_given":
        data = read(spec["data"])
        table = np.stack([numbers(data[column]) for column in spec["repweights"]], axis=1)
        return data, given(
            numbers(data[spec["weights"]]), table, kind="BRR", combined=spec["combined"], mse=mse
        )
    if name == "jk1_clus1_ps":
        data, design = base_design("clus1")
        types = Margin("stype", data["stype"], {"E": 4421, "H": 755, "M": 1018})
        replicates = readjusted(
            jackknife(design, "JK1", mse=mse), lambda w: post_stratify(w, types, allow_zero=True).weight
        )
    else:
        data, design = base_design(spec["base"])
        replicates = (
            jackknife(design, spec["type"], mse=mse)
            if spec["type"].startswith("JK")
            else brr(design, spec["rho"], mse=mse)
        )
    # R numbers the PSUs by first appearance or by stratum, we by label or row.
    np.testing.assert_allclose(
        np.sort(replicates.scale * replicates.rscales),
        np.sort(spec["scale"] * np.array(spec["rscales"])),
        rtol=RTOL,
    )
    if "replicate_weights" in spec:
        np.testing.assert_allclose(replicates.weights, spec["replicate_weights"], atol=1e-15)
    elif "replicate_weights_csv" in spec:
        with (oracle()[0] / spec["replicate_weights_csv"]).open(encoding="utf-8") as file:
            rows = list(csv.reader(file))[1:]
        theirs, ours = np.array(rows, dtype=float).T, replicates.weights.T
        theirs, ours = (x[np.lexsort(np.round(x.T, 6)[::-1])] for x in (theirs, ours))
        np.testing.assert_allclose(ours, theirs, rtol=RTOL)
    return data, replicates


def figures(case: dict, data: dict):
    """What a case estimates, as a function of weights, and its influence under given weights."""
    stat, inputs = case["stat"], case["inputs"] if isinstance(case["inputs"], dict) else {}
    one = np.ones(len(next(iter(data.values()))))
    column = lambda name: numbers(data[name])  # noqa: E731
    if stat == "ratio":
        pairs = [(column(inputs.get("num", "api.stu")), column(inputs.get("den", "enroll")))]
    elif stat == "total_fac":
        pairs = [((data[inputs["vars"]] == level) * 1.0, None) for level in sorted(set(data[inputs["vars"]]))]
    elif stat == "total":
        pairs = [(column(name), None) for name in listed(inputs.get("vars", "enroll"))]
    elif stat == "by_mean":
        pairs = [
            (column(inputs["vars"]) * inside, inside)
            for inside in ((data[inputs["by"]] == g) * 1.0 for g in case["expected"]["groups"])
        ]
    elif stat == "domain_mean":
        inside = (data["comp.imp"] == "Yes") * 1.0
        pairs = [(column("api00") * inside, inside)]
    else:
        pairs = [(column(name), one) for name in listed(inputs.get("vars", ["api00", "ell"]))]
    valid = [~np.isnan(top) & (True if below is None else ~np.isnan(below)) for top, below in pairs]
    pairs = [
        (np.where(v, top, 0.0), None if below is None else np.where(v, below, 0.0))
        for v, (top, below) in zip(valid, pairs, strict=True)
    ]

    def statistic(w):
        return np.array([w @ top if below is None else (w @ top) / (w @ below) for top, below in pairs])

    def influence(w):
        out = [
            w * top if below is None else w * (top - value * below) / (w @ below)
            for value, (top, below) in zip(statistic(w), pairs, strict=True)
        ]
        return np.stack(out, axis=1)

    return statistic, influence


@cache
def replicated() -> dict[str, str]:
    """The stat of every case of replicate weights, by its id; each equals R's."""
    run = {}
    designs = oracle()[1]["designs"]
    for case in oracle()[1]["cases"]:
        if designs.get(case["design"], {}).get("kind") not in ("replicate", "replicate_given"):
            continue
        inputs = case["inputs"] if isinstance(case["inputs"], dict) else {}
        data, replicates = replicated_design(case["design"], bool(inputs.get("mse", False)))
        expected = case["expected"]
        if case["stat"] == "degf":
            assert (replicates.df, replicates.n_replicates) == (expected["df"], expected["nrep"]), case["id"]
        else:
            found = variance(replicates, figures(case, data)[0])
            equal(found.value, expected["estimate"], RTOL, case)
            equal(found.std_error, expected["se"], RTOL, case)
            if "vcov" in expected:
                equal(found.covariance, expected["vcov"], RTOL, case)
            if "se_diff" in expected:
                contrast = np.array([1.0, -1.0, 0.0])
                equal(np.sqrt(contrast @ found.covariance @ contrast), expected["se_diff"], RTOL, case)
        run[case["id"]] = case["stat"]
    return run


def test_replicates_equal_r():
    assert dict(Counter(replicated().values())) == REPLICATED


def calibrated(name: str):
    spec = oracle()[1]["designs"][name]
    data, design = base_design(spec["base"])
    w = design.w
    if spec["method"] == "postStratify":
        return data, post_stratify(w, Margin(spec["by"], data[spec["by"]], spec["population"]))
    if spec["method"] == "rake":
        margins = [Margin(by, data[by], counts) for by, counts in spec["margins"].items()]
        return data, rake(w, margins)
    columns = {
        "(Intercept)": np.ones(len(w)),
        "stypeH": (data["stype"] == "H") * 1.0,
        "stypeM": (data["stype"] == "M") * 1.0,
        "sch.wideYes": (data["sch.wide"] == "Yes") * 1.0,
        "api99": numbers(data["api99"]),
    }
    auxiliary = np.stack([columns[key] for key in spec["population"]], axis=1)
    distance = spec["method"].removeprefix("calibrate_")
    return (
        data,
        calibrate(
            w, auxiliary, list(spec["population"].values()), distance=distance, bounds=spec.get("bounds")
        ),
    )


@cache
def reweighted() -> dict[str, str]:
    """The stat of every case of calibrated weights, by its id; each equals R's."""
    run = {}
    designs = oracle()[1]["designs"]
    for case in oracle()[1]["cases"]:
        if designs.get(case["design"], {}).get("kind") != "calibrated":
            continue
        data, weighted = calibrated(case["design"])
        raked = weighted.method not in ("post-stratified", "calibrated: linear")
        rtol, expected = RAKING_RTOL if raked else RTOL, case["expected"]
        if case["stat"] == "weights_vector":
            equal(weighted.weight, expected["weights"], rtol, case)
        elif case["stat"] == "trim_weights":
            trimmed = trim_weights(weighted.weight, **case["inputs"])
            equal(trimmed.weight, expected["weights"], rtol, case)
        else:
            statistic, influence = figures(case, data)
            z = calibrated_influence(influence(weighted.weight), weighted)
            spec = designs[designs[case["design"]]["base"]]
            strata = data[spec["strata"][0]] if spec["strata"] else np.full(len(z), "")
            psu = data[spec["ids"][0]] if spec["ids"] else np.arange(len(z))
            count = dict(zip(strata, numbers(data[spec["fpc"][0]]), strict=True))
            found = covariance(z, strata, psu, count)
            equal(statistic(weighted.weight), expected["estimate"], rtol, case)
            np.testing.assert_allclose(
                np.sqrt(np.diag(found)), np.ravel(expected["se"]), rtol=rtol, atol=ZERO, err_msg=case["id"]
            )
            if case["stat"] != "total_fac":
                equal(found, expected["vcov"], rtol, case)
        run[case["id"]] = case["stat"]
    return run


def test_calibrated_weights_and_their_standard_errors_equal_r():
    assert dict(Counter(reweighted().values())) == CALIBRATED


def run_ids() -> frozenset[str]:
    return frozenset(replicated()) | frozenset(reweighted())


def equal(found, expected, rtol, case) -> None:
    # A covariance that is 0 is 0 beside the variances.
    atol = 1e-15 * np.abs(expected).max()
    np.testing.assert_allclose(np.ravel(found), np.ravel(expected), rtol=rtol, atol=atol, err_msg=case["id"])

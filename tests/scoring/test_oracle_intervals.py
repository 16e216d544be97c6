"""Published designs with R's results (data outside the repository): proportion intervals, numeric variables, quantiles.

Every estimate and variance comes from the rows by `scoring.ratios`, on all designs that are not calibrated and carry no
replicate weights, those of two stages included.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from functools import cache

import numpy as np
import pytest
from scipy import special, stats

from scoring import Partition, SurveyDesign
from scoring.errors import LonelyPSUError
from scoring.proportions import korn_graubard, proportion_interval
from scoring.quantiles import quantiles
from scoring.ratios import population_covariance, population_mean, population_ratio, population_total
from tests.outside import outside

pytestmark = pytest.mark.outside_data

RTOL = 1e-9
# R fits a model for these two and stops at 1e-8 of the deviance.
FITTED = 1e-6

# What is run, by the `stat` of the case; the number is asserted, so that no case goes missing quietly.
NUMERIC = {
    "mean": 62,
    "total": 32,
    "ratio": 10,
    "by_mean": 9,
    "mean_factor": 8,
    "var": 9,
    "contrast_mean": 10,
    "nl_contrast": 9,
    "domain_diff": 9,
}
# Cases of these stats that are left out here: calibrated or replicate weights.
LEFT_OUT = {"calibrated": 21, "replicate": 47, "replicate_given": 2}
# Where an answer is missing R has no interval; ours goes by the valid answers.
CIPROP = {"equal": 348, "folded": 2, "r_has_none": 28}
IN_R = {"beta": "korn-graubard-r", "mean": "t"}


@cache
def oracle():
    folder = outside("ORACLE", "oracle/public")
    return folder, json.loads((folder / "expected.json").read_text(encoding="utf-8"))


@cache
def read(name: str) -> dict[str, np.ndarray]:
    with (oracle()[0] / "data" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([row[column] for row in rows]) for column in rows[0]}


def numbers(column) -> np.ndarray:
    return np.array([float(text) if text else np.nan for text in column])


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


class Case:
    def __init__(self, case: dict):
        self.id, self.stat, self.expected = case["id"], case["stat"], case["expected"]
        self.options = case["inputs"] if isinstance(case["inputs"], dict) else {}
        designs = oracle()[1]["designs"]
        # One design is described by a filter on another's.
        self.filtered = case["design"] == "lonely_without_413"
        self.spec = designs["lonely" if self.filtered else case["design"]]

    def left_out(self) -> str | None:
        return None if self.spec["kind"] == "taylor" else self.spec["kind"]

    @property
    def data(self) -> dict[str, np.ndarray]:
        data = read(self.spec["data"])
        if self.filtered:
            data = {name: column[data["dnum"] != "413"] for name, column in data.items()}
        return data

    def design(self) -> SurveyDesign:
        spec, data = self.spec, self.data
        stages, counts = [data[name] for name in spec["ids"]], [numbers(data[name]) for name in spec["fpc"]]
        return SurveyDesign(
            len(next(iter(data.values()))),
            weight=numbers(data[spec["weights"]]) if spec["weights"] else by_counts(stages, counts),
            stratum=data[spec["strata"][0]] if spec["strata"] else None,
            clusters=stages,
            fpc=counts,
            lonely_psu=self.options.get("lonely_psu", "fail"),
            lonely_in_domain=bool(self.options.get("adjust_domain_lonely")),
        )

    def domains(self) -> Partition | None:
        data, asked = self.data, self.options.get("domain")
        if "by" in self.options:
            return Partition.of("by", data[self.options["by"]])
        if self.filtered:
            inside = np.arange(len(data["dnum"])) != self.options["drop_rows_1based_after_filter"] - 1
        elif not asked:
            return None
        else:
            column = data[asked["var"]]
            inside = column == asked["eq"] if "eq" in asked else numbers(column) < asked["lt"]
        return Partition.of("inside", np.where(inside, "x", ""))

    def variables(self) -> np.ndarray:
        if self.stat == "mean_factor":
            column = self.data[self.options["vars"]]
            return np.column_stack([np.where(column == level, 1.0, 0.0) for level in sorted(set(column))])
        return np.column_stack([numbers(self.data[name]) for name in listed(self.options["vars"])])

    def event(self) -> np.ndarray:
        data = self.data
        if self.options["event"] == "yr.rnd=='Yes'":
            return np.where(data["yr.rnd"] == "", np.nan, data["yr.rnd"] == "Yes")
        name, limit = {"ell==0": ("ell", 0), "api00>=800": ("api00", 800)}[self.options["event"]]
        return 1.0 * (numbers(data[name]) == 0 if limit == 0 else numbers(data[name]) >= limit)


def by_counts(stages: list, counts: list) -> np.ndarray:
    """Weights of a design given by its population counts alone: the product of N / n over the stages."""
    weight, above = np.ones(len(counts[0])), np.zeros(len(counts[0]), dtype=int)
    for labels, count in zip(stages, counts, strict=True):
        pairs = np.char.add(np.char.add(above.astype(str), "|"), labels)
        _, first, unit = np.unique(pairs, return_index=True, return_inverse=True)
        weight *= count / np.bincount(above[first])[above]
        above = unit
    return weight


def equal(found, expected, rtol: float = RTOL) -> None:
    np.testing.assert_allclose(np.ravel(found), np.ravel(np.array(expected, dtype=float)), rtol=rtol)


def same_covariance(found, expected) -> None:
    """Entries to 1e-9 of the largest: those that are 0 by design are rounding noise in R."""
    expected = np.array(expected, dtype=float)
    np.testing.assert_allclose(
        found.reshape(expected.shape), expected, rtol=RTOL, atol=max(RTOL * np.abs(expected).max(), 1e-20)
    )


def check_figures(case: Case) -> None:
    design, domains, expected = case.design(), case.domains(), case.expected
    if expected.get("error"):
        with pytest.raises(LonelyPSUError):
            population_mean(case.variables(), design)
        with pytest.raises(LonelyPSUError):
            population_total(case.variables(), design)
        return
    if case.stat == "ratio":
        top, bottom = (numbers(case.data[case.options[name]]) for name in ("num", "den"))
        found = population_ratio(top, bottom, design, domains=domains)
    elif case.stat == "total":
        found = population_total(case.variables(), design, domains=domains)
    else:
        found = population_mean(case.variables(), design, domains=domains)
    equal(found.value, expected["estimate"])
    np.testing.assert_allclose(found.std_error[0], expected["se"], rtol=RTOL, atol=1e-12)
    same_covariance(found.covariance, expected["vcov"])
    assert found.df[0] == expected["df"]
    interval, known = found.confidence_interval(), found.std_error[0] > 0
    equal(interval.low[0][known], np.array(expected["ci_t_lower"])[known])
    equal(interval.high[0][known], np.array(expected["ci_t_upper"])[known])
    if "deff" in expected:
        deff = found.deff_wr if case.options.get("deff") == "wr" else found.deff_wor
        equal(deff[0][known], np.array(expected["deff"])[known])


def check_by_mean(case: Case) -> None:
    found = population_mean(case.variables(), case.design(), domains=case.domains())
    # R goes through the variables, within each through the groups.
    equal(found.value.T, case.expected["estimate"])
    equal(found.std_error.T, case.expected["se"])
    if "vcov" in case.expected:
        same_covariance(found.covariance.transpose(1, 0, 3, 2), case.expected["vcov"])


def check_var(case: Case) -> None:
    found = population_covariance(case.variables(), case.design())
    equal(found.value, case.expected["var"])
    equal(found.std_error, case.expected["se_row_major"])


def check_contrast(case: Case) -> None:
    found = population_mean(case.variables(), case.design(), domains=case.domains())
    value = None
    if case.stat == "domain_diff":
        by = sorted(set(case.data[case.options["by"]]))
        coefficients = [[case.options["contrast"].get(group, 0)] for group in by]
    elif case.stat == "contrast_mean":
        coefficients = [case.options["coef"]]
    else:
        assert case.options["expr"] == "api00/api99"
        top, bottom = found.value[0]
        coefficients, value = [[1 / bottom, -top / bottom**2]], top / bottom
    contrast = found.contrast(coefficients, value=value)
    equal([contrast.value, contrast.std_error], [case.expected["estimate"], case.expected["se"]])


CHECKS = {
    "mean": check_figures,
    "total": check_figures,
    "ratio": check_figures,
    "mean_factor": check_figures,
    "by_mean": check_by_mean,
    "var": check_var,
    "contrast_mean": check_contrast,
    "nl_contrast": check_contrast,
    "domain_diff": check_contrast,
}


@cache
def numeric() -> tuple[dict[str, str], Counter]:
    """The stat of every case of a numeric variable that equals R's, by its id; how many are left out."""
    run, left_out = {}, Counter()
    for case in map(Case, oracle()[1]["cases"]):
        if case.stat not in CHECKS:
            continue
        if why := case.left_out():
            left_out[why] += 1
            continue
        try:
            CHECKS[case.stat](case)
        except AssertionError as error:
            raise AssertionError(f"case {case.id}: {error}") from error
        run[case.id] = case.stat
    return run, left_out


def test_every_case_of_a_numeric_variable_equals_r():
    run, left_out = numeric()
    assert dict(Counter(run.values())) == NUMERIC
    assert dict(left_out) == LEFT_OUT


@cache
def quantile_ids() -> frozenset[str]:
    """Cases of quantiles; each equals R's."""
    cases = [case for case in map(Case, oracle()[1]["cases"]) if case.stat == "quantile"]
    for case in cases:
        found = quantiles(case.variables()[:, 0], case.design(), case.options["p"])
        interval = found.confidence_interval()
        equal(found.value, case.expected["estimate"], rtol=0)
        equal(interval.low, case.expected["lower"], rtol=0)
        equal(interval.high, case.expected["upper"], rtol=0)
        equal(found.std_error, case.expected["se"])
    return frozenset(case.id for case in cases)


def test_every_quantile_equals_r():
    assert len(quantile_ids()) == 3


def check_ciprop(case: Case) -> str:
    event, design, expected = case.event(), case.design(), case.expected
    method, level = case.options["method"], case.options["level"]
    found = population_mean(event, design)
    p, variance, n, df = found.value.item(), found.covariance.item(), found.n.item(), found.df.item()
    if np.isnan(event).any():
        # Refused, without a number, or (`logit`, which drops the rows) a proportion of 8e-12 that is 0.
        assert expected.get("error") or expected["var"] is None
        low, high = korn_graubard(p, variance, n, df, level=level)
        assert 0 <= low <= p <= high <= 1
        return "r_has_none"
    equal(p, expected["estimate"], rtol=FITTED if method in ("logit", "likelihood") else RTOL)
    equal(variance, expected["var"])
    assert (n, df) == (expected["n"], expected["df"])
    asked = [expected["lower"], expected["upper"]]
    bounds = proportion_interval(p, variance, n, df, method=IN_R.get(method, method), level=level)
    if method == "likelihood":
        # R reads its ends off an interpolated profile; ours are the roots themselves, so the two lie as near to each
        # other as such a reading can be: within 0.005 logits. `test_proportions.py` holds that ours are the roots.
        np.testing.assert_allclose(special.logit(bounds), special.logit(asked), atol=5e-3)
        return "equal"
    if method == "asin":
        arc = np.arcsin(np.sqrt(p)) - stats.t.ppf((1 + level) / 2, df) * np.sqrt(variance / (4 * p * (1 - p)))
        if arc < 0:
            # R squares the sine of a negative arc, which comes back up; ours ends at 0.
            equal([np.sin(arc) ** 2, bounds[1]], asked)
            assert bounds[0] == 0
            return "folded"
    equal(bounds, asked, rtol=FITTED if method == "logit" else RTOL)
    return "equal"


@cache
def ciprop() -> dict[str, str]:
    """How every case of a proportion came out, by its id."""
    run = {}
    for case in map(Case, oracle()[1]["cases"]):
        if case.stat == "ciprop":
            try:
                run[case.id] = check_ciprop(case)
            except AssertionError as error:
                raise AssertionError(f"case {case.id}: {error}") from error
    return run


def test_every_case_of_a_proportion_equals_r():
    assert dict(Counter(ciprop().values())) == CIPROP
    assert len(ciprop()) == 378


def run_ids() -> frozenset[str]:
    """Cases with a number of R's to compare with."""
    proportions = {name for name, outcome in ciprop().items() if outcome != "r_has_none"}
    return frozenset(numeric()[0]) | quantile_ids() | proportions

"""Published designs with R's results (data outside the repository): every case that the engine can express.

R's package `survey` 4.5 made the expected values on its own data sets. A continuous variable becomes an item whose
every distinct value is an answer state. A ratio sum(w y) / sum(w x) becomes the mean of y / x with weights w x: value
and linearisation are the same.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from functools import cache

import numpy as np
import pytest
from scipy import stats

from scoring import Node
from scoring.contrasts import Contrasts, contrast, difference, ratio
from scoring.covariance import Joint, figures_of, joint_covariance
from scoring.errors import LonelyPSUError
from scoring.means import t_interval
from scoring.proportions import korn_graubard
from tests.outside import outside
from tests.scoring.small import Scored

pytestmark = pytest.mark.outside_data

RTOL = 1e-9

# What is run, by the `stat` of the case; the number is asserted, so that no case goes missing quietly.
RUN = {
    "mean": 62,
    "mean_factor": 8,
    "by_mean": 9,
    "ratio": 10,
    "contrast_mean": 10,
    "nl_contrast": 9,
    "domain_diff": 9,
    "ttest": 9,
    "degf": 9,
    "weights": 9,
    "ciprop": 96,
}
# What is left out, and why.
LEFT_OUT = {
    "total": "totals are no figure of an index",
    "total_fac": "totals are no figure of an index",
    "domain_mean": "asked of replicate weights only",
    "var": "population variances",
    "cronbach_alpha": "reliability",
    "chisq": "tests",
    "ranktest": "tests",
    "linear_model": "models",
    "quantile": "quantiles",
    "weights_vector": "calibration",
    "trim_weights": "trimming",
}
# Cases of the stats above that this way does not take: calibrated weights, replicate weights, other intervals. Where
# an answer is missing R gives no proportion at all; where our cap at n binds, ours is wider.
BEYOND = {
    "calibrated": 16,
    "replicates": 38,
    "method": 270,
    "r_has_none": 8,
    "cap": 4,
}


@cache
def oracle():
    folder = outside("ORACLE", "oracle/public")
    return folder, json.loads((folder / "expected.json").read_text(encoding="utf-8"))


def read(name: str) -> dict[str, np.ndarray]:
    with (oracle()[0] / "data" / f"{name}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {column: np.array([row[column] for row in rows]) for column in rows[0]}


def numbers(column) -> np.ndarray:
    return np.array([float(text) if text else np.nan for text in column])


def event(data, text: str) -> np.ndarray:
    """100 where the condition of a case holds, 0 elsewhere; the three conditions that the oracle asks."""
    holds = {
        "ell==0": lambda: numbers(data["ell"]) == 0,
        "api00>=800": lambda: numbers(data["api00"]) >= 800,
        "yr.rnd=='Yes'": lambda: data["yr.rnd"] == "Yes",
    }
    return 100.0 * holds[text]()


class Case:
    def __init__(self, case: dict):
        self.id, self.stat, self.inputs, self.expected = (
            case["id"],
            case["stat"],
            case["inputs"],
            case["expected"],
        )
        designs = oracle()[1]["designs"]
        # One design is described by a filter on another's.
        self.filtered = case["design"] == "lonely_without_413"
        self.spec = designs["lonely" if self.filtered else case["design"]]

    @property
    def options(self) -> dict:
        return self.inputs if isinstance(self.inputs, dict) else {}

    def beyond(self) -> str | None:
        """Why the engine cannot express a case of a stat that is run."""
        kind = self.spec["kind"]
        if kind != "taylor":
            return "calibrated" if kind == "calibrated" else "replicates"
        if self.stat == "ciprop" and self.options["method"] not in ("beta", "mean"):
            return "method"
        if self.stat == "ciprop" and self.expected["estimate"] is None:
            return "r_has_none"
        return None

    @property
    def data(self) -> dict[str, np.ndarray]:
        data = read(self.spec["data"])
        if self.filtered:
            kept = data["dnum"] != "413"
            data = {name: column[kept] for name, column in data.items()}
        return data

    def scored(self, scores, *indices, times=1.0, measure="value") -> Scored:
        spec, data = self.spec, self.data
        scores = np.asarray(scores, dtype=float)
        n = scores.shape[1]
        clusters = tuple(data[name] for name in spec["ids"])
        fpc = tuple(numbers(data[name]) for name in spec["fpc"])
        weight = numbers(data[spec["weights"]]) if spec["weights"] else np.ones(n)
        if not spec["weights"]:
            # R then takes the weights from the counts, stage by stage.
            for units, parent, count in zip(clusters, (np.zeros(n), *clusters), fpc, strict=False):
                sampled = {g: len(set(units[parent == g])) for g in set(parent)}
                weight *= count / np.array([sampled[g] for g in parent])
        return Scored(
            scores,
            *indices,
            measure=measure,
            weight=weight * times,
            stratum=data[spec["strata"][0]] if spec["strata"] else None,
            clusters=clusters,
            fpc=fpc,
            lonely_psu=self.options.get("lonely_psu", "fail"),
            lonely_in_domain=bool(self.options.get("adjust_domain_lonely")),
        )

    def domain(self) -> list[str] | None:
        """Labels of the case's domain, `x` inside; None for the whole."""
        data, asked = self.data, self.options.get("domain")
        if self.filtered:
            inside = np.arange(len(data["dnum"])) != self.options["drop_rows_1based_after_filter"] - 1
        elif not asked:
            return None
        elif "eq" in asked:
            inside = data[asked["var"]] == asked["eq"]
        else:
            inside = numbers(data[asked["var"]]) < asked["lt"]
        return ["x" if one else "" for one in inside]


def listed(value) -> list:
    return value if isinstance(value, list) else [value]


def check_mean(case: Case) -> None:
    scored = case.scored([numbers(case.data[name]) for name in listed(case.options["vars"])])
    if case.expected.get("error"):
        with pytest.raises(LonelyPSUError):
            scored.estimate(case.domain())
        return
    found = scored.estimate(case.domain())
    equal(found.value[0], case.expected["estimate"])
    equal(found.std_error[0], case.expected["se"])
    assert found.df[0] == case.expected["df"]
    covaries(scored, case.domain(), case.expected)
    low, high = t_interval(found.value[0], found.std_error[0], found.df[0])
    equal(low, case.expected["ci_t_lower"])
    equal(high, case.expected["ci_t_upper"])
    # R's "replace" compares as we do, with replacement.
    if case.options.get("deff") == "wr":
        equal(found.deff[0], case.expected["deff"])


def check_mean_factor(case: Case) -> None:
    name = case.options["vars"]
    levels = sorted(set(case.data[name]))
    assert [name + level for level in levels] == case.expected["names"]
    scored = case.scored([np.where(case.data[name] == level, 1.0, 0.0) for level in levels])
    found = scored.estimate()
    covaries(scored, None, case.expected)
    equal(found.value[0], case.expected["estimate"])
    equal(found.std_error[0], case.expected["se"])


def check_by_mean(case: Case) -> None:
    names, by = listed(case.options["vars"]), case.data[case.options["by"]]
    scored = case.scored([numbers(case.data[name]) for name in names])
    found = scored.estimate(by)
    assert sorted(set(by)) == case.expected["groups"]
    # R goes through the variables, within each through the groups.
    equal(found.value.T.ravel(), case.expected["estimate"])
    equal(found.std_error.T.ravel(), case.expected["se"])
    covaries(scored, by, case.expected)


def check_domain_diff(case: Case) -> None:
    scored = case.scored([numbers(case.data[case.options["vars"]])])
    joint, domains = together(scored, case.data[case.options["by"]])
    (a, plus), (b, minus) = case.options["contrast"].items()
    assert (plus, minus) == (1, -1)
    found = difference(joint, domains.index(a), domains.index(b))
    equal(found.value, case.expected["estimate"])
    equal(found.std_error, case.expected["se"])


def check_ttest(case: Case) -> None:
    """R's test is a regression on the group, which takes one more degree of freedom."""
    scored = case.scored([numbers(case.data[case.options["y"]])])
    joint, domains = together(scored, case.data[case.options["g"]])
    found = difference(joint, domains.index("Yes"), domains.index("No"))
    equal(found.value, case.expected["diff"])
    equal(found.t, case.expected["t"])
    assert found.df - 1 == case.expected["df"]
    equal(Contrasts(found.value, found.std_error, found.df - 1).p, case.expected["p"])


def together(scored: Scored, by) -> tuple[Joint, tuple[str, ...]]:
    """All items of all domains with their covariance, domain by domain."""
    totals = scored.totals(by)
    figures = figures_of(totals, scored.plan, range(len(scored.plan.pairs)))
    return joint_covariance(figures, scored.plan, scored.design), totals.partition.domains


def covaries(scored: Scored, by, expected: dict) -> None:
    """R's matrix goes through the variables, within each through the domains."""
    joint, domains = together(scored, by)
    order = np.arange(len(joint.value)).reshape(len(domains), -1).T.ravel()
    found, spread = joint.covariance[np.ix_(order, order)], np.array(expected["vcov"])
    size = np.sqrt(np.diag(spread))
    scale = np.outer(*[np.where(size > 0, size, 1.0)] * 2)
    # Relative to the standard errors: a covariance may be what is left of large terms, in R down to 1e-31.
    np.testing.assert_allclose(found / scale, spread / scale, rtol=RTOL, atol=1e-12)


def check_ratio(case: Case) -> None:
    top, bottom = numbers(case.data[case.options["num"]]), numbers(case.data[case.options["den"]])
    valid = ~np.isnan(top) & ~np.isnan(bottom)
    share = np.divide(top, bottom, out=np.full(len(top), np.nan), where=valid)
    found = case.scored([share], times=np.where(valid, bottom, 1.0)).estimate()
    equal(found.value[0], case.expected["estimate"])
    equal(found.std_error[0], case.expected["se"])
    assert found.df[0] == case.expected["df"]


def check_contrast_mean(case: Case) -> None:
    """A linear combination of means; with positive coefficients also an index of one-item factors with these."""
    names, coefficients = case.options["vars"], case.options["coef"]
    scores = [numbers(case.data[name]) for name in names]
    found = contrast(together(case.scored(scores), None)[0], coefficients)
    equal(found.value, case.expected["estimate"])
    equal(found.std_error, case.expected["se"])
    if min(coefficients) < 0:
        return
    factors = tuple(
        Node(f"i.{name}", "value", "mean_of_items", (k,), coefficient=c)
        for k, (name, c) in enumerate(zip(names, coefficients, strict=True))
    )
    index = Node("i", "value", "mean_of_children", children=factors)
    found = case.scored(scores, index).estimate()
    equal(found.value[0, len(names)] * sum(coefficients), case.expected["estimate"])
    equal(found.std_error[0, len(names)] * sum(coefficients), case.expected["se"])


def check_nl_contrast(case: Case) -> None:
    assert case.options["expr"] == "/".join(case.options["vars"])
    scored = case.scored([numbers(case.data[name]) for name in case.options["vars"]])
    found = ratio(together(scored, None)[0], 0, 1)
    equal(found.value, case.expected["estimate"])
    equal(found.std_error, case.expected["se"])


def check_degf(case: Case) -> None:
    n = len(next(iter(case.data.values())))
    assert case.scored(np.zeros((1, n))).estimate().df[0] == case.expected["df"]


def check_weights(case: Case) -> None:
    n = len(next(iter(case.data.values())))
    totals = case.scored(np.zeros((1, n))).totals()
    equal(totals.cell_weight.sum(), case.expected["sum"])
    assert totals.rows[0] == case.expected["n"]


def check_ciprop(case: Case) -> bool:
    """False where the cap at n binds, so that the intervals differ by what they are."""
    found = case.scored([event(case.data, case.options["event"])], measure="top_box").estimate()
    level, expected = case.options["level"], case.expected
    p, variance = found.value[0, 0] / 100, (found.std_error[0, 0] / 100) ** 2
    equal([p, variance], [expected["estimate"], expected["var"]])
    assert (found.df[0], found.n[0, 0]) == (expected["df"], expected["n"])
    interval = found.confidence_interval(level, proportions="korn-graubard-nchs")
    if case.options["method"] == "mean":
        bounds = t_interval(p, np.sqrt(variance), found.df[0], level=level)
    else:
        bounds = korn_graubard(p, variance, found.n[0, 0], found.df[0], level=level)
        equal([interval.low[0, 0] / 100, interval.high[0, 0] / 100], bounds)
        if capped(p, variance, expected["n"], expected["df"], level):
            # The cap takes trials away, so ours is the wider.
            assert bounds[0] < expected["lower"]
            assert bounds[1] > expected["upper"]
            return False
    equal(bounds, [expected["lower"], expected["upper"]])
    return True


def capped(p, variance, n, df, level) -> bool:
    upper = (1 + level) / 2
    return p * (1 - p) / variance * (stats.t.ppf(upper, n - 1) / stats.t.ppf(upper, df)) ** 2 > n


def equal(found, expected) -> None:
    np.testing.assert_allclose(found, expected, rtol=RTOL)


CHECKS = {
    "mean": check_mean,
    "mean_factor": check_mean_factor,
    "by_mean": check_by_mean,
    "ratio": check_ratio,
    "contrast_mean": check_contrast_mean,
    "nl_contrast": check_nl_contrast,
    "domain_diff": check_domain_diff,
    "ttest": check_ttest,
    "degf": check_degf,
    "weights": check_weights,
    "ciprop": check_ciprop,
}


@cache
def compared() -> tuple[dict[str, str], Counter, Counter]:
    """The stat of every case that equals R's, by its id; how many are beyond the engine, and left out."""
    run, beyond, left_out = {}, Counter(), Counter()
    for case in map(Case, oracle()[1]["cases"]):
        if case.stat not in CHECKS:
            left_out[case.stat] += 1
        elif why := case.beyond():
            beyond[why] += 1
        else:
            try:
                exact = CHECKS[case.stat](case)
            except AssertionError as error:
                raise AssertionError(f"case {case.id}: {error}") from error
            if exact is False:
                beyond["cap"] += 1
            else:
                run[case.id] = case.stat
    return run, beyond, left_out


def run_ids() -> frozenset[str]:
    return frozenset(compared()[0])


def test_every_case_that_can_be_expressed_equals_r():
    run, beyond, left_out = compared()
    assert dict(Counter(run.values())) == RUN
    assert dict(beyond) == BEYOND
    assert set(left_out) == set(LEFT_OUT)
    assert len(run) + beyond.total() + left_out.total() == 708

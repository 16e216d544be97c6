"""A domain is estimated on the whole design: PSUs and strata without it still count."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import Partition, engines, estimate
from tests.scoring.conftest import ALL_RULES, MISSING, make_plan
from tests.scoring.conftest import score as score_rows
from tests.scoring.small import NO, Scored, covariance, ratio_influence, tree

STRATUM = list("AAAAAABBBB")
PSU = ["1", "1", "2", "2", "3", "3", "1", "1", "2", "2"]
SCORES = [[100, 0, 100, 100, 0, 100, 0, 100, 0, 100], [0, 50, NO, 100, 50, 50, 100, 100, NO, 0]]
WEIGHT = [2, 2, 2, 2, 2, 2, 3, 3, 3, 3]
# x: four people of PSUs A1, A2 and B1; none of A3 or B2. y: everyone else but one, who is in no domain.
BY = ["x", "x", "x", "y", "y", "y", "x", "y", "y", ""]


@pytest.fixture
def few():
    return Scored(SCORES, weight=WEIGHT, stratum=STRATUM, clusters=(PSU,))


def test_a_psu_without_the_domain_counts_among_the_psus_of_its_stratum(few):
    # x of q1: 100, 0 in A1, 100 in A2, 0 in B1, with weights 2 2 2 3: p = 400/9. z per PSU, in 81sts:
    # A1 2 (900 + 0 - 800) = 200; A2 2 (900 - 400) = 1000; A3 0. B1 3 (0 - 400) = -1200; B2 0.
    # A, over three PSUs: 3/2 (200^2 + 600^2 + 400^2) = 840000. B, over two: 2/1 x 2 x 600^2 = 1440000.
    found = few.estimate(BY)
    np.testing.assert_allclose(found.value[0, 0], 400 / 9, rtol=1e-14)
    np.testing.assert_allclose(found.std_error[0, 0] ** 2, (840000 + 1440000) / 81**2, rtol=1e-13)


def test_cutting_the_rows_out_would_give_another_variance(few):
    inside = [k for k, label in enumerate(BY) if label == "x"]
    cut = Scored(
        [[row[k] for k in inside] for row in SCORES],
        weight=[WEIGHT[k] for k in inside],
        stratum=[STRATUM[k] for k in inside],
        clusters=([PSU[k] for k in inside],),
        lonely_psu="certainty",
    ).estimate()
    whole = few.estimate(BY)
    assert cut.value[0, 0] == pytest.approx(whole.value[0, 0])
    assert cut.std_error[0, 0] < 0.8 * whole.std_error[0, 0]


def test_degrees_of_freedom_count_psus_and_strata_that_hold_the_domain(few):
    found = few.estimate(BY)
    # x: PSUs A1, A2, B1 in strata A and B; y: A2, A3, B1, B2.
    assert found.df.tolist() == [3 - 2, 4 - 2]
    assert found.n_psu.tolist() == [3, 4]


def test_rows_in_no_domain_are_in_the_whole_only(few):
    assert few.estimate().rows.tolist() == [10]
    assert few.estimate(BY).rows.tolist() == [4, 5]
    assert few.totals(BY).partition.outside == 1


@pytest.mark.parametrize("clusters", [(PSU,), ()], ids=["clusters", "rows"])
def test_a_domain_equals_the_whole_design_with_no_answers_outside_it(clusters):
    design = {"weight": WEIGHT, "stratum": STRATUM, "clusters": clusters}
    index = tree("mean_of_children", ((0,), 3.0), ((1,), 1.0))
    domain = Scored(SCORES, index, **design).estimate(BY)
    for d, label in enumerate("xy"):
        padded = np.where(np.array(BY) == label, SCORES, NO)
        whole = Scored(padded, index, **design).estimate()
        np.testing.assert_allclose(domain.value[d], whole.value[0], rtol=1e-13)
        np.testing.assert_allclose(domain.std_error[d], whole.std_error[0], rtol=1e-13)
        assert domain.n[d].tolist() == whole.n[0].tolist()


@pytest.mark.parametrize(("clusters", "fpc"), [(True, True), (True, False), (False, False)])
def test_a_domain_equals_its_rows_with_the_design_padded(clustered, clusters, fpc):
    """Rows outside the domain may go, if one row without an answer is left for every PSU they took along."""
    plan, rows = make_plan(*ALL_RULES), clustered
    design = rows.design(clusters=clusters, fpc=fpc)
    by_column = score_rows(rows, design, plan, by="domain")
    inside = rows["domain"] == "b"
    units = design.psu if clusters else np.arange(len(rows))
    kept = inside | np.isin(np.arange(len(rows)), np.unique(units, return_index=True)[1])
    answers = np.where(inside, rows.answers(), MISSING)[:, kept]
    padded = rows.where(kept)
    small, partition = padded.design(clusters=clusters, fpc=fpc), Partition.of("domain", padded["domain"])
    subset = estimate(engines.load("arrays")(answers, plan, small, partition), plan, small)
    np.testing.assert_allclose(subset.value[1], by_column.value[1], rtol=1e-12)
    np.testing.assert_allclose(subset.std_error[1], by_column.std_error[1], rtol=1e-12)


def test_parts_add_up_to_the_whole(clustered):
    plan = make_plan(*ALL_RULES)
    design = clustered.design(clusters=True, fpc=True)
    whole, parts = (score_rows(clustered, design, plan, by=by) for by in (None, "domain"))
    np.testing.assert_array_equal(parts.n.sum(axis=0), whole.n[0])
    assert parts.rows.sum() == whole.rows[0]
    weight = np.stack(
        [
            [design.w[(clustered["domain"] == d) & (clustered[f"q{j}"] != "")].sum() for j in range(1, 5)]
            for d in "abc"
        ]
    )
    np.testing.assert_allclose(
        (weight * parts.value[:, :4]).sum(axis=0) / weight.sum(axis=0), whole.value[0, :4], rtol=1e-13
    )


def test_strata_add_their_variances():
    scores = [[100, 0, 50, 100, 0, 0, 100, 50]]
    weight, stratum, psu = [1, 1, 1, 1, 3, 3, 3, 3], list("AAAABBBB"), ["1", "1", "2", "2"] * 2
    whole = Scored(scores, weight=weight, stratum=stratum, clusters=(psu,)).estimate()
    influence = ratio_influence(scores, weight)
    apart = [
        covariance(influence[rows], stratum[rows], psu[rows])[0, 0] for rows in (slice(0, 4), slice(4, 8))
    ]
    np.testing.assert_allclose(whole.std_error[0, 0] ** 2, sum(apart), rtol=1e-13)


def test_a_domain_of_one_psu_has_a_value_and_no_standard_error(few):
    by = ["x", "x", *[""] * 8]
    found = few.estimate(by)
    assert found.value[0, 0] == 50
    assert found.df[0] == 0
    assert np.isnan(found.std_error[0]).all()
    assert np.isnan(found.deff[0]).all()
    interval = found.confidence_interval()
    assert np.isnan(interval.low[0]).all()
    assert set(interval.method[0]) == {"none"}


def test_a_domain_of_one_psu_per_stratum_has_no_standard_error_either(few):
    found = few.estimate(["x", "x", *[""] * 4, "x", "x", "", ""])
    assert (found.df[0], found.n_psu[0]) == (0, 2)
    assert np.isnan(found.std_error[0, 0])


def test_a_domain_without_rows_is_undefined():
    hand = Scored(SCORES, weight=WEIGHT, stratum=STRATUM, clusters=(PSU,))
    partition = Partition("by", ("x", "nobody"), np.where(np.array(BY) == "x", 0, -1))
    totals = engines.load("arrays")(hand.answers, hand.plan, hand.design, partition)
    found = estimate(totals, hand.plan, hand.design)
    assert (found.rows[1], found.n[1, 0], found.n_psu[1], found.df[1]) == (0, 0, 0, 0)
    assert np.isnan(found.value[1]).all()
    assert found.missing_item[1].tolist() == [0, 1]
    np.testing.assert_array_equal(found.value[0], hand.estimate(BY).value[0])


def test_labels_are_sorted_text_and_an_empty_one_is_in_no_domain():
    partition = Partition.of("by", ["10", "", "9", "01", "10", None, np.nan])
    assert partition.domains == ("01", "10", "9")
    assert partition.row_domain.tolist() == [1, -1, 2, 0, 1, -1, -1]
    assert partition.outside == 3

"""What must not change a figure: scale of weights, order of rows, names of units, split rows, empty domains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import Partition, engines, estimate
from tests.scoring.conftest import ALL_RULES, make_plan
from tests.scoring.conftest import score as score_rows
from tests.scoring.small import NO, Scored, flat, tree

QUICK = settings(max_examples=25, deadline=None, derandomize=True)
INDICES = (
    tree("mean_of_children", ((0,), 3.0), ((1, 2), 1.0)),
    flat("pooled_answers", 0, 1, 2),
    flat("respondent_mean", 0, 1, 2),
)


@st.composite
def surveys(draw):
    """Scores of three items, weights, strata of two to four PSUs, domains; some answers missing."""
    shape = draw(st.lists(st.lists(st.integers(1, 4), min_size=2, max_size=4), min_size=1, max_size=3))
    stratum = [f"s{h}" for h, psus in enumerate(shape) for m in psus for _ in range(m)]
    psu = [f"p{i}" for psus in shape for i, m in enumerate(psus) for _ in range(m)]
    n = len(psu)
    scores = draw(
        st.lists(
            st.lists(st.sampled_from([0.0, 25.0, 50.0, 100.0, NO]), min_size=n, max_size=n),
            min_size=3,
            max_size=3,
        )
    )
    weight = draw(st.lists(st.floats(0.5, 20), min_size=n, max_size=n))
    by = draw(st.lists(st.sampled_from(["a", "b", ""]), min_size=n, max_size=n))
    clustered = draw(st.booleans())
    return {
        "scores": np.array(scores),
        "weight": np.array(weight),
        "stratum": np.array(stratum),
        "psu": np.array(psu),
        "by": np.array(by),
        "clustered": clustered,
    }


def estimates(survey, by=True):
    scored = Scored(
        survey["scores"],
        *INDICES,
        weight=survey["weight"],
        stratum=survey["stratum"],
        clusters=(survey["psu"],) if survey["clustered"] else (),
        lonely_psu="certainty",
    )
    return scored.estimate(survey["by"] if by else None)


def same(one, other, *, counts=True):
    """Equal up to rounding: 1e-9, where values are 0-100 and variances come from differences."""
    for name in ("value", "std_error", "deff"):
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-9, err_msg=name
        )
    for name in ("n", "n_psu", "df", "rows", "missing_item") if counts else ("df", "missing_item"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@QUICK
@given(surveys(), st.sampled_from([1000.0, 1e8, 1e-6]))
def test_a_factor_on_all_weights_changes_nothing(survey, factor):
    same(estimates(survey), estimates(survey | {"weight": survey["weight"] * factor}))


@pytest.mark.parametrize("clusters", [True, False])
@pytest.mark.parametrize("factor", [1000.0, 1e8])
def test_a_factor_on_the_weights_of_a_real_design_changes_nothing_to_twelve_digits(
    clustered, clusters, factor
):
    plan = make_plan(*ALL_RULES)
    found = [
        score_rows(clustered, clustered.design(clusters=clusters, fpc=False, scale=scale), plan, by="domain")
        for scale in (1.0, factor)
    ]
    for name in ("value", "std_error", "deff"):
        np.testing.assert_allclose(getattr(found[0], name), getattr(found[1], name), rtol=1e-12)


@QUICK
@given(surveys(), st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(survey, random):
    order = list(range(len(survey["weight"])))
    random.shuffle(order)
    shuffled = {k: v if k == "clustered" else v[..., order] for k, v in survey.items()}
    same(estimates(survey), estimates(shuffled))


@QUICK
@given(surveys())
def test_the_names_of_strata_and_psus_change_nothing(survey):
    # Names that sort the other way round, so that every number inside is another.
    renamed = {
        k: np.array([f"{chr(0x7A - int(label[1:]))}{label}" for label in survey[k]])
        for k in ("stratum", "psu")
    }
    same(estimates(survey), estimates(survey | renamed))


@QUICK
@given(surveys())
def test_splitting_the_rows_of_a_psu_changes_counts_only(survey):
    survey = survey | {"clustered": True}
    twice = {k: v if k == "clustered" else np.repeat(v, 2, axis=-1) for k, v in survey.items()}
    twice["weight"] = twice["weight"] / 2
    one, other = estimates(survey), estimates(twice)
    for name in ("value", "std_error"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(one.df, other.df)
    np.testing.assert_array_equal(one.n * 2, other.n)


@QUICK
@given(surveys())
def test_an_empty_domain_changes_no_other(survey):
    scored = Scored(
        survey["scores"],
        *INDICES,
        weight=survey["weight"],
        stratum=survey["stratum"],
        clusters=(survey["psu"],),
    )
    partition = Partition.of("by", survey["by"])
    wider = Partition(
        "by", ("", *partition.domains), np.where(partition.row_domain < 0, -1, partition.row_domain + 1)
    )
    totals = engines.load("arrays")(scored.answers, scored.plan, scored.design, wider)
    found = estimate(totals, scored.plan, scored.design)
    before = scored.estimate(survey["by"]) if len(partition.domains) else None
    assert found.rows[0] == 0
    assert np.isnan(found.value[0]).all()
    if before:
        for name in ("value", "std_error", "deff", "n", "df"):
            np.testing.assert_array_equal(getattr(found, name)[1:], getattr(before, name), err_msg=name)


@QUICK
@given(surveys())
def test_a_domain_is_the_same_alone_and_beside_others(survey):
    together = estimates(survey)
    for d, label in enumerate(sorted(set(survey["by"]) - {""})):
        alone = estimates(survey | {"by": np.where(survey["by"] == label, label, "")})
        np.testing.assert_allclose(alone.value[0], together.value[d], rtol=1e-12)
        np.testing.assert_allclose(alone.std_error[0], together.std_error[d], rtol=1e-9, atol=1e-9)


@QUICK
@given(surveys())
def test_every_bound_lies_on_the_scale_and_around_the_figure(survey):
    found = estimates(survey, by=False)
    interval = found.confidence_interval()
    known = ~np.isnan(interval.low)
    np.testing.assert_array_equal(known, ~np.isnan(interval.high))
    np.testing.assert_array_equal(known, interval.method != "none")
    assert (interval.low[known] >= 0).all()
    assert (interval.high[known] <= 100).all()
    slack = 1e-9
    assert (interval.low[known] <= found.value[known] + slack).all()
    assert (interval.high[known] >= found.value[known] - slack).all()

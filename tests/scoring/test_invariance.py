"""What must not change a figure: scale of weights, order of rows, names of units, split rows, empty domains."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import Partition, engines, estimate
from scoring.covariance import figures_of, joint_covariance
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
    share = draw(st.booleans())
    answers = [0.0, 100.0, NO] if share else [0.0, 25.0, 50.0, 100.0, NO]
    scores = draw(
        st.lists(st.lists(st.sampled_from(answers), min_size=n, max_size=n), min_size=3, max_size=3)
    )
    weight = draw(st.lists(st.floats(0.5, 20), min_size=n, max_size=n))
    by = draw(st.lists(st.sampled_from(["a", "b", ""]), min_size=n, max_size=n))
    return {
        "scores": np.array(scores),
        "weight": np.array(weight),
        "stratum": np.array(stratum),
        "psu": np.array(psu),
        "by": np.array(by),
        "clustered": draw(st.booleans()),
        "share": share,
    }


RULES = ("clustered", "share")


def columns(survey, change) -> dict:
    """The survey with every column of rows changed."""
    return {name: value if name in RULES else change(value) for name, value in survey.items()}


def made(survey) -> Scored:
    return Scored(
        survey["scores"],
        *INDICES,
        measure="top_box" if survey["share"] else "mean_100",
        weight=survey["weight"],
        stratum=survey["stratum"],
        clusters=(survey["psu"],) if survey["clustered"] else (),
        lonely_psu="certainty",
    )


def estimates(survey, by=True):
    return made(survey).estimate(survey["by"] if by else None)


def covariance(survey, wider: Partition | None = None) -> np.ndarray:
    """Joint covariance of every figure of the whole and of the domains (of `wider`, without its first domain)."""
    scored = made(survey)
    partition = wider or Partition.of("by", survey["by"])
    parts = engines.load("arrays")(scored.answers, scored.plan, scored.design, partition)
    everything = range(len(scored.plan.pairs) + len(scored.plan.nodes))
    domains = range(1 if wider else 0, parts.n_domains)
    figures = [
        *figures_of(scored.totals(), scored.plan, everything),
        *figures_of(parts, scored.plan, everything, domains),
    ]
    return joint_covariance(figures, scored.plan, scored.design).covariance


def same_interval(one, other, **tolerance):
    left, right = one.confidence_interval(), other.confidence_interval()
    np.testing.assert_array_equal(left.method, right.method)
    for end in ("low", "high"):
        np.testing.assert_allclose(getattr(left, end), getattr(right, end), err_msg=end, **tolerance)


def same(survey, changed):
    """Equal up to rounding: 1e-9, where values are 0-100 and variances come from differences."""
    one, other = estimates(survey), estimates(changed)
    for name in ("value", "std_error", "deff", "cluster_size"):
        np.testing.assert_allclose(
            getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-9, err_msg=name
        )
    for name in ("n", "n_psu", "df", "rows", "missing_item"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)
    same_interval(one, other, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(covariance(survey), covariance(changed), rtol=1e-9, atol=1e-8)


@QUICK
@given(surveys(), st.sampled_from([1000.0, 1e8, 1e-6]))
def test_a_factor_on_all_weights_changes_nothing(survey, factor):
    same(survey, survey | {"weight": survey["weight"] * factor})


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
    same(survey, columns(survey, lambda column: column[..., order]))


@QUICK
@given(surveys())
def test_the_names_of_strata_and_psus_change_nothing(survey):
    # Names that sort the other way round, so that every number inside is another.
    renamed = {
        k: np.array([f"{chr(0x7A - int(label[1:]))}{label}" for label in survey[k]])
        for k in ("stratum", "psu")
    }
    same(survey, survey | renamed)


@QUICK
@given(surveys())
def test_splitting_the_rows_of_a_psu_changes_counts_only(survey):
    survey = survey | {"clustered": True}
    twice = columns(survey, lambda column: np.repeat(column, 2, axis=-1))
    twice["weight"] = twice["weight"] / 2
    one, other = estimates(survey), estimates(twice)
    for name in ("value", "std_error"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(one.df, other.df)
    np.testing.assert_array_equal(one.n_psu, other.n_psu)
    np.testing.assert_array_equal(one.n * 2, other.n)
    np.testing.assert_allclose(one.cluster_size * 2, other.cluster_size)
    np.testing.assert_allclose(covariance(survey), covariance(twice), rtol=1e-9, atol=1e-8)
    # Nothing in t counts rows; the interval of a proportion does, by its effective sample.
    left, right = one.confidence_interval(), other.confidence_interval()
    means = ~one.proportion
    for end in ("low", "high"):
        np.testing.assert_allclose(
            getattr(left, end)[:, means], getattr(right, end)[:, means], rtol=1e-7, atol=1e-7
        )


@QUICK
@given(surveys())
def test_an_empty_domain_changes_no_other(survey):
    scored, partition = made(survey), Partition.of("by", survey["by"])
    wider = Partition(
        "by", ("", *partition.domains), np.where(partition.row_domain < 0, -1, partition.row_domain + 1)
    )
    totals = engines.load("arrays")(scored.answers, scored.plan, scored.design, wider)
    found = estimate(totals, scored.plan, scored.design)
    assert found.rows[0] == 0
    assert np.isnan(found.value[0]).all()
    assert set(found.confidence_interval().method[0]) == {"none"}
    if len(partition.domains):
        before = scored.estimate(survey["by"])
        for name in ("value", "std_error", "deff", "n", "df", "cluster_size"):
            np.testing.assert_array_equal(getattr(found, name)[1:], getattr(before, name), err_msg=name)
        wide, narrow = found.confidence_interval(), before.confidence_interval()
        for name in ("low", "high", "method"):
            np.testing.assert_array_equal(getattr(wide, name)[1:], getattr(narrow, name), err_msg=name)
        np.testing.assert_array_equal(covariance(survey, wider), covariance(survey))


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

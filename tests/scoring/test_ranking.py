"""Ranks and what may be said of them: confidence sets, tie groups, probabilities of a place."""

from __future__ import annotations

import json
import math
import tracemalloc
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from scipy import special, stats

from scoring.errors import ScoringError
from scoring.ranking import competition_ranks, rank_probabilities, rank_sets

R = json.loads((Path(__file__).parents[1] / "reference" / "ranks.json").read_text(encoding="utf-8"))


def df_of(case: dict) -> float:
    return math.inf if case["df"] is None else case["df"]


def sets(found) -> list[tuple[int, int]]:
    return list(zip(found.low.tolist(), found.high.tolist(), strict=True))


def test_far_apart_entries_have_one_rank_each():
    found = rank_sets([70.0, 90.0, 80.0], np.eye(3), 30)
    assert found.rank.tolist() == [3, 1, 2]
    assert sets(found) == [(3, 3), (1, 1), (2, 2)]
    assert found.above.tolist() == [[False] * 3, [True, False, True], [True, False, False]]


def test_entries_that_cannot_be_told_apart_share_their_places():
    # Differences 1, 10, 9 against 1.41 * 2.34 = 3.3: only the third is told from the others.
    assert sets(rank_sets([81.0, 80.0, 71.0], np.eye(3))) == [(1, 2), (1, 2), (3, 3)]


@pytest.mark.parametrize("kind", ["simultaneous", "marginal"])
@pytest.mark.parametrize("case", R["critical"], ids=lambda c: f"{c['k']}-{c['df']}-{c['level']}")
def test_critical_values_of_the_first_step_are_tukeys_and_dunnetts(case, kind):
    found = rank_sets(
        np.zeros(case["k"]),
        2.5 * np.eye(case["k"]),
        df_of(case),
        kind=kind,
        variance="pooled",
        level=case["level"],
        step_down=False,
        draws=50_000 if case["k"] < 10 else 20_000,
    )
    # At least four standard errors of a simulated quantile; they are largest for 2 entries and 5 df.
    np.testing.assert_allclose(found.critical_value, case[kind], rtol=0.026)


@pytest.mark.parametrize("kind", ["simultaneous", "marginal"])
@pytest.mark.parametrize("case", R["sets"], ids=range(len(R["sets"])))
def test_sets_of_the_first_step_are_those_of_the_exact_critical_values(case, kind):
    k = len(case["value"])
    found = rank_sets(
        case["value"],
        case["std_error"] ** 2 * np.eye(k),
        df_of(case),
        kind=kind,
        variance="pooled",
        step_down=False,
    )
    assert found.rank.tolist() == case["rank"]
    assert found.low.tolist() == case[kind]["low"]
    assert found.high.tolist() == case[kind]["high"]


def step_down_by_list(value, covariance, family, level, draws=200_000):
    """The rejected ordered pairs of a family, by a list of hypotheses and plain draws; every step's margin is 1.5 %."""
    z = np.random.default_rng(5).multivariate_normal(np.zeros(len(value)), covariance, draws)
    se = {(j, k): math.sqrt(covariance[j, j] + covariance[k, k] - 2 * covariance[j, k]) for j, k in family}
    left, rejected, steps = list(family), set(), []
    while left:
        greatest = np.max([(z[:, j] - z[:, k]) / se[j, k] for j, k in left], axis=0)
        critical = np.quantile(greatest, level)
        steps.append(critical)
        t = {(j, k): (value[j] - value[k]) / se[j, k] for j, k in left}
        assert all(abs(one / critical - 1) > 0.015 for one in t.values()), "choose values with a margin"
        new = {pair for pair in left if t[pair] > critical}
        if not new:
            break
        rejected |= new
        left = [pair for pair in left if pair not in new]
    return rejected, steps


CORRELATED = np.array([[1.0, 0.5, 0, 0], [0.5, 2.0, 0, 0.3], [0, 0, 0.5, 0], [0, 0.3, 0, 4.0]])
# The first and the second stand 2.50 standard errors apart: the first step asks for 2.55, the second for 2.46.
VALUE = np.array([80.0, 76.4617, 77.367, 66.0])


def test_step_down_is_that_of_an_explicit_list_of_hypotheses():
    expected, steps = step_down_by_list(VALUE, CORRELATED, list(permutations(range(4), 2)), 0.95)
    found = rank_sets(VALUE, CORRELATED, draws=100_000)
    assert {(int(j), int(k)) for j, k in np.argwhere(found.above)} == expected
    # The third step can claim nothing more, whatever its critical value, and is not taken. 100,000 draws against
    # 200,000: four standard errors of the quantile.
    np.testing.assert_allclose(found.critical_value, steps[1], rtol=0.01)


@pytest.mark.parametrize("j", range(4))
def test_marginal_step_down_is_that_of_the_entrys_own_hypotheses(j):
    family = [pair for k in range(4) if k != j for pair in ((j, k), (k, j))]
    expected, steps = step_down_by_list(VALUE, CORRELATED, family, 0.95)
    found = rank_sets(VALUE, CORRELATED, kind="marginal", draws=100_000)
    assert found.low[j] == 1 + sum(one[1] == j for one in expected)
    assert found.high[j] == 4 - sum(one[0] == j for one in expected)
    np.testing.assert_allclose(found.critical_value[j], steps[-1], rtol=0.01)


def test_a_second_step_claims_what_the_first_could_not():
    once, on = (rank_sets(VALUE, CORRELATED, step_down=step, draws=100_000) for step in (False, True))
    assert np.argwhere(on.above & ~once.above).tolist() == [[0, 1]]


@pytest.mark.parametrize("kind", ["simultaneous", "marginal"])
def test_steps_never_widen_a_set(kind):
    rng = np.random.default_rng(8)
    for _ in range(10):
        root = rng.standard_normal((7, 7))
        arguments = rng.normal(80, 6, 7), root @ root.T
        once, on = (rank_sets(*arguments, 20, kind=kind, step_down=s, draws=999) for s in (False, True))
        assert np.all((on.low >= once.low) & (on.high <= once.high))
        assert np.all((on.low <= on.rank) & (on.rank <= on.high))


def test_marginal_sets_lie_within_simultaneous_ones_at_the_first_step():
    rng = np.random.default_rng(9)
    value = rng.normal(80, 4, 12)
    joint, alone = (
        rank_sets(value, np.eye(12), 25, kind=kind, step_down=False) for kind in ("simultaneous", "marginal")
    )
    assert np.all((alone.low >= joint.low) & (alone.high <= joint.high))
    assert np.any(alone.high - alone.low < joint.high - joint.low)


@pytest.mark.parametrize(
    "truth", [[0.0] * 6, [0.0, 0, 0, 5, 5, 5], [0.0, 1, 2, 3, 4, 5], [0.0, 0, 0, 0, 0, 9]]
)
@pytest.mark.parametrize("kind", ["simultaneous", "marginal"])
def test_the_true_ranks_are_covered(truth, kind):
    """A binomial bound: with 95 % coverage fewer hits than this come once in a thousand times."""
    truth, times = np.array(truth), 250
    rng = np.random.default_rng(11)
    root = rng.standard_normal((6, 6)) / 2 + np.eye(6)
    covariance = root @ root.T
    best = 1 + (truth > truth[:, None]).sum(axis=1)
    worst = 6 - (truth < truth[:, None]).sum(axis=1)
    drawn = rng.multivariate_normal(truth, covariance, times)
    hits = [
        (found.low <= best) & (worst <= found.high)
        for seed, value in enumerate(drawn)
        for found in [rank_sets(value, covariance, kind=kind, draws=399, seed=seed)]
    ]
    least = stats.binom.ppf(0.001, times, 0.95)
    if kind == "simultaneous":
        assert np.all(hits, axis=1).sum() >= least
        if np.ptp(truth) == 0:
            # All equal is the hardest case: here the level is met, not passed.
            assert np.all(hits, axis=1).sum() <= stats.binom.ppf(0.999, times, 0.95)
    else:
        assert np.sum(hits, axis=0).min() >= least


def test_sets_hold_where_entries_share_psus_and_the_covariance_is_estimated():
    """Five equal entries in 24 PSUs: the hardest case, with all that is estimated."""
    rng, times = np.random.default_rng(13), 300
    drawn = rng.standard_normal((times, 24, 5))
    hits = sum(
        not rank_sets(psu.mean(axis=0), np.cov(psu.T) / 24, 23, draws=399, seed=seed).above.any()
        for seed, psu in enumerate(drawn)
    )
    assert hits >= stats.binom.ppf(0.001, times, 0.95)


def test_separate_variances_ask_for_more_than_a_pooled_one():
    arguments = np.zeros(10), np.eye(10), 12
    separate, pooled = (rank_sets(*arguments, variance=v).critical_value[0] for v in ("separate", "pooled"))
    # The former stands on the normal's scale.
    assert -special.stdtrit(12, special.ndtr(-separate)) > pooled


@pytest.mark.parametrize("kind", ["simultaneous", "marginal"])
def test_two_entries_are_told_apart_by_the_t_test(kind):
    # t_20 at 97.5 % is 2.086; 2 % on either side is more than the simulation's error at 20,000 draws.
    for factor, told in ((0.97, False), (1.03, True)):
        value = [2.086 * factor * math.sqrt(3.0), 0.0]
        for variance in ("separate", "pooled"):
            found = rank_sets(value, np.diag([1.0, 2.0]), 20, kind=kind, variance=variance, draws=20_000)
            assert sets(found) == ([(1, 1), (2, 2)] if told else [(1, 2), (1, 2)])


def test_entries_with_their_own_df_are_told_apart_by_welchs_test():
    # Standard deviations 3 and 1 over 5 and 9 PSUs: Welch's p is just above and just below 5 %.
    se = np.array([3 / math.sqrt(5), 1 / math.sqrt(9)])
    for difference, told in ((3.6, False), (3.95, True)):
        test = stats.ttest_ind_from_stats(difference, 3, 5, 0, 1, 9, equal_var=False)
        assert (test.pvalue < 0.05) == told
        found = rank_sets([difference, 0.0], np.diag(se**2), [4.0, 8.0], draws=20_000)
        assert found.above[0, 1] == told


def test_infinite_df_of_every_entry_is_the_normal():
    one, own = (rank_sets(VALUE, CORRELATED, df, draws=999) for df in (math.inf, np.full(4, math.inf)))
    assert sets(one) == sets(own)
    np.testing.assert_array_equal(one.critical_value, own.critical_value)


def test_few_df_widen_the_sets():
    value = [84.0, 80.0, 76.0]
    assert sets(rank_sets(value, np.eye(3))) == [(1, 1), (2, 2), (3, 3)]
    assert sets(rank_sets(value, np.eye(3), 3)) == [(1, 2), (1, 3), (2, 3)]


def test_exact_ties_share_the_better_rank_and_are_never_told_apart():
    found = rank_sets([80.0, 90.0, 80.0, 60.0], 0.01 * np.eye(4))
    assert found.rank.tolist() == [2, 1, 2, 4]
    assert sets(found) == [(2, 3), (1, 1), (2, 3), (4, 4)]


def test_covariance_between_entries_tells_apart_what_variances_alone_do_not():
    value, shared = [80.0, 79.0], np.array([[1.0, 0.95], [0.95, 1.0]])
    assert sets(rank_sets(value, np.eye(2))) == [(1, 2), (1, 2)]
    assert sets(rank_sets(value, shared)) == [(1, 1), (2, 2)]


def test_a_singular_covariance_is_drawn_from():
    # Five entries from two PSU contrasts: rank 2, which Cholesky cannot factor.
    z = np.random.default_rng(3).standard_normal((5, 2))
    found = rank_sets([90.0, 85.0, 80.0, 75.0, 70.0], z @ z.T, 2, draws=999)
    assert np.all((found.low >= 1) & (found.low <= found.rank) & (found.rank <= found.high))


def test_a_difference_without_variance_is_no_claim():
    found = rank_sets([81.0, 80.0, 60.0], [[1.0, 1.0, 0.0], [1.0, 1.0, 0.0], [0.0, 0.0, 1.0]])
    assert sets(found) == [(1, 2), (1, 2), (3, 3)]


def test_one_entry_has_rank_one_and_none_has_none():
    found = rank_sets([80.0], [[1.0]], 5)
    assert (found.rank.tolist(), sets(found), found.tie_groups()) == ([1], [(1, 1)], ((0,),))
    assert np.isnan(found.critical_value).all()
    empty = rank_sets([], np.empty((0, 0)))
    assert (empty.rank.size, empty.tie_groups()) == (0, ())


def test_what_cannot_be_ranked_is_left_out_with_the_reason():
    value = [90.0, math.nan, 80.0, 85.0, 70.0, 95.0]
    covariance = np.diag([1.0, math.nan, 0.0, 1.0, math.nan, 1.0])
    covariance[4, :] = covariance[:, 4] = math.nan
    found = rank_sets(
        value, covariance, [9.0, 9, 9, 0, 9, 9], eligible=np.array([True, True, True, True, True, False])
    )
    assert found.excluded.tolist() == [
        "",
        "no_value",
        "zero_std_error",
        "no_df",
        "no_std_error",
        "not_eligible",
    ]
    assert found.rank.tolist() == [1, 0, 0, 0, 0, 0]
    assert not found.above.any()


def test_what_cannot_be_ranked_is_refused_by_name():
    with pytest.raises(ScoringError, match="positions 1; the first for zero_std_error"):
        rank_sets([90.0, 80.0], np.diag([1.0, 0.0]), unrankable="fail")


def test_leaving_an_entry_out_is_as_if_it_had_not_been_there():
    with_gap = rank_sets([80.0, math.nan, 84.0, 70.0], np.diag([1.0, math.nan, 2.0, 1.0]), 12, draws=999)
    without = rank_sets([80.0, 84.0, 70.0], np.diag([1.0, 2.0, 1.0]), 12, draws=999)
    assert [one for k, one in enumerate(sets(with_gap)) if k != 1] == sets(without)


def test_lowest_is_best_mirrors_highest():
    low, high = (rank_sets(sign * VALUE, CORRELATED, best=b) for sign, b in ((-1, "lowest"), (1, "highest")))
    assert (low.rank.tolist(), sets(low)) == (high.rank.tolist(), sets(high))


def test_the_unit_and_the_order_of_the_entries_do_not_matter():
    order = [2, 0, 3, 1]
    plain = rank_sets(VALUE, CORRELATED, 30)
    scaled = rank_sets(1e4 * VALUE, 1e8 * CORRELATED, 30)
    moved = rank_sets(VALUE[order], CORRELATED[np.ix_(order, order)], 30)
    assert sets(plain) == sets(scaled)
    assert [sets(plain)[k] for k in order] == sets(moved)


def test_the_same_seed_gives_the_same_bits():
    first, again = (rank_sets(VALUE, CORRELATED, 30, seed=4, draws=999).critical_value for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_tie_groups_overlap_where_being_tied_is_not_transitive():
    # Neighbours stand 2.5 apart, against 3.3 to tell; the first and the third 5.
    found = rank_sets([85.0, 82.5, 80.0, 60.0], np.eye(4))
    assert found.tie_groups() == ((0, 1), (1, 2), (3,))


def test_no_two_of_a_tie_group_are_told_apart_and_no_group_lies_in_another():
    rng = np.random.default_rng(12)
    for _ in range(20):
        found = rank_sets(rng.normal(80, 4, 15), np.diag(rng.uniform(0.2, 6, 15)), 40, draws=499)
        groups = found.tie_groups()
        assert set().union(*groups) == set(range(15))
        for group in groups:
            assert not found.above[np.ix_(group, group)].any()
            assert not any(set(group) < set(other) for other in groups)


def test_a_cut_through_a_tie_names_both_sides():
    found = rank_sets([60.0, 85.0, 82.5, 80.0], np.eye(4))
    assert found.tied_at(1) == (1, 2)
    assert found.tied_at(2) == (2, 3)
    assert found.tied_at(3) == ()
    assert found.tied_at(4) == ()


def test_marginal_claims_do_not_hold_together():
    with pytest.raises(ScoringError, match="simultaneous"):
        rank_sets(VALUE, CORRELATED, kind="marginal", draws=99).tie_groups()


def test_the_probability_of_being_first_of_two_is_the_normals():
    found = rank_probabilities([81.0, 80.0], np.diag([1.0, 3.0]), draws=40_000)
    # Five standard errors of a share of 40,000.
    np.testing.assert_allclose(found[0, 0], special.ndtr(0.5), atol=5 * 0.5 / 200)
    np.testing.assert_allclose(found, found.T)


def test_the_probability_with_few_df_is_ts():
    draws = {"draws": 40_000}
    one = rank_probabilities([82.0, 80.0], np.diag([0.5, 0.5]), 4, **draws)[0, 0]
    np.testing.assert_allclose(one, special.stdtr(4, 2.0), atol=5 * 0.5 / 200)
    # The second hardly varies, so that the first's own t decides.
    own = rank_probabilities([82.0, 80.0], np.diag([1.0, 1e-8]), [4.0, 9.0], **draws)[0, 0]
    np.testing.assert_allclose(own, special.stdtr(4, 2.0), atol=5 * 0.5 / 200)


def test_probabilities_add_up_by_entry_and_by_place():
    value = np.append(VALUE, math.nan)
    covariance = np.full((5, 5), math.nan)
    covariance[:4, :4] = CORRELATED
    found = rank_probabilities(value, covariance, 20, draws=2000)
    np.testing.assert_allclose(found[:4].sum(axis=1), 1)
    np.testing.assert_allclose(found[:4].sum(axis=0), [1, 1, 1, 1, 0])
    assert np.isnan(found[4]).all()
    top = found.cumsum(axis=1)[:, 1]
    assert top[0] > top[2] > top[3]


def test_memory_does_not_grow_with_pairs_times_draws():
    k, draws = 300, 500
    value = np.random.default_rng(2).normal(80, 5, k)
    tracemalloc.start()
    rank_sets(value, np.eye(k), 30, draws=draws)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # A handful of matrices of 0.7 MB and a block of draws; pairs x draws would take 180 MB.
    assert peak < 15e6


def test_competition_ranks_are_those_of_a_public_ranking():
    # Totals of Decision 766 on 5 October 2026, with two provinces at 65.47: rank 5 twice, then 7.
    total = [68.11, 66.97, 66.70, 66.00, 65.47, 65.47, 65.13]
    assert competition_ranks(total, tolerance=0.001).tolist() == [1, 2, 3, 4, 5, 5, 7]


def test_competition_ranks_measure_from_the_first_of_a_group():
    assert competition_ranks([10.0, 9.9992, 9.9984], tolerance=0.001).tolist() == [1, 1, 3]
    assert competition_ranks([math.nan, 1.0, math.inf, math.inf]).tolist() == [0, 3, 1, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"value": [[1.0, 2.0]]}, "one dimension"),
        ({"value": [1.0, math.inf]}, "finite"),
        ({"covariance": np.eye(3)}, "shape \\(2, 2\\)"),
        ({"covariance": np.diag([1.0, -1.0])}, "negative variances \\(entries 1\\)"),
        ({"covariance": [[1.0, 0.5], [0.0, 1.0]]}, "symmetric"),
        ({"covariance": [[1.0, math.nan], [math.nan, 1.0]]}, "without gaps"),
        ({"covariance": [[1.0, 1.5], [1.5, 1.0]]}, "negative eigenvalue"),
        ({"df": 0}, "at least 1"),
        ({"df": [1.0, 2.0, 3.0]}, "one per entry"),
        ({"kind": "both"}, "simultaneous, marginal"),
        ({"best": "first"}, "highest, lowest"),
        ({"unrankable": "drop"}, "exclude, fail"),
        ({"level": 0.3}, "between 0.5 and 1"),
        ({"variance": "common"}, "separate, pooled"),
        ({"variance": "pooled", "df": [9.0, 9.0]}, "one `df`"),
        ({"draws": 10}, "at least 19"),
        ({"eligible": [1, 0]}, "true or false"),
    ],
)
def test_what_cannot_be_is_refused(change, message):
    given = {"value": [1.0, 2.0], "covariance": np.eye(2), "df": 10, **change}
    with pytest.raises(ScoringError, match=message):
        rank_sets(given.pop("value"), given.pop("covariance"), given.pop("df"), **given)


def test_a_negative_tolerance_and_a_cut_at_nothing_are_refused():
    with pytest.raises(ScoringError, match="tolerance"):
        competition_ranks([1.0], tolerance=-1)
    with pytest.raises(ScoringError, match="at least 1"):
        rank_sets([1.0], [[1.0]]).tied_at(0)
    with pytest.raises(ScoringError, match="at least 1"):
        rank_probabilities([1.0], [[1.0]], draws=0)

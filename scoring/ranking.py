r"""Ranks with their uncertainty: confidence sets, tie groups, probabilities of a place.

Rank 1 is the best. The rank of entry j is 1 + #{k : theta_k > theta_j}: equal entries share the better rank, and
the next is left out (1, 2, 2, 4). A claim "j is above k" is a rejection of theta_j <= theta_k; the claims are made
together, so that all of them are right with the confidence of the level, and a set counts what is claimed:

    low_j = 1 + #{k claimed above j},    high_j = K - #{k claimed below j}.

References: Mogstad, Romano, Shaikh and Wilhelm (2024), Inference for ranks with applications to mobility across
neighbourhoods and academic achievement across countries, Review of Economic Studies 91, 476-518; Romano and Wolf
(2005), Exact and approximate stepdown methods for multiple hypothesis testing, JASA 100, 94-108.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import ScoringError, some
from scoring.studentised import SINGULAR, Noise, Pairs, claims_one_by_one, claims_together, t_scores

Kind = Literal["simultaneous", "marginal"]
Best = Literal["highest", "lowest"]
Unrankable = Literal["exclude", "fail"]
Variance = Literal["separate", "pooled"]


@dataclass(frozen=True, eq=False)
class RankSets:
    """Ranks of K entries and what confidence sets say of them; 0 where an entry is not ranked.

    Attributes
    ----------
    rank : int array, shape (K,); 1 = best, by the estimates, among the ranked.
    low, high : int arrays, shape (K,); the set {low, ..., high} of each entry, 1 <= low <= rank <= high.
    excluded : str array, shape (K,)
        Why an entry is not ranked: `not_eligible` (the caller's word), `no_value`, `no_std_error`,
        `zero_std_error` or `no_df`; empty where it is ranked.
    above : bool array, shape (K, K), or None
        [j, k]: j is told to be better than k, all of it at once with the confidence of `level`. None for
        marginal sets, whose claims do not hold together.
    critical_value : float array, shape (K,)
        What the studentised difference had to pass at the last step that could claim anything, on the normal's
        scale unless the variance is pooled; NaN where an entry is not ranked or has nobody to be compared with.
    level : float
    kind : {"simultaneous", "marginal"}
    """

    rank: NDArray[np.intp]
    low: NDArray[np.intp]
    high: NDArray[np.intp]
    excluded: NDArray[np.str_]
    above: NDArray[np.bool_] | None
    critical_value: NDArray[np.float64]
    level: float
    kind: Kind

    def tie_groups(self) -> tuple[tuple[int, ...], ...]:
        """Longest runs of neighbours by estimate of whom no two are told apart, best first.

        Returns
        -------
        tuple of tuples of int
            Positions; an entry stands in at least one group, and groups may overlap: A may be tied with B, and B
            with C, while A is above C.

        Raises
        ------
        ScoringError
            For marginal sets, whose claims do not hold together.

        Notes
        -----
        Two entries without a common group are told apart, or stand on both sides of a pair that is; `above` says
        which. Being in one group is no proof of being equal: the data do not tell them apart.

        Examples
        --------
        >>> rank_sets([90.0, 89.9, 60.0], np.eye(3)).tie_groups()
        ((0, 1), (2,))
        """
        above = self._claims()
        order = np.flatnonzero(self.rank)
        order = order[np.argsort(self.rank[order], kind="stable")]
        apart = above[np.ix_(order, order)]
        # End of the run that starts at i: up to the first whom anyone from i on is above; never beyond i + 1's.
        ends, end = np.empty(len(order), dtype=np.intp), len(order)
        for i in range(len(order) - 1, -1, -1):
            end = min(end, i + 1 + _first(apart[i, i + 1 :]))
            ends[i] = end
        starts = [i for i in range(len(order)) if i == 0 or ends[i] > ends[i - 1]]
        return tuple(tuple(order[i : ends[i]].tolist()) for i in starts)

    def tied_at(self, k: int) -> tuple[int, ...]:
        """Who makes the cut after the best k unclear: positions on either side not told from one on the other.

        Parameters
        ----------
        k : int, 1 or more
            The cut: entries with `rank` <= k are inside. With equal estimates at the cut these are more than k.

        Returns
        -------
        tuple of int
            Empty where everyone inside is told to be above everyone outside.

        Raises
        ------
        ScoringError
            For k below 1 and for marginal sets.

        Examples
        --------
        >>> rank_sets([90.0, 89.9, 60.0], np.eye(3)).tied_at(1)
        (0, 1)
        >>> rank_sets([90.0, 89.9, 60.0], np.eye(3)).tied_at(2)
        ()
        """
        if k < 1:
            raise ScoringError(f"`k` must be at least 1; given: {k}.")
        inside, outside = (self.rank > 0) & (self.rank <= k), self.rank > k
        unclear = inside[:, None] & outside[None, :] & ~self._claims()
        return tuple(np.flatnonzero(unclear.any(axis=0) | unclear.any(axis=1)).tolist())

    def _claims(self) -> NDArray[np.bool_]:
        if self.above is None:
            raise ScoringError("Marginal sets hold one at a time: ask for `kind='simultaneous'` to compare.")
        return self.above


def rank_sets(
    value: ArrayLike,
    covariance: ArrayLike,
    df: ArrayLike = np.inf,
    *,
    kind: Kind = "simultaneous",
    level: float = 0.95,
    best: Best = "highest",
    eligible: ArrayLike | None = None,
    unrankable: Unrankable = "exclude",
    variance: Variance = "separate",
    step_down: bool = True,
    draws: int = 10_000,
    seed: int = 0,
) -> RankSets:
    r"""Confidence sets for the ranks of K estimates.

    Parameters
    ----------
    value : float array, shape (K,)
        Estimates in any unit; NaN where there is none.
    covariance : float array, shape (K, K)
        Their joint covariance, in squared units; it may be singular.
    df : float, or float array of shape (K,)
        Degrees of freedom: one number where all entries share the PSUs of one design, each entry's own where it has
        its own PSUs. Infinite: the normal.
    kind : {"simultaneous", "marginal"}
        All sets right at once, or each for itself (narrower, and only for the one entry that was meant beforehand).
    level : float
        Confidence, between 0.5 and 1.
    best : {"highest", "lowest"}
    eligible : bool array, shape (K,), optional
        Whom the caller lets be ranked (a domain too small to be ranked is not).
    unrankable : {"exclude", "fail"}
        What to do with an eligible entry without a value, a positive standard error or df >= 1: leave it out of
        the ranking with the reason, or refuse.
    variance : {"separate", "pooled"}
        Whether every difference has its own variance estimate, as in a survey, or one estimate of `df` degrees
        serves all (a multivariate t: narrower).
    step_down : bool
        Go on after the first step; without, the sets are a little wider.
    draws : int
        Simulated vectors. Time grows with draws K^2: K = 3,000 asks for 1,000 rather than 10,000.
    seed : int
        The same input and seed give the same sets.

    Returns
    -------
    RankSets

    Raises
    ------
    ScoringError
        Shapes that do not fit; a matrix that is no covariance; a level outside 0.5..1; too few draws for it;
        anybody unrankable, if `unrankable` is `fail`; a pooled variance with several df.

    Notes
    -----
    T_jk = (theta_j - theta_k) / se_jk with se_jk^2 = V_jj + V_kk - 2 V_jk. The family holds theta_j <= theta_k for
    every ordered pair (marginal: every pair with the entry). Each step takes the `level` quantile, the
    ceil((draws + 1) level)-th smallest, of max (Z_j - Z_k) / se_jk over the hypotheses not yet rejected, Z from
    N(0, V), and rejects whatever T passes it, until nothing more is rejected [1]_ [2]_. Since the hypotheses are
    one-sided, the direction of every claim is covered, and true ties need no care.

    With finite df every T_jk is carried to the normal's scale, Phi^-1(F_t(T_jk)), by t of the one df, or of
    Satterthwaite's, se^4 / (V_jj^2 / df_j + V_kk^2 / df_k) kept within min(df_j, df_k) and df_j + df_k, where entries
    have their own. A pooled variance leaves T_jk and divides Z by sqrt(chi2_df / df) instead, which is exact where one
    mean square serves all. A pair whose difference has no variance is never told apart.

    Wrong when V is poor: fewer than about ten PSUs behind an entry, estimates near the end of their scale, a V that
    leaves out covariance between entries which share PSUs, or more entries than degrees of freedom in shared PSUs.
    A set speaks of this wave's population; it does not say that the figure measures what it should.

    References
    ----------
    .. [1] Mogstad, M., Romano, J. P., Shaikh, A. M. and Wilhelm, D. (2024). Inference for ranks with applications to
       mobility across neighbourhoods and academic achievement across countries. Review of Economic Studies 91, 476-518.
    .. [2] Romano, J. P. and Wolf, M. (2005). Exact and approximate stepdown methods for multiple hypothesis testing.
       Journal of the American Statistical Association 100, 94-108.

    Examples
    --------
    >>> found = rank_sets([80.0, 90.0, 70.0, 79.5], np.diag([1.0, 1.0, 1.0, 1.0]), 40)
    >>> found.rank.tolist(), found.low.tolist(), found.high.tolist()
    ([2, 1, 4, 3], [2, 1, 4, 2], [3, 1, 4, 3])
    """
    _word("kind", kind, Kind)
    _word("best", best, Best)
    _word("unrankable", unrankable, Unrankable)
    _word("variance", variance, Variance)
    if not 0.5 < level < 1:
        raise ScoringError(f"`level` must lie between 0.5 and 1; given: {level:g}.")
    if draws < 1 or math.ceil((draws + 1) * level) > draws:
        raise ScoringError(
            f"`draws` must be at least {math.ceil(level / (1 - level))} for a level of {level:g}; given: {draws}."
        )
    value, covariance, df = _checked(value, covariance, df)
    if variance == "pooled" and df.ndim:
        raise ScoringError("A pooled variance has one `df`: give one number, or `variance='separate'`.")
    excluded = _excluded(value, covariance, df, eligible, unrankable)
    kept = np.flatnonzero(excluded == "")
    towards = value if best == "highest" else -value
    kept = kept[np.argsort(-towards[kept], kind="stable")]
    n, total = len(kept), len(value)
    rank, low, high = (np.zeros(total, dtype=np.intp) for _ in range(3))
    critical = np.full(total, np.nan)
    claims = np.zeros((n, n), dtype=bool)
    better = worse = np.zeros(n, dtype=np.intp)
    if n > 1:
        pooled = variance == "pooled"
        joint = covariance[np.ix_(kept, kept)]
        pairs = Pairs.of(towards[kept], joint, df[kept] if df.ndim else df, pooled=pooled)
        noise = Noise.of(joint, float(df) if pooled else np.inf, draws, seed)
        if kind == "simultaneous":
            claims, critical[kept] = claims_together(pairs, noise, level, step_down)
            better, worse = claims.sum(axis=0), claims.sum(axis=1)
        else:
            better, worse, critical[kept] = claims_one_by_one(pairs, noise, level, step_down)
    above = None
    if kind == "simultaneous":
        above = np.zeros((total, total), dtype=bool)
        above[np.ix_(kept, kept)] = claims
    rank[kept] = competition_ranks(towards[kept])
    low[kept], high[kept] = 1 + better, n - worse
    return RankSets(rank, low, high, excluded, above, critical, level, kind)


def rank_probabilities(
    value: ArrayLike,
    covariance: ArrayLike,
    df: ArrayLike = np.inf,
    *,
    best: Best = "highest",
    eligible: ArrayLike | None = None,
    draws: int = 10_000,
    seed: int = 0,
) -> NDArray[np.float64]:
    r"""How often each entry takes each place when the figures vary as their covariance says.

    Parameters
    ----------
    value, covariance, df, best, eligible, draws, seed
        As in `rank_sets`.

    Returns
    -------
    float array, shape (K, K), 0..1
        [j, r - 1]: share of the draws in which j takes rank r. `cumsum(axis=1)[:, k - 1]` is the probability of
        being in the top k. NaN for an entry that is not ranked; the ranks of the R ranked are the first R columns.

    Raises
    ------
    ScoringError
        As in `rank_sets`.

    Notes
    -----
    Draws are value + Z, Z a multivariate t of one df; entries with their own df get t_df draws each, tied to the
    others by the normal's correlations. This is the posterior under a flat prior [1]_. Monte Carlo error: at most
    0.5 / sqrt(draws).

    Wrong when read as confidence: estimates are spread wider than the truth, so that the first of many is flattered,
    and with K equal entries these probabilities are far from 1 / K. Decide by `rank_sets`; show these as description.

    References
    ----------
    .. [1] Goldstein, H. and Spiegelhalter, D. J. (1996). League tables and their limitations. Journal of the Royal
       Statistical Society A 159, 385-443.

    Examples
    --------
    >>> rank_probabilities([90.0, 60.0], np.eye(2)).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    _word("best", best, Best)
    if draws < 1:
        raise ScoringError(f"`draws` must be at least 1; given: {draws}.")
    value, covariance, df = _checked(value, covariance, df)
    kept = np.flatnonzero(_excluded(value, covariance, df, eligible, "exclude") == "")
    n = len(kept)
    counts = np.zeros((n, n), dtype=np.int64)
    if n:
        towards = (value if best == "highest" else -value)[kept]
        own = df[kept] if df.ndim else None
        scale = np.sqrt(covariance[kept, kept])
        places = np.arange(n)
        joint = np.inf if df.ndim else float(df)
        for z in Noise.of(covariance[np.ix_(kept, kept)], joint, draws, seed).blocks():
            if own is not None:
                z = scale * t_scores(z / scale, own)
            order = np.argsort(-(towards + z), axis=1, kind="stable")
            np.add.at(counts, (order, places), 1)
    out = np.full((len(value), len(value)), np.nan)
    out[kept] = 0.0
    out[np.ix_(kept, places if n else kept)] = counts / draws
    return out


def competition_ranks(value: ArrayLike, *, tolerance: float = 0.0) -> NDArray[np.intp]:
    """Plain ranks, 1 = highest, equal values sharing the better one: 1, 2, 2, 4.

    Parameters
    ----------
    value : float array, shape (K,); NaN is not ranked.
    tolerance : float, >= 0
        Values that lie no further than this below the first of their group are equal to it.

    Returns
    -------
    int array, shape (K,); 0 for NaN.

    Raises
    ------
    ScoringError
        A negative tolerance.

    Notes
    -----
    Wrong when read as a difference between estimates: it knows nothing of uncertainty (`rank_sets` does). The public
    ranking by Decision 766/QĐ-TTg goes this way, with a tolerance of 0.001 points.

    Examples
    --------
    >>> competition_ranks([65.47, 66.0, 65.4705, 60.0], tolerance=0.001).tolist()
    [2, 1, 2, 4]
    """
    value = np.asarray(value, dtype=float)
    if not tolerance >= 0:
        raise ScoringError(f"`tolerance` must not be negative; given: {tolerance:g}.")
    ranks = np.zeros(value.shape, dtype=np.intp)
    order = np.argsort(-value, kind="stable")[: np.count_nonzero(~np.isnan(value))]
    first = math.inf
    for place, k in enumerate(order, start=1):
        if place == 1 or not (value[k] == first or first - value[k] <= tolerance):
            first, shared = value[k], place
        ranks[k] = shared
    return ranks


def _checked(value: ArrayLike, covariance: ArrayLike, df: ArrayLike) -> tuple[NDArray, NDArray, NDArray]:
    value, covariance, df = (np.asarray(x, dtype=float) for x in (value, covariance, df))
    if value.ndim != 1:
        raise ScoringError(f"`value` must have one dimension; given: shape {value.shape}.")
    n = len(value)
    if covariance.shape != (n, n):
        raise ScoringError(f"`covariance` must have shape ({n}, {n}), as `value`; given: {covariance.shape}.")
    if df.shape not in ((), (n,)):
        raise ScoringError(f"`df` must be one number or one per entry, {n}; given: shape {df.shape}.")
    if df.ndim == 0 and not df >= 1:
        raise ScoringError(f"`df` must be at least 1; given: {df:g}. Without it no difference can be told.")
    if np.isinf(value).any() or np.isinf(covariance).any():
        raise ScoringError("`value` and `covariance` must be finite, or NaN where there is no estimate.")
    return value, covariance, df


def _excluded(
    value: NDArray, covariance: NDArray, df: NDArray, eligible: ArrayLike | None, unrankable: Unrankable
) -> NDArray[np.str_]:
    """Why each entry is not ranked; the first reason that holds."""
    own = np.diagonal(covariance)
    if np.any(own < 0):
        raise ScoringError(
            f"`covariance` has negative variances (entries {some(np.flatnonzero(own < 0).tolist())})."
        )
    reasons = np.full(len(value), "", dtype="<U14")
    reasons[np.broadcast_to(~(df >= 1), value.shape)] = "no_df"
    reasons[own == 0] = "zero_std_error"
    reasons[np.isnan(own)] = "no_std_error"
    reasons[np.isnan(value)] = "no_value"
    if eligible is not None:
        allowed = np.asarray(eligible)
        if allowed.dtype != bool or allowed.shape != value.shape:
            raise ScoringError(f"`eligible` must be true or false for each of {len(value)} entries.")
        reasons[~allowed] = "not_eligible"
    refused = np.flatnonzero((reasons != "") & (reasons != "not_eligible"))
    if unrankable == "fail" and len(refused):
        raise ScoringError(
            f"{len(refused)} entries can't be ranked (positions {some(refused.tolist())};"
            f" the first for {reasons[refused[0]]}): leave them out or name `unrankable='exclude'`."
        )
    kept = np.flatnonzero(reasons == "")
    block = covariance[np.ix_(kept, kept)]
    scale = np.sqrt(np.diagonal(block))
    bad = ~(np.abs(block - block.T) <= SINGULAR * scale * scale[:, None])
    if bad.any():
        raise ScoringError(
            "`covariance` must be symmetric and without gaps between entries that have a variance; it is not at"
            f" positions {some(kept[np.flatnonzero(bad.any(axis=1))].tolist())}."
        )
    return reasons


def _first(mask: NDArray[np.bool_]) -> int:
    """Position of the first true, or the length."""
    return int(np.argmax(mask)) if mask.any() else len(mask)


def _word(name: str, given: str, allowed: object) -> None:
    words = get_args(allowed)
    if given not in words:
        raise ScoringError(f"`{name}` must be one of {', '.join(words)}; given: {given}.")

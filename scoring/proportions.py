r"""Intervals of a proportion that stay right near 0 and 100 % and in small samples."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from scoring.errors import ScoringError, some
from scoring.means import t_quantile

ProportionMethod = Literal[
    "korn-graubard-cluster",
    "korn-graubard-nchs",
    "korn-graubard-r",
    "wilson",
    "wilson-df",
    "logit",
    "xlogit",
    "likelihood",
    "asin",
    "t",
]

# Bounds of the search for the ends of the likelihood interval, in logits: the range of a float.
FARTHEST = 700.0
# What is this near to 0 or 1 without a variance is 0 or 1.
ROUNDING = 1e-12
# Intraclass correlation of a cluster of which nothing is known: the middle of 0 and 1 (decision 0006).
UNKNOWN_LIKENESS = 0.5
# Halvings that bring 1,400 logits below 1e-15.
HALVINGS = 64


def korn_graubard(
    p: ArrayLike, variance: ArrayLike, n: ArrayLike, df: ArrayLike, *, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Korn-Graubard interval with the rules of the US National Center for Health Statistics.

    Parameters
    ----------
    p : float array, 0..1
        Estimated proportion.
    variance : float array, >= 0
        Its design-based variance.
    n : int array, >= 2
        Rows of the domain with a valid answer.
    df : float array, >= 1
        Degrees of freedom of the design in the domain.
    level : float
        Confidence level of the two-sided interval.

    Returns
    -------
    low, high : float arrays, 0..1; NaN where n < 2 or df < 1.

    Notes
    -----
    n* = min(n, p (1 - p) / V * (t_{n-1} / t_df)^2), with p (1 - p) / V = n where the variance is 0; then the
    Clopper-Pearson interval of n* p successes in n* trials, by beta quantiles. Conservative by construction.
    R's `svyciprop(method = "beta")` is the same without the cap at n, so its intervals are a little narrower
    where the design beats simple random sampling.

    References
    ----------
    .. [1] Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small expected
       number of positive counts estimated from survey data. Survey Methodology 24, 193-201.
    .. [2] Parker, J. D. et al. (2017). National Center for Health Statistics data presentation standards for
       proportions. Vital and Health Statistics 2(175).

    Examples
    --------
    >>> low, high = korn_graubard(1.0, 0.0, 33, 20)
    >>> round(float(low), 4), float(high)
    (0.8894, 1.0)
    """
    return _korn_graubard(p, variance, n, df, 1.0, level)


def korn_graubard_cluster(
    p: ArrayLike,
    variance: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    cluster_size: ArrayLike,
    *,
    level: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Korn-Graubard interval that supposes one more cluster with the rarer answer, of unknown likeness.

    Parameters
    ----------
    p, variance, n, df, level
        As for `korn_graubard`.
    cluster_size : float array, >= 1
        Rows with a valid answer in the PSU of such a row, on average (sum m_i^2 / sum m_i over PSUs of m_i rows); 1
        where people were drawn one by one: then the interval is that of `korn_graubard`.

    Returns
    -------
    low, high : float arrays, 0..1; NaN where n < 2 or df < 1.

    Notes
    -----
    V is seen in the PSUs that hold the rarer answer. With c = min(p, 1 - p) n / deff such PSUs' worth of answers,
    deff = V n / (p (1 - p)), one more is supposed of which nothing is known, so of intraclass correlation 1/2, the
    middle between people who differ like strangers and people who all answer alike: d = 1 + (cluster_size - 1) / 2.
    Then

        deff* = max(deff, (c deff + d) / (c + 1))

    takes the place of deff: n* = min(n, n / deff* (t_{n-1} / t_df)^2). At 0 and 100 % c is 0 and deff* is d; with many
    PSUs that hold the rarer answer it is deff. The Clopper-Pearson interval that follows adds one hit for its upper
    end; this says how heavy such a hit may be, as Fay and Feuer do for sums of Poisson counts with unequal weights
    [1]_ (they take the heaviest there is, which is a whole cluster). Where V is 0 for a share in between, deff is 1
    as in `korn_graubard`.

    Covers at least 94 % in every cell of `benchmarks/coverage` with df >= 8, at 1.07 times the width of Wilson's
    interval where df >= 30, on all seeds tried. Wrong when the intraclass correlation is far above 1/2 and everyone
    in the sample answers alike; when weights are very unequal and nothing varies (their own part of deff is not seen
    either). Wider than need be where people of one cluster are hardly alike.

    References
    ----------
    .. [1] Fay, M. P. and Feuer, E. J. (1997). Confidence intervals for directly standardized rates: a method based on
    the
       gamma distribution. Statistics in Medicine 16, 791-801.
    .. [2] Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small expected number
       of positive counts estimated from survey data. Survey Methodology 24, 193-201.

    Examples
    --------
    Everyone satisfied among 100 people, drawn one by one, and in 20 clusters of 5:

    >>> for size, df in ((1, 99), (5, 19)):
    ...     low, high = korn_graubard_cluster(1.0, 0.0, 100, df, size)
    ...     print(round(float(low), 4), float(high))
    0.9638 1.0
    0.8841 1.0
    """
    return _korn_graubard(p, variance, n, df, cluster_size, level)


def _korn_graubard(p, variance, n, df, cluster_size, level: float):
    arrays = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (p, variance, n, df, cluster_size)))
    p, variance, n, df, size = arrays
    usable = (n >= 2) & (df >= 1) & ~np.isnan(p) & ~np.isnan(variance)
    low, high = np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    p, variance, n, df, size = (column[usable] for column in arrays)
    upper, tail = (1 + level) / 2, (1 - level) / 2
    # Weights add up to 1 but for rounding; where nothing varies, the share is 0 or 1 or truly in between.
    p = np.where((variance == 0) & (np.abs(p - np.round(p)) < ROUNDING), np.round(p), p)
    varies = (variance > 0) & (p > 0) & (p < 1)
    deff = np.divide(variance * n, p * (1 - p), out=np.ones_like(n), where=varies)
    deff = np.where(size > 1, np.maximum(deff, _with_one_more(p, deff, varies, n, size)), deff)
    effective = np.minimum(n, n / deff * (t_quantile(upper, n - 1) / t_quantile(upper, df)) ** 2)
    hits = p * effective
    low[usable] = np.where(
        p > 0, special.betaincinv(np.where(p > 0, hits, 1), effective - hits + 1, tail), 0.0
    )
    high[usable] = np.where(
        p < 1, special.betaincinv(hits + 1, np.where(p < 1, effective - hits, 1), upper), 1.0
    )
    return low, high


def _with_one_more(p, deff, varies, n, size):
    """(c deff + d) / (c + 1); 1 for a share in between that does not vary."""
    planned = 1 + (size - 1) * UNKNOWN_LIKENESS
    holding = np.where(varies, np.minimum(p, 1 - p) * n / deff, 0.0)
    constant = (p <= 0) | (p >= 1)
    return np.where(varies | constant, (holding * deff + planned) / (holding + 1), 1.0)


def proportion_interval(
    p: ArrayLike,
    variance: ArrayLike,
    n: ArrayLike,
    df: ArrayLike,
    *,
    method: ProportionMethod = "korn-graubard-nchs",
    cluster_size: ArrayLike = 1.0,
    level: float = 0.95,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Two-sided interval of a proportion by a named method.

    Parameters
    ----------
    p : float array, 0..1
        Estimated proportion.
    variance : float array, >= 0
        Its design-based variance.
    n : int array
        Rows of the domain with a valid answer.
    df : float array
        Degrees of freedom of the design in the domain; infinite for the normal.
    method : str
        One of `korn-graubard-nchs` (the default), `korn-graubard-cluster`, `korn-graubard-r`, `wilson`, `wilson-df`,
        `logit`, `xlogit`, `likelihood`, `asin`, `t`.
    cluster_size : float array, >= 1
        For `korn-graubard-cluster` alone, see `korn_graubard_cluster`.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    low, high : float arrays, broadcast from the arguments
        Within 0..1 but for `t`. NaN where n < 2, df < 1, p or the variance is NaN, or the method has none.

    Raises
    ------
    ScoringError
        An unknown method, a level outside 0..1, a proportion outside 0..1, a negative variance, a cluster of less
        than 1.

    Notes
    -----
    With t the quantile t_df((1 + level) / 2) and m = p (1 - p) / V the effective sample, or m = n where the variance
    is 0:

    - `korn-graubard-nchs`: `korn_graubard`. `korn-graubard-cluster`: `korn_graubard_cluster`. `korn-graubard-r`: the
    same without the cap, beta quantiles with
      m (t_{n-1} / t_df)^2 trials; R's `beta`. It trusts a design that does better than simple random sampling.
    - `wilson`: (p + t^2 / 2m -+ t sqrt(p (1 - p) / m + t^2 / 4m^2)) / (1 + t^2 / m); R's `wilson`.
      `wilson-df`: with m (t_{n-1} / t_df)^2 in place of m as in Korn-Graubard, and still t_df: wider, since the
      degrees of freedom are allowed for twice.
    - `logit` = `xlogit`: logit p -+ t sqrt(V) / (p (1 - p)), back through the logistic. (In R the first fits a model
      and the second transforms the mean: two ways to one number.)
    - `likelihood`: all q with 2 m (n - 1) / n (p log(p / q) + (1 - p) log((1 - p) / (1 - q))) <= t^2, the binomial
      likelihood ratio scaled by the design effect [3]_ and by the dispersion n / (n - 1), as in R. (R reads its ends
      off a spline through ten points or so, and is out by up to some 0.004 in logits; these are exact.)
    - `asin`: sin^2(asin(sqrt(p)) -+ t / (2 sqrt(m))), cut at 0 and 1. (R does not cut: where the lower end of
      the arc is negative, its square comes back up.)
    - `t`: p -+ t sqrt(V), not clipped; R's `mean`.

    At p = 0 and p = 1, where V is 0: `logit`, `xlogit` and `t` have no interval, nor where V = 0 in between. The
    others take m = n, as if the rows had been drawn one by one: t_df then makes up for few degrees of freedom, and
    nothing for the likeness of people in one cluster.

    Wrong when: `t` for p beyond some 0.1..0.9 or n_eff below 100 (one-sided misses, ends beyond the scale); `logit`,
    `wilson`, `likelihood` and `asin` trust V, which few PSUs and rare events make too small more often than too
    large. `benchmarks/coverage` measures them.

    References
    ----------
    .. [1] Dean, N. and Pagano, M. (2015). Evaluating confidence interval methods for binomial proportions in
       clustered surveys. Journal of Survey Statistics and Methodology 3, 484-503.
    .. [2] Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal of
       the American Statistical Association 22, 209-212.
    .. [3] Rao, J. N. K. and Scott, A. J. (1984). On chi-squared tests for multiway contingency tables with cell
       proportions estimated from survey data. Annals of Statistics 12, 46-60.
    .. [4] Korn, E. L. and Graubard, B. I. (1998). Confidence intervals for proportions with small expected number
       of positive counts estimated from survey data. Survey Methodology 24, 193-201.

    Examples
    --------
    >>> low, high = proportion_interval(0.9, 0.0018, 100, 24, method="wilson")
    >>> round(float(low), 4), round(float(high), 4)
    (0.7789, 0.9583)
    """
    if method not in get_args(ProportionMethod):
        raise ScoringError(
            f"`method` must be one of {', '.join(get_args(ProportionMethod))}; given: {method}."
        )
    if not 0 < level < 1:
        raise ScoringError(f"`level` must lie between 0 and 1; given: {level:g}.")
    p, variance, n, df = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (p, variance, n, df)))
    _refuse("p", p, (p < 0) | (p > 1), "lie between 0 and 1")
    _refuse("variance", variance, variance < 0, "not be negative")
    _refuse_size(np.asarray(cluster_size, dtype=float))
    if method in ("korn-graubard-nchs", "korn-graubard-cluster"):
        return _korn_graubard(p, variance, n, df, 1.0 if method.endswith("nchs") else cluster_size, level)
    usable = (n >= 2) & (df >= 1) & ~np.isnan(p) & ~np.isnan(variance)
    if method in ("logit", "xlogit", "t"):
        usable &= variance > 0
    low, high = np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    p, variance, n, df = p[usable], variance[usable], n[usable], df[usable]
    known = (variance > 0) & (p > 0) & (p < 1)
    trials = np.divide(p * (1 - p), variance, out=n.copy(), where=known)
    quantile = t_quantile((1 + level) / 2, df)
    if method in ("korn-graubard-r", "wilson-df"):
        trials = trials * (t_quantile((1 + level) / 2, n - 1) / quantile) ** 2
    if method == "likelihood":
        trials = trials * (n - 1) / n
    low[usable], high[usable] = _METHODS[method](p, variance, trials, quantile, (1 - level) / 2)
    return low, high


def kurtosis_df(deviation: ArrayLike, df: ArrayLike) -> NDArray[np.float64]:
    r"""Degrees of freedom of a variance whose PSU totals have heavy tails, never more than the design's.

    Parameters
    ----------
    deviation : float array, shape (..., k)
        Of each of the k PSUs, sqrt((1 - f_h) n_h / (n_h - 1)) (z_hi - mean_h z), in any unit: their squares add up
        to V.
    df : float array, shape (...)
        PSUs - strata.

    Returns
    -------
    float array, shape (...), between 1 and df; df itself where nothing varies.

    Notes
    -----
    min(df, 2 V^2 / (sum q^2 - V^2 / k)) with q the squared deviations: Satterthwaite's matching of the first two
    moments of V, the fourth moment taken from the PSUs themselves [1]_. About df where their totals are normal, and
    about the number of PSUs that hold the rare answer where few do: V is then less well known than df says. Given to
    `proportion_interval` in place of df it widens the interval of a rare event in clusters, which otherwise covers
    too little; `benchmarks/coverage` shows by how much.

    Wrong, as any df, where nothing varies: a sample at 0 or 100 % cannot tell how alike the people of one PSU are. Of
    little use with fewer than some 8 PSUs, whose fourth moment says nothing. Later stages of a design are left out.

    References
    ----------
    .. [1] Satterthwaite, F. E. (1946). An approximate distribution of estimates of variance components. Biometrics
       Bulletin 2, 110-114.

    Examples
    --------
    Twenty PSUs, two of which hold all who are dissatisfied:

    >>> round(float(kurtosis_df([-1.0] * 18 + [9.0] * 2, 19)), 2)
    5.62
    """
    squared = np.asarray(deviation, dtype=float) ** 2
    df = np.asarray(df, dtype=float)
    whole = squared.sum(axis=-1)
    spread = (squared**2).sum(axis=-1) - whole**2 / squared.shape[-1]
    # All deviations of one size: the fourth moment is as small as it can be.
    known = spread > 1e-12 * whole**2
    found = np.divide(2 * whole**2, spread, out=np.full(whole.shape, np.inf), where=known)
    return np.minimum(df, np.maximum(found, 1.0))


def _refuse(name: str, values: NDArray, wrong: NDArray[np.bool_], rule: str) -> None:
    if wrong.any():
        places = np.flatnonzero(wrong)
        raise ScoringError(
            f"`{name}` must {rule} (a proportion is a share, not a percentage); given: {some(values[wrong].tolist())}"
            f" at {some((places + 1).tolist())}."
        )


def _refuse_size(size: NDArray) -> None:
    if (size < 1).any():
        raise ScoringError(
            f"`cluster_size` must be at least 1, the row itself; given: {some(size[size < 1].tolist())}."
        )


def _beta(p, variance, trials, quantile, tail):
    """Clopper-Pearson with any number of trials."""
    hits, misses = p * trials, (1 - p) * trials
    low = special.betaincinv(np.where(p > 0, hits, 1.0), misses + 1, tail)
    high = special.betaincinv(hits + 1, np.where(p < 1, misses, 1.0), 1 - tail)
    return np.where(p > 0, low, 0.0), np.where(p < 1, high, 1.0)


def _wilson(p, variance, trials, quantile, tail):
    squared = quantile**2 / trials
    centre = (p + squared / 2) / (1 + squared)
    half = np.sqrt(p * (1 - p) * squared + squared**2 / 4) / (1 + squared)
    return np.where(p > 0, np.maximum(centre - half, 0.0), 0.0), np.where(
        p < 1, np.minimum(centre + half, 1.0), 1.0
    )


def _logit(p, variance, trials, quantile, tail):
    half = quantile * np.sqrt(variance) / (p * (1 - p))
    return special.expit(special.logit(p) - half), special.expit(special.logit(p) + half)


def _asin(p, variance, trials, quantile, tail):
    arc, half = np.arcsin(np.sqrt(p)), quantile / (2 * np.sqrt(trials))
    return np.sin(np.maximum(arc - half, 0.0)) ** 2, np.sin(np.minimum(arc + half, np.pi / 2)) ** 2


def _t(p, variance, trials, quantile, tail):
    return p - quantile * np.sqrt(variance), p + quantile * np.sqrt(variance)


def _likelihood(p, variance, trials, quantile, tail):
    """Ends found by halving, in logits, where the two sides of the estimate are monotone."""
    allowed = quantile**2 / (2 * trials)
    at = special.logit(np.clip(p, special.expit(-FARTHEST), 1 - 1e-16))
    entropy = special.xlogy(p, p) + special.xlogy(1 - p, 1 - p)

    def end(outside: float) -> NDArray[np.float64]:
        far, near = np.full(p.shape, outside), at.copy()
        for _ in range(HALVINGS):
            middle = (far + near) / 2
            lost = entropy - p * special.log_expit(middle) - (1 - p) * special.log_expit(-middle)
            beyond = lost > allowed
            far, near = np.where(beyond, middle, far), np.where(beyond, near, middle)
        return special.expit(near)

    # At the ends of the scale half of the likelihood is left, and it can be solved: q^m = exp(-t^2 / 2).
    low = np.where(p == 1, np.exp(-allowed), np.where(p == 0, 0.0, end(-FARTHEST)))
    high = np.where(p == 0, -np.expm1(-allowed), np.where(p == 1, 1.0, end(FARTHEST)))
    return low, high


_METHODS = {
    "korn-graubard-r": _beta,
    "wilson": _wilson,
    "wilson-df": _wilson,
    "logit": _logit,
    "xlogit": _logit,
    "likelihood": _likelihood,
    "asin": _asin,
    "t": _t,
}

r"""Intervals of a proportion that stay right near 0 and 100 % and in small samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from scoring.means import t_quantile


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
    p, variance, n, df = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (p, variance, n, df)))
    usable = (n >= 2) & (df >= 1) & ~np.isnan(p) & ~np.isnan(variance)
    low, high = np.full(p.shape, np.nan), np.full(p.shape, np.nan)
    p, variance, n, df = p[usable], variance[usable], n[usable], df[usable]
    upper = (1 + level) / 2
    effective = np.divide(p * (1 - p), variance, out=n.copy(), where=(variance > 0) & (p > 0) & (p < 1))
    effective = np.minimum(n, effective * (t_quantile(upper, n - 1) / t_quantile(upper, df)) ** 2)
    hits = p * effective
    tail = (1 - level) / 2
    low[usable] = np.where(
        p > 0, special.betaincinv(np.where(p > 0, hits, 1), effective - hits + 1, tail), 0.0
    )
    high[usable] = np.where(
        p < 1, special.betaincinv(hits + 1, np.where(p < 1, effective - hits, 1), upper), 1.0
    )
    return low, high

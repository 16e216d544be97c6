r"""Quantiles of a composite or of any numeric variable, with Woodruff's interval."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.design import SurveyDesign
from scoring.domains import Partition
from scoring.errors import ScoringError
from scoring.estimate import Interval
from scoring.means import t_quantile
from scoring.ratios import population_mean

# A cumulative share this close below the wanted one has reached it: weights do not add up to the last bit.
REACHED = 1e-12


@dataclass(frozen=True, eq=False)
class Quantiles:
    """Q quantiles of one variable in D domains, in the units of the variable.

    Attributes
    ----------
    probabilities : float array, shape (Q,), 0..1
    value : float array, shape (D, Q); NaN where nobody in the domain has a value.
    share, share_error : float arrays, shape (D, Q)
        Share of the domain at or below the quantile, at least its probability, and its standard error.
    n : int array, shape (D,); rows of the domain with a value.
    df : int array, shape (D,)
    """

    probabilities: NDArray[np.float64]
    value: NDArray[np.float64]
    share: NDArray[np.float64]
    share_error: NDArray[np.float64]
    n: NDArray[np.intp]
    df: NDArray[np.intp]
    _steps: tuple[tuple[NDArray[np.float64], NDArray[np.float64]], ...] = field(repr=False)

    @property
    def std_error(self) -> NDArray[np.float64]:
        """Length of the 95 % interval over twice its t quantile, shape (D, Q); NaN where either end is missing."""
        interval = self.confidence_interval(0.95)
        reach = t_quantile(0.975, np.where(self.df >= 1, self.df, np.nan))[:, None]
        return (interval.high - interval.low) / (2 * reach)

    def confidence_interval(self, level: float = 0.95) -> Interval:
        """Woodruff: the quantiles at share -+ t_df share_error.

        An end is NaN where that lies outside 0..1 (the sample holds no value so far out); both are where the
        share has no standard error. The method is `woodruff` where at least one end is known. Raises `ScoringError`
        for a level outside 0..1.
        """
        if not 0 < level < 1:
            raise ScoringError(f"`level` must lie between 0 and 1; given: {level:g}.")
        reach = t_quantile((1 + level) / 2, np.where(self.df >= 1, self.df, np.nan))[:, None]
        half = reach * np.where(self.share_error > 0, self.share_error, np.nan)
        low, high = (
            np.stack([_at(*steps, row) for steps, row in zip(self._steps, shares, strict=True)])
            for shares in (self.share - half, self.share + half)
        )
        method = np.where(np.isnan(low) & np.isnan(high), "none", "woodruff")
        return Interval(low, high, level, method)


def quantiles(
    y: ArrayLike, design: SurveyDesign, probabilities: ArrayLike, *, domains: Partition | None = None
) -> Quantiles:
    r"""Weighted quantiles of a variable over the population, or over its domains.

    Parameters
    ----------
    y : float array, shape (n,)
        A respondent's composite (`scoring.respondent_scores.node_scores`) or any number; NaN where a row has none.
    design : SurveyDesign
        Of the n rows; weights may be scaled.
    probabilities : float array, shape (Q,), strictly between 0 and 1
        0.5 is the median.
    domains : Partition, optional
        The whole population where not given.

    Returns
    -------
    Quantiles

    Raises
    ------
    ScoringError
        A probability outside 0..1; and as `scoring.ratios.population_mean`.

    Notes
    -----
    F(x) = sum w d 1(y <= x) / sum w d over the rows with a value. **Rule for ties and gaps**: the quantile is the
    smallest observed value with F >= p, always a value that somebody has, never one interpolated (R's
    `qrule = "math"`, type 1 of Hyndman and Fan). F is taken to have reached p from 1e-12 below.

    Interval: F at the quantile is a proportion with a design-based standard error s; F -+ t_df s, carried back
    through the same rule, are its ends [1]_ (R's `interval.type = "mean"`). Not symmetric, and within
    the observed values.

    Wrong when: the variable has few distinct values (a single item: give its distribution instead; the interval then
    jumps by whole steps); p is so near 0 or 1, or PSUs so few, that F's own interval is poor. The standard error is
    derived from the interval and means little where the values are lumpy.

    References
    ----------
    .. [1] Woodruff, R. S. (1952). Confidence intervals for medians and other position measures. Journal of the
       American Statistical Association 47, 635-646.
    .. [2] Francisco, C. A. and Fuller, W. A. (1991). Quantile estimation with a complex survey design. Annals of
       Statistics 19, 454-469.
    .. [3] Hyndman, R. J. and Fan, Y. (1996). Sample quantiles in statistical packages. The American Statistician
       50, 361-365.

    Examples
    --------
    >>> y = np.arange(1.0, 101)
    >>> found = quantiles(y, SurveyDesign(100), [0.5])
    >>> interval = found.confidence_interval()
    >>> found.value.tolist(), interval.low.tolist(), interval.high.tolist()
    ([[50.0]], [[41.0]], [[60.0]])
    """
    p = np.atleast_1d(np.asarray(probabilities, dtype=float))
    if p.ndim != 1 or not np.all((p > 0) & (p < 1)):
        raise ScoringError(
            f"`probabilities` must lie between 0 and 1, without the ends; given: {np.asarray(probabilities).tolist()}."
        )
    y = np.asarray(y)
    if y.shape != (design.n_rows,):
        raise ScoringError(f"`y` must have one value per row, {design.n_rows}; given: shape {y.shape}.")
    # Refuses what is no number before anything is sorted.
    shape = population_mean(y, design, domains=domains)
    y = y.astype(float)
    row_domain = np.zeros(len(y), dtype=np.intp) if domains is None else domains.row_domain
    steps = tuple(_steps(y, design.w, (row_domain == d) & ~np.isnan(y)) for d in range(len(shape.value)))
    value = np.stack([_at(*each, p) for each in steps])
    inside = row_domain >= 0
    below = np.full((len(y), len(p)), np.nan)
    below[inside] = y[inside, None] <= value[row_domain[inside]]
    below[np.isnan(y)] = np.nan
    share = population_mean(below, design, domains=domains)
    return Quantiles(p, value, share.value, share.std_error, shape.n[:, 0], shape.df, steps)


def _steps(y: NDArray, w: NDArray, rows: NDArray[np.bool_]) -> tuple[NDArray, NDArray]:
    """Distinct values in order, and the share of the weight at or below each."""
    values, position = np.unique(y[rows], return_inverse=True)
    weight = np.bincount(position.reshape(-1), weights=w[rows], minlength=len(values))
    cumulative = np.cumsum(weight)
    return values, cumulative / cumulative[-1] if len(values) else cumulative


def _at(values: NDArray, cumulative: NDArray, shares: NDArray) -> NDArray[np.float64]:
    """Smallest value whose cumulative share reaches each of the shares; NaN outside 0..1."""
    out = np.full(len(shares), np.nan)
    usable = (shares > 0) & (shares <= 1) & bool(len(values))
    place = np.searchsorted(cumulative, shares[usable] - REACHED)
    out[usable] = values[np.minimum(place, len(values) - 1)] if len(values) else np.nan
    return out

r"""Which factors go with overall satisfaction, and how much: relative importance. Reads rows."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.design import SurveyDesign
from scoring.moments import (
    MeasurementError,
    MeasurementInterval,
    bootstrapped,
    percentile_interval,
    weighted_moments,
)

CautionKind = Literal["collinear", "redundant", "shares_item", "explains_all", "no_bootstrap"]

# Every subset of the predictors is fitted: 4,096 for twelve.
MOST_PREDICTORS = 12
# From here on a predictor is nearly a combination of the others; R2 of 0.9.
VIF_BOUND = 10.0
# From here on the predictors say the outcome over again.
TAUTOLOGY = 0.98
# A predictor that keeps less than this share of its variance beside others adds nothing to them.
REDUNDANT = 1e-10


class TooManyPredictorsError(MeasurementError):
    """More predictors than subsets can be fitted for. `items` holds their names."""


@dataclass(frozen=True)
class Caution:
    """What makes the figures doubtful, as data.

    `collinear`: `figure` is the variance inflation factor of the predictor, 10 or more; `redundant`: the predictor is a
    combination of the others; `shares_item`: it holds the outcome item itself; `explains_all`: R2, 0.98 or more,
    is that of a tautology; `no_bootstrap`: that share of the replicates has no value.
    """

    kind: CautionKind
    predictors: tuple[str, ...]
    figure: float


@dataclass(frozen=True, eq=False)
class Importance:
    """Relative importance of k predictors.

    `value` float array, shape (k,), >= 0: each one's part of `r_squared`, to which they add up; `share` the same as
    parts of 1 (NaN where R2 is 0). `coefficient` are those of the regression on all, in units of the outcome per
    unit of the predictor (NaN where a predictor is redundant), `correlation` those with the outcome alone. `replicates`
    float array, shape (B, k), are values over bootstrapped PSUs.
    """

    predictors: tuple[str, ...]
    value: NDArray[np.float64]
    share: NDArray[np.float64]
    r_squared: float
    coefficient: NDArray[np.float64]
    correlation: NDArray[np.float64]
    cautions: tuple[Caution, ...]
    n: int
    n_left_out: int
    replicates: NDArray[np.float64] = field(repr=False)

    def confidence_interval(self, level: float = 0.95) -> tuple[MeasurementInterval, ...]:
        r"""Intervals of `value`, one per predictor, by quantiles over bootstrapped PSUs.

        `level` float, 0..1. Method `psu-bootstrap`. Values cannot be below 0, so an interval near 0 lies too high and
        is no test of 0. NaN where a replicate has no value (caution `no_bootstrap`).

        References
        ----------
        .. [1] Grömping, U. (2006). Relative importance for linear regression in R: the package relaimpo. Journal of
           Statistical Software 17(1).
        """
        if not len(self.replicates):
            raise MeasurementError(
                "A bootstrap interval needs replicates: ask for them where importance is estimated, with a seed."
            )
        low, high = percentile_interval(self.replicates, level)
        return tuple(
            MeasurementInterval(float(a), float(b), level, "psu-bootstrap")
            for a, b in zip(low, high, strict=True)
        )


def relative_importance(
    predictors: ArrayLike,
    outcome: ArrayLike,
    design: SurveyDesign,
    *,
    names: Sequence[str] | None = None,
    domain: ArrayLike | None = None,
    replicates: int = 0,
    seed: int | None = None,
    outcome_item: str | None = None,
    parts: Mapping[str, Sequence[str]] | None = None,
) -> Importance:
    r"""Shapley (LMG) parts of R2 of a weighted regression of one outcome on k predictors. Reads rows.

    Parameters
    ----------
    predictors : float array, shape (k, n), 1 <= k <= 12
        Scores of each row, such as its factor scores; NaN where not defined.
    outcome : float array, shape (n,)
        Score on the overall item; NaN where the answer does not score.
    design : SurveyDesign
    names : sequence of text, length k, optional
    domain : bool array, shape (n,), optional
    replicates : int, 0 or >= 2
        Bootstrap replicates over PSUs.
    seed : int
        Needed where there are replicates.
    outcome_item : text, optional
        Code of the outcome item, to be looked for in `parts`.
    parts : mapping of predictor to item codes, optional
        What each predictor is made of.

    Returns
    -------
    Importance
        Over the rows with all scores.

    Raises
    ------
    TooManyPredictorsError
        More than 12.
    MeasurementError
        Fewer complete rows than k + 2; a predictor or outcome without variation (named).

    Notes
    -----
    value_i = Σ_S |S|! (k - |S| - 1)! / k! (R2(S + i) - R2(S)) over all sets S of the others: the mean gain over all
    orders of entering. R2 is that of the weighted covariances, so it is the population's up to sampling error; with
    few rows it is too high. Predictors that go together share what they explain. Not causal: a factor may be
    important since people who are satisfied overall answer everything kindly. Wrong, as a tautology, where the
    outcome is among the items of a predictor, or is an index of them: use an overall item. A factor on which all
    agree explains nothing, however much it matters.

    References
    ----------
    .. [1] Lindeman, R. H., Merenda, P. F. and Gold, R. Z. (1980). Introduction to Bivariate and Multivariate Analysis.
       Scott, Foresman. Pages 119 and following.
    .. [2] Grömping, U. (2007). Estimators of relative importance in linear regression based on variance decomposition.
       The American Statistician 61, 139-147.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> found = relative_importance([[0, 0, 1, 1], [0, 1, 0, 1]], [0, 1, 2, 4], SurveyDesign(4))
    >>> found.value.round(4).tolist(), round(found.r_squared, 4)
    ([0.7143, 0.2571], 0.9714)
    """
    x = np.array(predictors, dtype=float)
    y = np.array(outcome, dtype=float)
    if x.ndim != 2 or not len(x) or y.shape != (design.n_rows,) or x.shape[1] != design.n_rows:
        raise MeasurementError(
            f"`predictors` must have a row per predictor, and like `outcome` one column per row of the design,"
            f" {design.n_rows}; given: shapes {x.shape} and {y.shape}."
        )
    k = len(x)
    named = tuple(str(j + 1) for j in range(k)) if names is None else tuple(names)
    if k > MOST_PREDICTORS:
        raise TooManyPredictorsError(
            f"Relative importance takes at most {MOST_PREDICTORS} predictors; given: {k}. Use factor scores instead"
            " of items.",
            named,
        )
    moments = weighted_moments(np.vstack([x, y]), design, items=(*named, "(outcome)"), domain=domain)
    if moments.n < k + 2:
        raise MeasurementError(
            f"{k} predictors need at least {k + 2} rows with all scores; there are {moments.n}.", named
        )
    c = moments.covariance
    value, r_squared = _shapley(c[None])
    repeated = np.empty((0, k))
    if replicates:
        if seed is None:
            raise MeasurementError("Replicates need a `seed`, so that the same rows give the same interval.")
        repeated = _shapley(bootstrapped(moments, design, replicates=replicates, seed=seed))[0]
    inflation = _inflation(c[:k, :k])
    cautions = _cautions(named, inflation, float(r_squared[0]), repeated, outcome_item, parts)
    sd = np.sqrt(np.diag(c))
    known = r_squared[0] > REDUNDANT
    return Importance(
        named,
        value[0],
        value[0] / r_squared[0] if known else np.full(k, np.nan),
        float(r_squared[0]),
        _coefficients(c, inflation),
        c[:k, k] / (sd[:k] * sd[k]),
        cautions,
        moments.n,
        moments.n_left_out,
        repeated,
    )


def _shapley(c: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values, shape (B, k), and R2, shape (B,), of covariances of shape (B, k + 1, k + 1), the outcome last."""
    k = c.shape[-1] - 1
    own = np.diagonal(c, axis1=1, axis2=2)
    usable = np.isfinite(c).all(axis=(1, 2)) & (np.nan_to_num(own) > 0).all(axis=1)
    sd = np.sqrt(np.where(usable[:, None], own, 1.0))
    correlations = np.where(usable[:, None, None], c, np.eye(k + 1)) / (sd[:, :, None] * sd[:, None, :])
    explained = np.empty((2**k, len(c)))
    for members, left in _subsets(correlations, 0, k):
        explained[members] = 1 - left
    size = np.array([m.bit_count() for m in range(2**k)])
    orders = [math.factorial(s) * math.factorial(k - s - 1) / math.factorial(k) for s in range(k)]
    value = np.empty((len(c), k))
    for i in range(k):
        without = np.flatnonzero((np.arange(2**k) >> i) & 1 == 0)
        gain = explained[without | (1 << i)] - explained[without]
        value[:, i] = np.array(orders)[size[without]] @ gain
    value[~usable] = np.nan
    return np.maximum(value, 0.0), np.where(usable, np.clip(explained[-1], 0.0, 1.0), np.nan)


def _subsets(left: NDArray, members: int, k: int, first: int = 0) -> Iterator[tuple[int, NDArray]]:
    """Each set of predictors (as bits) and the outcome's variance that it leaves; `left` are the (co)variances that the
    set leaves to the predictors from `first` on and to the outcome, which started at 1."""
    yield members, left[:, -1, -1]
    for i in range(first, k):
        at = i - first
        pivot = left[:, at, at]
        column = left[:, at + 1 :, at]
        # What is a combination of the set already has nothing left to give.
        scale = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > REDUNDANT)
        rest = left[:, at + 1 :, at + 1 :] - column[:, :, None] * (column * scale[:, None])[:, None, :]
        yield from _subsets(rest, members | 1 << i, k, i + 1)


def _inflation(c: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variance inflation factor of each predictor; infinite for a combination of the others."""
    sd = np.sqrt(np.diag(c))
    r = c / np.outer(sd, sd)
    out = np.empty(len(r))
    for i in range(len(r)):
        others = np.delete(np.arange(len(r)), i)
        among, towards = r[np.ix_(others, others)], r[others, i]
        left = (
            1 - towards @ np.linalg.pinv(among, rcond=REDUNDANT, hermitian=True) @ towards
            if len(others)
            else 1.0
        )
        out[i] = 1 / left if left > 10 * REDUNDANT else np.inf
    return out


def _coefficients(c: NDArray[np.float64], inflation: NDArray[np.float64]) -> NDArray[np.float64]:
    k = len(inflation)
    sd = np.sqrt(np.diag(c)[:k])
    r = c[:k, :k] / np.outer(sd, sd)
    solved = np.linalg.pinv(r, rcond=REDUNDANT, hermitian=True) @ (c[:k, k] / sd) / sd
    return np.where(np.isinf(inflation), np.nan, solved)


def _cautions(
    names: tuple[str, ...],
    inflation: NDArray[np.float64],
    r_squared: float,
    repeated: NDArray[np.float64],
    outcome_item: str | None,
    parts: Mapping[str, Sequence[str]] | None,
) -> tuple[Caution, ...]:
    out = []
    for name, factor in zip(names, inflation.tolist(), strict=True):
        if factor >= VIF_BOUND:
            out.append(Caution("redundant" if math.isinf(factor) else "collinear", (name,), factor))
    holding = tuple(name for name in names if parts and outcome_item in parts.get(name, ()))
    if holding:
        out.append(Caution("shares_item", holding, r_squared))
    if r_squared >= TAUTOLOGY:
        out.append(Caution("explains_all", names, r_squared))
    if len(repeated) and np.isnan(repeated).any():
        out.append(Caution("no_bootstrap", names, float(np.isnan(repeated).any(axis=1).mean())))
    return tuple(out)

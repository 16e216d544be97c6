r"""Variance from replicate weights: the second opinion on linearisation.

Every replicate is a set of weights under which the whole figure is computed again; the spread of the figures is the
variance,

    V = scale sum_r rscales_r (theta_r - c)(theta_r - c)',

with c the estimate (`mse`) or the mean of the replicates. `scoring.replicate_designs` makes the weights.

References
----------
.. [1] Wolter (2007), Introduction to Variance Estimation, 2nd edition, chapters 3 to 5.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.design import SurveyDesign
from scoring.domains import Partition
from scoring.engines import load
from scoring.errors import ScoringError, some
from scoring.index import linearise
from scoring.means import t_interval
from scoring.plan import Plan

Kind = Literal["JK1", "JKn", "BRR", "Fay", "bootstrap", "other"]
Statistic = Callable[[NDArray[np.float64]], ArrayLike]

# 1 GiB of multipliers: a jackknife over single rows grows with the square of their number.
MOST_MULTIPLIERS = 1 << 27
# Singular values below this share of the greatest are rounding: published replicate weights have seven digits or more.
RANK_TOLERANCE = 1e-7


class ReplicationError(ScoringError):
    """Replicate weights that the design does not allow, or a replicate without a figure."""


@dataclass(frozen=True, eq=False)
class ReplicateWeights:
    """R sets of weights for n rows, and how their figures add up to a variance.

    Parameters
    ----------
    weight : float array, shape (n,)
        The weights of the whole sample.
    multiplier : float array, shape (U, R), >= 0
        One row per unit whose rows share it (a PSU), one column per replicate; the weight itself if `combined`.
    unit : int array, shape (n,), 0..U-1
    scale : float, > 0
    rscales : float array, shape (R,), >= 0
    mse : bool
        Squares around the estimate; around the mean of the replicates where False.
    combined : bool
        `multiplier` holds whole weights; where False it multiplies `weight`.
    kind : {"JK1", "JKn", "BRR", "Fay", "bootstrap", "other"}

    Attributes
    ----------
    weights : float array, shape (n, R)
        All replicate weights, made on demand; `column` gives one at a time.
    df : int
        Rank of the weights - 1.
    """

    weight: NDArray[np.float64]
    multiplier: NDArray[np.float64]
    unit: NDArray[np.intp]
    scale: float
    rscales: NDArray[np.float64]
    mse: bool
    combined: bool
    kind: Kind

    @property
    def n_replicates(self) -> int:
        return self.multiplier.shape[1]

    @property
    def weights(self) -> NDArray[np.float64]:
        weights = self.multiplier[self.unit]
        return weights if self.combined else weights * self.weight[:, None]

    def column(self, r: int) -> NDArray[np.float64]:
        """The weights of replicate r, shape (n,)."""
        weights = self.multiplier[self.unit, r]
        return weights if self.combined else weights * self.weight

    @cached_property
    def df(self) -> int:
        return max(_rank(self.multiplier) - 1, 0)


@dataclass(frozen=True, eq=False)
class Replicated:
    """A figure with its replicates, in the units of the statistic.

    Attributes
    ----------
    value, std_error : float arrays, of the shape that the statistic gives; NaN where the sample has no figure.
    covariance : float array, shape (E, E), E the number of figures in that shape.
    df : int
        Rank of the weights that were used - 1.
    replicate_values : float array, shape (R, E)
    dropped : int array
        Replicates left out because a figure was undefined in them; empty unless that was asked by name.
    """

    value: NDArray[np.float64]
    std_error: NDArray[np.float64]
    covariance: NDArray[np.float64]
    df: int
    replicate_values: NDArray[np.float64]
    dropped: NDArray[np.intp]

    def confidence_interval(self, level: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """value -/+ t(df) std_error: (low, high); NaN where df is 0. Not clipped to a scale.

        Raises `ScoringError` for a level outside 0..1.
        """
        if not 0 < level < 1:
            raise ScoringError(f"`level` must lie between 0 and 1; given: {level:g}.")
        return t_interval(self.value, self.std_error, np.full(self.value.shape, self.df), level=level)


def readjusted(
    replicates: ReplicateWeights, adjust: Callable[[NDArray[np.float64]], ArrayLike]
) -> ReplicateWeights:
    """Every replicate calibrated as the sample was, so that their spread shows what calibration gains.

    Parameters
    ----------
    replicates : ReplicateWeights
        Made from the weights before calibration.
    adjust : function of float array (n,) >= 0 to float array (n,)
        The calibration, 0 for a row of weight 0: of `scoring.weighting`, with ``allow_zero=True``.

    Returns
    -------
    ReplicateWeights
        Combined; n x R weights are held.

    Raises
    ------
    ReplicationError
        `adjust` refuses a replicate, or gives weights that are no numbers.

    Notes
    -----
    **Wrong** where a replicate cannot meet the margins that the sample met: it is refused, and the cells have to be
    joined for all.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> from scoring.replicate_designs import jackknife
    >>> found = readjusted(jackknife(SurveyDesign(3)), lambda w: 30 * w / w.sum())
    >>> found.weights.sum(axis=0).tolist()
    [30.0, 30.0, 30.0]
    """
    check_size(len(replicates.weight), replicates.n_replicates)
    whole = np.asarray(adjust(replicates.weight), dtype=float)
    table = np.empty((len(whole), replicates.n_replicates))
    for r in range(replicates.n_replicates):
        try:
            table[:, r] = adjust(replicates.column(r))
        except ScoringError as error:
            raise ReplicationError(f"Replicate {r + 1} can't be adjusted. {error}") from error
        if not np.isfinite(table[:, r]).all():
            raise ReplicationError(f"`adjust` gives no weights in replicate {r + 1}.")
    return replace(replicates, weight=whole, multiplier=table, unit=np.arange(len(whole)), combined=True)


def variance(
    replicates: ReplicateWeights, statistic: Statistic, *, undefined: Literal["fail", "drop"] = "fail"
) -> Replicated:
    r"""The figures of `statistic` under the whole weights, with the variance that the replicates give.

    Parameters
    ----------
    replicates : ReplicateWeights
    statistic : function of float array (n,) to a float or an array
        Computes everything from weights, those of 0 included; NaN for a figure that they leave undefined.
    undefined : {"fail", "drop"}
        What to do with a replicate in which a figure of the sample is undefined. "drop" leaves it out for all figures,
        and counts it in `dropped`.

    Returns
    -------
    Replicated

    Raises
    ------
    ReplicationError
        A replicate without a figure, while "drop" is not named; fewer than two replicates left; another number of
        figures in a replicate.

    Notes
    -----
    V = scale sum_r rscales_r (theta_r - c)(theta_r - c)' with c the estimate (`mse`) or the mean of the replicates
    [1]_. Dropping divides by the share of scale x rscales that is left, which supposes that the
    dropped replicates were like the others: they rarely are, since they lost a whole domain, and the result is then
    **wrong**, mostly too small. Fay's method or a wider domain is better.

    References
    ----------
    .. [1] Wolter (2007), Introduction to Variance Estimation, 2nd edition, chapter 3.
    """
    if undefined not in ("fail", "drop"):
        raise ReplicationError(f"`undefined` must be fail or drop; given: {undefined}.")
    value = np.asarray(statistic(replicates.weight), dtype=float)
    flat, known = value.ravel(), ~np.isnan(value.ravel())
    table = np.empty((replicates.n_replicates, flat.size))
    for r in range(replicates.n_replicates):
        one = np.asarray(statistic(replicates.column(r)), dtype=float)
        if one.shape != value.shape:
            raise ReplicationError(
                f"`statistic` gives shape {one.shape} in replicate {r + 1} and {value.shape} in the sample."
            )
        table[r] = one.ravel()
    empty = np.isnan(table[:, known])
    dropped = np.flatnonzero(empty.any(axis=1))
    if len(dropped) and undefined == "fail":
        figures = np.flatnonzero(known)[empty.any(axis=0)]
        raise ReplicationError(
            f"{len(dropped)} of {replicates.n_replicates} replicates (first: {dropped[0] + 1}) leave figures undefined"
            f" (positions {some(figures)}), since nobody is left in their domain: widen the domain, take Fay's method,"
            ' or name undefined="drop".'
        )
    kept = np.setdiff1d(np.arange(replicates.n_replicates), dropped)
    if len(kept) < 2:
        raise ReplicationError(f"{len(kept)} replicates with all figures are left; two are needed.")
    share = replicates.rscales[kept]
    centre = flat if replicates.mse else table[kept].mean(axis=0)
    deviation = table[kept] - centre
    # Where all or none is left the factor is exactly 1; rscales of 0 only (a census) need no factor either.
    left = share.sum() / replicates.rscales.sum() if len(dropped) and share.sum() > 0 else 1.0
    covariance = replicates.scale / left * (deviation.T * share) @ deviation
    df = replicates.df if not len(dropped) else max(_rank(replicates.multiplier[:, kept]) - 1, 0)
    return Replicated(
        value=value,
        std_error=np.sqrt(np.diag(covariance)).reshape(value.shape),
        covariance=covariance,
        df=df,
        replicate_values=table,
        dropped=dropped,
    )


def plan_statistic(answers: NDArray[np.integer], plan: Plan, partition: Partition) -> Statistic:
    """All pairs and nodes of a plan in all domains, as a function of weights: for `variance`.

    Parameters
    ----------
    answers : int array, shape (items, n)
        Positions of answer states, as an engine takes them.
    plan : Plan
    partition : Partition

    Returns
    -------
    function of float array (n,) >= 0 to float array (D, E)
        Figures as in `Estimates.value`: the whole index is computed again through the arrays engine.

    Raises
    ------
    ReplicationError
        On use: a negative weight, which a linear calibration of replicates may give (bound it).

    Examples
    --------
    >>> from scoring import Pair, SurveyDesign
    >>> from scoring.replicate_designs import jackknife
    >>> plan = Plan(("q1",), (2,), (Pair(0, "top_box", np.array([0.0, 100.0])),))
    >>> statistic = plan_statistic(np.array([[0, 1, 1, 1]]), plan, Partition.whole(4))
    >>> variance(jackknife(SurveyDesign(4, clusters=([1, 1, 2, 2],))), statistic).std_error.round(9).tolist()
    [[25.0]]
    """
    totals = load("arrays")
    one_psu = np.zeros(answers.shape[1], dtype=np.intp)

    def statistic(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        if not (weights >= 0).all():
            raise ReplicationError(
                f"A replicate gives rows {some(np.flatnonzero(~(weights >= 0)) + 1)} no weight of 0 or more: calibrate"
                " with bounds."
            )
        # A row of weight 0 stands in no domain. One PSU keeps the totals small: no variance is asked of them.
        inside = weights > 0
        design = SurveyDesign(len(weights), weight=np.where(inside, weights, 1.0), clusters=(one_psu,))
        domains = replace(partition, row_domain=np.where(inside, partition.row_domain, -1))
        figures = linearise(totals(answers, plan, design, domains, products=False), plan)
        return np.stack([figure.value for figure in figures], axis=1)

    return statistic


def check_size(units: int, replicates: int) -> None:
    """Refuse more multipliers than can be held."""
    if units * replicates > MOST_MULTIPLIERS:
        raise ReplicationError(
            f"{units} units x {replicates} replicates are more weights than can be held: name clusters in the"
            " design, or take fewer replicates by `rescaled_bootstrap`."
        )


def _rank(multiplier: NDArray[np.float64]) -> int:
    """Rank of the weights: every unit has rows of positive weight, so that of the multipliers is the same."""
    table = multiplier if multiplier.shape[0] > multiplier.shape[1] else multiplier.T
    singular = np.linalg.svd(np.linalg.qr(table, mode="r"), compute_uv=False)
    return int((singular > RANK_TOLERANCE * singular[0]).sum())

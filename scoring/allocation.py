r"""Before the fieldwork: a sample shared over strata, in whole numbers that add up."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import some
from scoring.planning import HAIR, PlanningError

AllocationRule = Literal["proportional", "neyman", "power"]


@dataclass(frozen=True, eq=False)
class Allocation:
    """Respondents per stratum, each array of shape (H,).

    `n` are whole numbers that add up to the total; `exact` the shares before rounding; `at_minimum` and `census`
    say which strata the bounds hold: raised to the minimum, or taken whole.
    """

    rule: AllocationRule
    n: NDArray[np.int64]
    exact: NDArray[np.float64] = field(repr=False)
    at_minimum: NDArray[np.bool_] = field(repr=False)
    census: NDArray[np.bool_] = field(repr=False)


def allocate(
    total: int,
    size: ArrayLike,
    *,
    rule: AllocationRule = "proportional",
    std_dev: ArrayLike | None = None,
    cv: ArrayLike | None = None,
    power: float = 0.5,
    minimum: int = 0,
) -> Allocation:
    r"""Share a sample over strata, in whole numbers that add up.

    Parameters
    ----------
    total : int, >= 1
        Sample size n to share.
    size : int array, shape (H,), >= 1
        Population counts N_h: no stratum gets more.
    rule : {"proportional", "neyman", "power"}
        n_h in proportion to N_h; to N_h S_h; or to N_h^power CV_h.
    std_dev : float array, shape (H,), >= 0
        S_h, for Neyman only.
    cv : float array, shape (H,), > 0, optional
        Coefficient of variation per stratum, for the power rule only; 1 where not given.
    power : float, 0..1
        For the power rule: 1 is proportional, 0 gives every stratum alike.
    minimum : int, >= 0
        Least size per stratum (the whole stratum where it is smaller). At least 2 lets a variance be estimated.

    Returns
    -------
    Allocation

    Raises
    ------
    PlanningError
        A total below the sum of the minima or above the population; counts that are not whole and positive.

    Notes
    -----
    The shares are c a_h held between the bounds, with the one c for which they add up: what a stratum at its bound
    leaves or takes goes to the others in proportion. Then every share is rounded down and the units left go to the
    largest remainders (ties: the larger stratum, then the first). Strata with S_h = 0 get the minimum, and more only
    when all others are taken whole.
    Proportional is best for the whole and leaves small strata with too few; Neyman is best for the whole when S_h is
    known and wrong when S_h comes from another question; power lies between the needs of the whole and of each.

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Wiley. Sections 5.5 to 5.8.
    .. [2] Neyman, J. (1934). On the two different aspects of the representative method. Journal of the Royal
       Statistical Society 97, 558-625.
    .. [3] Bankier, M. D. (1988). Power allocations: determining sample sizes for subnational areas. The American
       Statistician 42, 174-177.

    Examples
    --------
    >>> allocate(100, [500, 300, 33], minimum=10).n.tolist()
    [56, 34, 10]
    >>> allocate(100, [900, 90, 10], rule="power", power=0.5, minimum=2).n.tolist()
    [70, 22, 8]
    """
    sizes = _counts("size", size)
    total, minimum = _whole("total", total, least=1), _whole("minimum", minimum, least=0)
    if rule not in get_args(AllocationRule):
        raise PlanningError(f"`rule` must be one of {', '.join(get_args(AllocationRule))}; given: {rule}.")
    low, high = np.minimum(minimum, sizes), sizes
    if not low.sum() <= total <= high.sum():
        raise PlanningError(
            f"`total` must lie between the sum of the minima, {low.sum():.0f}, and the population, {high.sum():.0f};"
            f" given: {total}. Lower the minimum or change the total."
        )
    exact = _held(_appeal(rule, sizes, std_dev, cv, power), low, high, total)
    n = _largest_remainder(exact, sizes, total)
    return Allocation(rule, n, exact, (exact <= low + HAIR) & (low > 0), n == sizes)


def _appeal(
    rule: str, sizes: NDArray, std_dev: ArrayLike | None, cv: ArrayLike | None, power: float
) -> NDArray:
    """a_h: what the shares are in proportion to."""
    if rule == "proportional":
        return sizes.astype(float)
    if rule == "neyman":
        if std_dev is None:
            raise PlanningError("Neyman allocation needs `std_dev`, one standard deviation per stratum.")
        spread = _per_stratum("std_dev", std_dev, len(sizes))
        if not (spread >= 0).all() or not spread.any():
            raise PlanningError("`std_dev` must be 0 or more in every stratum, and above 0 in one.")
        return sizes * spread
    if not 0 <= power <= 1:
        raise PlanningError(f"`power` must lie between 0 and 1; given: {power:g}.")
    variation = np.ones(len(sizes)) if cv is None else _per_stratum("cv", cv, len(sizes))
    if not (variation > 0).all():
        raise PlanningError("`cv` must be above 0 in every stratum.")
    return sizes.astype(float) ** power * variation


def _held(appeal: NDArray, low: NDArray, high: NDArray, total: float) -> NDArray[np.float64]:
    """c a_h between the bounds, with the c for which they add up to the total."""
    moving = appeal > 0
    rest = total - low[~moving].sum()
    if rest > high[moving].sum():  # all that count are taken whole: what is left goes by size
        out = high.astype(float)
        out[~moving] = _held(
            high[~moving].astype(float), low[~moving], high[~moving], total - high[moving].sum()
        )
        return out
    a, least, most = appeal[moving], low[moving], high[moving]
    bends = np.sort(np.concatenate([least / a, most / a]))
    below, above = 0, len(bends) - 1
    while above - below > 1:  # the sum grows with c: halve the bends that hold the total
        middle = (below + above) // 2
        if np.clip(bends[middle] * a, least, most).sum() <= rest:
            below = middle
        else:
            above = middle
    centre = (bends[below] + bends[above]) / 2
    free = (least / a < centre) & (centre < most / a)
    fixed = np.clip(centre * a, least, most)
    c = (rest - fixed[~free].sum()) / a[free].sum() if free.any() else centre
    out = low.astype(float)
    out[moving] = np.where(free, np.clip(c * a, least, most), fixed)
    return out


def _largest_remainder(exact: NDArray, sizes: NDArray, total: int) -> NDArray[np.int64]:
    floor = np.floor(exact + HAIR).astype(np.int64)
    remainder = np.round(exact - floor, 9)
    order = np.lexsort((np.arange(len(exact)), -sizes, -remainder))
    floor[order[: total - int(floor.sum())]] += 1
    return floor


def _whole(name: str, value: float, *, least: int) -> int:
    if not (math.isfinite(value) and value == int(value) and value >= least):
        raise PlanningError(f"`{name}` must be a whole number, at least {least}; given: {value}.")
    return int(value)


def _per_stratum(name: str, values: ArrayLike, n_strata: int) -> NDArray[np.float64]:
    column = np.asarray(values, dtype=float)
    if column.shape != (n_strata,) or not np.isfinite(column).all():
        raise PlanningError(
            f"`{name}` must hold one number per stratum, {n_strata}; given: shape {column.shape}."
        )
    return column


def _counts(name: str, values: ArrayLike) -> NDArray[np.int64]:
    column = np.asarray(values, dtype=float)
    if column.ndim != 1 or not len(column):
        raise PlanningError(f"`{name}` must hold one count per stratum; given: shape {column.shape}.")
    wrong = np.flatnonzero(~((column >= 1) & np.isfinite(column) & (column == np.floor(column))))
    if len(wrong):
        raise PlanningError(
            f"`{name}` must be a whole number, at least 1, in every stratum; {len(wrong)} are not"
            f" (strata {some((wrong + 1).tolist())}; the first is {column[wrong[0]]:g}): leave empty strata out."
        )
    return column.astype(np.int64)

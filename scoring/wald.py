r"""Tests of several contrasts at once, such as whether all agencies are equal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import special

from scoring.contrasts import contrast
from scoring.covariance import Joint
from scoring.errors import ScoringError, some

# Directions in which the covariance of contrasts is below this share of its largest are no information, but rounding.
SINGULAR = 1e-10


@dataclass(frozen=True, eq=False)
class WaldTest:
    """F test of q linear hypotheses at once; all NaN where it can't be made.

    `statistic` is the Wald statistic W = d' C^-1 d, `f` the F value on `df_numerator` and `df_denominator`
    degrees of freedom, `p` its upper tail, 0..1.
    """

    statistic: float
    f: float
    df_numerator: int
    df_denominator: int
    p: float


def wald_test(joint: Joint, coefficients: ArrayLike) -> WaldTest:
    """Test that q linear contrasts are all 0.

    Parameters
    ----------
    joint : Joint
    coefficients : float array, shape (q, F), finite

    Returns
    -------
    WaldTest; NaN where a figure with a coefficient is undefined or not estimable, where nothing varies, or
    where there are not at least as many degrees of freedom as hypotheses.

    Raises
    ------
    ScoringError
        As for `contrast`.

    Notes
    -----
    W = d' C_d^-1 d, with d the contrasts and C_d their covariance; F = W (df - q + 1) / (df q) on q and df - q
    + 1 degrees of freedom, as for Hotelling's T^2 with C estimated on df [1]_ [2]_. (R's `regTermTest` has W /
    q on q and df, and rejects too often with few PSUs.) Directions in which C_d is singular (fewer than 1e-10
    of its largest, each contrast in units of its own standard error) are left out of W and q.

    Wrong with few PSUs for many hypotheses even so: with q near df the test has hardly any power; and for
    domains of a PSU or two each, whose part of C is hardly estimated.

    References
    ----------
    .. [1] Korn, E. L. and Graubard, B. I. (1990). Simultaneous testing of regression coefficients with complex
       survey data: use of Bonferroni t statistics. The American Statistician 44, 270-276.
    .. [2] Thomas, D. R. and Rao, J. N. K. (1987). Small-sample comparisons of level and power for simple
       goodness-of-fit statistics under cluster sampling. Journal of the American Statistical Association 82,
       630-636.

    Examples
    --------
    >>> joint = Joint(np.array([60.0, 50.0, 50.0]), np.diag([4.0, 4.0, 4.0]), 21)
    >>> found = wald_test(joint, [[1, 0, -1], [0, 1, -1]])
    >>> round(found.statistic, 9), round(found.f, 6), (found.df_numerator, found.df_denominator)
    (16.666666667, 7.936508, (2, 20))
    """
    single = contrast(joint, coefficients)
    c = np.atleast_2d(np.asarray(coefficients, dtype=float))
    nothing = WaldTest(np.nan, np.nan, 0, 0, np.nan)
    if not len(c) or np.isnan(single.std_error).any() or np.isnan(single.value).any():
        return nothing
    scale = np.where(single.std_error > 0, single.std_error, 1.0)
    spread = c @ np.nan_to_num(joint.covariance) @ c.T / np.outer(scale, scale)
    size, direction = np.linalg.eigh(np.where(np.outer(single.std_error, single.std_error) > 0, spread, 0.0))
    kept = size > SINGULAR * max(size.max(), 0.0)
    q = int(kept.sum())
    rest = joint.df - q + 1
    if not q or rest < 1:
        return nothing
    along = direction[:, kept].T @ (single.value / scale)
    statistic = float((along**2 / size[kept]).sum())
    f = statistic * rest / (joint.df * q)
    return WaldTest(statistic, f, q, rest, float(special.fdtrc(q, rest, f)))


def all_equal(joint: Joint, positions: Sequence[int] | None = None) -> WaldTest:
    """Wald test that figures are equal, such as one index in all agencies.

    Parameters
    ----------
    joint : Joint
    positions : sequence of int, optional
        The figures compared; all where None.

    Returns
    -------
    WaldTest; `df_numerator` + 1 is the number of figures compared, unless their covariance is singular.

    Raises
    ------
    ScoringError
        Positions out of range.

    Notes
    -----
    `wald_test` of each figure less the last [1]_; which one is last does not matter. Figures that are
    undefined or not estimable are left out. Wrong where `wald_test` is.

    References
    ----------
    .. [1] Korn, E. L. and Graubard, B. I. (1990). Simultaneous testing of regression coefficients with complex
       survey data: use of Bonferroni t statistics. The American Statistician 44, 270-276.

    Examples
    --------
    >>> joint = Joint(np.array([60.0, 50.0, 50.0]), np.diag([4.0, 4.0, 4.0]), 21)
    >>> round(all_equal(joint).f, 6)
    7.936508
    """
    places = np.arange(len(joint.value)) if positions is None else np.asarray(positions, dtype=np.intp)
    wrong = places[(places < 0) | (places >= len(joint.value))]
    if len(wrong):
        raise ScoringError(f"`positions` must be 0 to {len(joint.value) - 1}; given: {some(wrong.tolist())}.")
    places = places[~np.isnan(joint.value[places]) & ~np.isnan(np.diag(joint.covariance)[places])]
    coefficients = np.zeros((max(len(places) - 1, 0), len(joint.value)))
    for row, place in enumerate(places[:-1]):
        coefficients[row, [place, places[-1]]] = 1.0, -1.0
    return wald_test(joint, coefficients)

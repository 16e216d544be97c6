r"""Comparisons of figures with their covariance kept: differences, linear contrasts, all pairs.

Everything takes a `Joint` (`scoring.covariance`), so that what two figures share (strata, PSUs, people) is in the
standard error of their difference. Only for probability waves: what volunteers say has no test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from scoring.covariance import NOISE, Joint
from scoring.errors import ScoringError, some
from scoring.means import t_interval
from scoring.variance import CANCELLED

Adjustment = Literal["holm", "benjamini_hochberg"]
# Up to here every domain is compared with every other; beyond, the family is too large to say anything.
MOST_PAIRED = 200


@dataclass(frozen=True, eq=False)
class Contrasts:
    """C comparisons, in the units of the figures.

    Attributes
    ----------
    value : float array, shape (C,); the difference or linear combination less its target; NaN where undefined.
    std_error : float array, shape (C,)
    df : int; PSUs - strata of the whole design.
    """

    value: NDArray[np.float64]
    std_error: NDArray[np.float64]
    df: int

    @property
    def t(self) -> NDArray[np.float64]:
        """value / std_error, shape (C,); NaN where the standard error is 0: there is nothing to test by."""
        out = np.full(self.value.shape, np.nan)
        return np.divide(self.value, self.std_error, out=out, where=self.std_error > 0)

    @property
    def p(self) -> NDArray[np.float64]:
        """Two-sided p-value by Student's t, 0..1, shape (C,); NaN with t, and without a degree of freedom."""
        if self.df < 1:
            return np.full(self.value.shape, np.nan)
        return 2 * special.stdtr(self.df, -np.abs(self.t))

    def confidence_interval(self, level: float = 0.95) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """low, high: value ± t_df(level) std_error, not adjusted for their number; NaN where the error is 0 or
        NaN.

        Raises `ScoringError` for a level outside 0..1.
        """
        if not 0 < level < 1:
            raise ScoringError(f"`level` must lie between 0 and 1; given: {level:g}.")
        std_error = np.where(self.std_error > 0, self.std_error, np.nan)
        return t_interval(self.value, std_error, self.df, level=level)


def contrast(joint: Joint, coefficients: ArrayLike, *, target: ArrayLike = 0.0) -> Contrasts:
    """Linear contrasts c'θ less a target.

    Parameters
    ----------
    joint : Joint
        F figures and their covariance.
    coefficients : float array, shape (F,) or (C, F), finite
        One row per contrast; a figure with coefficient 0 does not matter, even if it is undefined.
    target : float or float array, shape (C,), in the units of the contrast
        What it is compared with.

    Returns
    -------
    Contrasts, shape (C,).

    Raises
    ------
    ScoringError
        Coefficients of another shape, or not finite; a target that is not finite.

    Notes
    -----
    V = c'Cc [1]_. With coefficients that sum to 1 over figures of several domains it is a composite of them,
    such as a roll-up of agencies with equal voices. A variance below 1e-12 of its terms is rounding noise and
    is set to 0.

    Wrong when the coefficients were themselves estimated from the same rows: then they vary too.

    References
    ----------
    .. [1] Lumley, T. (2010). Complex Surveys. Wiley. Section 2.3 (linear combinations of estimates).

    Examples
    --------
    >>> joint = Joint(np.array([60.0, 50.0]), np.array([[5.0, 2.0], [2.0, 3.0]]), 20)
    >>> found = contrast(joint, [1, -1])
    >>> found.value.tolist(), found.std_error.tolist()
    ([10.0], [2.0])
    """
    c = np.atleast_2d(np.asarray(coefficients, dtype=float))
    if c.ndim != 2 or c.shape[1] != len(joint.value):
        raise ScoringError(
            f"`coefficients` must have one number per figure, {len(joint.value)}; given: shape"
            f" {np.shape(coefficients)}."
        )
    target = np.asarray(target, dtype=float)
    if not (np.isfinite(c).all() and np.isfinite(target).all()):
        raise ScoringError("`coefficients` and `target` must be finite numbers.")
    if target.ndim and target.shape != (len(c),):
        raise ScoringError(
            f"`target` must be one number, or one per contrast, {len(c)}; given: shape {target.shape}."
        )
    value = _used_sum(c, joint.value) - target
    spread = np.nan_to_num(joint.covariance)
    out = np.einsum("cf,fg,cg->c", c, spread, c, optimize=True)
    gross = (np.abs(c) @ np.sqrt(np.diag(spread).clip(0))) ** 2
    unknown = ((c != 0) & np.isnan(np.diag(joint.covariance))).any(axis=1)
    size = np.abs(c) @ np.abs(np.nan_to_num(joint.value))
    return Contrasts(value, _std_error(out, gross, size, unknown), joint.df)


def _used_sum(c: NDArray[np.float64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """c'θ with a NaN only where a figure that has a coefficient is one."""
    unknown = ((c != 0) & np.isnan(value)).any(axis=1)
    return np.where(unknown, np.nan, c @ np.nan_to_num(value))


def difference(joint: Joint, a: ArrayLike, b: ArrayLike) -> Contrasts:
    """θ_a - θ_b with their covariance.

    Parameters
    ----------
    joint : Joint
    a, b : int, or int arrays of shape (C,); positions of figures, 0..F-1.

    Returns
    -------
    Contrasts, shape (C,).

    Raises
    ------
    ScoringError
        Positions out of range, or `a` and `b` of different lengths.

    Notes
    -----
    V = C_aa + C_bb - 2 C_ab. Of a part against its whole, the part is in both and C_ab says so; of two
    agencies that share communes alike. Leaving C_ab out errs in either direction.

    The value is NaN where a figure is undefined, the error NaN where a domain has no degree of freedom. Wrong,
    by t, with few PSUs in one of the domains: df is that of the whole design.

    References
    ----------
    .. [1] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling. Springer.
    Section 5.5.

    Examples
    --------
    >>> joint = Joint(np.array([60.0, 50.0]), np.array([[5.0, 2.0], [2.0, 3.0]]), 20)
    >>> found = difference(joint, 0, 1)
    >>> found.t.tolist(), round(float(found.p[0]), 6)
    ([5.0], 6.9e-05)
    """
    a, b = (np.atleast_1d(np.asarray(x)) for x in (a, b))
    for name, positions in (("a", a), ("b", b)):
        if positions.dtype.kind not in "iu" or positions.ndim != 1:
            raise ScoringError(f"`{name}` must be positions of figures; given: {some(positions.tolist())}.")
        wrong = positions[(positions < 0) | (positions >= len(joint.value))]
        if len(wrong):
            raise ScoringError(
                f"`{name}` must be positions 0 to {len(joint.value) - 1}; given: {some(wrong.tolist())}."
            )
    if len(a) != len(b):
        raise ScoringError(f"`a` and `b` must be of one length; given: {len(a)} and {len(b)}.")
    variance = np.diag(joint.covariance)
    out = variance[a] + variance[b] - 2 * joint.covariance[a, b]
    size = np.abs(np.nan_to_num(joint.value[a])) + np.abs(np.nan_to_num(joint.value[b]))
    unknown = np.isnan(out)
    gross = np.nan_to_num(variance[a] + variance[b])
    std_error = _std_error(np.nan_to_num(out), gross, size, unknown)
    return Contrasts(joint.value[a] - joint.value[b], std_error, joint.df)


def ratio(joint: Joint, a: int, b: int, *, target: float = 0.0) -> Contrasts:
    """θ_a / θ_b less a target: with target 1 the relative change.

    Parameters
    ----------
    joint : Joint
    a, b : int; positions of figures, 0..F-1.
    target : float, finite; a share, not per cent.

    Returns
    -------
    Contrasts, shape (1,), as a share; NaN where a figure is undefined or θ_b is 0.

    Raises
    ------
    ScoringError
        Positions out of range, or a target that is not finite.

    Notes
    -----
    By linearisation: V = c'Cc with c = 1 / θ_b on a and -θ_a / θ_b^2 on b [1]_. Wrong where θ_b is not many standard
    errors from 0: the ratio is then far from normal.

    References
    ----------
    .. [1] Wolter, K. M. (2007). Introduction to Variance Estimation, 2nd edition. Springer. Section 6.5.

    Examples
    --------
    >>> joint = Joint(np.array([60.0, 50.0]), np.array([[4.0, 0.0], [0.0, 0.0]]), 20)
    >>> found = ratio(joint, 0, 1, target=1)
    >>> round(float(found.value[0]), 6), round(float(found.std_error[0]), 6)
    (0.2, 0.04)
    """
    difference(joint, a, b)  # refuses positions out of range
    if not np.isfinite(target):
        raise ScoringError(f"`target` must be a finite number; given: {target}.")
    top, bottom = joint.value[a], joint.value[b]
    if np.isnan(top) or np.isnan(bottom) or bottom == 0:
        return Contrasts(np.array([np.nan]), np.array([np.nan]), joint.df)
    c = np.zeros(len(joint.value))
    c[a] += 1 / bottom
    c[b] -= top / bottom**2
    return Contrasts(np.array([top / bottom - target]), contrast(joint, c).std_error, joint.df)


def _std_error(variance: NDArray, gross: NDArray, size: NDArray, unknown: NDArray) -> NDArray[np.float64]:
    """Square roots without rounding noise: below 1e-12 of the terms, or of the figures themselves."""
    noise = np.maximum(CANCELLED * gross, (NOISE * size) ** 2)
    return np.where(unknown, np.nan, np.sqrt(np.where(variance <= noise, 0.0, variance)))


def against_target(joint: Joint, target: ArrayLike) -> Contrasts:
    """Every figure less a target: the one-sample test.

    Parameters
    ----------
    joint : Joint
    target : float, or float array, shape (F,), finite, in the units of the figures

    Returns
    -------
    Contrasts, shape (F,).

    Raises
    ------
    ScoringError
        Targets of another shape, or not finite.

    Notes
    -----
    t = (θ - target) / std_error on the design's degrees of freedom [1]_. The target is a fixed number: wrong
    with a figure of another sample as target, since that varies too.

    References
    ----------
    .. [1] Lumley, T. (2010). Complex Surveys. Wiley. Section 2.3.

    Examples
    --------
    >>> joint = Joint(np.array([60.0, 50.0]), np.array([[5.0, 2.0], [2.0, 4.0]]), 20)
    >>> against_target(joint, 55).t.tolist()[1]
    -2.5
    """
    return contrast(joint, np.eye(len(joint.value)), target=target)


def pairs(positions: Sequence[int], whole: int | None = None) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """What to compare with what, as (a, b) for `difference`: all pairs of domains, or each against the whole.

    Parameters
    ----------
    positions : sequence of D ints
        Figures of the domains, one figure in each.
    whole : int, optional
        Position of the same figure in the whole.

    Returns
    -------
    a, b : int arrays; D (D - 1) / 2 pairs in order up to 200 domains, then D against the whole.

    Raises
    ------
    ScoringError
        More than 200 domains and no whole.

    Examples
    --------
    >>> [side.tolist() for side in pairs([4, 5, 6])]
    [[4, 4, 5], [5, 6, 6]]
    """
    places = np.asarray(positions, dtype=np.intp)
    if len(places) <= MOST_PAIRED:
        one, other = np.triu_indices(len(places), k=1)
        return places[one], places[other]
    if whole is None:
        raise ScoringError(
            f"{len(places)} domains are too many to compare all pairs (at most {MOST_PAIRED}): give the `whole` to"
            " compare each with."
        )
    return places, np.full(len(places), whole, dtype=np.intp)


def adjusted(p: ArrayLike, method: Adjustment = "holm") -> NDArray[np.float64]:
    """p-values adjusted for their number.

    Parameters
    ----------
    p : float array, shape (C,), 0..1; the family. NaN, a comparison that could not be made, is no part of it.
    method : {"holm", "benjamini_hochberg"}
        Holm bounds the chance of any false difference [1]_, whatever the dependence; Benjamini-Hochberg the
        expected share of false ones among those found [2]_.

    Returns
    -------
    float array, shape (C,), 0..1; NaN where p is.

    Raises
    ------
    ScoringError
        An unknown method; a p outside 0..1.

    Notes
    -----
    Benjamini-Hochberg is wrong under strong negative dependence; differences that share a domain are
    dependent, mostly positively. Intervals are not adjusted with the p-values.

    References
    ----------
    .. [1] Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal of
       Statistics 6, 65-70.
    .. [2] Benjamini, Y. and Hochberg, Y. (1995). Controlling the false discovery rate. Journal of the Royal
       Statistical Society B 57, 289-300.

    Examples
    --------
    >>> adjusted([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    if method not in get_args(Adjustment):
        raise ScoringError(f"`method` must be {' or '.join(get_args(Adjustment))}; given: {method}.")
    p = np.asarray(p, dtype=float)
    known = ~np.isnan(p)
    wrong = p[known & ~((p >= 0) & (p <= 1))]
    if len(wrong):
        raise ScoringError(f"`p` must lie between 0 and 1; given: {some(wrong.tolist())}.")
    out = np.full(p.shape, np.nan)
    order = np.argsort(p[known], kind="stable")
    stepped, place = p[known][order], np.arange(1, len(order) + 1)
    if method == "holm":
        stepped = np.maximum.accumulate(stepped * place[::-1])
    else:
        stepped = np.minimum.accumulate((stepped / (place / len(order)))[::-1])[::-1]
    found = np.empty(len(order))
    found[order] = np.minimum(stepped, 1.0)
    out[known] = found
    return out

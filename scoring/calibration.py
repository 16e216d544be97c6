"""Calibration of weights to several known totals at once: raking margins, numeric auxiliaries, bounds where asked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import special

from scoring.errors import some
from scoring.margins import Margin, WeightingError, check_totals, checked_weights, coded
from scoring.weighting import Weighted

Distance = Literal["linear", "raking", "logit", "truncated"]
# F(u) and its derivative.
Adjustment = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]

# exp(u) and its product with any weight stay in the range of a float.
LARGEST_EXPONENT = 100.0
LEAST_STEP = 1e-9
LARGEST_CORRECTION = 1e100


def rake(
    weight: ArrayLike,
    margins: Sequence[Margin],
    *,
    bounds: tuple[float, float] | None = None,
    limits: tuple[float, float] | None = None,
    max_iterations: int = 200,
    tolerance: float = 1e-11,
    allow_zero: bool = False,
) -> Weighted:
    r"""Bring the weights to several margins at once, without their crossing (iterative proportional fitting).

    Parameters
    ----------
    weight : array of float, shape (n,), > 0
    margins : sequence of Margin
        Their totals must agree.
    bounds : (float, float), optional
        Least and greatest g = weight / base weight, around 1.
    limits : (float, float), optional
        Least and greatest weight: trimming that keeps the margins.
    max_iterations : int
    tolerance : float
        Greatest |sum w - N| / N of any category at the end.
    allow_zero : bool
        Rows of weight 0 stay at 0: replicates, and those who did not answer.

    Returns
    -------
    Weighted

    Raises
    ------
    WeightingError
        Margins whose totals differ; a category without a row, or a row without a count; no convergence, with the
        margin, the category and the gap.

    Notes
    -----
    Minimises sum w log(w / d) - w + d under the margins, and under the bounds where there are any: cyclic projections,
    with Dykstra's correction for the bounds [1]_, [2]_. The residual is that of the regression on all margins with the
    base weights. **Wrong** where margins contradict each other in ways their totals don't show, or where a few rows
    carry a category: look at `g` and `kish_deff`.

    References
    ----------
    .. [1] Deming and Stephan (1940), On a least squares adjustment, Annals of Mathematical Statistics 11, 427-444;
       Deville, Särndal and Sautory (1993), Generalized raking procedures in survey sampling, JASA 88, 1013-1020.
    .. [2] Bauschke and Lewis (2000), Dykstra's algorithm with Bregman projections, Optimization 48, 409-427.

    Examples
    --------
    >>> from scoring.margins import Margin
    >>> sex = Margin("sex", ["f", "f", "m", "m"], {"f": 12, "m": 8})
    >>> age = Margin("age", ["o", "y", "o", "y"], {"o": 10, "y": 10})
    >>> rake([1, 1, 1, 1], [sex, age]).weight.tolist()
    [6.0, 6.0, 4.0, 4.0]
    """
    d = checked_weights(weight, allow_zero)
    if not margins or max_iterations < 1:
        raise WeightingError("Raking needs at least one margin and one iteration.")
    parts = [coded(margin, d) for margin in margins]
    check_totals(margins, parts)
    low, high = _box(d, bounds, limits)
    w, correction, active = d.copy(), np.ones(len(d)), d > 0
    for iteration in range(1, max_iterations + 1):
        for codes, _, counts in parts:
            sums = np.bincount(codes, weights=w, minlength=len(counts))
            # An upper limit of 0 would leave a category without weight; the gap then shows it.
            w = w * np.divide(counts, sums, out=np.ones(len(counts)), where=sums > 0)[codes]
        if bounds is not None or limits is not None:
            wanted = w * correction
            w = np.clip(wanted, low, high)
            correction = np.divide(wanted, w, out=correction, where=active & (w > 0))
            # Where the bounds can't be met the correction grows without end; no convergence will say so.
            correction = np.clip(correction, 1 / LARGEST_CORRECTION, LARGEST_CORRECTION)
        gaps = [np.bincount(codes, weights=w, minlength=len(n)) - n for codes, _, n in parts]
        if max(np.abs(gap / n).max() for gap, (_, _, n) in zip(gaps, parts, strict=True)) <= tolerance:
            cell, columns = _crossing(parts)
            return Weighted(w, d, "raked", iteration, tuple(margins), cell, columns)
    worst = max(range(len(parts)), key=lambda k: np.abs(gaps[k] / parts[k][2]).max())
    _, names, counts = parts[worst]
    c = int(np.abs(gaps[worst] / counts).argmax())
    raise WeightingError(
        f"Raking did not converge in {max_iterations} iterations: margin {margins[worst].name}, category {names[c]},"
        f" asks for {counts[c]:.12g} and is off by {gaps[worst][c]:+.3g}. Join categories, or widen the bounds."
    )


def calibrate(
    weight: ArrayLike,
    auxiliary: ArrayLike | None = None,
    totals: ArrayLike | None = None,
    *,
    margins: Sequence[Margin] = (),
    names: Sequence[str] | None = None,
    distance: Distance = "linear",
    bounds: tuple[float, float] | None = None,
    max_iterations: int = 100,
    tolerance: float = 1e-11,
    allow_zero: bool = False,
    allow_negative: bool = False,
) -> Weighted:
    r"""Weights as near as possible to the given ones that add up to known totals.

    Parameters
    ----------
    weight : array of float, shape (n,), > 0
    auxiliary : array of float, shape (n, q), optional
        Numeric variables; a column of ones for the population's size, unless `margins` give it.
    totals : array of float, shape (q,)
        Their population totals, in the units of the auxiliaries.
    margins : sequence of Margin, optional
        Categories, one indicator each; may be redundant.
    names : sequence of str, optional
        Of the columns of `auxiliary`, for messages.
    distance : {"linear", "raking", "logit", "truncated"}
        linear is the generalised regression estimator (GREG); logit and truncated (linear) keep g within `bounds`.
    bounds : (float, float), optional
        Least and greatest g = weight / base weight, around 1; needed by logit and truncated, refused by the others.
    max_iterations : int
    tolerance : float
        Greatest gap of a total, as a share of it (of the sum of sizes where it is near 0).
    allow_zero : bool
        Rows of weight 0 stay at 0: replicates, and those who did not answer.
    allow_negative : bool
        Of linear: let weights be 0 or negative. No design takes them; a total does.

    Returns
    -------
    Weighted

    Raises
    ------
    WeightingError
        Totals that cannot be met, with the one that is furthest and its gap; weights of 0 or less that were not
        allowed; auxiliaries that are no numbers, with the rows.

    Notes
    -----
    w_i = d_i F(x_i' b) with b such that sum w x = t, by Newton's method [1]_: F(u) = 1 + u (linear), exp u (raking),
    1 + u cut at the bounds (truncated), or logit,

        F(u) = (L(U - 1) + U(1 - L) e^{Au}) / (U - 1 + (1 - L) e^{Au}), A = (U - L) / ((1 - L)(U - 1)).

    Variance by `scoring.weighting.calibrated_influence`. **Wrong** where the totals are of another population or day,
    or where the auxiliary is measured otherwise in the survey than in the count.

    References
    ----------
    .. [1] Deville and Särndal (1992), Calibration estimators in survey sampling, JASA 87, 376-382.

    Examples
    --------
    >>> x = np.array([[1, 1.0], [1, 2.0], [1, 3.0]])
    >>> calibrate([2, 2, 2], x, [6, 13]).weight.round(9).tolist()
    [1.5, 2.0, 2.5]
    """
    d = checked_weights(weight, allow_zero)
    x, t, labels = _columns(d, auxiliary, totals, margins, names)
    adjustment = _adjustment(distance, bounds)
    size = np.abs(x).max(axis=0)
    x_scaled, t_scaled = x / size, t / size
    reference = np.maximum(np.abs(t_scaled), np.abs(x_scaled).T @ d * 1e-3)
    b = np.zeros(x.shape[1])
    g, slope = adjustment(x_scaled @ b)
    gap = t_scaled - x_scaled.T @ (d * g)
    iteration = 0
    while np.abs(gap / reference).max() > tolerance and iteration < max_iterations:
        iteration += 1
        hessian = (x_scaled.T * (d * slope)) @ x_scaled
        direction = np.linalg.pinv(hessian, rcond=1e-11, hermitian=True) @ gap
        step, before = 1.0, np.linalg.norm(gap / reference)
        while step > LEAST_STEP:
            tried_g, tried_slope = adjustment(x_scaled @ (b + step * direction))
            tried_gap = t_scaled - x_scaled.T @ (d * tried_g)
            if np.linalg.norm(tried_gap / reference) < before:
                break
            step /= 2
        else:
            break
        b, g, slope, gap = b + step * direction, tried_g, tried_slope, tried_gap
    off = np.abs(gap / reference)
    if off.max() > tolerance:
        k = int(off.argmax())
        raise WeightingError(
            f"Calibration ({distance}) did not converge after {iteration} iterations: {labels[k]} asks for {t[k]:.12g}"
            f" and is off by {-gap[k] * size[k]:+.3g}. Widen the bounds, join categories, or leave out an auxiliary."
        )
    w = d * g
    wrong = np.flatnonzero((w <= 0) & (d > 0))
    if len(wrong) and not allow_negative:
        raise WeightingError(
            f"Calibration gives {len(wrong)} rows a weight of 0 or less (rows {some(wrong + 1)}): take distance"
            ' "logit" with `bounds`, or name `allow_negative`.'
        )
    return Weighted(w, d, f"calibrated: {distance}", iteration, tuple(margins), auxiliary=x)


def _columns(
    d: NDArray,
    auxiliary: ArrayLike | None,
    totals: ArrayLike | None,
    margins: Sequence[Margin],
    names: Sequence[str] | None,
) -> tuple[NDArray[np.float64], NDArray[np.float64], list[str]]:
    """All auxiliaries as columns, their totals and names."""
    x = np.empty((len(d), 0)) if auxiliary is None else np.asarray(auxiliary, dtype=float)
    t = np.empty(0) if totals is None else np.asarray(totals, dtype=float)
    if x.ndim != 2 or len(x) != len(d) or t.shape != (x.shape[1],):
        raise WeightingError(
            f"`auxiliary` must be rows x columns, {len(d)} rows, with one total per column; given: shapes {x.shape} and"
            f" {t.shape}."
        )
    labels = list(names) if names is not None else [f"auxiliary {k + 1}" for k in range(x.shape[1])]
    if len(labels) != x.shape[1]:
        raise WeightingError(f"`names` must be one per column, {x.shape[1]}; given: {len(labels)}.")
    wrong = np.flatnonzero(~np.isfinite(x).all(axis=1))
    if len(wrong) or not np.isfinite(t).all():
        raise WeightingError(
            f"Auxiliaries and totals must be numbers; rows {some(wrong + 1)} or a total have none: impute or leave"
            " out."
        )
    parts = [coded(margin, d) for margin in margins]
    if parts:
        check_totals(margins, parts)
    for margin, (codes, categories, counts) in zip(margins, parts, strict=True):
        x, t = np.hstack([x, np.eye(len(counts))[codes]]), np.append(t, counts)
        labels += [f"{margin.name} {category}" for category in categories]
    zero = np.flatnonzero(~(np.abs(x) * (d > 0)[:, None]).any(axis=0))
    if not x.shape[1] or len(zero):
        raise WeightingError(
            f"Calibration needs auxiliaries that are not 0 everywhere; given as 0:"
            f" {some([labels[k] for k in zero]) or 'none at all'}."
        )
    return x, t, labels


def _adjustment(distance: str, bounds: tuple[float, float] | None) -> Adjustment:
    """F of a distance, as a function giving F(u) and F'(u)."""
    if distance not in get_args(Distance):
        raise WeightingError(f"`distance` must be one of {', '.join(get_args(Distance))}; given: {distance}.")
    if distance in ("linear", "raking"):
        if bounds is not None:
            raise WeightingError(f'Distance "{distance}" takes no `bounds`: take "logit" or "truncated".')
        return _linear if distance == "linear" else _exponential
    if bounds is None:
        raise WeightingError(f'Distance "{distance}" needs `bounds` of g.')
    low, high = _ordered(bounds)
    if distance == "truncated":
        return lambda u: (np.clip(1 + u, low, high), ((1 + u > low) & (1 + u < high)) * 1.0)
    if not np.isfinite(high):
        raise WeightingError('Distance "logit" needs a finite upper bound.')
    rate = (high - low) / ((1 - low) * (high - 1))
    start = np.log((1 - low) / (high - 1))

    def logit(u: NDArray) -> tuple[NDArray, NDArray]:
        share = special.expit(rate * u + start)
        return low + (high - low) * share, (high - low) * rate * share * (1 - share)

    return logit


def _linear(u: NDArray) -> tuple[NDArray, NDArray]:
    return 1 + u, np.ones_like(u)


def _exponential(u: NDArray) -> tuple[NDArray, NDArray]:
    factor = np.exp(np.minimum(u, LARGEST_EXPONENT))
    return factor, factor


def _crossing(parts: Sequence[tuple]) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """The cell of each row in the crossing of all margins, and the indicators of each cell that occurs."""
    cell = np.zeros(len(parts[0][0]), dtype=np.intp)
    for codes, _, counts in parts:
        # Renumbered at every margin, so that the product of their categories never grows beyond the rows.
        _, first, cell = np.unique(cell * len(counts) + codes, return_index=True, return_inverse=True)
        cell = cell.reshape(-1)
    return cell, np.hstack([np.eye(len(counts))[codes[first]] for codes, _, counts in parts])


def _box(
    d: NDArray, bounds: tuple[float, float] | None, limits: tuple[float, float] | None
) -> tuple[NDArray, NDArray]:
    """Least and greatest weight of each row; 0 where the base weight is 0."""
    low, high = np.zeros(len(d)), np.full(len(d), np.inf)
    if bounds is not None:
        least, most = _ordered(bounds)
        low, high = least * d, high if np.isinf(most) else most * d
    if limits is not None:
        if not 0 <= limits[0] < limits[1]:
            raise WeightingError(
                f"`limits` must be 0 or more, the lower first; given: {limits[0]:g} and {limits[1]:g}."
            )
        low, high = np.maximum(low, limits[0]), np.minimum(high, limits[1])
    low, high = np.where(d > 0, low, 0.0), np.where(d > 0, high, 0.0)
    crossed = np.flatnonzero(low > high)
    if len(crossed):
        raise WeightingError(
            f"`bounds` and `limits` leave no weight for rows {some(crossed + 1)}: widen one of them."
        )
    return low, high


def _ordered(bounds: tuple[float, float]) -> tuple[float, float]:
    """The bounds of g, 0 <= low < 1 < high."""
    low, high = bounds
    if not 0 <= low < 1 < high:
        raise WeightingError(
            f"`bounds` of g must lie around 1, the lower at least 0; given: {low:g} and {high:g}."
        )
    return float(low), float(high)

r"""An index of points of which some come from surveys: their uncertainty goes into the total.

    total_d = 100 sum_p a_dp / sum_p m_p,    a_dp achieved of m_p points,    V = C V_theta C' + diag(sum_p s_dp^2)

A survey part is a linear map of survey figures, a = c'theta; another part is exact or has a stated error. (Not to be
confused with `scoring.respondent_scores`, one score per respondent.)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import ScoringError, some

MissingSurvey = Literal["undefined", "rescale", "fail"]
Empty = Literal["undefined", "zero"]
Direction = Literal["positive", "reversed"]

# Points may pass their maximum by this share through rounding in the sums that gave them.
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class SurveyPart:
    """Points that come from S survey figures.

    Parameters
    ----------
    code : str
        Names the part in errors.
    points : float, > 0
        What it gives at most.
    coefficients : float array, shape (S,)
        Points per unit of each figure: 10 points for an index of 0-100 is 0.1. Figures with 0 are not in the part.
    """

    code: str
    points: float
    coefficients: ArrayLike


@dataclass(frozen=True, eq=False)
class FixedPart:
    """Points from elsewhere: counted, or appraised.

    Parameters
    ----------
    code : str
    points : float, > 0
    achieved : float array, shape (D,), 0..points; NaN where it is missing.
    std_error : float, or float array of shape (D,), >= 0
        Its stated error in points, independent of everything else; 0 says exact.
    """

    code: str
    points: float
    achieved: ArrayLike
    std_error: ArrayLike = 0.0


@dataclass(frozen=True, eq=False)
class CompositeIndex:
    """A 100-point index of D agencies.

    Attributes
    ----------
    value : float array, shape (D,), 0..100; NaN where a part is missing.
    covariance : float array, shape (D, D), in squared points: what `rank_sets` takes. NaN where value is.
    std_error : float array, shape (D,); 0 where nothing uncertain is in the total.
    achieved : float array, shape (D, P); points of each part, NaN where missing.
    counted : float array, shape (D,); points of the parts that are in the total: the maximum it is a share of.
    rescaled : bool array, shape (D,); a survey part is missing, and the rest was stretched to 100.
    missing_part : int array, shape (D,); position of the first missing part, else -1.
    """

    value: NDArray[np.float64]
    covariance: NDArray[np.float64]
    std_error: NDArray[np.float64]
    achieved: NDArray[np.float64]
    counted: NDArray[np.float64]
    rescaled: NDArray[np.bool_]
    missing_part: NDArray[np.intp]


def composite_index(
    value: ArrayLike,
    covariance: ArrayLike,
    parts: Sequence[SurveyPart | FixedPart],
    *,
    missing_survey: MissingSurvey = "undefined",
) -> CompositeIndex:
    r"""Total of survey parts and others, in per cent of the points that can be had.

    Parameters
    ----------
    value : float array, shape (D, S)
        S survey figures of D agencies; NaN where there is none.
    covariance : float array, shape (D S, D S)
        Joint covariance of `value.ravel()`: all figures of the first agency, then the second's. NaN where value is.
    parts : sequence of P SurveyPart and FixedPart
    missing_survey : {"undefined", "rescale", "fail"}
        An agency without a survey part: no total; the other parts' points stretched to 100, which `rescaled` shows; or
        refused. A missing other part is never rescaled.

    Returns
    -------
    CompositeIndex

    Raises
    ------
    ScoringError
        Shapes that do not fit; a code twice; points that are not positive; achieved points outside 0..points; a
        negative error or variance; a covariance with gaps between figures that have a variance.

    Notes
    -----
    total = 100 sum a / sum m over the parts that count, a = c'theta for a survey part. V is linear in the survey's V;
    stated errors add their squares. Shared PSUs between agencies stay in the covariance [1]_. A total whose survey
    figure has no variance has no standard error either.

    `rescale` follows the frame of Hanoi's index for offices: without the survey, the appraised score alone in per
    cent. A rescaled total is on another basis than the others: it fills the survey's place with the mean of the
    rest, so rank it apart. An agency of which nothing is left stays undefined.

    Wrong when a stated error is shared (one appraiser for all agencies), when a part is not linear in the figures (a
    threshold: `threshold_points`), and silent about the error of parts that are taken as exact.

    References
    ----------
    .. [1] OECD and JRC (2008). Handbook on Constructing Composite Indicators. OECD. Step 7.

    Examples
    --------
    32 points from a survey index of 85 ± 2, and 60 of 68 points from appraisal.

    >>> parts = [SurveyPart("survey", 32.0, [0.32]), FixedPart("appraised", 68.0, [60.0])]
    >>> found = composite_index([[85.0]], [[4.0]], parts)
    >>> found.value.round(6).tolist(), found.std_error.round(6).tolist()
    ([87.2], [0.64])
    """
    if missing_survey not in get_args(MissingSurvey):
        raise ScoringError(
            f"`missing_survey` must be one of {', '.join(get_args(MissingSurvey))}; given: {missing_survey}."
        )
    value, covariance = np.asarray(value, dtype=float), np.asarray(covariance, dtype=float)
    if value.ndim != 2:
        raise ScoringError(f"`value` must have shape (agencies, survey figures); given: {value.shape}.")
    agencies, figures = value.shape
    if covariance.shape != (value.size, value.size):
        raise ScoringError(
            f"`covariance` must have shape ({value.size}, {value.size}), all figures of the first agency first; given:"
            f" {covariance.shape}."
        )
    codes = [part.code for part in parts]
    if not parts or len(set(codes)) < len(codes):
        raise ScoringError(f"`parts` must hold parts with different codes; given: {some(codes)}.")
    points = np.array([_points(part) for part in parts])
    survey = np.array([isinstance(part, SurveyPart) for part in parts])
    coefficients = np.stack([_coefficients(part, figures) for part in parts])
    achieved = np.stack(
        [_achieved(part, c, value) for part, c in zip(parts, coefficients, strict=True)], axis=1
    )
    for part, column in zip(parts, achieved.T, strict=True):
        _within(part, column)

    missing = np.isnan(achieved)
    first = np.where(missing.any(axis=1), missing.argmax(axis=1), -1)
    absent = missing[:, survey].any(axis=1)
    if missing_survey == "fail" and absent.any():
        raise ScoringError(
            f"{absent.sum()} agencies lack a survey part (positions {some(np.flatnonzero(absent).tolist())}): survey"
            " them, or name `missing_survey='rescale'` or 'undefined'."
        )
    counts = ~missing | (~survey if missing_survey == "rescale" else True)
    defined = ~(missing & counts).any(axis=1)
    counted = np.where(counts, points, 0.0).sum(axis=1)
    defined &= counted > 0
    per_point = np.divide(100, counted, out=np.zeros(agencies), where=counted > 0)
    total = np.where(defined, per_point * np.where(counts & ~missing, achieved, 0.0).sum(axis=1), np.nan)
    gradient = per_point[:, None] * (counts.astype(float) @ coefficients)
    errors = np.stack([_std_error(part, agencies) for part in parts], axis=1)
    stated = per_point**2 * (errors**2 * counts).sum(axis=1)
    joint = _joint(covariance, gradient) + np.diag(stated)
    if np.any(np.diagonal(joint) < 0):
        raise ScoringError("`covariance` has negative variances: estimate all figures from one set of PSUs.")
    joint = np.where(defined & defined[:, None], joint, np.nan)
    rescaled = defined & absent
    return CompositeIndex(
        total,
        joint,
        np.sqrt(np.diagonal(joint)),
        achieved,
        np.where(defined, counted, np.nan),
        rescaled,
        first,
    )


def threshold_points(
    numerator: ArrayLike,
    denominator: ArrayLike,
    *,
    threshold: float,
    points: float,
    empty: Empty = "undefined",
) -> NDArray[np.float64]:
    r"""Points for a rate: all of them from a threshold on, in proportion below it.

    Parameters
    ----------
    numerator, denominator : float arrays, shape (D,), 0 <= numerator <= denominator; NaN where unknown.
    threshold : float, 0..1
        The rate that gives all points: 0.5 for 50 %.
    points : float, > 0
    empty : {"undefined", "zero"}
        What a denominator of 0 gives: no points at all (NaN), or 0 points.

    Returns
    -------
    float array, shape (D,), 0..points

    Raises
    ------
    ScoringError
        A numerator above its denominator, or either negative; a threshold outside 0..1; points that are not positive.

    Notes
    -----
    points min(1, rate / threshold), the conversion of Decision 766/QĐ-TTg [1]_. It has a kink: for a rate with an
    interval, convert both ends (the map only rises) instead of scaling the standard error, which is wrong near the
    threshold.

    Wrong when read as a rate: above the threshold all are equal.

    References
    ----------
    .. [1] Decision 766/QĐ-TTg of 23 June 2022 on indicators of the quality of service to citizens and businesses.

    Examples
    --------
    >>> threshold_points([20, 45, 0], [80, 60, 0], threshold=0.5, points=12).tolist()
    [6.0, 12.0, nan]
    """
    if empty not in get_args(Empty):
        raise ScoringError(f"`empty` must be one of {', '.join(get_args(Empty))}; given: {empty}.")
    if not 0 < threshold <= 1:
        raise ScoringError(f"`threshold` is a rate, above 0 and up to 1; given: {threshold:g}.")
    if not (np.isfinite(points) and points > 0):
        raise ScoringError(f"`points` must be a positive number; given: {points:g}.")
    part, whole = np.asarray(numerator, dtype=float), np.asarray(denominator, dtype=float)
    if part.ndim != 1 or part.shape != whole.shape:
        raise ScoringError(
            f"`numerator` and `denominator` must have equal length; given: {part.shape}, {whole.shape}."
        )
    bad = np.flatnonzero((part < 0) | (whole < 0) | (part > whole) | np.isinf(whole))
    if len(bad):
        raise ScoringError(
            f"`numerator` must lie between 0 and `denominator`; it does not at positions {some(bad.tolist())}."
        )
    rate = np.divide(part, whole, out=np.full(part.shape, np.nan), where=whole > 0)
    converted = points * np.minimum(rate / threshold, 1.0)
    return np.where((whole == 0) & (empty == "zero"), 0.0, converted)


@dataclass(frozen=True, eq=False)
class MinMax:
    """Indicators stretched between the worst and the best of their batch.

    Attributes
    ----------
    value : float array, shape (U,); NaN where there is no indicator, or nothing to stretch.
    gradient : float array, shape (U, U)
        Change of each value with each indicator; NaN rows where value is, 0 in columns of missing units.
    """

    value: NDArray[np.float64]
    gradient: NDArray[np.float64]

    def covariance(self, covariance: ArrayLike) -> NDArray[np.float64]:
        """G V G', shape (U, U), of the values from the indicators' covariance; NaN for those without a value.

        Wrong when it is unclear which unit is worst or best: the ends are taken as the units that they are.
        """
        given = np.asarray(covariance, dtype=float)
        if given.shape != self.gradient.shape:
            raise ScoringError(f"`covariance` must have shape {self.gradient.shape}; given: {given.shape}.")
        known = ~np.isnan(self.value)
        if np.isnan(given[np.ix_(known, known)]).any():
            raise ScoringError("`covariance` must have no gaps between units with a value.")
        out = np.full(given.shape, np.nan)
        gradient = self.gradient[np.ix_(known, known)]
        out[np.ix_(known, known)] = gradient @ given[np.ix_(known, known)] @ gradient.T
        return out


def min_max(
    indicator: ArrayLike, *, direction: Direction = "positive", lowest: float = 1.0, highest: float = 10.0
) -> MinMax:
    r"""An indicator on a scale from the worst to the best unit of the batch, as in DDCI.

    Parameters
    ----------
    indicator : float array, shape (U,); NaN where a unit has none.
    direction : {"positive", "reversed"}
        Whether more is better or worse.
    lowest, highest : float
        Ends of the scale, lowest < highest.

    Returns
    -------
    MinMax
        All values NaN for a single unit and where all are equal: there is nothing to compare with, and neither end of
        the scale would be true.

    Raises
    ------
    ScoringError
        More than one dimension; an infinite indicator; ends that are not in order.

    Notes
    -----
    y_i = lowest + (highest - lowest) (x_i - min) / (max - min); reversed: lowest + highest - y_i [1]_.

    Wrong when compared between batches: every value depends on who else is in it, one outlier presses all others
    together, and the worst is at the bottom however good he is.

    References
    ----------
    .. [1] OECD and JRC (2008). Handbook on Constructing Composite Indicators. OECD. Step 5.

    Examples
    --------
    >>> min_max([20.0, 30.0, 40.0, np.nan]).value.tolist()
    [1.0, 5.5, 10.0, nan]
    >>> min_max([20.0, 30.0, 40.0], direction="reversed").value.tolist()
    [10.0, 5.5, 1.0]
    >>> min_max([20.0]).value.tolist()
    [nan]
    """
    if direction not in get_args(Direction):
        raise ScoringError(
            f"`direction` must be one of {', '.join(get_args(Direction))}; given: {direction}."
        )
    if not (np.isfinite([lowest, highest]).all() and lowest < highest):
        raise ScoringError(f"`lowest` must lie below `highest`; given: {lowest:g}, {highest:g}.")
    x = np.asarray(indicator, dtype=float)
    if x.ndim != 1 or np.isinf(x).any():
        raise ScoringError("`indicator` must be one finite number per unit, or NaN.")
    n, known = len(x), ~np.isnan(x)
    value, gradient = np.full(n, np.nan), np.zeros((n, n))
    gradient[:] = np.nan
    if np.count_nonzero(known) < 2 or np.ptp(x[known]) == 0:
        return MinMax(value, gradient)
    worst, best = int(np.nanargmin(x)), int(np.nanargmax(x))
    share = (x - x[worst]) / (x[best] - x[worst])
    slope = (highest - lowest) / (x[best] - x[worst])
    value = lowest + (highest - lowest) * share
    gradient[known] = 0.0
    gradient[known, known] = slope
    gradient[known, worst] -= slope * (1 - share[known])
    gradient[known, best] -= slope * share[known]
    if direction == "reversed":
        value, gradient = lowest + highest - value, -gradient
    return MinMax(value, gradient)


def _joint(covariance: NDArray, gradient: NDArray) -> NDArray[np.float64]:
    """C V C' with C block-diagonal: one row of coefficients per agency."""
    agencies, figures = gradient.shape
    used = gradient.ravel() != 0
    known = used & ~np.isnan(np.diagonal(covariance))
    if np.isnan(covariance[np.ix_(known, known)]).any():
        raise ScoringError("`covariance` must have no gaps between figures that have a variance.")
    lost = np.flatnonzero((used & ~known).reshape(gradient.shape).any(axis=1))
    weighted = gradient.ravel()[:, None] * np.nan_to_num(covariance) * gradient.ravel()
    joint = weighted.reshape(agencies, figures, agencies, figures).sum(axis=(1, 3))
    joint[lost], joint[:, lost] = np.nan, np.nan
    return joint


def _points(part: SurveyPart | FixedPart) -> float:
    if not (np.isfinite(part.points) and part.points > 0):
        raise ScoringError(f"Part {part.code} must have positive points; given: {part.points:g}.")
    return float(part.points)


def _coefficients(part: SurveyPart | FixedPart, figures: int) -> NDArray[np.float64]:
    if isinstance(part, FixedPart):
        return np.zeros(figures)
    coefficients = np.asarray(part.coefficients, dtype=float)
    if coefficients.shape != (figures,) or not np.isfinite(coefficients).all() or not coefficients.any():
        raise ScoringError(
            f"Part {part.code} must have one finite coefficient per survey figure, {figures}, and one that is not 0."
        )
    return coefficients


def _achieved(part: SurveyPart | FixedPart, coefficients: NDArray, value: NDArray) -> NDArray[np.float64]:
    if isinstance(part, SurveyPart):
        # Figures outside the part must not make it missing.
        used = coefficients != 0
        return value[:, used] @ coefficients[used]
    achieved = np.asarray(part.achieved, dtype=float)
    if achieved.shape != (len(value),):
        raise ScoringError(
            f"Part {part.code} must have one value per agency, {len(value)}; given: shape {achieved.shape}."
        )
    return achieved


def _within(part: SurveyPart | FixedPart, achieved: NDArray) -> None:
    slack = ROUNDING * part.points
    bad = np.flatnonzero((achieved < -slack) | (achieved > part.points + slack))
    if len(bad):
        raise ScoringError(
            f"Part {part.code} gives 0 to {part.points:g} points; agencies {some(bad.tolist())} have others (the first"
            f" {achieved[bad[0]]:g}): check its coefficients and values."
        )


def _std_error(part: SurveyPart | FixedPart, agencies: int) -> NDArray[np.float64]:
    if isinstance(part, SurveyPart):
        return np.zeros(agencies)
    error = np.asarray(part.std_error, dtype=float)
    if error.shape not in ((), (agencies,)) or not np.all(np.isfinite(error) & (error >= 0)):
        raise ScoringError(
            f"Part {part.code} must have a `std_error` of 0 or more, one or one per agency ({agencies})."
        )
    return np.broadcast_to(error, (agencies,))

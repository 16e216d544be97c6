r"""Weights: from selection, over nonresponse, to population margins; what they cost, and what variance they leave.

Every step gives a `Weighted`: the weights, what they came from, and the operator that replaces an influence value by
its residual, so that a calibrated estimate is not given the variance of an uncalibrated one. `scoring.calibration` has
the steps for several margins at once and for numeric auxiliaries.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import some
from scoring.margins import Margin, WeightingError, categories, checked_weights, coded

# A column that is 0 everywhere stays 0; directions below this share of the greatest are redundant.
SMALLEST_SIZE = 1e-300
REDUNDANT = 1e-11


@dataclass(frozen=True, eq=False)
class Weighted:
    """Adjusted weights of n rows, and what the adjustment did.

    Attributes
    ----------
    weight, base_weight : float arrays, shape (n,)
        After and before.
    method : str
    iterations : int
    margins : tuple of Margin
        As given, with source and date.
    cell : int array, shape (n,), 0..C-1, or None
    auxiliary : float array, shape (n, q), or (C, q) where there are cells, or None
        What the weights are calibrated on: cells, columns of the rows, or columns of the cells that rows fall in (the
        crossing of raked margins). Both None for weights without a residual operator.
    sample_total : bool
        The cells were brought to the sample's own totals (nonresponse), not to a population's.
    """

    weight: NDArray[np.float64]
    base_weight: NDArray[np.float64]
    method: str
    iterations: int = 1
    margins: tuple[Margin, ...] = ()
    cell: NDArray[np.intp] | None = None
    auxiliary: NDArray[np.float64] | None = None
    sample_total: bool = False

    @property
    def g(self) -> NDArray[np.float64]:
        """weight / base_weight, shape (n,); 0 where the base weight is 0."""
        return np.divide(
            self.weight, self.base_weight, out=np.zeros(len(self.weight)), where=self.base_weight > 0
        )

    @property
    def kish_deff(self) -> float:
        """What unequal weights cost a figure that they are unrelated to: see `kish_deff`."""
        return kish_deff(self.weight)

    @property
    def kish_deff_ratio(self) -> float:
        """The same after the step over before it."""
        return kish_deff(self.weight) / kish_deff(self.base_weight)


def kish_deff(weight: ArrayLike) -> float:
    """Kish's design effect of unequal weights, n sum w^2 / (sum w)^2 = 1 + cv^2, over the rows with a weight.

    Parameters
    ----------
    weight : array of float, shape (n,)

    Returns
    -------
    float, >= 1

    Notes
    -----
    **Wrong** as the design effect of a figure: it knows neither clusters nor strata, nor that calibration on a related
    variable gains precision. `deff` of `scoring.estimate.Estimates` is that of the figure.

    References
    ----------
    .. [1] Kish (1992), Weighting for unequal Pi, Journal of Official Statistics 8, 183-200.

    Examples
    --------
    >>> kish_deff([1, 1, 2, 4])
    1.375
    """
    w = np.asarray(weight, dtype=float)
    w = w[w != 0]
    if not len(w) or not np.isfinite(w).all():
        raise WeightingError("`weight` must hold numbers, and at least one that is not 0.")
    w = w / np.abs(w).max()
    return float(len(w) * (w @ w) / w.sum() ** 2)


def base_weights(*probabilities: ArrayLike) -> NDArray[np.float64]:
    """Weights from the probabilities of selection, 1 / product of the stages' probabilities.

    Parameters
    ----------
    *probabilities : arrays of float, each shape (n,), 0 < p <= 1
        One per stage: the later ones given the earlier.

    Returns
    -------
    float array, shape (n,)

    Notes
    -----
    **Wrong** where the list held people twice or not at all, which no probability shows.

    Examples
    --------
    >>> base_weights([0.1, 0.2], [0.5, 0.5]).tolist()
    [20.0, 10.0]
    """
    if not probabilities:
        raise WeightingError("Base weights need the probabilities of at least one stage.")
    product: NDArray[np.float64] | float = 1.0
    for stage, given in enumerate(probabilities, start=1):
        column = np.asarray(given, dtype=float)
        wrong = np.flatnonzero(~((column > 0) & (column <= 1)))
        if column.ndim != 1 or len(wrong):
            raise WeightingError(
                f"Probabilities of stage {stage} must be numbers above 0, at most 1, one per row; rows"
                f" {some(wrong + 1)} have none."
            )
        if stage > 1 and column.shape != np.shape(product):
            raise WeightingError(
                f"Stage {stage} has {len(column)} probabilities, stage 1 {np.size(product)}."
            )
        product = product * column
    return 1 / np.asarray(product)


def nonresponse_cells(
    weight: ArrayLike, cell: ArrayLike, responded: ArrayLike, *, largest_factor: float | None = None
) -> Weighted:
    """Spread the weight of those who did not answer over those of their cell who did.

    Parameters
    ----------
    weight : array of float, shape (n,), > 0
        Of everyone asked.
    cell : array of labels, shape (n,)
        Known for everyone asked.
    responded : array of bool, shape (n,)
    largest_factor : float, >= 1, optional
        A cell whose factor is greater is refused.

    Returns
    -------
    Weighted
        Weight 0 for those who did not answer; keep their rows, `calibrated_influence` needs them.

    Raises
    ------
    WeightingError
        A cell in which nobody answered, or whose factor is too great: join it with another.

    Notes
    -----
    The factor of cell c is sum w / sum w over its respondents [1]_. **Wrong** where, within a cell, those who answered
    differ from those who did not in what is asked: nothing in the data shows it.

    References
    ----------
    .. [1] Oh and Scheuren (1983), Weighting adjustment for unit nonresponse, in Incomplete Data in Sample Surveys 2.

    Examples
    --------
    >>> nonresponse_cells([1, 1, 1, 1], ["a", "a", "b", "b"], [True, False, True, True]).weight.tolist()
    [2.0, 0.0, 1.0, 1.0]
    """
    w = checked_weights(weight)
    answered = np.asarray(responded)
    if answered.shape != w.shape or answered.dtype != np.bool_:
        raise WeightingError(f"`responded` must be true or false for each of {len(w)} rows.")
    names, codes = categories("cell", cell, len(w))
    asked = np.bincount(codes, weights=w, minlength=len(names))
    reached = np.bincount(codes, weights=np.where(answered, w, 0.0), minlength=len(names))
    silent = np.flatnonzero(reached == 0)
    if len(silent):
        raise WeightingError(f"Nobody answered in cells {some(names[silent])}: join each with another.")
    factor = asked / reached
    if largest_factor is not None and (factor > largest_factor).any():
        wrong = np.flatnonzero(factor > largest_factor)
        raise WeightingError(
            f"The factor of cells {some([f'{names[c]}: {factor[c]:.4g}' for c in wrong])} is above {largest_factor:g}:"
            " join each with another."
        )
    return Weighted(
        np.where(answered, w * factor[codes], 0.0), w, "nonresponse", cell=codes, sample_total=True
    )


def post_stratify(weight: ArrayLike, margin: Margin, *, allow_zero: bool = False) -> Weighted:
    """Bring the weights of each category to its population count.

    Parameters
    ----------
    weight : array of float, shape (n,), > 0
    margin : Margin
    allow_zero : bool
        Rows of weight 0 stay at 0: replicates, and those who did not answer.

    Returns
    -------
    Weighted

    Raises
    ------
    WeightingError
        A category of the population without a row, or a row of a category without a count.

    Notes
    -----
    w_i N_c / sum_c w. The residual is the distance from the mean of the category. **Wrong** where the counts are of
    another population or day than the survey; biased where categories hold fewer than about ten rows.

    References
    ----------
    .. [1] Holt and Smith (1979), Post stratification, JRSS A 142, 33-46.

    Examples
    --------
    >>> from scoring.margins import Margin
    >>> post_stratify([1, 1, 1], Margin("sex", ["f", "f", "m"], {"f": 10, "m": 10})).weight.tolist()
    [5.0, 5.0, 10.0]
    """
    w = checked_weights(weight, allow_zero)
    codes, _, counts = coded(margin, w)
    factor = counts / np.bincount(codes, weights=w, minlength=len(counts))
    return Weighted(w * factor[codes], w, "post-stratified", margins=(margin,), cell=codes)


def trim_weights(
    weight: ArrayLike,
    lower: float = 0.0,
    upper: float = np.inf,
    *,
    strict: bool = True,
    spread: Literal["equal", "proportional"] = "equal",
) -> Weighted:
    """Cut weights at a least and a greatest value, and spread what was cut over the others, so that the sum stays.

    Parameters
    ----------
    weight : array of float, shape (n,), > 0
    lower, upper : float
    strict : bool
        Repeat until no weight lies outside; False spreads once, after which some may.
    spread : {"equal", "proportional"}
        The same amount for each other row, or in proportion to its weight.

    Returns
    -------
    Weighted
        Without a residual operator: the trimmed weights are taken as given.

    Raises
    ------
    WeightingError
        Limits between which the sum of the weights does not fit.

    Notes
    -----
    Trades bias for variance [1]_. **Wrong** after calibration: the margins hold no longer (use `limits` of `rake`).

    References
    ----------
    .. [1] Potter (1990), A study of procedures to identify and trim extreme sampling weights, Proceedings of the
       Section on Survey Research Methods, American Statistical Association, 225-230.

    Examples
    --------
    >>> trim_weights([1, 2, 3, 10], upper=7).weight.tolist()
    [2.0, 3.0, 4.0, 7.0]
    """
    d = checked_weights(weight)
    if spread not in ("equal", "proportional"):
        raise WeightingError(f"`spread` must be equal or proportional; given: {spread}.")
    if not 0 <= lower < upper:
        raise WeightingError(f"`lower` must be at least 0 and below `upper`; given: {lower:g} and {upper:g}.")
    if not len(d) * lower < d.sum() < len(d) * upper:
        raise WeightingError(
            f"{len(d)} weights of mean {d.mean():g} don't fit between {lower:g} and {upper:g}: widen the limits."
        )
    w, free, rounds = d.copy(), np.ones(len(d), dtype=bool), 0
    while ((w < lower) | (w > upper)).any() and not (rounds and not strict):
        rounds += 1
        cut = np.clip(w, lower, upper)
        free &= (w >= lower) & (w <= upper)
        excess = (w - cut).sum()
        w = cut
        if not free.any():
            raise WeightingError(
                f"Every weight was cut at {lower:g} or {upper:g}, and the sum is off by {excess:g}: widen the limits."
            )
        w[free] += excess / free.sum() if spread == "equal" else w[free] * (excess / w[free].sum())
    return Weighted(w, d, "trimmed", rounds)


def calibrated_influence(
    z: ArrayLike, weighted: Weighted, *, regression: Literal["base_weight", "unweighted"] = "base_weight"
) -> NDArray[np.float64]:
    r"""Influence values of a calibrated estimate: what the calibration does not explain.

    Parameters
    ----------
    z : array of float, shape (n,) or (n, E)
        Influence of each row under the final weights, w_i u_i; 0 outside the domain.
    weighted : Weighted
        The step that made these weights. After several, apply them from the last to the first.
    regression : {"base_weight", "unweighted"}
        Weights of the regression on the auxiliaries. "unweighted" is what `rake` of R's survey takes (its `calibrate`
        takes the base weights); post-stratification and nonresponse cells always take the base weights.

    Returns
    -------
    float array, of the shape of z
        To be added up by PSU as z would be. Unchanged for trimmed weights.

    Raises
    ------
    WeightingError
        A shape that does not fit; influence that is no number.

    Notes
    -----
    w_i (u_i - x_i' B), B the regression of u on the auxiliaries x with the base weights; in cells, u less the cell's
    mean [1]_. After `nonresponse_cells` the sample's own cell totals stay random, so d_i times the cell's mean is
    added for everyone asked. **Wrong** (too small) where auxiliaries are nearly as many as PSUs; and where the margins
    are themselves estimates, whose error is not in it.

    References
    ----------
    .. [1] Deville and Särndal (1992), Calibration estimators in survey sampling, JASA 87, 376-382; Särndal, Swensson
       and Wretman (1992), Model Assisted Survey Sampling, sections 6.6 and 7.10.

    Examples
    --------
    >>> from scoring.margins import Margin
    >>> weighted = post_stratify([1, 1, 1], Margin("sex", ["f", "f", "m"], {"f": 10, "m": 10}))
    >>> calibrated_influence(weighted.weight * np.array([1.0, 3.0, 7.0]), weighted).tolist()
    [-5.0, 5.0, 0.0]
    """
    if regression not in ("base_weight", "unweighted"):
        raise WeightingError(f"`regression` must be base_weight or unweighted; given: {regression}.")
    given = np.asarray(z, dtype=float)
    w, d = weighted.weight, weighted.base_weight
    if given.ndim not in (1, 2) or len(given) != len(w):
        raise WeightingError(f"`z` must have one row per weight, {len(w)}; given: shape {given.shape}.")
    if not np.isfinite(given).all():
        wrong = np.flatnonzero(~np.isfinite(given.reshape(len(w), -1)).all(axis=1))
        raise WeightingError(f"`z` holds no number in rows {some(wrong + 1)}: leave undefined figures out.")
    table = given.reshape(len(w), -1)
    u = np.divide(table, w[:, None], out=np.zeros_like(table), where=(w != 0)[:, None])
    if weighted.cell is None and weighted.auxiliary is None:
        return given.copy()
    base = d if regression == "base_weight" or weighted.auxiliary is None else np.ones(len(d))
    counted = np.where(w != 0, base, 0.0)
    if weighted.cell is None:
        explained = fitted_values(weighted.auxiliary, u, counted)
    else:
        n_cells = int(weighted.cell.max()) + 1
        total = np.bincount(weighted.cell, weights=counted, minlength=n_cells)
        sums = [np.bincount(weighted.cell, weights=counted * column, minlength=n_cells) for column in u.T]
        means = np.divide(
            np.transpose(sums), total[:, None], out=np.zeros((n_cells, u.shape[1])), where=total[:, None] > 0
        )
        fitted = means if weighted.auxiliary is None else fitted_values(weighted.auxiliary, means, total)
        explained = fitted[weighted.cell]
    out = w[:, None] * (u - explained)
    if weighted.sample_total:
        out += d[:, None] * explained
    return out.reshape(given.shape)


def fitted_values(x: NDArray, y: NDArray, weight: NDArray) -> NDArray[np.float64]:
    """x B with B the weighted regression of every column of y on x; columns of x may be redundant.

    `x`, shape (n, K), `y`, shape (n, F), `weight`, shape (n,), not negative; shape (n, F) is returned.
    """
    columns = x / np.maximum(np.abs(x).max(axis=0, initial=0.0), SMALLEST_SIZE)
    root = np.sqrt(weight / weight.max())[:, None]
    return columns @ np.linalg.lstsq(columns * root, y * root, rcond=REDUNDANT)[0]

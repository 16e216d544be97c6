r"""Weighted covariances of scores with missing answers, and the same over bootstrapped PSUs. Reads rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.design import SurveyDesign
from scoring.errors import LonelyPSUError, ScoringError, some
from scoring.influence import degrees_of_freedom
from scoring.means import t_quantile
from scoring.replicate_designs import rescaled_bootstrap

MissingRule = Literal["complete", "pairwise", "fail"]

# A variance below this share of the mean square is that of a constant.
CONSTANT = 1e-20
# What a jackknife may hold at once: one GiB.
MOST_NUMBERS = 2**27


class MeasurementError(ScoringError):
    """Scores from which reliability or drivers cannot be had. `items` holds the names of those at fault."""

    def __init__(self, message: str, items: Sequence[str] = ()):
        self.items = tuple(items)
        super().__init__(message)


@dataclass(frozen=True)
class MeasurementInterval:
    """`low` to `high` at `level`; `method` says on what it rests, NaN where the data give none."""

    low: float
    high: float
    level: float
    method: str


@dataclass(frozen=True, eq=False)
class Moments:
    """Rows that count, and their weighted mean and covariance.

    `inside` bool array, shape (n,): the m rows of the domain. `valid` bool array, shape (k, m): the scores that count;
    `centred` the scores less their mean, 0 where not valid;
    `covariance` float array, shape (k, k), divisor Σw; `pairs` float array, shape (k, k): Σw over the rows in which
    both count; `n` rows in which all that is asked is valid (pairwise: the least number for a pair), `n_left_out`
    rows of the domain beside them.
    """

    items: tuple[str, ...]
    missing: MissingRule
    inside: NDArray[np.bool_] = field(repr=False)
    valid: NDArray[np.bool_] = field(repr=False)
    centred: NDArray[np.float64] = field(repr=False)
    mean: NDArray[np.float64] = field(repr=False)
    covariance: NDArray[np.float64] = field(repr=False)
    pairs: NDArray[np.float64] = field(repr=False)
    n: int
    n_left_out: int


def weighted_moments(
    scores: ArrayLike,
    design: SurveyDesign,
    *,
    items: Sequence[str] | None = None,
    missing: MissingRule = "complete",
    domain: ArrayLike | None = None,
) -> Moments:
    r"""Weighted means and covariances of k items. Reads rows.

    Parameters
    ----------
    scores : float array, shape (k, n)
        Score of each row on each item, any unit; NaN where the answer does not score.
    design : SurveyDesign
        Of the same n rows.
    items : sequence of text, length k, optional
        Names for messages and results; 1, 2, ... where not given.
    missing : {"complete", "pairwise", "fail"}
        Rows with a score on every item; for each pair the rows with both; or refuse rows without a score.
    domain : bool array, shape (n,), optional
        Rows of the domain; all where not given.

    Returns
    -------
    Moments

    Raises
    ------
    MeasurementError
        Unequal lengths, an infinite score, fewer than two rows that count, an item without variation (named).

    Notes
    -----
    c_jk = Σ w v_j v_k (x_j - m_j) (x_k - m_k) / Σ w v_j v_k with the means over the same rows. R's `svyvar` multiplies
    by n / (n - 1), which drops out of every ratio. Complete cases are wrong where those who skip an item differ;
    pairwise covariances need not form a covariance matrix: a variance of a sum may even come out negative.

    References
    ----------
    .. [1] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling. Springer. Section 5.9.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> found = weighted_moments([[0, 2, 4], [1, 3, 2]], SurveyDesign(3, weight=[1, 2, 1]))
    >>> found.mean.tolist(), found.covariance.tolist()
    ([2.0, 2.25], [[2.0, 0.5], [0.5, 0.6875]])
    """
    x = np.asarray(scores, dtype=float)
    if x.ndim != 2 or x.shape[1] != design.n_rows:
        raise MeasurementError(
            f"`scores` must have a row per item and a column per row of the design, {design.n_rows};"
            f" given: shape {x.shape}."
        )
    names = tuple(str(k + 1) for k in range(len(x))) if items is None else tuple(items)
    if len(names) != len(x) or len(set(names)) != len(names):
        raise MeasurementError(f"`items` must give {len(x)} distinct names; given: {some(names)}.")
    if missing not in get_args(MissingRule):
        raise MeasurementError(
            f"`missing` must be one of {', '.join(get_args(MissingRule))}; given: {missing}."
        )
    inside = _rows(domain, design.n_rows)
    # Only the domain's rows from here on: a wave has hundreds of domains.
    x = x[:, inside]
    infinite = [name for name, row in zip(names, x, strict=True) if np.isinf(row).any()]
    if infinite:
        raise MeasurementError(f"Items with an infinite score: {some(infinite)}.", infinite)
    valid = ~np.isnan(x)
    complete = valid.all(axis=0)
    if missing == "fail" and not complete.all():
        rows = (np.flatnonzero(inside)[~complete] + 1).tolist()
        raise MeasurementError(
            f"{len(rows)} rows have no score on some item (rows {some(rows)}): name a rule with `missing`"
            " (complete or pairwise)."
        )
    if missing != "pairwise":
        valid = np.broadcast_to(complete, valid.shape)
    together = valid.astype(float) @ valid.T.astype(float)
    n = int(together.min())
    if n < 2:
        j, k = np.unravel_index(int(together.argmin()), together.shape)
        at_fault = tuple(dict.fromkeys((names[j], names[k])))
        raise MeasurementError(
            f"Only {n} rows have a score on {'every item' if missing != 'pairwise' else some(at_fault)}; at least 2"
            " are needed: leave out the items that few were asked.",
            at_fault if missing == "pairwise" else names,
        )
    # Weights of mean 1 and centred scores: no scale of either costs digits.
    w = design.w[inside] / design.w[inside].mean()
    counted = np.where(valid, x, 0.0)
    mean = (counted @ w) / (valid @ w)
    spread = np.where(valid, x - mean[:, None], 0.0)
    _refuse_constant(names, spread, counted, valid, w)
    weighted = valid * w
    pairs = weighted @ valid.T
    covariance = _covariance(pairs, (spread * w) @ valid.T, (spread * w) @ spread.T)
    return Moments(names, missing, inside, valid, spread, mean, covariance, pairs, n, int(inside.sum()) - n)


def bootstrapped(
    moments: Moments, design: SurveyDesign, *, replicates: int, seed: int
) -> NDArray[np.float64]:
    r"""Covariances over bootstrapped PSUs, shape (replicates, k, k); NaN where one holds no pair, or df = 0.

    `replicates` int, >= 2; `seed` int; the divisor is Σw, as in `Moments`. The sums of each PSU are taken once and
    multiplied by `rescaled_bootstrap`, so that a replicate costs no pass over the rows. Wrong with few PSUs per
    stratum, and too small where units below the PSU were subsampled and f_h is not small.
    """
    k = len(moments.items)
    if degrees_of_freedom(design, moments.inside) < 1:  # drawing one PSU again says nothing of how PSUs vary
        return np.full((replicates, k, k), np.nan)
    multiplier = rescaled_bootstrap(design, replicates, seed).multiplier.T
    sums = np.empty((3, len(multiplier), k, k))
    for j, units in _psu_sums(moments, design):
        sums[:, :, j] = multiplier @ units
    return _replicated(sums)


def jackknifed(moments: Moments, design: SurveyDesign) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    r"""Covariances without each PSU in turn, shape (P, k, k), and what the square of each adds, shape (P,).

    Notes
    -----
    JKn: the others of its stratum count n_h / (n_h - 1) times, and V = Σ (1 - f_h)(n_h - 1)/n_h (θ_(hi) - θ)^2. What a
    PSU takes away is subtracted from sums taken once. NaN where the rest holds no pair, or df = 0. A stratum of one
    PSU adds nothing under `certainty` and `remove`. Wrong, as the bootstrap, for later stages where f_h is not small.

    Raises
    ------
    MeasurementError
        More than 2^27 numbers: rows are their own PSUs, and many.
    LonelyPSUError
        A stratum with one PSU and no rule, or a rule that leaving out cannot follow.

    References
    ----------
    .. [1] Wolter, K. M. (2007). Introduction to Variance Estimation, 2nd edition. Springer. Section 4.5.
    """
    k = len(moments.items)
    stratum = design.row_stratum if design.rows_are_psus else design.psu_stratum
    n_h = design.n_h[stratum]
    if design.lonely.any() and design.lonely_psu not in ("certainty", "remove"):
        raise LonelyPSUError([design.strata[h] for h in np.flatnonzero(design.lonely)])
    left_out = np.flatnonzero(n_h > 1)
    if 3 * len(left_out) * k * k > MOST_NUMBERS:
        raise MeasurementError(
            f"A jackknife of {len(left_out)} PSUs and {k} items is too large: take the linearised interval, or name"
            " the clusters."
        )
    share = ((1 - design.sampling_fraction[stratum]) * (n_h - 1) / n_h)[left_out]
    if degrees_of_freedom(design, moments.inside) < 1:
        return np.full((len(left_out), k, k), np.nan), share
    sums = np.empty((3, len(left_out), k, k))
    for j, units in _psu_sums(moments, design):
        of_stratum = np.zeros((3, design.n_strata, k))
        np.add.at(of_stratum, (slice(None), stratum), units)
        rest = (of_stratum[:, stratum] - n_h[:, None] * units)[:, left_out] / (n_h[left_out, None] - 1)
        sums[:, :, j] = units.sum(axis=1)[:, None] + rest
    return _replicated(sums), share


def covariance_influence(
    gradient: NDArray[np.float64], moments: Moments, design: SurveyDesign
) -> NDArray[np.float64]:
    r"""Weighted influence of each row, shape (n,), on a smooth function of the covariances.

    `gradient` float array, shape (k, k), symmetric: its derivative by each c_jk. The influence of a row is
    Σ_jk g_jk w v_j v_k ((x_j - m_jk)(x_k - m_kj) - c_jk) / Σ w v_j v_k (Binder 1983); `linearised_variance` takes it.
    """
    w = _weights(moments, design)
    scaled = gradient / moments.pairs
    valid = moments.valid.astype(float)
    # Means over the rows of each pair: of j where k counts too. Without missing answers they are all 0.
    mean = (moments.centred * w) @ valid.T / moments.pairs
    x, c = moments.centred, moments.covariance
    # Σ_jk s_jk v_j v_k ((x_j - m_jk)(x_k - m_kj) - c_jk), multiplied out.
    out = np.einsum("jn,jn->n", x, scaled @ x)
    out -= 2 * np.einsum("jn,jn->n", x, (scaled * mean.T) @ valid)
    out += np.einsum("jn,jn->n", valid, (scaled * (mean * mean.T - c)) @ valid)
    influence = np.zeros(design.n_rows)
    influence[moments.inside] = w * out
    return influence


def _weights(moments: Moments, design: SurveyDesign) -> NDArray[np.float64]:
    """Of the domain's rows, shape (m,), with mean 1."""
    w = design.w[moments.inside]
    return w / w.mean()


def _psu_sums(moments: Moments, design: SurveyDesign) -> Iterator[tuple[int, NDArray[np.float64]]]:
    """For each item j the sums of its pairs over each PSU, shape (3, PSUs, k): weight, score of j, product."""
    n_units = design.n_rows if design.rows_are_psus else len(design.psu_stratum)
    w, psu = _weights(moments, design), design.psu[moments.inside]
    for j in range(len(moments.items)):
        both = w * moments.valid[j] * moments.valid
        first = both * moments.centred[j]
        yield j, np.stack([
            np.stack([np.bincount(psu, weights=row, minlength=n_units) for row in values], axis=1)
            for values in (both, first, first * moments.centred)
        ])  # fmt: skip


def _replicated(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    """Covariances of replicated sums, shape (3, R, k, k); NaN where a replicate holds no pair."""
    empty = sums[0] <= 0
    return np.where(empty, np.nan, _covariance(np.where(empty, 1.0, sums[0]), sums[1], sums[2]))


def percentile_interval(
    replicates: NDArray[np.float64], level: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Quantiles of the replicates, which stand along the first axis; NaN where a replicate has no value."""
    check_level(level)
    low, high = np.quantile(replicates, [(1 - level) / 2, (1 + level) / 2], axis=0)
    return low, high


def log_interval(value: float, std_error: float, df: int, level: float, method: str) -> MeasurementInterval:
    """1 - (1 - value) exp(±t_df SE / (1 - value)): symmetric in ln(1 - value), never above 1; NaN where there is
    nothing to go by (df = 0, no error, a value of 1)."""
    check_level(level)
    rest = 1 - value
    if df < 1 or rest <= 0:
        return MeasurementInterval(np.nan, np.nan, level, method)
    stretch = np.exp(t_quantile((1 + level) / 2, df) * std_error / rest)
    return MeasurementInterval(float(1 - rest * stretch), float(1 - rest / stretch), level, method)


def check_level(level: float) -> None:
    """Refuse a confidence level outside 0 to 1."""
    if not 0 < level < 1:
        raise MeasurementError(f"`level` must lie between 0 and 1; given: {level:g}.")


def _covariance(pairs: NDArray, sums: NDArray, products: NDArray) -> NDArray[np.float64]:
    """Σwxy/Σw less the product of the means, over the rows of each pair; the last two axes are items."""
    mean = sums / pairs
    return products / pairs - mean * np.swapaxes(mean, -1, -2)


def _rows(domain: ArrayLike | None, n: int) -> NDArray[np.bool_]:
    if domain is None:
        return np.ones(n, dtype=bool)
    inside = np.asarray(domain)
    if inside.shape != (n,) or inside.dtype != bool:
        raise MeasurementError(
            f"`domain` must hold one true or false per row, {n}; given: shape {inside.shape}."
        )
    if not inside.any():
        raise MeasurementError("`domain` holds no row.")
    return inside


def _refuse_constant(
    names: Sequence[str], spread: NDArray, counted: NDArray, valid: NDArray, w: NDArray
) -> None:
    square, size = spread**2 @ w, counted**2 @ w
    constant = [name for name, s, z in zip(names, square, size, strict=True) if s <= CONSTANT * z]
    if constant:
        raise MeasurementError(
            f"Every row that counts has the same score on {some(constant)}, so it has no correlation with anything:"
            " leave it out and say so.",
            constant,
        )

r"""McDonald's omega: reliability of a factor by a one-factor model. Reads rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from scoring.design import SurveyDesign
from scoring.errors import some
from scoring.moments import MeasurementError, MissingRule, weighted_moments

# Below this share of an item's variance its own part is taken for none: a Heywood case.
HEYWOOD = 0.005


@dataclass(frozen=True, eq=False)
class Omega:
    """McDonald's omega of k items, 0..1.

    `loadings` and `uniqueness` float arrays, shape (k,), of the standardised items; `heywood` the names of items
    whose uniqueness lies at its bound, where the figure is not to be trusted; `largest_residual` the largest absolute
    correlation that one factor leaves over: near 0 where there is one dimension. `n`, `n_left_out` as in `Moments`.
    """

    items: tuple[str, ...]
    value: float
    loadings: NDArray[np.float64] = field(repr=False)
    uniqueness: NDArray[np.float64] = field(repr=False)
    heywood: tuple[str, ...]
    largest_residual: float
    discrepancy: float
    n: int
    n_left_out: int


def omega(
    scores: ArrayLike,
    design: SurveyDesign,
    *,
    items: Sequence[str] | None = None,
    missing: MissingRule = "complete",
    domain: ArrayLike | None = None,
) -> Omega:
    r"""McDonald's omega of the sum of k items, one factor by maximum likelihood. Reads rows.

    Parameters
    ----------
    scores : float array, shape (k, n), k >= 3
    design, items, missing, domain
        As in `cronbach_alpha`; only the weights of the design are used.

    Returns
    -------
    Omega

    Raises
    ------
    MeasurementError
        Fewer than 3 items; an item without variation; correlations that are not positive definite (an item is a
        sum of others, or pairwise correlations do not fit); a fit that does not converge.

    Notes
    -----
    Minimises log|S| + tr(R S^-1) - log|R| - k over S = l l' + diag(u), with u >= 0.005, R the weighted correlations:
    for given u, l follows from the largest eigenvalue of u^-1/2 R u^-1/2. Then with standard deviations s,
    omega = (Σ s l)^2 / ((Σ s l)^2 + Σ s^2 u). No interval is given. Wrong where one factor does not fit
    (`largest_residual`) and in a Heywood case; with three items it fits whatever they measure. Answers of few steps
    that pile up at one end have lower correlations than what they stand for.

    References
    ----------
    .. [1] McDonald, R. P. (1999). Test Theory: A Unified Treatment. Erlbaum. Chapter 6.
    .. [2] Lawley, D. N. and Maxwell, A. E. (1971). Factor Analysis as a Statistical Method, 2nd edition. Butterworths.
    .. [3] Jöreskog, K. G. (1967). Some contributions to maximum likelihood factor analysis. Psychometrika 32, 443-482.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> scores = [[1, 2, 3, 4, 5, 2], [1, 3, 3, 4, 4, 1], [2, 2, 4, 3, 5, 3]]
    >>> round(omega(scores, SurveyDesign(6)).value, 3)
    0.935
    """
    moments = weighted_moments(scores, design, items=items, missing=missing, domain=domain)
    k = len(moments.items)
    if k < 3:
        raise MeasurementError(
            f"Omega needs at least 3 items; given: {k}. For 2, see Spearman-Brown.", moments.items
        )
    s = np.sqrt(np.diag(moments.covariance))
    r = moments.covariance / np.outer(s, s)
    least = np.linalg.eigvalsh(r)[0]
    if least <= 1e-10:
        raise MeasurementError(
            f"The correlations of {some(moments.items)} are not positive definite (least eigenvalue {least:.3g}): one"
            " item is a sum of others, or pairwise correlations do not fit together. Leave an item out or use"
            " complete cases.",
            moments.items,
        )
    loadings, uniqueness, discrepancy = _one_factor(r, moments.items)
    common = float((s * loadings).sum() ** 2)
    residual = r - np.outer(loadings, loadings)
    np.fill_diagonal(residual, 0.0)
    at_bound = uniqueness <= HEYWOOD * (1 + 1e-6)
    return Omega(
        moments.items,
        common / (common + float((s**2 * uniqueness).sum())),
        loadings,
        uniqueness,
        tuple(name for name, held in zip(moments.items, at_bound, strict=True) if held),
        float(np.abs(residual).max()),
        discrepancy,
        moments.n,
        moments.n_left_out,
    )


def _one_factor(r: NDArray, items: tuple[str, ...]) -> tuple[NDArray, NDArray, float]:
    """Loadings, uniqueness and discrepancy of one factor by maximum likelihood."""

    def fit(u: NDArray) -> tuple[NDArray, NDArray]:
        scale = np.sqrt(u)
        values, vectors = np.linalg.eigh(r / np.outer(scale, scale))
        return values, scale * vectors[:, -1] * np.sqrt(max(values[-1] - 1, 0.0))

    def discrepancy(u: NDArray) -> tuple[float, NDArray]:
        values, loading = fit(u)
        rest = values[:-1] if values[-1] > 1 else values
        return float((rest - np.log(rest) - 1).sum()), (loading**2 + u - np.diag(r)) / u**2

    start = np.clip((1 - 0.5 / len(r)) / np.diag(np.linalg.inv(r)), HEYWOOD, 1.0)
    found = optimize.minimize(
        discrepancy,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=[(HEYWOOD, 1.0)] * len(r),
        options={"ftol": 1e-15, "gtol": 1e-9, "maxiter": 2000, "maxls": 60},
    )
    gradient = discrepancy(found.x)[1]
    held = ((found.x <= HEYWOOD) & (gradient > 0)) | ((found.x >= 1) & (gradient < 0))
    if np.abs(np.where(held, 0.0, gradient)).max() > 1e-4:
        raise MeasurementError(
            f"One factor of {some(items)} did not converge: look at their correlations.", items
        )
    loading = fit(found.x)[1]
    return loading * (1 if loading.sum() >= 0 else -1), found.x, float(found.fun)

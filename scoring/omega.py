r"""McDonald's omega: reliability of a factor by a one-factor model. Reads rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize

from scoring.design import SurveyDesign
from scoring.errors import some
from scoring.influence import degrees_of_freedom, linearised_variance
from scoring.moments import (
    MeasurementError,
    MeasurementInterval,
    MissingRule,
    bootstrapped,
    check_level,
    covariance_influence,
    log_interval,
    percentile_interval,
    weighted_moments,
)

# Below this share of an item's variance its own part is taken for none: a Heywood case.
HEYWOOD = 0.005


@dataclass(frozen=True, eq=False)
class Omega:
    """McDonald's omega of k items, 0..1.

    `std_error` is linearised over PSUs with `df` PSUs less strata; NaN where df = 0 and in a Heywood case, at whose
    bound omega is no smooth function of the answers. `replicates` float array, shape (B,), over bootstrapped PSUs,
    empty where none were asked, NaN where a replicate does not converge.
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
    std_error: float
    df: int
    n: int
    n_left_out: int
    replicates: NDArray[np.float64] = field(repr=False)

    def confidence_interval(
        self, level: float = 0.95, *, method: Literal["linearised", "bootstrap"] = "linearised"
    ) -> MeasurementInterval:
        r"""Interval of omega.

        Parameters
        ----------
        level : float, 0..1
        method : {"linearised", "bootstrap"}
            By the standard error over PSUs, symmetric in ln(1 - omega), or by quantiles of the replicates.

        Returns
        -------
        MeasurementInterval
            `method` is t-log or psu-bootstrap; NaN without a standard error, or where a replicate has no value.

        Raises
        ------
        MeasurementError
            A level outside 0..1; no replicates to take quantiles of.

        Notes
        -----
        1 - (1 - ω) exp(±t_df SE / (1 - ω)). The one-factor model is taken for true: what does not fit it is in no
        interval.

        References
        ----------
        .. [1] Raykov, T. (2002). Analytic estimation of standard error and confidence interval for scale reliability.
           Multivariate Behavioral Research 37, 89-103.
        .. [2] Kelley, K. and Pornprasertmanit, S. (2016). Confidence intervals for population reliability
           coefficients. Psychological Methods 21, 69-92.
        """
        check_level(level)
        if method == "bootstrap":
            if not len(self.replicates):
                raise MeasurementError(
                    "A bootstrap interval needs replicates: ask for them where omega is estimated, with a seed."
                )
            low, high = percentile_interval(self.replicates, level)
            return MeasurementInterval(float(low), float(high), level, "psu-bootstrap")
        if method != "linearised":
            raise MeasurementError(f"`method` must be linearised or bootstrap; given: {method}.")
        if np.isnan(self.std_error):
            return MeasurementInterval(np.nan, np.nan, level, "t-log")
        return log_interval(self.value, self.std_error, self.df, level, "t-log")


def omega(
    scores: ArrayLike,
    design: SurveyDesign,
    *,
    items: Sequence[str] | None = None,
    missing: MissingRule = "complete",
    domain: ArrayLike | None = None,
    replicates: int = 0,
    seed: int | None = None,
) -> Omega:
    r"""McDonald's omega of the sum of k items, one factor by maximum likelihood. Reads rows.

    Parameters
    ----------
    scores : float array, shape (k, n), k >= 3
    design, items, missing, domain
        As in `cronbach_alpha`.
    replicates : int, 0 or >= 2
        Bootstrap replicates over PSUs, each a fit of its own.
    seed : int
        Needed where there are replicates.

    Returns
    -------
    Omega

    Raises
    ------
    MeasurementError
        Fewer than 3 items; an item without variation; correlations that are not positive definite (an item is a
        sum of others, or pairwise correlations do not fit); a fit that does not converge; replicates
        without a seed.
    LonelyPSUError
        A stratum with one sampled PSU, and no rule in the design.

    Notes
    -----
    Minimises log|S| + tr(R S^-1) - log|R| - k over S = l l' + diag(u), with u >= 0.005, R the weighted correlations:
    for given u, l follows from the largest eigenvalue of u^-1/2 R u^-1/2. Then with standard deviations s,
    omega = (Σ s l)^2 / ((Σ s l)^2 + Σ s^2 u). Its variance is that of the PSU totals of its influence [4]_, with the
    gradient by the covariances from the implicit function theorem: at the minimum of F over θ = (l, u),
    dθ/dc = -F_θθ^-1 F_θc. Nothing is supposed of how answers are distributed. Wrong where one factor does not fit
    (`largest_residual`) and in a Heywood case; with three items it fits whatever they measure. Answers of few steps
    that pile up at one end have lower correlations than what they stand for.

    References
    ----------
    .. [1] McDonald, R. P. (1999). Test Theory: A Unified Treatment. Erlbaum. Chapter 6.
    .. [2] Lawley, D. N. and Maxwell, A. E. (1971). Factor Analysis as a Statistical Method, 2nd edition. Butterworths.
    .. [3] Jöreskog, K. G. (1967). Some contributions to maximum likelihood factor analysis. Psychometrika 32, 443-482.
    .. [4] Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex surveys.
       International Statistical Review 51, 279-292.

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
    fit = _fit(moments.covariance, moments.items)
    at_bound = fit.uniqueness <= HEYWOOD * (1 + 1e-6)
    df = degrees_of_freedom(design, moments.inside)
    std_error = np.nan
    if df > 0 and not at_bound.any():
        influence = covariance_influence(fit.gradient(), moments, design)
        std_error = float(np.sqrt(linearised_variance(influence, design, domain=moments.inside)))
    repeated = np.empty(0)
    if replicates:
        if seed is None:
            raise MeasurementError("Replicates need a `seed`, so that the same rows give the same interval.")
        drawn = bootstrapped(moments, design, replicates=replicates, seed=seed)
        repeated = np.array([_value(covariance, moments.items) for covariance in drawn])
    residual = fit.correlation - np.outer(fit.loadings, fit.loadings)
    np.fill_diagonal(residual, 0.0)
    return Omega(
        moments.items,
        fit.value,
        fit.loadings,
        fit.uniqueness,
        tuple(name for name, held in zip(moments.items, at_bound, strict=True) if held),
        float(np.abs(residual).max()),
        fit.discrepancy,
        std_error,
        df,
        moments.n,
        moments.n_left_out,
        repeated,
    )


@dataclass(frozen=True, eq=False)
class _Fit:
    """One factor of standardised items, and what it says of the sum of the items as they are."""

    std_dev: NDArray[np.float64]
    correlation: NDArray[np.float64]
    loadings: NDArray[np.float64]
    uniqueness: NDArray[np.float64]
    discrepancy: float

    @property
    def value(self) -> float:
        common = float((self.std_dev * self.loadings).sum() ** 2)
        return common / (common + float((self.std_dev**2 * self.uniqueness).sum()))

    def gradient(self) -> NDArray[np.float64]:
        """Derivative of omega by each covariance, shape (k, k), where no uniqueness is at its bound."""
        c = self.correlation * np.outer(self.std_dev, self.std_dev)
        k = len(c)
        # The fit does not depend on the items' units, so it is that of the covariances too.
        theta = np.concatenate([self.std_dev * self.loadings, self.std_dev**2 * self.uniqueness])

        def slope(at: NDArray) -> NDArray:
            """Derivative of log|S| + tr(C S^-1) by loadings and unique variances."""
            inverse = np.linalg.inv(np.outer(at[:k], at[:k]) + np.diag(at[k:]))
            by_s = inverse - inverse @ c @ inverse
            return np.concatenate([2 * by_s @ at[:k], np.diag(by_s)])

        # A step along the imaginary axis: the derivative of an analytic function without cancellation.
        step = 1e-30
        hessian = np.stack([slope(theta + 1j * step * e).imag / step for e in np.eye(2 * k)], axis=1)
        total, unique = theta[:k].sum(), theta[k:].sum()
        below = (total**2 + unique) ** 2
        by_theta = np.concatenate([np.full(k, 2 * total * unique / below), np.full(k, -(total**2) / below)])
        moved = np.linalg.solve((hessian + hessian.T) / 2, by_theta)
        # F_θc in the direction E is -2 S^-1 E S^-1 l and -diag(S^-1 E S^-1); the signs of the theorem cancel them.
        inverse = np.linalg.inv(np.outer(theta[:k], theta[:k]) + np.diag(theta[k:]))
        a, b = inverse @ moved[:k], inverse @ theta[:k]
        return np.outer(a, b) + np.outer(b, a) + inverse @ (moved[k:, None] * inverse)


def _fit(covariance: NDArray[np.float64], items: tuple[str, ...]) -> _Fit:
    """One factor of the items with these covariances."""
    s = np.sqrt(np.diag(covariance))
    r = covariance / np.outer(s, s)
    least = np.linalg.eigvalsh(r)[0]
    if least <= 1e-10:
        raise MeasurementError(
            f"The correlations of {some(items)} are not positive definite (least eigenvalue {least:.3g}): one"
            " item is a sum of others, or pairwise correlations do not fit together. Leave an item out or use"
            " complete cases.",
            items,
        )
    return _Fit(s, r, *_one_factor(r, items))


def _value(covariance: NDArray[np.float64], items: tuple[str, ...]) -> float:
    """Omega of a replicate; NaN where it has no pair, an item is constant in it, or one factor does not converge."""
    own = np.diag(covariance)
    if np.isnan(covariance).any() or not (own > 1e-12 * own.max()).all():
        return np.nan
    try:
        return _fit(covariance, items).value
    except MeasurementError:
        return np.nan


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

r"""Linearised variance of figures that read rows, from their influence on each row.

The same sums as in `scoring.variance` and `scoring.covariance`, which do it from totals; this does it where rows are
read anyway: numeric variables, quantiles, reliability.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.design import SurveyDesign
from scoring.errors import LonelyPSUError, LonelyUnitError


def linearised_variance(
    influence: ArrayLike, design: SurveyDesign, *, domain: NDArray[np.bool_] | None = None
) -> float:
    r"""Variance of one figure from its weighted influence on each row, over the units of the whole design.

    Parameters
    ----------
    influence : float array, shape (n,)
        Weights are in it; 0 outside the domain.
    design : SurveyDesign
    domain : bool array, shape (n,), optional
        Rows of the domain: only its strata can be lonely. All where not given.

    Returns
    -------
    float, >= 0, in squared units of the figure; NaN under `average` where every stratum is lonely.

    Raises
    ------
    LonelyPSUError
        A stratum with one sampled PSU, or a PSU with one sampled unit at a later stage, and no rule for it.

    Notes
    -----
    `linearised_covariance` of one figure in one domain. A domain without a degree of freedom is never refused: what is
    found there is not its variance.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex surveys.
       International Statistical Review 51, 279-292.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> linearised_variance([1, -1, 2, -2], SurveyDesign(4, clusters=([1, 1, 2, 3],)))
    12.0
    """
    inside = np.zeros(design.n_rows, dtype=np.intp) if domain is None else np.where(domain, 0, -1)
    z = np.asarray(influence, dtype=float)
    return float(linearised_covariance(z[:, None, None], design, inside)[0, 0])


def linearised_covariance(
    influence: NDArray[np.float64], design: SurveyDesign, row_domain: NDArray[np.intp]
) -> NDArray[np.float64]:
    r"""Covariance of E figures in each of D domains from their weighted influence on each row.

    Parameters
    ----------
    influence : float array, shape (n, D, E)
        Weights are in it; 0 outside the domain.
    design : SurveyDesign
    row_domain : int array, shape (n,), 0..D-1, or -1 for a row in no domain.

    Returns
    -------
    float array, shape (D E, D E); NaN under `average` for a domain of lonely strata alone.

    Raises
    ------
    LonelyPSUError
        A domain with a degree of freedom holds a stratum of one PSU, or a PSU of one later unit, and the design names
        no rule for it.

    Notes
    -----
    C = sum_h (1 - f_h) n_h / (n_h - 1) sum_i (z_a,hi - mean_h z_a)(z_b,hi - mean_h z_b) over the PSU sums z of the
    influence, and the same at every further stage with a population count. A stratum that is lonely in a domain
    (`SurveyDesign.lonely_by_rule`) goes by the rule there: `adjust` measures it from the mean PSU total of the sample,
    `average` leaves it out and scales the rest by strata / strata that are not lonely (between two domains by the
    geometric mean), the others add nothing. Memory: rows x D x E numbers.

    References
    ----------
    .. [1] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling, chapters 4 and 5.
    """
    n, n_domains, width = influence.shape
    held = _held(design, row_domain, n_domains)
    lonely = design.lonely_by_rule(held, np.arange(design.n_strata))
    _refuse(design, row_domain, held)
    z = influence.reshape(n, -1)
    totals, stratum = z, design.row_stratum
    if not design.rows_are_psus:
        totals, stratum = _column_sums(z, design.psu, len(design.psu_stratum)), design.psu_stratum
    mean = _column_sums(totals, stratum, design.n_strata) / design.n_h[:, None]
    factor = design.factors()
    if design.lonely_psu == "adjust":
        factor = np.where(design.lonely, 1 - design.sampling_fraction, factor)
        from_all = np.repeat(lonely.T, width, axis=1)
        mean = np.where(from_all, totals.sum(axis=0) / design.n_h.sum(), mean)
    deviation = totals - mean[stratum]
    if design.lonely_psu == "adjust":
        # A lonely stratum that the domain does not hold is nothing to it.
        deviation[(design.lonely[:, None] & ~from_all)[stratum]] = 0.0
    elif design.lonely_psu == "average":
        deviation[np.repeat(lonely.T, width, axis=1)[stratum]] = 0.0
    out = (deviation * factor[stratum][:, None]).T @ deviation
    for stage in design.inner:
        totals = z if stage.rows_are_units else _column_sums(z, stage.unit, len(stage.group))
        share = np.divide(stage.centre, stage.factor, out=np.zeros(len(stage.factor)), where=stage.factor > 0)
        mean = _column_sums(totals, stage.group, len(stage.factor)) * share[:, None]
        deviation = totals - mean[stage.group]
        out += (deviation * stage.factor[stage.group][:, None]).T @ deviation
    if design.lonely_psu == "average":
        strata = (held > 0).sum(axis=1)
        others = strata - lonely.sum(axis=1)
        scale = np.divide(strata, others, out=np.where(strata > 0, np.nan, 1.0), where=others > 0)
        scale = np.sqrt(np.repeat(scale, width))
        out *= np.outer(scale, scale)
    return out


def degrees_of_freedom(design: SurveyDesign, inside: NDArray[np.bool_]) -> int:
    """PSUs less strata that hold a row of the domain; `inside` bool array, shape (n,)."""
    return len(np.unique(design.psu[inside])) - len(np.unique(design.row_stratum[inside]))


def _column_sums(z: NDArray[np.float64], group: NDArray[np.intp], n_groups: int) -> NDArray[np.float64]:
    """Column sums by group, shape (n_groups, K), in row order; z of shape (n, K)."""
    out = np.empty((n_groups, z.shape[1]))
    for k in range(z.shape[1]):
        out[:, k] = np.bincount(group, weights=z[:, k], minlength=n_groups)
    return out


def _held(design: SurveyDesign, row_domain: NDArray, n_domains: int) -> NDArray[np.intp]:
    """PSUs with a row of each domain in each stratum, shape (D, H)."""
    inside = row_domain >= 0
    n_psus = int(design.psu.max(initial=-1)) + 1
    cells = np.unique(row_domain[inside] * n_psus + design.psu[inside])
    stratum = design.row_stratum if design.rows_are_psus else design.psu_stratum
    keys = cells // max(n_psus, 1) * design.n_strata + stratum[cells % max(n_psus, 1)]
    return np.bincount(keys, minlength=n_domains * design.n_strata).reshape(n_domains, design.n_strata)


def _refuse(design: SurveyDesign, row_domain: NDArray, held: NDArray[np.intp]) -> None:
    """Raises where a domain with a degree of freedom needs a variance that one unit can't tell."""
    asked = held.sum(axis=1) > (held > 0).sum(axis=1)
    if design.lonely_psu == "fail":
        refused = design.lonely & (held[asked] > 0).any(axis=0)
        if refused.any():
            raise LonelyPSUError([design.strata[h] for h in np.flatnonzero(refused)])
    if design.lonely_psu in ("fail", "average") and design.inner:
        found = design.lonely_units()
        rows = np.isin(row_domain, np.flatnonzero(asked))
        hit = sorted(set(found) & set(design.psu[rows].tolist()))
        if hit:
            raise LonelyUnitError(design.psu_names(np.array(hit)), found[hit[0]] + 1)

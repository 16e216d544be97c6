r"""Replicate weights from a design: jackknife, balanced half-samples, rescaled bootstrap; or as given.

Each replicate leaves out, halves or draws again the PSUs of the first stage; `scoring.replication.variance` makes a
variance of them.
"""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.design import SurveyDesign
from scoring.errors import DesignError, LonelyPSUError, some
from scoring.hadamard import hadamard
from scoring.replication import Kind, ReplicateWeights, ReplicationError, check_size


def jackknife(
    design: SurveyDesign, kind: Literal["JK1", "JKn"] = "JKn", *, mse: bool = True
) -> ReplicateWeights:
    r"""Leave out one PSU at a time and raise the weights of the others of its stratum.

    Parameters
    ----------
    design : SurveyDesign
    kind : {"JK1", "JKn"}
        JK1 knows one stratum. JKn goes stratum by stratum.
    mse : bool

    Returns
    -------
    ReplicateWeights
        One replicate per PSU, in the order of the design's PSUs.

    Raises
    ------
    ReplicationError
        JK1 of several strata; nothing to leave out; more than 2^27 multipliers.
    LonelyPSUError
        A stratum of one sampled PSU out of more, unless the design names `certainty` or `remove` for it.

    Notes
    -----
    The left-out PSU has the multiplier 0, the others of its stratum n_h / (n_h - 1), all others 1;
    scale x rscales = (1 - f_h)(n_h - 1) / n_h [1]_. For a figure linear in the weights it equals the linearised
    variance exactly; for a smooth one it is near and mostly a little larger. **Wrong** for quantiles and other figures
    that are not smooth; and, with population counts, for what later stages add where f_h is not small.

    References
    ----------
    .. [1] Wolter (2007), Introduction to Variance Estimation, 2nd edition, sections 4.3 and 4.5.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> from scoring.replication import variance
    >>> replicates = jackknife(SurveyDesign(4), "JK1")
    >>> y = np.array([1.0, 2.0, 3.0, 6.0])
    >>> found = variance(replicates, lambda w: (w @ y) / w.sum())
    >>> round(float(found.std_error) ** 2, 12) == round(float(y.var(ddof=1)) / 4, 12), found.df
    (True, 3)
    """
    if kind not in ("JK1", "JKn"):
        raise ReplicationError(f"`kind` must be JK1 or JKn; given: {kind}.")
    unit, stratum = _units(design)
    if kind == "JK1" and design.n_strata > 1:
        raise ReplicationError(f"JK1 takes one stratum; the design has {design.n_strata}: take JKn.")
    one = _one_psu(design)
    left_out = np.flatnonzero(~one[stratum])
    if not len(left_out):
        raise ReplicationError("There is no stratum with two PSUs, so none can be left out.")
    check_size(len(stratum), len(left_out))
    n_h = design.n_h
    raised = n_h / np.maximum(n_h - 1, 1)
    multiplier = np.ones((len(stratum), len(left_out)))
    for r, psu in enumerate(left_out):
        h = stratum[psu]
        multiplier[stratum == h, r] = raised[h]
        multiplier[psu, r] = 0.0
    share = ((1 - design.sampling_fraction) * (n_h - 1) / n_h)[stratum[left_out]]
    scale, rscales = (float(share[0]), np.ones(len(share))) if kind == "JK1" else (1.0, share)
    return ReplicateWeights(design.w, multiplier, unit, scale, rscales, mse, False, kind)


def brr(design: SurveyDesign, fay: float = 0.0, *, mse: bool = True) -> ReplicateWeights:
    r"""Balanced half-samples of a design with two PSUs in every stratum; softened by Fay's factor.

    Parameters
    ----------
    design : SurveyDesign
    fay : float, 0 <= fay < 1
        What is left of the weight of the half that is not taken; 0 takes half-samples.
    mse : bool

    Returns
    -------
    ReplicateWeights
        R replicates, R the least order of a Hadamard matrix above the number of strata that `hadamard` can make.

    Raises
    ------
    ReplicationError
        Strata with other than two PSUs (join or split them, or take `jackknife`); `fay` out of range.

    Notes
    -----
    Multipliers 2 - fay and fay by the sign of the stratum's column of a Hadamard matrix; the constant column is not
    used, so that the replicates' mean is the estimate for linear figures. scale = 1 / (R (1 - fay)^2) [1]_, [2]_.
    Equal to the linearised variance for linear figures. With `fay` = 0 a small domain may be empty in a half-sample,
    which `variance` refuses: 0.3 to 0.5 leaves everyone in. **Wrong** where f_h is not small: population
    counts are not used, and the variance is then too large.

    References
    ----------
    .. [1] McCarthy (1969), Pseudo-replication: half samples, Review of the International Statistical Institute 37.
    .. [2] Judkins (1990), Fay's method for variance estimation, Journal of Official Statistics 6, 223-239.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> replicates = brr(SurveyDesign(6, stratum=[1, 1, 2, 2, 3, 3]), fay=0.5)
    >>> replicates.weights[:2].tolist(), replicates.scale, replicates.df
    ([[1.5, 0.5, 1.5, 0.5], [0.5, 1.5, 0.5, 1.5]], 1.0, 3)
    """
    if not 0 <= fay < 1:
        raise ReplicationError(f"`fay` must be at least 0 and below 1; given: {fay:g}.")
    wrong = np.flatnonzero(design.n_h != 2)
    if len(wrong):
        raise ReplicationError(
            f"Balanced half-samples take two PSUs in every stratum; {len(wrong)} strata have another number"
            f" ({some([f'{design.strata[h]!r}: {design.n_h[h]:.0f}' for h in wrong])}): join or split them, or take a"
            " jackknife."
        )
    unit, stratum = _units(design)
    check_size(len(stratum), design.n_strata + 1)
    matrix = hadamard(design.n_strata + 1)
    order = np.argsort(stratum, kind="stable")
    second = np.empty(len(stratum), dtype=np.intp)
    second[order] = np.arange(len(stratum)) % 2
    sign = matrix[:, 1 + stratum].T * np.where(second == 1, -1, 1)[:, None]
    n_replicates = len(matrix)
    return ReplicateWeights(
        design.w,
        1 + (1 - fay) * sign,
        unit,
        1 / (n_replicates * (1 - fay) ** 2),
        np.ones(n_replicates),
        mse,
        False,
        "Fay" if fay else "BRR",
    )


def rescaled_bootstrap(
    design: SurveyDesign, replicates: int, seed: int, *, mse: bool = True
) -> ReplicateWeights:
    r"""Draw n_h - 1 PSUs of every stratum with replacement, and rescale the weights.

    Parameters
    ----------
    design : SurveyDesign
    replicates : int, >= 2
        500 or more for a standard error that moves by less than about 3 % between seeds.
    seed : int
        Of numpy's `default_rng`. PSUs are numbered by their sorted labels, so the order of rows does not matter;
        where rows are their own PSUs it does.
    mse : bool

    Returns
    -------
    ReplicateWeights

    Raises
    ------
    ReplicationError
        Fewer than two replicates; more than 2^27 multipliers.
    LonelyPSUError
        A stratum of one sampled PSU out of more, unless the design names `certainty` or `remove` for it.

    Notes
    -----
    With k_hi how often PSU i was drawn, the multiplier is 1 - l_h + l_h k_hi n_h / (n_h - 1), l_h = sqrt(1 - f_h)
    [1]_; without population counts k_hi n_h / (n_h - 1) [2]_. Never negative. scale = 1 / R, or 1 / (R - 1) around
    the mean. Its expectation is the linearised variance for linear figures; quantiles are allowed. **Wrong** by
    simulation noise of about 1 / sqrt(2 R) of the standard error; with one or two PSUs per stratum for figures far
    from linear; and for later stages where f_h is not small.

    References
    ----------
    .. [1] Rao and Wu (1988), Resampling inference with complex survey data, JASA 83, 231-241.
    .. [2] Rao, Wu and Yue (1992), Some recent work on resampling methods for complex surveys, Survey Methodology 18.

    Examples
    --------
    >>> from scoring import SurveyDesign
    >>> found = rescaled_bootstrap(SurveyDesign(5), 200, seed=1)
    >>> found.weights.shape, found.weights.sum(axis=0).round(9).max().item()
    ((5, 200), 5.0)
    """
    if replicates < 2:
        raise ReplicationError(f"`replicates` must be at least 2; given: {replicates}.")
    unit, stratum = _units(design)
    one = _one_psu(design)
    check_size(len(stratum), replicates)
    rng = np.random.default_rng(seed)
    multiplier = np.ones((len(stratum), replicates))
    order = np.argsort(stratum, kind="stable")
    starts = np.searchsorted(stratum[order], np.arange(design.n_strata + 1))
    for h in np.flatnonzero(~one):
        members = order[starts[h] : starts[h + 1]]
        n = len(members)
        drawn = rng.multinomial(n - 1, np.full(n, 1 / n), size=replicates).T
        share = np.sqrt(1 - design.sampling_fraction[h])
        multiplier[members] = 1 - share + share * drawn * (n / (n - 1))
    scale = 1 / replicates if mse else 1 / (replicates - 1)
    return ReplicateWeights(design.w, multiplier, unit, scale, np.ones(replicates), mse, False, "bootstrap")


def given(
    weight: ArrayLike,
    weights: ArrayLike,
    *,
    kind: Kind,
    combined: bool,
    scale: float | None = None,
    rscales: ArrayLike | None = None,
    fay: float = 0.0,
    mse: bool = True,
) -> ReplicateWeights:
    """Replicate weights that came with the data.

    Parameters
    ----------
    weight : array of float, shape (n,), > 0
    weights : array of float, shape (n, R), >= 0
    kind : {"JK1", "JKn", "BRR", "Fay", "bootstrap", "other"}
    combined : bool
        Whether `weights` are whole weights, or multiply `weight`. There is no default: a wrong guess is not seen.
    scale, rscales : float > 0; array of float, shape (R,), >= 0
        By default what the kind implies: JK1 (R - 1) / R, BRR and Fay 1 / (R (1 - fay)^2), bootstrap 1 / R (1 / (R - 1)
        around the mean), rscales 1. JKn needs `rscales`, "other" needs `scale`: read the data's documentation.
    fay : float, 0 <= fay < 1
    mse : bool

    Returns
    -------
    ReplicateWeights

    Raises
    ------
    ReplicationError
        Shapes that do not fit; weights that are negative or no numbers (with the rows); a replicate whose weights
        are all 0; a kind whose scale has to be given.

    Notes
    -----
    **Wrong** where the weights were calibrated and the replicates were not: then they miss what calibration gains.

    Examples
    --------
    >>> found = given([1, 1], [[2, 0], [0, 2]], kind="BRR", combined=False)
    >>> found.scale, found.df
    (0.5, 1)
    """
    whole, table = np.asarray(weight, dtype=float), np.asarray(weights, dtype=float)
    if whole.ndim != 1 or table.ndim != 2 or len(table) != len(whole) or table.shape[1] < 2:
        raise ReplicationError(
            f"`weights` must be rows x replicates, {whole.size} x 2 or more; given: shape {table.shape}."
        )
    if kind not in get_args(Kind):
        raise ReplicationError(f"`kind` must be one of {', '.join(get_args(Kind))}; given: {kind}.")
    wrong = np.flatnonzero(
        ~((whole > 0) & np.isfinite(whole)) | ~((table >= 0) & np.isfinite(table)).all(axis=1)
    )
    if len(wrong):
        raise ReplicationError(
            f"Weights must be positive and replicate weights not negative; rows {some(wrong + 1)} hold others: correct"
            " or leave out these rows."
        )
    empty = np.flatnonzero(~table.any(axis=0))
    if len(empty):
        raise ReplicationError(f"Replicates {some(empty + 1)} give no row any weight: leave them out.")
    if not 0 <= fay < 1:
        raise ReplicationError(f"`fay` must be at least 0 and below 1; given: {fay:g}.")
    n_replicates = table.shape[1]
    if kind == "JKn" and rscales is None:
        raise ReplicationError("JKn needs `rscales`, (1 - f_h)(n_h - 1) / n_h of each replicate's stratum.")
    implied = {
        "JK1": (n_replicates - 1) / n_replicates,
        "JKn": 1.0,
        "BRR": 1 / (n_replicates * (1 - fay) ** 2),
        "Fay": 1 / (n_replicates * (1 - fay) ** 2),
        "bootstrap": 1 / (n_replicates if mse else n_replicates - 1),
        "other": None,
    }[kind]
    scale = implied if scale is None else scale
    if scale is None:
        raise ReplicationError(
            'Replicates of kind "other" need `scale`: the documentation of the data gives it.'
        )
    factors = np.ones(n_replicates) if rscales is None else np.asarray(rscales, dtype=float)
    if factors.shape != (n_replicates,) or not (
        np.isfinite(factors).all() and (factors >= 0).all() and scale > 0
    ):
        raise ReplicationError(
            f"`scale` must be positive, `rscales` {n_replicates} numbers, none negative; given: {scale:g} and"
            f" {some(factors.ravel().tolist())}."
        )
    return ReplicateWeights(whole, table, np.arange(len(whole)), float(scale), factors, mse, combined, kind)


def _units(design: SurveyDesign) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """PSU of each row, stratum of each PSU."""
    if not design.n_rows:
        raise DesignError("The design has no rows, so there is nothing to replicate.")
    return design.psu, design.row_stratum if design.rows_are_psus else design.psu_stratum


def _one_psu(design: SurveyDesign) -> NDArray[np.bool_]:
    """Strata of one PSU, which no replicate changes; refused where the design does not say that they add nothing."""
    if design.lonely.any() and design.lonely_psu not in ("certainty", "remove"):
        raise LonelyPSUError([design.strata[h] for h in np.flatnonzero(design.lonely)])
    return design.n_h == 1

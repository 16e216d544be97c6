r"""Linearised variance of a figure that reads rows, from its influence on each of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.design import SurveyDesign
from scoring.errors import LonelyPSUError, LonelyUnitError
from scoring.variance import CANCELLED


def linearised_variance(
    influence: ArrayLike, design: SurveyDesign, *, domain: NDArray[np.bool_] | None = None
) -> float:
    r"""Variance of a figure from its weighted influence on each row, over the units of the whole design.

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
    V = sum_h (1 - f_h) n_h / (n_h - 1) sum_i (z_hi - mean z_h)^2, and the later stages with population counts
    likewise, as in `scoring.variance`, which does it from totals; this does it where rows are read anyway.

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
    inside = np.ones(design.n_rows, dtype=bool) if domain is None else domain
    lonely = _lonely(design, inside)
    z = np.asarray(influence, dtype=float)
    stratum = design.row_stratum if design.rows_are_psus else design.psu_stratum
    total = np.bincount(design.psu, weights=z, minlength=len(stratum))
    sums = np.bincount(stratum, weights=total, minlength=design.n_strata)
    deviation = total - (sums / design.n_h)[stratum]
    squares = np.bincount(stratum, weights=deviation**2, minlength=design.n_strata)
    parts = design.factors() * squares
    if design.lonely_psu == "adjust":
        parts = np.where(lonely, (1 - design.sampling_fraction) * sums**2, parts)
    out = float(parts.sum())
    if design.lonely_psu == "average" and lonely.any():
        held = len(np.unique(design.row_stratum[inside]))
        out *= held / (held - lonely.sum()) if held > lonely.sum() else np.nan
    return out + _later_stages(z, design, inside)


def degrees_of_freedom(design: SurveyDesign, inside: NDArray[np.bool_]) -> int:
    """PSUs less strata that hold a row of the domain; `inside` bool array, shape (n,)."""
    return len(np.unique(design.psu[inside])) - len(np.unique(design.row_stratum[inside]))


def _later_stages(z: NDArray, design: SurveyDesign, inside: NDArray[np.bool_]) -> float:
    """What units below the PSU add."""
    if design.lonely_psu in ("fail", "average"):
        lonely = design.lonely_units()
        hit = sorted(set(lonely) & set(np.unique(design.psu[inside]).tolist()))
        if hit:
            raise LonelyUnitError(design.psu_names(np.array(hit)), lonely[hit[0]] + 1)
    out = 0.0
    for stage in design.inner:
        total = np.bincount(stage.unit, weights=z, minlength=len(stage.group))
        sums = np.bincount(stage.group, weights=total, minlength=len(stage.factor))
        raw = float((stage.factor[stage.group] * total**2).sum())
        added = raw - float((stage.centre * sums**2).sum())
        out += added if added > CANCELLED * raw else 0.0
    return out


def _lonely(design: SurveyDesign, inside: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Strata of the domain with one sampled PSU out of more, shape (H,); refused where no rule is named."""
    held = np.bincount(design.row_stratum[inside], minlength=design.n_strata) > 0
    lonely = design.lonely & held
    if lonely.any() and design.lonely_psu == "fail":
        raise LonelyPSUError([design.strata[h] for h in np.flatnonzero(lonely)])
    return lonely

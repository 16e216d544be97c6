r"""Design-based variance of linearised figures, from totals.

With clusters, z_hi the sum of a figure's influence over PSU i of stratum h (0 for a PSU without a row of the
domain: the whole design counts, not the rows cut out of it),

    V = sum_h (1 - f_h) n_h / (n_h - 1) sum_i (z_hi - mean_h z)^2.

Later stages with population counts (`SurveyDesign.inner`) add, for every group g of units that one unit of the stage
above holds, and with f the product of the sampling fractions above,

    f (1 - f_g) m_g / (m_g - 1) sum_j (z_gj - mean_g z)^2.

Where rows are their own PSUs, and at later stages, the inner sum is accumulated as products, V = g'(sum lambda t t')g -
sum_h lambda_h (sum_i z_hi)^2 / n_h: the same formula, multiplied out over columns that are centred first.

A stratum with one sampled PSU out of more contributes by the rule that the design names: `certainty` and
`remove` nothing; `adjust` its squared distance from the mean PSU of the sample, which is 0 for a ratio, so
(1 - f_h) z^2; `average` the mean contribution of the domain's other strata. Without a rule the estimate is refused,
unless the domain has no degree of freedom at all: then there is no variance to estimate, and the caller says so. With
`SurveyDesign.lonely_in_domain` a stratum of n_h > 1 PSUs of which the domain holds one is treated too: `adjust` takes
all n_h from the mean PSU of the sample, (1 - f_h) n_h / (n_h - 1) z^2 for a ratio; `average` as above. A later stage
with one sampled unit out of more goes by the same rules, but for `average`, which is refused there: what other PSUs
vary inside says nothing certain of this one.

References: Särndal, Swensson and Wretman (1992), Model Assisted Survey Sampling, sections 4.2, 4.3 and 5.5;
Lumley (2010), Complex Surveys, section 3.2 and appendix A.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scoring.design import SurveyDesign
from scoring.errors import LonelyPSUError, LonelyUnitError
from scoring.index import Linearised
from scoring.plan import Plan
from scoring.totals import Totals

# What is left of two sums that cancel below this share is rounding noise, not variance.
CANCELLED = 1e-12


def cell_influence(totals: Totals, plan: Plan, figures: list[Linearised]) -> NDArray[np.float64]:
    """z: the sum of each figure's influence over each cell, shape (C, E)."""
    centred = totals.centred(plan, totals.ratios(plan))
    out = np.empty((len(totals.cell_domain), len(figures)))
    gradients = np.stack([figure.gradient for figure in figures], axis=2)
    starts = totals.starts
    for start, end in zip(starts, np.append(starts, len(centred))[1:], strict=True):
        np.matmul(centred[start:end], gradients[totals.cell_domain[start]], out=out[start:end])
    return out


def quadratic(products: NDArray[np.float64], figures: list[Linearised]) -> NDArray[np.float64]:
    """g' M g of each figure in each domain, shape (D, E)."""
    return np.stack([np.einsum("dk,dkl,dl->d", f.gradient, products, f.gradient) for f in figures], axis=1)


def variance(
    totals: Totals, design: SurveyDesign, influence: NDArray[np.float64], figures: list[Linearised]
) -> NDArray[np.float64]:
    """V of each figure in each domain, shape (D, E), in squared units of the figure.

    Raises `LonelyPSUError` where a domain with degrees of freedom holds a stratum of one PSU and the design names
    no rule for it, `LonelyUnitError` where that befalls a PSU whose later stage has one unit.
    """
    stratum = totals.cell_unit if design.rows_are_psus else design.psu_stratum[totals.cell_unit]
    starts, group_domain, group_stratum = _groups(totals.cell_domain, stratum)
    if not len(starts):
        return np.full((totals.n_domains, influence.shape[1]), np.nan)
    refuse_lonely(totals, design)
    n_h, factor = design.n_h[group_stratum][:, None], design.factors()[group_stratum][:, None]
    total = np.add.reduceat(influence, starts, axis=0)
    if design.rows_are_psus:
        raw = quadratic(totals.inner, figures)
        out = raw.copy()
        np.subtract.at(out, group_domain, factor * total**2 / n_h)
        out[out <= CANCELLED * raw] = 0.0
    else:
        present = np.diff(np.append(starts, len(influence)))[:, None]
        mean = total / n_h
        deviation = influence - np.repeat(mean, present[:, 0], axis=0)
        squares = np.add.reduceat(deviation**2, starts, axis=0) + (n_h - present) * mean**2
        out = np.zeros((totals.n_domains, influence.shape[1]))
        np.add.at(out, group_domain, factor * squares)
    out = _lonely(np.maximum(out, 0.0), totals, design, group_domain, group_stratum, total)
    return out + _later_stages(totals, design, influence, figures) if design.inner else out


def _later_stages(
    totals: Totals, design: SurveyDesign, influence: NDArray, figures: list[Linearised]
) -> NDArray[np.float64]:
    """What units below the PSU add, shape (D, E)."""
    raw = quadratic(totals.inner, figures)
    taken = totals.by_domain(design.psu_centre()[totals.cell_unit][:, None] * influence**2)
    out = raw - taken
    return np.where(out <= CANCELLED * (raw + 2 * taken), 0.0, out)


def refuse_lonely(totals: Totals, design: SurveyDesign, domains: NDArray[np.intp] | None = None) -> None:
    """Raises where one of the domains (all where None) needs a variance that one unit can't tell: see `variance`."""
    asked = np.ones(totals.n_domains, dtype=bool)
    strata, psus = strata_and_psus(totals, design)
    if domains is not None:
        asked[:] = False
        asked[domains] = True
    asked &= psus > strata
    if design.lonely_psu == "fail":
        stratum = totals.cell_unit if design.rows_are_psus else design.psu_stratum[totals.cell_unit]
        needed = design.lonely[stratum] & asked[totals.cell_domain]
        if needed.any():
            raise LonelyPSUError([design.strata[h] for h in np.unique(stratum[needed])])
    if design.lonely_psu in ("fail", "average") and design.inner:
        lonely = design.lonely_units()
        hit = sorted(set(lonely) & set(totals.cell_unit[asked[totals.cell_domain]].tolist()))
        if hit:
            raise LonelyUnitError(design.psu_names(np.array(hit)), lonely[hit[0]] + 1)


def strata_and_psus(totals: Totals, design: SurveyDesign) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Strata, and PSUs, that hold a row of each domain; each shape (D,)."""
    stratum = totals.cell_unit if design.rows_are_psus else design.psu_stratum[totals.cell_unit]
    _, group_domain, _ = _groups(totals.cell_domain, stratum)
    strata = np.bincount(group_domain, minlength=totals.n_domains)
    psus = (
        totals.rows if design.rows_are_psus else np.bincount(totals.cell_domain, minlength=totals.n_domains)
    )
    return strata, psus


def _groups(domain: NDArray, stratum: NDArray) -> tuple[NDArray, NDArray, NDArray]:
    """Cells of one domain and stratum lie side by side: (start, domain, stratum) of each run."""
    change = np.flatnonzero((np.diff(domain) != 0) | (np.diff(stratum) != 0)) + 1
    starts = np.concatenate([[0], change]) if len(domain) else np.empty(0, dtype=np.intp)
    return starts.astype(np.intp), domain[starts.astype(np.intp)], stratum[starts.astype(np.intp)]


def lonely_rule_scale(totals: Totals, design: SurveyDesign) -> NDArray[np.float64]:
    """What the rule `average` multiplies each domain's variance between PSUs by, shape (D,); 1 under other rules."""
    group_domain, _, lonely = lonely_groups(totals, design)
    if design.lonely_psu != "average" or not lonely.any():
        return np.ones(totals.n_domains)
    n_strata = np.bincount(group_domain, minlength=totals.n_domains)
    others = n_strata - np.bincount(group_domain[lonely], minlength=totals.n_domains)
    empty = np.where(n_strata > 0, np.nan, 1.0)
    return np.divide(n_strata, others, out=empty, where=others > 0)


def lonely_groups(
    totals: Totals, design: SurveyDesign
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.bool_]]:
    """(domain, stratum, whether it goes by the rule for lonely PSUs) of every stratum that a domain holds."""
    stratum = totals.cell_unit if design.rows_are_psus else design.psu_stratum[totals.cell_unit]
    starts, group_domain, group_stratum = _groups(totals.cell_domain, stratum)
    held = totals.cell_rows if design.rows_are_psus else np.diff(np.append(starts, len(stratum)))
    return group_domain, group_stratum, design.lonely_by_rule(held, group_stratum)


def _lonely(
    out: NDArray,
    totals: Totals,
    design: SurveyDesign,
    group_domain: NDArray,
    group_stratum: NDArray,
    total: NDArray,
) -> NDArray:
    _, _, lonely = lonely_groups(totals, design)
    if not lonely.any():
        return out
    h, square = group_stratum[lonely], total[lonely] ** 2
    n_h, factor = design.n_h[h][:, None], design.factors()[h][:, None]
    if design.lonely_psu == "adjust":
        # Of several PSUs the one that the domain holds was measured from their mean, which took a share of it off.
        alone = np.where(n_h == 1, 1 - design.sampling_fraction[h][:, None], factor / n_h)
        np.add.at(out, group_domain[lonely], alone * square)
    elif design.lonely_psu == "average" and design.lonely_in_domain:
        whole = out.copy()
        np.subtract.at(out, group_domain[lonely], factor * (1 - 1 / n_h) * square)
        out[out <= CANCELLED * whole] = 0.0
    return out * lonely_rule_scale(totals, design)[:, None]

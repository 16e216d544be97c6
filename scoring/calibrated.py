r"""Figures of a calibrated run: their variances and covariances from residuals, not from weights taken as given.

A calibrated weight knows the margins, so what they explain of a figure does not vary any more. With z the influence of
a figure on each row under the final weights, every step of the weighting replaces it by its residual
(`scoring.weighting.calibrated_influence`), and the residuals of all rows, inside the domain or not, are added up by
PSU. A regression on auxiliaries needs the rows: a named exception to the rule that an estimate needs totals only.

References: Deville and Särndal (1992), Calibration estimators in survey sampling, JASA 87, 376-382; Särndal, Swensson
and Wretman (1992), Model Assisted Survey Sampling, sections 6.6, 7.10 and 10.3.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.covariance import Figure, Joint
from scoring.design import SurveyDesign
from scoring.engines.blocks import centred_columns
from scoring.errors import ScoringError
from scoring.estimate import Estimates, WaveKind, design_effect, estimate, quiet_variance
from scoring.index import linearise
from scoring.plan import Plan
from scoring.totals import Totals
from scoring.variance import lonely_rule_scale, refuse_lonely, strata_and_psus
from scoring.weighting import Weighted, calibrated_influence, fitted_values

# Rows per block, and numbers of one table of residuals: working memory stays in tens of megabytes.
BLOCK, TABLE = 1 << 15, 1 << 22


def figure_influence(
    figures: Sequence[Figure], plan: Plan, design: SurveyDesign, answers: NDArray[np.integer]
) -> NDArray[np.float64]:
    r"""Weighted influence of every figure on every row.

    Parameters
    ----------
    figures : sequence of F Figure
        Their totals made from the same plan, design and rows; the partitions may differ.
    plan : Plan
    design : SurveyDesign
    answers : int array, shape (items, n)
        Positions of answer states, as the engine took them.

    Returns
    -------
    float array, shape (n, F)
        In the units of the figure; 0 outside its domain, and everywhere for an undefined figure.

    Notes
    -----
    z_i = w_i (v_i, s_i - p v_i)' g with g the gradient of the figure [1]_: what `scoring.variance` adds up by cell
    before it is multiplied. Wrong where the totals were made from other answers or weights than these.

    References
    ----------
    .. [1] Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex surveys.
       International Statistical Review 51, 279-292.

    Examples
    --------
    >>> from scoring import Pair, Partition, engines
    >>> plan = Plan(("q1",), (2,), (Pair(0, "top_box", np.array([0.0, 100.0])),))
    >>> design, answers = SurveyDesign(4), np.array([[0, 1, 1, 1]])
    >>> totals = engines.load("arrays")(answers, plan, design, Partition.whole(4))
    >>> from scoring.covariance import figures_of
    >>> figure_influence(figures_of(totals, plan, [0]), plan, design, answers)[:, 0].tolist()
    [-18.75, 6.25, 6.25, 6.25]
    """
    out = np.zeros((design.n_rows, len(figures)))
    for rows, members, z in _blocks(figures, plan, design, answers):
        out[np.ix_(rows, members)] = z
    return out


def residuals(z: ArrayLike, steps: Sequence[Weighted]) -> NDArray[np.float64]:
    """Influence less what the steps of a weighting explain of it, the last step first.

    Parameters
    ----------
    z : float array, shape (n,) or (n, F)
        Influence under the final weights; 0 outside the domain.
    steps : sequence of Weighted
        From the first to the last; none leaves z as it is.

    Returns
    -------
    float array, of the shape of z

    Raises
    ------
    WeightingError
        A step of another number of rows; influence that is no number.

    Examples
    --------
    >>> from scoring.margins import Margin
    >>> from scoring.weighting import post_stratify
    >>> step = post_stratify([1, 1, 1], Margin("sex", ["f", "f", "m"], {"f": 10, "m": 10}))
    >>> residuals(step.weight * np.array([1.0, 3.0, 7.0]), [step]).tolist()
    [-5.0, 5.0, 0.0]
    """
    out = np.asarray(z, dtype=float)
    for step in reversed(steps):
        out = calibrated_influence(out, step)
    return out


def unit_covariance(z: NDArray[np.float64], design: SurveyDesign) -> NDArray[np.float64]:
    r"""Covariance of figures from their influence on each row, over the units of the whole design.

    Parameters
    ----------
    z : float array, shape (n, F)
    design : SurveyDesign

    Returns
    -------
    float array, shape (F, F), in squared units of the figures

    Notes
    -----
    C = sum_h (1 - f_h) n_h / (n_h - 1) sum_i (z_a - mean z_a)(z_b - mean z_b), later stages with population counts
    likewise, as in `scoring.variance`. A stratum of one PSU out of more adds nothing, or under `adjust` the product of
    the distances from the mean PSU of the sample. What `average` multiplies by is not in it: it differs between
    domains.

    References
    ----------
    .. [1] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling. Section 4.3.

    Examples
    --------
    >>> unit_covariance(np.array([[1.0], [-1.0], [2.0], [-2.0]]), SurveyDesign(4, clusters=([1, 1, 2, 3],))).tolist()
    [[12.0]]
    """
    return _covariance(_unit_totals([z], design), design)


def calibrated_estimate(
    totals: Totals,
    plan: Plan,
    design: SurveyDesign,
    answers: NDArray[np.integer],
    steps: Sequence[Weighted],
    *,
    wave_kind: WaveKind = "probability",
) -> Estimates:
    r"""All figures of a plan under calibrated weights, from the totals and the rows of one partition.

    Parameters
    ----------
    totals : Totals
        Made under the final weights, which are the design's.
    plan, design : as for `scoring.estimate.estimate`
        Rows whose final weight is 0 (they were asked and did not answer) stand in no domain.
    answers : int array, shape (items, n)
    steps : sequence of Weighted
        From the first to the last.
    wave_kind : {"probability", "volunteer"}

    Returns
    -------
    Estimates
        Values and counts as without calibration; standard errors and design effects from the residuals.

    Raises
    ------
    ScoringError
        A census: its margin knows nothing of weights. Otherwise as `estimate`.

    Notes
    -----
    V = V(sum of residuals) over all rows: those outside the domain have residuals too, since they help to meet the
    margins. Where the figure is one of the margins, V is 0. **Wrong** (too small) where auxiliaries are nearly as many
    as PSUs, and where the margins are estimates themselves.

    References
    ----------
    .. [1] Deville and Särndal (1992), Calibration estimators in survey sampling, JASA 87, 376-382.

    Examples
    --------
    Two of three women and one of three men are satisfied; the counts of women and men are known.

    >>> from scoring import Pair, Partition, engines
    >>> from scoring.margins import Margin
    >>> from scoring.weighting import post_stratify
    >>> step = post_stratify([1] * 6, Margin("sex", list("fffmmm"), {"f": 30, "m": 30}))
    >>> plan = Plan(("q1",), (2,), (Pair(0, "top_box", np.array([0.0, 100.0])),))
    >>> design, answers = SurveyDesign(6, weight=step.weight), np.array([[1, 1, 0, 1, 0, 0]])
    >>> totals = engines.load("arrays")(answers, plan, design, Partition.whole(6))
    >>> found = calibrated_estimate(totals, plan, design, answers, [step])
    >>> found.value.tolist(), found.std_error.round(6).tolist()
    ([[50.0]], [[21.081851]])
    """
    if wave_kind == "census":
        raise ScoringError(
            "The margin of a census knows nothing of weights: score it as a probability sample with its head counts,"
            " or leave the weighting out."
        )
    plain = estimate(totals, plan, design, wave_kind=wave_kind)
    variance = np.full(plain.value.shape, np.nan)
    estimates = range(plain.value.shape[1])
    linearised, scale = linearise(totals, plan), np.sqrt(lonely_rule_scale(totals, design))
    totals_of = _by_unit(design, steps)
    for d in range(totals.n_domains):
        if not np.isnan(plain.std_error[d]).all():
            figures = [Figure(totals, linearised[e], d) for e in estimates]
            units = totals_of(figures, plan, design, answers)
            units[0] = units[0] * scale[d]
            variance[d] = _variances(units, design)
    # Where nothing may be said of a figure without calibration, nothing may be said with it.
    variance[np.isnan(plain.std_error)] = np.nan
    variance = quiet_variance(variance, plain.value)
    deff = plain.deff
    if wave_kind == "probability":
        deff = design_effect(totals, linearised, plain.value, variance)
    return replace(plain, std_error=np.sqrt(variance), deff=deff)


def calibrated_joint(
    figures: Sequence[Figure],
    plan: Plan,
    design: SurveyDesign,
    answers: NDArray[np.integer],
    steps: Sequence[Weighted],
) -> Joint:
    """Values and joint covariance of figures of a calibrated run, of one or several partitions of its rows.

    Parameters, returns and errors are those of `scoring.covariance.joint_covariance` and `calibrated_estimate`; no
    totals of a crossing are ever needed, since the rows are read.

    Notes
    -----
    Covariance of the residuals by PSU. Every row has a residual in every figure, so that two domains without a row in
    common covary through the margins: a whole that is known by its count makes its parts move against each other.

    References
    ----------
    .. [1] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling. Section 10.3.
    """
    if not figures:
        raise ScoringError("There is no figure to take the covariance of: give at least one.")
    places = list({id(one.totals): one.totals for one in figures}.values())
    degrees, scale = np.zeros(len(figures), dtype=np.intp), np.ones(len(figures))
    for totals in places:
        members = [f for f, one in enumerate(figures) if one.totals is totals]
        domains = np.array([figures[f].domain for f in members])
        refuse_lonely(totals, design, np.unique(domains))
        strata, psus = strata_and_psus(totals, design)
        degrees[members] = (psus - strata)[domains]
        scale[members] = np.sqrt(lonely_rule_scale(totals, design))[domains]
    units = _by_unit(design, steps)(figures, plan, design, answers)
    units[0] = units[0] * scale
    covariance = _covariance(units, design)
    value = np.array([one.value for one in figures])
    quiet = quiet_variance(np.diag(covariance), np.nan_to_num(value)) == 0
    covariance[quiet], covariance[:, quiet] = 0.0, 0.0
    none = np.isnan(value) | (degrees == 0)
    covariance[none, :] = covariance[:, none] = np.nan
    return Joint(value, covariance, int(design.n_h.sum()) - design.n_strata)


def _by_unit(design: SurveyDesign, steps: Sequence[Weighted]) -> Callable[..., list[NDArray]]:
    """What makes the unit totals of the residuals of figures: from (figures, plan, design, answers)."""
    rows_are_units = design.rows_are_psus or any(stage.rows_are_units for stage in design.inner)
    if len(steps) == 1 and steps[0].cell is not None and not steps[0].sample_total and not rows_are_units:
        return _Cells(steps[0], design).unit_totals
    return lambda figures, plan, of, answers: _unit_totals(_tables(figures, plan, of, answers, steps), of)


class _Cells:
    """One step in cells: what it explains of a figure is the same for all rows of a cell, so no table of all rows is
    needed, only the weight of each unit in each cell."""

    def __init__(self, step: Weighted, design: SurveyDesign):
        from scipy import sparse

        self.step, self.n_cells = step, int(step.cell.max()) + 1
        self.units = [(design.psu, len(design.psu_stratum))]
        self.units += [(stage.unit, len(stage.group)) for stage in design.inner]
        self.weights = [
            sparse.csr_array((step.weight, (unit, step.cell)), shape=(n, self.n_cells))
            for unit, n in self.units
        ]
        counted = np.where(step.weight != 0, step.base_weight, 0.0)
        self.total = np.bincount(step.cell, weights=counted, minlength=self.n_cells)
        self.share = np.divide(counted, step.weight, out=np.zeros(len(counted)), where=step.weight != 0)

    def unit_totals(
        self, figures: Sequence[Figure], plan: Plan, design: SurveyDesign, answers: NDArray[np.integer]
    ) -> list[NDArray[np.float64]]:
        sums = np.zeros((self.n_cells, len(figures)))
        found = [np.zeros((n, len(figures))) for _, n in self.units]
        for rows, members, z in _blocks(figures, plan, design, answers):
            sums[:, members] += _sums(z * self.share[rows, None], self.step.cell[rows], self.n_cells)
            for out, (unit, n) in zip(found, self.units, strict=True):
                out[:, members] += _sums(z, unit[rows], n)
        total = self.total[:, None]
        means = np.divide(sums, total, out=np.zeros_like(sums), where=total > 0)
        explained = (
            means if self.step.auxiliary is None else fitted_values(self.step.auxiliary, means, self.total)
        )
        return [out - weight @ explained for out, weight in zip(found, self.weights, strict=True)]


def _blocks(
    figures: Sequence[Figure], plan: Plan, design: SurveyDesign, answers: NDArray[np.integer]
) -> Iterator[tuple[NDArray[np.intp], list[int], NDArray[np.float64]]]:
    """(rows, figures, influence of shape (rows, figures)) of the rows of one domain, block by block."""
    ratios = {id(one.totals): np.nan_to_num(one.totals.ratios(plan)) for one in figures}
    groups: dict[tuple[int, int], list[int]] = {}
    for f, one in enumerate(figures):
        groups.setdefault((id(one.totals), one.domain), []).append(f)
    for (place, domain), members in groups.items():
        gradient = np.stack([figures[f].gradient for f in members], axis=1)
        row_domain = figures[members[0]].totals.partition.row_domain
        inside = np.flatnonzero(row_domain == domain)
        for start in range(0, len(inside), BLOCK):
            rows = inside[start : start + BLOCK]
            # The one domain of these rows: a table of all domains would be made anew for each.
            only = ratios[place][domain : domain + 1]
            columns = centred_columns(plan, answers[:, rows], np.zeros(len(rows), dtype=np.intp), only)
            yield rows, members, design.w[rows, None] * (columns.T @ gradient)


def _tables(
    figures: Sequence[Figure],
    plan: Plan,
    design: SurveyDesign,
    answers: NDArray[np.integer],
    steps: Sequence[Weighted],
) -> Iterator[NDArray[np.float64]]:
    """Residuals of the figures, some columns at a time, each shape (n, columns)."""
    width = max(1, TABLE // max(design.n_rows, 1))
    for start in range(0, len(figures), width):
        z = figure_influence(figures[start : start + width], plan, design, answers)
        yield residuals(z, steps)


def _unit_totals(tables: Iterator[NDArray] | Sequence[NDArray], design: SurveyDesign) -> list[NDArray]:
    """Sums of the columns by unit: of the PSUs, then of every later stage; each shape (units, F)."""
    found: list[list[NDArray]] = [[] for _ in range(1 + len(design.inner))]
    for z in tables:
        found[0].append(z if design.rows_are_psus else _sums(z, design.psu, len(design.psu_stratum)))
        for k, stage in enumerate(design.inner, start=1):
            found[k].append(z if stage.rows_are_units else _sums(z, stage.unit, len(stage.group)))
    return [np.hstack(parts) for parts in found]


def _deviations(units: list[NDArray], design: SurveyDesign) -> Iterator[tuple[NDArray, NDArray]]:
    """(deviations of the units from their mean, shape (U, F); what each square counts for, shape (U,)) by stage."""
    stratum = design.row_stratum if design.rows_are_psus else design.psu_stratum
    total = units[0]
    mean = _sums(total, stratum, design.n_strata) / design.n_h[:, None]
    yield total - mean[stratum], design.factors()[stratum]
    if design.lonely_psu == "adjust" and design.lonely.any():
        # The only PSU of its stratum is measured from the mean PSU of the sample.
        alone = total[design.lonely[stratum]]
        yield (
            alone - total.sum(axis=0) / design.n_h.sum(),
            (1 - design.sampling_fraction)[stratum[design.lonely[stratum]]],
        )
    for stage, inner in zip(design.inner, units[1:], strict=True):
        share = np.divide(stage.centre, stage.factor, out=np.zeros(len(stage.factor)), where=stage.factor > 0)
        mean = _sums(inner, stage.group, len(stage.factor)) * share[:, None]
        yield inner - mean[stage.group], stage.factor[stage.group]


def _covariance(units: list[NDArray], design: SurveyDesign) -> NDArray[np.float64]:
    return sum(
        (deviation * factor[:, None]).T @ deviation for deviation, factor in _deviations(units, design)
    )


def _variances(units: list[NDArray], design: SurveyDesign) -> NDArray[np.float64]:
    return sum(factor @ deviation**2 for deviation, factor in _deviations(units, design))


def _sums(z: NDArray, group: NDArray, n_groups: int) -> NDArray[np.float64]:
    """Column sums by group, shape (n_groups, F), in row order."""
    out = np.empty((n_groups, z.shape[1]))
    for k in range(z.shape[1]):
        out[:, k] = np.bincount(group, weights=z[:, k], minlength=n_groups)
    return out

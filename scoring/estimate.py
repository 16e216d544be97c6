"""Estimates: every item and node of a plan in every domain of a partition, with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.design import SurveyDesign
from scoring.errors import DesignError, ScoringError
from scoring.index import Linearised, linearise
from scoring.means import t_interval
from scoring.plan import Plan
from scoring.proportions import korn_graubard_cluster
from scoring.totals import Totals
from scoring.variance import cell_influence, quadratic, strata_and_psus, variance

WaveKind = Literal["probability", "census", "volunteer"]
ProportionRule = Literal["korn-graubard-cluster", "korn-graubard-nchs"]

# A standard error below this share of the estimate is rounding noise, not uncertainty.
NOISE = 1e-12
# With fewer PSUs than this, a volunteer wave says nothing about its variation.
MIN_PSUS_OF_BAND = 10


@dataclass(frozen=True, eq=False)
class Interval:
    """Bounds in the units of the estimates, shape (D, E), NaN where there is none, and the method of each."""

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    level: float
    method: NDArray[np.str_]


@dataclass(frozen=True, eq=False)
class Estimates:
    """Figures of D domains x E estimates: the pairs of the plan in order, then its nodes.

    All figures are in per cent or index points, 0-100 (points: 0 to the points of the node); `std_error` alike.

    Attributes
    ----------
    value : float array, shape (D, E); NaN where undefined.
    std_error : float array, shape (D, E)
        NaN where it cannot be estimated: no degree of freedom; a census without its head count; a volunteer wave
        without clusters or with fewer than 10 PSUs.
    n : int array, shape (D, E); rows of the domain with a valid answer.
    n_psu, df, rows : int arrays, shape (D,)
        df = PSUs - strata that hold rows of the domain: the same for all its figures.
    deff : float array, shape (D, E)
        V / V0 with V0 the variance under simple random sampling with replacement of the domain's n rows; NaN
        where it was not asked, V0 is 0, or the wave is no probability sample.
    n_eff : float array, shape (D, E); n / deff.
    missing_item : int array, shape (D, E); position of the item that leaves a figure undefined, else -1.
    head_count : float array, shape (D,)
        Of a census: everyone asked, the domain's N; NaN where the strata do not give it, or in another wave.
    cluster_size : float array, shape (D,)
        Rows of the domain in the PSU of one of its rows, on average; 1 where rows are their own PSUs.
    proportion : bool array, shape (E,)
    lowest, highest : float arrays, shape (E,)
        Ends of the scale of each figure; its interval is clipped to them.
    """

    wave_kind: WaveKind
    value: NDArray[np.float64]
    std_error: NDArray[np.float64]
    n: NDArray[np.intp]
    n_psu: NDArray[np.intp]
    df: NDArray[np.intp]
    rows: NDArray[np.intp]
    deff: NDArray[np.float64]
    missing_item: NDArray[np.intp]
    head_count: NDArray[np.float64]
    cluster_size: NDArray[np.float64]
    proportion: NDArray[np.bool_]
    lowest: NDArray[np.float64]
    highest: NDArray[np.float64]
    rows_are_psus: bool

    @property
    def n_eff(self) -> NDArray[np.float64]:
        return np.divide(self.n, self.deff, out=np.full(self.value.shape, np.nan), where=self.deff > 0)

    def confidence_interval(
        self, level: float = 0.95, *, proportions: ProportionRule = "korn-graubard-cluster"
    ) -> Interval:
        """The interval that the kind of wave earns.

        probability: Korn-Graubard for a proportion, by `proportions` with one more cluster of unknown likeness
        (`scoring.proportions.korn_graubard_cluster`) or by the plain NCHS rule, which are the same, and named
        `korn-graubard-nchs`, where no two rows of the domain share a PSU; t for a mean or node. census: the
        finite-population margin, none where everyone answered. volunteer: a variation band by t over PSUs, which is
        no confidence interval; none without clusters or with fewer than 10 PSUs. None either for a mean, a node or a
        band whose standard error is 0. All clipped to the ends of the scale, 0-100 but for points.

        Raises `ScoringError` for a level outside 0..1, or an unknown rule.
        """
        if not 0 < level < 1:
            raise ScoringError(f"`level` must lie between 0 and 1; given: {level:g}.")
        if proportions not in get_args(ProportionRule):
            raise ScoringError(
                f"`proportions` must be one of {', '.join(get_args(ProportionRule))}; given: {proportions}."
            )
        low, high = np.full(self.value.shape, np.nan), np.full(self.value.shape, np.nan)
        method = np.full(self.value.shape, "none", dtype="<U21")
        if self.wave_kind == "probability":
            low, high = t_interval(self.value, self.std_error, self.df[:, None], level=level)
            method[:] = "t"
            share = self.proportion
            n = self.n[:, share]
            answered = np.divide(n, self.rows[:, None], out=np.ones(n.shape), where=self.rows[:, None] > 0)
            size = np.maximum(self.cluster_size[:, None] * answered, 1.0)
            if proportions == "korn-graubard-nchs":
                size = np.ones_like(size)
            bounds = korn_graubard_cluster(
                self.value[:, share] / 100,
                (self.std_error[:, share] / 100) ** 2,
                n,
                self.df[:, None],
                size,
                level=level,
            )
            low[:, share], high[:, share] = (100 * bound for bound in bounds)
            method[:, share] = np.where(size > 1, "korn-graubard-cluster", "korn-graubard-nchs")
        elif self.wave_kind == "census":
            low, high = t_interval(self.value, self.std_error, np.inf, level=level)
            method[:] = "fpc-margin"
        else:
            low, high = t_interval(self.value, self.std_error, self.df[:, None], level=level)
            method[:] = "band"
        # A node or a mean that did not vary says nothing about how it might have; where everyone answered there
        # is nothing left to say.
        constant = (self.std_error == 0) & (~self.proportion | (self.wave_kind != "probability"))
        low[constant] = high[constant] = np.nan
        none = np.isnan(low) | np.isnan(high)
        low[none] = high[none] = np.nan
        method[none] = "none"
        low, high = (np.clip(bound, self.lowest, self.highest) for bound in (low, high))
        return Interval(low, high, level, method)


def estimate(
    totals: Totals,
    plan: Plan,
    design: SurveyDesign,
    *,
    wave_kind: WaveKind = "probability",
    head_count: ArrayLike | None = None,
) -> Estimates:
    """All figures of a plan from the totals of one partition.

    Parameters
    ----------
    totals : Totals
        Made by an engine from the same plan and design; with `products` for a census.
    wave_kind : {"probability", "census", "volunteer"}
        What the respondents are a sample of, and so what may be said of uncertainty (CONTRACTS 4).
    head_count : float array, shape (D,), optional
        Of a census: everyone asked in each domain, instead of the sum over the strata of its rows. NaN where it is
        not known; infinite for a margin as if the group were endless.

    Raises
    ------
    DesignError
        A census without head counts.
    LonelyPSUError
        A stratum has one PSU out of more, and the design names no rule for it (not in a census).

    Notes
    -----
    The census margin supposes that the silent are like the others. Without `head_count` it knows nothing of a stratum
    in which nobody answered: its head count is in no row. The band of a volunteer wave says how days and counters
    vary, not how far those who answered are from those who did not.

    Examples
    --------
    Two PSUs of two people; one of the four is not satisfied.

    >>> from scoring import Pair, Partition, engines
    >>> plan = Plan(("q1",), (2,), (Pair(0, "top_box", np.array([0.0, 100.0])),))
    >>> design = SurveyDesign(4, clusters=([1, 1, 2, 2],))
    >>> totals = engines.load("arrays")(np.array([[0, 1, 1, 1]]), plan, design, Partition.whole(4))
    >>> found = estimate(totals, plan, design)
    >>> found.value.tolist(), found.std_error.tolist(), found.df.tolist()
    ([[75.0]], [[25.0]], [1])
    """
    if wave_kind not in get_args(WaveKind):
        raise ScoringError(f"`wave_kind` must be one of {', '.join(get_args(WaveKind))}; given: {wave_kind}.")
    figures = linearise(totals, plan)
    value = np.stack([figure.value for figure in figures], axis=1)
    strata, n_psu = strata_and_psus(totals, design)
    df = n_psu - strata
    people = np.full(totals.n_domains, np.nan)
    n = _valid_n(totals, plan)
    deff = np.full(value.shape, np.nan)
    if wave_kind == "census":
        people = _head_count(totals, design) if head_count is None else np.asarray(head_count, dtype=float)
        var = quiet_variance(_census_variance(totals, figures, people, n), value)
    else:
        var = quiet_variance(variance(totals, design, cell_influence(totals, plan, figures), figures), value)
        if wave_kind == "probability":
            var[df == 0] = np.nan
            deff = design_effect(totals, figures, value, var)
        else:
            var[(n_psu < MIN_PSUS_OF_BAND) | (df == 0) | design.rows_are_psus] = np.nan
    lowest, highest = plan.bounds()
    return Estimates(
        wave_kind=wave_kind,
        value=value,
        std_error=np.sqrt(var),
        n=n,
        n_psu=n_psu,
        df=df,
        rows=totals.rows,
        deff=deff,
        missing_item=np.stack([figure.missing for figure in figures], axis=1),
        head_count=people,
        cluster_size=_cluster_size(totals, design),
        proportion=np.array([pair.proportion for pair in plan.pairs] + [False] * len(plan.nodes), dtype=bool),
        lowest=lowest,
        highest=highest,
        rows_are_psus=design.rows_are_psus,
    )


def _cluster_size(totals: Totals, design: SurveyDesign) -> NDArray[np.float64]:
    """sum m_i^2 / sum m_i over the PSUs of m_i rows of each domain, shape (D,); 1 without rows."""
    if design.rows_are_psus:
        return np.ones(totals.n_domains)
    squares = totals.by_domain(totals.cell_rows.astype(float) ** 2)
    return np.divide(squares, totals.rows, out=np.ones(totals.n_domains), where=totals.rows > 0)


def quiet_variance(var: NDArray[np.float64], value: NDArray[np.float64]) -> NDArray[np.float64]:
    """Variances without rounding noise, NaN where the figure itself is undefined; all of one shape."""
    noise = (NOISE * np.nan_to_num(value)) ** 2
    return np.where(np.isnan(value), np.nan, np.where(var <= noise, 0.0, var))


def _valid_n(totals: Totals, plan: Plan) -> NDArray[np.intp]:
    """Rows with a valid answer, shape (D, E)."""
    items = [totals.counts[pair.item][:, plan.valid_states[pair.item]].sum(axis=1) for pair in plan.pairs]
    return np.column_stack([*items, totals.node_n]).astype(np.intp)


def design_effect(totals: Totals, figures: list[Linearised], value: NDArray, var: NDArray) -> NDArray:
    """V / V0, V0 = n / (n - 1) (sum w u^2 / sum w) / n with u the linearised value, sum w times the influence.

    `value` and `var`, the figures and their variances V, have shape (D, E), and so has what is returned; NaN where V0
    is rounding noise or the totals hold no products.
    """
    if totals.products is None:
        return np.full(var.shape, np.nan)
    weight, n = totals.by_domain(totals.cell_weight)[:, None], totals.rows[:, None]
    simple = np.divide(
        quadratic(totals.products, figures) * weight, n - 1, out=np.full(var.shape, np.nan), where=n > 1
    )
    noise = (NOISE * np.nan_to_num(value)) ** 2
    return np.divide(var, simple, out=np.full(var.shape, np.nan), where=simple > noise)


def _head_count(totals: Totals, design: SurveyDesign) -> NDArray[np.float64]:
    """N of each domain that is made of whole strata, shape (D,); NaN for one that cuts a stratum."""
    if not design.rows_are_psus or not np.all(np.isfinite(design.population_h)):
        raise DesignError(
            "A census needs the head count of everyone asked: give it as `fpc` per stratum, and no clusters."
        )
    whole = totals.cell_rows == design.n_h[totals.cell_unit]
    return totals.by_domain(np.where(whole, design.population_h[totals.cell_unit], np.nan))


def _census_variance(totals: Totals, figures: list[Linearised], head_count: NDArray, n: NDArray) -> NDArray:
    """S^2 / n (N - n) / (N - 1) with S^2 = p (1 - p) for a proportion; NaN where N is not known."""
    if totals.products is None:
        raise ScoringError("A census margin needs the products of the totals.")
    weight, rows = totals.by_domain(totals.cell_weight)[:, None], totals.rows[:, None]
    spread = np.divide(
        quadratic(totals.products, figures) * weight, rows, out=np.full(n.shape, np.nan), where=rows > 0
    )
    population = head_count[:, None]
    # Where one person was asked he has answered, or there is no figure.
    silent = np.where(np.isinf(population), 1.0, np.zeros(n.shape))
    np.divide(population - n, population - 1, out=silent, where=np.isfinite(population) & (population > 1))
    return np.where(np.isnan(population), np.nan, spread * silent)

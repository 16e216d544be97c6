r"""Joint covariance of figures: of any estimates in any domains of one run, which is one design and its rows.

Two domains covary where they share strata, PSUs or people. With z the influence of a figure on a PSU,

    C_ab = sum_h (1 - f_h) n_h / (n_h - 1) sum_i (z_a,hi - mean_h z_a)(z_b,hi - mean_h z_b)

needs only the PSU totals of each, whichever rows they share. Where units below the PSU count (rows that are their own
PSUs, later stages with population counts) the products of their totals are needed too: those of the rows that two
domains have in common, which are read off the totals of a partition that does not cut either of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scoring.design import SurveyDesign
from scoring.errors import OverlapError, ScoringError
from scoring.index import Linearised, linearise
from scoring.plan import Plan
from scoring.totals import Totals
from scoring.variance import CANCELLED, lonely_groups, lonely_rule_scale, refuse_lonely, strata_and_psus

if TYPE_CHECKING:
    from scipy import sparse

# A standard error below this share of the figure is rounding noise, not uncertainty.
NOISE = 1e-12


@dataclass(frozen=True, eq=False)
class Figure:
    """One figure in one domain: `domain` is its position in the partition of `totals`."""

    totals: Totals
    linearised: Linearised
    domain: int

    @property
    def value(self) -> float:
        return float(self.linearised.value[self.domain])

    @property
    def gradient(self) -> NDArray[np.float64]:
        return self.linearised.gradient[self.domain]


@dataclass(frozen=True, eq=False)
class Joint:
    """F figures with their covariance, in the units of the figures (per cent or index points) and their squares.

    Attributes
    ----------
    value : float array, shape (F,); NaN where undefined.
    covariance : float array, shape (F, F)
        NaN in the row and column of a figure that is undefined or whose domain has no degree of freedom.
    df : int
        PSUs - strata of the whole design: that of every comparison.
    """

    value: NDArray[np.float64]
    covariance: NDArray[np.float64]
    df: int

    @property
    def std_error(self) -> NDArray[np.float64]:
        """Shape (F,); exactly 0 where only rounding noise is left."""
        variance = np.diag(self.covariance)
        noise = (NOISE * np.nan_to_num(self.value)) ** 2
        return np.sqrt(np.where(variance <= noise, 0.0, variance))


def figures_of(
    totals: Totals, plan: Plan, estimates: Sequence[int], domains: Sequence[int] | None = None
) -> list[Figure]:
    """The chosen estimates in the chosen domains of one partition, domain by domain.

    Parameters
    ----------
    totals : Totals
    plan : Plan
        That the totals were made by.
    estimates : sequence of int
        Positions among the pairs of the plan, then its nodes, as in `Estimates`.
    domains : sequence of int, optional
        Positions in the partition; all where None.

    Returns
    -------
    list of Figure, len(domains) * len(estimates).
    """
    linearised = linearise(totals, plan)
    domains = range(totals.n_domains) if domains is None else domains
    return [Figure(totals, linearised[e], int(d)) for d in domains for e in estimates]


def joint_covariance(
    figures: Sequence[Figure], plan: Plan, design: SurveyDesign, *, finer: Sequence[Totals] = ()
) -> Joint:
    """Values and joint covariance of figures, from totals of one or several partitions of the same rows.

    Parameters
    ----------
    figures : sequence of F Figure
        Their totals made from the same plan, design and rows; the partitions may differ.
    finer : sequence of Totals
        Of further partitions, for domains that share some of their rows only: the crossing of their partitions.

    Returns
    -------
    Joint; its diagonal is `variance` of each figure.

    Raises
    ------
    ScoringError
        No figure, or totals of another number of rows or without the products that the design needs.
    OverlapError
        Units below the PSU count, two domains share some of them, and no totals given show which part: give those of
        the crossing as `finer`. Never raised for one stage of clusters.
    LonelyPSUError
        As for `scoring.variance.variance`.

    Notes
    -----
    C = sum_h lambda_h sum_i (z_a - mean z_a)(z_b - mean z_b), and at later stages alike [1]_ [2]_. What is known of
    units below the PSU:

    - two domains of one partition share no row, and what they share of a later-stage unit is in `Totals.cross`;
    - a domain that is made of whole domains of another partition (the whole of provinces, a branch of its parts);
    - a domain inside another, if the units that it touches hold no other row of the larger one;
    - anything else by `finer`.

    The sums are multiplied out, so a covariance below 1e-12 of its own terms is rounding noise and is set to 0.
    Under the lonely-PSU rule `average` the covariance is scaled by the geometric mean of the two domains' factors. With
    `SurveyDesign.lonely_in_domain` what is lonely is a stratum in a domain: under `adjust` each domain is measured
    there from the mean PSU of the sample, under `average` it leaves the stratum out.

    Wrong when the two figures come from different samples drawn with any dependence that the design does not show
    (panels, shared PSUs under other labels): bring the rows into one design first.

    References
    ----------
    .. [1] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling. Springer. Section 5.5.
    .. [2] Lumley, T. (2010). Complex Surveys. Wiley. Section 3.2 and appendix A.

    Examples
    --------
    Two PSUs; what one has more of domain x than the mean, it has less of y.

    >>> from scoring import Pair, Partition, engines
    >>> plan = Plan(("q1",), (2,), (Pair(0, "top_box", np.array([0.0, 100.0])),))
    >>> design = SurveyDesign(8, clusters=([1, 1, 1, 1, 2, 2, 2, 2],))
    >>> answers, by = np.array([[1, 1, 0, 0, 0, 0, 1, 1]]), Partition.of("by", list("xxyyxxyy"))
    >>> totals = engines.load("arrays")(answers, plan, design, by)
    >>> joint_covariance(figures_of(totals, plan, [0]), plan, design).covariance.tolist()
    [[2500.0, -2500.0], [-2500.0, 2500.0]]
    """
    groups = _Groups(figures, plan)
    _check(groups, design, finer)
    for totals, domains in groups.domains_of():
        refuse_lonely(totals, design, domains)
    first, later, gross = _between_units(groups, design)
    if design.rows_are_psus or design.inner:
        products = _Inner(groups, plan, design, finer).products()
        if design.rows_are_psus:
            products -= _left_out(groups, design)
        gross += np.maximum(np.diag(products), 0.0)
        first, later = (first + products, later) if design.rows_are_psus else (first, later + products)
    scale = groups.scale(design)
    covariance = first * scale[:, None] * scale + later
    covariance[np.abs(covariance) <= CANCELLED * np.sqrt(np.outer(gross, gross))] = 0.0
    value = np.array([figure.value for figure in figures])
    none = np.isnan(value) | (groups.df(design) == 0)
    covariance[none, :] = covariance[:, none] = np.nan
    n_psu = design.n_rows if design.rows_are_psus else len(design.psu_stratum)
    return Joint(value, covariance, n_psu - design.n_strata)


def _check(groups: _Groups, design: SurveyDesign, finer: Sequence[Totals]) -> None:
    if not groups.figures:
        raise ScoringError("There is no figure to take the covariance of: give at least one.")
    for totals in (*groups.totals, *finer):
        if totals.partition.row_domain.shape != (design.n_rows,):
            raise ScoringError(
                f"Every `totals` must be of the design's {design.n_rows} rows; one is of"
                f" {len(totals.partition.row_domain)}."
            )
        if (design.rows_are_psus or design.inner) and totals.inner is None:
            raise ScoringError("The totals lack the products of this design: make them with the same design.")


class _Groups:
    """Figures by their domain: those of one domain share its cells."""

    def __init__(self, figures: Sequence[Figure], plan: Plan):
        self.figures, self.plan = list(figures), plan
        self.totals: list[Totals] = []
        self.members: dict[tuple[int, int], list[int]] = {}
        places: dict[int, int] = {}
        for f, figure in enumerate(self.figures):
            place = places.setdefault(id(figure.totals), len(self.totals))
            if place == len(self.totals):
                self.totals.append(figure.totals)
            self.members.setdefault((place, figure.domain), []).append(f)
        self.ratios = [np.nan_to_num(totals.ratios(plan)) for totals in self.totals]

    def gradient(self, members: list[int]) -> NDArray[np.float64]:
        return np.stack([self.figures[f].gradient for f in members])

    def domains_of(self) -> Iterator[tuple[Totals, NDArray[np.intp]]]:
        for place, totals in enumerate(self.totals):
            yield totals, np.array(sorted(d for t, d in self.members if t == place), dtype=np.intp)

    def influence(self) -> Iterator[tuple[list[int], NDArray[np.intp], NDArray[np.float64]]]:
        """(figures, units, z of shape (units, figures)) of each domain."""
        for (place, d), members in self.members.items():
            totals, p = self.totals[place], self.ratios[place][d]
            cells = slice(*np.searchsorted(totals.cell_domain, [d, d + 1]))
            valid = totals.valid[cells]
            centred = np.hstack([valid, totals.score[cells] - p * valid[:, self.plan.valid_of_score]])
            yield members, totals.cell_unit[cells], centred @ self.gradient(members).T

    def lonely_in_domain(self, design: SurveyDesign) -> Iterator[tuple[list[int], NDArray[np.intp]]]:
        """(figures, strata) of each domain with strata of several PSUs of which it holds one, where that counts."""
        for place, totals in enumerate(self.totals):
            domain, stratum, lonely = lonely_groups(totals, design)
            lonely = lonely & (design.n_h[stratum] > 1)
            for d in np.unique(domain[lonely]).tolist():
                if (place, d) in self.members:
                    yield self.members[place, d], stratum[lonely & (domain == d)]

    def df(self, design: SurveyDesign) -> NDArray[np.intp]:
        """Degrees of freedom of the domain of each figure, shape (F,)."""
        found = []
        for totals in self.totals:
            strata, psus = strata_and_psus(totals, design)
            found.append(psus - strata)
        out = np.zeros(len(self.figures), dtype=np.intp)
        for (place, d), members in self.members.items():
            out[members] = found[place][d]
        return out

    def scale(self, design: SurveyDesign) -> NDArray[np.float64]:
        """By what the rule for lonely PSUs multiplies each figure's standard error, shape (F,)."""
        scale = np.ones(len(self.figures))
        scales = [lonely_rule_scale(totals, design) for totals in self.totals]
        for (place, d), members in self.members.items():
            scale[members] = np.sqrt(scales[place][d])
        return scale


def _between_units(groups: _Groups, design: SurveyDesign) -> tuple[NDArray, NDArray, NDArray]:
    """What first-order totals say of the first stage and of later ones, each (F, F); size of the terms, shape (F,)."""
    from scipy import sparse

    n_units = design.n_strata if design.rows_are_psus else len(design.psu_stratum)
    rows, columns, values = [], [], []
    for members, units, z in groups.influence():
        rows.append(np.repeat(units, len(members)))
        columns.append(np.tile(members, len(units)))
        values.append(z.ravel())
    z = sparse.csr_array(
        (np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))),
        shape=(n_units, len(groups.figures)),
    )
    factor, lonely = design.factors(), np.zeros(design.n_strata)
    if design.lonely_psu == "adjust":
        lonely[design.lonely] = 1 - design.sampling_fraction[design.lonely]
    alone, taken = _alone(groups, design), factor / design.n_h

    def squares(totals: sparse.csr_array, weight: NDArray) -> NDArray:
        return (totals.T @ (totals * weight[:, None])).toarray()

    if design.rows_are_psus:
        # z holds strata: a stratum's total takes off what the products of its rows hold too much.
        kept = z if alone is None or design.lonely_psu == "adjust" else z - z * alone
        first, gross = squares(kept, lonely - taken), (z * z).T @ np.abs(lonely - taken)
        later, strata = np.zeros_like(first), z
    else:
        member = sparse.csr_array(
            (np.ones(n_units), (design.psu_stratum, np.arange(n_units))), shape=(design.n_strata, n_units)
        )
        weight, centre = (factor + lonely)[design.psu_stratum], design.psu_centre()
        later, kept = -squares(z, centre), z
        if alone is not None and design.lonely_psu == "average":
            kept = z - z * alone[design.psu_stratum]
        strata = member @ kept
        gross = (z * z).T @ (weight + centre) + (strata * strata).T @ taken
        first = squares(kept, weight) - squares(strata, taken)
    if alone is not None and design.lonely_psu == "adjust":
        # Two domains that both hold one PSU there are measured from the mean PSU of the sample, 0. Where one does, it
        # is the same: the other's deviations add up to nothing, whatever the first is measured from.
        first += squares(strata * alone, taken)
    return first, later, gross


def _alone(groups: _Groups, design: SurveyDesign) -> sparse.csr_array | None:
    """1 where a figure's domain holds one PSU of a stratum of several, shape (H, F); None if nowhere."""
    from scipy import sparse

    if not design.lonely_in_domain:
        return None
    pairs = [(h, f) for members, strata in groups.lonely_in_domain(design) for h in strata for f in members]
    if not pairs:
        return None
    rows, columns = np.array(pairs).T
    return sparse.csr_array(
        (np.ones(len(pairs)), (rows, columns)), shape=(design.n_strata, len(groups.figures))
    )


def _left_out(groups: _Groups, design: SurveyDesign) -> NDArray[np.float64]:
    """What the products of rows hold of strata that `average` leaves out of a domain, shape (F, F)."""
    out = np.zeros((len(groups.figures),) * 2)
    if design.lonely_psu != "average" or not design.lonely_in_domain:
        return out
    factor, rows = design.factors(), {}
    for members, strata in groups.lonely_in_domain(design):
        totals, d = groups.figures[members[0]].totals, groups.figures[members[0]].domain
        inside = np.flatnonzero(totals.partition.row_domain == d)
        for h in strata.tolist():
            # The only row of the domain in its stratum, so its cell is the row.
            row = int(inside[design.row_stratum[inside] == h][0])
            cell = np.flatnonzero((totals.cell_domain == d) & (totals.cell_unit == h))[0]
            rows.setdefault(row, (h, totals.valid[cell], totals.score[cell], []))[3].extend(members)
    for row, (h, valid, score, alone) in rows.items():
        z = np.zeros(len(groups.figures))
        for (place, d), members in groups.members.items():
            if groups.totals[place].partition.row_domain[row] == d:
                centred = score - groups.ratios[place][d] * valid[groups.plan.valid_of_score]
                z[members] = groups.gradient(members) @ np.concatenate([valid, centred])
        product = factor[h] * np.outer(z, z)
        kept = np.ones(len(z), dtype=bool)
        kept[alone] = False
        product[np.ix_(kept, kept)] = 0.0
        out += product
    return out


class _Inner:
    """Sums of lambda t_a t_b over units below the PSU, for all pairs of domains."""

    def __init__(self, groups: _Groups, plan: Plan, design: SurveyDesign, finer: Sequence[Totals]):
        self.groups, self.plan = groups, plan
        self.all = [*groups.totals, *(totals for totals in finer if totals not in groups.totals)]
        self.ratios = [np.nan_to_num(totals.ratios(plan)) for totals in self.all]
        clustered = [stage.unit for stage in design.inner if not stage.rows_are_units]
        self.unit = clustered[0] if clustered else np.arange(design.n_rows)
        self.shared: dict[tuple[int, int], tuple] = {}
        self.crosses = [
            {}
            if totals.cross is None
            else dict(zip(map(tuple, totals.cross_domains.tolist()), totals.cross, strict=True))
            for totals in self.all
        ]

    def products(self) -> NDArray[np.float64]:
        """Shape (F, F)."""
        members = self.groups.members
        out = np.zeros((len(self.groups.figures),) * 2)
        for one, other in self._meeting():
            block = self._product(one, other)
            out[np.ix_(members[one], members[other])] = block
            out[np.ix_(members[other], members[one])] = block.T
        return out

    def _meeting(self) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
        """Pairs of domains with a unit in common: all other pairs have no product."""
        members, n = self.groups.members, len(self.groups.totals)
        for p in range(n):
            pairs = [(d, d) for place, d in members if place == p] + list(self.crosses[p])
            yield from (((p, x), (p, y)) for x, y in pairs if (p, x) in members and (p, y) in members)
            for q in range(p + 1, n):
                for x, met in self._relation(p, q)[2].items():
                    if (p, x) in members:
                        yield from (((p, x), (q, y)) for y in sorted(met) if (q, y) in members)

    def _product(self, one: tuple[int, int], other: tuple[int, int]) -> NDArray[np.float64]:
        """Shape (figures of one, figures of other), through the first totals that cut neither domain."""
        a, b = one[1], other[1]
        for place in dict.fromkeys((one[0], other[0], *range(len(self.groups.totals), len(self.all)))):
            parts, others = self._parts(place, one), self._parts(place, other)
            if parts is not None and others is not None:
                return sum(
                    self._gradient(one, place, x) @ matrix @ self._gradient(other, place, y).T
                    for x in parts
                    for y in others
                    if (matrix := self._matrix(place, x, y)) is not None
                )
        common, touched, _ = self._relation(one[0], other[0])
        _, touched_back, _ = self._relation(other[0], one[0])
        rows_a, rows_b = self.all[one[0]].rows[a], self.all[other[0]].rows[b]
        if common[a, b] == rows_a == touched[a, b]:
            return (
                self._gradient(one, one[0], a)
                @ self.all[one[0]].inner[a]
                @ self._gradient(other, one[0], a).T
            )
        if common[a, b] == rows_b == touched_back[b, a]:
            return (
                self._gradient(one, other[0], b)
                @ self.all[other[0]].inner[b]
                @ self._gradient(other, other[0], b).T
            )
        raise OverlapError(
            f"Domains {self._name(one)} and {self._name(other)} share {common[a, b]:.0f} rows ({rows_a} and {rows_b} in"
            " all), or units that hold rows of both, and no totals tell these apart: give the totals of the crossing of"
            " their partitions as `finer`."
        )

    def _matrix(self, place: int, x: int, y: int) -> NDArray | None:
        if x == y:
            return self.all[place].inner[x]
        matrix = self.crosses[place].get((min(x, y), max(x, y)))
        return matrix if matrix is None or x < y else matrix.T

    def _gradient(self, key: tuple[int, int], place: int, x: int) -> NDArray[np.float64]:
        """Gradients of a domain's figures over columns centred on the figures of domain x of the totals at `place`.

        s - p v = (s - q v) + (q - p) v, with p the domain's own figures and q those of x.
        """
        gradient = self.groups.gradient(self.groups.members[key]).copy()
        shift = self.ratios[place][x] - self.ratios[key[0]][key[1]]
        on_scores = gradient[:, self.plan.n_valid :] * shift
        np.add.at(gradient.T, self.plan.valid_of_score, on_scores.T)
        return gradient

    def _parts(self, place: int, key: tuple[int, int]) -> NDArray[np.intp] | None:
        """Domains of the totals at `place` that make up a domain, or None where they do not."""
        if place == key[0]:
            return np.array([key[1]])
        common, _, meets = self._relation(place, key[0])
        parts = np.array(
            [x for x, domains in meets.items() if key[1] in domains and common[x, key[1]]], dtype=int
        )
        rows = np.array([common[x, key[1]] for x in parts])
        whole = rows.sum() == self.all[key[0]].rows[key[1]] and np.array_equal(
            rows, self.all[place].rows[parts]
        )
        return parts if whole else None

    def _relation(self, p: int, q: int) -> tuple:
        """(rows in common; rows of q's domains in units that p's touch; {domain of p: domains of q that it meets})."""
        if (p, q) not in self.shared:
            from scipy import sparse

            def table(place: int, unit: NDArray) -> sparse.csr_array:
                domain = self.all[place].partition.row_domain
                inside = domain >= 0
                shape = (self.all[place].n_domains, int(unit.max(initial=0)) + 1)
                return sparse.csr_array((np.ones(inside.sum()), (domain[inside], unit[inside])), shape=shape)

            row = np.arange(len(self.unit))
            common = sparse.dok_array(table(p, row) @ table(q, row).T)
            touching = table(p, self.unit)
            touching.sum_duplicates()
            touching.data[:] = 1.0
            touched = (touching @ table(q, self.unit).T).tocoo()
            meets: dict[int, set[int]] = {}
            for x, y in zip(touched.row.tolist(), touched.col.tolist(), strict=True):
                meets.setdefault(x, set()).add(y)
            self.shared[p, q] = common, sparse.dok_array(touched), meets
        return self.shared[p, q]

    def _name(self, key: tuple[int, int]) -> str:
        partition = self.all[key[0]].partition
        return "the whole" if partition.by is None else f"{partition.by} {partition.domains[key[1]]!r}"

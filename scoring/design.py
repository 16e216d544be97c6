"""The sampling design: weights, strata, stages of clusters, and population counts.

A design travels with its rows: every estimate takes it, none asks for weights again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import DesignError, some
from scoring.labels import as_labels

LonelyPSU = Literal["fail", "adjust", "average", "certainty", "remove"]

# Weights are squared: beyond these bounds their squares leave the range of a float.
SMALLEST, LARGEST = 1e-100, 1e100
# What the population of a stage is counted in.
STAGES = ("stratum", "PSU", "second-stage unit", "unit above")


def nested(
    row_group: NDArray[np.intp], labels: NDArray, code: NDArray[np.intp]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Units by label within their group: (unit of each row, shape (n,); group of each unit, shape (U,))."""
    pairs, unit = np.unique(row_group * len(labels) + code, return_inverse=True)
    return unit.reshape(-1), pairs // len(labels)


@dataclass(frozen=True, eq=False)
class Stage:
    """A stage below the first: U units in G groups, a group being one unit of the stage above.

    Attributes
    ----------
    unit : int array, shape (n,)
        Unit of each row, 0..U-1, numbered by group; the row number where rows are the units.
    group : int array, shape (U,); group of each unit.
    factor : float array, shape (G,)
        f (1 - f_g) m_g / (m_g - 1), with f the product of the sampling fractions above the group; 0 where nothing
        is left to chance.
    centre : float array, shape (G,)
        What is taken off per squared total of the group: factor / m_g; 0 where a lonely unit is its own deviation.
    lonely : bool array, shape (G,); one unit sampled out of more, in a group that counts.
    rows_are_units : bool
    """

    unit: NDArray[np.intp]
    group: NDArray[np.intp]
    factor: NDArray[np.float64]
    centre: NDArray[np.float64]
    lonely: NDArray[np.bool_]
    rows_are_units: bool


@dataclass(frozen=True, eq=False)
class SurveyDesign:
    """How the n rows were drawn.

    Parameters
    ----------
    n_rows : int
        Number of rows, including those outside every domain.
    weight : array of float, shape (n,), > 0, optional
        Sampling weights (not frequencies); 1 where not given. Multiplying all by a constant changes nothing.
    stratum : array of text or int, shape (n,), optional
        One stratum where not given.
    clusters : sequence of arrays of text or int, each shape (n,)
        The sampling units, first stage first, each nested in the one above and the first in strata: equal labels
        in two strata are two PSUs, equal labels in two PSUs two units. Empty: every row is its own PSU.
    fpc : sequence of arrays of float, each shape (n,)
        Population counts per stage (never fractions): of PSUs per stratum, then of units per PSU, and so on; constant
        within each. At most one more than `clusters`: the last then counts the rows' own population. Empty: drawn
        with replacement, or from a population so large that it does not matter. A stage without a count adds
        nothing of its own to a variance.
    lonely_psu : {"fail", "adjust", "average", "certainty", "remove"}
        What a stratum with one sampled PSU contributes to a variance; see `scoring.variance`.
    lonely_in_domain : bool
        Whether `adjust` and `average` also treat a stratum of several sampled PSUs of which a domain holds one (R's
        option `survey.adjust.domain.lonely`). If not, the stratum's other PSUs count as zeros, as they do anyway
        under the other three rules.

    Raises
    ------
    DesignError
        Unequal lengths; weights missing, not finite or not positive; an empty stratum or cluster label;
        population counts that vary within their stratum or unit, or lie below the sample's count. A stratum with
        one sampled PSU is no error of the design: `scoring.variance` refuses it where an estimate needs its variance.

    Attributes
    ----------
    psu : int array, shape (n,)
        PSU of each row, 0..n_psu-1, numbered by stratum; the row number where rows are PSUs.
    row_stratum : int array, shape (n,)
    psu_stratum : int array, shape (n_psu,)
        Stratum of each PSU; empty where rows are PSUs.
    n_h, population_h : float arrays, shape (H,)
        Sampled and population count of PSUs per stratum; infinite population without fpc.
    inner : tuple of Stage
        Second and later stages that add to a variance: those with population counts, below a stage with counts.

    Notes
    -----
    Every stage is supposed to be a simple random sample without replacement where it has counts. Wrong where units
    were drawn with unequal probabilities from few: then leave the counts out, which overstates the variance.

    Examples
    --------
    Two of four communes, in each two of ten households:

    >>> design = SurveyDesign(4, clusters=([1, 1, 2, 2],), fpc=([4] * 4, [10] * 4))
    >>> design.sampling_fraction.tolist(), design.inner[0].factor.tolist()
    ([0.5], [0.8, 0.8])
    """

    n_rows: int
    weight: ArrayLike | None = None
    stratum: ArrayLike | None = None
    clusters: Sequence[ArrayLike] = ()
    fpc: Sequence[ArrayLike] = ()
    lonely_psu: LonelyPSU = "fail"
    lonely_in_domain: bool = False
    rows_are_psus: bool = field(init=False)
    strata: tuple[str, ...] = field(init=False)
    w: NDArray[np.float64] = field(init=False, repr=False)
    row_stratum: NDArray[np.intp] = field(init=False, repr=False)
    psu: NDArray[np.intp] = field(init=False, repr=False)
    psu_stratum: NDArray[np.intp] = field(init=False, repr=False)
    n_h: NDArray[np.float64] = field(init=False, repr=False)
    population_h: NDArray[np.float64] = field(init=False, repr=False)
    inner: tuple[Stage, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.lonely_psu not in get_args(LonelyPSU):
            raise DesignError(
                f"`lonely_psu` must be one of {', '.join(get_args(LonelyPSU))}; given: {self.lonely_psu}."
            )
        if len(self.fpc) > len(self.clusters) + 1:
            raise DesignError(
                f"`fpc` takes one population count per stage of `clusters`, {len(self.clusters)}, and one of the rows;"
                f" given: {len(self.fpc)}."
            )
        strata, row_stratum = self._labels("stratum", self.stratum)
        set_ = lambda name, value: object.__setattr__(self, name, value)  # noqa: E731 (frozen)
        set_("w", self._weights())
        set_("strata", tuple(str(label) for label in strata))
        set_("row_stratum", row_stratum)
        set_("rows_are_psus", not self.clusters)
        if self.clusters:
            labels, cluster = self._labels("clusters[0]", self.clusters[0])
            psu, counted = nested(row_stratum, labels, cluster)
            set_("psu", psu)
            set_("psu_stratum", counted)
        else:
            set_("psu", np.arange(self.n_rows))
            set_("psu_stratum", np.empty(0, dtype=np.intp))
            counted = row_stratum
        set_("n_h", np.bincount(counted, minlength=len(strata)).astype(float))
        set_("population_h", self._population())
        set_("inner", tuple(self._inner()))

    @property
    def n_strata(self) -> int:
        return len(self.strata)

    @property
    def sampling_fraction(self) -> NDArray[np.float64]:
        """f_h = n_h / N_h per stratum, shape (H,); 0 without population counts."""
        return self.n_h / self.population_h

    @property
    def lonely(self) -> NDArray[np.bool_]:
        """Strata with one sampled PSU out of more than one, shape (H,). A census of its one PSU is not lonely."""
        return (self.n_h == 1) & (self.population_h > 1)

    def lonely_by_rule(self, held: NDArray, stratum: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which strata `lonely_psu` treats for a domain; `held` counts its PSUs in each `stratum`, of one shape."""
        if not self.lonely_in_domain or self.lonely_psu not in ("adjust", "average"):
            return self.lonely[stratum] & (held > 0)
        return self.lonely[stratum] & (held > 0) | (self.n_h[stratum] > 1) & (held == 1)

    def factors(self) -> NDArray[np.float64]:
        """(1 - f_h) n_h / (n_h - 1) per stratum, shape (H,): 0 where there is one PSU."""
        n = self.n_h
        return np.where(n > 1, (1 - self.sampling_fraction) * n / np.maximum(n - 1, 1), 0.0)

    def psu_centre(self) -> NDArray[np.float64]:
        """What a squared PSU total (stratum total, where rows are PSUs) takes off the inner products."""
        if self.rows_are_psus:
            return self.factors() / self.n_h
        return self.inner[0].centre if self.inner else np.zeros(len(self.psu_stratum))

    def unit_factors(self) -> tuple[NDArray[np.float64], ...]:
        """lambda of every unit of each inner stage, shape (U,): its own stage's factor less the next one's centre."""
        out = []
        for k, stage in enumerate(self.inner):
            centre = self.inner[k + 1].centre if k + 1 < len(self.inner) else 0.0
            out.append(stage.factor[stage.group] - centre)
        return tuple(out)

    def psu_names(self, psus: NDArray[np.intp]) -> list[str]:
        """Labels of PSUs, with their stratum's where the design has strata."""
        return self.group_names(1, _first_rows(self.psu, psus))

    def lonely_units(self) -> dict[int, int]:
        """PSUs in which a later stage has one sampled unit out of more: {PSU: that stage, 1 for the second}."""
        found: dict[int, int] = {}
        for k, stage in enumerate(self.inner, start=1):
            if stage.lonely.any():
                for psu in np.unique(self.psu[stage.lonely[stage.group[stage.unit]]]).tolist():
                    found.setdefault(psu, k)
        return found

    def group_names(self, stage: int, rows: NDArray[np.intp]) -> list[str]:
        """Labels `stratum/psu/...` of what holds some rows: a stratum (stage 0), or a unit of the stage above."""
        columns = [as_labels(column)[rows].tolist() for column in self.clusters[:stage]]
        if self.stratum is not None or stage == 0:
            columns.insert(0, [self.strata[h] for h in self.row_stratum[rows]])
        return ["/".join(map(str, labels)) for labels in zip(*columns, strict=True)]

    def _inner(self) -> Iterator[Stage]:
        """Stages below the first, as long as something there is known to be finite and was not drawn from infinity."""
        for k in range(max(len(self.fpc), 1), len(self.clusters)):
            self._labels(f"clusters[{k}]", self.clusters[k])
        parent, above = self.psu, self.sampling_fraction[self.psu_stratum]
        for k in range(1, len(self.fpc)):
            if k < len(self.clusters):
                labels, cluster = self._labels(f"clusters[{k}]", self.clusters[k])
                unit, group = nested(parent, labels, cluster)
            else:
                unit, group = np.arange(self.n_rows), parent
            sampled = np.bincount(group, minlength=len(above)).astype(float)
            population = self._counts(k, parent, sampled)
            fraction = sampled / population
            lonely = (sampled == 1) & (population > 1)
            factor = above * (1 - fraction) * np.where(sampled > 1, sampled / np.maximum(sampled - 1, 1), 0.0)
            centre = factor / sampled
            # A lonely unit has no mean to be measured from: `adjust` takes its own square, the other rules nothing.
            if self.lonely_psu == "adjust":
                factor = np.where(lonely, above * (1 - fraction), factor)
            rows_are_units = len(group) == self.n_rows
            if rows_are_units:
                unit, group = np.arange(self.n_rows), parent
            yield Stage(unit, group, factor, centre, lonely & (above > 0), rows_are_units)
            parent, above = unit, (above * fraction)[group]

    def _weights(self) -> NDArray[np.float64]:
        if self.weight is None:
            return np.ones(self.n_rows)
        weight = self._numbers("weight", self.weight)
        wrong = np.flatnonzero(~((weight > SMALLEST) & (weight < LARGEST)))
        if len(wrong):
            raise DesignError(
                f"`weight` must be a positive number in every row; {len(wrong)} rows have none"
                f" (rows {some(wrong + 1)}; the first is {weight[wrong[0]]:g}):"
                " give each row its weight or leave it out."
            )
        return weight

    def _labels(self, name: str, values: ArrayLike | None) -> tuple[NDArray, NDArray[np.intp]]:
        if values is None:
            return np.array([""]), np.zeros(self.n_rows, dtype=np.intp)
        column = self._column(name, as_labels(values))
        empty = np.flatnonzero(column == "") if column.dtype.kind == "U" else ()
        if len(empty):
            raise DesignError(
                f"`{name}` is empty in {len(empty)} rows (rows {some(empty + 1)}): every row needs its label."
            )
        labels, codes = np.unique(column, return_inverse=True)
        return labels, codes.reshape(-1)

    def _numbers(self, name: str, values: ArrayLike) -> NDArray[np.float64]:
        column = self._column(name, values)
        try:
            return column.astype(float)
        except (TypeError, ValueError) as error:
            raise DesignError(f"`{name}` must hold numbers; given: {some(column.tolist())}.") from error

    def _column(self, name: str, values: ArrayLike) -> NDArray:
        column = np.asarray(values)
        if column.shape != (self.n_rows,):
            raise DesignError(
                f"`{name}` must have one value per row, {self.n_rows}; given: shape {column.shape}."
            )
        return column

    def _population(self) -> NDArray[np.float64]:
        if not self.fpc:
            return np.full(self.n_strata, np.inf)
        return self._counts(0, self.row_stratum, self.n_h)

    def _counts(self, stage: int, row_group: NDArray[np.intp], sampled: NDArray) -> NDArray[np.float64]:
        """Population count of each group of a stage: a stratum, or a unit of the stage above."""
        count = self._numbers(f"fpc[{stage}]", self.fpc[stage])
        kind, units = ("stratum", "PSUs") if stage == 0 else (STAGES[min(stage, 3)], "units")

        if not np.all(np.isfinite(count)):
            wrong = np.flatnonzero(~np.isfinite(count))
            raise DesignError(
                f"`fpc` has no number in {len(wrong)} rows (rows {some(wrong + 1)}): give each row the population"
                f" count of its {kind}."
            )
        population = np.zeros(len(sampled))
        population[row_group] = count
        varying = np.unique(row_group[population[row_group] != count])
        if len(varying):
            raise DesignError(
                f"`fpc` must be one population count per {kind}; it varies within"
                f" {some(self.group_names(stage, _first_rows(row_group, varying)))}."
            )
        short = np.flatnonzero(population < sampled)
        if len(short):
            g = short[0]
            (name,) = self.group_names(stage, _first_rows(row_group, short[:1]))
            more = f", and {len(short) - 1} more {'strata' if stage == 0 else 'units'} alike"
            raise DesignError(
                f"`fpc` must be a population count, at least the sample's; {kind} {name!r} has"
                f" {sampled[g]:.0f} sampled {units} and a count of {population[g]:g}"
                f"{more if len(short) > 1 else ''}."
            )
        return population


def _first_rows(row_group: NDArray[np.intp], groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """A row of each group, shape of `groups`."""
    found, first = np.unique(row_group, return_index=True)
    return first[np.searchsorted(found, groups)]

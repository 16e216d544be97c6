"""The sampling design: weights, strata, one stage of clusters, and population counts.

A design travels with its rows: every estimate takes it, none asks for weights again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import DesignError, some
from scoring.labels import as_labels

LonelyPSU = Literal["fail", "adjust", "average", "certainty", "remove"]

# Weights are squared: beyond these bounds their squares leave the range of a float.
SMALLEST, LARGEST = 1e-100, 1e100


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
        The sampling units, first stage first; nested in strata, so equal labels in two strata are two PSUs.
        Empty: every row is its own PSU. One stage is accepted.
    fpc : sequence of arrays of float, each shape (n,)
        Population counts of PSUs per stratum (never fractions), constant within a stratum. Empty: drawn with
        replacement, or from a population so large that it does not matter.
    lonely_psu : {"fail", "adjust", "average", "certainty", "remove"}
        What a stratum with one sampled PSU contributes to a variance; see `scoring.variance`.

    Raises
    ------
    DesignError
        Unequal lengths; weights missing, not finite or not positive; an empty stratum or cluster label;
        population counts that vary within a stratum or lie below the sample's count. A stratum with one sampled
        PSU is no error of the design: `scoring.variance` refuses it where an estimate needs its variance.

    Attributes
    ----------
    psu : int array, shape (n,)
        PSU of each row, 0..n_psu-1, numbered by stratum; the row number where rows are PSUs.
    row_stratum : int array, shape (n,)
    psu_stratum : int array, shape (n_psu,)
        Stratum of each PSU; empty where rows are PSUs.
    n_h, population_h : float arrays, shape (H,)
        Sampled and population count of PSUs per stratum; infinite population without fpc.
    """

    n_rows: int
    weight: ArrayLike | None = None
    stratum: ArrayLike | None = None
    clusters: Sequence[ArrayLike] = ()
    fpc: Sequence[ArrayLike] = ()
    lonely_psu: LonelyPSU = "fail"
    rows_are_psus: bool = field(init=False)
    strata: tuple[str, ...] = field(init=False)
    w: NDArray[np.float64] = field(init=False, repr=False)
    row_stratum: NDArray[np.intp] = field(init=False, repr=False)
    psu: NDArray[np.intp] = field(init=False, repr=False)
    psu_stratum: NDArray[np.intp] = field(init=False, repr=False)
    n_h: NDArray[np.float64] = field(init=False, repr=False)
    population_h: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if self.lonely_psu not in get_args(LonelyPSU):
            raise DesignError(
                f"`lonely_psu` must be one of {', '.join(get_args(LonelyPSU))}; given: {self.lonely_psu}."
            )
        if len(self.clusters) > 1:
            raise DesignError(f"`clusters` takes one stage; given: {len(self.clusters)}.")
        if len(self.fpc) > 1:
            raise DesignError(
                f"`fpc` takes one population count per stage; given: {len(self.fpc)} for one stage."
            )
        strata, row_stratum = self._labels("stratum", self.stratum)
        set_ = lambda name, value: object.__setattr__(self, name, value)  # noqa: E731 (frozen)
        set_("w", self._weights())
        set_("strata", tuple(str(label) for label in strata))
        set_("row_stratum", row_stratum)
        set_("rows_are_psus", not self.clusters)
        if self.clusters:
            labels, cluster = self._labels("clusters[0]", self.clusters[0])
            pairs, psu = np.unique(row_stratum * len(labels) + cluster, return_inverse=True)
            set_("psu", psu.reshape(-1))
            set_("psu_stratum", pairs // len(labels))
            counted = self.psu_stratum
        else:
            set_("psu", np.arange(self.n_rows))
            set_("psu_stratum", np.empty(0, dtype=np.intp))
            counted = row_stratum
        set_("n_h", np.bincount(counted, minlength=len(strata)).astype(float))
        set_("population_h", self._population())

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

    def factors(self) -> NDArray[np.float64]:
        """(1 - f_h) n_h / (n_h - 1) per stratum, shape (H,): 0 where there is one PSU."""
        n = self.n_h
        return np.where(n > 1, (1 - self.sampling_fraction) * n / np.maximum(n - 1, 1), 0.0)

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
        count = self._numbers("fpc[0]", self.fpc[0])
        if not np.all(np.isfinite(count)):
            wrong = np.flatnonzero(~np.isfinite(count))
            raise DesignError(
                f"`fpc` has no number in {len(wrong)} rows (rows {some(wrong + 1)}): give each row the population"
                " count of its stratum."
            )
        population = np.zeros(self.n_strata)
        population[self.row_stratum] = count
        varying = np.unique(self.row_stratum[population[self.row_stratum] != count])
        if len(varying):
            raise DesignError(
                "`fpc` must be one population count per stratum; it varies within"
                f" {some([self.strata[h] for h in varying])}."
            )
        short = np.flatnonzero(population < self.n_h)
        if len(short):
            h = short[0]
            raise DesignError(
                f"`fpc` must be a population count, at least the sample's; stratum {self.strata[h]!r} has"
                f" {self.n_h[h]:.0f} sampled PSUs and a count of {population[h]:g}"
                f"{f', and {len(short) - 1} more strata alike' if len(short) > 1 else ''}."
            )
        return population

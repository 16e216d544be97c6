r"""Before the fieldwork: which communes, villages and households are asked, as a list that can be printed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import some
from scoring.labels import as_labels
from scoring.planning import PlanningError

# A share of the size that a float puts a hair below 1 is certain.
CERTAIN = 1 - 1e-12


@dataclass(frozen=True)
class SelectionRecord:
    """One line of a selection list.

    `order` is the place in the list, from 1; `cumulative` the running sum of `size` over the units that are drawn
    from (certainty units are set apart and keep the sum before them); `probability` the chance of this unit at this
    stage, given the stages above; `within` the labels of the units above it.
    """

    stage: str
    within: tuple[str, ...]
    order: int
    label: str
    size: float
    cumulative: float
    probability: float
    certainty: bool
    selected: bool


@dataclass(frozen=True, eq=False)
class Selection:
    """A drawn sample with the list it was drawn from: `interval` and `start` let anybody repeat the draw by hand.

    `probability` float array and `selected` bool array of shape (M,), in the order of the list. `interval` and
    `start` are NaN where all units are certain.
    """

    records: tuple[SelectionRecord, ...] = field(repr=False)
    probability: NDArray[np.float64] = field(repr=False)
    selected: NDArray[np.bool_] = field(repr=False)
    interval: float
    start: float
    seed: int


def select_pps(
    size: ArrayLike, n: int, *, seed: int, labels: ArrayLike | None = None, stage: str = "psu"
) -> Selection:
    r"""Systematic selection with probability proportional to size, in the order of the list.

    Parameters
    ----------
    size : float array, shape (M,), > 0
        Measure of size of each unit, such as its households.
    n : int, 1..M
        Units to select.
    seed : int
        Seed of the one random number that is used, the start.
    labels : array of text or int, shape (M,), optional
        Names of the units; their place in the list where not given. Each only once.
    stage : str
        Name of the stage in the records.

    Returns
    -------
    Selection

    Raises
    ------
    PlanningError
        A size that is not positive (such a unit could never be selected), a label twice, n beyond the list.

    Notes
    -----
    A unit with n x >= sum(x) is taken with certainty and set apart, and again among the rest with what is left of n,
    until none is. For the others the interval is I = X / n, the start uniform on (0, I], and a unit is selected when
    its run of the cumulative sizes holds start + k I; its probability is n x / X. Sort the list (by district, say)
    to stratify it implicitly. The joint probabilities of neighbours are 0, so no variance is unbiased: the usual
    formula, as if drawn with replacement, is then too large where the order carries information, and too small
    where the list has a period equal to the interval. Wrong weights result from sizes changed after the draw.

    References
    ----------
    .. [1] Madow, W. G. (1949). On the theory of systematic sampling, II. Annals of Mathematical Statistics 20,
       333-354.
    .. [2] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling. Springer. Section 3.6.

    Examples
    --------
    >>> drawn = select_pps([10, 20, 30, 40, 300], 3, seed=7, labels=list("abcde"))
    >>> drawn.probability.tolist(), [r.label for r in drawn.records if r.certainty]
    ([0.2, 0.4, 0.6, 0.8, 1.0], ['e'])
    """
    return _select_pps(size, n, np.random.default_rng(seed), seed, labels, stage, ())


def _select_pps(
    size: ArrayLike,
    n: int,
    rng: np.random.Generator,
    seed: int,
    labels: ArrayLike | None,
    stage: str,
    within: tuple[str, ...],
) -> Selection:
    sizes = _sizes(size, stage)
    names = _names(labels, len(sizes), stage)
    n = _number_to_select("n", n, len(sizes), stage)
    certainty = np.zeros(len(sizes), dtype=bool)
    while (left := n - int(certainty.sum())) > 0:
        rest = np.where(certainty, 0.0, sizes)
        sure = left * rest >= CERTAIN * rest.sum()
        sure &= ~certainty
        if not sure.any():
            break
        certainty |= sure
    drawn = np.where(certainty, 0.0, sizes)
    cumulative = np.cumsum(drawn)
    probability, selected = certainty.astype(float), certainty.copy()
    interval = start = np.nan
    if left > 0:
        interval = float(cumulative[-1] / left)
        start = float(interval * (1 - rng.random()))
        # The unit whose run (sum before it, sum with it] holds the point; a certainty unit has no run.
        hits = np.searchsorted(cumulative, start + interval * np.arange(left), side="left")
        last = int(np.flatnonzero(~certainty)[-1])
        selected[np.minimum(hits, last)] = True
        probability = np.where(certainty, 1.0, left * drawn / cumulative[-1])
    records = tuple(
        SelectionRecord(stage, within, k + 1, *line)
        for k, line in enumerate(
            zip(
                names,
                sizes.tolist(),
                cumulative.tolist(),
                probability.tolist(),
                certainty.tolist(),
                selected.tolist(),
                strict=True,
            )
        )
    )
    return Selection(records, probability, selected, interval, start, seed)


@dataclass(frozen=True)
class SelectedVillage:
    """A village in the sample: the numbers (from 1) of its households on the village's own list, and their weight.

    `probability` is that of each of its households over all stages, `weight` 1 / probability. `short` says how many
    households fewer than wanted there are.
    """

    commune: str
    village: str
    households: tuple[int, ...]
    probability: float
    weight: float
    short: int


@dataclass(frozen=True, eq=False)
class MultistageSelection:
    """Villages in the sample, and the list of each draw: communes first, then villages within each commune."""

    villages: tuple[SelectedVillage, ...]
    records: tuple[SelectionRecord, ...] = field(repr=False)
    seed: int


def select_households(
    commune: ArrayLike,
    village: ArrayLike,
    households: ArrayLike,
    *,
    n_communes: int,
    n_villages: int,
    n_households: int,
    seed: int,
) -> MultistageSelection:
    r"""Communes and villages by size, then households at random: three stages with weights.

    Parameters
    ----------
    commune, village : array of text or int, shape (V,)
        The frame, one row per village, in the order in which it is drawn from; communes stand in the order of their
        first village.
    households : int array, shape (V,), >= 1
        Households of each village.
    n_communes, n_villages, n_households : int, >= 1
        Communes; villages in each (all, where there are fewer); households in each village (likewise).
    seed : int

    Returns
    -------
    MultistageSelection

    Raises
    ------
    PlanningError
        More communes wanted than there are, a village twice in a commune, a count that is not positive.

    Notes
    -----
    pi = n_c X_c / X * n_v X_cv / X_c * m / X_cv = n_c n_v m / X: every household has the same chance and the weights
    are equal, unless a commune or village is certain, is shorter than wanted, or its own list has another number of
    households than the frame: then weight by the number found (X_cv found / m in the last factor). Treat a commune
    that is certain as a stratum of its own, its villages as PSUs. Wrong where the frame is old.

    References
    ----------
    .. [1] Kish, L. (1965). Survey Sampling. Wiley. Sections 7.2 to 7.4.
    .. [2] Särndal, C.-E., Swensson, B. and Wretman, J. (1992). Model Assisted Survey Sampling. Springer. Section 4.4.

    Examples
    --------
    >>> frame = ["x", "x", "y", "y", "z"], ["1", "2", "1", "2", "1"], [100, 80, 90, 90, 100]
    >>> drawn = select_households(*frame, n_communes=2, n_villages=1, n_households=10, seed=1)
    >>> len(drawn.villages), {round(v.weight, 9) for v in drawn.villages}
    (2, {23.0})
    """
    sizes = _sizes(households, "village")
    if not (sizes == np.floor(sizes)).all():
        raise PlanningError("`households` must be whole numbers.")
    above, below = (_texts(name, c, len(sizes)) for name, c in (("commune", commune), ("village", village)))
    for name, least in (("n_villages", n_villages), ("n_households", n_households)):
        if least != int(least) or least < 1:
            raise PlanningError(f"`{name}` must be a whole number, at least 1; given: {least}.")
    names = list(dict.fromkeys(above.tolist()))
    rows = [np.flatnonzero(above == name) for name in names]
    rng = np.random.default_rng(seed)
    first = _select_pps([sizes[r].sum() for r in rows], n_communes, rng, seed, names, "commune", ())
    records, villages = list(first.records), []
    for c in np.flatnonzero(first.selected):
        r = rows[c]
        second = _select_pps(
            sizes[r], min(n_villages, len(r)), rng, seed, below[r].tolist(), "village", (names[c],)
        )
        records += second.records
        for v in np.flatnonzero(second.selected):
            there = int(sizes[r[v]])
            m = min(int(n_households), there)
            numbers = np.sort(rng.choice(there, size=m, replace=False)) + 1
            probability = first.probability[c] * second.probability[v] * m / there
            villages.append(
                SelectedVillage(
                    names[c],
                    str(below[r[v]]),
                    tuple(numbers.tolist()),
                    float(probability),
                    float(1 / probability),
                    int(n_households) - m,
                )
            )
    return MultistageSelection(tuple(villages), tuple(records), seed)


def _sizes(size: ArrayLike, stage: str) -> NDArray[np.float64]:
    sizes = np.asarray(size, dtype=float)
    if sizes.ndim != 1 or not len(sizes):
        raise PlanningError(f"The {stage} list must hold one size per unit; given: shape {sizes.shape}.")
    wrong = np.flatnonzero(~((sizes > 0) & np.isfinite(sizes)))
    if len(wrong):
        raise PlanningError(
            f"The size must be positive in every {stage} row; {len(wrong)} have none"
            f" (rows {some((wrong + 1).tolist())}): such a unit could never be selected, so leave it out or count it."
        )
    return sizes


def _texts(name: str, values: ArrayLike, n: int) -> NDArray[np.str_]:
    column = as_labels(values).astype(str)
    if column.shape != (n,):
        raise PlanningError(f"`{name}` must have one label per row, {n}; given: shape {column.shape}.")
    empty = np.flatnonzero(column == "")
    if len(empty):
        raise PlanningError(f"`{name}` is empty in {len(empty)} rows (rows {some((empty + 1).tolist())}).")
    return column


def _names(labels: ArrayLike | None, n: int, stage: str) -> list[str]:
    if labels is None:
        return [str(k + 1) for k in range(n)]
    names = _texts("labels", labels, n).tolist()
    twice = _repeated(names)
    if twice:
        raise PlanningError(
            f"The {stage} list holds a label more than once: {some(twice)}. Join or rename them."
        )
    return names


def _repeated(names: Sequence[str]) -> list[str]:
    seen: set[str] = set()
    return sorted({name for name in names if name in seen or seen.add(name)})


def _number_to_select(name: str, n: int, available: int, stage: str) -> int:
    if n != int(n) or not 1 <= n <= available:
        raise PlanningError(
            f"`{name}` must be a whole number from 1 to {available}, the {stage} list; given: {n}."
        )
    return int(n)

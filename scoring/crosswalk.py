"""Which old agencies became which new ones, and what today's agencies' figures were in the past."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import ScoringError, some


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """Whose people went where: from O old agencies to J new ones, by counts of people.

    Parameters
    ----------
    n_old, n_new : int
        Agencies before and after, in the order in which their figures stand.
    old, new : int arrays, shape (L,)
        Positions of the old and the new agency of each link; a pair stands once.
    size : float array, shape (L,), > 0
        People (or transactions, or valid answers: what the figure is a mean over) of the old agency now with the
        new one.

    Attributes
    ----------
    flow : float array, shape (J, O); `size` as a matrix.
    shares : float array, shape (J, O)
        Of each new agency's people, where they came from; rows add to 1, or are 0 for one that has no past.
    is_new : bool array, shape (J,); no predecessor.
    divided : bool array, shape (J,)
        A predecessor was divided between it and others: its past supposes that the whole's figure held in the part.

    Raises
    ------
    ScoringError
        Unequal lengths; positions outside 0..n-1; a pair twice; a size that is not a positive number.

    Notes
    -----
    Sizes are taken as known. Wrong when they are of another year than the figures, or when a divided agency's parts
    were unlike each other: `stable_units` needs no such supposition.

    Examples
    --------
    Two provinces of 3 and 1 million become one; a third stays.

    >>> Crosswalk(3, 2, [0, 1, 2], [0, 0, 1], [3.0, 1.0, 2.0]).shares.tolist()
    [[0.75, 0.25, 0.0], [0.0, 0.0, 1.0]]
    """

    n_old: int
    n_new: int
    old: ArrayLike
    new: ArrayLike
    size: ArrayLike
    flow: NDArray[np.float64] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        old, new = self._positions("old", self.old, self.n_old), self._positions("new", self.new, self.n_new)
        size = np.asarray(self.size, dtype=float)
        if not len(old) == len(new) == size.size or size.ndim != 1:
            raise ScoringError("`old`, `new` and `size` must have one value per link.")
        bad = np.flatnonzero(~(np.isfinite(size) & (size > 0)))
        if len(bad):
            raise ScoringError(
                f"`size` must be a positive number in every link; it is not in links {some(bad.tolist())}:"
                " give the people who went this way, or leave the link out."
            )
        pairs, counts = np.unique(np.stack([old, new]), axis=1, return_counts=True)
        if np.any(counts > 1):
            twice = [tuple(pair) for pair in pairs[:, counts > 1].T.tolist()]
            raise ScoringError(f"A link must stand once; (old, new) twice: {some(twice)}. Add their sizes.")
        flow = np.zeros((self.n_new, self.n_old))
        flow[new, old] = size
        object.__setattr__(self, "flow", flow)

    @classmethod
    def unchanged(cls, n: int) -> Crosswalk:
        """The same n agencies in both waves. Each goes to itself, so that no size matters."""
        return cls(n, n, np.arange(n), np.arange(n), np.ones(n))

    @property
    def shares(self) -> NDArray[np.float64]:
        total = self.flow.sum(axis=1, keepdims=True)
        return np.divide(self.flow, total, out=np.zeros_like(self.flow), where=total > 0)

    @property
    def is_new(self) -> NDArray[np.bool_]:
        return ~np.any(self.flow > 0, axis=1)

    @property
    def divided(self) -> NDArray[np.bool_]:
        return np.any(self.flow[:, np.count_nonzero(self.flow, axis=0) > 1] > 0, axis=1)

    def stable_units(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """The finest units that are whole in both waves: agencies between which people moved belong together.

        Returns
        -------
        old_unit, new_unit : int arrays, shapes (O,) and (J,)
            Unit of each agency, 0..U-1. Figures of a unit are the size-weighted means of its agencies in either wave,
            and suppose nothing about the parts of a divided one.

        >>> old_unit, new_unit = Crosswalk(3, 3, [0, 0, 1, 2], [0, 1, 1, 2], np.ones(4)).stable_units()
        >>> old_unit.tolist(), new_unit.tolist()
        ([0, 0, 1], [0, 0, 1])
        """
        # A quarter of a second to import, and needed only here.
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import connected_components

        new, old = np.nonzero(self.flow)
        n = self.n_old + self.n_new
        graph = coo_array((np.ones(len(new)), (old, self.n_old + new)), shape=(n, n))
        _, unit = connected_components(graph, directed=False)
        # Numbered by first appearance, whatever order the search took.
        _, first, unit = np.unique(unit, return_index=True, return_inverse=True)
        unit = np.argsort(np.argsort(first))[unit]
        return unit[: self.n_old], unit[self.n_old :]

    def _positions(self, name: str, given: ArrayLike, n: int) -> NDArray[np.intp]:
        positions = np.asarray(given)
        whole = positions.size == 0 or positions.dtype.kind in "iu"
        if positions.ndim != 1 or not whole or np.any((positions < 0) | (positions >= n)):
            raise ScoringError(f"`{name}` must hold positions of agencies, whole numbers from 0 to {n - 1}.")
        return positions.astype(np.intp)


@dataclass(frozen=True, eq=False)
class Past:
    """Figures of an earlier wave on later agencies.

    Attributes
    ----------
    value : float array, shape (J,); NaN for a new agency, or where a part has no figure.
    covariance : float array, shape (J, J); NaN in rows and columns of those, and where a part has no variance.
    missing_part : int array, shape (J,); position of the first old agency without a figure, else -1.
    is_new, divided : bool arrays, shape (J,); as in `Crosswalk`.
    """

    value: NDArray[np.float64]
    covariance: NDArray[np.float64]
    missing_part: NDArray[np.intp]
    is_new: NDArray[np.bool_]
    divided: NDArray[np.bool_]


def back_cast(value: ArrayLike, covariance: ArrayLike, crosswalk: Crosswalk) -> Past:
    r"""What the past figures of today's agencies were: the share-weighted mean of their parts.

    Parameters
    ----------
    value : float array, shape (O,)
        Figures of the old agencies that are means over people; NaN where there is none.
    covariance : float array, shape (O, O)
        Joint covariance; NaN for those without.
    crosswalk : Crosswalk

    Returns
    -------
    Past

    Raises
    ------
    ScoringError
        Shapes that do not fit the crosswalk.

    Notes
    -----
    theta* = A theta, V* = A V A' with A the shares [1]_. A new agency one of whose parts has no figure has none
    either: nobody knows what it would have changed. Leave a link out of the crosswalk to do without that part.

    Wrong when the figure is no mean over people (a rank, a sum of points), or where `divided` says that a part was
    supposed to be like its whole; the shares' own error is not in V*.

    References
    ----------
    .. [1] Cochran, W. G. (1977). Sampling Techniques, 3rd edition. Wiley. Chapter 5 (a weighted mean of strata).

    Examples
    --------
    >>> past = back_cast([80.0, 90.0], np.diag([1.0, 4.0]), Crosswalk(2, 1, [0, 1], [0, 0], [3.0, 1.0]))
    >>> past.value.tolist(), past.covariance.tolist()
    ([82.5], [[0.8125]])
    """
    value, covariance = np.asarray(value, dtype=float), np.asarray(covariance, dtype=float)
    n = crosswalk.n_old
    if value.shape != (n,) or covariance.shape != (n, n):
        raise ScoringError(
            f"`value` and `covariance` must have shapes ({n},) and ({n}, {n}), the crosswalk's old agencies; given:"
            f" {value.shape}, {covariance.shape}."
        )
    shares = crosswalk.shares
    part = shares > 0
    gap = part & np.isnan(value)
    missing = np.where(gap.any(axis=1), gap.argmax(axis=1), -1)
    undefined = (missing >= 0) | crosswalk.is_new
    past = np.where(undefined, np.nan, shares @ np.nan_to_num(value))
    spread = shares @ np.nan_to_num(covariance) @ shares.T
    # NaN times a share of 0 is NaN in a matrix product: who meets one is counted apart.
    unknown = (part.astype(float) @ np.isnan(covariance) @ part.T.astype(float)) > 0
    spread = np.where(unknown | undefined | undefined[:, None], np.nan, spread)
    return Past(past, spread, missing, crosswalk.is_new, crosswalk.divided)

"""How published domains add up, found from their rows: whatever lies inside another can be subtracted from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.domains import Partition


@dataclass(frozen=True, slots=True)
class Family:
    """A parent domain and disjoint children of it, as row positions; what the children leave is not published."""

    parent: int
    children: tuple[int, ...]


def families(partitions: Sequence[Partition]) -> tuple[Family, ...]:
    """Every way in which domains add up to another; positions count the domains of all partitions in order.

    A domain lies inside another when all its rows do, whether the two columns were meant to be nested or not:
    districts in provinces, a crossing in its margins, agencies in their branch. Of two domains with the same rows
    the earlier is the parent.

    A parent has one family per column whose domains lie in it, together with what else lies directly in it and
    shares no row with them (an agency's own respondents beside the branches below it). A family that follows from
    others is left out: communes add up to a province through its districts.

    Notes
    -----
    Only complete inclusion is seen. Domains that overlap in part bind each other through what holds them both.

    Examples
    --------
    >>> province, district = Partition.of("p", list("aaab")), Partition.of("d", list("xyyz"))
    >>> for family in families([Partition.whole(4), province, district]):
    ...     print(family.parent, family.children)
    0 (1, 2)
    1 (3, 4)
    2 (5,)
    """
    atoms, sizes = _atoms(partitions)
    starts = np.cumsum([0, *(len(partition.domains) for partition in partitions)])
    inside = _containers(atoms, sizes, starts)
    contents: dict[int, list[int]] = {}
    for child, containers in inside.items():
        for parent in containers:
            contents.setdefault(parent, []).append(child)
    return tuple(
        Family(parent, children)
        for parent, below in sorted(contents.items())
        for children in _sums(below, inside, atoms, starts)
    )


def _sums(
    below: list[int], inside: dict[int, set[int]], atoms: NDArray, starts: NDArray
) -> list[tuple[int, ...]]:
    """Sets of disjoint children of one parent, none of which follows from another."""
    column = {child: int(np.searchsorted(starts, child, side="right")) - 1 for child in below}
    everything = set(below)
    direct = [child for child in below if not inside[child] & everything]
    found: list[set[int]] = []
    for p in sorted(set(column.values())):
        children = [child for child in below if column[child] == p]
        taken = np.isin(atoms[p], np.array(children) - starts[p])
        for child in direct:
            own = atoms[column[child]] == child - starts[column[child]]
            if column[child] != p and not (taken & own).any():
                children, taken = [*children, child], taken | own
        if set(children) not in found:
            found.append(set(children))

    def follows(one: set[int], other: set[int]) -> bool:
        return all(child in other or inside[child] & other for child in one)

    return [
        tuple(sorted(one))
        for one in found
        if not any(follows(one, other) for other in found if other is not one)
    ]


def _atoms(partitions: Sequence[Partition]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows that no partition tells apart, taken together: (domain in each partition, rows), shapes (P, A), (A,)."""
    key = np.zeros(len(partitions[0].row_domain), dtype=np.intp)
    for partition in partitions:
        combined = key * (len(partition.domains) + 1) + partition.row_domain + 1
        _, first, key, sizes = np.unique(combined, return_index=True, return_inverse=True, return_counts=True)
        key = key.reshape(-1)
    return np.stack([partition.row_domain[first] for partition in partitions]), sizes


def _containers(atoms: NDArray, sizes: NDArray, starts: NDArray) -> dict[int, set[int]]:
    """For each domain with rows, the domains that hold all of them."""
    rows = np.zeros(starts[-1])
    for column, start in zip(atoms, starts, strict=False):
        np.add.at(rows, start + column[column >= 0], sizes[column >= 0])
    inside: dict[int, set[int]] = {int(child): set() for child in np.flatnonzero(rows)}
    for column, start, stop in zip(atoms, starts, starts[1:], strict=False):
        belongs = column >= 0
        for other, other_start in zip(atoms, starts, strict=False):
            least, most = np.full(stop - start, np.iinfo(np.intp).max), np.full(stop - start, -1)
            np.minimum.at(least, column[belongs], other[belongs])
            np.maximum.at(most, column[belongs], other[belongs])
            for d in np.flatnonzero((least == most) & (most >= 0)):
                child, parent = int(start + d), int(other_start + most[d])
                if (rows[parent], -parent) > (rows[child], -child):
                    inside[child].add(parent)
    return inside

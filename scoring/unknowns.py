"""What a reader does not see, as unknowns of the equations that he knows; how large and how small each can be."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoring.nesting import Family

__all__ = ["Component", "Equations"]

# Counts are whole numbers, so a solution this close to one is that one.
SLACK = 1e-6


class Equations:
    """One equation per family: parent - children - what they leave over = 0.

    An unknown is a number: that of a cell, or behind the cells that of a family, for what its children leave over.
    `n` has one count per cell. A rest of nought is taken as known: that the children are complete is public
    knowledge, as it is of the provinces of a country.
    """

    def __init__(self, families: Sequence[Family], n: Sequence[int]):
        # Two seconds to import, and most releases have no crossing.
        from scipy import sparse

        self.families, self.n_cells = families, len(n)
        rows = [row for row, family in enumerate(families) for _ in range(2 + len(family.children))]
        columns = [
            column
            for row, family in enumerate(families)
            for column in (family.parent, self.n_cells + row, *family.children)
        ]
        signs = [sign for family in families for sign in (1.0, *[-1.0] * (1 + len(family.children)))]
        shape = (len(families), self.n_cells + len(families))
        self.matrix = sparse.csc_array((signs, (rows, columns)), shape=shape)
        cells = np.array(n, dtype=np.int64)
        rests = (self.matrix[:, : self.n_cells] @ cells).astype(np.int64)
        self.counts = np.concatenate([cells, rests])

    def components(
        self, hidden: Sequence[bool], threshold: int, settled: Collection[int] = ()
    ) -> Iterator[Component]:
        """Unknowns that hang together, wherever one is small and not settled, in the order of these.

        `hidden` has one flag per cell. Unknowns of two components share no equation.
        """
        from scipy.sparse import block_array, csgraph

        n_rows = len(self.families)
        of_cells = np.flatnonzero(np.asarray(hidden, dtype=bool))
        rests = self.n_cells + np.flatnonzero(self.counts[self.n_cells :] > 0)
        unknowns = np.concatenate([of_cells, rests])
        counts = self.counts[unknowns]
        few = unknowns[(counts > 0) & (counts < threshold)].tolist()
        if all(one in settled for one in few):
            return
        matrix = self.matrix[:, unknowns]
        links = block_array([[None, matrix], [matrix.T, None]], format="csr")
        _, label = csgraph.connected_components(links, directed=False)
        of_unknown = dict(zip(unknowns.tolist(), label[n_rows:].tolist(), strict=True))
        rows, columns = _members(label[:n_rows]), _members(label[n_rows:])
        by_row = matrix.tocsr()
        for one in dict.fromkeys(of_unknown[unknown] for unknown in few if unknown not in settled):
            row, column = rows.get(one, np.empty(0, dtype=np.intp)), columns[one]
            yield Component(
                [self.families[k] for k in row],
                unknowns[column].tolist(),
                counts[column],
                by_row[row][:, column],
            )


def _members(label: NDArray) -> dict[int, NDArray[np.intp]]:
    order = np.argsort(label, kind="stable")
    names, first = np.unique(label[order], return_index=True)
    return dict(zip(names.tolist(), np.split(order, first[1:]), strict=True)) if len(names) else {}


@dataclass(frozen=True, eq=False)
class Component:
    """Unknowns that hang together: `matrix` (families x unknowns) times their counts is what the reader knows."""

    families: list[Family]
    unknowns: list[int]
    counts: NDArray[np.int64]
    matrix: object

    @cached_property
    def _place(self) -> dict[int, int]:
        return {unknown: k for k, unknown in enumerate(self.unknowns)}

    @cached_property
    def _known(self) -> NDArray[np.float64]:
        return self.matrix @ self.counts

    def few(self, threshold: int) -> list[int]:
        """Unknowns that must not be known: some respondents, but too few."""
        return [one for one, count in zip(self.unknowns, self.counts, strict=True) if 0 < count < threshold]

    def all_great(self, unknowns: Sequence[int], threshold: int) -> dict[int, int]:
        """Possible counts in which as many of these as can be are at or near the threshold together.

        Nothing, where the programme ends in fractions: that would prove nothing of people.
        """
        from scipy import optimize, sparse

        m, (n_rows, width) = len(unknowns), self.matrix.shape
        wanted = [self._place[unknown] for unknown in unknowns]
        # Behind the counts stand m more variables, min(count, threshold), whose sum is to be greatest.
        equal = sparse.hstack([self.matrix, sparse.csr_array((n_rows, m))])
        reach = sparse.csr_array((-np.ones(m), (np.arange(m), wanted)), shape=(m, width))
        at_most = sparse.hstack([reach, sparse.eye_array(m)])
        found = optimize.linprog(
            np.concatenate([np.zeros(width), -np.ones(m)]),
            A_eq=equal,
            b_eq=self._known,
            A_ub=at_most,
            b_ub=np.zeros(m),
            bounds=[(0, None)] * width + [(0, threshold)] * m,
            method="highs",
        )
        return self._whole(found.x[:width]) or {}

    def greatest(self, unknown: int, enough: int) -> tuple[dict[int, int], list[Family]]:
        """Possible counts in which this unknown is greatest, and the families that bound it there.

        It need not be raised above `enough`.
        """
        found = self._extreme(unknown, -1.0, enough)
        bounding = np.flatnonzero(np.abs(found.eqlin.marginals) > SLACK)
        families = [self.families[row] for row in bounding] or self.families
        possible = self._whole(found.x)
        if possible is None:
            x = self._extreme(unknown, -1.0, enough, whole=True).x
            possible = self._whole(x)
        return possible or {}, families

    def interval(self, unknown: int, enough: int) -> tuple[int, int]:
        """Least and greatest whole count that the unknown can have; the greatest is cut at `enough`."""
        low, high = (self._reached(unknown, sign, enough) for sign in (1.0, -1.0))
        return low, min(enough, high)

    def _reached(self, unknown: int, sign: float, enough: int) -> int:
        found = self._extreme(unknown, sign, enough)
        if self._whole(found.x) is None:
            found = self._extreme(unknown, sign, enough, whole=True)
        return round(found.x[self._place[unknown]])

    def _extreme(self, unknown: int, sign: float, enough: int, whole: bool = False):
        from scipy import optimize

        k, width = self._place[unknown], len(self.unknowns)
        objective = np.zeros(width)
        objective[k] = sign
        bounds = [(0, None)] * width
        bounds[k] = (0, max(enough, int(self.counts[k])))
        return optimize.linprog(
            objective,
            A_eq=self.matrix,
            b_eq=self._known,
            bounds=bounds,
            integrality=np.ones(width) if whole else None,
            method="highs",
        )

    def _whole(self, x: NDArray[np.float64]) -> dict[int, int] | None:
        """The solution in whole numbers, if it is one and keeps every equation."""
        near = np.rint(x)
        if np.abs(x - near).max(initial=0) > SLACK or (self.matrix @ near != self._known).any():
            return None
        return dict(zip(self.unknowns, near.astype(int).tolist(), strict=True))

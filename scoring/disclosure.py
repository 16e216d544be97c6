"""Which figures may not be shown: too few respondents, or deducible from their neighbours by subtraction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scoring.nesting import Family

__all__ = ["Family", "suppressed"]

# Counts are whole numbers, so a bound this close to the threshold has reached it.
SLACK = 1e-6
UNBOUNDED = 3  # how scipy's linprog says so


def suppressed(
    n: NDArray[np.intp], rows: NDArray[np.intp], families: Sequence[Family], threshold: int
) -> NDArray[np.bool_]:
    """Cells to suppress among D domains x E estimates.

    Parameters
    ----------
    n : int array, shape (D, E)
        Unweighted rows with a valid answer behind each figure.
    rows : int array, shape (D,)
        Rows of each domain.
    families : sequence of Family
        Every way in which published domains add up (`scoring.nesting.families` finds them).
    threshold : int
        Smallest n that may be shown; 0 shows all.

    Returns
    -------
    bool array, shape (D, E); True where value, n and all else are to be hidden.

    Notes
    -----
    Primary: 0 < n < threshold; or n = 0 in a domain below the threshold (that nobody answered tells of a few).

    Complementary: figures of the same column are hidden, the smallest that can help first, until no sum and
    difference of shown figures covers a hidden cell with fewer than `threshold` respondents. This is the same as
    saying that the greatest count a hidden cell may have, by what is shown and because no count is negative, is at
    least the threshold [1]_. What the children of a shown parent leave over counts as a hidden cell too. Where
    domains form a tree it is decided exactly by what each shown parent leaves after all that is shown below it;
    where they cross (a domain inside two others), by a linear programme.

    Wrong to rely on against: tables published elsewhere or earlier; solving for one item from an index and its
    other items in the same domain (columns are treated one by one); learning that a hidden n is 0, or in which of
    two hidden cells the few are; a shown figure of 0 or 100 %, which tells what everyone in it answered.

    References
    ----------
    .. [1] Fischetti, M. and Salazar, J. J. (2001). Solving the cell suppression problem on tabular data with linear
       constraints. Management Science 47, 1008-1027.

    Examples
    --------
    A whole of 100 in three provinces of 4, 20 and 76: the 4 go, and the 20, so that 100 - 76 is no longer the 4.

    >>> n = np.array([[100], [4], [20], [76]])
    >>> suppressed(n, n[:, 0], [Family(0, (1, 2, 3))], 10)[:, 0].tolist()
    [False, True, True, False]
    """
    if threshold <= 0:
        return np.zeros(n.shape, dtype=bool)
    few = (rows > 0) & (rows < threshold)
    hidden = ((n > 0) & (n < threshold)) | (few[:, None] & (n == 0))
    house = _House(families, rows)
    for e in np.flatnonzero(hidden.any(axis=0) | house.leaves_few(n, threshold)):
        hidden[:, e] = _Column(house, n[:, e], hidden[:, e], threshold).protected()
    return hidden


class _House:
    """The families of a release, the lowest first, and how they hang together."""

    def __init__(self, families: Sequence[Family], rows: NDArray[np.intp]):
        self.families = sorted(families, key=lambda f: (rows[f.parent], -f.parent))
        self.below: dict[int, list[Family]] = {}
        for family in self.families:
            self.below.setdefault(family.parent, []).append(family)
        homes = Counter(child for family in families for child in family.children)
        self.roots = set(self.below) - set(homes)
        self.is_tree = all(count == 1 for count in homes.values()) and all(
            len(below) == 1 or parent in self.roots for parent, below in self.below.items()
        )

    def leaves_few(self, n: NDArray, threshold: int) -> NDArray[np.bool_]:
        """Columns in which some children leave over a few of their parent, shape (E,)."""
        found = np.zeros(n.shape[1], dtype=bool)
        for family in self.families:
            rest = n[family.parent] - n[list(family.children)].sum(axis=0)
            found |= (rest > 0) & (rest < threshold)
        return found


class _Column:
    """One figure in all domains: hides cells until nothing small can be reached."""

    def __init__(self, house: _House, n: NDArray, hidden: NDArray, threshold: int):
        self.house, self.threshold = house, threshold
        self.safe: set[object] = set()
        self.n, self.hidden = n.tolist(), hidden.tolist()

    def protected(self) -> list[bool]:
        self._protect_families()
        if not self.house.is_tree:
            self._prove_many()
            while self._protect_by_bounds():
                self._protect_families()
        return self.hidden

    def _protect_families(self) -> None:
        changed = True
        while changed:
            changed = False
            for family in self.house.families:
                while not self.hidden[family.parent] and 0 < self._left_over(family) < self.threshold:
                    self._hide(self._frontier(family))
                    changed = True

    def _left_over(self, family: Family) -> int:
        """Respondents of the parent whom no shown cell below accounts for."""
        children = family.children
        rest = self.n[family.parent] - sum(self.n[child] for child in children)
        return rest + sum(self._unaccounted(child) for child in children if self.hidden[child])

    def _unaccounted(self, cell: int) -> int:
        """The same of a hidden cell, by that of its families which leaves the fewest."""
        return min(
            (self._left_over(family) for family in self.house.below.get(cell, ())), default=self.n[cell]
        )

    def _frontier(self, family: Family) -> Iterator[int]:
        """Shown cells with respondents, directly below or below what is hidden."""
        for child in family.children:
            if not self.hidden[child] and self.n[child] > 0:
                yield child
            for lower in self.house.below.get(child, ()) if self.hidden[child] else ():
                yield from self._frontier(lower)

    def _hide(self, candidates: Iterator[int]) -> None:
        self.hidden[min(candidates, key=lambda cell: (self.n[cell], cell))] = True

    def _prove_many(self) -> None:
        """Find out at once what is safe already, as far as a few programmes can tell."""
        system = self._unknowns()
        waiting = system.few(self.threshold)
        while waiting:
            self._note(system.all_great(waiting, self.threshold))
            left = [unknown for unknown in waiting if unknown not in self.safe]
            if len(left) > 0.9 * len(waiting):
                return
            waiting = left

    def _protect_by_bounds(self) -> bool:
        """Hide one cell more where a hidden one is bounded below the threshold; False where none is."""
        system = self._unknowns()
        for unknown in system.few(self.threshold):
            if unknown not in self.safe:
                possible, used = system.greatest(unknown)
                self._note(possible)
                if unknown not in self.safe:
                    cells = {cell for family in used for cell in (family.parent, *family.children)}
                    shown = [cell for cell in cells if not self.hidden[cell] and self.n[cell] > 0]
                    self._hide([cell for cell in shown if cell not in self.house.roots] or shown)
                    return True
        return False

    def _unknowns(self) -> _Unknowns:
        return _Unknowns(self.house.families, self.n, self.hidden)

    def _note(self, possible: dict[int | Family, float]) -> None:
        """What may be large in one solution is safe; hiding more only widens what is possible, so it stays safe."""
        self.safe |= {unknown for unknown, count in possible.items() if count >= self.threshold - SLACK}


class _Unknowns:
    """What is not shown, as the unknowns of one equation per family: parent - children - what they leave = 0.

    An unknown is a hidden cell, or a family, for what its children leave over.
    """

    def __init__(self, families: Sequence[Family], n: list[int], hidden: list[bool]):
        # Two seconds to import, and most releases have no crossing.
        from scipy import optimize, sparse

        self.solve, self.sparse = optimize.linprog, sparse
        self.families = families
        self.place: dict[int | Family, int] = {}
        counts: list[int] = []
        terms: list[tuple[int, int, float]] = []

        def add(row: int, unknown: int | Family, count: int, sign: float) -> None:
            if unknown not in self.place:
                self.place[unknown] = len(counts)
                counts.append(count)
            terms.append((row, self.place[unknown], sign))

        for row, family in enumerate(families):
            for cell, sign in ((family.parent, 1.0), *((child, -1.0) for child in family.children)):
                if hidden[cell]:
                    add(row, cell, n[cell], sign)
            rest = n[family.parent] - sum(n[child] for child in family.children)
            if rest > 0:
                add(row, family, rest, -1.0)
        self.counts = np.array(counts)
        rows, columns, signs = zip(*terms, strict=True) if terms else ((), (), ())
        self.matrix = sparse.csr_array((signs, (rows, columns)), shape=(len(families), len(counts)))

    def few(self, threshold: int) -> list[int | Family]:
        """Unknowns that must not be known: some respondents, but too few."""
        return [unknown for unknown, k in self.place.items() if 0 < self.counts[k] < threshold]

    def all_great(self, unknowns: list[int | Family], threshold: int) -> dict[int | Family, float]:
        """Possible counts in which as many of these as can be are at or near the threshold together."""
        m, width = len(unknowns), len(self.counts)
        wanted = [self.place[unknown] for unknown in unknowns]
        # Behind the counts stand m more variables, min(count, threshold), whose sum is to be greatest.
        equal = self.sparse.hstack([self.matrix, self.sparse.csr_array((len(self.families), m))])
        reach = self.sparse.csr_array((-np.ones(m), (np.arange(m), wanted)), shape=(m, width))
        at_most = self.sparse.hstack([reach, self.sparse.eye_array(m)])
        found = self.solve(
            np.concatenate([np.zeros(width), -np.ones(m)]),
            A_eq=equal,
            b_eq=self.matrix @ self.counts,
            A_ub=at_most,
            b_ub=np.zeros(m),
            bounds=[(0, None)] * width + [(0, threshold)] * m,
            method="highs",
        )
        return {unknown: found.x[k] for unknown, k in self.place.items()}

    def greatest(self, unknown: int | Family) -> tuple[dict[int | Family, float], list[Family]]:
        """Possible counts in which this unknown is greatest, and the families that bound it there."""
        rows, columns = self._tied_to(self.place[unknown])
        matrix = self.matrix[rows][:, columns]
        objective = np.where(columns == self.place[unknown], -1.0, 0.0)
        found = self.solve(objective, A_eq=matrix, b_eq=matrix @ self.counts[columns], method="highs")
        if found.status == UNBOUNDED:
            return {unknown: np.inf}, []
        value = dict(zip(columns.tolist(), found.x, strict=True))
        possible = {key: value[k] for key, k in self.place.items() if k in value}
        bounding = rows[np.abs(found.eqlin.marginals) > SLACK]
        return possible, [self.families[row] for row in (bounding if len(bounding) else rows)]

    def _tied_to(self, column: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Equations and unknowns that hang together with one unknown."""
        links = abs(self.matrix)
        columns = np.zeros(links.shape[1], dtype=bool)
        columns[column] = True
        while True:
            rows = links @ columns > 0
            wider = columns | (links.T @ rows > 0)
            if (wider == columns).all():
                return np.flatnonzero(rows), np.flatnonzero(columns)
            columns = wider

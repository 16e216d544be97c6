"""Complementary suppression of counts that add up: which more to hide, so that no small one can be worked out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.nesting import Family
from scoring.unknowns import Component, Equations

__all__ = ["House", "Pattern", "protect"]


@dataclass(frozen=True, slots=True)
class Pattern:
    """What is hidden, one flag per cell; `exposed` is what nothing that may still be hidden protects.

    An exposed unknown is the number of a cell, or behind these that of a family of the house, for what its children
    leave over. There is none unless figures published earlier give it away.
    """

    hidden: list[bool]
    exposed: tuple[int, ...] = ()


class House:
    """The families of a release, the lowest first, and how they hang together.

    `rows`, shape (cells,): rows of each cell, by which the families are ordered.
    """

    def __init__(self, families: Sequence[Family], rows: NDArray[np.intp]):
        self.families = sorted(families, key=lambda f: (rows[f.parent], -f.parent, f.children))
        self.below: dict[int, list[Family]] = {}
        for family in self.families:
            self.below.setdefault(family.parent, []).append(family)
        homes = Counter(child for family in families for child in family.children)
        self.roots = set(self.below) - set(homes)
        self.with_cell: dict[int, list[int]] = {}
        self.with_child: dict[int, list[int]] = {}
        for k, family in enumerate(self.families):
            self.with_cell.setdefault(family.parent, []).append(k)
            for child in family.children:
                self.with_cell.setdefault(child, []).append(k)
                self.with_child.setdefault(child, []).append(k)
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


def protect(
    house: House,
    n: Sequence[int],
    hidden: Sequence[bool],
    threshold: int,
    published: Sequence[bool] | None = None,
) -> Pattern:
    """Hide cells until no small unknown is bounded below the threshold by what is shown.

    Parameters
    ----------
    house : House
    n : whole numbers, one per cell
        Counts that obey every family: parent = children + a rest that is not negative.
    hidden : flags, one per cell
        What is hidden to begin with.
    threshold : int
        Smallest count that may be known.
    published : flags, one per cell, optional
        Cells that readers hold already (earlier releases): they cannot be hidden any more.

    Returns
    -------
    Pattern

    Notes
    -----
    An unknown is a hidden cell, or what the children of a family leave over. Small means 0 < count < threshold.
    The condition is that the greatest whole-number count which a small unknown can have, by the equations, by what
    is shown and because no count is negative, is at least the threshold [1]_ [2]_: then no sum and difference of
    shown figures covers a small group, for its size would follow too. Each family is looked at alone first, the
    lowest first, and the smallest shown cell that can help is hidden, the first of equals. Where families form a
    tree this decides it. Elsewhere the unknowns fall into components that share no equation; each is decided by
    linear programmes, and by an integer programme where the linear one ends in fractions. Nothing is drawn at
    random: the same counts give the same cells.

    Wrong to rely on for the least possible loss: it is greedy, and does not search all patterns.

    References
    ----------
    .. [1] Cox, L. H. (1980). Suppression methodology and statistical disclosure control. JASA 75, 377-385.
    .. [2] Fischetti, M. and Salazar, J. J. (2001). Solving the cell suppression problem on tabular data with linear
       constraints. Management Science 47, 1008-1027.
    """
    return _Column(house, n, hidden, threshold, published or [False] * len(n)).protected()


class _Column:
    """One count in all cells."""

    def __init__(
        self,
        house: House,
        n: Sequence[int],
        hidden: Sequence[bool],
        threshold: int,
        published: Sequence[bool],
    ):
        self.house, self.threshold, self.published = house, threshold, published
        self.safe: set[int] = set()
        self.exposed: dict[int, None] = {}
        self.n, self.hidden = list(n), list(hidden)
        # Families to look at, for what they leave over may have changed.
        self.stale = set(range(len(house.families)))

    def protected(self) -> Pattern:
        self._hide_where_there_is_no_choice()
        self._protect_families()
        if not self.house.is_tree:
            equations = Equations(self.house.families, self.n)
            while self._protect_by_bounds(equations):
                self._protect_families()
        return Pattern(self.hidden, tuple(self.exposed))

    def _hide_where_there_is_no_choice(self) -> None:
        """What one cell alone can protect (newcomers to a published cell) comes first, or others go in vain."""
        for family in self.house.families:
            cells = (family.parent, *family.children)
            free = [cell for cell in cells if not self.published[cell]]
            shown = not any(self.hidden[cell] for cell in cells)
            if len(free) == 1 < len(cells) and shown and 0 < self._left_over(family) < self.threshold:
                self._hide(free)

    def _protect_families(self) -> None:
        while self.stale:
            for k, family in enumerate(self.house.families):
                if k not in self.stale:
                    continue
                self.stale.discard(k)
                while not self.hidden[family.parent] and 0 < self._left_over(family) < self.threshold:
                    if not self._hide(self._frontier(family)) and not self._hide([family.parent]):
                        self.exposed[len(self.n) + k] = None
                        break

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

    def _hide(self, candidates: Iterable[int]) -> bool:
        """Hide the smallest of the cells that may still be hidden; False where there is none."""
        free = [cell for cell in candidates if not self.published[cell] and not self.hidden[cell]]
        if free:
            chosen = min(free, key=lambda cell: (self.n[cell], cell))
            self.hidden[chosen] = True
            self._touch(self.house.with_cell.get(chosen, ()))
        return bool(free)

    def _touch(self, families: Iterable[int]) -> None:
        """These are to be looked at again, and those above them as far as what lies between is hidden."""
        for k in families:
            self.stale.add(k)
            parent = self.house.families[k].parent
            if self.hidden[parent]:
                self._touch(self.house.with_child.get(parent, ()))

    def _protect_by_bounds(self, equations: Equations) -> bool:
        """Hide a cell more in each component that bounds a small unknown; False where none does."""
        settled = self.safe | set(self.exposed)
        changed = False
        for component in equations.components(self.hidden, self.threshold, settled):
            changed |= self._settle(component)
        return changed

    def _settle(self, component: Component) -> bool:
        settled = self.safe | set(self.exposed)
        waiting = [unknown for unknown in component.few(self.threshold) if unknown not in settled]
        while waiting:
            # One programme for many: what it cannot raise together is then looked at one by one.
            self._note(component.all_great(waiting, self.threshold))
            left = [unknown for unknown in waiting if unknown not in self.safe]
            if len(left) > 0.9 * len(waiting):
                break
            waiting = left
        for unknown in waiting:
            if unknown in self.safe:
                continue
            possible, bounding = component.greatest(unknown, self.threshold)
            self._note(possible)
            if unknown not in self.safe and self._hide_near(bounding, component):
                return True
            if unknown not in self.safe:
                self.exposed[unknown] = None
        return False

    def _hide_near(self, bounding: Sequence[Family], component: Component) -> bool:
        """Hide a shown cell of the families that bound an unknown; of the whole only where nothing else is left."""
        for families in (bounding, component.families):
            cells = dict.fromkeys(cell for family in families for cell in (family.parent, *family.children))
            shown = [cell for cell in cells if not self.hidden[cell] and self.n[cell] > 0]
            if self._hide(cell for cell in shown if cell not in self.house.roots) or self._hide(shown):
                return True
        return False

    def _note(self, possible: dict[int, int]) -> None:
        """What may be large in one solution is safe; hiding more only widens what is possible, so it stays safe."""
        self.safe |= {unknown for unknown, count in possible.items() if count >= self.threshold}

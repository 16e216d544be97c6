"""The fixed tables of a release: branches of an agency tree by at most one profile variable, hidden together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

import numpy as np

from scoring.errors import ScoringError, some
from scoring.nesting import Family
from scoring.suppression import House, protect
from scoring.unknowns import Equations

__all__ = [
    "Audit",
    "Cell",
    "Published",
    "Recovered",
    "Suppression",
    "TableSet",
    "TableSetError",
    "audit",
    "solve",
]

Reason = Literal["primary", "complementary"]

# Names of what no table shows. The sign cannot stand in a code.
ITSELF, NOT_GIVEN = " itself", " not given"


class TableSetError(ScoringError):
    """Counts that cannot add up, or a table that is not of the set."""


class Cell(NamedTuple):
    """A row of a table: a branch as a whole, or those of it in one category of one profile variable."""

    branch: str
    variable: str | None = None
    category: str | None = None


@dataclass(frozen=True, eq=False)
class TableSet:
    """What a release may show: for each branch its head count of answers, and its tables by one variable.

    `wave` names the answers: sets of one wave speak of the same people. `parents` gives each branch the branch
    above it, or None at the top. `counts` gives each cell its unweighted number of respondents; every branch needs
    its own `Cell(branch)`, and a category that a table leaves out is not published. Values (means, indices) follow
    their count: what hides the one hides the other.

    Raises `TableSetError` for counts that cannot add up: negative or broken ones, categories or children that
    exceed their total, a branch without a total or outside the tree, a tree that runs in a circle.
    """

    wave: str
    parents: Mapping[str, str | None]
    counts: Mapping[Cell, int]

    def __post_init__(self) -> None:
        object.__setattr__(self, "counts", {Cell(*cell): int(n) for cell, n in self._checked()})
        self._check_tree()
        for parent, children in self._sums():
            total = sum(self.counts[child] for child in children)
            if total > self.counts[parent]:
                raise TableSetError(
                    f"{_name(parent)} counts {self.counts[parent]}, but what stands in it adds up to {total}; count"
                    " each respondent once per table."
                )

    def _checked(self) -> Iterator[tuple[Cell, int]]:
        for cell, n in self.counts.items():
            if not isinstance(n, int | np.integer) or n < 0:
                raise TableSetError(
                    f"{_name(Cell(*cell))} counts {n!r}; a count is a whole number of nought or more."
                )
            if (Cell(*cell).variable is None) != (Cell(*cell).category is None):
                raise TableSetError(f"{tuple(cell)!r} needs both a variable and a category, or neither.")
            yield cell, n

    def _check_tree(self) -> None:
        for what, wrong in (
            ("have no place in the tree", {cell.branch for cell in self.counts} - set(self.parents)),
            ("have no head count", {one for one in self.parents if Cell(one) not in self.counts}),
            (
                "stand above others, but not in the tree",
                set(self.parents.values()) - {None} - set(self.parents),
            ),
        ):
            if wrong:
                raise TableSetError(f"Branches that {what}: {some(sorted(map(str, wrong)))}.")
        above: set[str] = set()
        for branch in self.parents:
            path = []
            while branch is not None and branch not in above:
                if branch in path:
                    raise TableSetError(f"Branch {branch!r} stands above itself; correct the tree.")
                path.append(branch)
                branch = self.parents[branch]
            above.update(path)

    def _sums(self) -> Iterator[tuple[Cell, tuple[Cell, ...]]]:
        """Each cell with what lies in it: the categories of one variable, or the same in the branches below."""
        parts: dict[tuple[Cell, str], list[Cell]] = {}
        for cell in self.counts:
            if cell.variable is not None:
                parts.setdefault((Cell(cell.branch), f"variable {cell.variable}"), []).append(cell)
            parent = self.parents[cell.branch]
            if parent is not None and cell._replace(branch=parent) in self.counts:
                parts.setdefault((cell._replace(branch=parent), "branches"), []).append(cell)
        for (parent, _), children in parts.items():
            yield parent, tuple(children)

    def tables(self) -> list[tuple[str, str | None]]:
        """Every (branch, variable) that can be asked for."""
        return list(dict.fromkeys((cell.branch, cell.variable) for cell in self.counts))


@dataclass(frozen=True, eq=False)
class Published:
    """An earlier release: its tables, and which of their cells it hid.

    `parts` says, where the tree has changed since, of which earlier branches a later one is made:
    `{"north": ("hill", "river")}` after a merger. A branch not named is compared with itself.
    """

    tables: TableSet
    hidden: frozenset[Cell]
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Suppression:
    """What a release hides, and why. `exposed`: small groups that earlier releases give away by themselves."""

    tables: TableSet
    threshold: int
    reasons: Mapping[Cell, Reason]
    exposed: tuple[str, ...] = ()

    @cached_property
    def hidden(self) -> frozenset[Cell]:
        return frozenset(self.reasons)

    def published(self, parts: Mapping[str, tuple[str, ...]] | None = None) -> Published:
        """This release, as an earlier one of the next."""
        return Published(self.tables, self.hidden, parts or {})

    def table(self, branch: str, variable: str | None = None) -> dict[Cell, int | None]:
        """The rows of one table in order, None where hidden.

        A filter chooses among the tables of the set; anything else raises `TableSetError`, for it was not solved.
        """
        found = {
            cell: None if cell in self.reasons else n
            for cell, n in self.tables.counts.items()
            if (cell.branch, cell.variable) == (branch, variable)
        }
        if not found:
            raise TableSetError(f"{_name(Cell(branch, variable))} is not a table of this release.")
        return found


class Recovered(NamedTuple):
    """A small group that the published cells bound below the threshold: it has between low and high respondents."""

    group: str
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Audit:
    """How many small groups were tried, and which of them are not protected."""

    tried: int
    recovered: tuple[Recovered, ...]


def solve(tables: TableSet, threshold: int, earlier: Sequence[Published] = ()) -> Suppression:
    """Primary and complementary suppression of a whole table set, with what readers hold from earlier.

    Parameters
    ----------
    tables : TableSet
    threshold : int
        Smallest number of respondents that may be shown; 0 shows all.
    earlier : sequence of Published
        All releases before this one, the first one first. Those of the same wave bind the new tables: each later
        cell is its earlier self and those who came since. Other waves speak of other answers and bind nothing; a
        change between waves is shown only where both of its ends are (PRODUCT 11).

    Returns
    -------
    Suppression

    Notes
    -----
    Primary: 0 < n < threshold, and every row of a branch with fewer than `threshold` respondents. Complementary: as
    `scoring.suppression.protect` over all equations at once: a branch is what its children and its own respondents
    add up to, in total and in each category; a total is its categories and those who gave none; a later version is
    the earlier one and the newcomers. Where a branch's head count is hidden, so are all its tables.

    Answers taken out since the earlier release are treated like answers added, cell by cell. Where both happened in
    one cell the smaller change hides behind the larger one, and is not looked for.

    Source: Hundepool et al. (2012), Statistical Disclosure Control, Wiley, chapter 4; Federal Committee on
    Statistical Methodology (2005), Statistical Policy Working Paper 22, chapter 4.

    Examples
    --------
    >>> tree = {"city": None, "east": "city", "west": "city", "port": "city"}
    >>> counts = {Cell("city"): 100, Cell("east"): 4, Cell("west"): 20, Cell("port"): 76}
    >>> found = solve(TableSet("2026", tree, counts), threshold=10)
    >>> {cell.branch: reason for cell, reason in found.reasons.items()}
    {'east': 'primary', 'west': 'complementary'}
    """
    if threshold <= 0:
        return Suppression(tables, threshold, {})
    small = _primary(tables, threshold)
    system = _System(tables, earlier)
    pattern = protect(system.house, system.n, system.start(small), threshold, system.published)
    hidden = {cell for cell in tables.counts if pattern.hidden[system.place[0, cell]]}
    # A table under a hidden head count would show part of it. To hide more only widens what is possible.
    hidden |= {cell for cell in tables.counts if Cell(cell.branch) in hidden}
    reasons: dict[Cell, Reason] = {
        cell: "primary" if cell in small else "complementary" for cell in tables.counts if cell in hidden
    }
    return Suppression(tables, threshold, reasons, tuple(system.name(one) for one in pattern.exposed))


def audit(
    tables: TableSet, hidden: frozenset[Cell], threshold: int, earlier: Sequence[Published] = ()
) -> Audit:
    """Try to bound every small group by all that is published; what comes out below the threshold is recovered.

    Starts from the published cells alone and knows nothing of how they were chosen. A group is protected by a
    witness: whole counts for everything hidden that agree with everything shown, and in which the group has at
    least `threshold` respondents. Where none is found the group's least and greatest count are computed by integer
    programmes. A group whose size is fixed by the equations has low = high; values then follow as sizes do.
    """
    if threshold <= 0:
        return Audit(0, ())
    system = _System(tables, earlier)
    equations = Equations(system.house.families, system.n)
    tried, recovered = 0, []
    for component in equations.components(system.start(hidden), threshold):
        few = component.few(threshold)
        tried += len(few)
        waiting = few
        while waiting:
            witness = component.all_great(waiting, threshold)
            left = [one for one in waiting if witness.get(one, 0) < threshold]
            if len(left) > 0.9 * len(waiting):
                break
            waiting = left
        for one in waiting:
            low, high = component.interval(one, threshold)
            if high < threshold:
                recovered.append(Recovered(system.name(one), low, high))
    return Audit(tried, tuple(recovered))


def _primary(tables: TableSet, threshold: int) -> frozenset[Cell]:
    few = {branch for branch in tables.parents if 0 < tables.counts[Cell(branch)] < threshold}
    return frozenset(
        cell for cell, n in tables.counts.items() if 0 < n < threshold or (n == 0 and cell.branch in few)
    )


class _System:
    """All that there is to know, numbered, and the equations in it.

    `place` numbers (release, cell): release 0 is the new one, 1 and on are the earlier ones of its wave. What no
    table shows stands beside the cells as if it were one, of release -1 for 0, -2 for 1 and so on: a branch's own
    respondents, and those who gave no category.
    """

    def __init__(self, tables: TableSet, earlier: Sequence[Published]):
        self.before = [one for one in earlier if one.tables.wave == tables.wave]
        sets = [tables, *(one.tables for one in self.before)]
        self.place: dict[tuple[int, Cell], int] = {}
        self.n: list[int] = []
        families: list[Family] = []
        for k, one in enumerate(sets):
            for cell, n in one.counts.items():
                self._add((k, cell), n)
            families += _Completed(self, k, one).families
        for k, one in enumerate(self.before, start=1):
            for later in range(k + 1, len(sets)):
                families += self._links(later, k, one)
            families += self._links(0, k, one)
        self.house = House(families, np.array(self.n))
        self.published = [k != 0 for k, _ in self.place]

    def _add(self, key: tuple[int, Cell], n: int) -> int:
        self.place[key] = len(self.n)
        self.n.append(n)
        return self.place[key]

    def _links(self, later: int, k: int, earlier: Published) -> Iterator[Family]:
        """A later cell is the same cell before and what came since; or less, where answers were taken out."""
        for (release, cell), now in list(self.place.items()):
            if release not in (later, -1 - later):
                continue
            branches = earlier.parts.get(cell.branch, (cell.branch,))
            before = [(k if release >= 0 else -1 - k, cell._replace(branch=branch)) for branch in branches]
            if not all(key in self.place for key in before):
                continue
            then = tuple(self.place[key] for key in before)
            total = sum(self.n[one] for one in then)
            if total <= self.n[now]:
                yield Family(now, then)
            elif len(then) == 1:
                yield Family(then[0], (now,))
            else:
                # What the parts were together was no cell of its own: it stands here as one that nobody saw.
                name = f"{' and '.join(branches)} before {later}:{k}:{release}"
                together = self._add((-1 - k, cell._replace(branch=name)), total)
                yield Family(together, then)
                yield Family(together, (now,))

    def start(self, hidden: frozenset[Cell]) -> list[bool]:
        """What is hidden to begin with, one flag per cell."""
        return [k < 0 or cell in (hidden if k == 0 else self.before[k - 1].hidden) for k, cell in self.place]

    @cached_property
    def _keys(self) -> list[tuple[int, Cell]]:
        return list(self.place)

    def name(self, unknown: int) -> str:
        """What an unknown is, in words: a cell, or what the children of a family leave over."""
        if unknown < len(self.n):
            return self._told(unknown)
        family = self.house.families[unknown - len(self.n)]
        return f"{self._told(family.parent)} without {some([*map(self._told, family.children)], 3)}"

    def _told(self, cell: int) -> str:
        k, key = self._keys[cell]
        release = k if k >= 0 else -1 - k
        return _name(key) + (f" (earlier release {release})" if release else "")


class _Completed:
    """The equations of one table set, completed by what it does not show, so that nothing is left over."""

    def __init__(self, system: _System, k: int, tables: TableSet):
        self.system, self.k, self.tables = system, k, tables
        self.below: dict[str, list[str]] = {}
        for branch, parent in tables.parents.items():
            if parent is not None:
                self.below.setdefault(parent, []).append(branch)
        self.codes: dict[tuple[str, str], list[str]] = {}
        for cell in tables.counts:
            if cell.variable is not None:
                self.codes.setdefault((cell.branch, cell.variable), []).append(cell.category)
        self.families: list[Family] = []
        for branch, variable in self.codes:
            self._categories(branch, variable)
        for branch in self.below:
            self._branches(Cell(branch))
        for branch, variable in self.codes:
            if any((child, variable) in self.codes for child in self.below.get(branch, ())):
                self._branches_of_table(branch, variable)

    def _at(self, cell: Cell) -> int | None:
        place = self.system.place
        return place.get((self.k, cell), place.get((-1 - self.k, cell)))

    def _sum(self, parent: int, cells: Sequence[Cell], rest: Cell) -> None:
        """The parent is these cells, as far as they exist, and the rest, which becomes a cell if it holds anyone."""
        children = [place for place in map(self._at, cells) if place is not None]
        left = self.system.n[parent] - sum(self.system.n[child] for child in children)
        if left > 0:
            children.append(self.system._add((-1 - self.k, rest), left))
        if children:
            self.families.append(Family(parent, tuple(children)))

    def _categories(self, branch: str, variable: str) -> None:
        cells = [Cell(branch, variable, code) for code in self.codes[branch, variable]]
        self._sum(self._at(Cell(branch)), cells, Cell(branch, variable, NOT_GIVEN))

    def _branches(self, cell: Cell) -> None:
        children = [cell._replace(branch=child) for child in self.below[cell.branch]]
        self._sum(self._at(cell), children, cell._replace(branch=cell.branch + ITSELF))

    def _branches_of_table(self, branch: str, variable: str) -> None:
        codes = self.codes[branch, variable]
        for code in codes:
            self._branches(Cell(branch, variable, code))
        if any(set(self.codes.get((child, variable), ())) != set(codes) for child in self.below[branch]):
            # Part of what is left stands in a table that the set does not have: nothing more is known of it.
            return
        if self._at(Cell(branch, variable, NOT_GIVEN)) is not None:
            self._branches(Cell(branch, variable, NOT_GIVEN))
        itself = self._at(Cell(branch + ITSELF))
        if itself is not None:
            cells = [Cell(branch + ITSELF, variable, code) for code in (*codes, NOT_GIVEN)]
            children = tuple(place for place in map(self._at, cells) if place is not None)
            self.families.append(Family(itself, children))


def _name(cell: Cell) -> str:
    variable = f"by {cell.variable}" if cell.variable else None
    return " ".join(part.strip() for part in (cell.branch, variable, cell.category) if part)

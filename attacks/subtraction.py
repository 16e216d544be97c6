"""Subtraction: add, subtract and solve every table that a reader can fetch, and try to reach a small group.

`python -m attacks.subtraction` releases simulated waves over trees of three levels, with tables by two profile
variables, a later version of the first wave and a second wave, and attacks all that is shown; then it does the same to
what the application really publishes of two waves (`released`). It prints
`subtraction: tried N, recovered R` and ends with 1 if anything was recovered. With `PLANT=no-complement` only cells
that are small themselves are hidden, as a careless release would: the attack must then succeed.

A try is one small group (fewer respondents than the threshold) under one method, or one combination of shown cells.
The reader knows the tree, all categories, where nobody can be, and every shown count and value; he does not know how
cells were chosen. Nothing here uses the solver's equations: groups are sets of respondents.
"""

from __future__ import annotations

import itertools
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import optimize

from scoring.tableset import Cell, Published, TableSet, solve

THRESHOLD = 10
RELEASES = 60
REAL_RELEASES = 2  # pairs of waves that go through the application
BOUNDED = 6  # small groups per simulated wave that a linear programme is spent on
MAX_SUBSET = 10  # all subsets of up to so many shown parts are taken from their total
NEAR = 1e-7
CATEGORIES = {"sex": ("f", "m"), "age": ("20", "30", "40", "50")}
NONE = ""  # did not say


@dataclass
class Findings:
    """How much was tried by each method, and what came out."""

    tried: Counter = field(default_factory=Counter)
    recovered: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"subtraction: tried {self.tried.total()}, recovered {len(self.recovered)}"


@dataclass(frozen=True, eq=False)
class Wave:
    """Simulated respondents: `unit` the agency of each, `profile` their category per variable, `answer` 0 or 1."""

    name: str
    parents: dict[str, str | None]
    unit: NDArray[np.str_]
    profile: dict[str, NDArray[np.str_]]
    answer: NDArray[np.float64]

    def member(self, cell: Cell) -> NDArray[np.bool_]:
        """Who stands in a cell."""
        below = np.array([cell.branch in path(self.parents, unit) for unit in self.unit])
        return below if cell.variable is None else below & (self.profile[cell.variable] == cell.category)

    def cells(self) -> list[Cell]:
        return [
            cell
            for branch in self.parents
            for cell in (
                Cell(branch),
                *(Cell(branch, variable, one) for variable, codes in CATEGORIES.items() for one in codes),
            )
        ]


def path(parents: dict[str, str | None], branch: str | None) -> list[str]:
    """The branch and all above it."""
    found = []
    while branch is not None:
        found.append(branch)
        branch = parents[branch]
    return found


def simulate(name: str, parents: dict[str, str | None], rng: np.random.Generator) -> Wave:
    """A wave of some hundred answers, unevenly spread; some stand at upper agencies, some leave their profile out."""
    n = int(rng.integers(60, 500))
    leaves = [branch for branch in parents if branch not in parents.values()]
    upper = [branch for branch in parents if branch in parents.values()]
    unit = rng.choice(leaves, n, p=rng.dirichlet(np.ones(len(leaves)) * 0.8))
    at_top = rng.random(n) < rng.choice([0, 0.04, 0.15])
    unit = np.where(at_top, rng.choice(upper, n), unit)
    profile = {}
    for variable, codes in CATEGORIES.items():
        said = rng.choice(codes, n, p=rng.dirichlet(np.ones(len(codes))))
        profile[variable] = np.where(rng.random(n) < rng.choice([0, 0.02, 0.1]), NONE, said)
    return Wave(name, parents, unit, profile, (rng.random(n) < 0.7).astype(float))


def tree(rng: np.random.Generator) -> dict[str, str | None]:
    """Three levels of two to four."""
    parents: dict[str, str | None] = {"top": None}
    for a in range(rng.integers(2, 5)):
        parents[f"a{a}"] = "top"
        parents |= {f"a{a}b{b}": f"a{a}" for b in range(rng.integers(2, 5))}
    return parents


@dataclass(frozen=True, eq=False)
class Shelf:
    """All releases of one wave, as a reader has them: `version[k]` marks who was in release k."""

    wave: Wave
    version: list[NDArray[np.bool_]]
    released: list[Published]

    def groups(self) -> Iterator[tuple[int, Cell, NDArray[np.bool_], bool]]:
        """(release, cell, its members, whether it is shown)."""
        for k, (here, release) in enumerate(zip(self.version, self.released, strict=True)):
            for cell in release.tables.counts:
                yield k, cell, self.wave.member(cell) & here, cell not in release.hidden


def releases(seed: int, complement: bool = True) -> list[Shelf]:
    """A first wave, a later version of it with newcomers, and a second wave, each solved after those before."""
    rng = np.random.default_rng(seed)
    parents = tree(rng)
    earlier: list[Published] = []
    shelves = []
    for name in ("one", "two"):
        wave = simulate(name, parents, rng)
        n = len(wave.unit)
        versions = [np.ones(n, dtype=bool)]
        if name == "one":
            # Those who come late, spread out or all from one place.
            late = rng.random(n) < rng.choice([0.02, 0.15])
            if rng.random() < 0.5:
                late &= np.char.startswith(wave.unit, "a0")
            versions = [~late, versions[0]]
        shelf = Shelf(wave, versions, [])
        for here in versions:
            counts = {cell: int((wave.member(cell) & here).sum()) for cell in wave.cells()}
            found = solve(TableSet(name, parents, counts), THRESHOLD, earlier)
            chosen = {cell for cell, reason in found.reasons.items() if complement or reason == "primary"}
            shelf.released.append(Published(found.tables, frozenset(chosen)))
            earlier.append(shelf.released[-1])
        shelves.append(shelf)
    return shelves


class Reader:
    """One shelf, read by someone who adds and subtracts.

    People whom no cell and no release tells apart are one column of `shown` and `small`: a cell is the columns in
    it. Columns also stand for combinations that nobody has, unless a reader can know that nobody has them.
    """

    def __init__(self, shelf: Shelf):
        self.shelf = shelf
        everyone = self._kinds()
        self.kinds, self.size, self.total = everyone
        rows = list(shelf.groups())
        is_shown = np.array([shown for *_, shown in rows])
        matrix = np.array([self._row(k, cell) for k, cell, _, _ in rows], dtype=float)
        self.names = [
            f"{shelf.wave.name} release {k}: {' '.join(filter(None, cell))}" for k, cell, *_ in rows
        ]
        self.shown, self.shown_names = (
            matrix[is_shown],
            [one for one, s in zip(self.names, is_shown, strict=True) if s],
        )
        self.count, self.sum = self.shown @ self.size, self.shown @ self.total
        # Values are published as a mean with twelve digits; sums are what a reader makes of it.
        with np.errstate(invalid="ignore"):
            mean = np.where(self.count > 0, 100 * self.sum / np.maximum(self.count, 1), 0)
        self.sum = np.array([float(f"{value:.12g}") for value in mean]) * self.count / 100
        self.small = self._small(matrix, is_shown)

    def _kinds(self):
        """Kinds of people: (unit, sex, age, first release), how many there are, and how many of them said yes."""
        wave, versions = self.shelf.wave, self.shelf.version
        first = np.select(versions, range(len(versions)), default=-1)
        labels = list(zip(wave.unit, wave.profile["sex"], wave.profile["age"], first.tolist(), strict=True))
        size, total = Counter(labels), Counter()
        for label, answer in zip(labels, wave.answer, strict=True):
            total[label] += answer
        seen = {(u, v, c, k) for u, s, a, k in labels for v, c in (("sex", s), ("age", a), ("", ""))}
        upper = set(wave.parents.values())

        def possible(kind) -> bool:
            unit, sex, age, k = kind
            # Where nobody is without an answer, at an upper agency or new, a reader may know it.
            return all(
                (unit, v, c, k) in seen
                for v, c in (("sex", sex), ("age", age), ("", ""))
                if unit in upper or c == NONE or k > 0
            )

        kinds = [
            kind
            for kind in itertools.product(
                wave.parents,
                (*CATEGORIES["sex"], NONE),
                (*CATEGORIES["age"], NONE),
                range(len(versions)),
            )
            if possible(kind)
        ]
        return kinds, np.array([size[k] for k in kinds]), np.array([total[k] for k in kinds])

    def _row(self, release: int, cell: Cell) -> list[bool]:
        branches = {unit: path(self.shelf.wave.parents, unit) for unit in self.shelf.wave.parents}
        place = {"sex": 1, "age": 2}
        return [
            kind[3] <= release
            and cell.branch in branches[kind[0]]
            and (cell.variable is None or kind[place[cell.variable]] == cell.category)
            for kind in self.kinds
        ]

    def _small(self, matrix: NDArray, is_shown: NDArray) -> dict[str, NDArray]:
        """Small groups that someone could be after: hidden cells, newcomers to a cell, and what its parts leave."""
        found: dict[str, NDArray] = {}
        place = {name: k for k, name in enumerate(self.names)}
        for name, row, shown in zip(self.names, matrix, is_shown, strict=True):
            if not shown:
                found[name] = row
            before = name.replace("release 1", "release 0")
            if before != name:
                found[f"newcomers of {name}"] = row - matrix[place[before]]
        for k, release in enumerate(self.shelf.released):
            prefix = f"{self.shelf.wave.name} release {k}: "
            for branch in release.tables.parents:
                whole = matrix[place[prefix + branch]]
                for variable, codes in CATEGORIES.items():
                    parts = [matrix[place[f"{prefix}{branch} {variable} {code}"]] for code in codes]
                    found[f"{prefix}{branch} without {variable}"] = whole - sum(parts)
                below = [one for one, above in release.tables.parents.items() if above == branch]
                for tail in ("", *(f" {v} {c}" for v, codes in CATEGORIES.items() for c in codes)):
                    if below:
                        rest = matrix[place[prefix + branch + tail]] - sum(
                            matrix[place[prefix + one + tail]] for one in below
                        )
                        found[f"{prefix}{branch}{tail} itself"] = rest
        return {name: row for name, row in found.items() if 0 < row @ self.size < THRESHOLD}

    def solve_equations(self, findings: Findings) -> None:
        """Is a small group a combination of shown cells? Then its answers are that combination of what they say."""
        if not self.small:
            return
        wanted = np.array(list(self.small.values())).T
        weights, *_ = np.linalg.lstsq(self.shown.T, wanted, rcond=1e-10)
        error = np.abs(self.shown.T @ weights - wanted).max(axis=0)
        findings.tried["equations"] += len(self.small)
        for k in np.flatnonzero(error < NEAR):
            name, row = list(self.small.items())[k]
            if abs(weights[:, k] @ self.sum - row @ self.total) < 1e-4:
                findings.recovered.append(f"{name}, by equations")

    def bound(self, findings: Findings, rng: np.random.Generator) -> None:
        """How large can a small group be, as nobody is counted less than nought times?"""
        names = list(self.small)
        for k in rng.permutation(len(names))[:BOUNDED]:
            row = self.small[names[k]]
            found = optimize.linprog(-row, A_eq=self.shown, b_eq=self.count, method="highs")
            findings.tried["bounds"] += 1
            if found.status == 0 and -found.fun < THRESHOLD - 1e-6:
                findings.recovered.append(f"{names[k]}, at most {-found.fun:g}")

    def subtract_pairs(self, findings: Findings) -> None:
        """Every shown cell from every other that holds it: tables, levels, versions and filters."""
        inside = self.shown @ (1 - self.shown).T == 0
        left = self.count[None, :] - self.count[:, None]
        np.fill_diagonal(inside, False)
        findings.tried["pairs"] += int(inside.sum())
        for b, a in zip(*np.nonzero(inside & (left > 0) & (left < THRESHOLD)), strict=True):
            findings.recovered.append(f"{self.shown_names[a]} less {self.shown_names[b]}: {left[b, a]:g}")

    def subtract_parts(self, findings: Findings, rng: np.random.Generator) -> None:
        """Shown parts of a shown cell, in every combination in which none overlaps another."""
        for a, whole in enumerate(self.shown):
            parts = np.flatnonzero((self.shown @ (1 - whole) == 0) & (self.count > 0))
            parts = rng.permutation(parts[parts != a])[:MAX_SUBSET]
            if len(parts) < 2:
                continue
            taken = np.array(list(itertools.product((0, 1), repeat=len(parts))))
            cover = taken @ self.shown[parts]
            allowed = cover.max(axis=1) <= 1
            left = self.count[a] - taken @ self.count[parts]
            findings.tried["parts"] += int(allowed.sum())
            for k in np.flatnonzero(allowed & (left > 0) & (left < THRESHOLD)):
                findings.recovered.append(f"{self.shown_names[a]} less {taken[k].sum()} parts: {left[k]:g}")


def compare_waves(shelves: Sequence[Shelf], findings: Findings) -> None:
    """A change is shown where both of its ends are, so it must not give back an end that is hidden."""
    before, after = shelves[0].released[-1], shelves[1].released[-1]
    changes = {cell for cell in after.tables.counts if cell not in before.hidden and cell not in after.hidden}
    for cell in after.hidden | before.hidden:
        findings.tried["waves"] += 1
        if cell in changes:
            findings.recovered.append(f"{cell}, by its change between waves")


def attack(seeds: Sequence[int], complement: bool = True) -> Findings:
    """Every method on every simulated release."""
    findings = Findings()
    for seed in seeds:
        rng = np.random.default_rng([seed, 1])
        shelves = releases(seed, complement)
        for shelf in shelves:
            reader = Reader(shelf)
            reader.solve_equations(findings)
            reader.bound(findings, rng)
            reader.subtract_pairs(findings)
            reader.subtract_parts(findings, rng)
        compare_waves(shelves, findings)
    return findings


def main() -> int:
    """Run the attack; 1 if a group was recovered, or the plant is unknown."""
    plant = os.environ.get("PLANT", "")
    if plant not in ("", "no-complement"):
        print(f"PLANT={plant} is not known here; use no-complement, or leave it out.", file=sys.stderr)
        return 1
    # Imported here: what stands above needs no application.
    from attacks import released

    findings = attack(range(RELEASES), complement=not plant)
    for seed in range(REAL_RELEASES):
        released.attack(seed, findings, complement=not plant)
    for line in findings.recovered[:10]:
        print(f"  {line}")
    print("  " + ", ".join(f"{name} {count}" for name, count in sorted(findings.tried.items())))
    print(findings)
    return 1 if findings.recovered else 0


if __name__ == "__main__":
    sys.exit(main())

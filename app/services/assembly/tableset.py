"""The table set of a release of staff answers: each branch, and each branch by one profile item.

Counts are solved by `scoring.tableset` with the earlier releases of the wave; figures follow their count. Items are
shown for branches alone; a table by a profile item shows the index and its dimensions.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.services.files import FileRefused
from scoring import Estimates, Partition
from scoring.disclosure import suppressed
from scoring.nesting import families
from scoring.tableset import Cell, Published, Suppression, TableSet, solve

from .hiding import Hidden
from .inputs import ScoringInputs
from .measures import Measured, MeasuredPlan
from .options import CROSSING, JOINT
from .staff import WHOLE, StaffRelease
from .states import Variable

SCHEMA = 1
TABLES = "tables.json"


@dataclass(frozen=True, eq=False)
class ReleaseTables:
    """The solved table set of one run.

    `branches` are the codes of the run's domains in order, `hidden` what is not shown of them. `cells` are those of
    the tables by a profile item, `estimates` one per partition of `cells` in order; `hidden_cells`, shape (C, E).
    `asked`, float array (D,): people asked in each branch, NaN where no head count is known.
    """

    staff: StaffRelease
    snapshot_sha256: str
    suppression: Suppression
    branches: tuple[str, ...]
    hidden: Hidden
    cells: tuple[Cell, ...]
    estimates: tuple[Estimates, ...]
    hidden_cells: NDArray[np.bool_]
    asked: NDArray[np.float64]
    measured: tuple[Measured, ...]
    variables: tuple[Variable, ...]

    @cached_property
    def text(self) -> str:
        """The tables as a document: what is hidden is null, and stands nowhere else."""
        return json.dumps(self.document(), ensure_ascii=False, indent=1) + "\n"

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()

    def document(self) -> dict[str, Any]:
        found = self.suppression
        return {
            "schema": SCHEMA,
            "wave": self.staff.wave,
            "snapshot_sha256": self.snapshot_sha256,
            "threshold": found.threshold,
            "variables": list(self.staff.crossed),
            "parents": dict(found.tables.parents),
            "cells": [
                {**cell._asdict(), "n": None if cell in found.reasons else n}
                for cell, n in found.tables.counts.items()
            ],
            "withheld": list(self._withheld()),
            "given_away_before": len(found.exposed),
        }

    def _withheld(self) -> Iterator[dict[str, Any]]:
        """Figures that are hidden though their cell is shown."""
        for d, branch in enumerate(self.branches):
            if not self.hidden.domains[d]:
                answers = [self.variables[v].name for v in np.flatnonzero(self.hidden.variables[d])]
                yield from self._line(Cell(branch), self.hidden.estimates[d], answers)
        for cell, row in zip(self.cells, self.hidden_cells, strict=True):
            if cell not in self.suppression.reasons:
                yield from self._line(cell, row & self.in_tables, [])

    def _line(self, cell: Cell, hidden: NDArray[np.bool_], answers: list[str]) -> Iterator[dict[str, Any]]:
        figures = [address(self.measured[e]) for e in np.flatnonzero(hidden)]
        if figures or answers:
            yield {**cell._asdict(), "figures": figures, "answers": answers}

    @property
    def in_tables(self) -> NDArray[np.bool_]:
        """Which estimates the tables by a profile item show, shape (E,)."""
        return shown_in_tables(self.measured)


def address(measured: Measured) -> str:
    """An estimate in one word, as the document names it."""
    return f"{measured.node} {measured.measure}"


def shown_in_tables(measured: Sequence[Measured]) -> NDArray[np.bool_]:
    """The indices and their first-level nodes."""
    return np.array([one.kind != "item" and one.node.count(".") <= 1 for one in measured], dtype=bool)


def release_tables(
    inputs: ScoringInputs,
    prepared: MeasuredPlan,
    estimates: Sequence[Estimates],
    hidden: Hidden,
    staff: StaffRelease,
    threshold: int,
    snapshot_sha256: str,
    again: Callable[[Partition], Estimates],
) -> ReleaseTables:
    """Solve the tables of a run; `hidden` is what the run hides by itself, `again` estimates one more partition."""
    _refuse_other_answers(staff, snapshot_sha256)
    branches = tuple(domain or WHOLE for one in inputs.partitions for domain in one.domains)
    variables = {one.name: one for one in inputs.variables}
    lacking = [code for code in staff.crossed if code not in variables]
    if lacking:
        raise FileRefused(
            f"The tables need the items {', '.join(lacking)}, which the snapshot does not have."
        )
    crossed = [
        (one, code, _crossed(inputs, one, code)) for code in staff.crossed for one in inputs.partitions
    ]
    cells = [Cell(*_parts(code, domain)) for _, code, partition in crossed for domain in partition.domains]
    wanted = dict.fromkeys((*staff.crossed, *(code for one in staff.earlier for code in one["variables"])))
    counts = _counts(inputs, branches, wanted)
    own = {cell: n for cell, n in counts.items() if cell.variable is None or cell.variable in staff.crossed}
    parents = {code: _above(staff, code) for code in branches}
    earlier = [_published(one, counts) for one in staff.earlier]
    solved = solve(TableSet(staff.wave, parents, own), threshold, earlier)
    suppression = _joined(solved, branches, hidden, earlier)
    more = [again(partition) for _, _, partition in crossed]
    shown = shown_in_tables(prepared.measured)
    everything = [*inputs.partitions, *(partition for _, _, partition in crossed)]
    pattern = _pattern(
        hidden, branches, cells, suppression, staff, prepared.measured, inputs.variables, shown
    )
    pattern = _complement(
        pattern, everything, [*estimates, *more], len(branches), cells, branches, threshold, shown
    )
    return ReleaseTables(
        staff=staff,
        snapshot_sha256=snapshot_sha256,
        suppression=suppression,
        branches=branches,
        hidden=Hidden(
            pattern.domains[: len(branches)], pattern.estimates[: len(branches)], pattern.variables
        ),
        cells=tuple(cells),
        estimates=tuple(more),
        hidden_cells=pattern.estimates[len(branches) :],
        asked=asked_in(inputs.partitions, staff),
        measured=prepared.measured,
        variables=inputs.variables,
    )


def asked_in(partitions: Iterable[Partition], staff: StaffRelease) -> NDArray[np.float64]:
    """People asked in each domain of these partitions, NaN where no head count is known."""
    found = [staff.head_count(domain or WHOLE) for one in partitions for domain in one.domains]
    return np.array([np.nan if heads is None else heads for heads in found], dtype=float)


def _refuse_other_answers(staff: StaffRelease, snapshot_sha256: str) -> None:
    for number, one in enumerate(staff.earlier, start=1):
        if one["snapshot_sha256"] != snapshot_sha256:
            raise FileRefused(
                f"Release {number} of {staff.wave} was made of other answers, so that its tables cannot be solved"
                " together with new ones; give the snapshot it was made of."
            )


def _above(staff: StaffRelease, code: str) -> str | None:
    return None if code == WHOLE else staff.parents.get(code) or WHOLE


def _valid(inputs: ScoringInputs, name: str) -> tuple[Variable, NDArray[np.intp], list[int]]:
    """A profile item with everyone's state and the states that are answers."""
    position = next(k for k, one in enumerate(inputs.variables) if one.name == name)
    variable = inputs.variables[position]
    states = [state for state in range(len(variable.codes)) if variable.missing_kind(state) is None]
    return variable, inputs.answers[position], states


def _crossed(inputs: ScoringInputs, partition: Partition, name: str) -> Partition:
    """The domains of a partition by a profile item; who gave no answer to it is in none."""
    variable, states, valid = _valid(inputs, name)
    inside = np.isin(states, valid) & (partition.row_domain >= 0)
    codes = np.array([*variable.codes, ""])
    domains = np.array([domain or WHOLE for domain in partition.domains])
    labels = np.full(len(states), "", dtype=object)
    labels[inside] = [
        f"{domains[d]}{JOINT}{codes[s]}"
        for d, s in zip(partition.row_domain[inside], states[inside], strict=True)
    ]
    return Partition.of(f"{partition.by or WHOLE}{CROSSING}{name}", labels.astype(str))


def _parts(variable: str, domain: str) -> tuple[str, str, str]:
    branch, _, category = domain.partition(JOINT)
    return branch, variable, category


def _counts(inputs: ScoringInputs, branches: Sequence[str], names: Iterable[str]) -> dict[Cell, int]:
    """Everyone in every cell: branches in order, then each of them by each item, categories nobody gave as 0."""
    rows = [
        partition.row_domain == d for partition in inputs.partitions for d in range(len(partition.domains))
    ]
    found = {Cell(branch): int(inside.sum()) for branch, inside in zip(branches, rows, strict=True)}
    for name in names:
        variable, states, valid = _valid(inputs, name)
        for branch, inside in zip(branches, rows, strict=True):
            each = np.bincount(states[inside], minlength=variable.n_states)
            found |= {Cell(branch, name, variable.codes[state]): int(each[state]) for state in valid}
    return found


def _published(document: Mapping[str, Any], counts: Mapping[Cell, int]) -> Published:
    """An earlier release of the same answers: its cells with the counts that it did not show."""
    cells = {Cell(one["branch"], one["variable"], one["category"]): one["n"] for one in document["cells"]}
    gone = [cell for cell, n in cells.items() if cell not in counts or n not in (None, counts[cell])]
    if gone:
        raise FileRefused(
            f"An earlier release of {document['wave']} shows {' '.join(filter(None, gone[0]))} otherwise than the"
            " answers do now; its tables cannot be solved together with new ones."
        )
    tables = TableSet(document["wave"], document["parents"], {cell: counts[cell] for cell in cells})
    return Published(tables, frozenset(cell for cell, n in cells.items() if n is None))


def _joined(
    solved: Suppression, branches: Sequence[str], hidden: Hidden, earlier: Sequence[Published]
) -> Suppression:
    """With what the run hides by itself, and what an earlier release of the same answers hid.

    The latter stays hidden, so that a later release adds nothing to it. To hide more leaves more possible.
    """
    more = {Cell(branch) for branch, gone in zip(branches, hidden.domains, strict=True) if gone}
    more |= {cell for one in earlier for cell in one.hidden}
    gone = more | set(solved.reasons)
    gone |= {cell for cell in solved.tables.counts if Cell(cell.branch) in gone}
    reasons = {
        cell: solved.reasons.get(cell, "complementary") for cell in solved.tables.counts if cell in gone
    }
    return replace(solved, reasons=reasons)


def _pattern(
    hidden: Hidden,
    branches: Sequence[str],
    cells: Sequence[Cell],
    suppression: Suppression,
    staff: StaffRelease,
    measured: Sequence[Measured],
    variables: Sequence[Variable],
    shown: NDArray[np.bool_],
) -> Hidden:
    """What the run, the table set and the earlier releases hide, over the branches and then the cells."""
    domains = np.array([Cell(branch) in suppression.reasons for branch in branches])
    estimates, answers = hidden.estimates.copy(), hidden.variables.copy()
    # Who they are stands in the tables by that item and nowhere else; what they wrote was cut off.
    answers[:, [variable.item.role in ("profile", "open") for variable in variables]] = True
    tables = np.tile(~shown, (len(cells), 1))
    tables[[cell in suppression.reasons for cell in cells]] = True
    place = {Cell(branch): d for d, branch in enumerate(branches)}
    below = {cell: c for c, cell in enumerate(cells)}
    positions = {address(one): e for e, one in enumerate(measured)}
    names = {one.name: v for v, one in enumerate(variables)}
    for document in staff.earlier:
        for one in document["withheld"]:
            cell = Cell(one["branch"], one["variable"], one["category"])
            figures = [positions[each] for each in one["figures"] if each in positions]
            if cell in place:
                estimates[place[cell], figures] = True
                answers[place[cell], [names[each] for each in one["answers"] if each in names]] = True
            elif cell in below:
                tables[below[cell], figures] = True
    estimates[domains], answers[domains] = True, True
    return Hidden(np.concatenate([domains, tables.all(axis=1)]), np.vstack([estimates, tables]), answers)


def _complement(
    pattern: Hidden,
    partitions: Sequence[Partition],
    estimates: Sequence[Estimates],
    n_branches: int,
    cells: Sequence[Cell],
    branches: Sequence[str],
    threshold: int,
    shown: NDArray[np.bool_],
) -> Hidden:
    """Protect the indices and dimensions of branches and tables together, each by its own number of answers.

    What is hidden of a branch is hidden of all its tables too: added up over their categories it would be back.
    """
    n = np.vstack([one.n for one in estimates])
    rows = np.concatenate([one.rows for one in estimates])
    found = pattern.estimates.copy()
    columns = np.flatnonzero(shown)
    house = families(partitions)
    place = {branch: d for d, branch in enumerate(branches)}
    above = np.array([place[cell.branch] for cell in cells], dtype=np.intp)
    before = -1
    while before < (before := int(found.sum())):
        found[n_branches:] |= found[above]
        found[:, columns] = suppressed(n[:, columns], rows, house, threshold, found[:, columns])
        found[pattern.domains] = True
    return Hidden(pattern.domains, found, pattern.variables)

"""How much a figure hangs on the answers that carry a quality flag, and on the weights.

The same estimation is run on a part of the answers as a domain of the same design. Nobody is dropped from the
published figure; and a difference that would tell what a few flagged people answered is hidden like any small count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from app.services.files import ResponseFile
from scoring import Partition, Plan, SurveyDesign, engines, estimate
from scoring.disclosure import suppressed
from surveys.quality import FLAGS

from .inputs import ScoringInputs
from .measures import Measured, recorded
from .options import ScoringOptions
from .requested import Run

COLUMN = "flags"
ANY, UNWEIGHTED = "any", "unweighted"


@dataclass(frozen=True, eq=False)
class Variant:
    """The figures of a part of the answers, or of all without weights.

    `kind` is ANY (answers without any flag), a flag (answers without it) or UNWEIGHTED. `value` and `n` have shape
    (D, M), domains of all partitions in order and the measures of the sheet; where `hidden` neither may be shown.
    """

    kind: str
    value: NDArray[np.float64]
    n: NDArray[np.intp]
    hidden: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """Variants beside all answers, for every index and its first-level nodes."""

    measured: tuple[Measured, ...]
    everyone: Variant
    variants: tuple[Variant, ...]


def sensitivity(run: Run) -> Sensitivity | None:
    """None where the file has no column of quality flags, the instrument no index, or where nothing but the tables
    of an anonymous wave's release may be read: a figure without some of the staff would be another table."""
    flagged = _flags(run.file)
    positions = [e for e, one in recorded(run.measured) if one.kind != "item" and one.node.count(".") <= 1]
    if flagged is None or not positions or run.tables is not None:
        return None
    inputs, estimates = run.inputs, run.estimates
    work = _Work(inputs, run.plan, run.answers, positions, run.options)
    everyone = Variant(
        "all",
        np.vstack([one.value for one in estimates])[:, positions],
        np.vstack([one.n for one in estimates])[:, positions],
        run.hidden.estimates[:, positions],
    )
    variants = list(work.without(flagged, everyone))
    weight = inputs.design.w
    if weight.size and (weight != weight[0]).any():
        plain = replace(inputs.design, weight=np.ones(inputs.n_rows))
        value, n = work.figures(np.ones(inputs.n_rows, dtype=bool), plain)
        variants.append(Variant(UNWEIGHTED, value, n, everyone.hidden))
    return Sensitivity(tuple(run.measured[e] for e in positions), everyone, tuple(variants))


def _flags(file: ResponseFile) -> dict[str, NDArray[np.bool_]] | None:
    """Which rows carry each flag that occurs, in the order of FLAGS; None where the column is none of flags."""
    if COLUMN not in file.columns:
        return None
    texts, position = np.unique(file.labels(COLUMN), return_inverse=True)
    words = [set(str(text).split()) for text in texts]
    if set().union(*words) - set(FLAGS):
        return None
    found = {flag: np.array([flag in each for each in words], dtype=bool) for flag in FLAGS}
    return {flag: rows[position.reshape(-1)] for flag, rows in found.items() if rows.any()}


@dataclass(frozen=True, eq=False)
class _Work:
    inputs: ScoringInputs
    plan: Plan
    answers: NDArray[np.integer]
    positions: Sequence[int]
    options: ScoringOptions

    def figures(
        self, kept: NDArray[np.bool_], design: SurveyDesign | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
        """Values and counts of the rows kept, shapes (D, M)."""
        make_totals = engines.load(self.options.engine)
        values, counts = [], []
        for partition in self.inputs.partitions:
            part = Partition(partition.by, partition.domains, np.where(kept, partition.row_domain, -1))
            used = design or self.inputs.design
            totals = make_totals(self.answers, self.plan, used, part, products=False)
            # Only the figures are read; a band costs least to make beside them.
            found = estimate(totals, self.plan, used, wave_kind="volunteer")
            values.append(found.value[:, self.positions])
            counts.append(found.n[:, self.positions])
        return np.vstack(values), np.vstack(counts)

    def without(self, flagged: dict[str, NDArray[np.bool_]], everyone: Variant) -> Iterator[Variant]:
        """Answers without any flag, then without each."""
        nobody = np.zeros(self.inputs.n_rows, dtype=bool)
        any_flag = np.logical_or.reduce([nobody, *flagged.values()])
        clean_value, clean_n = self.figures(~any_flag)
        taken = everyone.n - clean_n
        unsafe = self._unsafe([self._rows(any_flag)], taken)
        yield Variant(ANY, clean_value, clean_n, everyone.hidden | unsafe | self._small(clean_n))
        overlaps = self._overlaps(flagged)
        for flag, rows in flagged.items():
            value, n = self.figures(~rows)
            # Beside the figure of the unflagged, it also tells of those with other flags only.
            others = self._rows(any_flag & ~rows)
            unsafe = self._unsafe(
                [self._rows(rows), others, *overlaps[flag]], np.hstack([everyone.n - n, n - clean_n])
            )
            m = n.shape[1]
            yield Variant(flag, value, n, everyone.hidden | unsafe[:, :m] | unsafe[:, m:] | self._small(n))

    def _overlaps(self, flagged: dict[str, NDArray[np.bool_]]) -> dict[str, list[NDArray[np.intp]]]:
        """Of two flags: how many rows have both, and only the one; what three figures tell by subtraction."""
        found: dict[str, list[NDArray[np.intp]]] = {flag: [] for flag in flagged}
        for one, other in combinations(flagged, 2):
            a, b = flagged[one], flagged[other]
            counts = [self._rows(part) for part in (a & b, a & ~b, b & ~a)]
            found[one] += counts
            found[other] += counts
        return found

    def _rows(self, which: NDArray[np.bool_]) -> NDArray[np.intp]:
        """Rows of each domain, shape (D,)."""
        return np.concatenate(
            [
                np.bincount(
                    partition.row_domain[which & (partition.row_domain >= 0)],
                    minlength=len(partition.domains),
                )
                for partition in self.inputs.partitions
            ]
        )

    def _unsafe(self, groups: Sequence[NDArray[np.intp]], taken: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Where the answers taken out are few, by what is shown of other domains too; shape of `taken`, (D, M).

        A group of rows that is few hides all of its domain.
        """
        everyone = self._rows(np.ones(self.inputs.n_rows, dtype=bool))
        cells = suppressed(
            np.column_stack([*groups, taken]), everyone, self.inputs.families, self.options.threshold
        )
        g = len(groups)
        return cells[:, g:] | cells[:, :g].any(axis=1)[:, None]

    def _small(self, n: NDArray[np.intp]) -> NDArray[np.bool_]:
        return (n > 0) & (n < self.options.threshold)

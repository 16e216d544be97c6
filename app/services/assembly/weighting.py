"""From the weights of a file to the final weights that an options file asks for, and what they cost."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.services.files import FileRefused, ResponseFile
from scoring.calibration import calibrate, rake
from scoring.errors import ScoringError
from scoring.margins import Margin
from scoring.weighting import Weighted, kish_deff, nonresponse_cells, post_stratify

from .options import CROSSING
from .partitions import labels_of
from .requests.keys import MarginCounts, Weighting
from .rounding import published

ANSWERED = {"1": True, "0": False, "yes": True, "no": False, "true": True, "false": False}


@dataclass(frozen=True, eq=False)
class Columns:
    """What a weighting reads of the responses: labels and numbers of each row, checked.

    `responded`, bool array (n,): everyone where there are no nonresponse cells. `cell` None without them. Labels of a
    row that did not answer are those of some category, and its numbers 0: its weight of 0 takes it out.
    """

    responded: NDArray[np.bool_]
    cell: NDArray[np.str_] | None
    margins: tuple[Margin, ...]
    auxiliary: NDArray[np.float64] | None
    totals: tuple[float, ...]
    names: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class RunWeights:
    """The weighting of a run.

    `steps` lead from the base weights to the final ones; `final`, float array (n,), is 0 for a row that did not answer.
    """

    asked: Weighting
    columns: Columns
    base: NDArray[np.float64]
    steps: tuple[Weighted, ...]

    @property
    def final(self) -> NDArray[np.float64]:
        return self.steps[-1].weight

    @property
    def usable(self) -> NDArray[np.float64]:
        """Weights as a design takes them, shape (n,): rows outside every domain keep their base weight."""
        return np.where(self.final > 0, self.final, self.base)

    def adjust(self, weight: NDArray[np.float64]) -> NDArray[np.float64]:
        """The same steps from other base weights, such as those of a replicate: float array (n,) >= 0."""
        return _steps(self.asked, self.columns, weight)[-1].weight

    def csv(self) -> str:
        """The final weights as text, one line per row of the file."""
        lines = ["row,base_weight,weight"]
        lines += [
            f"{row},{published(base)!r},{published(weight)!r}"
            for row, (base, weight) in enumerate(zip(self.base, self.final, strict=True), start=1)
        ]
        return "\n".join(lines) + "\n"

    def document(self, *, counts_shown: bool) -> dict[str, Any]:
        """What the weighting did, ready for JSON; without `counts_shown` no count of rows by category."""
        answered = self.columns.responded
        final = self.final[answered]
        return {
            "rows_asked": len(answered),
            "rows_weighted": int(answered.sum()),
            "steps": [_step(one) for one in self.steps],
            "margins": [
                _margin(asked, margin, self, counts_shown)
                for asked, margin in zip(self.asked.margins, self.columns.margins, strict=True)
            ],
            "totals": [
                {
                    "column": one.column,
                    "source": one.source,
                    "date": one.date,
                    "total": published(one.total),
                    "before": published(self.base[answered] @ column[answered]),
                    "after": published(final @ column[answered]),
                }
                for one, column in zip(self.asked.totals, self._numbers(), strict=True)
            ],
            "least_weight": published(final.min()),
            "greatest_weight": published(final.max()),
            "weights_deff": published(kish_deff(final)),
            "n_eff": published(len(final) / kish_deff(final)),
            "weights_sha256": hashlib.sha256(self.csv().encode()).hexdigest(),
        }

    def _numbers(self) -> Iterator[NDArray[np.float64]]:
        """The column of each known total."""
        table = self.columns.auxiliary
        return iter(() if table is None else table.T[len(self.columns.names) - len(self.asked.totals) :])


def run_weights(
    file: ResponseFile, asked: Weighting, base: NDArray[np.float64], wave_kind: str
) -> RunWeights:
    """The final weights of the rows of a file; raises `FileRefused` for columns or margins that cannot be met."""
    if wave_kind == "census":
        raise FileRefused(
            f"{file.path}: a census has no weights to adjust; leave [weighting] out, or score it as a probability"
            " sample with its head counts as --fpc."
        )
    columns = _columns(file, asked)
    try:
        found = RunWeights(asked, columns, base, _steps(asked, columns, base))
    except ScoringError as error:
        raise FileRefused(f"{file.path}: [weighting]: {error}") from error
    negative = np.flatnonzero(columns.responded & (found.final <= 0))
    if len(negative):
        raise FileRefused(
            f"{file.path}: [weighting]: method {asked.method} gives {len(negative)} rows a weight of 0 or less, the"
            f' first {file.row(negative[0])}: write method = "logit" with bounds, such as [0.3, 3].'
        )
    return found


def _columns(file: ResponseFile, asked: Weighting) -> Columns:
    wanted = [one.column for one in (*asked.margins, *asked.totals)]
    if asked.nonresponse:
        wanted += [asked.nonresponse.cell, asked.nonresponse.responded]
    file.require([column for one in wanted for column in one.split(CROSSING)], "for [weighting]")
    responded, cell = np.ones(file.n_rows, dtype=bool), None
    if asked.nonresponse:
        responded = _responded(file, asked.nonresponse.responded)
        cell = _full(file, asked.nonresponse.cell, np.ones(file.n_rows, dtype=bool))
    numbers = [_numbers(file, one.column, responded) for one in asked.totals]
    totals, names = [one.total for one in asked.totals], [one.column for one in asked.totals]
    if asked.population is not None:
        numbers.insert(0, np.ones(file.n_rows))
        totals.insert(0, asked.population)
        names.insert(0, "population")
    return Columns(
        responded=responded,
        cell=cell,
        margins=tuple(_labelled(file, one, responded) for one in asked.margins),
        auxiliary=np.column_stack(numbers) if numbers else None,
        totals=tuple(totals),
        names=tuple(names),
    )


def _steps(asked: Weighting, columns: Columns, weight: NDArray[np.float64]) -> tuple[Weighted, ...]:
    """The steps from these base weights; rows of weight 0 stay at 0."""
    steps: list[Weighted] = []
    if asked.nonresponse:
        steps.append(_nonresponse(asked, columns, weight))
        weight = steps[-1].weight
    limits = {"max_iterations": asked.max_iterations, "tolerance": asked.tolerance}
    options = {key: value for key, value in limits.items() if value is not None} | {"allow_zero": True}
    if asked.method == "post_stratify":
        steps.append(post_stratify(weight, columns.margins[0], allow_zero=True))
    elif asked.method == "rake":
        steps.append(rake(weight, columns.margins, bounds=asked.bounds, limits=asked.limits, **options))
    elif asked.method is not None:
        steps.append(
            calibrate(
                weight,
                columns.auxiliary,
                columns.totals if columns.totals else None,
                margins=columns.margins,
                names=columns.names,
                distance=asked.method,
                bounds=asked.bounds,
                allow_negative=True,
                **options,
            )
        )
    return tuple(steps)


def _nonresponse(asked: Weighting, columns: Columns, weight: NDArray[np.float64]) -> Weighted:
    """Cells over the rows that have a weight: a replicate leaves some out."""
    inside = weight > 0
    found = nonresponse_cells(
        weight[inside],
        columns.cell[inside],
        columns.responded[inside],
        largest_factor=asked.nonresponse.largest_factor if inside.all() else None,
    )
    final, cell = np.zeros(len(weight)), np.zeros(len(weight), dtype=np.intp)
    final[inside], cell[inside] = found.weight, found.cell
    return Weighted(final, weight, found.method, cell=cell, sample_total=True)


def _labelled(file: ResponseFile, margin: MarginCounts, responded: NDArray[np.bool_]) -> Margin:
    labels = _full(file, margin.column, responded)
    unknown = responded & ~np.isin(labels, list(margin.counts))
    if unknown.any():
        first = int(np.flatnonzero(unknown)[0])
        raise FileRefused(
            f"{file.path}: [weighting]: margin {margin.column} has no count of {str(labels[first])!r}"
            f" ({int((labels[unknown] == labels[first]).sum())} rows, the first {file.row(first)}): give it, or join"
            " categories."
        )
    filled = np.where(responded, labels, next(iter(margin.counts)))
    return Margin(margin.column, filled, margin.counts, margin.source, margin.date)


def _full(file: ResponseFile, column: str, needed: NDArray[np.bool_]) -> NDArray[np.str_]:
    labels = labels_of(file, column)
    empty = np.flatnonzero((labels == "") & needed)
    if len(empty):
        raise FileRefused(
            f"{file.path}: [weighting]: column {column} is empty in {len(empty)} rows, the first"
            f" {file.row(empty[0])}: give every row its category."
        )
    return labels


def _numbers(file: ResponseFile, column: str, needed: NDArray[np.bool_]) -> NDArray[np.float64]:
    return np.nan_to_num(file.numbers_where(column, needed))


def _responded(file: ResponseFile, column: str) -> NDArray[np.bool_]:
    labels = np.char.lower(file.labels(column))
    wrong = np.flatnonzero(~np.isin(labels, list(ANSWERED)))
    if len(wrong):
        raise FileRefused(
            f"{file.path}: [weighting]: column {column} says who answered, 1 or 0 in every row; {file.row(wrong[0])}"
            f" holds {str(labels[wrong[0]])!r}."
        )
    found = np.array([ANSWERED[str(label)] for label in labels])
    if not found.any():
        raise FileRefused(f"{file.path}: [weighting]: column {column} says that nobody answered.")
    return found


def _step(step: Weighted) -> dict[str, Any]:
    g = step.g[step.weight > 0]
    return {
        "method": step.method,
        "iterations": step.iterations,
        "least_factor": published(g.min()),
        "greatest_factor": published(g.max()),
        "weights_deff": published(kish_deff(step.weight)),
    }


def _margin(asked: MarginCounts, margin: Margin, weights: RunWeights, counts_shown: bool) -> dict[str, Any]:
    answered, labels = weights.columns.responded, np.asarray(margin.labels)

    def category(name: str, count: float) -> dict[str, Any]:
        rows = answered & (labels == name)
        return {
            "category": name,
            "count": published(count),
            "n": int(rows.sum()) if counts_shown else None,
            "before": published(weights.base[rows].sum()) if counts_shown else None,
            "after": published(weights.final[rows].sum()),
        }

    return {
        "column": margin.name,
        "source": margin.source,
        "date": margin.date,
        "file_sha256": getattr(asked, "file_sha256", None),
        "categories": [category(name, count) for name, count in asked.counts.items()],
    }


def smallest_category(weights: RunWeights) -> int:
    """The least number of rows in a category of a margin; the number of rows where there is no margin."""
    answered = weights.columns.responded
    counted: Sequence[int] = [
        int((answered & (np.asarray(margin.labels) == name)).sum())
        for margin in weights.columns.margins
        for name in margin.population
    ]
    return min(counted, default=int(answered.sum()))

"""What an options file asks for beside the estimates: one block of the results document for each part of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from app.services.files import ResponseFile
from scoring import Estimates, Plan, Totals
from surveys.instrument import Instrument

from .comparisons import Compared
from .contrasts import contrasts
from .counting import Counted
from .hiding import Hidden
from .inputs import ScoringInputs
from .measures import Measured
from .options import ScoringOptions
from .quantiles import quantiles
from .records import Record
from .replicates import replicates
from .tableset import ReleaseTables
from .trends import trend
from .weighting import smallest_category


@dataclass(frozen=True, eq=False)
class Run:
    """A run after its estimates: `answers`, int array (items, n), follow the plan.

    `totals`, `estimates` and `counted` follow the partitions; `totals` is empty where nothing compares figures.
    """

    file: ResponseFile
    instrument: Instrument
    options: ScoringOptions
    inputs: ScoringInputs
    plan: Plan
    measured: tuple[Measured, ...]
    answers: NDArray[np.integer]
    totals: tuple[Totals, ...]
    estimates: tuple[Estimates, ...]
    counted: tuple[Counted, ...]
    hidden: Hidden
    records: tuple[Record, ...]
    compared: Compared
    tables: ReleaseTables | None = None

    @property
    def anything_hidden(self) -> bool:
        """Whether some count is hidden: then no other table of counts may be shown beside the estimates."""
        return bool(self.hidden.estimates.any() or self.hidden.variables.any())


def blocks(run: Run, folder: Path, again: Callable[..., Run]) -> dict[str, Any]:
    """The blocks asked for, by their keys in the document.

    `folder` is where the options file stands; `again` works an earlier wave as this one was. Raises `FileRefused`, or
    a `ScoringError` for what the design does not allow.
    """
    asked = run.options.requests
    found: dict[str, Any] = {}
    if asked is None:
        return found
    if run.inputs.weights is not None:
        shown = not run.anything_hidden and smallest_category(run.inputs.weights) >= run.options.threshold
        found["weighting"] = run.inputs.weights.document(counts_shown=shown)
    if asked.replicates is not None:
        found["replicates"] = replicates(run, asked.replicates)
    if asked.quantiles:
        found["quantiles"] = quantiles(run, asked.quantiles)
    if asked.contrasts:
        found["contrasts"] = contrasts(run, asked.contrasts)
    if asked.trend is not None:
        found["trend"] = trend(run, asked.trend, folder, again)
    return found

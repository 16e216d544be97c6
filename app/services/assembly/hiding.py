"""What may not be shown of a run: figures, counts and whole domains, over all partitions at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring import Estimates, Plan
from scoring.withholding import withheld

from .counting import Counted
from .inputs import ScoringInputs


@dataclass(frozen=True, eq=False)
class Hidden:
    """Domains run over all partitions in order, the whole first.

    `domains`, shape (D,): how many responses there are is itself hidden, and everything else with it.
    `estimates`, shape (D, E). `variables`, shape (D, V): the answers counted for one column, and the missing ones.
    """

    domains: NDArray[np.bool_]
    estimates: NDArray[np.bool_]
    variables: NDArray[np.bool_]


def hidden(
    inputs: ScoringInputs,
    counts: Sequence[Counted],
    estimates: Sequence[Estimates],
    threshold: int,
    plan: Plan,
) -> Hidden:
    """Primary and complementary suppression of every number that a scorecard would show."""
    scored = {name: position for position, name in enumerate(plan.items)}
    found = withheld(
        rows=np.concatenate([one.rows for one in counts]),
        n=np.vstack([one.n for one in estimates]),
        answers=np.vstack([_valid_answers(inputs, one) for one in counts]),
        item_of_answers=[scored.get(variable.name) for variable in inputs.variables],
        families=inputs.families,
        threshold=threshold,
        plan=plan,
    )
    return Hidden(found.domains, found.estimates, found.answers)


def _valid_answers(inputs: ScoringInputs, counted: Counted) -> NDArray[np.intp]:
    """Rows with a valid answer in each column, shape (D, V)."""
    found = np.zeros((len(counted.rows), len(inputs.variables)), dtype=np.intp)
    for v, variable in enumerate(inputs.variables):
        valid = [state for state in range(variable.n_states) if variable.missing_kind(state) is None]
        found[:, v] = counted.counts[v][:, valid].sum(axis=1)
    return found

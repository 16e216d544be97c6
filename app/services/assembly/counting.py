"""Answers counted in every domain: of all columns, those that are scored and those that only describe."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring import Partition

from .inputs import ScoringInputs


@dataclass(frozen=True, eq=False)
class Counted:
    """One partition of D domains.

    `rows`, shape (D,): responses of each domain. `counts` and `weights`, one array per variable of shape
    (D, states): unweighted and weighted count of each answer state.
    """

    partition: Partition
    rows: NDArray[np.intp]
    counts: tuple[NDArray[np.intp], ...]
    weights: tuple[NDArray[np.float64], ...]


def counted(inputs: ScoringInputs, partition: Partition) -> Counted:
    """Count all answers in the domains of a partition."""
    inside = partition.row_domain >= 0
    domain, weight = partition.row_domain[inside], inputs.design.w[inside]
    n_domains = len(partition.domains)
    counts, weights = [], []
    for variable, answers in zip(inputs.variables, inputs.answers, strict=True):
        shape = (n_domains, variable.n_states)
        cell = domain * variable.n_states + answers[inside]
        counts.append(np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape))
        weights.append(np.bincount(cell, weights=weight, minlength=shape[0] * shape[1]).reshape(shape))
    return Counted(partition, np.bincount(domain, minlength=n_domains), tuple(counts), tuple(weights))

"""How the answers to each item divide, for the results document: what the Items sheet shows of its options."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .counting import Counted
from .hiding import Hidden
from .inputs import ScoringInputs
from .rounding import published
from .states import Variable


def answer_shares(
    inputs: ScoringInputs, counted: tuple[Counted, ...], hidden: Hidden
) -> Iterator[dict[str, Any]]:
    """Per domain and scored item the weighted shares of its valid answers in per cent, and their unweighted number.

    The whole first, items in the order of the instrument; nulls where they may not be shown.
    """
    asked = [
        (position, variable, _valid(variable))
        for position, variable in enumerate(inputs.variables)
        if variable.item.role == "score" and variable.options
    ]
    place = 0
    for one in counted:
        for d, domain in enumerate(one.partition.domains):
            for position, variable, valid in asked:
                counts, weights = one.counts[position][d], one.weights[position][d]
                shown = not hidden.variables[place, position]
                total = float(np.sum(weights[valid]))
                yield {
                    "by": one.partition.by,
                    "domain": domain,
                    "item": variable.name,
                    "n": int(np.sum(counts[valid])) if shown else None,
                    "shares": {
                        variable.codes[k]: published(100 * weights[k] / total) if total else 0.0
                        for k in valid
                    }
                    if shown
                    else None,
                }
            place += 1


def _valid(variable: Variable) -> list[int]:
    """Positions of the options that are answers and not ways of giving none."""
    return [k for k in range(len(variable.codes)) if variable.missing_kind(k) is None]

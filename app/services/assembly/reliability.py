"""How well the items of a factor go together, domain by domain. Reads the rows of a run (CONTRACTS 5).

Scores are the values of the scales from 0 to 100, reversed where agreement is bad, whatever the measure of the index:
a share of satisfied people throws away what tells reliability. Only people who answered every item count.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from scoring.errors import LonelyPSUError
from scoring.moments import MeasurementError
from scoring.reliability import Alpha, ItemRest, cronbach_alpha, item_rest_correlations

from .measures import Measured, option_scores
from .records import SMALL
from .results import Scored


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of one node in one domain. `alpha` None: too few complete answers, or an item without variation.

    `low` and `high` are None without an interval: only a probability sample has one. `item_rest` by the item's code.
    """

    alpha: float | None
    low: float | None
    high: float | None
    item_rest: dict[str, float | None]


NONE = Reliability(None, None, None, {})


class Measurement:
    """Reliability of every node of a run that has two items or more."""

    def __init__(self, scored: Scored):
        self._scored = scored
        options = scored.options
        self._least = max(SMALL, options.threshold)

    def nodes(self) -> Iterator[tuple[Measured, tuple[str, ...]]]:
        """Nodes and indices with the items below them, in the order of the results."""
        for one in self._scored.measured:
            if one.tree is not None:
                items = tuple(code for code in _items_below(one.tree) if code in self._scores)
                if len(items) > 1:
                    yield one, items

    def items(self) -> Iterator[tuple[int, str]]:
        """Position among the run's variables and code of every item that an index uses."""
        for position, variable in enumerate(self._scored.inputs.variables):
            if variable.option is None and variable.item.code in self._scores:
                yield position, variable.item.code

    def of(self, items: tuple[str, ...], row_domain: NDArray[np.intp], domain: int) -> Reliability:
        """Alpha and item-rest correlations of items within one domain of a partition."""
        scores = np.stack([self._scores[code] for code in items])
        inside = row_domain == domain
        if np.count_nonzero(inside & ~np.isnan(scores).any(axis=0)) < self._least:
            return NONE
        design = self._scored.inputs.design
        try:
            rest = item_rest_correlations(scores, design, items=items, domain=inside)
            alpha = cronbach_alpha(scores, design, items=items, domain=inside)
        except (MeasurementError, LonelyPSUError):
            return NONE
        return Reliability(alpha.value, *self._bounds(alpha), _by_item(rest))

    def _bounds(self, alpha: Alpha) -> tuple[float | None, float | None]:
        options = self._scored.options
        if options.effective_wave_kind != "probability":
            return None, None
        interval = alpha.confidence_interval(options.level)
        return (None, None) if np.isnan(interval.low) else (interval.low, interval.high)

    @cached_property
    def _scores(self) -> dict[str, NDArray[np.float64]]:
        """Score of every row on each item that an index uses, NaN where there is none."""
        scored = self._scored
        used = {code for one in scored.measured if one.tree is not None for code in _items_below(one.tree)}
        found = {}
        for variable, answers in zip(scored.inputs.variables, scored.inputs.answers, strict=True):
            if variable.option is None and variable.item.code in used:
                values = {option.value for option in variable.options} - {None}
                if len(values) > 1:
                    of_state = np.full(variable.n_states, np.nan)
                    scores = option_scores(scored.instrument, variable.item, "mean_100")
                    of_state[: len(scores)] = scores
                    found[variable.item.code] = of_state[answers]
        return found


def _items_below(tree) -> Iterator[str]:
    yield from tree.items
    for child in tree.children:
        yield from _items_below(child)


def _by_item(rest: ItemRest) -> dict[str, float | None]:
    return {
        code: None if np.isnan(value) else float(value)
        for code, value in zip(rest.items, rest.item_rest, strict=True)
    }

"""Known population counts, and the checks that weights and counts must pass before they are brought together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from scoring.errors import ScoringError, some
from scoring.labels import as_labels

# Two margins whose totals differ by more than this share can't both be met.
MARGINS_AGREE = 1e-9


class WeightingError(ScoringError):
    """Weights, cells or margins that cannot be used, or that cannot be met."""


@dataclass(frozen=True, eq=False)
class Margin:
    """Known population counts of one variable, with where they come from.

    `labels`, shape (n,), is the category of each row; `population` the count of each category, > 0. Labels and
    categories are compared as text. `source` and `date` are passed through to the results.
    """

    name: str
    labels: ArrayLike
    population: Mapping[object, float]
    source: str = ""
    date: str = ""


def checked_weights(weight: ArrayLike, allow_zero: bool = False) -> NDArray[np.float64]:
    """The weights as floats, shape (n,); refused with the rows that have none."""
    w = np.asarray(weight, dtype=float)
    if w.ndim != 1 or not len(w):
        raise WeightingError(
            f"`weight` must be one number per row, of at least one row; given: shape {w.shape}."
        )
    wrong = np.flatnonzero(~(np.isfinite(w) & ((w >= 0) if allow_zero else (w > 0))))
    if len(wrong) or not w.any():
        raise WeightingError(
            f"`weight` must be a positive number in every row; rows {some(wrong + 1)} have none: give each its weight,"
            " leave it out, or name `allow_zero` for weights of 0."
        )
    return w


def coded(
    margin: Margin, weight: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray, NDArray[np.float64]]:
    """Category of each row, names of the categories, their counts; refused where rows and counts do not match."""
    names, codes = categories(margin.name, margin.labels, len(weight))
    counts = {str(category): float(count) for category, count in margin.population.items()}
    unknown = [name for name in names if name not in counts]
    if unknown:
        rows = np.flatnonzero(np.isin(names[codes], unknown))
        raise WeightingError(
            f"Margin {margin.name} has no count of {some(unknown)} (rows {some(rows + 1)}): give it, or join"
            " categories."
        )
    wrong = [name for name, count in counts.items() if not (np.isfinite(count) and count > 0)]
    if wrong:
        raise WeightingError(f"Margin {margin.name} must have positive counts; {some(wrong)} have none.")
    reached = set(names[np.bincount(codes, weights=weight, minlength=len(names)) > 0])
    empty = [name for name in counts if name not in reached]
    if empty:
        raise WeightingError(
            f"Margin {margin.name} counts {some(empty)}, where no row has a weight: join it with another category."
        )
    return codes, names, np.array([counts[name] for name in names])


def check_totals(margins: Sequence[Margin], parts: Sequence[tuple]) -> None:
    """Refuse margins whose totals differ: no weights can meet them."""
    first = parts[0][2].sum()
    for margin, (_, _, counts) in zip(margins, parts, strict=True):
        if abs(counts.sum() - first) > MARGINS_AGREE * first:
            raise WeightingError(
                f"Margin {margins[0].name} adds up to {first:.12g} and margin {margin.name} to {counts.sum():.12g}:"
                " make them agree."
            )


def categories(name: str, labels: ArrayLike, n_rows: int) -> tuple[NDArray, NDArray[np.intp]]:
    """The distinct labels of a column as text, and the position of each row's among them."""
    column = as_labels(labels).astype(str)
    if column.shape != (n_rows,):
        raise WeightingError(f"`{name}` must have one label per row, {n_rows}; given: shape {column.shape}.")
    empty = np.flatnonzero(column == "")
    if len(empty):
        raise WeightingError(f"`{name}` is empty in rows {some(empty + 1)}: every row needs its category.")
    names, codes = np.unique(column, return_inverse=True)
    return names, codes.reshape(-1)

"""The items at both ends of an agency, as far as the intervals tell them from the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.scorecards import Row

MOST_NAMED = 4  # of more than so many at one end it is said only how many there are
FEWEST = 3  # items to set beside each other


@dataclass(frozen=True, slots=True)
class End:
    """The item with the highest or lowest figure with those that its interval does not tell apart from it.

    `items` in the order of the questionnaire, empty where there are more than MOST_NAMED; `count` counts them all.
    """

    items: tuple[Row, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Ends:
    """Both ends among `of` items; they are None where the highest and the lowest item are not told apart."""

    best: End | None
    worst: End | None
    of: int


def item_ends(rows: Sequence[Row], wave_kind: str) -> Ends | None:
    """The ends of one agency's items; None where nothing may be set beside each other.

    Two items are told apart where their intervals do not touch. The error of a difference is at most the sum of both
    errors, whatever the covariance of the two items, so this never finds a difference that a test of the two at the
    same level would not; it may miss one. Volunteers are not compared, nor are small or constant figures.
    """
    if wave_kind == "volunteer":
        return None
    items = [row for row in rows if row.kind == "item"]
    measure = next(iter(Counter(row.measure for row in items).most_common(1)), (None, 0))[0]
    bounds = {
        row: found
        for row in items
        if row.measure == measure and (found := _bounds(row, wave_kind)) is not None
    }
    if len(bounds) < FEWEST:
        return None
    low, high = _low(bounds), _high(bounds)
    best = [row for row in bounds if bounds[row][1] >= high]
    worst = [row for row in bounds if bounds[row][0] <= low]
    if _touch(bounds, best, worst):
        return Ends(None, None, len(bounds))
    # What is told apart from neither end stands at none.
    both = set(best) & set(worst)
    best, worst = ([row for row in end if row not in both] for end in (best, worst))
    return Ends(_end(best), _end(worst), len(bounds))


def _bounds(row: Row, wave_kind: str) -> tuple[float, float] | None:
    value, low, high = row.value.value, row.low.value, row.high.value
    if value is None or row.flag is not None:
        return None
    if low is not None and high is not None:
        return low, high
    # Where everyone was asked and everyone answered, nothing is uncertain; where the head count is not known, all is.
    return (value, value) if wave_kind == "census" and row.std_error.value == 0 else None


def _high(bounds: dict[Row, tuple[float, float]]) -> float:
    """The lower bound of the item with the highest figure."""
    return bounds[max(bounds, key=lambda row: row.value.value)][0]


def _low(bounds: dict[Row, tuple[float, float]]) -> float:
    """The upper bound of the item with the lowest figure."""
    return bounds[min(bounds, key=lambda row: row.value.value)][1]


def _touch(bounds: dict[Row, tuple[float, float]], best: Iterable[Row], worst: Iterable[Row]) -> bool:
    top = max(best, key=lambda row: row.value.value)
    bottom = min(worst, key=lambda row: row.value.value)
    return bounds[bottom][1] >= bounds[top][0]


def _end(rows: list[Row]) -> End:
    return End(tuple(rows) if len(rows) <= MOST_NAMED else (), len(rows))

"""The axis of a chart: whole numbers that a reader can count by, around the figures it must hold."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

STEPS = (1, 2, 5, 10, 20, 25, 50, 100)


@dataclass(frozen=True, slots=True)
class Axis:
    """From the first tick to the last, in the unit of the figures; `place` turns a figure into pixels."""

    ticks: tuple[int, ...]
    left: float
    right: float

    @property
    def begins_at_zero(self) -> bool:
        return self.ticks[0] == 0

    def place(self, value: float) -> float:
        """Where a figure stands, in pixels from the left edge of the chart, to a tenth."""
        share = (value - self.ticks[0]) / (self.ticks[-1] - self.ticks[0])
        return round(self.left + share * (self.right - self.left), 1)


def axis_around(values: Iterable[float], left: float, right: float, most_steps: int) -> Axis:
    """The shortest axis in at most `most_steps` equal steps that holds all values; 0 to 100 where there are none.

    Figures within 0 and 100 get an axis within 0 and 100.
    """
    held = sorted(values) or [0.0, 100.0]
    low, high = held[0], held[-1]
    for step in STEPS:
        first, last = step * math.floor(low / step), step * math.ceil(high / step)
        if first == last:
            first, last = _room_around(first, step)
        if (last - first) // step <= most_steps:
            return Axis(tuple(range(first, last + 1, step)), left, right)
    raise ValueError(f"An axis for {low} to {high} would need more than {most_steps} steps of {STEPS[-1]}.")


def _room_around(value: int, step: int) -> tuple[int, int]:
    """A step to either side, but not past 0 or 100 where the figure is a bound of its measure."""
    return (value if value == 0 else value - step), (value if value == 100 else value + step)

"""The chart of a series: a dot and its interval for every wave, joined only where nothing broke between them."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass

from app.agency_cards import Trend
from app.figures import show
from app.results.axis import axis_around
from app.results.chart import MOST_STEPS, Layout, Tick, kind_of
from app.scorecards import Figure

TOP, BOTTOM, FOOT = 24, 236, 64


@dataclass(frozen=True, slots=True)
class TrendMark:
    """One wave; y is None where there is no figure. `broken`: it must not be compared with the one before."""

    x: float
    name: tuple[str, ...]
    text: str
    value_y: float | None
    low_y: float | None
    high_y: float | None
    broken: bool
    spoken: str


@dataclass(frozen=True, slots=True)
class TrendChart:
    """Pixels of a canvas of width × height; `joins` are (x1, y1, x2, y2), `breaks` places of the lines between."""

    layout: Layout
    height: float
    left: float
    right: float
    top: float
    bottom: float
    ticks: tuple[Tick, ...]
    marks: tuple[TrendMark, ...]
    joins: tuple[tuple[float, float, float, float], ...]
    breaks: tuple[float, ...]


def draw_trend(trend: Trend, layout: Layout, language: str) -> TrendChart:
    """The points from left to right, at equal distances whatever lies between the waves."""
    rows = [point.row for point in trend.points]
    held = [
        figure.value for row in rows for figure in (row.value, row.low, row.high) if figure.value is not None
    ]
    # The axis goes upwards, so its left end is the lower edge.
    axis = axis_around(held, BOTTOM, TOP, MOST_STEPS)
    left, right = 44.0, float(layout.width - 10)
    step = (right - left) / len(rows)
    marks = []
    for k, point in enumerate(trend.points):
        row, kind = point.row, kind_of(point.row)
        whisker = row.low.value is not None and row.high.value is not None
        between = f" ({show(row.low, kind, language)} – {show(row.high, kind, language)})" if whisker else ""
        marks.append(
            TrendMark(
                x=round(left + step * (k + 0.5), 1),
                name=tuple(_lines(point.wave, step)),
                text=show(row.value, kind, language),
                value_y=axis.place(row.value.value) if row.value.value is not None else None,
                low_y=axis.place(row.low.value) if whisker else None,
                high_y=axis.place(row.high.value) if whisker else None,
                broken=bool(point.breaks),
                spoken=f"{point.wave}: {show(row.value, kind, language)}{between}",
            )
        )
    joined = zip(trend.points, trend.points[1:], marks, marks[1:], strict=False)
    return TrendChart(
        layout=layout,
        height=BOTTOM + FOOT,
        left=left,
        right=right,
        top=TOP,
        bottom=BOTTOM,
        ticks=tuple(Tick(axis.place(tick), show(Figure(tick), "count", language)) for tick in axis.ticks),
        marks=tuple(marks),
        joins=tuple(
            (one.x, one.value_y, other.x, other.value_y)
            for before, after, one, other in joined
            if before.segment == after.segment and one.value_y is not None and other.value_y is not None
        ),
        breaks=tuple(round(mark.x - step / 2, 1) for mark in marks if mark.broken),
    )


def _lines(name: str, width: float) -> list[str]:
    return textwrap.wrap(name, max(6, int(width / 7)), max_lines=2, placeholder=" …")

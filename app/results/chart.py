"""The chart of a level of agencies: a dot for each value, a line for its interval; figures are pixels here.

Two layouts of the same chart: `WIDE` has names beside the lines, `NARROW` above them, for a phone.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.figures import show
from app.results.axis import Axis, axis_around
from app.scorecards import ColumnKind, Figure, Row

LETTER = 7.6  # width of a letter in the chart's type, in pixels, on the wide side
LINE = 18  # from one line of text to the next
MOST_STEPS = 6  # of the axis: the same in both layouts, so that they say the same
HEAD, FOOT = 46, 56  # above the first row: reference and ticks; below the last: ticks and the axis' name


@dataclass(frozen=True, slots=True)
class Layout:
    """Pixels. `names`: width of the column of names; 0 where each name stands above its line."""

    code: str
    width: int
    names: int
    values: int

    @property
    def left(self) -> int:
        return self.names + 16 if self.names else 10

    @property
    def right(self) -> int:
        return self.width - self.values if self.names else self.width - 10

    @property
    def letters(self) -> int:
        """How many letters of a name go into one line."""
        return int((self.names or self.width - self.values) / LETTER)


WIDE = Layout("wide", width=760, names=226, values=74)
NARROW = Layout("narrow", width=352, names=0, values=74)


@dataclass(frozen=True, slots=True)
class Mark:
    """One agency. `value_x` is None where there is no value to show, `low_x` and `high_x` where no interval.

    `beside_x` is where the same figure of another stands, None where none is drawn.
    """

    name: tuple[str, ...]
    name_y: float
    text: str  # the value as the table shows it
    text_y: float
    y: float
    value_x: float | None
    low_x: float | None
    high_x: float | None
    spoken: str  # the whole line in words, for a pointer
    beside_x: float | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """The figure of all agencies together: a line down the whole chart."""

    x: float
    text: str
    anchor: str  # start, middle or end: the side on which the words still fit


@dataclass(frozen=True, slots=True)
class Tick:
    """One number of the axis."""

    x: float
    text: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Everything a template needs to draw; coordinates in pixels of a canvas of width × height."""

    layout: Layout
    height: float
    top: float
    bottom: float
    ticks: tuple[Tick, ...]
    axis_label: str
    reference: Reference | None
    marks: tuple[Mark, ...]


def draw(
    rows: Sequence[tuple[str, Row]], whole: tuple[str, Row] | None, layout: Layout, language: str
) -> Chart:
    """A mark for each (name, row), the highest value first and those without a value last, in the given order.

    `whole` is the name and row of the reference line. All rows must be of one index.
    """
    return _drawn(in_order(rows), whole, {}, layout, language)


def draw_profile(
    rows: Sequence[tuple[str, Row]], beside: Mapping[tuple[str, str], Row], layout: Layout, language: str
) -> Chart:
    """A mark for each (name, row) as they come; `beside` has the same figures of another, by node and measure."""
    return _drawn(list(rows), None, beside, layout, language)


def _drawn(
    ordered: Sequence[tuple[str, Row]],
    whole: tuple[str, Row] | None,
    beside: Mapping[tuple[str, str], Row],
    layout: Layout,
    language: str,
) -> Chart:
    others = [beside[row.node, row.measure] for _, row in ordered if (row.node, row.measure) in beside]
    known = [row for _, row in (*ordered, *([whole] if whole else []))]
    axis = axis_around([*_held(known), *_values(others)], layout.left, layout.right, MOST_STEPS)
    marks, bottom = [], float(HEAD)
    for name, row in ordered:
        mark, bottom = _mark(name, row, beside.get((row.node, row.measure)), axis, layout, bottom, language)
        marks.append(mark)
    return Chart(
        layout=layout,
        height=bottom + FOOT,
        top=HEAD,
        bottom=bottom,
        ticks=tuple(Tick(axis.place(tick), show(Figure(tick), "count", language)) for tick in axis.ticks),
        axis_label=", ".join(dict.fromkeys(row.measure_label for row in known)),
        reference=_reference(whole, axis, layout, language) if whole else None,
        marks=tuple(marks),
    )


def in_order(rows: Iterable[tuple[str, Row]]) -> list[tuple[str, Row]]:
    """The highest value first; equal values, and those that are not shown, as they came."""
    return sorted(rows, key=lambda one: (one[1].value.value is None, -(one[1].value.value or 0)))


def kind_of(row: Row) -> ColumnKind:
    """Whether the figures of a row are per cent or points."""
    return "percent" if row.measure == "top_box" else "points"


def _held(rows: Iterable[Row]) -> list[float]:
    figures = (figure for row in rows for figure in (row.value, row.low, row.high))
    return [figure.value for figure in figures if figure.value is not None]


def _values(rows: Iterable[Row]) -> list[float]:
    return [row.value.value for row in rows if row.value.value is not None]


def _mark(
    name: str, row: Row, other: Row | None, axis: Axis, layout: Layout, top: float, language: str
) -> tuple[Mark, float]:
    """The mark and the lower edge of its row."""
    lines = tuple(_lines(name, layout.letters))
    text_height = len(lines) * LINE
    if layout.names:
        height = text_height + 8
        y = top + height / 2
        first = y - text_height / 2 + 13
        text_y = y + 5
    else:
        # A line stands closer to its own name than to the next one.
        height = text_height + 30
        first = text_y = top + 16
        y = top + text_height + 10
    whisker = row.low.value is not None and row.high.value is not None
    mark = Mark(
        name=lines,
        name_y=first,
        text=show(row.value, kind_of(row), language),
        text_y=text_y,
        y=y,
        value_x=_place(axis, row.value),
        low_x=_place(axis, row.low) if whisker else None,
        high_x=_place(axis, row.high) if whisker else None,
        spoken=_spoken(name, row, language),
        beside_x=_place(axis, other.value) if other is not None else None,
    )
    return mark, top + height


def _place(axis: Axis, figure: Figure) -> float | None:
    return axis.place(figure.value) if figure.value is not None else None


def _lines(name: str, letters: int) -> list[str]:
    """A name in at most two lines; the table has it in full."""
    return textwrap.wrap(name, letters, max_lines=2, placeholder=" …", break_on_hyphens=False)


def _spoken(name: str, row: Row, language: str) -> str:
    kind = kind_of(row)
    value, n = show(row.value, kind, language), show(row.n, "count", language)
    if row.low.value is None or row.high.value is None:
        return f"{name}: {value}; n = {n}"
    return f"{name}: {value} ({show(row.low, kind, language)} – {show(row.high, kind, language)}); n = {n}"


def _reference(whole: tuple[str, Row], axis: Axis, layout: Layout, language: str) -> Reference | None:
    name, row = whole
    if row.value.value is None:
        return None
    x = axis.place(row.value.value)
    text = f"{name}: {show(row.value, kind_of(row), language)}"
    half = len(text) * LETTER / 2
    anchor = "start" if x - half < 0 else "end" if x + half > layout.width else "middle"
    return Reference(x, text, anchor)

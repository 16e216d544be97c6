"""Charts of a scorecard: what of its tables is drawn, each figure with its interval."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from app.scorecards import Chart, Row

from ..rounding import published
from .domains import domain_rows
from .frame import Frame
from .items import item_lines
from .parameters import Parameters
from .summary import summary_rows

MOST_ITEMS = 20  # bars of one chart of items, which then fits a page; more make another chart
MOST_DOMAINS = 60  # with more below, the branch is not drawn: the bars could not be read
Placed = tuple[int, Row]  # a row with its position in its table
# Rows, code of the table, code of the column of labels, subject, name of the sheet.
_Drawn = tuple[Sequence[Placed], str, str, str, str]


def charts(frame: Frame, parameters: Parameters) -> tuple[Chart, ...]:
    """Those that have something to draw; a figure without an interval is in none.

    `parameters` takes in how far the intervals reach.
    """
    found = (*_of_nodes(frame), *_of_items(frame), *_of_domains(frame))
    return tuple(_chart(frame, parameters, number, *one) for number, one in enumerate(found, 1))


def _of_nodes(frame: Frame) -> Iterator[_Drawn]:
    rows = _alike(list(enumerate(summary_rows(frame))))
    if rows:
        yield rows, "summary", "label", frame._("Indices and factors"), frame._("Summary")


def _of_items(frame: Frame) -> Iterator[_Drawn]:
    lines, _ = item_lines(frame), frame._
    placed = [(lines["estimate", row.node, row.measure], row) for row in frame.rows if row.kind == "item"]
    rows = _alike(placed)
    for start in range(0, len(rows), MOST_ITEMS):
        part = rows[start : start + MOST_ITEMS]
        title = _("Items")
        if len(rows) > MOST_ITEMS:
            title = _("Items {first} to {last}").format(first=start + 1, last=start + len(part))
        yield part, "items", "text", title, _("Items")


def _of_domains(frame: Frame) -> Iterator[_Drawn]:
    """The first index of the domains next below."""
    near = {frame.kin.domains[place] for place in frame.kin.children(frame.place)}
    found = domain_rows(frame, frame.kin.below(frame.place)) if len(near) <= MOST_DOMAINS else []
    first = next((row.node for row in found if row.kind == "index"), None)
    drawn = [(k, row) for k, row in enumerate(found) if row.node == first and (row.by, row.domain) in near]
    rows = _alike(drawn)
    if rows:
        title = frame._("{index}, domain by domain").format(index=rows[0][1].node_label)
        yield rows, "domains", "domain", title, frame._("Domains")


def _alike(rows: Sequence[Placed]) -> list[Placed]:
    """Those that can be drawn, of the measure that most of them have: one chart has one axis."""
    whole = [(k, row) for k, row in rows if None not in (row.value.value, row.low.value, row.high.value)]
    if not whole:
        return []
    measure = Counter(row.measure for _, row in whole).most_common(1)[0][0]
    return sorted(((k, row) for k, row in whole if row.measure == measure), key=lambda one: one[0])


def _chart(
    frame: Frame,
    parameters: Parameters,
    number: int,
    rows: Sequence[Placed],
    table: str,
    label: str,
    subject: str,
    tab: str,
) -> Chart:
    _, one = frame._, rows[0][1]
    text = _("Bars with intervals: {subject}, {measure}. {count} figures, those of the sheet {tab}.")
    names = [_named(row, table) for _place, row in rows]
    below = _("Chart {number}, interval below: {figure}")
    above = _("Chart {number}, interval above: {figure}")
    return Chart(
        title=frame.title(subject),
        table=table,
        rows=tuple(place for place, _row in rows),
        label=label,
        value="value",
        down=parameters.span(
            ("down", number),
            [below.format(number=number, figure=name) for name in names],
            [published(row.value.value - row.low.value) for _place, row in rows],
            _("Estimate less low"),
        ),
        up=parameters.span(
            ("up", number),
            [above.format(number=number, figure=name) for name in names],
            [published(row.high.value - row.value.value) for _place, row in rows],
            _("High less estimate"),
        ),
        axis=one.measure_label,
        span=None if one.measure == "points" else (0, 100),
        text=text.format(subject=frame.title(subject), measure=one.measure_label, count=len(rows), tab=tab),
    )


def _named(row: Row, table: str) -> str:
    """A figure by its code, as the sheets do."""
    return row.domain or "" if table == "domains" else row.node

"""The sheet of charts: native ones, each a picture of one table, with the interval of every figure as an error bar.

Nothing stands here only. Bars have one colour that everyone tells from white, so that colour says nothing; what a
chart shows and which table it draws stands in column A above it, and in its alternative text.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart as NativeChart

from app.messages import translations
from app.scorecards import Chart, Cited, Scorecard
from app.workbooks.formats import FONT
from app.workbooks.formulas import Formulas
from app.workbooks.layout import PAGE
from app.workbooks.lines import Line, draw_lines
from app.workbooks.metrics import LINE_HEIGHT
from app.workbooks.problems import BadChart
from app.workbooks.sheet import Sheet, cell_address
from app.workbooks.tables import Page
from app.workbooks.text import clean

BAR = 26  # pixels of one bar with the gap to the next
NARROW_BAR, MANY_BARS = 18, 20  # the same where there are more bars than this
PRINTED = 680  # pixels of a printed page from top to bottom
AROUND = 110  # pixels of a chart for its title and its axis
MOST = 60  # bars: more make a chart that is higher than two screens
COLUMN = 600  # pixels of column A, in which the lines are wrapped
BLUE = "#0072B2"  # of Okabe and Ito's colours that everyone tells apart


def chart_lines(card: Scorecard, pages: Sequence[Page]) -> list[Line]:
    """What stands in column A above the charts: a title, and a line per chart that leads to its table."""
    _ = translations(card.language).gettext
    by_code = {page.table.code: page for page in pages}
    lines = [
        Line(_("Charts"), "title"),
        Line(clean(card.label, "Charts", one_line=True)),
        Line(
            _(
                "The lines across the bars are the intervals. Every figure stands in the table that a chart names."
            )
        ),
    ]
    for number, chart in enumerate(card.charts, 1):
        if chart.table not in by_code:
            raise BadChart(f"Chart {number}: there is no table {chart.table}.")
        page = by_code[chart.table]
        text = _("Chart %(number)s, of the sheet “%(tab)s”: %(title)s") % {
            "number": number,
            "tab": page.tab,
            "title": clean(chart.title, f"Chart {number}", one_line=True),
        }
        lines.append(Line(text, "link", address=cell_address(page.tab, 0, 0)))
    return lines


def draw_charts(
    workbook: Workbook, sheet: Sheet, card: Scorecard, pages: Sequence[Page], formulas: Formulas
) -> None:
    """Write the sheet: the lines, then the charts one below the other."""
    lines = chart_lines(card, pages)
    sheet.widths([COLUMN])
    draw_lines(sheet, lines, column=COLUMN, room=PAGE)
    by_code = {page.table.code: page for page in pages}
    row, top, breaks = len(lines), 0, []
    for number, chart in enumerate(card.charts, 1):
        place = f"Chart {number}"
        height = AROUND + (NARROW_BAR if len(chart.rows) > MANY_BARS else BAR) * len(chart.rows)
        if (row - top) * LINE_HEIGHT + height > PRINTED and row > len(lines):
            breaks.append(row)
            top = row
        native = _native(workbook, chart, by_code[chart.table], formulas, place)
        native.set_size({"width": PAGE, "height": height})
        sheet.chart(row, native, clean(chart.text, place, one_line=True))
        row += -(-height // LINE_HEIGHT) + 1
    sheet.breaks(breaks)
    # Column A and as many as the page is wide.
    sheet.printed(row, 6)


def _native(workbook: Workbook, chart: Chart, page: Page, formulas: Formulas, place: str) -> NativeChart:
    if not 0 < len(chart.rows) <= MOST:
        raise BadChart(f"{place}: it draws {len(chart.rows)} figures; a chart has 1 to {MOST}.")
    native = workbook.add_chart({"type": "bar"})
    values = _numbers(chart, page, chart.value, place)
    down, up = (formulas.numbers(cited, len(chart.rows), place) for cited in (chart.down, chart.up))
    native.add_series(
        {
            "name": _title(chart.axis, place),
            "categories": _labels_at(chart, page, place),
            "categories_data": _labels(chart, page),
            "values": _figures_at(chart, chart.value, formulas, place),
            "values_data": values,
            "fill": {"color": BLUE},
            "gap": 45,
            "data_labels": {
                "value": True,
                "position": "inside_base",
                "num_format": "#,##0.0",
                "font": {"name": FONT, "size": 9, "bold": True, "color": "#FFFFFF"},
            },
            "y_error_bars": {
                "type": "custom",
                "plus_values": f"={formulas.address(chart.up, place)}",
                "plus_data": up,
                "minus_values": f"={formulas.address(chart.down, place)}",
                "minus_data": down,
                "line": {"color": "#000000", "width": 1.25},
            },
        }
    )
    font = {"name": FONT, "size": 9}
    native.set_title(
        {"name": _title(chart.title, place), "name_font": {"name": FONT, "size": 12, "bold": True}}
    )
    native.set_legend({"none": True})
    native.set_y_axis({"reverse": True, "num_font": font})
    ends = {} if chart.span is None else dict(zip(("min", "max"), chart.span, strict=True))
    native.set_x_axis(
        {
            "name": _title(chart.axis, place),
            "name_font": font,
            "num_font": font,
            "num_format": "#,##0",
            "major_gridlines": {"visible": True, "line": {"color": "#D9D9D9", "width": 0.75}},
            **ends,
        }
    )
    return native


def _title(text: str, place: str) -> str:
    """A text of the chart; XlsxWriter would take one that begins with an equals sign for a formula."""
    text = clean(text, place, one_line=True)
    if not text.strip() or text.startswith("="):
        raise BadChart(f"{place}: {text!r} cannot be its title or the name of its axis; write another.")
    return text


def _runs(rows: Sequence[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run of rows that follow each other."""
    for _, run in groupby(enumerate(rows), key=lambda one: one[1] - one[0]):
        found = [row for _, row in run]
        yield found[0], found[-1]


def _joined(addresses: list[str]) -> str:
    return f"={addresses[0]}" if len(addresses) == 1 else f"=({','.join(addresses)})"


def _figures_at(chart: Chart, column: str, formulas: Formulas, place: str) -> str:
    return _joined([formulas.address(Cited(chart.table, column, *run), place) for run in _runs(chart.rows)])


def _labels_at(chart: Chart, page: Page, place: str) -> str:
    column = _column(page, chart.label, place)
    top = page.header_row + 1
    return _joined(
        [
            f"{cell_address(page.tab, top + first, column, fixed=True)}:"
            f"{cell_address(page.tab, top + last, column, fixed=True).rpartition('!')[2]}"
            for first, last in _runs(chart.rows)
        ]
    )


def _labels(chart: Chart, page: Page) -> list[str]:
    column = [one.code for one in page.table.columns].index(chart.label)
    return [str(page.cells.rows[row][column]) for row in chart.rows]


def _numbers(chart: Chart, page: Page, code: str, place: str) -> list[float]:
    column = _column(page, code, place)
    found = [page.cells.rows[row][column] for row in chart.rows if row < len(page.cells.rows)]
    if len(found) < len(chart.rows) or not all(isinstance(cell, int | float) for cell in found):
        raise BadChart(f"{place}: a row of {chart.table} that it draws shows no number under {code!r}.")
    return found


def _column(page: Page, code: str, place: str) -> int:
    codes = [column.code for column in page.table.columns]
    if code not in codes:
        raise BadChart(f"{place}: the table {page.table.code} has no column {code!r}.")
    return codes.index(code)

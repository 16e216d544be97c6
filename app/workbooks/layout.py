"""Column widths and row heights of a table, so that nothing is clipped and one page is as wide as it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.workbooks.lines import MAX_LINES
from app.workbooks.metrics import CELL_PADDING, INDENT, line_count, longest_word, text_width, wrapped
from app.workbooks.problems import BadText

PAGE = 1026  # pixels across a landscape A4 page between its margins, at full size
DEFAULT_COLUMN = 72  # a column that nobody sets
WIDEST_COLUMN = 2_043  # no program makes one wider

NARROWEST_FIGURES = 80
FIGURES_PADDING = 16  # pixels that keep right-aligned headers apart
HEADER_LINES = 3  # a number's header rather grows than makes its column much wider than its numbers
NARROWEST_TEXT = 64
WRAPPING_TEXT = 360  # a text column is never squeezed below this only to keep the page narrow,
WIDE_TEXT = 200  # or below this in a table of many columns, which would print too small to be read
MANY_COLUMNS = 12
WIDEST_TEXT = 720  # about 90 letters: longer lines are hard to read


@dataclass(frozen=True, slots=True)
class Sizes:
    """Widths of the columns in pixels, lines of the header row and of each row below it."""

    widths: tuple[int, ...]
    header_lines: int
    row_lines: tuple[int, ...]


def fit(
    headers: Sequence[str],
    figures: Sequence[bool],
    texts: Sequence[Sequence[str]],
    *,
    rows: int,
    first: int,
    place: str,
) -> Sizes:
    """Fit a table of so many rows.

    `figures` says which columns hold numbers; `texts` holds, per column, what its cells show (for a column
    of numbers the widest ones are enough); `first` is the least width of column A. BadText where a text is
    too long to be shown whole in the widest column.
    """
    margins = [INDENT if is_indented(column, is_figure) else 0 for column, is_figure in enumerate(figures)]
    widths = [
        _figure_width(header, shown) if is_figure else 0
        for header, is_figure, shown in zip(headers, figures, texts, strict=True)
    ]
    text_columns = [column for column, is_figure in enumerate(figures) if not is_figure]
    wanted = {
        column: _wanted_width(headers[column], texts[column]) + margins[column] for column in text_columns
    }
    least = WIDE_TEXT if len(headers) > MANY_COLUMNS else WRAPPING_TEXT
    for column, width in _shares(wanted, PAGE - sum(widths), least).items():
        widths[column] = width
    widths[0] = max(widths[0], first)
    for column in text_columns:
        here = f"{place}, column {headers[column]!r}"
        widths[column] = _wide_enough(texts[column], widths[column] - margins[column], here) + margins[column]
    rooms = [width - margin for width, margin in zip(widths, margins, strict=True)]
    return Sizes(
        widths=tuple(widths),
        header_lines=max(
            line_count(text, room, bold=True) for text, room in zip(headers, rooms, strict=True)
        ),
        row_lines=tuple(
            max((line_count(texts[column][row], rooms[column]) for column in text_columns), default=1)
            for row in range(rows)
        ),
    )


def is_indented(column: int, is_figure: bool) -> bool:
    """Whether a column's cells stand off its left edge: texts do, but in column A, where the title begins."""
    return column > 0 and not is_figure


def _figure_width(header: str, shown: Sequence[str]) -> int:
    """As wide as its widest number and the longest word of its header, wider for a very long header."""
    contents = max(*(text_width(text) for text in shown), longest_word(header, bold=True))
    width = max(NARROWEST_FIGURES, contents + FIGURES_PADDING)
    while True:
        lines, widest = wrapped(header, width, bold=True)
        if lines <= HEADER_LINES and widest <= width - FIGURES_PADDING:
            return width
        width += 4


def _wanted_width(header: str, texts: Sequence[str]) -> int:
    """What a column of texts needs to show each of them on one line, up to a readable length."""
    longest = max(text_width(header, bold=True), *(text_width(text) for text in texts))
    return min(max(longest + CELL_PADDING, NARROWEST_TEXT), WIDEST_TEXT)


def _shares(wanted: dict[int, int], left: int, least: int) -> dict[int, int]:
    """Share the rest of the page among the columns of texts, `least` each; who needs less leaves it to the others."""
    given: dict[int, int] = {}
    while open_columns := [column for column in wanted if column not in given]:
        share = max(left // len(open_columns), least)
        content = [column for column in open_columns if wanted[column] <= share]
        for column in content or open_columns:
            given[column] = min(wanted[column], share)
            left -= given[column]
    return given


def _wide_enough(texts: Sequence[str], room: int, place: str) -> int:
    """Widen a column of texts until its highest cell fits into the highest row there is."""
    while any(line_count(text, room) > MAX_LINES for text in texts):
        if room >= WIDEST_COLUMN - INDENT:
            raise BadText(
                f"{place}: a text of {max(map(len, texts)):,} characters cannot be shown whole in one cell; "
                f"shorten it or split it over rows."
            )
        room = min(room * 3 // 2, WIDEST_COLUMN - INDENT)
    return room

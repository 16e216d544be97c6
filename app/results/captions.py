"""What stands in words beside the chart: how to read it, and what must not be read into it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal

from app.figures import show
from app.messages import locale, translations
from app.results.chart import Chart, in_order, kind_of
from app.scorecards import Figure, Row


@dataclass(frozen=True, slots=True)
class Captions:
    """Title and description for those who do not see the chart; `remarks` for everyone, a sentence each."""

    title: str
    description: str
    remarks: tuple[str, ...]


def captions(
    index: str, rows: Sequence[tuple[str, Row]], chart: Chart, level: float, language: str
) -> Captions:
    """The words for a chart of these rows at this level of the intervals (0 to 1)."""
    _ = translations(language).gettext
    count = show(Figure(len(rows)), "count", language)
    return Captions(
        title=_("%(index)s: value and interval of each agency (%(count)s)")
        % {"index": index, "count": count},
        description=" ".join([*_span(rows, language), _("The table below holds the same figures.")]),
        remarks=tuple(_remarks(rows, chart, level, language)),
    )


def level_text(level: float, language: str) -> str:
    """The level of intervals in per cent: `95`, `97,5`."""
    return format_decimal(100 * level, format="#,##0.###", locale=locale(language))


def _span(rows: Sequence[tuple[str, Row]], language: str) -> Iterable[str]:
    shown = [row for _, row in in_order(rows) if row.value.value is not None]
    if shown:
        kind = kind_of(shown[0])
        yield translations(language).gettext("The values run from %(low)s to %(high)s.") % {
            "low": show(Figure(shown[-1].value.value), kind, language),
            "high": show(Figure(shown[0].value.value), kind, language),
        }


def _remarks(rows: Sequence[tuple[str, Row]], chart: Chart, level: float, language: str) -> Iterable[str]:
    _ = translations(language).gettext
    methods = {row.interval_label: None for _name, row in rows if row.low.value is not None}
    if methods:
        yield _("Dot: value. Line through the dot: %(methods)s, %(level)s %%.") % {
            "methods": ", ".join(methods),
            "level": level_text(level, language),
        }
    if len(rows) > 1:
        yield _(
            "The agencies are sorted by value for reading only; the order is not a ranking. Whether two "
            "agencies differ takes a test; lines that overlap or stand apart are none."
        )
    without = sum(row.value.value is not None and row.low.value is None for _name, row in rows)
    if without:
        yield _(
            "Hollow dot: a value without an interval (agencies: %(count)s). The remark in the table says why; "
            "nothing can be said of how such an agency compares with others."
        ) % {"count": show(Figure(without), "count", language)}
    absent = sum(row.value.value is None for _name, row in rows)
    if absent:
        yield _(
            "Without a dot: no value is shown (agencies: %(count)s). The marks are explained below the table."
        ) % {"count": show(Figure(absent), "count", language)}
    if chart.ticks[0].text != "0":
        yield _("The axis runs from %(first)s to %(last)s; it does not begin at 0.") % {
            "first": chart.ticks[0].text,
            "last": chart.ticks[-1].text,
        }

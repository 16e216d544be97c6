"""Summary: indices and factors of the domain with their intervals."""

from __future__ import annotations

from collections.abc import Iterator

from app.scorecards import Cell, Column, Name, Row, Table

from ..labels import level_label
from ..measures import Measured
from ..rows import by_address
from .frame import Frame
from .ranks import rank_cells, rank_columns, rank_remarks
from .score_columns import flag_cell, flag_column
from .trend_columns import trend_cells, trend_columns

# Columns that say something in each kind of wave: only a random sample has a design effect.
_PRECISION = {
    "probability": ("std_error", "n_psu", "n_eff", "deff", "df"),
    "census": ("std_error",),
    "volunteer": ("std_error", "n_psu", "df"),
}


def summary(frame: Frame) -> Table | None:
    """None where the instrument has no index."""
    rows = summary_rows(frame)
    if not rows:
        return None
    _ = frame._
    columns = tuple(_columns(frame, rows))
    return Table(
        code="summary",
        tab=_("Summary"),
        title=frame.title(_("Indices and factors")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=columns,
        rows=tuple(_cells(frame, rows, columns)),
        remarks=(*frame.shared_remarks, *(rank_remarks(frame) if _ranked(frame) else ())),
        names=tuple(_names(frame, rows)),
    )


def summary_rows(frame: Frame) -> list[Row]:
    """The figures of the sheet, a line each."""
    return [row for row in frame.rows if row.kind != "item"]


def _ranked(frame: Frame) -> bool:
    """Whether this domain has a rank; the whole has none."""
    return any(frame.beside.rank((row.node, row.measure), frame.domain) for row in summary_rows(frame))


def _columns(frame: Frame, rows: list[Row]) -> Iterator[Column]:
    _, wave_kind = frame._, frame.scored.options.effective_wave_kind
    unit = "%" if all(row.measure == "top_box" for row in rows) else _("% or points")
    yield Column("label", _("Index or factor"), "text")
    yield Column("kind", _("Kind"), "text")
    yield Column("value", _("Estimate ({unit})").format(unit=unit), "percent")
    yield from bounds(frame, unit)
    yield Column("n", frame.noted(_("Respondents (n)"), 2), "count")
    if _ranked(frame):
        yield from rank_columns(frame, brief=True)
    yield from trend_columns(frame, unit, level_label(frame.scored.options.level, frame.language))
    yield Column("remark", _("Remark"), "text")
    yield Column("measure", _("Measure"), "text")
    yield Column("method", _("Interval"), "text")
    words = {
        "std_error": ("percent", _("Standard error ({unit})").format(unit=unit)),
        "n_psu": ("count", _("Sampling units (PSUs)")),
        "n_eff": ("count", _("Effective n")),
        "deff": ("number", _("Design effect")),
        "df": ("count", _("Degrees of freedom")),
    }
    for code in _PRECISION[wave_kind]:
        kind, header = words[code]
        yield Column(code, header, kind)
    yield Column("node", _("Code"), "text")
    yield flag_column(frame)


def bounds(frame: Frame, unit: str) -> Iterator[Column]:
    """The columns of an interval."""
    _, level = frame._, level_label(frame.scored.options.level, frame.language)
    for code, header in (("low", _("Low, {level} ({unit})")), ("high", _("High, {level} ({unit})"))):
        yield Column(code, frame.noted(header.format(level=level, unit=unit), 1), "percent")


def _cells(frame: Frame, rows: list[Row], columns: tuple[Column, ...]) -> Iterator[tuple[Cell, ...]]:
    measured = by_address(frame.scored.measured)
    for row in rows:
        said = {
            "label": row.node_label,
            "kind": _kind(frame, measured[row.node, row.measure]),
            "measure": row.measure_label,
            "method": row.interval_label,
            "remark": frame.remark(row),
            **rank_cells(frame.beside, (row.node, row.measure), frame.domain),
            **trend_cells(frame, row),
            **flag_cell(row),
        }
        yield tuple(said[one.code] if one.code in said else getattr(row, one.code) for one in columns)


def _kind(frame: Frame, measured: Measured) -> str:
    _ = frame._
    if measured.kind == "index":
        return _("Index")
    return _("Group of factors") if measured.tree.children else _("Factor")


def _names(frame: Frame, rows: list[Row]) -> Iterator[Name]:
    """Formulas may cite the figure and the n of every index."""
    taken: set[str] = set()
    for position, row in enumerate(rows):
        code = row.node.replace("-", "_")
        if row.kind == "index" and code not in taken:
            taken.add(code)
            yield Name(f"score_{code}", position, "value", row.node_label)
            text = frame._("{label}, number of respondents").format(label=row.node_label)
            yield Name(f"n_{code}", position, "n", text)

"""Domains: of a branch, every agency below it with its figures, never a bare ranking."""

from __future__ import annotations

from collections.abc import Iterator

from app.scorecards import Cell, Column, Row, Table

from ..labels import domain_label
from ..measures import Measured, recorded
from ..rows import by_address, rows
from .frame import NO_TEXT, Frame
from .ranks import rank_cells, rank_columns, rank_remarks
from .score_columns import flag_cell, flag_column
from .summary import bounds

# Lines of the sheet: where factors would make more, it holds the indices alone.
MOST = 5_000


def domains(frame: Frame) -> Table | None:
    """None for a domain that has none below it."""
    below = frame.kin.below(frame.place)
    found = domain_rows(frame, below)
    if not found:
        return None
    _ = frame._
    unit = "%" if all(row.measure == "top_box" for row in found) else _("% or points")
    columns = tuple(_columns(frame, unit, _ranked(frame, found)))
    return Table(
        code="domains",
        tab=_("Domains"),
        title=frame.title(_("Figures of everyone below")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=columns,
        rows=tuple(_cells(frame, found, columns)),
        remarks=tuple(_remarks(frame, found)),
    )


def domain_rows(frame: Frame, below: tuple[int, ...]) -> list[Row]:
    """The lines of the sheet: per index and factor the domains level by level, where they are ranked the highest
    figure of a level first, else in the order of the results."""
    return frame.once("domain rows", lambda: _made(frame, below)) if below else []


def _made(frame: Frame, below: tuple[int, ...]) -> list[Row]:
    near = _near(frame)
    n_records = len(recorded(frame.scored.measured))
    if len(near) * len(below) > MOST:
        near = [(k, one) for k, one in near if one.kind == "index"]
    measured = by_address(frame.scored.measured)
    level = _levels(frame)
    found: list[Row] = []
    for k, _ in near:
        records = [frame.scored.records[place * n_records + k] for place in below]
        made = rows(records, measured, frame.language, "")
        # Where nothing is ranked, the order of values would be a ranking without its uncertainty.
        placed = sorted(
            zip(below, made, strict=True),
            key=lambda one: (level[one[0]], *(_order(one[1]) if frame.beside.ranked else ()), one[0]),
        )
        found += [row for _, row in placed]
    return found


def _near(frame: Frame) -> list[tuple[int, Measured]]:
    """Indices and their first-level nodes, with their places among the records of a domain."""
    listed = enumerate(recorded(frame.scored.measured))
    return [(k, one) for k, (_, one) in listed if one.kind != "item" and one.node.count(".") <= 1]


def _order(row: Row) -> tuple[bool, float]:
    """The highest first; who shows no figure after all who do."""
    value = row.value.value
    return value is None, 0.0 if value is None else -value


def _levels(frame: Frame) -> list[int]:
    """The partition of every domain: of a tree, its level."""
    partitions = frame.scored.inputs.partitions
    return [level for level, partition in enumerate(partitions) for _ in partition.domains]


def _ranked(frame: Frame, found: list[Row]) -> bool:
    return any(frame.beside.rank((row.node, row.measure), (row.by, row.domain)) for row in found)


def _columns(frame: Frame, unit: str, ranked: bool) -> Iterator[Column]:
    _ = frame._
    yield Column("domain", _("Domain"), "text")
    yield Column("label", _("Index or factor"), "text")
    yield Column("value", _("Estimate ({unit})").format(unit=unit), "percent")
    yield from bounds(frame, unit)
    yield Column("n", frame.noted(_("Respondents (n)"), 2), "count")
    if frame.scored.options.effective_wave_kind == "probability":
        yield Column("n_eff", _("Effective n"), "count")
    if ranked:
        yield from rank_columns(frame, brief=True)
        yield Column("groups", _("Tie groups"), "text")
    yield Column("remark", _("Remark"), "text")
    yield Column("method", _("Interval"), "text")
    if len(frame.scored.options.by) > 1:
        yield Column("by", _("What the domain is"), "text")
    yield Column("code", _("Code of the domain"), "text")
    yield Column("node", _("Code"), "text")
    yield flag_column(frame)


def _cells(frame: Frame, found: list[Row], columns: tuple[Column, ...]) -> Iterator[tuple[Cell, ...]]:
    names = frame.context.domain_names
    for row in found:
        said = {
            "domain": domain_label(frame.scored.instrument, row.by, row.domain, frame.language, names),
            "label": row.node_label,
            "remark": row.flag_reason or "",
            "method": row.interval_label,
            "by": frame.context.by_names.get(row.by, row.by),
            "code": row.domain or NO_TEXT,
            **rank_cells(frame.beside, (row.node, row.measure), (row.by, row.domain)),
            **flag_cell(row),
        }
        yield tuple(said[one.code] if one.code in said else getattr(row, one.code) for one in columns)


def _remarks(frame: Frame, found: list[Row]) -> Iterator[str]:
    _ = frame._
    if frame.beside.compared:
        yield _(
            "Whether two domains differ is told on the sheet Comparison; their order here does not say it."
        )
    else:
        yield _("The order of the domains does not say that two of them differ.")
    if len({row.node for row in found}) < len(_near(frame)):
        yield _("So many domains lie below that this sheet holds the indices alone.")
    if _ranked(frame, found):
        yield from rank_remarks(frame)

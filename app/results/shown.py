"""The table of agencies as text: one line each, with the figures as `app.figures` shows them."""

from __future__ import annotations

from dataclasses import dataclass

from app.figures import show
from app.messages import translations
from app.results.chart import kind_of
from app.scorecards import Figure, Placed, Row
from app.services.overview import AgencyLine, Overview


@dataclass(frozen=True, slots=True)
class ShownFigures:
    """The figures of one row, as text."""

    value: str
    low: str
    high: str
    n: str
    n_psu: str
    df: str
    interval: str
    remark: str


@dataclass(frozen=True, slots=True)
class ShownRank:
    """A rank as text, never without its range; `tied` says how many others share a tie group."""

    rank: str
    range: str
    groups: str
    tied: str


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One agency. `figures` None where nobody answered, `rank` None where it takes no part in ranks, `page` None for
    what has none of its own; `place` says where in the tree it stands, if it was looked for by name."""

    name: str
    place: str
    figures: ShownFigures | None
    rank: ShownRank | None
    workbook: str | None
    page: str | None
    branch: str | None  # its code where it can be opened as a branch of its own


def shown_lines(overview: Overview, language: str) -> tuple[ShownLine, ...]:
    """The lines of a level, in their order."""
    return tuple(_line(overview, line, language) for line in overview.lines)


def shown_figures(row: Row, language: str) -> ShownFigures:
    """A row as text; a dash where there is nothing to remark."""
    kind = kind_of(row)
    return ShownFigures(
        value=show(row.value, kind, language),
        low=show(row.low, kind, language),
        high=show(row.high, kind, language),
        n=show(row.n, "count", language),
        n_psu=show(row.n_psu, "count", language),
        df=show(row.df, "count", language),
        interval=row.interval_label,
        remark=row.flag_reason or "–",
    )


def shown_rank(placed: Placed, language: str) -> ShownRank:
    """A rank with what keeps it from standing alone."""
    _ = translations(language).gettext

    def count(value: int) -> str:
        return show(Figure(value), "count", language)

    return ShownRank(
        rank=_("{rank} of {ranked}").format(rank=count(placed.rank), ranked=count(placed.ranked)),
        range=f"{count(placed.low)} – {count(placed.high)}",
        groups=", ".join(map(count, placed.groups)) if placed.groups is not None else "–",
        tied=count(placed.tied) if placed.tied is not None else "–",
    )


def _line(overview: Overview, line: AgencyLine, language: str) -> ShownLine:
    row = overview.row(line)
    placed = line.ranks.get(overview.index or "")
    return ShownLine(
        name=line.name,
        place=line.place,
        figures=shown_figures(row, language) if row is not None else None,
        rank=shown_rank(placed, language) if placed is not None else None,
        workbook=line.workbook,
        page=line.code if line.rows else None,
        branch=line.code if line.inner else None,
    )

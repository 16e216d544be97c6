"""The table of agencies as text: one line each, with the figures as `app.figures` shows them."""

from __future__ import annotations

from dataclasses import dataclass

from app.figures import show
from app.messages import translations
from app.results.chart import kind_of
from app.results.choosing import Choice
from app.scorecards import Figure, Placed, Row
from app.services.overview import AgencyLine

DEEPEST = 6  # indents that the stylesheet knows; what lies deeper is indented like this


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
    """One agency. `level` counts from 1 at the top of what is shown; `figures` None where nobody answered, `rank`
    None where it takes no part in ranks."""

    name: str
    level: int
    indent: int
    figures: ShownFigures | None
    rank: ShownRank | None
    workbook: str | None
    branch: str | None  # its code where it can be opened as a branch of its own


def shown_lines(choice: Choice, language: str) -> tuple[ShownLine, ...]:
    """The lines of a choice in tree order."""
    top = choice.lines[0].depth if choice.lines else 0
    parents = {line.parent for line in choice.lines}
    return tuple(_line(choice, line, top, parents, language) for line in choice.lines)


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


def _rank(placed: Placed, language: str) -> ShownRank:
    _ = translations(language).gettext

    def count(value: int) -> str:
        return show(Figure(value), "count", language)

    return ShownRank(
        rank=_("{rank} of {ranked}").format(rank=count(placed.rank), ranked=count(placed.ranked)),
        range=f"{count(placed.low)} – {count(placed.high)}",
        groups=", ".join(map(count, placed.groups)) if placed.groups is not None else "–",
        tied=count(placed.tied) if placed.tied is not None else "–",
    )


def _line(choice: Choice, line: AgencyLine, top: int, parents: set[str | None], language: str) -> ShownLine:
    row = choice.row(line)
    inner = line.code in parents and (choice.branch is None or line.code != choice.branch.code)
    return ShownLine(
        name=line.name,
        level=line.depth - top + 1,
        indent=min(line.depth - top, DEEPEST),
        figures=shown_figures(row, language) if row is not None else None,
        rank=_rank(line.ranks[choice.index], language) if choice.index in line.ranks else None,
        workbook=line.workbook,
        branch=line.code if inner else None,
    )

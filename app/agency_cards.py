"""Results of one agency, labelled and unrounded: what its page shows beside the rows of its scorecard."""

from __future__ import annotations

from dataclasses import dataclass

from app.scorecards import Fact, Figure, Placed, Row


@dataclass(frozen=True, slots=True)
class AnswerShare:
    """One option of an item: its share of the valid answers in per cent. `place` counts options from the first."""

    code: str
    label: str
    share: Figure
    place: int


@dataclass(frozen=True, slots=True)
class ItemAnswers:
    """How the valid answers to an item divide; `shares` has every option, hidden ones with their mark."""

    item: str
    label: str
    n: Figure
    shares: tuple[AnswerShare, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """The agency less another of its level, as the run tested it; `told` says whether a difference is shown."""

    node: str
    node_label: str
    other: str
    other_name: str
    difference: Figure
    low: Figure
    high: Figure
    p: Figure
    verdict: str
    told: bool


@dataclass(frozen=True, slots=True)
class Reference:
    """Another set of figures to read this agency's beside, by (node, measure); nothing here is tested."""

    code: str | None
    name: str
    rows: dict[tuple[str, str], Row]


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """The agency's index in one wave. `breaks` says why it must not be compared with the wave before, if anything does.

    `parts` names the agencies whose answers were put together where they have merged since. `segment` counts breaks:
    only points of one segment belong on one line.
    """

    survey_code: str
    wave_code: str
    wave: str
    row: Row
    segment: int
    breaks: tuple[str, ...]
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """The last point less the one before it, tested as of two samples drawn apart."""

    difference: Figure
    low: Figure
    high: Figure
    p: Figure
    verdict: str


@dataclass(frozen=True, slots=True)
class Trend:
    """The agency's index over the waves of its survey, the earliest first. `change` None: nothing can be told of it."""

    points: tuple[TrendPoint, ...]
    change: Change | None


@dataclass(frozen=True, slots=True)
class AgencyCard:
    """Everything that the page of one agency shows.

    `path` are (code, name) of the agencies above, from the top; the code is None where the reader may not open it.
    `rows` are every figure of the agency, empty where nobody answered. `siblings` counts those of its level that it
    was tested against and that the reader may see.
    """

    code: str
    name: str
    kind: str
    path: tuple[tuple[str | None, str], ...]
    below: int
    survey: str
    wave: str
    instrument: str
    wave_kind: str
    level: float
    indices: tuple[tuple[str, str], ...]
    index: str | None
    rows: tuple[Row, ...]
    references: tuple[Reference, ...]
    placed: Placed | None
    answers: tuple[ItemAnswers, ...] | None
    differences: tuple[Difference, ...]
    trend: Trend | None
    workbook: str | None
    marks: tuple[Fact, ...]

    @property
    def headline(self) -> Row | None:
        """The index as a whole; None where nobody answered or the instrument has no index."""
        return next((row for row in self.rows if row.kind == "index" and row.node == self.index), None)

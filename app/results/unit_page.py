"""The page of one unit of a staff wave: its card as text."""

from __future__ import annotations

from dataclasses import dataclass

from app.figures import mark_facts, show
from app.scorecards import ColumnKind, Fact, Figure
from app.services.staff.results import UnitResult
from app.unit_cards import Change, Gap, GroupTable, UnitCard, UnitLine


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A difference with its sign, and what a test says of it."""

    difference: str
    said: str
    significant: bool


@dataclass(frozen=True, slots=True)
class ShownUnitLine:
    """An index, a dimension or an item."""

    label: str
    value: str
    interval: str
    positive: str
    neutral: str
    negative: str
    n: str
    changes: tuple[ShownChange, ...]


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """A category of the table by a profile item."""

    label: str
    n: str
    figures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownGap:
    """Two views of one thing."""

    label: str
    citizens: str
    staff: str
    gap: str


@dataclass(frozen=True, slots=True)
class UnitPage:
    """Everything the template shows. `head` is the first index; `dimensions` are the others with the dimensions."""

    result: UnitResult
    asked: str
    answered: str
    rate: str
    head: ShownUnitLine | None
    dimensions: tuple[ShownUnitLine, ...]
    items: tuple[ShownUnitLine, ...]
    groups: tuple[ShownGroup, ...]
    gaps: tuple[ShownGap, ...]
    marks: tuple[Fact, ...]


def unit_page(result: UnitResult, language: str) -> UnitPage:
    """The page in a language; empty lists where the unit has no results of its own."""
    card = result.card
    if card is None:
        return UnitPage(result, "", "", "", None, (), (), (), (), ())

    head = next((one for one in card.lines if one.kind == "index"), None)
    others = [one for one in card.lines if one.kind != "item" and one is not head]
    return UnitPage(
        result=result,
        asked=show(card.asked, "count", language),
        answered=show(card.answered, "count", language),
        rate=show(card.rate, "percent", language),
        head=_line(head, language) if head else None,
        dimensions=tuple(_line(one, language) for one in others),
        items=tuple(_line(one, language) for one in card.lines if one.kind == "item"),
        groups=_groups(result.table, language),
        gaps=tuple(_gap(one, language) for one in card.gaps),
        marks=mark_facts(_marks(card, result.table), language),
    )


def _line(line: UnitLine, language: str) -> ShownUnitLine:
    interval = f"{show(line.low, 'points', language)} – {show(line.high, 'points', language)}"
    return ShownUnitLine(
        label=line.label,
        value=show(line.value, "points", language),
        interval=show(line.low, "points", language) if line.low.value is None else interval,
        positive=show(line.positive, "percent", language),
        neutral=show(line.neutral, "percent", language),
        negative=show(line.negative, "percent", language),
        n=show(line.n, "count", language),
        changes=tuple(_change(one, language) for one in line.changes),
    )


def _change(change: Change, language: str) -> ShownChange:
    return ShownChange(_signed(change.difference, "points", language), change.said, change.significant)


def _gap(gap: Gap, language: str) -> ShownGap:
    def seen(share: Figure, n: Figure) -> str:
        return f"{show(share, 'percent', language)} (n = {show(n, 'count', language)})"

    return ShownGap(
        gap.label,
        seen(gap.citizens, gap.n_citizens),
        seen(gap.staff, gap.n_staff),
        _signed(gap.gap, "points", language),
    )


def _groups(table: GroupTable | None, language: str) -> tuple[ShownGroup, ...]:
    return tuple(
        ShownGroup(
            one.label,
            show(one.n, "count", language),
            tuple(show(figure, "points", language) for figure in one.figures),
        )
        for one in (table.lines if table else ())
    )


def _signed(figure: Figure, kind: ColumnKind, language: str) -> str:
    text = show(figure, kind, language)
    return f"+{text}" if figure.value is not None and figure.value > 0 else text.replace("-", "−")


def _marks(card: UnitCard, table: GroupTable | None) -> set[str]:
    figures = [
        one for line in card.lines for one in (line.value, line.low, line.positive, line.neutral, line.n)
    ]
    figures += [change.difference for line in card.lines for change in line.changes]
    figures += [one for line in (table.lines if table else ()) for one in (line.n, *line.figures)]
    figures += [card.asked, card.rate]
    return {one.mark for one in figures if one.mark}

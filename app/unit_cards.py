"""Results of one unit of a staff wave, labelled and unrounded: what its page and the sheets of its workbook show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from app.scorecards import Figure


@dataclass(frozen=True, slots=True)
class Change:
    """A difference from another group, and in words what a test says of it."""

    difference: Figure
    said: str
    significant: bool


@dataclass(frozen=True, slots=True)
class UnitLine:
    """An index, a dimension or an item. `changes` follow the card's `beside`."""

    kind: Literal["index", "dimension", "item"]
    code: str
    label: str
    value: Figure
    low: Figure
    high: Figure
    positive: Figure
    neutral: Figure
    negative: Figure
    n: Figure
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Extremes:
    """Items at one end by % positive; `tied` more have the same figure as the last of them."""

    labels: tuple[str, ...]
    tied: int


@dataclass(frozen=True, slots=True)
class Gap:
    """Citizens' view of the agency less its staff's view of the same thing, both in % positive."""

    label: str
    citizens: Figure
    n_citizens: Figure
    staff: Figure
    n_staff: Figure
    gap: Figure


@dataclass(frozen=True, slots=True)
class GroupLine:
    """Those of the unit in one category; `figures` follow the table's `headers`."""

    label: str
    n: Figure
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class GroupTable:
    """The unit by one profile item."""

    variable: str
    label: str
    headers: tuple[str, ...]
    lines: tuple[GroupLine, ...]


@dataclass(frozen=True, slots=True)
class UnitCard:
    """Everything that is shown of one unit. `rate` in per cent of those asked."""

    code: str
    asked: Figure
    answered: Figure
    rate: Figure
    beside: tuple[str, ...]
    lines: tuple[UnitLine, ...]
    best: Extremes
    worst: Extremes
    gaps: tuple[Gap, ...]
    tables: tuple[GroupTable, ...]
    remarks: tuple[str, ...]

"""Parameters: every constant that a formula or a chart of the workbook cites, by a name or in a cell of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from app.scorecards import Cell, Cited, Column, Figure, Name, Table

from .frame import NO_TEXT, Frame

CODE = "parameters"
# A published figure has twelve digits, so one of 0 to 100 is exact to 5e-11; formulas add a few of these.
TOLERANCE = 1e-8


@dataclass
class Parameters:
    """The constants in the order in which formulas first need them."""

    frame: Frame
    rows: list[tuple[Cell, ...]] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    found: dict[object, Cited] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _, options = self.frame._, self.frame.scored.options
        self.named("level_of_intervals", _("Level"), options.level, _("Of all intervals, as a share"))
        self.named("alpha", _("What the level leaves over"), self.frame.alpha, _("Divided between both ends"))
        self.named(
            "k_min", _("Fewest answers shown"), options.threshold, _("Figures of fewer are suppressed")
        )
        text = _("A formula agrees where it differs by no more: published figures have twelve digits")
        self.named("tolerance", _("Tolerance"), TOLERANCE, text)

    def named(self, name: str, label: str, value: float, meaning: str) -> str:
        """The name of a constant, to be cited in a formula."""
        if name not in self.found:
            self.names.append(Name(name, len(self.rows), "value", label))
            self.found[name] = self._added(label, value, meaning, name)
        return name

    def cell(self, key: object, label: str, value: float, meaning: str) -> Cited:
        """The cell of a constant that has no name; the same key has the same cell."""
        if key not in self.found:
            self.found[key] = self._added(label, value, meaning, NO_TEXT)
        return self.found[key]

    def span(self, key: object, labels: Sequence[str], values: Sequence[float], meaning: str) -> Cited:
        """The cells of constants below each other."""
        if key not in self.found:
            first = len(self.rows)
            for label, value in zip(labels, values, strict=True):
                self._added(label, value, meaning, NO_TEXT)
            self.found[key] = Cited(CODE, "value", first, len(self.rows) - 1)
        return self.found[key]

    def value(self, name: str) -> float:
        """What stands under a name."""
        cited = self.found[name]
        return self.rows[cited.row][1].value

    def _added(self, label: str, value: float, meaning: str, name: str) -> Cited:
        self.rows.append((label, Figure(value), meaning, name))
        return Cited(CODE, "value", len(self.rows) - 1)

    def table(self) -> Table:
        _ = self.frame._
        return Table(
            code=CODE,
            tab=_("Parameters"),
            title=self.frame.title(_("Constants that formulas and charts cite")),
            subtitle=self.frame.subtitle,
            source=self.frame.source,
            columns=(
                Column("label", _("Parameter"), "text"),
                Column("value", _("Value"), "number"),
                Column("meaning", _("What it is for"), "text"),
                Column("name", _("Name in formulas"), "text"),
            ),
            rows=tuple(self.rows),
            names=tuple(self.names),
            remarks=(_("The cells hold more digits than they show."),),
        )

"""Checks: figures worked out again from the figures below them, by formulas that anyone can follow.

The figures of all other sheets are values. Here each that follows from others of the same workbook stands beside what
a formula makes of these. A figure that is not shown is in no formula: what is hidden cannot be solved for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.scorecards import Cell, Cited, Column, Formula, Table

from .check_rules import Rule, bounds, differences, from_answers, from_parts, quantiles
from .frame import Frame
from .parameters import TOLERANCE, Parameters

CODE = "checks"


def checks(frame: Frame, parameters: Parameters, tables: tuple[Table, ...]) -> Table | None:
    """None where nothing of the `tables` can be worked out again; `parameters` takes in what the formulas cite."""
    sheet = _Checks(frame, parameters, {table.code: table.tab for table in tables})
    for rule in sheet.rules():
        sheet.add(rule)
    return sheet.table() if sheet.rows else None


@dataclass
class _Checks:
    frame: Frame
    parameters: Parameters
    tabs: dict[str, str]
    rows: list[tuple[Cell, ...]] = field(default_factory=list)

    def rules(self) -> Iterator[Rule]:
        """Everything that follows from other cells, in the order of the sheets."""
        yield from quantiles(self.frame, self.parameters)
        yield from from_parts(self.frame, self.parameters)
        yield from bounds(self.frame, self.parameters)
        yield from from_answers(self.frame, self.parameters)
        yield from differences(self.frame, self.parameters)

    def add(self, rule: Rule) -> None:
        """A line: the published figure, the formula's, their difference, whether they agree."""
        row = len(self.rows)
        here = {code: Cited(CODE, code, row) for code in ("published", "formula", "difference")}
        less = rule.value - rule.published_value
        tab = self.tabs.get(rule.published.table, self.frame._("Parameters"))
        self.rows.append(
            (
                rule.label,
                rule.subject,
                tab,
                Formula((rule.published,), rule.published_value),
                Formula(rule.parts, rule.value),
                Formula((here["formula"], "-", here["published"]), less),
                Formula(("ABS(", here["difference"], ")<=tolerance"), abs(less) <= TOLERANCE),
                rule.said,
            )
        )

    def table(self) -> Table:
        _, frame = self.frame._, self.frame
        return Table(
            code=CODE,
            tab=_("Checks"),
            title=frame.title(_("Published figures worked out again")),
            subtitle=frame.subtitle,
            source=frame.source,
            columns=(
                Column("label", _("Figure"), "text"),
                Column("subject", _("What is worked out"), "text"),
                Column("sheet", _("Sheet"), "text"),
                Column("published", _("Published value"), "number"),
                Column("formula", _("Value of the formula"), "number"),
                Column("difference", _("Formula less published"), "number"),
                Column("agrees", _("Agrees"), "text"),
                Column("said", _("How"), "text"),
            ),
            rows=tuple(self.rows),
            remarks=(
                _("TRUE: the formula gives the published figure, but for the rounding of published figures."),
                _(
                    "Not worked out here: Korn-Graubard intervals, and means of the scores of single respondents."
                ),
            ),
        )

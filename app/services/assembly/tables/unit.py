"""Sheets of a unit of a staff wave: results beside others, tables by profile items, and the citizens' view."""

from __future__ import annotations

from collections.abc import Iterator

from app.figures import show
from app.scorecards import Cell, Column, Table
from app.unit_cards import Extremes, UnitCard

from ..labels import level_label
from ..staff import WHOLE
from ..unit_cards import unit_card
from .frame import Frame


def unit_tables(frame: Frame) -> tuple[Table, ...]:
    """None for a run that has no table set, and for a unit of which nothing is shown."""
    units = frame.scored.units
    if units is None:
        return ()
    code = frame.domain[1] or WHOLE
    card = unit_card(
        units.document, code, frame.scored.instrument, frame.context.domain_names, frame.language
    )
    if card is None:
        return ()
    return tuple(one for one in (_results(frame, card), _groups(frame, card), _views(frame, card)) if one)


def _results(frame: Frame, card: UnitCard) -> Table:
    _ = frame._
    level = level_label(frame.scored.options.level, frame.language)
    kinds = {"index": _("Index"), "dimension": _("Dimension"), "item": _("Question")}
    columns = [
        Column("label", _("Index, dimension or item"), "text"),
        Column("kind", _("Kind"), "text"),
        Column("value", _("Value (points)"), "points"),
        Column("low", _("Low, {level} (points)").format(level=level), "points"),
        Column("high", _("High, {level} (points)").format(level=level), "points"),
        Column("positive", _("Positive (%)"), "percent"),
        Column("neutral", _("Neutral (%)"), "percent"),
        Column("negative", _("Negative (%)"), "percent"),
        Column("n", _("Respondents (n)"), "count"),
    ]
    for k, name in enumerate(card.beside):
        columns.append(
            Column(f"difference_{k}", _("Difference from {group} (points)").format(group=name), "points")
        )
        columns.append(Column(f"test_{k}", _("Test against {group}").format(group=name), "text"))
    rows = []
    for line in card.lines:
        cells: list[Cell] = [line.label, kinds[line.kind], line.value, line.low, line.high]
        cells += [line.positive, line.neutral, line.negative, line.n]
        for change in line.changes:
            cells += [change.difference, change.said]
        rows.append(tuple(cells))
    return Table(
        code="unit",
        tab=_("Unit"),
        title=frame.title(_("Results of the unit, and beside others")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=tuple(columns),
        rows=tuple(rows),
        remarks=(*_response(frame, card), *_ends(frame, card), *card.remarks),
    )


def _response(frame: Frame, card: UnitCard) -> Iterator[str]:
    if card.asked.value is not None:
        yield frame._("{answered} of {asked} people answered: {rate}%.").format(
            answered=show(card.answered, "count", frame.language),
            asked=show(card.asked, "count", frame.language),
            rate=show(card.rate, "percent", frame.language),
        )


def _ends(frame: Frame, card: UnitCard) -> Iterator[str]:
    _ = frame._
    for text, found in (
        (_("Most positive items: {items}."), card.best),
        (_("Least positive items: {items}."), card.worst),
    ):
        if found.labels:
            yield text.format(items="; ".join(found.labels)) + _tied(frame, found)


def _tied(frame: Frame, found: Extremes) -> str:
    if not found.tied:
        return ""
    text = frame._("Items with the same figure as the last of them: {count}.").format(count=found.tied)
    return f" {text}"


def _groups(frame: Frame, card: UnitCard) -> Table | None:
    _ = frame._
    if not card.tables:
        return None
    headers = card.tables[0].headers
    return Table(
        code="groups",
        tab=_("Groups"),
        title=frame.title(_("By profile, one item at a time")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=(
            Column("variable", _("Profile item"), "text"),
            Column("category", _("Category"), "text"),
            Column("n", _("Respondents (n)"), "count"),
            *(
                Column(f"value_{k}", _("{label} (points)").format(label=header), "points")
                for k, header in enumerate(headers)
            ),
        ),
        rows=tuple(
            (table.label, line.label, line.n, *line.figures) for table in card.tables for line in table.lines
        ),
        remarks=(
            _(
                "Who gave no answer, or one that fewer than five people of a unit share, is in no category; so a"
                " category with 0 may have people."
            ),
        ),
    )


def _views(frame: Frame, card: UnitCard) -> Table | None:
    _ = frame._
    if not card.gaps:
        return None
    return Table(
        code="views",
        tab=_("Two views"),
        title=frame.title(_("Citizens' view and staff's view of the same thing")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=(
            Column("label", _("Items of staff"), "text"),
            Column("citizens", _("Citizens, positive (%)"), "percent"),
            Column("n_citizens", _("Citizens (n)"), "count"),
            Column("staff", _("Staff, positive (%)"), "percent"),
            Column("n_staff", _("Staff (n)"), "count"),
            Column("gap", _("Gap: citizens less staff (points)"), "points"),
        ),
        rows=tuple(
            (one.label, one.citizens, one.n_citizens, one.staff, one.n_staff, one.gap) for one in card.gaps
        ),
    )

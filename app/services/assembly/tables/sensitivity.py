"""Sensitivity: the figures with and without flagged answers, and without weights."""

from __future__ import annotations

from collections.abc import Iterator

from app.scorecards import Cell, Column, Figure, Table

from ..labels import node_label
from ..records import published
from ..sensitivity import ANY, UNWEIGHTED, Sensitivity, Variant
from .frame import HIDDEN, NOT_APPLICABLE, Frame

NOT_AVAILABLE = Figure(None, "x")


def sensitivity(frame: Frame) -> Table | None:
    """None where nothing is known of flags."""
    found = frame.scored.sensitivity
    if found is None:
        return None
    _ = frame._
    return Table(
        code="sensitivity",
        tab=_("Sensitivity"),
        title=frame.title(_("With and without flagged answers")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=(
            Column("label", _("Index or factor"), "text"),
            Column("answers", _("Answers"), "text"),
            Column("value", _("Estimate (% or points)"), "percent"),
            Column("difference", _("Difference from all answers (points)"), "points"),
            Column("n", _("Respondents (n)"), "count"),
            Column("node", _("Code"), "text"),
        ),
        rows=tuple(_rows(frame, found)),
        remarks=tuple(_remarks(frame, found)),
    )


def _rows(frame: Frame, found: Sensitivity) -> Iterator[tuple[Cell, ...]]:
    names = _names(frame)
    for m, one in enumerate(found.measured):
        for variant in (found.everyone, *found.variants):
            figures = _figures(frame, found.everyone, variant, m)
            yield node_label(one, frame.language), names[variant.kind], *figures, one.node


def _figures(frame: Frame, everyone: Variant, variant: Variant, m: int) -> tuple[Cell, Cell, Cell]:
    """Value, difference, n."""
    here = frame.place, m
    if frame.hidden or variant.hidden[here]:
        return HIDDEN, NOT_APPLICABLE if variant is everyone else HIDDEN, HIDDEN
    n = Figure(int(variant.n[here]))
    value = published(float(variant.value[here]))
    if value is None:
        return NOT_AVAILABLE, NOT_APPLICABLE if variant is everyone else NOT_AVAILABLE, n
    if variant is everyone:
        return Figure(value), NOT_APPLICABLE, n
    # All answers have a value wherever a part of them has one, but for the rules of undefined figures.
    difference = published(float(variant.value[here] - everyone.value[here]))
    return Figure(value), NOT_AVAILABLE if difference is None else Figure(difference), n


def _names(frame: Frame) -> dict[str, str]:
    _ = frame._
    return {
        "all": _("all answers, as published"),
        ANY: _("without any flagged answer"),
        UNWEIGHTED: _("all answers, unweighted"),
        "fast": _("without very fast answers"),
        "straight_line": _("without answers of one mark throughout"),
        "burst": _("without answers that came many within minutes"),
        "after_hours": _("without answers outside opening hours"),
        "device_run": _("without the same answers in a row on one tablet"),
        "unknown_device": _("without answers of tablets not known there"),
        "no_slip": _("without answers that lacked a slip"),
        "unknown_interviewer": _("without answers of an interviewer not known"),
    }


def _remarks(frame: Frame, found: Sensitivity) -> Iterator[str]:
    _ = frame._
    yield _(
        "The published figure takes in every answer that counts, flagged or not; this sheet says how much that matters."
    )
    if [one.kind for one in found.variants if one.kind != UNWEIGHTED] == [ANY]:
        yield _("No answer of this run carries a flag.")
    if any(one.kind == UNWEIGHTED for one in found.variants):
        yield _("Each part is estimated with the weights and the design of all answers, as a domain.")
    else:
        yield _("All answers have the same weight, so there is no line without weights.")
    if frame.scored.options.threshold > 0:
        yield _("A line is suppressed where its difference would tell what a few flagged people answered.")

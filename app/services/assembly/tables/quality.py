"""Quality: how many answers came, and what became of them."""

from __future__ import annotations

from app.scorecards import Cell, Column, Figure, Table

from ..labels import state_label
from ..records import published
from ..results import counts
from .frame import HIDDEN, NOT_APPLICABLE, Frame

KINDS = ("not_applicable", "dont_know", "refused", "not_asked", "no_answer", "contradiction", "unlisted")


def quality(frame: Frame) -> Table:
    _ = frame._
    remarks = [_("An answer is what one response holds for one column of the instrument.")]
    left_out = [variable.name for k, variable in enumerate(frame.scored.inputs.variables) if frame.hides(k)]
    if left_out and not frame.hidden:
        remarks.append(
            _("Answers to items that are suppressed are left out: {items}.").format(items=", ".join(left_out))
        )
    return Table(
        code="quality",
        tab=_("Quality"),
        title=frame.title(_("Responses and answers counted")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=(
            Column("subject", _("Subject"), "text"),
            Column("count", _("Count"), "count"),
            Column("share", _("Share of all answers (%)"), "percent"),
        ),
        rows=tuple(_rows(frame)),
        remarks=tuple(remarks),
    )


def _rows(frame: Frame) -> list[tuple[Cell, ...]]:
    _ = frame._
    rows: list[tuple[Cell, ...]] = [
        (_("Responses of this scorecard"), _count(frame, frame.n_rows), NOT_APPLICABLE)
    ]
    if frame.counted.partition.by is None:
        found = counts(frame.scored)
        rows.insert(0, (_("Responses read"), _count(frame, found["rows_read"]), NOT_APPLICABLE))
        for by, outside in found["rows_in_no_domain"].items():
            name = frame.context.by_names.get(by, by)
            label = _("Responses in no domain of {by}").format(by=name)
            rows.append((label, _count(frame, outside), NOT_APPLICABLE))
    tally = _tally(frame)
    total = sum(tally.values())
    labels = {"valid": _("Valid answers")} | {kind: state_label(kind, frame.language) for kind in KINDS}
    for kind, label in labels.items():
        share = Figure(published(100 * tally[kind] / total)) if total else Figure(None, "x")
        rows.append((label, _count(frame, tally[kind]), HIDDEN if frame.hidden else share))
    return rows


def _tally(frame: Frame) -> dict[str, int]:
    """Answers by what became of them. Those of a hidden item stay out: a sum would give its n away."""
    tally = dict.fromkeys(("valid", *KINDS), 0)
    for position, variable in enumerate(frame.scored.inputs.variables):
        if not frame.hides(position):
            for state, count in enumerate(frame.counted.counts[position][frame.position]):
                tally[variable.missing_kind(state) or "valid"] += int(count)
    return tally


def _count(frame: Frame, count: int) -> Figure:
    return HIDDEN if frame.hidden else Figure(count)

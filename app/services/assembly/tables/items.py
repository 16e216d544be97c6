"""Items: for each item its figure with interval, then every answer counted, then the missing by kind.

Scored items first, each group in the order of the instrument. Long form, one line per figure or answer, so that
one table holds items of any scale.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from app.scorecards import Cell, Column, Figure, Row, Table

from ..labels import satisfied_label, state_label, text_in
from ..records import published
from ..rows import by_address
from ..states import NOT_TICKED, TICKED, Variable
from .frame import HIDDEN, NO_TEXT, NOT_APPLICABLE, Frame
from .summary import bounds


def items(frame: Frame) -> Table:
    _ = frame._
    unit = "%" if all(row.measure == "top_box" for row in frame.rows) else _("% or points")
    return Table(
        code="items",
        tab=_("Items"),
        title=frame.title(_("Items: figures, answers and missing answers")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=(
            Column("item", _("Item"), "text"),
            Column("text", _("Question"), "text"),
            Column("line", _("Line"), "text"),
            Column("answer", _("Figure, answer or kind of missing answer"), "text"),
            Column("code", _("Answer code"), "text"),
            Column("value", frame.noted(_("Estimate or share ({unit})").format(unit=unit), 3), "percent"),
            *bounds(frame, unit),
            Column("count", frame.noted(_("Respondents (n)"), 2), "count"),
            Column("method", _("Interval"), "text"),
            Column("remark", _("Remark"), "text"),
        ),
        rows=tuple(_lines(frame)),
        remarks=frame.shared_remarks,
    )


def _lines(frame: Frame) -> Iterator[tuple[Cell, ...]]:
    measured = by_address(frame.scored.measured)
    estimates: dict[str, list[Row]] = {}
    for row in frame.rows:
        if row.kind == "item":
            estimates.setdefault(row.node, []).append(row)
    # What is scored comes first; who answered, and what else they were asked, after it.
    columns = sorted(
        enumerate(frame.scored.inputs.variables), key=lambda one: one[1].item.code not in estimates
    )
    for position, variable in columns:
        if frame.scored.tables is not None and variable.item.role in ("profile", "open"):
            # Who the staff are stands in the tables of the release; what they wrote is kept apart from them.
            continue
        text = text_in(variable.item.text, frame.language)
        for row in estimates.get(variable.item.code, []):
            label = satisfied_label(frame.scored.instrument, measured[row.node, row.measure], frame.language)
            figures = row.value, row.low, row.high, row.n
            yield (
                variable.name,
                text,
                frame._("Estimate"),
                label,
                NO_TEXT,
                *figures,
                row.interval_label,
                frame.remark(row),
            )
        yield from _answers(frame, variable, position, text)


def _answers(frame: Frame, variable: Variable, position: int, text: str) -> Iterator[tuple[Cell, ...]]:
    """A line per option, and a line per kind of missing answer that occurs."""
    _, hidden = frame._, frame.hides(position)
    counts = frame.counted.counts[position][frame.position]
    weights = frame.counted.weights[position][frame.position]
    valid = [k for k in range(variable.n_states) if variable.missing_kind(k) is None]
    total = float(np.sum(weights[valid]))
    missing: dict[str, int] = {}

    def line(subject: str, label: str, code: str, share: Figure, count: int) -> tuple[Cell, ...]:
        shown = Figure(count)
        figures = (HIDDEN if hidden else share, NOT_APPLICABLE, NOT_APPLICABLE, HIDDEN if hidden else shown)
        return variable.name, text, subject, label, code, *figures, NO_TEXT, ""

    for state in range(variable.n_states):
        kind = variable.missing_kind(state)
        if kind is not None:
            missing[kind] = missing.get(kind, 0) + int(counts[state])
            continue
        share = Figure(published(100 * weights[state] / total)) if total else Figure(None, "x")
        yield line(_("Answer"), *_answer_label(frame, variable, state), share, int(counts[state]))
    for kind, count in missing.items():
        # Which kinds occur is itself told by a line, so a hidden item lists none.
        if count and not hidden:
            yield line(_("Missing"), state_label(kind, frame.language), NO_TEXT, NOT_APPLICABLE, count)


def _answer_label(frame: Frame, variable: Variable, state: int) -> tuple[str, str]:
    _, code = frame._, variable.codes[state]
    if variable.is_open:
        return _("Answered in words or figures"), NO_TEXT
    if variable.option is None:
        return text_in(variable.options[state].label, frame.language), code
    texts = {TICKED: _("Chosen: {option}"), NOT_TICKED: _("Not chosen: {option}")}
    return texts[code].format(option=text_in(variable.option.label, frame.language)), code

"""Items: the figure of each item with its interval, then of each every answer counted, then the missing by kind.

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
from .score_columns import flag_cell, flag_column
from .summary import bounds

# What a line is: ("estimate", item, measure), ("answer", column, code) or ("missing", column, kind).
Key = tuple[str, str, str]
Line = tuple[Key, dict[str, Cell]]


def item_lines(frame: Frame) -> dict[Key, int]:
    """The position of every line of the sheet."""
    return frame.once(
        "item places", lambda: {key: position for position, (key, _cells) in enumerate(_lines(frame))}
    )


def items(frame: Frame) -> Table:
    _ = frame._
    unit = "%" if all(row.measure == "top_box" for row in frame.rows) else _("% or points")
    columns = tuple(_columns(frame, unit))
    return Table(
        code="items",
        tab=_("Items"),
        title=frame.title(_("Items: figures, answers and missing answers")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=columns,
        rows=tuple(tuple(cells[one.code] for one in columns) for _key, cells in _lines(frame)),
        remarks=frame.shared_remarks,
    )


def _columns(frame: Frame, unit: str) -> Iterator[Column]:
    _ = frame._
    yield Column("item", _("Item"), "text")
    yield Column("text", _("Question"), "text")
    yield Column("line", _("Line"), "text")
    yield Column("answer", _("Figure, answer or kind of missing answer"), "text")
    yield Column("code", _("Answer code"), "text")
    yield Column("value", frame.noted(_("Estimate or share ({unit})").format(unit=unit), 3), "percent")
    yield from bounds(frame, unit)
    yield Column("count", frame.noted(_("Respondents (n)"), 2), "count")
    yield Column("method", _("Interval"), "text")
    yield Column("remark", _("Remark"), "text")
    yield Column("std_error", _("Standard error ({unit})").format(unit=unit), "percent")
    if frame.weighted:
        yield Column("base", _("Weighted respondents"), "number")
    yield flag_column(frame)


def _lines(frame: Frame) -> tuple[Line, ...]:
    return frame.once("item lines", lambda: tuple(_made(frame)))


def _made(frame: Frame) -> Iterator[Line]:
    yield from _estimates(frame)
    scored = {row.node for row in frame.rows if row.kind == "item"}
    # What is scored comes first; who answered, and what else they were asked, after it.
    columns = sorted(enumerate(frame.scored.inputs.variables), key=lambda one: one[1].item.code not in scored)
    for position, variable in columns:
        if frame.scored.tables is not None and variable.item.role in ("profile", "open"):
            # Who the staff are stands in the tables of the release; what they wrote is kept apart from them.
            continue
        yield from _answers(frame, variable, position, text_in(variable.item.text, frame.language))


def _estimates(frame: Frame) -> Iterator[Line]:
    """The figures, those of one measure after each other, so that one chart can draw them."""
    measured = by_address(frame.scored.measured)
    by_item = {variable.item.code: k for k, variable in enumerate(frame.scored.inputs.variables)}
    rows = [row for row in frame.rows if row.kind == "item"]
    for measure in dict.fromkeys(row.measure for row in rows):
        for row in rows:
            if row.measure == measure:
                one = measured[row.node, measure]
                position = by_item[row.node]
                yield (
                    ("estimate", row.node, measure),
                    {
                        "item": frame.scored.inputs.variables[position].name,
                        "text": text_in(one.item.text, frame.language),
                        "line": frame._("Estimate"),
                        "answer": satisfied_label(frame.scored.instrument, one, frame.language),
                        "code": NO_TEXT,
                        "value": row.value,
                        "low": row.low,
                        "high": row.high,
                        "count": row.n,
                        "method": row.interval_label,
                        "remark": frame.remark(row),
                        "std_error": row.std_error,
                        "base": _base(frame, position, row),
                        **flag_cell(row),
                    },
                )


def _base(frame: Frame, position: int, row: Row) -> Figure:
    """The sum of the weights of those behind a figure."""
    if row.n.value is None or frame.hides(position):
        return HIDDEN
    return Figure(base_of(frame, row.node))


def base_of(frame: Frame, item: str) -> float:
    """The weights of those with a valid answer to an item added up, as published."""
    position = next(k for k, one in enumerate(frame.scored.inputs.variables) if one.item.code == item)
    options = frame.scored.inputs.variables[position].options
    valid = [k for k, option in enumerate(options) if option.value is not None]
    return published(float(np.sum(frame.counted.weights[position][frame.position][valid])))


def _answers(frame: Frame, variable: Variable, position: int, text: str) -> Iterator[Line]:
    """A line per option, and a line per kind of missing answer that occurs."""
    _, hidden = frame._, frame.hides(position)
    counts = frame.counted.counts[position][frame.position]
    weights = frame.counted.weights[position][frame.position]
    valid = [k for k in range(variable.n_states) if variable.missing_kind(k) is None]
    total = float(np.sum(weights[valid]))
    missing: dict[str, int] = {}

    def line(subject: str, label: str, code: str, share: Figure, count: int) -> dict[str, Cell]:
        return {
            "item": variable.name,
            "text": text,
            "line": subject,
            "answer": label,
            "code": code,
            "value": HIDDEN if hidden else share,
            "low": NOT_APPLICABLE,
            "high": NOT_APPLICABLE,
            "count": HIDDEN if hidden else Figure(count),
            "method": NO_TEXT,
            "remark": "",
            "std_error": NOT_APPLICABLE,
            "base": NOT_APPLICABLE,
            "flag": "",
        }

    for state in range(variable.n_states):
        kind = variable.missing_kind(state)
        if kind is not None:
            missing[kind] = missing.get(kind, 0) + int(counts[state])
            continue
        share = Figure(published(100 * weights[state] / total)) if total else Figure(None, "x")
        label = _answer_label(frame, variable, state)
        key = ("answer", variable.name, variable.codes[state])
        yield key, line(_("Answer"), *label, share, int(counts[state]))
    for kind, count in missing.items():
        # Which kinds occur is itself told by a line, so a hidden item lists none.
        if count and not hidden:
            label = state_label(kind, frame.language)
            key = ("missing", variable.name, kind)
            yield key, line(_("Missing"), label, NO_TEXT, NOT_APPLICABLE, count)


def _answer_label(frame: Frame, variable: Variable, state: int) -> tuple[str, str]:
    _, code = frame._, variable.codes[state]
    if variable.is_open:
        return _("Answered in words or figures"), NO_TEXT
    if variable.option is None:
        return text_in(variable.options[state].label, frame.language), code
    texts = {TICKED: _("Chosen: {option}"), NOT_TICKED: _("Not chosen: {option}")}
    return texts[code].format(option=text_in(variable.option.label, frame.language)), code

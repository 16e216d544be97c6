"""Quality: how many answers came, what became of them, and how well the items of a factor go together."""

from __future__ import annotations

from collections.abc import Iterator

from app.scorecards import Cell, Column, Figure, Table

from ..labels import level_label, node_label, state_label
from ..records import published
from ..reliability import Measurement, Reliability
from ..results import counts
from .frame import HIDDEN, NOT_APPLICABLE, Frame

KINDS = ("not_applicable", "dont_know", "refused", "not_asked", "no_answer", "contradiction", "unlisted")
# Of those to whom an item applied and who were asked it: what is no answer that scores.
NOT_ANSWERED = ("dont_know", "refused", "no_answer", "unlisted")
NOT_CONCERNED = ("not_applicable", "not_asked", "contradiction")
# The cells of a line of counts under the columns of reliability.
NO_MEASURE: tuple[Cell, ...] = (NOT_APPLICABLE,) * 4 + ("",)
NOT_AVAILABLE = Figure(None, "x")


def quality(frame: Frame, measurement: Measurement) -> Table:
    _ = frame._
    remarks = [_("An answer is what one response holds for one column of the instrument.")]
    lines = tuple(_measured(frame, measurement))
    left_out = [variable.name for k, variable in enumerate(frame.scored.inputs.variables) if frame.hides(k)]
    if left_out and not frame.hidden:
        remarks.append(
            _("Answers to items that are suppressed are left out: {items}.").format(items=", ".join(left_out))
        )
    if lines:
        remarks += _said_of_reliability(frame)
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
            *(_measured_columns(frame) if lines else ()),
        ),
        rows=(*(row + NO_MEASURE if lines else row for row in _rows(frame)), *lines),
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


def _measured_columns(frame: Frame) -> Iterator[Column]:
    _, level = frame._, level_label(frame.scored.options.level, frame.language)
    yield Column("unanswered", _("Not answered, of those asked (%)"), "percent")
    yield Column("coefficient", _("Alpha or correlation"), "number")
    yield Column("low", _("Low, {level}").format(level=level), "number")
    yield Column("high", _("High, {level}").format(level=level), "number")
    yield Column("remark", _("Remark"), "text")


def _said_of_reliability(frame: Frame) -> Iterator[str]:
    _ = frame._
    yield _(
        "Not answered: don't know, refused, blank or not on the scale, of those whom an item was to ask; weighted."
    )
    yield _(
        "Alpha: Cronbach's, of people who answered every item below, on values from 0 to 100; it reads the rows."
    )
    yield _(
        "Correlation: of an item with the sum of the others of its factor; below 0, the item runs the wrong way."
    )
    if frame.scored.options.effective_wave_kind == "probability":
        yield _("The interval of alpha is linearised over PSUs and symmetric in ln(1 - alpha).")


def _measured(frame: Frame, measurement: Measurement) -> Iterator[tuple[Cell, ...]]:
    """A line per node, then one per scored item with its correlation within the factor that comes first."""
    _ = frame._
    row_domain = frame.counted.partition.row_domain
    within: dict[str, tuple[str, Reliability]] = {}
    for one, items in measurement.nodes():
        label = node_label(one, frame.language)
        found = None if _hides_one_of(frame, items) else measurement.of(items, row_domain, frame.position)
        coefficients = (HIDDEN,) * 3
        if found is not None:
            coefficients = tuple(map(_coefficient, (found.alpha, found.low, found.high)))
            if one.tree.items:
                within |= {code: (label, found) for code in items if code not in within}
        remark = _("Too few complete answers, or an item without variation.")
        yield (
            _("Alpha: {label}").format(label=label),
            NOT_APPLICABLE,
            NOT_APPLICABLE,
            NOT_APPLICABLE,
            *coefficients,
            remark if found is not None and found.alpha is None else "",
        )
    for position, code in measurement.items():
        yield _item_line(frame, position, code, within.get(code))


def _item_line(
    frame: Frame, position: int, code: str, within: tuple[str, Reliability] | None
) -> tuple[Cell, ...]:
    _ = frame._
    subject = _("Not answered: {item}").format(item=code)
    if frame.hides(position):
        return subject, HIDDEN, NOT_APPLICABLE, HIDDEN, HIDDEN, NOT_APPLICABLE, NOT_APPLICABLE, ""
    variable = frame.scored.inputs.variables[position]
    kinds = [variable.missing_kind(state) for state in range(variable.n_states)]
    unanswered = [state for state, kind in enumerate(kinds) if kind in NOT_ANSWERED]
    asked = [state for state, kind in enumerate(kinds) if kind not in NOT_CONCERNED]
    counts, weights = (of[position][frame.position] for of in (frame.counted.counts, frame.counted.weights))
    total = float(weights[asked].sum())
    share = Figure(published(100 * float(weights[unanswered].sum()) / total)) if total else NOT_AVAILABLE
    correlation = NOT_APPLICABLE if within is None else _coefficient(within[1].item_rest.get(code))
    remark = _("Correlation within {label}.").format(label=within[0]) if within is not None else ""
    count = Figure(int(counts[unanswered].sum()))
    return subject, count, NOT_APPLICABLE, share, correlation, NOT_APPLICABLE, NOT_APPLICABLE, remark


def _hides_one_of(frame: Frame, items: tuple[str, ...]) -> bool:
    """Whether the answers to one of the items must not be shown; then nothing is said of them together."""
    variables = enumerate(frame.scored.inputs.variables)
    return frame.hidden or any(frame.hides(k) for k, variable in variables if variable.item.code in items)


def _coefficient(value: float | None) -> Figure:
    return NOT_AVAILABLE if value is None else Figure(published(value))

"""Method: how the figures were made, in words that a statistician can hold us to."""

from __future__ import annotations

from collections.abc import Iterator

from app.scorecards import Cell, Column, Table
from surveys.instrument import Index

from ..labels import aggregate_label, level_label, lonely_label, measure_label, text_in, wave_kind_label
from ..records import SMALL
from .frame import Frame


def method(frame: Frame) -> Table:
    _ = frame._
    return Table(
        code="method",
        tab=_("Method"),
        title=frame.title(_("How the figures were made")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=(Column("subject", _("Subject"), "text"), Column("text", _("Method"), "text")),
        rows=tuple(_rows(frame)),
    )


def _rows(frame: Frame) -> Iterator[tuple[Cell, ...]]:
    _, instrument, options = frame._, frame.scored.instrument, frame.scored.options
    yield _("Instrument"), f"{text_in(instrument.title, frame.language)} ({instrument.identity})"
    yield _("Source of the instrument"), instrument.source
    yield from _wording(frame)
    yield _("Kind of wave"), wave_kind_label(options.effective_wave_kind, frame.language)
    yield _("Design"), _design(frame)
    for index in instrument.indices:
        yield from _index_rule(frame, index)
    yield (
        _("Missing answers"),
        _(
            "Only options with a value score. Everything else is counted by kind on the Quality and Items sheets;"
            " nobody is left out for unanswered items."
        ),
    )
    yield _("Intervals"), _intervals(frame)
    if options.effective_wave_kind == "probability":
        yield (
            _("Design effect and effective n"),
            _(
                "The design effect compares the variance with that of a simple random sample of the same number of"
                " responses; the effective n is n divided by it."
            ),
        )
    yield _("Small numbers"), _small_numbers(frame)
    yield (
        _("Rounding"),
        _("Cells hold unrounded figures and show two decimals, halves up; compute with the cells."),
    )


def _small_numbers(frame: Frame) -> str:
    _, threshold = frame._, frame.scored.options.threshold
    if threshold == 0:
        text = _("No figure is suppressed; below {small} answers a figure is marked as a small sample.")
        return text.format(small=SMALL)
    return _(
        "Figures with fewer than {threshold} answers are suppressed, and with them a neighbour from which they"
        " could be found by subtraction; below {small} answers a figure is marked as a small sample."
    ).format(threshold=threshold, small=SMALL)


def _wording(frame: Frame) -> Iterator[tuple[Cell, ...]]:
    """What is not known to be official is said: nothing unverified passes as the official form."""
    _, items = frame._, frame.scored.instrument.items
    own = [item.code for item in items if item.wording == "own"]
    if own:
        yield (
            _("Wording"),
            _(
                "The wording of {count} of {total} items is our own and not that of an official form: {items}."
            ).format(
                count=len(own), total=len(items), items=", ".join(own) if len(own) < len(items) else _("all")
            ),
        )
    unverified = [item.code for item in items if item.status == "M"]
    if unverified:
        yield (
            _("Not verified"),
            _("Taken from memory and not verified in a source: {items}.").format(items=", ".join(unverified)),
        )


def _design(frame: Frame) -> str:
    _, options = frame._, frame.scored.options
    if not options.designed:
        return _("No weights, strata or clusters were given: every response counts the same.")
    parts = [
        (_("weights: {columns}"), options.weight),
        (_("strata: {columns}"), options.stratum),
        (_("clusters (PSUs): {columns}"), ", ".join(options.cluster)),
        (_("population counts: {columns}"), ", ".join(options.fpc)),
    ]
    if options.stratum:
        rule = lonely_label(options.lonely_psu, frame.language)
        parts.append((_("rule for strata with one PSU: {columns}"), rule))
    return "; ".join(part.format(columns=columns) for part, columns in parts if columns)


def _index_rule(frame: Frame, index: Index) -> Iterator[tuple[Cell, ...]]:
    _ = frame._
    text = _("{measure}; aggregated by {aggregate}: {rule}.").format(
        measure=measure_label(index.score, frame.language),
        aggregate=index.aggregate,
        rule=aggregate_label(index.aggregate, frame.language),
    )
    if index.satisfied:
        codes = ", ".join(index.satisfied)
        text += " " + _("Instead of what the scale says, these codes count as satisfied: {codes}.").format(
            codes=codes
        )
    if index.status == "P":
        text += " " + _("The official rule is only partly verified.")
    elif index.status in ("M", "own"):
        text += " " + _("The rule is not verified as the official one.")
    if index.source:
        text += " " + index.source
    yield _("Index {code}").format(code=index.code), text


def _intervals(frame: Frame) -> str:
    _, options = frame._, frame.scored.options
    level = level_label(options.level, frame.language)
    kind = options.effective_wave_kind
    if kind == "probability":
        return _(
            "{level}, two-sided. Proportions: Korn-Graubard with the rules of the US National Center for Health"
            " Statistics; where people share clusters, one more cluster with the rarer answer is supposed. Means,"
            " factors and indices: Student's t with the design's degrees of freedom (PSUs less strata), by Taylor"
            " linearisation with the covariance of all items kept."
        ).format(level=level)
    if kind == "census":
        return _(
            "{level} finite-population margin; it supposes that those who did not answer are like those who did."
        ).format(level=level)
    return _(
        "{level} variation band over PSUs by Student's t: it shows how much places and days differ, and is no"
        " confidence interval, because people chose themselves to answer."
    ).format(level=level)

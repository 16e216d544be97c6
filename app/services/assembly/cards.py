"""Scorecards of a run: one for the whole and one for every domain."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from app.figures import mark_facts, show, show_date, show_responses
from app.messages import translations
from app.scorecards import Fact, Figure, Row, Scorecard, Table

from .beside import SideBySide
from .context import UNPUBLISHED, CardContext
from .kin import Kin
from .labels import domain_label, domain_parts, level_label, text_in, wave_kind_label
from .measures import recorded
from .reliability import Measurement
from .results import Scored
from .rows import by_address, rows
from .stems import file_stem, file_stems
from .tables.checks import checks
from .tables.comments import comments
from .tables.comparison import comparison
from .tables.domains import domains
from .tables.drawn import charts
from .tables.frame import Frame
from .tables.items import items
from .tables.manifest import manifest
from .tables.method import method
from .tables.parameters import Parameters
from .tables.profile import profile
from .tables.quality import quality
from .tables.sensitivity import sensitivity
from .tables.summary import summary
from .tables.unit import unit_tables

__all__ = ["file_stem", "scorecards"]


def scorecards(scored: Scored, context: CardContext) -> Iterator[Scorecard]:
    """The card of the whole, then of every domain that has responses, in the order of the results."""
    measured = by_address(scored.measured)
    per_domain = len(recorded(scored.measured))
    stems = file_stems(scored.domains)
    whole = context.whole_name or translations(context.language).gettext("All respondents")
    beside, measurement, kin = SideBySide(scored), Measurement(scored), Kin(scored)
    weights = scored.inputs.design.w
    weighted = bool(weights.size) and bool(weights.min() != weights.max())
    place = 0
    for counted in scored.counted:
        for position, domain in enumerate(counted.partition.domains):
            by = counted.partition.by
            name = domain_label(scored.instrument, by, domain, context.language, context.domain_names)
            records = scored.records[place * per_domain : (place + 1) * per_domain]
            records = [replace(record, label=name) for record in records]
            frame = Frame(
                scored=scored,
                context=context,
                rows=rows(records, measured, context.language, whole),
                counted=counted,
                position=position,
                place=place,
                label=_label(context, by, domain, name) or whole,
                beside=beside,
                kin=kin,
                weighted=weighted,
            )
            yield _card(frame, measurement, by, domain, stems[by, domain])
            place += 1


def _label(context: CardContext, by: str | None, domain: str | None, name: str) -> str:
    """What a title calls the domain; a code says of what it is one (`province 31`), and so does an option."""
    if by is None or domain is None or domain in context.domain_names:
        return name
    columns, codes = domain_parts(by, domain)
    called = " × ".join(context.by_names.get(column, column) for column in columns)
    return f"{called} {name}" if [name] == codes else f"{called}: {name}"


def _card(
    frame: Frame,
    measurement: Measurement,
    by: str | None,
    domain: str | None,
    stem: str,
) -> Scorecard:
    _, scored, context = frame._, frame.scored, frame.context
    found = (
        summary(frame),
        *unit_tables(frame),
        items(frame),
        domains(frame),
        comparison(frame),
        profile(frame),
        comments(frame),
        quality(frame, measurement),
        sensitivity(frame),
        method(frame),
    )
    tables = tuple(table for table in found if table is not None)
    parameters = Parameters(frame)
    drawn = charts(frame, parameters)
    checked = checks(frame, parameters, tables)
    cited = (parameters.table(),) if drawn or checked else ()
    tables = (*tables, *cited, *((checked,) if checked else ()), manifest(frame))
    return Scorecard(
        language=context.language,
        by=by,
        domain=domain,
        label=frame.label,
        title=f"{text_in(scored.instrument.title, context.language)}: {frame.label}",
        summary=_headline(frame),
        organisation=context.organisation or _("publisher not named"),
        keywords=(scored.instrument.identity, context.wave),
        published=context.published or UNPUBLISHED,
        file_stem=stem,
        cover=_cover(frame),
        notes=_notes(frame),
        marks=mark_facts(_marks(tables), context.language),
        rows=frame.rows,
        tables=tables,
        charts=drawn,
    )


def _headline(frame: Frame) -> str:
    """The first index in a sentence; the first figure at all where there is none."""
    _ = frame._
    row = next((row for row in frame.rows if row.kind == "index"), next(iter(frame.rows), None))
    if row is None:
        return _("There is no figure to show.")
    if row.value.value is None:
        return _("{label}: no figure. {reason}").format(label=row.node_label, reason=row.flag_reason)
    text = _interval_sentence(frame, row).format(
        label=row.node_label,
        value=_said(frame, row, row.value),
        level=level_label(frame.scored.options.level, frame.language),
        low=_said(frame, row, row.low),
        high=_said(frame, row, row.high),
        responses=show_responses(int(row.n.value), frame.language),
    )
    return f"{text} {row.flag_reason}" if row.flag_reason else text


def _interval_sentence(frame: Frame, row: Row) -> str:
    _ = frame._
    if row.low.value is None:
        return _("{label}: {value}, from {responses}.")
    if row.interval_method == "band":
        return _(
            "{label}: {value} (variation band at {level} from {low} to {high}, which is no confidence interval;"
            " {responses})."
        )
    if row.interval_method == "fpc-margin":
        return _("{label}: {value} ({level} margin for non-response from {low} to {high}; {responses}).")
    return _("{label}: {value} ({level} confidence interval from {low} to {high}; {responses}).")


def _said(frame: Frame, row: Row, figure: Figure) -> str:
    text = show(figure, "percent", frame.language)
    return f"{text}%" if row.measure == "top_box" else text


def _cover(frame: Frame) -> tuple[Fact, ...]:
    _, context, scored = frame._, frame.context, frame.scored
    published = show_date(context.published, context.language) if context.published else None
    facts = [
        (_("Survey"), text_in(scored.instrument.title, context.language)),
        (_("Wave"), frame.subtitle),
        (_("Scorecard of"), frame.label),
        (_("Kind of wave"), wave_kind_label(scored.options.effective_wave_kind, context.language)),
        (_("Published by"), context.organisation or _("publisher not named")),
        (_("Contact"), context.contact),
        (_("Publication date"), published or _("not published: a working copy")),
        (_("Release"), str(context.release or "")),
        (_("What this release changes"), context.changes),
        (_("Why it was changed"), context.reason),
        (_("Instrument and its source"), f"{scored.instrument.identity}. {scored.instrument.source}"),
    ]
    return tuple(Fact(label, text) for label, text in facts if text)


def _notes(frame: Frame) -> tuple[str, ...]:
    _ = frame._
    return (
        _(
            "Low and high are the bounds of the interval; the Method sheet says what each kind of interval means."
        ),
        _(
            "Number of people, unweighted: on a line with an estimate, those with a valid answer; on a line of answers"
            " or of missing answers, those counted there."
        ),
        _("On a line of answers: the weighted share of that answer among all valid answers to the item."),
        *_without_tests(frame),
    )


def _without_tests(frame: Frame) -> Iterator[str]:
    """Why some waves set no domains side by side."""
    _ = frame._
    kind = frame.scored.options.effective_wave_kind
    if frame.scored.tables is not None:
        yield _(
            "Nobody who answered can be told from others: what could show a group of fewer than {threshold} people is"
            " left out, together with what earlier releases showed."
        ).format(threshold=frame.scored.options.threshold)
    elif kind == "volunteer":
        yield _(
            "No ranks and no tests of differences: people chose themselves to answer, so chance does not say how far"
            " two figures may lie apart."
        )
    elif kind == "census":
        yield _(
            "No ranks and no tests of differences: everyone was asked, so a difference is what the answers say; who"
            " did not answer is not in it."
        )


def _marks(tables: tuple[Table, ...]) -> set[str]:
    """The marks that stand in the tables, beside or instead of a number, or alone in a text column."""
    figures: set[str] = set()
    texts: set[str] = set()
    for table in tables:
        for row in table.rows:
            for cell in row:
                if isinstance(cell, Figure):
                    figures.add(cell.mark or "")
                elif isinstance(cell, str) and cell.startswith("["):
                    texts.add(cell)
    return (figures - {""}) | {text[1:-1] for text in texts if re.fullmatch(r"\[[a-z]\]", text)}

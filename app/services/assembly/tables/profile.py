"""Profile: each factor of a domain against the domain next above it and against the whole."""

from __future__ import annotations

from collections.abc import Iterator

from app.scorecards import Cell, Column, Figure, Row, Table
from scoring.contrasts import adjusted

from ..beside import Domain
from ..comparisons import ADJUSTMENTS
from ..labels import domain_label, level_label
from ..profiles import Against
from ..records import Record
from ..rounding import published
from .comparison import ADJUSTED_BY, verdict
from .frame import HIDDEN, NO_TEXT, NOT_APPLICABLE, Frame
from .summary import summary_rows

NOT_AVAILABLE = Figure(None, "x")
NUMBERS = ("std_error", "low", "high", "p")


def profile(frame: Frame) -> Table | None:
    """None for the whole, for staff (whose units have a sheet of their own), and where there is no figure."""
    lines = profile_table_lines(frame)
    if not lines:
        return None
    _ = frame._
    tested = bool(frame.beside.against(frame.place))
    columns = tuple(_columns(frame, tested))
    return Table(
        code="profile",
        tab=_("Profile"),
        title=frame.title(_("Profile of the factors against the domain above")),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=columns,
        rows=tuple(tuple(line[one.code] for one in columns) for line in lines),
        remarks=tuple(_remarks(frame, tested)),
    )


def profile_table_lines(frame: Frame) -> list[dict[str, Cell]]:
    """The lines of the sheet by the codes of its columns."""
    rows = summary_rows(frame)
    if not frame.place or frame.scored.tables is not None or all(row.value.value is None for row in rows):
        return []
    others = dict.fromkeys((*frame.kin.parents(frame.place), 0))
    wanted = [(row, frame.kin.domains[other]) for other in others for row in rows]
    return frame.once("profile lines", lambda: list(_cells(frame, wanted)))


def _columns(frame: Frame, tested: bool) -> Iterator[Column]:
    _, options = frame._, frame.scored.options
    level = level_label(options.level, frame.language)
    yield Column("label", _("Index or factor"), "text")
    yield Column("domain", _("Set against"), "text")
    yield Column("own", _("Estimate of this scorecard (% or points)"), "percent")
    yield Column("value", _("Estimate of the domain (% or points)"), "percent")
    yield Column("difference", _("Difference (points)"), "points")
    if tested:
        yield Column("std_error", _("Standard error (points)"), "points")
        yield Column("low", _("Low, {level} (points)").format(level=level), "points")
        yield Column("high", _("High, {level} (points)").format(level=level), "points")
        yield Column("p", _("p, not adjusted"), "number")
        if options.adjust != "none":
            method = ADJUSTED_BY[options.adjust]
            yield Column("p_adjusted", _("p, adjusted ({method})").format(method=method), "number")
        yield Column("verdict", _("This scorecard is"), "text")
    yield Column("code", _("Code of the domain"), "text")
    yield Column("node", _("Code"), "text")


def _cells(frame: Frame, found: list[tuple[Row, Domain]]) -> Iterator[dict[str, Cell]]:
    tests = _tests(frame)
    for row, other in found:
        record = frame.beside.records[row.node, row.measure, *other]
        line: dict[str, Cell] = {
            "label": row.node_label,
            "domain": _name(frame, other),
            "own": row.value,
            "value": _value(record),
            "difference": _difference(row, record),
            "code": other[1] or NO_TEXT,
            "node": row.node,
        }
        test = tests.get((other, row.node, row.measure))
        if test is None:
            line |= dict.fromkeys((*NUMBERS, "p_adjusted"), NOT_APPLICABLE)
            yield line | {"verdict": verdict(frame, None, None)}
            continue
        one, p = test
        line |= {key: _number(getattr(one, key)) for key in NUMBERS}
        line["difference"] = _number(one.difference)
        yield line | {"p_adjusted": _number(p), "verdict": verdict(frame, one.difference, p)}


def _tests(frame: Frame) -> dict[tuple[Domain, str, str], tuple[Against, float | None]]:
    """The tests of the sheet with their p adjusted over the factors set against the same domain."""
    found: dict[tuple[Domain, str, str], tuple[Against, float | None]] = {}
    all_of_it = frame.beside.against(frame.place)
    for other in dict.fromkeys(one.other for one in all_of_it):
        family = [one for one in all_of_it if one.other == other]
        p = [float("nan") if one.p is None else one.p for one in family]
        method = ADJUSTMENTS.get(frame.scored.options.adjust)
        changed = adjusted(p, method) if method else p
        domain = frame.kin.domains[other]
        found |= {
            (domain, one.node, one.measure): (one, published(value))
            for one, value in zip(family, changed, strict=True)
        }
    return found


def _name(frame: Frame, domain: Domain) -> str:
    by, code = domain
    if code is None:
        return frame.context.whole_name or frame._("All respondents")
    return domain_label(frame.scored.instrument, by, code, frame.language, frame.context.domain_names)


def _value(record: Record) -> Figure:
    if record.value is not None:
        return Figure(record.value)
    return HIDDEN if record.is_suppressed else NOT_AVAILABLE


def _difference(row: Row, record: Record) -> Figure:
    if row.value.mark == "c" or record.is_suppressed:
        return HIDDEN
    if row.value.value is None or record.value is None:
        return NOT_AVAILABLE
    return Figure(published(row.value.value - record.value))


def _number(value: float | None) -> Figure:
    return NOT_AVAILABLE if value is None else Figure(value)


def _remarks(frame: Frame, tested: bool) -> Iterator[str]:
    _, options = frame._, frame.scored.options
    yield _("Difference: this scorecard less the domain named, of which it is a part.")
    if not tested:
        yield _(
            "The differences are not tested: they say how far two figures lie apart and not whether by chance."
        )
        return
    yield _("What both share is in the standard error of their difference.")
    if options.adjust != "none":
        yield _("p is adjusted over all lines that are set against the same domain.")
    yield _("“No difference shown” does not say that two domains are equal.")

"""Comparison: a domain beside those that share the next one above it, and what the data tell of their order.

The book of a domain has its differences, the book of the whole has the rankings. Both say what stands in the results
document of the run and nothing else: a domain whose figure is hidden is in neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from app.figures import show
from app.scorecards import Cell, Column, Figure, Table

from ..beside import Domain, Measure, SideBySide
from ..comparisons import Comparison
from ..labels import domain_label, level_label, node_label
from ..measures import recorded
from .frame import NO_TEXT, NOT_APPLICABLE, Frame
from .ranks import rank_cells, rank_columns, rank_remarks

# Names of people, the same in every language.
ADJUSTED_BY = {"holm": "Holm", "bh": "Benjamini–Hochberg"}


def comparison(frame: Frame) -> Table | None:
    """None where there is nothing to set side by side: it was not asked for, or nothing of it may be shown."""
    sheet = _OfTheWhole(frame) if frame.domain[1] is None else _OfADomain(frame)
    rows = tuple(sheet.rows())
    if not rows:
        return None
    return Table(
        code="comparison",
        tab=frame._("Comparison"),
        title=frame.title(sheet.subject()),
        subtitle=frame.subtitle,
        source=frame.source,
        columns=tuple(sheet.columns()),
        rows=rows,
        remarks=tuple(sheet.remarks()),
    )


def comparison_lines(frame: Frame) -> list[dict[str, Any]]:
    """The lines of the sheet of a domain; also `measure`, the node and its measure, and `own`, its figure."""
    if frame.domain[1] is None or not frame.beside.compared:
        return []
    return frame.once("comparison lines", lambda: list(_OfADomain(frame).lines()))


@dataclass(frozen=True)
class _Sheet:
    """What both kinds of the sheet share: who is named, and a rank that never stands alone."""

    frame: Frame

    @property
    def beside(self) -> SideBySide:
        return self.frame.beside

    def columns(self) -> Iterator[Column]:
        raise NotImplementedError

    def lines(self) -> Iterator[dict[str, Any]]:
        raise NotImplementedError

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        codes = [column.code for column in self.columns()]
        lines = comparison_lines(self.frame) or self.lines()
        return (tuple(line[code] for code in codes) for line in lines)

    @cached_property
    def labels(self) -> dict[Measure, str]:
        """Every index and node by its address, in the order of the results."""
        measured = recorded(self.frame.scored.measured)
        return {(one.node, one.measure): node_label(one, self.frame.language) for _, one in measured}

    @property
    def level(self) -> str:
        return level_label(self.frame.scored.options.level, self.frame.language)

    def name(self, domain: Domain) -> dict[str, Cell]:
        """What a domain is called, and its code."""
        frame, (by, code) = self.frame, domain
        if code is None:
            return {"domain": frame.context.whole_name or frame._("All respondents"), "code": NO_TEXT}
        names = frame.context.domain_names
        return {
            "domain": domain_label(frame.scored.instrument, by, code, frame.language, names),
            "code": code,
        }


class _OfTheWhole(_Sheet):
    """The rankings, the best first."""

    def subject(self) -> str:
        return self.frame._("Ranks with their uncertainty")

    def columns(self) -> Iterator[Column]:
        _, frame = self.frame._, self.frame
        yield Column("label", _("Index or factor"), "text")
        yield Column("domain", _("Domain"), "text")
        yield Column("value", _("Estimate (% or points)"), "percent")
        for code, header in (("low", _("Low, {level} ({unit})")), ("high", _("High, {level} ({unit})"))):
            text = header.format(level=self.level, unit=_("% or points"))
            yield Column(code, frame.noted(text, 1), "percent")
        yield from rank_columns(self.frame)
        yield Column("code", _("Code"), "text")

    def lines(self) -> Iterator[dict[str, Any]]:
        for measure, label in self.labels.items():
            for ranking in self.beside.rankings(measure):
                for rank in ranking:
                    domain = rank.by, rank.domain
                    record = self.beside.records[*measure, *domain]
                    # Whoever is ranked has a figure, and its error; only of a proportion may a bound be unknown.
                    figures = {
                        key: Figure(value) if value is not None else Figure(None, "x")
                        for key, value in (
                            ("value", record.value),
                            ("low", record.low),
                            ("high", record.high),
                        )
                    }
                    yield (
                        {"label": label}
                        | self.name(domain)
                        | figures
                        | rank_cells(self.beside, measure, domain)
                    )

    def remarks(self) -> Iterator[str]:
        return rank_remarks(self.frame)


class _OfADomain(_Sheet):
    """The domain itself, then each difference from another; its rank where no difference was asked for."""

    def subject(self) -> str:
        _ = self.frame._
        return _("Compared with others") if self.beside.compared else _("Rank with its uncertainty")

    def columns(self) -> Iterator[Column]:
        _, adjust = self.frame._, self.frame.scored.options.adjust
        yield Column("label", _("Index or factor"), "text")
        yield Column("domain", _("Domain"), "text")
        if self.beside.compared:
            yield Column("value", _("Estimate of the domain (% or points)"), "percent")
            yield Column("difference", _("Difference (points)"), "points")
            yield Column("std_error", _("Standard error (points)"), "points")
            yield Column("low", _("Low, {level} (points)").format(level=self.level), "points")
            yield Column("high", _("High, {level} (points)").format(level=self.level), "points")
            yield Column("p", _("p, not adjusted"), "number")
            if adjust != "none":
                method = ADJUSTED_BY[adjust]
                yield Column("p_adjusted", _("p, adjusted ({method})").format(method=method), "number")
            yield Column("verdict", _("This scorecard is"), "text")
        if self.beside.ranked:
            yield from rank_columns(self.frame)
        yield Column("code", _("Code"), "text")

    def lines(self) -> Iterator[dict[str, Any]]:
        own = self.frame.domain
        for measure, label in self.labels.items():
            compared = self.near.get(measure, [])
            if self.beside.rank(measure, own):
                yield (
                    {"label": label}
                    | self.name(own)
                    | self._addressed(measure)
                    | self._itself(measure)
                    | rank_cells(self.beside, measure, own)
                )
            for one in compared:
                other = (one.by, one.b) if one.b is not None else (None, None)
                figures = self._value(measure, other) | self._addressed(measure) | self._difference(one)
                yield {"label": label} | self.name(other) | figures | rank_cells(self.beside, measure, other)

    @cached_property
    def near(self) -> dict[Measure, list[Comparison]]:
        """The differences from the domains that share one next above with this one, and from the whole.

        All pairs of a hundred communes stand in the results document; a book says what is near.
        """
        kept = self.frame.kin.beside(self.frame.place) | {(None, None)}
        return {
            measure: [one for one in found if (one.by if one.b is not None else None, one.b) in kept]
            for measure, found in self.beside.differences(self.frame.domain).items()
        }

    def _value(self, measure: Measure, domain: Domain) -> dict[str, Cell]:
        # Who is compared or ranked has a figure that is shown.
        return {"value": Figure(self.beside.records[*measure, *domain].value)}

    def _addressed(self, measure: Measure) -> dict[str, Any]:
        """What is compared, for those who work the line out again."""
        return {"measure": measure, "own": self._value(measure, self.frame.domain)["value"]}

    def _itself(self, measure: Measure) -> dict[str, Cell]:
        figures = ("difference", "std_error", "low", "high", "p", "p_adjusted")
        own = self._value(measure, self.frame.domain)
        return own | dict.fromkeys(figures, NOT_APPLICABLE) | {"verdict": NO_TEXT}

    def _difference(self, one: Comparison) -> dict[str, Cell]:
        figures = {
            key: Figure(value) if value is not None else Figure(None, "x")
            for key in ("difference", "std_error", "low", "high", "p", "p_adjusted")
            for value in (getattr(one, key),)
        }
        return figures | {"verdict": verdict(self.frame, one.difference, one.p_adjusted)}

    def remarks(self) -> Iterator[str]:
        _, frame = self.frame._, self.frame
        differences = [one for each in self.near.values() for one in each]
        if differences:
            yield _("Set beside this scorecard: the domains that share the next one above, and the whole.")
            yield _(
                "Difference: this scorecard less the domain named; what both share is in its standard error."
            )
            yield _(
                "Low and high bound one difference by itself; they are not adjusted for the number of them."
            )
            if frame.scored.options.adjust == "none":
                text = _(
                    "Higher or lower: p below {share}, Student's t, {df} degrees of freedom; not adjusted."
                )
            else:
                text = _("Higher or lower: adjusted p below {share}; Student's t, {df} degrees of freedom.")
                yield _("p is adjusted over all differences of one index or factor in the whole run.")
            df = show(Figure(differences[0].df), "count", frame.language)
            yield text.format(share=level_label(frame.alpha, frame.language), df=df)
            yield _("“No difference shown” does not say that two domains are equal.")
        if self.beside.ranked:
            yield from rank_remarks(self.frame)
            if differences:
                yield _(
                    "Differences and ranks are told by tests of their own; near the border these may disagree."
                )


def verdict(frame: Frame, difference: float | None, p: float | None) -> str:
    """What a difference tells of this scorecard, by its adjusted p; below `Frame.alpha` it is told."""
    _ = frame._
    if p is None or difference is None:
        return _("not tested")
    if p >= frame.alpha:
        return _("no difference shown")
    return _("higher") if difference > 0 else _("lower")

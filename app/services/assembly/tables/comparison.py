"""Comparison: a domain beside the others of its kind, and what the data can and cannot tell of their order.

The book of a domain has its differences, the book of the whole has the rankings. Both say what stands in the results
document of the run and nothing else: a domain whose figure is hidden is in neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from app.figures import show
from app.scorecards import Cell, Column, Figure, Table

from ..beside import Domain, Measure, SideBySide
from ..comparisons import Comparison
from ..labels import domain_label, level_label, node_label
from ..measures import recorded
from ..records import Record
from .frame import NO_TEXT, NOT_APPLICABLE, Frame

# Names of people, the same in every language.
ADJUSTED_BY = {"holm": "Holm", "bh": "Benjamini–Hochberg"}
TIE_GROUPS = ", "  # between the numbers of the groups that a domain stands in


def comparison(frame: Frame, beside: SideBySide) -> Table | None:
    """None where there is nothing to set side by side: it was not asked for, or nothing of it may be shown."""
    sheet = _OfTheWhole(frame, beside) if frame.domain[1] is None else _OfADomain(frame, beside)
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


@dataclass(frozen=True)
class _Sheet:
    """What both kinds of the sheet share: who is named, and a rank that never stands alone."""

    frame: Frame
    beside: SideBySide

    def columns(self) -> Iterator[Column]:
        raise NotImplementedError

    def lines(self) -> Iterator[dict[str, Cell]]:
        raise NotImplementedError

    def rows(self) -> Iterator[tuple[Cell, ...]]:
        codes = [column.code for column in self.columns()]
        return (tuple(line[code] for code in codes) for line in self.lines())

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

    def place(self, measure: Measure, domain: Domain) -> dict[str, Cell]:
        """The rank of a domain with its set and its tie groups; nothing for one that takes no part."""
        rank = self.beside.rank(measure, domain)
        if rank is None:
            nothing = dict.fromkeys(("rank", "rank_low", "rank_high", "ranked", "tied"), NOT_APPLICABLE)
            return nothing | {"groups": NO_TEXT}
        return {
            "rank": Figure(rank.rank),
            "rank_low": Figure(rank.rank_low),
            "rank_high": Figure(rank.rank_high),
            "ranked": Figure(len(self.beside.ranking(measure, domain))),
            "tied": Figure(self.beside.tied(measure, domain)),
            "groups": TIE_GROUPS.join(map(str, rank.tie_groups)),
        }

    def rank_columns(self) -> Iterator[Column]:
        _ = self.frame._
        yield Column("rank", _("Rank of the domain"), "count")
        yield Column("rank_low", _("Best rank, {level}").format(level=self.level), "count")
        yield Column("rank_high", _("Worst rank, {level}").format(level=self.level), "count")
        yield Column("ranked", _("Domains ranked"), "count")
        yield Column("tied", _("Not told apart from (number)"), "count")
        yield Column("groups", _("Tie groups"), "text")

    def rank_remarks(self) -> Iterator[str]:
        _ = self.frame._
        text = _(
            "Rank 1 is the best; the ranges from best to worst rank hold for all domains together, {level}."
        )
        yield text.format(level=self.level)
        yield _("Domains that share a tie group are not told apart: their order in it says nothing.")
        yield _("Small, constant and hidden figures take no part in ranks.")


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
        yield from self.rank_columns()
        yield Column("code", _("Code"), "text")

    def lines(self) -> Iterator[dict[str, Cell]]:
        for measure, label in self.labels.items():
            for ranking in self.beside.rankings(measure):
                for rank in ranking:
                    domain = rank.by, rank.domain
                    record = self._records[*measure, *domain]
                    # Whoever is ranked has a figure, and its error; only of a proportion may a bound be unknown.
                    figures = {
                        key: Figure(value) if value is not None else Figure(None, "x")
                        for key, value in (
                            ("value", record.value),
                            ("low", record.low),
                            ("high", record.high),
                        )
                    }
                    yield {"label": label} | self.name(domain) | figures | self.place(measure, domain)

    @cached_property
    def _records(self) -> dict[tuple[str, str, str | None, str | None], Record]:
        return {(one.node, one.measure, one.by, one.domain): one for one in self.frame.scored.records}

    def remarks(self) -> Iterator[str]:
        return self.rank_remarks()


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
            yield from self.rank_columns()
        yield Column("code", _("Code"), "text")

    def lines(self) -> Iterator[dict[str, Cell]]:
        own = self.frame.domain
        differences = self.beside.differences(own)
        for measure, label in self.labels.items():
            compared = differences.get(measure, [])
            if self.beside.rank(measure, own):
                yield {"label": label} | self.name(own) | self._itself() | self.place(measure, own)
            for one in compared:
                other = (one.by, one.b) if one.b is not None else (None, None)
                yield {"label": label} | self.name(other) | self._difference(one) | self.place(measure, other)

    def _itself(self) -> dict[str, Cell]:
        figures = ("difference", "std_error", "low", "high", "p", "p_adjusted")
        return dict.fromkeys(figures, NOT_APPLICABLE) | {"verdict": NO_TEXT}

    def _difference(self, one: Comparison) -> dict[str, Cell]:
        figures = {
            key: Figure(value) if value is not None else Figure(None, "x")
            for key in ("difference", "std_error", "low", "high", "p", "p_adjusted")
            for value in (getattr(one, key),)
        }
        return figures | {"verdict": self._verdict(one)}

    def _verdict(self, one: Comparison) -> str:
        _ = self.frame._
        if one.p_adjusted is None:
            return _("not tested")
        if one.p_adjusted >= self._share:
            return _("no difference shown")
        return _("higher") if one.difference > 0 else _("lower")

    @property
    def _share(self) -> float:
        """Below this p a difference is told: what the level leaves over."""
        return round(1 - self.frame.scored.options.level, 12)

    def remarks(self) -> Iterator[str]:
        _, frame = self.frame._, self.frame
        differences = [one for each in self.beside.differences(frame.domain).values() for one in each]
        if differences:
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
            yield text.format(share=level_label(self._share, frame.language), df=df)
            yield _("“No difference shown” does not say that two domains are equal.")
        if self.beside.ranked:
            yield from self.rank_remarks()
            if differences:
                yield _(
                    "Differences and ranks are told by tests of their own; near the border these may disagree."
                )

"""The page of one agency as a record: its card in words and pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.agency_cards import AgencyCard, Difference, ItemAnswers, TrendPoint
from app.figures import show
from app.messages import translations
from app.models import Release
from app.results.bars import Bars, by_options, draw_bars
from app.results.captions import Captions, level_text
from app.results.chart import NARROW, WIDE, Chart, draw_profile, kind_of
from app.results.page import ShownRelease, shown_release
from app.results.shown import ShownFigures, ShownRank, shown_figures, shown_rank
from app.results.trend_chart import TrendChart, draw_trend
from app.results.words import kind_words
from app.scorecards import ColumnKind, Figure, Row


@dataclass(frozen=True, slots=True)
class Line:
    """A figure with those of the references beside it, as text; `depth` counts nodes above it."""

    label: str
    depth: int
    measure: str
    figures: ShownFigures
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """Nodes or items: a chart in both layouts with its words, and its table."""

    layouts: tuple[Chart, ...]
    words: Captions
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class ShownAnswers:
    """Items that share their options, as bars and as a table: (item, shares as text, n)."""

    options: tuple[tuple[str, str, int], ...]
    layouts: tuple[Bars, ...]
    table: tuple[tuple[str, tuple[str, ...], str], ...]


@dataclass(frozen=True, slots=True)
class ShownDifference:
    """A difference that was tested, as text."""

    label: str
    other: str
    code: str
    difference: str
    low: str
    high: str
    p: str
    verdict: str


@dataclass(frozen=True, slots=True)
class ShownPoint:
    """One wave of the series as text."""

    survey_code: str
    wave_code: str
    wave: str
    figures: ShownFigures
    mark: str
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownTrend:
    """The series with its chart in both layouts; `change` is a sentence, empty where nothing can be said."""

    layouts: tuple[TrendChart, ...]
    words: Captions
    points: tuple[ShownPoint, ...]
    change: str


@dataclass(frozen=True, slots=True)
class AgencyPage:
    """Everything the template shows. Parts are None or empty where the release has nothing for them."""

    card: AgencyCard
    release: ShownRelease
    kind: str
    level: str
    index_label: str
    measure: str
    head: ShownFigures | None
    rank: ShownRank | None
    references: tuple[tuple[str, ShownFigures], ...]
    reference_names: tuple[str, ...]
    profile: Profile | None
    items: Profile | None
    answers: tuple[ShownAnswers, ...]
    answers_known: bool
    differences: tuple[ShownDifference, ...]
    compared: str
    trend: ShownTrend | None


def agency_page(card: AgencyCard, release: Release, releases: Iterable[Release], language: str) -> AgencyPage:
    """The page of an agency in a language."""
    head = card.headline
    nodes = [row for row in card.rows if row.kind == "node" and row.node.split(".")[0] == card.index]
    items = [row for row in card.rows if row.kind == "item"]
    key = (head.node, head.measure) if head else None
    return AgencyPage(
        card=card,
        release=shown_release(release, releases, language),
        kind=kind_words(language)[card.kind],
        level=level_text(card.level, language),
        index_label=dict(card.indices).get(card.index or "", ""),
        measure=head.measure_label if head else "",
        head=shown_figures(head, language) if head else None,
        rank=shown_rank(card.placed, language) if card.placed else None,
        references=tuple(
            (one.name, shown_figures(one.rows[key], language))
            for one in card.references
            if key is not None and key in one.rows
        ),
        reference_names=tuple(one.name for one in card.references),
        profile=_profile(card, nodes, "nodes", language),
        items=_profile(card, items, "items", language),
        answers=tuple(_answers(one.items, one.options, language) for one in by_options(card.answers or ())),
        answers_known=card.answers is not None,
        # Of the index alone: with every factor a province's table has hundreds of lines, and the workbook holds them.
        differences=tuple(
            _difference(one, language) for one in card.differences if one.told and one.node == card.index
        ),
        compared=_compared(card, language),
        trend=_trend(card, language),
    )


def _profile(card: AgencyCard, rows: Sequence[Row], subject: str, language: str) -> Profile | None:
    if not rows:
        return None
    _ = translations(language).gettext
    named = [(row.node_label, row) for row in rows]
    beside = card.references[0]
    titles = {"nodes": _("Factors of %(agency)s"), "items": _("Items of %(agency)s")}
    words = Captions(
        title=titles[subject] % {"agency": card.name},
        description=_("The table below holds the same figures."),
        remarks=tuple(_profile_remarks(rows, beside.name, card.level, language)),
    )
    return Profile(
        layouts=tuple(draw_profile(named, beside.rows, layout, language) for layout in (WIDE, NARROW)),
        words=words,
        lines=tuple(_line(card, row, language) for row in rows),
    )


def _profile_remarks(rows: Sequence[Row], other: str, level: float, language: str) -> Iterable[str]:
    _ = translations(language).gettext
    methods = dict.fromkeys(row.interval_label for row in rows if row.low.value is not None)
    if methods:
        yield _("Dot: value. Line through the dot: %(methods)s, %(level)s %%.") % {
            "methods": ", ".join(methods),
            "level": level_text(level, language),
        }
    yield _(
        "Diamond: the same figure of %(other)s, to read beside; whether the two differ was not tested."
    ) % {"other": other}


def _line(card: AgencyCard, row: Row, language: str) -> Line:
    others = (one.rows.get((row.node, row.measure)) for one in card.references)
    return Line(
        label=row.node_label,
        depth=min(max(row.node.count(".") - 1, 0), 3),
        measure=row.measure_label,
        figures=shown_figures(row, language),
        beside=tuple(show(one.value, kind_of(one), language) if one else "–" for one in others),
    )


def _answers(
    items: tuple[ItemAnswers, ...], options: tuple[tuple[str, str, int], ...], language: str
) -> ShownAnswers:
    return ShownAnswers(
        options=options,
        layouts=tuple(draw_bars(items, layout, language) for layout in (WIDE, NARROW)),
        table=tuple(
            (
                one.label,
                tuple(show(share.share, "percent", language) for share in one.shares),
                show(one.n, "count", language),
            )
            for one in items
        ),
    )


def _difference(one: Difference, language: str) -> ShownDifference:
    return ShownDifference(
        label=one.node_label,
        other=one.other_name,
        code=one.other,
        difference=_signed(one.difference, "points", language),
        low=_signed(one.low, "points", language),
        high=_signed(one.high, "points", language),
        p=show(one.p, "number", language),
        verdict=one.verdict,
    )


def _compared(card: AgencyCard, language: str) -> str:
    """How many others the agency was tested against by its index, and from how many it is not told apart."""
    _ = translations(language).gettext
    tested = [one for one in card.differences if one.node == card.index]
    if not tested:
        return ""
    alike = sum(not one.told for one in tested)
    return _(
        "By %(index)s it was tested against %(tested)s agencies of its level that you may see; from %(alike)s of"
        " them it is not told apart, which does not say that they are equal."
    ) % {
        "index": dict(card.indices).get(card.index or "", ""),
        "tested": show(Figure(len(tested)), "count", language),
        "alike": show(Figure(alike), "count", language),
    }


def _trend(card: AgencyCard, language: str) -> ShownTrend | None:
    if card.trend is None:
        return None
    _ = translations(language).gettext
    index = dict(card.indices).get(card.index or "", "")
    change = card.trend.change
    said = ""
    if change is not None:
        said = _(
            "Since the wave before: %(difference)s points (%(level)s %%: %(low)s to %(high)s); %(verdict)s."
        ) % {
            "difference": _signed(change.difference, "points", language),
            "level": level_text(card.level, language),
            "low": _signed(change.low, "points", language),
            "high": _signed(change.high, "points", language),
            "verdict": change.verdict,
        }
    return ShownTrend(
        layouts=tuple(draw_trend(card.trend, layout, language) for layout in (WIDE, NARROW)),
        words=Captions(
            title=_("%(index)s over the waves") % {"index": index},
            description=_("The table below holds the same figures."),
            remarks=(
                _("Waves are joined by a line only where they may be compared; [b] marks a break."),
                *((_("The two last waves were drawn apart, and are tested as such."),) if said else ()),
            ),
        ),
        points=tuple(_point(one, language) for one in card.trend.points),
        change=said,
    )


def _point(point: TrendPoint, language: str) -> ShownPoint:
    _ = translations(language).gettext
    figures = shown_figures(point.row, language)
    remarks = list(point.breaks)
    if point.parts:
        remarks.append(
            _("Made of agencies that have merged since, by their numbers of answers: %(parts)s.")
            % {"parts": ", ".join(point.parts)}
        )
    if point.row.flag_reason:
        remarks.append(point.row.flag_reason)
    return ShownPoint(
        survey_code=point.survey_code,
        wave_code=point.wave_code,
        wave=point.wave,
        figures=figures,
        mark="[b]" if point.breaks or point.parts else "–",
        remarks=tuple(remarks),
    )


def _signed(figure: Figure, kind: ColumnKind, language: str) -> str:
    text = show(figure, kind, language)
    return f"+{text}" if figure.value is not None and figure.value > 0 else text.replace("-", "−")

"""The pages of the results as records: everything a template shows, in words and pixels."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from app.figures import show_date
from app.messages import locale, translations
from app.models import Release
from app.queries.releases import ReleasedWave
from app.results.captions import Captions, captions, level_text
from app.results.chart import NARROW, WIDE, Chart, draw
from app.results.choosing import Choice, Wanted, choose
from app.results.shown import ShownFigures, ShownLine, shown_figures, shown_lines
from app.services.overview import Overview


@dataclass(frozen=True, slots=True)
class ShownWave:
    """One line of the list of waves."""

    survey_code: str
    wave_code: str
    title: str
    survey: str
    release: str


@dataclass(frozen=True, slots=True)
class ShownChart:
    """The chart in both layouts, with its words."""

    layouts: tuple[Chart, ...]
    words: Captions


@dataclass(frozen=True, slots=True)
class WavePage:
    """One index of a wave. `whole` are the figures of the chosen branch, or of all agencies together.

    `ranked` says whether any agency here has a rank. `chart` is None where no agency has a figure for the index,
    `whole` where nobody answered. `by_unit`: the units of a staff wave have pages of their own.
    """

    overview: Overview
    choice: Choice
    release: str
    workbooks_in: str  # the language of the workbooks, by its name
    level: str
    measure: str
    whole_name: str
    whole: ShownFigures | None
    lines: tuple[ShownLine, ...]
    ranked: bool
    chart: ShownChart | None
    by_unit: bool = False


def waves_page(waves: Iterable[ReleasedWave], language: str) -> tuple[ShownWave, ...]:
    """The list of waves, in the given order."""
    return tuple(
        ShownWave(
            survey_code=one.survey_code,
            wave_code=one.wave_code,
            title=_in(one.wave_title, language),
            survey=_in(one.survey_title, language),
            release=_release_text(one.release_number, one.published_on, language),
        )
        for one in waves
    )


def wave_page(overview: Overview, release: Release, wanted: Wanted, language: str) -> WavePage:
    """A wave for one index and branch; NotFound where the release has none such."""
    choice = choose(overview, wanted)
    everywhere = translations(language).gettext("All agencies")
    top = choice.row(choice.branch) if choice.branch else overview.whole.get(choice.index or "")
    lines = shown_lines(choice, language)
    return WavePage(
        overview=overview,
        choice=choice,
        release=_release_text(release.number, release.published_on, language),
        workbooks_in=locale(language).languages[release.language],
        level=level_text(overview.level, language),
        measure=top.measure_label if top else "",
        whole_name=choice.branch.name if choice.branch else everywhere,
        whole=shown_figures(top, language) if top else None,
        lines=lines,
        ranked=any(line.rank for line in lines),
        chart=_chart(overview, choice, everywhere, language),
        by_unit=release.wave.anonymous,
    )


def _chart(overview: Overview, choice: Choice, everywhere: str, language: str) -> ShownChart | None:
    rows = [(line.name, row) for line in choice.charted if (row := choice.row(line)) is not None]
    if not rows:
        return None
    above = choice.above.name if choice.above else everywhere
    reference = (above, choice.reference) if choice.reference is not None else None
    layouts = tuple(draw(rows, reference, layout, language) for layout in (WIDE, NARROW))
    words = captions(choice.index_label, rows, layouts[0], overview.level, language)
    return ShownChart(layouts, words)


def _release_text(number: int, published_on: date, language: str) -> str:
    _ = translations(language).gettext
    return _("Release %(number)s of %(date)s") % {"number": number, "date": show_date(published_on, language)}


def _in(titles: dict[str, str], language: str) -> str:
    return titles.get(language) or next(iter(titles.values()))

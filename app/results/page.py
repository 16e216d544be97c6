"""The pages of the results as records: everything a template shows, in words and pixels."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from app.figures import show, show_date
from app.messages import locale, translations
from app.models import Release
from app.queries.releases import ReleasedWave
from app.results.captions import Captions, captions, level_text
from app.results.chart import NARROW, WIDE, Chart, draw
from app.results.shown import ShownFigures, ShownLine, shown_figures, shown_lines
from app.results.tiles import TileMap, tile_map
from app.results.words import kind_words
from app.scorecards import Figure
from app.services.overview import Overview
from app.services.release_files import languages_of


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
class ShownRelease:
    """Which release is shown. `pinned` is its number where the address must say it, because a newer one exists; then
    `newest` names that. `changes` and `reason` are those of a corrected version, else empty."""

    text: str
    pinned: int | None
    newest: str
    earlier: tuple[tuple[int, str], ...]
    changes: str
    reason: str
    languages: tuple[tuple[str, str], ...]  # of the workbooks, by code and name, the first one first


@dataclass(frozen=True, slots=True)
class WavePage:
    """One index of a wave over one level of the tree. `whole` are the figures of its head, or of all agencies together.

    `ranked` says whether any agency here has a rank. `chart` is None where no agency has a figure for the index,
    `whole` where nobody answered. `by_unit`: the units of a staff wave have pages of their own. `asked` are the
    conditions as they were typed, `bound_wrong` if the level typed is none; `kinds` are those of the level by code and
    name; `chosen` says in words how many agencies fulfil the conditions.
    """

    overview: Overview
    release: ShownRelease
    level: str
    measure: str
    whole_name: str
    whole: ShownFigures | None
    lines: tuple[ShownLine, ...]
    ranked: bool
    chart: ShownChart | None
    map: TileMap
    by_unit: bool
    asked: Mapping[str, str]
    bound_wrong: bool
    kinds: tuple[tuple[str, str], ...]
    chosen: str


def waves_page(waves: Iterable[ReleasedWave], language: str) -> tuple[ShownWave, ...]:
    """The list of waves, in the given order."""
    return tuple(
        ShownWave(
            survey_code=one.survey_code,
            wave_code=one.wave_code,
            title=_in(one.wave_title, language),
            survey=_in(one.survey_title, language),
            release=release_text(one.release_number, one.published_on, language),
        )
        for one in waves
    )


def wave_page(
    overview: Overview,
    release: Release,
    releases: Iterable[Release],
    asked: Mapping[str, str],
    language: str,
) -> WavePage:
    """A level of a wave. `releases` are those of the wave that may be seen, the newest first."""
    everywhere = translations(language).gettext("All agencies")
    top = overview.row(overview.head)
    lines = shown_lines(overview, language)
    return WavePage(
        overview=overview,
        release=shown_release(release, releases, language),
        level=level_text(overview.level, language),
        measure=top.measure_label if top else "",
        whole_name=overview.head.name if overview.head else everywhere,
        whole=shown_figures(top, language) if top else None,
        lines=lines,
        ranked=any(line.rank for line in lines),
        chart=_chart(overview, everywhere, language),
        map=tile_map(overview, language),
        by_unit=release.wave.anonymous,
        asked=asked,
        bound_wrong=bool(asked.get("bound")) and overview.wanted.bound is None,
        kinds=tuple((code, kind_words(language)[code]) for code in overview.kinds),
        chosen=_chosen(overview, language),
    )


def shown_release(release: Release, releases: Iterable[Release], language: str) -> ShownRelease:
    """A release among the others of its wave."""
    listed = sorted(releases, key=lambda one: -one.number)
    texts = [(one.number, release_text(one.number, one.published_on, language)) for one in listed]
    newest = listed[0].number if listed else release.number
    names = locale(language).languages
    return ShownRelease(
        text=release_text(release.number, release.published_on, language),
        pinned=release.number if release.number != newest else None,
        newest=texts[0][1] if release.number != newest else "",
        earlier=tuple(one for one in texts if one[0] < release.number),
        changes=release.run.changes if release.run else "",
        reason=release.run.reason if release.run else "",
        languages=tuple((code, names.get(code, code)) for code in languages_of(release)),
    )


def release_text(number: int, published_on: date, language: str) -> str:
    """What a release is called."""
    _ = translations(language).gettext
    return _("Release %(number)s of %(date)s") % {"number": number, "date": show_date(published_on, language)}


def _chart(overview: Overview, everywhere: str, language: str) -> ShownChart | None:
    rows = [(line.name, row) for line in overview.lines if (row := overview.row(line)) is not None]
    if not rows:
        return None
    above = overview.above.name if overview.above else everywhere
    row = overview.row(overview.above)
    reference = (above, row) if row is not None else None
    layouts = tuple(draw(rows, reference, layout, language) for layout in (WIDE, NARROW))
    words = captions(overview.index_label, rows, layouts[0], overview.level, language)
    return ShownChart(layouts, words)


def _chosen(overview: Overview, language: str) -> str:
    """How many agencies are shown, of how many."""
    _ = translations(language).gettext
    wanted = overview.wanted
    found = show(Figure(overview.found), "count", language)
    if wanted.name or wanted.flagged or wanted.kind or (wanted.side and wanted.bound is not None):
        return _("Agencies that fulfil the conditions: %(found)s.") % {"found": found}
    return _("Agencies at this level: %(found)s.") % {"found": found}


def _in(titles: dict[str, str], language: str) -> str:
    return titles.get(language) or next(iter(titles.values()))

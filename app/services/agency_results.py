"""One agency of a release, for its page: its figures beside those above it, its answers, what was tested, its past."""

from __future__ import annotations

from app.agency_cards import AgencyCard, Reference
from app.figures import mark_facts
from app.messages import translations
from app.models import Release
from app.queries.errors import NotFound
from app.scorecards import Figure, Row
from app.services.assembly.agency import differences, item_answers
from app.services.assembly.labels import text_in, wave_kind_label
from app.services.assembly.partitions import OWN
from app.services.overview import Level, Wanted
from app.services.released import addresses, labelled
from app.services.trends_shown import trend_of


def agency_card(
    release: Release,
    code: str,
    language: str,
    index: str | None = None,
    tops: frozenset[str] | None = None,
    *,
    public: bool = False,
) -> AgencyCard:
    """The card of an agency; `<code>#own` is it without those below. `tops` bounds what the reader may see.

    `public`: earlier waves count only where their release is public too. NotFound for another agency or index, and for
    waves of anonymous staff, whose units have pages of their own.
    """
    if release.wave.anonymous:
        raise NotFound("agency page of wave", f"{release.wave.survey.code}/{release.wave.code}")
    level = Level(release, language, Wanted(index=index), tops)
    if not level.sees(code) or (code.endswith(OWN) and code not in level.results.records):
        raise NotFound("agency", code)
    plain, wave = code.removesuffix(OWN), release.wave
    rows = _rows(level, code)
    above = (*level.tree.path(plain)[:-1], *([plain] if code != plain else []))
    references = tuple(_references(level, above))
    level.rank([code])
    names = {one: level.name(one) for one in level.beside(code)}
    return AgencyCard(
        code=code,
        name=level.name(code),
        kind=level.tree.get(plain).kind,
        path=tuple((one if level.sees(one) else None, level.name(one)) for one in above),
        below=len(level.tree.children(code)) if code == plain else 0,
        survey=text_in(wave.survey.title, language),
        wave=text_in(wave.title, language),
        instrument=f"{text_in(level.instrument.title, language)} ({level.instrument.identity})",
        wave_kind=wave_kind_label(level.results.head["wave_kind"], language),
        level=level.results.head["level"],
        indices=level.indices,
        index=level.index,
        rows=rows,
        references=references,
        placed=level.ranks.get(code, {}).get(level.index or ""),
        answers=item_answers(level.results, code, level.instrument, language) if rows else None,
        differences=tuple(differences(level.results, code, names, addresses(release), language)),
        trend=trend_of(release, plain, level.index, language, public=public) if code == plain else None,
        workbook=level.results.stems.get(code),
        marks=mark_facts(_marks(rows), language),
    )


def _rows(level: Level, code: str | None) -> tuple[Row, ...]:
    names = {code: level.name(code)} if code is not None else {}
    return labelled(level.release, level.results.records.get(code, ()), names, level.language)


def _references(level: Level, above: tuple[str, ...]) -> list[Reference]:
    """What stands right above, where anybody answered there, and all agencies together, unless the two are one."""
    everywhere = translations(level.language).gettext("All agencies")
    parents = [code for code in reversed(above) if level.results.records.get(code)][:1]
    wanted = [*((code, level.name(code)) for code in parents), (None, everywhere)]
    return [
        Reference(code, name, {(row.node, row.measure): row for row in _rows(level, code)})
        for code, name in wanted
    ]


def _marks(rows: tuple[Row, ...]) -> set[str]:
    figures = (cell for row in rows for cell in (row.value, row.low, row.high, row.n, row.df))
    return {figure.mark for figure in figures if isinstance(figure, Figure) and figure.mark}

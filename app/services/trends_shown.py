"""The index of an agency over the released waves of its survey, with every reason why two must not be compared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.agency_cards import Trend, TrendPoint
from app.messages import translations
from app.models import Release
from app.queries.agencies import get_tree
from app.queries.errors import NotFound
from app.queries.survey_releases import list_heirs, list_newest_releases
from app.queries.waves import instrument_of
from app.services.assembly.labels import text_in
from app.services.assembly.past import compared, meaning, merged, method
from app.services.assembly.reading import ResultsRead
from app.services.assembly.records import Record
from app.services.released import labelled, released


@dataclass(frozen=True, slots=True)
class _Seen:
    """One wave: the agency's record, of which parts it was made, and what it must share to be compared."""

    release: Release
    results: ResultsRead
    record: Record
    parts: tuple[str, ...]
    meaning: str | None
    method: tuple[object, ...]


def trend_of(
    release: Release, code: str, index: str | None, language: str, *, public: bool = False
) -> Trend | None:
    """The series up to this release's wave; None with fewer than two waves.

    Of each earlier wave the newest release counts, `public`: the newest public one. An agency's past is that of the
    agencies that have gone up in it since.
    """
    if index is None:
        return None
    earlier = []
    for one in list_newest_releases(release.wave.survey, public=public):
        if one.wave_id == release.wave_id:
            break
        earlier.append(one)
    # Who still stood on the day of this wave's tree had not gone up in another yet: a merger of later days changes
    # nothing that was released before.
    tree = get_tree(release.wave.tree_date) if earlier else None
    heirs = {one: heir for one, heir in list_heirs().items() if one not in tree} if tree is not None else {}
    seen = [
        one for one in (_seen(each, code, index, heirs) for each in (*earlier, release)) if one is not None
    ]
    if len(seen) < 2 or seen[-1].release is not release:
        return None
    points = tuple(_points(seen, code, language))
    change = None
    if points[-1].segment == points[-2].segment:
        heads = (seen[-2].results.head, seen[-1].results.head)
        change = compared(seen[-2].record, seen[-1].record, heads, language)
    return Trend(points, change)


def _seen(release: Release, code: str, index: str, heirs: dict[str, str]) -> _Seen | None:
    """None for a wave of anonymous staff, and where neither the agency nor what became of it was asked."""
    if release.wave.anonymous:
        return None
    try:
        results = released(release)
    except NotFound:
        # Of an earlier wave whose results are lost there is nothing to show.
        return None
    parts = tuple(_parts(release, results, code, heirs))
    records = [results.indices[part][index] for part in parts if index in results.indices[part]]
    if not records:
        return None
    record = records[0] if len(records) == 1 else merged(records, results.head["level"])
    instrument = instrument_of(release.wave)
    return _Seen(release, results, record, parts, meaning(instrument, index), method(results.head))


def _parts(release: Release, results: ResultsRead, code: str, heirs: dict[str, str]) -> Iterator[str]:
    """The agencies of a wave that are this one today, none that stands below another of them."""
    found = [one for one in (code, *sorted(heirs)) if one in results.indices and _leads(one, code, heirs)]
    if len(found) < 2:
        yield from found
        return
    tree = get_tree(release.wave.tree_date)
    for one in found:
        if one not in tree or not set(tree.path(one)[:-1]) & set(found):
            yield one


def _leads(one: str, code: str, heirs: dict[str, str]) -> bool:
    passed: set[str] = set()
    while one != code and one in heirs and one not in passed:
        passed.add(one)
        one = heirs[one]
    return one == code


def _points(seen: Sequence[_Seen], code: str, language: str) -> Iterator[TrendPoint]:
    segment, before = 0, None
    for one in seen:
        breaks = tuple(_breaks(before, one, language)) if before is not None else ()
        segment += bool(breaks)
        wave = one.release.wave
        tree = get_tree(wave.tree_date) if one.parts != (code,) else None
        (row,) = labelled(one.release, [one.record], {}, language)
        yield TrendPoint(
            survey_code=wave.survey.code,
            wave_code=wave.code,
            wave=text_in(wave.title, language),
            row=row,
            segment=segment,
            breaks=breaks,
            parts=tuple(tree.label(part, language) for part in one.parts if part in tree) if tree else (),
        )
        before = one


def _breaks(before: _Seen, now: _Seen, language: str) -> Iterator[str]:
    _ = translations(language).gettext
    if before.meaning != now.meaning:
        yield _("The index is made of other items or by another rule than in the wave before.")
    if before.method != now.method:
        yield _("The wave was drawn or weighted otherwise than the one before.")

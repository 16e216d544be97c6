"""How far a person's branches reach: the waves with a link in them, and of such a wave the agencies within.

`tops` are the agencies over whose branches somebody has a right, None where it is the whole tree
(`app.rights.tops`). A wave of staff is reached over the whole tree only: how many answer in one small unit would say
who has.
"""

from __future__ import annotations

from sqlalchemy import select

from app.extensions import db
from app.models import Agency, Collector, Wave
from app.queries.agencies import get_tree
from app.queries.errors import NotFound
from app.queries.waves import get_wave, list_waves

Tops = frozenset[str] | None


def get_wave_reached(survey_code: str, wave_code: str, tops: Tops) -> Wave:
    """The wave, where a link of it stands in these branches; NotFound for any other, as if it were not there."""
    wave = get_wave(survey_code, wave_code)
    if not _reaches(wave, tops, _places([wave]).get(wave.id, frozenset())):
        raise NotFound("wave", f"{survey_code}/{wave_code}")
    return wave


def list_waves_reached(tops: Tops) -> list[Wave]:
    """The waves with a link in these branches, the newest first."""
    waves = list_waves()
    if tops is None:
        return waves
    places = _places(waves)
    return [wave for wave in waves if _reaches(wave, tops, places.get(wave.id, frozenset()))]


def within(wave: Wave, tops: Tops) -> frozenset[str] | None:
    """Codes of the agencies of these branches on the wave's tree date; None: all of them."""
    return None if tops is None else get_tree(wave.tree_date).covered(tops)


def _reaches(wave: Wave, tops: Tops, places: frozenset[str]) -> bool:
    reached = within(wave, tops)
    return reached is None or (not wave.anonymous and not reached.isdisjoint(places))


def _places(waves: list[Wave]) -> dict[int, frozenset[str]]:
    """Codes of the agencies that have links, by the row number of the wave."""
    rows = db.session.execute(
        select(Collector.wave_id, Agency.code)
        .join(Agency, Agency.id == Collector.agency_id)
        .where(Collector.wave_id.in_([wave.id for wave in waves]))
        .distinct()
    )
    found: dict[int, set[str]] = {}
    for number, code in rows:
        found.setdefault(number, set()).add(code)
    return {number: frozenset(codes) for number, codes in found.items()}

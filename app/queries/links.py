"""Links as the road of an answer needs them: read in two plain statements, kept in the process for a moment.

A respondent opens and sends many forms behind one link while nothing about it changes. What is kept may be
`KEPT_FOR` seconds old, so it never decides whether an answer counts: the insert itself reads that.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import current_app
from sqlalchemy import bindparam, event, or_, select
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import AgencyName, Collector, InstrumentVersion, Wave

# Seconds for which a process may go on with what it read.
KEPT_FOR = 2.0

# So many links are kept at most: an office has a few thousand, and each is less than 2 kB.
KEPT = 4_096


@dataclass(frozen=True, slots=True)
class LinkedWave:
    """The wave a link leads into, with the instrument version that it asks today."""

    id: int
    state: str
    opens_at: datetime | None
    closes_at: datetime | None
    late_until: datetime | None
    tree_date: date
    languages: tuple[str, ...]
    layout: str
    hours: Mapping[str, list[list[str]]] | None
    double_entry: bool
    instrument_version_id: int
    instrument_code: str
    instrument_version: int
    instrument_sha256: str


@dataclass(frozen=True, slots=True)
class LinkedCollector:
    """A collector as a plain record. `names`: the agency's names by language on the wave's tree date."""

    id: int
    code: str
    number: int
    label: str
    mode: str
    state: str
    slips: bool
    agency_id: int
    wave: LinkedWave
    names: Mapping[str, str]


def find_linked(code: str, *, fresh: bool = False) -> LinkedCollector | None:
    """The collector with this link; `fresh` reads it anew even where it is kept."""
    kept = _kept()
    found = None if fresh else kept.get(code)
    if found is not None and time.monotonic() < found[0]:
        return found[1]
    read = _read(code)
    if read is None:
        kept.pop(code, None)
        return None
    if len(kept) >= KEPT:
        kept.clear()
    kept[code] = (time.monotonic() + KEPT_FOR, read)
    return read


def _kept() -> dict[str, tuple[float, LinkedCollector]]:
    return current_app.extensions.setdefault("hailong-links", {})


@event.listens_for(Session, "after_commit")
def _forget(_session: Session) -> None:
    """What this very process has changed it sees at once."""
    if current_app:
        _kept().clear()


def _read(code: str) -> LinkedCollector | None:
    with db.engine.connect() as connection:
        row = connection.execute(_LINK, {"code": code}).one_or_none()
        if row is None:
            return None
        own, rest = row[: len(_OWN)], row[len(_OWN) :]
        wave = dict(zip(_WAVE_FIELDS, rest, strict=True))
        names = connection.execute(_NAMES, {"agency": own[-1], "day": wave["tree_date"]})
        return LinkedCollector(
            *own,
            wave=LinkedWave(**wave | {"languages": tuple(wave["languages"])}),
            names={row.language: row.name for row in names},
        )


_OWN = (
    Collector.id,
    Collector.code,
    Collector.number,
    Collector.label,
    Collector.mode,
    Collector.state,
    Collector.slips,
    Collector.agency_id,
)
_OF_WAVE: dict[str, Any] = {
    **{
        name: getattr(Wave, name)
        for name in (
            "id",
            "state",
            "opens_at",
            "closes_at",
            "late_until",
            "tree_date",
            "languages",
            "layout",
            "hours",
            "double_entry",
            "instrument_version_id",
        )
    },
    "instrument_code": InstrumentVersion.code,
    "instrument_version": InstrumentVersion.version,
    "instrument_sha256": InstrumentVersion.sha256,
}
_WAVE_FIELDS = tuple(_OF_WAVE)

_LINK = (
    select(*_OWN, *(column.label(f"wave_{name}") for name, column in _OF_WAVE.items()))
    .join(Wave, Wave.id == Collector.wave_id)
    .join(InstrumentVersion, InstrumentVersion.id == Wave.instrument_version_id)
    # Behind a link of an anonymous wave nothing is stored by this road: staff answers have one of their own.
    .where(Collector.code == bindparam("code"), Wave.anonymous.is_(False))
)
_NAMES = select(AgencyName.language, AgencyName.name).where(
    AgencyName.agency_id == bindparam("agency"),
    AgencyName.valid_from <= bindparam("day"),
    or_(AgencyName.valid_to.is_(None), AgencyName.valid_to > bindparam("day")),
)

"""The link of an anonymous wave's collector, as its page needs it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app import clock
from app.extensions import db
from app.models import Promise
from app.queries import waves
from app.queries.collectors import find_collector
from app.respond.refusals import Refused
from app.respond.versions import Version


@dataclass(frozen=True, slots=True)
class StaffLink:
    """A collector of an anonymous wave. `promises` is the text by language, empty where the wave has none."""

    collector_id: int
    code: str
    version: Version
    languages: tuple[str, ...]
    threshold: int
    is_open: bool
    promises: dict[str, str]
    tree_date: date
    agency_id: int

    def promise(self, language: str) -> str | None:
        """The promise in this language, else in any it has."""
        return self.promises.get(language) or next(iter(self.promises.values()), None)


def find_staff_link(code: str) -> StaffLink:
    """The link with this code. One whose wave has closed is found as well: what was begun can still be sent.

    Raises Refused("unknown_link"), Refused("planned_wave").
    """
    collector = find_collector(code)
    if collector is None or not collector.wave.anonymous or collector.state == "revoked":
        raise Refused("unknown_link")
    wave = collector.wave
    if wave.state == "planned":
        raise Refused("planned_wave")
    promise = db.session.get(Promise, wave.promise_id) if wave.promise_id else None
    return StaffLink(
        collector_id=collector.id,
        code=collector.code,
        version=Version(wave.instrument_version.sha256, waves.instrument_of(wave)),
        languages=tuple(wave.languages),
        threshold=wave.threshold,
        is_open=waves.is_open(wave, clock.now()),
        promises=dict(promise.text) if promise else {},
        tree_date=wave.tree_date,
        agency_id=collector.agency_id,
    )

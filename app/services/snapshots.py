"""Snapshots: the counted responses of a closed wave, frozen in a Parquet file with a hash.

Everything before the snapshot is a web application on a database; everything after it is a function of this
file and other named inputs. What the file looks like and how its hash is taken: `snapshot_file`.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from app.extensions import transaction
from app.models import InstrumentVersion, Wave
from app.queries.collectors import list_collectors
from app.queries.releases import count_releases
from app.queries.responses import (
    CollectedResponse,
    count_responses,
    list_answered_versions,
    list_responses,
)
from app.queries.retention import destroyed_on
from app.queries.runs import snapshots_of_runs
from app.queries.waves import get_instrument
from app.services import audit, snapshot_file
from app.services.errors import ServiceError
from app.services.responding import FREEZING_LOCK
from app.services.snapshot_columns import FLAGS, MISSING, Layout
from app.services.snapshot_file import digest, read, verify
from app.services.spoken import SpokenError
from app.services.staff import draining
from surveys.codebook import cells, variables
from surveys.instrument import Instrument
from surveys.quality import in_order

__all__ = [
    "AlreadyFrozen",
    "Destroyed",
    "NoLateAnswers",
    "NotClosed",
    "Snapshot",
    "digest",
    "freeze",
    "path_of",
    "read",
    "refuse_late",
    "take_late",
    "verify",
]

# Marks a sentence for the catalogue; it is translated where it is said.
_ = str


class NotClosed(ServiceError):
    """The wave still collects."""

    def __init__(self, wave: Wave):
        super().__init__(f"Wave {wave.code} is {wave.state}; close it before its answers are frozen.")
        self.wave = wave


class AlreadyFrozen(ServiceError):
    """The wave has its snapshot, which never changes."""

    def __init__(self, wave: Wave):
        super().__init__(f"Wave {wave.code} was frozen into {wave.snapshot_path}; use that snapshot.")
        self.wave = wave


class NoLateAnswers(SpokenError):
    """There are no late answers that a further version could take in."""


class Destroyed(ServiceError):
    """The wave's raw answers are gone, as was promised."""

    def __init__(self, wave: Wave, on: date):
        super().__init__(
            f"The raw answers of wave {wave.code} were destroyed on {on}: what was released stands, and recomputing "
            "is no longer possible."
        )
        self.wave = wave


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A frozen wave: the file, the hash of what it says, its number of rows."""

    path: Path
    sha256: str
    rows: int


def freeze(wave: Wave, *, key: bytes | None = None, now: datetime | None = None) -> Snapshot:
    """Freeze the counted responses of a closed wave; whatever arrives from now on is late.

    Each row gets a `response_key` made of its response id and `key`. None draws a key that nobody keeps, so
    that no row can be led back to its response; a simulation gives its own and gets the same file again.

    The set of rows is fixed first and in a moment, then the file is written while others go on sending. If
    that is broken off, the wave stays frozen without a snapshot, and freezing it again writes the same rows.

    Raises NotClosed, AlreadyFrozen, Destroyed.
    """
    _fix_rows(wave, now or datetime.now(UTC))
    if wave.anonymous:
        draining.forget(wave)
    return _written(wave, ("counted",), None, key)


def take_late(wave: Wave, *, key: bytes | None = None) -> Snapshot:
    """Freeze the wave anew together with its late answers, for the next version of its release.

    The earlier snapshot stays where a run was made from it: a release that refers to it can go on to be recomputed.
    Raises NoLateAnswers, Destroyed.
    """
    refuse_late(wave)
    before = wave.snapshot_sha256, wave.snapshot_path
    taken = _written(wave, ("counted", "late"), before[0], key)
    if before[1] and before[1] != taken.path.name and before[1] not in snapshots_of_runs(wave):
        (taken.path.parent / before[1]).unlink(missing_ok=True)
    return taken


def refuse_late(wave: Wave) -> None:
    """Raises NoLateAnswers or Destroyed where there is nothing that a further version could take in."""
    if on := destroyed_on(wave):
        raise Destroyed(wave, on)
    if wave.anonymous:
        raise NoLateAnswers(
            _("Of staff whom nobody can trace, no answer is kept that comes after the freeze.")
        )
    if count_releases(wave) == 0:
        raise NoLateAnswers(
            _("Nothing of this wave is released yet: the first release is made of the answers that count.")
        )
    if count_responses(wave, "late") == 0:
        raise NoLateAnswers(_("No answer of this wave came late."))


def _written(wave: Wave, states: tuple[str, ...], before: str | None, key: bytes | None) -> Snapshot:
    """Write the answers in these states and make that the wave's snapshot, if it is still the one of `before`."""
    folder = Path(current_app.config["SNAPSHOT_FOLDER"])
    draft = folder / f"{wave.survey.code}-{wave.code}.{secrets.token_hex(8)}.parquet"
    instruments = _instruments(wave, states)
    layout = Layout(_stages(wave), tuple(_items(instruments)))
    try:
        sha256, count = snapshot_file.write(
            draft, layout, _rows(wave, states, instruments, layout, key or secrets.token_bytes(32))
        )
        with transaction() as session:
            # Of two freezings that end together, the second one must see what the first one wrote.
            session.execute(select(Wave.id).where(Wave.id == wave.id).with_for_update())
            session.refresh(wave)
            if on := destroyed_on(wave):
                raise Destroyed(wave, on)
            if wave.snapshot_sha256 != before:
                raise AlreadyFrozen(wave)
            name = f"{wave.survey.code}-{wave.code}-{sha256[:12]}.parquet"
            wave.snapshot_path, wave.snapshot_sha256, wave.snapshot_rows = name, sha256, count
            audit.record(
                session, "wave.frozen", f"{wave.survey.code}/{wave.code}", sha256=sha256, states=states
            )
            draft.replace(folder / name)
    finally:
        draft.unlink(missing_ok=True)
    return Snapshot(folder / name, sha256, count)


def path_of(wave: Wave) -> Path | None:
    """Where the wave's snapshot lies; None while it has none. Raises Destroyed."""
    if on := destroyed_on(wave):
        raise Destroyed(wave, on)
    return Path(current_app.config["SNAPSHOT_FOLDER"], wave.snapshot_path) if wave.snapshot_path else None


def _fix_rows(wave: Wave, now: datetime) -> None:
    """From the end of this transaction on, no response can become counted."""
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            # Waits for the inserts under way, which hold the lock shared, and lets none begin meanwhile.
            session.execute(select(func.pg_advisory_xact_lock(FREEZING_LOCK, wave.id)))
        if wave.state != "closed":
            raise NotClosed(wave)
        if on := destroyed_on(wave):
            raise Destroyed(wave, on)
        if wave.snapshot_sha256:
            raise AlreadyFrozen(wave)
        if wave.frozen_at is None:
            wave.frozen_at = now
            if wave.anonymous:
                draining.drain(session, wave, now)


def _instruments(wave: Wave, states: tuple[str, ...]) -> dict[int, Instrument]:
    """The instrument versions that were answered, by row number: the wave's own first, then the older ones."""
    own = wave.instrument_version
    answered = {version for state in states for version in list_answered_versions(wave, state)}
    older = sorted(answered - {own}, key=lambda version: -version.version)
    return {version.id: _instrument(version) for version in (own, *older)}


def _instrument(version: InstrumentVersion) -> Instrument:
    return get_instrument(version.id, version.sha256)


def _items(instruments: dict[int, Instrument]) -> dict[str, None]:
    """Item columns in codebook order; what only an older version asked comes after."""
    return {
        variable.column: None for instrument in instruments.values() for variable in variables(instrument)
    }


def _stages(wave: Wave) -> int:
    """How many stages of clusters the plan has; one where it has none, so that the columns are there."""
    return max([1, *(len(one.sample_point.clusters) for one in list_collectors(wave) if one.sample_point)])


def _rows(
    wave: Wave, states: tuple[str, ...], instruments: dict[int, Instrument], layout: Layout, key: bytes
) -> Iterator[dict[str, Any]]:
    for response in chain.from_iterable(list_responses(wave, state) for state in states):
        row: dict[str, Any] = {
            "response_key": hmac.digest(key, response.response_id.encode(), "sha256").hex()[:32],
            **_design(response),
            "mode": response.mode,
            "language": response.language,
            "date": response.received_on,
            FLAGS: " ".join(in_order(response.flags)),
        }
        given = cells(instruments[response.instrument_version_id], response.answers)
        for item in layout.items:
            # An item that this response's version did not have was not asked.
            row[item], row[item + MISSING] = given.get(item, (None, "not_asked"))
        yield row


def _design(response: CollectedResponse) -> dict[str, Any]:
    return {
        "agency": response.agency,
        "collector": str(response.collector),
        "stratum": response.stratum,
        **{f"cluster_{stage}": cluster for stage, cluster in enumerate(response.clusters, start=1)},
        **{f"fpc_{stage}": count for stage, count in enumerate(response.fpc, start=1)},
        "weight": response.base_weight,
    }

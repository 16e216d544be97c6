"""Instruments: a version is registered once and never changes."""

from __future__ import annotations

from app.extensions import transaction
from app.models import InstrumentVersion
from app.queries.waves import find_instrument_version
from app.services import audit
from app.services.fieldwork.refusals import InstrumentChanged, ItemCodeReserved
from app.services.snapshot_columns import is_design_column
from surveys import loading
from surveys.instrument import Instrument


def register_instrument(instrument: Instrument) -> InstrumentVersion:
    """Keep this version of an instrument; the same content again is the same row.

    Raises InstrumentChanged, ItemCodeReserved.
    """
    for item in instrument.items:
        if is_design_column(item.code):
            raise ItemCodeReserved(instrument, item.code)
    with transaction() as session:
        registered = find_instrument_version(instrument.code, instrument.version)
        sha256 = loading.sha256(instrument)
        if registered is None:
            registered = InstrumentVersion(
                code=instrument.code,
                version=instrument.version,
                sha256=sha256,
                document=loading.to_document(instrument),
            )
            session.add(registered)
            audit.record(session, "instrument.registered", instrument.identity, sha256=sha256)
        elif registered.sha256 != sha256:
            raise InstrumentChanged(registered)
        return registered

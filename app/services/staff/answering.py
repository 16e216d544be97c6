"""Answering: a credential and the answers come in, with nothing that leads to an invitation.

The answer waits in the pool of its collector (`pool`) until the wave is frozen. The credential's hash is the key
under which it is kept once; after the draining the pool keeps the bare hashes, so that a repeat is still known.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Literal

from sqlalchemy import Row, bindparam, select

from app.extensions import db
from app.models import Collector, InstrumentVersion, SigningKey, Wave
from app.queries.rated import find_rated_agencies
from app.queries.waves import find_instrument_version, get_instrument
from app.services.errors import ServiceError
from app.services.responding import AnswersRefused, UnknownCollector
from app.services.staff import blind
from app.services.staff.inviting import pool_of
from surveys import answers as answering
from surveys.instrument import Instrument
from surveys.validation import check

Status = Literal["stored", "already", "conflict"]


class ForeignCredential(ServiceError):
    """The credential was not signed for this link."""

    def __init__(self) -> None:
        super().__init__(
            "These answers carry no valid credential; open your invitation again and send them from there."
        )


class WrongForm(ServiceError):
    """The answers are to another instrument than the wave asks."""

    def __init__(self) -> None:
        super().__init__("These answers belong to another questionnaire; open your invitation again.")


def answer(
    collector_code: str,
    message: bytes,
    signature: bytes,
    identity: str,
    answers: Mapping[str, str | Sequence[str]],
) -> Status:
    """Keep the answers under their credential: `message` with the `signature` that was unblinded.

    `stored` now, `already` here, or in `conflict` with other answers of the same credential, which stand. What was
    sent behind a valid credential is kept whatever the state of the wave (CONTRACTS 8). Raises UnknownCollector,
    ForeignCredential, WrongForm, AnswersRefused, AnswerTooLong.
    """
    place = db.session.execute(_PLACE, {"code": collector_code}).one_or_none()
    # The connection goes back before anything is written: no transaction of the database is part of an answer.
    db.session.rollback()
    if place is None:
        raise UnknownCollector(collector_code)
    if len(message) != blind.MESSAGE_BYTES or not blind.is_signed(place.private_key, message, signature):
        raise ForeignCredential
    instrument = _instrument(place, identity)
    agencies = find_rated_agencies(instrument, place.tree_date, place.agency_id)
    db.session.rollback()
    given = {code: [one] if isinstance(one, str) else list(one) for code, one in answers.items()}
    checked = check(instrument, given, agencies)
    if checked.problems or checked.unknown:
        raise AnswersRefused("of this form", tuple(checked.problems), tuple(checked.unknown))
    payload = answering.canonical(instrument, checked.answers).encode()
    pool = pool_of(place.id)
    credential = sha256(message).digest()
    before = pool.find(credential)
    if before is None:
        kept = pool.put(credential, payload)
        return "stored" if kept.payload == payload else "conflict"
    # A drained pool keeps the hash alone: what was answered cannot be compared any more, and need not be.
    return "already" if before.payload in (payload, b"") else "conflict"


def read(payload: bytes) -> tuple[str, dict[str, str | list[str]]]:
    """The instrument's identity and the answers of something that was kept."""
    document = json.loads(payload)
    return document["instrument"], document["answers"]


def _instrument(place: Row, identity: str) -> Instrument:
    code, _, number = identity.partition("@")
    if code == place.instrument_code and number.isascii() and number.isdecimal():
        version = find_instrument_version(code, int(number))
        if version is not None and version.version <= place.instrument_version:
            found = get_instrument(version.id, version.sha256)
            db.session.rollback()
            return found
    raise WrongForm


_PLACE = (
    select(
        Collector.id,
        Collector.wave_id,
        Collector.agency_id,
        Wave.tree_date,
        SigningKey.private_key,
        InstrumentVersion.code.label("instrument_code"),
        InstrumentVersion.version.label("instrument_version"),
    )
    .join(SigningKey, SigningKey.collector_id == Collector.id)
    .join(Wave, Wave.id == Collector.wave_id)
    .join(InstrumentVersion, InstrumentVersion.id == Wave.instrument_version_id)
    .where(Collector.code == bindparam("code"), Wave.anonymous)
)

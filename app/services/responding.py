"""Responding: a filled form is checked and stored exactly once, however often it is sent.

The promise rests on three things: the respondent's side makes the `response_id` before the first send, the
database holds it unique, and a response is one row written by one statement. That statement also decides
whether the response counts, so no answer can slip in behind a snapshot that is being frozen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from flask import current_app
from sqlalchemy import Connection, bindparam, select
from sqlalchemy.exc import DBAPIError, OperationalError

from app import clock
from app.config import OFFICE_TIME, office_day
from app.extensions import db, transaction
from app.models import MODES, InstrumentVersion
from app.queries.links import LinkedCollector, find_linked
from app.queries.rated import find_rated_agencies
from app.queries.waves import get_instrument
from app.services.errors import ServiceError
from app.services.group_commit import GroupCommit
from app.services.slips import code_hash
from app.services.storing import FREEZING_LOCK, SLIP_MODES, Prepared
from app.services.storing import store as _store
from app.services.submissions import (
    LONGEST_CODE,
    AnswersRefused,
    MalformedSubmission,
    NotStored,
    Outcome,
    Submission,
    SubmissionsRefused,
    UnknownCollector,
    WrongInstrument,
)
from surveys import answers as answering
from surveys.instrument import Instrument
from surveys.quality import Occasion, flags_of_form
from surveys.validation import check

__all__ = [
    "FREEZING_LOCK",
    "RECEIPT_ALPHABET",
    "AnswersRefused",
    "MalformedSubmission",
    "NotStored",
    "Outcome",
    "Submission",
    "SubmissionsRefused",
    "UnknownCollector",
    "WrongInstrument",
    "receipt",
    "submit",
    "submit_many",
]

# Signs that are not taken for one another when read aloud or copied by hand.
RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 8


def receipt(response_id: str) -> str:
    """The code a respondent may keep, such as `7KQ4-M2XD`.

    A hash of the id: a repeat gets the same one from any server, and the id cannot be had back from it.
    """
    number = int.from_bytes(hashlib.sha256(f"hailong receipt {response_id}".encode()).digest())
    signs = []
    for _ in range(RECEIPT_LENGTH):
        number, place = divmod(number, len(RECEIPT_ALPHABET))
        signs.append(RECEIPT_ALPHABET[place])
    half = RECEIPT_LENGTH // 2
    return "".join(signs[:half]) + "-" + "".join(signs[half:])


def submit(submission: Submission, *, checked: bool = False) -> Outcome:
    """Store one response, or say what the same id has stored already; true on disk before this returns.

    The collector authorises it, revoked or not: only opening a link can be refused, never the answers that
    were given behind it. They count while the wave is open or within `late_until`, and its snapshot is not
    frozen; else they are kept as `late`. Behind a link that demands slips they count with an unused slip, which
    is used up in the same transaction; else they are kept as a `repeat`. An id that comes again with other
    answers, or through another collector, is a conflict and changes nothing. `checked`: its answers are what
    `surveys.validation.check` has made of them for this very version.

    Raises UnknownCollector, WrongInstrument, MalformedSubmission, AnswersRefused; then nothing is stored.
    NotStored: the database failed, and the same submission can be sent again.
    """
    try:
        try:
            return _submit(submission, checked)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            # The connection was cut, perhaps after the commit: the id makes a second try harmless.
            return _submit(submission, checked)
    except OperationalError as error:
        raise NotStored from error


def submit_many(submissions: Iterable[Submission]) -> list[Outcome]:
    """Store many responses in one transaction by the same rules; outcomes in the order given.

    Raises SubmissionsRefused with every submission that cannot be stored; then none is.
    """
    prepared: list[Prepared] = []
    refused: dict[int, ServiceError] = {}
    places = _Places()
    for number, submission in enumerate(submissions):
        try:
            prepared.append(_prepare(submission, places))
        except ServiceError as reason:
            refused[number] = reason
    if refused:
        raise SubmissionsRefused(refused)
    with transaction() as session:
        return [_store(session.connection(), one) for one in prepared]


def _submit(submission: Submission, checked: bool) -> Outcome:
    # Checked before the transaction begins: on SQLite it would keep every other writer waiting.
    prepared = _prepare(submission, _Places(), checked)
    _end_reading()
    engine = db.engine
    if engine.dialect.name == "sqlite":
        return _group_of_this_process().run(lambda connection: _store(connection, prepared))
    with engine.begin() as connection:
        return _store(connection, prepared)


def _group_of_this_process() -> GroupCommit:
    kept = current_app.extensions
    return kept.get("hailong-group-commit") or kept.setdefault("hailong-group-commit", GroupCommit(db.engine))


def _end_reading() -> None:
    """What a session has read stands in a transaction of its own, which would not see what is stored beside it."""
    if not db.session.registry.has():
        return
    session = db.session()
    if session.new or session.dirty or session.deleted:
        raise RuntimeError(
            "A use case must begin with a clean session; something was changed outside a service."
        )
    session.rollback()


@dataclass(frozen=True, slots=True)
class _Places:
    """What is looked up once, however many submissions of one call need it."""

    collectors: dict[str, LinkedCollector] = field(default_factory=dict)
    versions: dict[tuple[str, int], tuple[int, str]] = field(default_factory=dict)


def _prepare(submission: Submission, places: _Places, checked: bool = False) -> Prepared:
    collector, version_id, sha256 = _asked(submission, places)
    instrument = get_instrument(version_id, sha256)
    mode = submission.mode or collector.mode
    _check_frame(submission, instrument, mode)
    answers = dict(submission.answers) if checked else _checked(submission, instrument, collector)
    response_id = _spelled_id(submission)
    now = submission.received_at or clock.now()
    started, sent = _clock(submission.started_at), _clock(submission.submitted_at)
    occasion = Occasion(mode, started, sent and sent.astimezone(OFFICE_TIME), collector.wave.hours)
    return Prepared(
        collector.wave.id,
        {
            "response_id": response_id,
            "wave_id": collector.wave.id,
            "collector_id": collector.id,
            "instrument_version_id": version_id,
            "language": submission.language,
            "mode": mode,
            "answers": answers,
            "answers_sha256": answering.sha256(instrument, answers),
            "receipt": receipt(response_id),
            "started_at": started,
            "submitted_at": sent,
            "received_on": office_day(now),
            "device_token": submission.device_token,
            "now": now,
        },
        flags=flags_of_form(instrument, answers, occasion),
        demands_slip=collector.slips and mode in SLIP_MODES,
        slip_hash=code_hash(submission.slip) if submission.slip else None,
        interviewer=submission.interviewer or None,
    )


def _checked(submission: Submission, instrument: Instrument, collector: LinkedCollector) -> answering.Answers:
    agencies = find_rated_agencies(instrument, collector.wave.tree_date, collector.agency_id)
    given = {
        code: [answer] if isinstance(answer, str) else list(answer)
        for code, answer in submission.answers.items()
    }
    found = check(instrument, given, agencies)
    if found.problems or found.unknown:
        raise AnswersRefused(submission.response_id, tuple(found.problems), tuple(found.unknown))
    return found.answers


def _asked(submission: Submission, places: _Places) -> tuple[LinkedCollector, int, str]:
    """The collector and the instrument version that was filled: the wave's own or an older one of the same.

    A kept record may be a moment old. What it grants is granted; what it refuses is looked up anew first.
    """
    code = submission.collector_code
    identity = (submission.instrument_code, submission.instrument_version)
    collector = places.collectors.get(code) or find_linked(code)
    if collector is None:
        raise UnknownCollector(code)
    version = _version(collector, identity, places)
    if version is None:
        collector = find_linked(code, fresh=True) or collector
        version = _version(collector, identity, places)
    if version is None:
        raise WrongInstrument(submission)
    places.collectors[code] = collector
    return collector, *version


def _version(
    collector: LinkedCollector, identity: tuple[str, int], places: _Places
) -> tuple[int, str] | None:
    wave = collector.wave
    if identity == (wave.instrument_code, wave.instrument_version):
        return wave.instrument_version_id, wave.instrument_sha256
    if identity[0] != wave.instrument_code or not 1 <= identity[1] < wave.instrument_version:
        return None
    if identity not in places.versions:
        with db.engine.connect() as connection:
            if found := _find_version(connection, *identity):
                places.versions[identity] = found
    return places.versions.get(identity)


def _find_version(connection: Connection, code: str, version: int) -> tuple[int, str] | None:
    row = connection.execute(_VERSION, {"code": code, "version": version}).one_or_none()
    return None if row is None else (row.id, row.sha256)


_VERSION = select(InstrumentVersion.id, InstrumentVersion.sha256).where(
    InstrumentVersion.code == bindparam("code"), InstrumentVersion.version == bindparam("version")
)


def _check_frame(submission: Submission, instrument: Instrument, mode: str) -> None:
    """What stands around the answers comes from a device as well, and is not to be believed either."""
    if submission.language not in instrument.languages:
        raise MalformedSubmission("language", submission.language)
    if mode not in MODES:
        raise MalformedSubmission("mode", mode)
    if submission.device_token is not None and not 1 <= len(submission.device_token) <= 64:
        raise MalformedSubmission("device token", submission.device_token)
    for part, typed in (("slip", submission.slip), ("interviewer's code", submission.interviewer)):
        if typed and (len(typed) > LONGEST_CODE or not typed.isprintable()):
            raise MalformedSubmission(part, typed)
    for part, moment in (
        ("start time", submission.started_at),
        ("send time", submission.submitted_at),
        ("arrival time", submission.received_at),
    ):
        if moment is not None and moment.tzinfo is None:
            raise MalformedSubmission(part, moment)


def _spelled_id(submission: Submission) -> str:
    """The id in its one spelling, so that a repeat in capitals is still the same response."""
    try:
        return str(UUID(submission.response_id))
    except ValueError:
        raise MalformedSubmission("response id", submission.response_id) from None


def _clock(moment: datetime | None) -> datetime | None:
    """A device's clock may say anything; a time that no database can hold is no reason to lose the answers."""
    return moment if moment is not None and 1970 <= moment.year < 9999 else None

"""Responding: a filled form is checked and stored exactly once, however often it is sent.

The promise rests on three things: the respondent's side makes the `response_id` before the first send, the
database holds it unique, and a response is one row written by one statement. That statement also decides
whether the response counts, so no answer can slip in behind a snapshot that is being frozen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, Insert, Row, bindparam, case, func, literal, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from app import clock
from app.config import office_day
from app.extensions import db, transaction
from app.models import MODES, Collector, InstrumentVersion, Response, Wave
from app.queries.waves import get_instrument
from app.services.errors import ServiceError
from surveys import answers as answering
from surveys.instrument import Instrument
from surveys.validation import AnswerProblem, check

# Signs that are not taken for one another when read aloud or copied by hand.
RECEIPT_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
RECEIPT_LENGTH = 8

# Held shared by every insert into a wave and alone by its freezing (PostgreSQL; SQLite has one writer).
FREEZING_LOCK = 0x48_4C  # "HL": the namespace of our advisory locks


@dataclass(frozen=True, slots=True)
class Submission:
    """One filled form as it arrived.

    `response_id` is a UUID as text. `answers` are canonical already: item code to option code or text,
    multi to a tuple of option codes; they are checked again here. `mode` None means the collector's own;
    `received_at` None means now, and is given only by an import or a simulation.
    """

    response_id: str
    collector_code: str
    instrument_code: str
    instrument_version: int
    language: str
    answers: Mapping[str, str | Sequence[str]]
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    device_token: str | None = None
    mode: str | None = None
    received_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submission: `stored`, `already` here, or in `conflict` with other answers of its id.

    `counted` tells of the stored response; False means it came late and stays out of the snapshot. The
    receipt is always that of the response id.
    """

    status: Literal["stored", "already", "conflict"]
    receipt: str
    counted: bool


class UnknownCollector(ServiceError):
    """No collector has this code."""

    def __init__(self, code: str):
        super().__init__(f"No collector has the code {code}; check the link.")
        self.code = code


class WrongInstrument(ServiceError):
    """The form was not one that this wave asks or has asked."""

    def __init__(self, submission: Submission):
        asked = f"{submission.instrument_code}@{submission.instrument_version}"
        super().__init__(
            f"The wave of collector {submission.collector_code} does not ask {asked}; open its link for the right form."
        )
        self.submission = submission


class MalformedSubmission(ServiceError):
    """Something beside the answers cannot be right; `part` names the field of the submission."""

    def __init__(self, part: str, value: object):
        super().__init__(f"The {part} of the submission cannot be {value!r:.80}; open the form again.")
        self.part = part
        self.value = value


class AnswersRefused(ServiceError):
    """The answers do not fit the instrument. `problems` has one entry per item, `unknown` what is no item."""

    def __init__(self, response_id: str, problems: tuple[AnswerProblem, ...], unknown: tuple[str, ...] = ()):
        faults = [f"{one.item} ({one.code})" for one in problems] + [f"{name} (no item)" for name in unknown]
        shown = ", ".join(faults[:5]) + (f" and {len(faults) - 5} more" if len(faults) > 5 else "")
        super().__init__(f"The answers of response {response_id} cannot be stored: {shown}; correct them.")
        self.response_id = response_id
        self.problems = problems
        self.unknown = unknown


class SubmissionsRefused(ServiceError):
    """Some of many submissions cannot be stored, so none was; `refused` maps their position to the reason."""

    def __init__(self, refused: Mapping[int, ServiceError]):
        super().__init__("\n".join(f"Submission {place + 1}: {reason}" for place, reason in refused.items()))
        self.refused = refused


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


def submit(submission: Submission) -> Outcome:
    """Store one response, or say what the same id has stored already.

    The collector authorises it, revoked or not: only opening a link can be refused, never the answers that
    were given behind it. They count while the wave is open or within `late_until`, and its snapshot is not
    frozen; else they are kept as `late`. An id that comes again with other answers, or through another
    collector, is a conflict and changes nothing.

    Raises UnknownCollector, WrongInstrument, MalformedSubmission, AnswersRefused; then nothing is stored.
    """
    # Checked before the transaction begins: on SQLite it would keep every other writer waiting.
    prepared = _prepare(db.session.connection(), submission, _Places())
    with transaction() as session:
        return _store(session.connection(), prepared)


def submit_many(submissions: Iterable[Submission]) -> list[Outcome]:
    """Store many responses in one transaction by the same rules; outcomes in the order given.

    Raises SubmissionsRefused with every submission that cannot be stored; then none is.
    """
    prepared: list[_Prepared] = []
    refused: dict[int, ServiceError] = {}
    places = _Places()
    for number, submission in enumerate(submissions):
        try:
            prepared.append(_prepare(db.session.connection(), submission, places))
        except ServiceError as reason:
            refused[number] = reason
    if refused:
        raise SubmissionsRefused(refused)
    with transaction() as session:
        return [_store(session.connection(), one) for one in prepared]


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A checked submission as the parameters of the one insert."""

    wave_id: int
    parameters: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Places:
    """What is looked up once, however many submissions of one call need it."""

    collectors: dict[str, Row[Any]] = field(default_factory=dict)
    versions: dict[tuple[str, int], Row[Any] | None] = field(default_factory=dict)


def _prepare(connection: Connection, submission: Submission, places: _Places) -> _Prepared:
    collector = _collector(connection, submission.collector_code, places)
    version = _version(connection, submission, collector, places)
    instrument = get_instrument(version.id, version.sha256)
    mode = submission.mode or collector.mode
    _check_frame(submission, instrument, mode)
    given = {
        code: [answer] if isinstance(answer, str) else list(answer)
        for code, answer in submission.answers.items()
    }
    checked = check(instrument, given)
    if checked.problems or checked.unknown:
        raise AnswersRefused(submission.response_id, tuple(checked.problems), tuple(checked.unknown))
    response_id = _spelled_id(submission)
    now = submission.received_at or clock.now()
    return _Prepared(
        collector.wave_id,
        {
            "response_id": response_id,
            "wave_id": collector.wave_id,
            "collector_id": collector.id,
            "instrument_version_id": version.id,
            "language": submission.language,
            "mode": mode,
            "answers": checked.answers,
            "answers_sha256": answering.sha256(instrument, checked.answers),
            "receipt": receipt(response_id),
            "started_at": _clock(submission.started_at),
            "submitted_at": _clock(submission.submitted_at),
            "received_on": office_day(now),
            "device_token": submission.device_token,
            "now": now,
        },
    )


def _collector(connection: Connection, code: str, places: _Places) -> Row[Any]:
    if code not in places.collectors:
        found = connection.execute(_COLLECTOR, {"code": code}).one_or_none()
        if found is None:
            raise UnknownCollector(code)
        places.collectors[code] = found
    return places.collectors[code]


def _version(
    connection: Connection, submission: Submission, collector: Row[Any], places: _Places
) -> Row[Any]:
    """The instrument version that was filled: the wave's own or an older one of the same instrument."""
    identity = (submission.instrument_code, submission.instrument_version)
    if identity not in places.versions:
        places.versions[identity] = connection.execute(
            _VERSION, {"code": identity[0], "version": identity[1]}
        ).one_or_none()
    found = places.versions[identity]
    if (
        found is None
        or identity[0] != collector.instrument_code
        or identity[1] > collector.instrument_version
    ):
        raise WrongInstrument(submission)
    return found


def _check_frame(submission: Submission, instrument: Instrument, mode: str) -> None:
    """What stands around the answers comes from a device as well, and is not to be believed either."""
    if submission.language not in instrument.languages:
        raise MalformedSubmission("language", submission.language)
    if mode not in MODES:
        raise MalformedSubmission("mode", mode)
    if submission.device_token is not None and not 1 <= len(submission.device_token) <= 64:
        raise MalformedSubmission("device token", submission.device_token)
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


def _store(connection: Connection, prepared: _Prepared) -> Outcome:
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock_shared(FREEZING_LOCK, prepared.wave_id)))
    given = prepared.parameters
    state = connection.execute(_INSERTS[connection.dialect.name], given).scalar_one_or_none()
    if state is not None:
        return Outcome("stored", given["receipt"], state == "counted")
    kept = connection.execute(_KEPT, {"response_id": given["response_id"]}).one()
    same = kept.answers_sha256 == given["answers_sha256"] and kept.collector_id == given["collector_id"]
    return Outcome("already" if same else "conflict", kept.receipt, kept.state == "counted")


_COLLECTOR = (
    select(
        Collector.id,
        Collector.mode,
        Collector.wave_id,
        InstrumentVersion.code.label("instrument_code"),
        InstrumentVersion.version.label("instrument_version"),
    )
    .join(Wave, Wave.id == Collector.wave_id)
    .join(InstrumentVersion, InstrumentVersion.id == Wave.instrument_version_id)
    .where(Collector.code == bindparam("code"))
)

_VERSION = select(InstrumentVersion.id, InstrumentVersion.sha256).where(
    InstrumentVersion.code == bindparam("code"), InstrumentVersion.version == bindparam("version")
)

_KEPT = select(Response.answers_sha256, Response.collector_id, Response.receipt, Response.state).where(
    Response.response_id == bindparam("response_id")
)


def _insert(dialect: Any) -> Insert:
    """The insert that decides by itself whether the response counts, and is silent if the id is known."""
    columns = Response.__table__.c
    counts = (
        Wave.frozen_at.is_(None)
        & (Wave.state != "planned")
        & or_(Wave.late_until.is_(None), Wave.late_until >= bindparam("now", type_=Wave.late_until.type))
    )
    given = [column for column in columns if column.name not in {"id", "state"}]
    row = select(
        *(bindparam(column.name, type_=column.type) for column in given),
        case((counts, literal("counted")), else_=literal("late")),
    ).where(Wave.id == bindparam("wave_id"))
    return (
        dialect.insert(Response)
        .from_select([*(column.name for column in given), "state"], row)
        .on_conflict_do_nothing(index_elements=["response_id"])
        .returning(columns.state)
    )


_INSERTS: dict[str, Insert] = {"sqlite": _insert(sqlite), "postgresql": _insert(postgresql)}

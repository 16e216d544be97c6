"""One checked submission into the database: facts for its flags, its slip, the one insert, its interview.

All of it is one transaction on the connection given. Plain statements, compiled once: this runs at every answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    Insert,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from app.models import Collector, Device, Interview, Interviewer, Response, Slip, Wave
from app.services.plain_statements import PlainStatement
from app.services.submissions import Outcome
from surveys.quality import (
    BURST_ANSWERS,
    BURST_WITHIN,
    RUN_ANSWERS,
    RUN_WITHIN,
    Earlier,
    flags_of_earlier,
    in_order,
)

# Held shared by every insert into a wave and alone by its freezing (PostgreSQL; SQLite has one writer).
FREEZING_LOCK = 0x48_4C  # "HL": the namespace of our advisory locks

# Slips are for the desk and its tablet: what the office types from paper has been counted there.
SLIP_MODES = frozenset(("kiosk", "qr"))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A checked submission as the parameters of its insert, with the flags that it shows by itself.

    `demands_slip`: whether its link asked for a slip when it was prepared; `slip_hash` and `interviewer` are None
    where the submission has none.
    """

    wave_id: int
    parameters: dict[str, Any]
    flags: frozenset[str]
    demands_slip: bool = False
    slip_hash: str | None = None
    interviewer: str | None = None


def store(connection: Connection, prepared: Prepared) -> Outcome:
    """Store it, or say what the same id has stored already."""
    dialect = connection.dialect.name
    if dialect == "postgresql":
        _SHARED_LOCK.first(connection, {"space": FREEZING_LOCK, "wave": prepared.wave_id})
    given = prepared.parameters
    flags = set(prepared.flags) | _flags_of_facts(connection, given)
    slip = _slip(connection, prepared)
    if prepared.demands_slip and slip == "none":
        flags.add("no_slip")
    interviewer = None
    if prepared.interviewer is not None:
        interviewer = _INTERVIEWER.first(connection, {"code": prepared.interviewer})
        if interviewer is None:
            flags.add("unknown_interviewer")
    needs_none = slip == "free" or given["mode"] not in SLIP_MODES
    row = given | {"flags": list(in_order(flags)), "needs_no_slip": needs_none}
    inserted = _INSERTS[dialect].first(connection, row)
    if inserted is None:
        return _kept(connection, given)
    (state,) = inserted
    if slip == "free":
        _USE.first(
            connection,
            {"hash": prepared.slip_hash, "response": given["response_id"], "day": given["received_on"]},
        )
    if interviewer is not None:
        _INTERVIEWED.first(connection, {"response": given["response_id"], "interviewer": interviewer[0]})
    return Outcome("repeat" if state == "repeat" else "stored", given["receipt"], state == "counted")


def _flags_of_facts(connection: Connection, given: dict[str, Any]) -> set[str]:
    """What the answers before it and the list of devices say; an answer without a time has none before it."""
    sent: datetime | None = given["submitted_at"]
    token: str | None = given["device_token"]
    if sent is None and token is None:
        return set()
    facts = (_FACTS if token else _BURST).first(
        connection,
        {
            "collector": given["collector_id"],
            "token": token,
            "sha256": given["answers_sha256"],
            "sent": sent,
            "burst_from": sent and sent - BURST_WITHIN,
            "run_from": sent and sent - RUN_WITHIN,
        },
    )
    assert facts is not None
    behind_link, same_on_device, device_collector = facts
    flags = set(flags_of_earlier(given["mode"], Earlier(behind_link, same_on_device)))
    if token and device_collector != given["collector_id"]:
        flags.add("unknown_device")
    return flags


def _slip(connection: Connection, prepared: Prepared) -> Literal["free", "used", "none"]:
    """How the slip stands that came with it, held for this transaction; `none` also for a code that is no slip."""
    if prepared.slip_hash is None:
        return "none"
    found = _SLIP.first(
        connection, {"hash": prepared.slip_hash, "collector": prepared.parameters["collector_id"]}
    )
    if found is None:
        return "none"
    return "used" if found[0] else "free"


def _kept(connection: Connection, given: dict[str, Any]) -> Outcome:
    kept = _KEPT.first(connection, {"response_id": given["response_id"]})
    assert kept is not None
    sha256, collector, receipt, state = kept
    same = sha256 == given["answers_sha256"] and collector == given["collector_id"]
    status = "conflict" if not same else "repeat" if state == "repeat" else "already"
    return Outcome(status, receipt, state == "counted")


_SHARED_LOCK = PlainStatement(
    select(func.pg_advisory_xact_lock_shared(bindparam("space"), bindparam("wave")))
)

_KEPT = PlainStatement(
    select(Response.answers_sha256, Response.collector_id, Response.receipt, Response.state).where(
        Response.response_id == bindparam("response_id")
    )
)

_MOMENT = Response.submitted_at.type
_SENT = bindparam("sent", type_=_MOMENT)


def _since(name: str) -> Any:
    return and_(Response.submitted_at > bindparam(name, type_=_MOMENT), Response.submitted_at <= _SENT)


# Each looks at no more rows than its rule needs, along an index.
_BEHIND_LINK = (
    select(func.count())
    .select_from(
        select(literal(1))
        .where(Response.collector_id == bindparam("collector"), _since("burst_from"))
        .limit(literal(BURST_ANSWERS - 1))
        .subquery()
    )
    .scalar_subquery()
)
_LAST_ON_DEVICE = (
    select(Response.answers_sha256)
    .where(Response.device_token == bindparam("token"), _since("run_from"))
    .order_by(Response.submitted_at.desc())
    .limit(literal(RUN_ANSWERS - 1))
    .subquery()
)
_SAME_ON_DEVICE = (
    select(func.count())
    .where(_LAST_ON_DEVICE.c.answers_sha256 == bindparam("sha256"))
    .select_from(_LAST_ON_DEVICE)
    .scalar_subquery()
)
# Of a revoked device, or one paired with another link, the same is true: it does not stand here.
_DEVICE_COLLECTOR = (
    select(Device.collector_id)
    .where(Device.token_hash == bindparam("token"), Device.revoked_at.is_(None))
    .scalar_subquery()
)
_FACTS = PlainStatement(
    select(
        _BEHIND_LINK.label("behind_link"),
        _SAME_ON_DEVICE.label("same_on_device"),
        _DEVICE_COLLECTOR.label("device_collector"),
    )
)
_BURST = PlainStatement(
    select(
        _BEHIND_LINK.label("behind_link"),
        literal(0).label("same_on_device"),
        null().label("device_collector"),
    )
)

# Two answers with one slip at the same moment: the second waits here until the first is stored (PostgreSQL).
_SLIP = PlainStatement(
    select(Slip.response_id)
    .where(Slip.code_hash == bindparam("hash"), Slip.collector_id == bindparam("collector"))
    .with_for_update()
)
_USE = PlainStatement(
    update(Slip)
    .where(Slip.code_hash == bindparam("hash"), Slip.response_id.is_(None))
    .values(response_id=bindparam("response"), used_on=bindparam("day"))
)
_INTERVIEWER = PlainStatement(
    select(Interviewer.id).where(Interviewer.code == bindparam("code"), Interviewer.active.is_(True))
)
_INTERVIEWED = PlainStatement(
    insert(Interview).values(response_id=bindparam("response"), interviewer_id=bindparam("interviewer"))
)


def _insert(dialect: Any) -> Insert:
    """The insert that decides by itself whether the response counts, and is silent if the id is known."""
    columns = Response.__table__.c
    counts = (
        Wave.frozen_at.is_(None)
        & (Wave.state != "planned")
        & or_(Wave.late_until.is_(None), Wave.late_until >= bindparam("now", type_=Wave.late_until.type))
    )
    needs_none = bindparam("needs_no_slip", type_=Collector.slips.type)
    given = [column for column in columns if column.name not in {"id", "state"}]
    row = (
        select(
            *(bindparam(column.name, type_=column.type) for column in given),
            case(
                (Collector.slips & ~needs_none, literal("repeat")),
                (counts, literal("counted")),
                else_=literal("late"),
            ),
        )
        .select_from(Collector)
        .join(Wave, Wave.id == Collector.wave_id)
        .where(Collector.id == bindparam("collector_id"))
    )
    return (
        dialect.insert(Response)
        .from_select([*(column.name for column in given), "state"], row)
        .on_conflict_do_nothing(index_elements=["response_id"])
        .returning(columns.state)
    )


_INSERTS = {
    "sqlite": PlainStatement(_insert(sqlite)),
    "postgresql": PlainStatement(_insert(postgresql)),
}

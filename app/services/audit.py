"""The audit log: one line per thing that somebody saw, changed or took away, each chained to the one before.

A line is written in the transaction of what it tells of: both are stored, or neither. Who acts is known from
`flask.g.actor`, which the sign-in check and the command line set. Nothing is ever written for an answer of a citizen
or of staff (CONTRACTS 9).
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Protocol

from flask import current_app, g
from sqlalchemy import event, func, insert, select
from sqlalchemy.orm import Session, SessionTransaction

from app.models import AuditEntry

FIRST = "0" * 64  # stands for the hash before the first line
SYSTEM = "system"  # nobody asked: the clock, or a job that goes on by itself
ACTOR = "AUDIT_ACTOR"  # in the configuration: who acts where nobody has signed in, as at the command line

# The lock that lets one line in after the other on PostgreSQL; any number that nothing else here uses.
CHAIN_LOCK = 1_145_325

_WAITING = "audit_lines"
_LONGEST = {"actor": 255, "action": 64, "subject": 255}


class Line(Protocol):
    """One line of the log, wherever it stands: in the database, or in a file that was exported."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    facts: str
    previous_hash: str
    hash: str


def record(session: Session, action: str, subject: str, **facts: Any) -> None:
    """Add a line to the chain within the caller's transaction.

    `action` is a word with its subject before it (`release.approved`, `results.page`), `subject` what it was done
    to (`citizens/2026/2`, `user lan@office.vn`), `facts` further plain values. On SQLite the transaction must be one of
    `app.extensions.transaction`, which holds the writing lock.

    The line joins the chain as the transaction ends: whoever holds the chain makes every other writer wait, and a
    transaction that took it before its own rows could wait for another that did it the other way round.
    """
    line = {
        "actor": g.get("actor") or current_app.config.get(ACTOR, SYSTEM),
        "action": action,
        "subject": subject,
        "facts": json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str),
    }
    line |= {name: _printable(line[name])[:length] for name, length in _LONGEST.items()}
    if session.in_nested_transaction():
        # What is undone with its savepoint takes its line along.
        _chain(session, [line])
    else:
        session.info.setdefault(_WAITING, []).append(line)


def hash_of(entry: Line) -> str:
    """SHA-256 over the line and the hash before it, in lower-case hex."""
    line = [
        entry.number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor,
        entry.action,
        entry.subject,
        entry.facts,
        entry.previous_hash,
    ]
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _chain(session: Session, lines: list[dict[str, Any]]) -> None:
    """Put the lines behind the last one of the log."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    number, previous = (last[0], last[1]) if last else (0, FIRST)
    for line in lines:
        number += 1
        entry = AuditEntry(number=number, at=datetime.now(UTC), previous_hash=previous, **line)
        previous = entry.hash = hash_of(entry)
        session.execute(
            insert(AuditEntry).values(
                {column.key: getattr(entry, column.key) for column in AuditEntry.__table__.columns}
            )
        )


def _printable(text: str) -> str:
    """PostgreSQL keeps no NUL, and a line break would let one line look like two."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


@event.listens_for(Session, "before_commit")
def _end(session: Session) -> None:
    if session.in_nested_transaction():
        return
    lines = session.info.pop(_WAITING, None)
    if lines:
        session.flush()
        _chain(session, lines)


@event.listens_for(Session, "after_soft_rollback")
def _undo(session: Session, undone: SessionTransaction) -> None:
    if undone.parent is None:
        session.info.pop(_WAITING, None)

"""The audit log: one line per thing that somebody saw, changed or took away, each chained to the one before.

A line is written in the transaction of what it tells of: both are stored, or neither. Who acts is known from
`flask.g.actor`, which the sign-in check and the command line set. Nothing is ever written for an answer of a citizen
or of staff (CONTRACTS 9).
"""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

from flask import g
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.models import AuditEntry

FIRST = "0" * 64  # stands for the hash before the first line
SYSTEM = "system"  # nobody asked: the clock, or a job that goes on by itself

# The lock that lets one line in after the other on PostgreSQL; any number that nothing else here uses.
CHAIN_LOCK = 1_145_325


def record(session: Session, action: str, subject: str, **facts: Any) -> None:
    """Add a line to the chain within the caller's transaction.

    `action` is a word with its subject before it (`release.approved`, `results.page`), `subject` what it was done
    to (`citizens/2026/2`, `user lan@office.vn`), `facts` further plain values. On SQLite the transaction must be one of
    `app.extensions.transaction`, which holds the writing lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(CHAIN_LOCK)))
    session.flush()
    last = session.execute(
        select(AuditEntry.number, AuditEntry.hash).order_by(AuditEntry.number.desc()).limit(1)
    ).first()
    number, previous = (last[0] + 1, last[1]) if last else (1, FIRST)
    entry = AuditEntry(
        number=number,
        at=datetime.now(UTC),
        actor=str(g.get("actor", SYSTEM))[:255],
        action=action,
        subject=subject[:255],
        facts=json.dumps(facts, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str),
        previous_hash=previous,
    )
    entry.hash = hash_of(entry)
    session.add(entry)
    session.flush()


def hash_of(entry: AuditEntry) -> str:
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

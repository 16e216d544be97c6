"""Answers put aside: encrypted under a short code that only the respondent holds, and gone after a week.

The code follows from the response id and the server's secret, so that saving again replaces what was saved and
sending deletes it, without anything in the database that leads from one to the other. Three derivations part
ways: the code (from the id), where the draft lies (from the code), and its key (from the code, slowly). So a
copy of the database opens nothing, and not even with the secret without trying the codes one by one.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app
from sqlalchemy import delete, exists, or_, select
from sqlalchemy.exc import IntegrityError

from app import clock
from app.extensions import db, transaction
from app.models import Collector, Draft, Wave
from app.services.errors import ServiceError
from app.services.fieldwork import LINK_ALPHABET

KEPT_FOR = timedelta(days=7)

CODE_LENGTH = 12
GROUP = 4

# 16 MiB and some 50 ms for each guess at a key.
SCRYPT = {"n": 2**14, "r": 8, "p": 1, "maxmem": 2**26, "dklen": 32}
NONCE_BYTES = 12


class DraftsClosed(ServiceError):
    """The wave takes no drafts any more: they would never be opened again."""

    def __init__(self) -> None:
        super().__init__("The wave has closed, so nothing can be put aside; send the answers now.")


@dataclass(frozen=True, slots=True)
class Saved:
    """What a respondent is told: the code, in groups as it is written down, and until when it is good."""

    code: str
    until: datetime


def code_of(response_id: str) -> str:
    """The resume code of a response, without groups."""
    number = int.from_bytes(_derive(b"code", response_id))
    signs = []
    for _ in range(CODE_LENGTH):
        number, place = divmod(number, len(LINK_ALPHABET))
        signs.append(LINK_ALPHABET[place])
    return "".join(signs)


def grouped(code: str) -> str:
    """The code as it is shown: `ABCD-EFGH-JKMN`."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP)).upper()


def normalise(typed: str) -> str:
    """A code as it was meant: without blanks and dashes, in small letters."""
    return "".join(sign for sign in typed.lower() if sign.isalnum())


def save(collector_id: int, response_id: str, content: Mapping[str, Any]) -> Saved:
    """Put the answers of this response aside; what was put aside before under its code is replaced.

    `content` is whatever JSON can hold. Raises DraftsClosed.
    """
    code = code_of(response_id)
    lookup = _lookup(code)
    plain = json.dumps(dict(content), ensure_ascii=False, separators=(",", ":")).encode()
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(_key(code)).encrypt(nonce, plain, _bound(collector_id, lookup))
    row = {"lookup": lookup, "collector_id": collector_id, "sealed": sealed}
    try:
        until = _replace(row)
    except IntegrityError:
        # The same form was saved by two presses at once: the other came first, and this one replaces it.
        until = _replace(row)
    return Saved(grouped(code), until)


def find(collector_id: int, typed: str) -> dict[str, Any] | None:
    """What was put aside at this link under this code; None where there is nothing, or it is too old.

    What is too old is deleted when it is asked for.
    """
    code = normalise(typed)
    if len(code) != CODE_LENGTH:
        return None
    lookup = _lookup(code)
    draft = db.session.scalar(select(Draft).where(Draft.lookup == lookup, Draft.collector_id == collector_id))
    if draft is None:
        return None
    if draft.expires_at <= clock.now():
        _delete(lookup)
        return None
    nonce, sealed = draft.sealed[:NONCE_BYTES], draft.sealed[NONCE_BYTES:]
    try:
        plain = AESGCM(_key(code)).decrypt(nonce, sealed, _bound(collector_id, lookup))
    except InvalidTag:
        return None
    return json.loads(plain)


def forget(response_id: str) -> None:
    """The response has arrived: what was put aside of it is deleted. Costs one look where there is nothing."""
    lookup = _lookup(code_of(response_id))
    with db.engine.connect() as connection:
        there = connection.scalar(select(exists().where(Draft.lookup == lookup)))
    if there:
        _delete(lookup)


def tidy(now: datetime | None = None) -> int:
    """Delete every draft that is too old, or whose wave has closed; how many there were."""
    closed = select(Collector.id).join(Collector.wave).where(Wave.state == "closed")
    ended = or_(Draft.expires_at <= (now or clock.now()), Draft.collector_id.in_(closed))
    with transaction() as session:
        return session.execute(
            delete(Draft).where(ended).execution_options(synchronize_session=False)
        ).rowcount


def _replace(row: dict[str, Any]) -> datetime:
    with transaction() as session:
        until = _until(row["collector_id"])
        session.execute(delete(Draft).where(Draft.lookup == row["lookup"]))
        session.add(Draft(**row, expires_at=until))
    return until


def _delete(lookup: str) -> None:
    with transaction() as session:
        session.execute(delete(Draft).where(Draft.lookup == lookup))


def _until(collector_id: int) -> datetime:
    now = clock.now()
    state, closes_at = db.session.execute(
        select(Wave.state, Wave.closes_at)
        .join(Collector, Collector.wave_id == Wave.id)
        .where(Collector.id == collector_id)
    ).one()
    if state != "open" or (closes_at is not None and closes_at <= now):
        raise DraftsClosed
    return min(now + KEPT_FOR, closes_at) if closes_at else now + KEPT_FOR


def _derive(purpose: bytes, text: str) -> bytes:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(secret, b"hailong draft " + purpose + b" " + text.encode(), hashlib.sha256).digest()


def _lookup(code: str) -> str:
    return _derive(b"lookup", code).hex()


def _key(code: str) -> bytes:
    return hashlib.scrypt(code.encode(), salt=_derive(b"salt", code), **SCRYPT)


def _bound(collector_id: int, lookup: str) -> bytes:
    """A draft that is moved to another link or another place in the table does not open."""
    return f"{collector_id} {lookup}".encode()

"""Sessions: the browsers in which somebody is signed in, each ended by time, by its owner, or by an administrator.

The browser's signed cookie holds a random token, the database its hash. A session ends after an hour without a
request and after twelve hours in any case: NIST SP 800-63B asks for at most an hour and a day at its second level, and
a working day ends before. Limits are by the real clock, never by one that a simulation sets.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from flask import current_app, g
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.extensions import transaction
from app.models import User, UserSession
from app.queries.errors import NotFound
from app.queries.users import find_session, list_sessions
from app.services import audit

# How often a request writes that the session is alive; a row per request would make readers writers.
SEEN_EVERY = timedelta(minutes=1)


def now() -> datetime:
    """This moment, whatever a simulation says."""
    return datetime.now(UTC)


def begin(user: User, browser: str, *, by: str) -> str:
    """A new session of an account, ending the oldest beyond so many; the token for the cookie.

    `browser` is what it calls itself; `by` says how the person showed who they are (`password`, `provider`).
    """
    token = secrets.token_urlsafe(32)
    moment = now()
    g.actor = user.email
    with transaction() as session:
        open_now = _open(user.id)
        for old in open_now[: max(0, len(open_now) + 1 - current_app.config["SESSIONS_AT_ONCE"])]:
            old.ended_at = moment
        session.add(
            UserSession(
                user_id=user.id,
                token_hash=_hash(token),
                begun_at=moment,
                seen_at=moment,
                browser="".join(sign for sign in browser if sign.isprintable())[:255],
            )
        )
        audit.record(session, "account.signed_in", f"user {user.email}", by=by)
    return token


def resume(token: str) -> UserSession | None:
    """The session that this token belongs to, noted as alive; None where it has ended or its account is closed."""
    found = find_session(_hash(token)) if token else None
    if found is None or not found.user.active or not is_open(found):
        return None
    if now() - found.seen_at >= SEEN_EVERY:
        number = found.id
        with transaction() as session:
            session.execute(
                update(UserSession)
                .where(UserSession.id == number, UserSession.seen_at < now() - SEEN_EVERY)
                .values(seen_at=now())
            )
    return found


def is_open(found: UserSession) -> bool:
    """Whether a session has neither been ended nor run out."""
    moment = now()
    return (
        found.ended_at is None
        and moment - found.seen_at < current_app.config["SESSION_IDLE"]
        and moment - found.begun_at < current_app.config["SESSION_LONGEST"]
    )


def list_open(user_id: int) -> list[UserSession]:
    """The sessions of an account that go on, the one used last first."""
    return sorted(_open(user_id), key=lambda one: one.seen_at, reverse=True)


def end(user_id: int, number: int) -> None:
    """End one session of this account. Raises NotFound."""
    with transaction() as session:
        found = session.get(UserSession, number)
        if found is None or found.user_id != user_id:
            raise NotFound("session", number)
        if found.ended_at is None:
            found.ended_at = now()
            audit.record(session, "account.signed_out", f"user {found.user.email}", number=number)


def end_every(user_id: int, *, but: int | None = None) -> None:
    """End all sessions of an account, or all but one (its row number)."""
    with transaction() as session:
        end_all(session, user_id, but=but)


def end_all(session: Session, user_id: int, *, but: int | None = None) -> None:
    """The same within the caller's transaction."""
    query = (
        update(UserSession)
        .where(UserSession.user_id == user_id, UserSession.ended_at.is_(None), UserSession.id != (but or 0))
        .values(ended_at=now())
    )
    if session.execute(query).rowcount:
        email = session.scalar(select(User.email).where(User.id == user_id))
        audit.record(session, "account.sessions_ended", f"user {email}")


def _open(user_id: int) -> list[UserSession]:
    """The oldest first."""
    return [one for one in list_sessions(user_id) if is_open(one)]


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

"""From the password or the provider to a session: by the second factor where the account has one."""

from __future__ import annotations

import time
from hashlib import sha256

from flask import redirect, request, session, url_for
from flask_login import login_user
from werkzeug.wrappers import Response as Redirection

from app.access import SignedIn
from app.auth.returning import own_path
from app.models import User
from app.office_pages import forget_session
from app.queries.users import find_user_by_id
from app.services import second_factor, sessions

# Under this name the signed cookie remembers who has shown the first factor, and may go on to the second.
WAITING = "waiting"
WAIT = 10 * 60  # seconds


def pass_first(user: User, *, by: str, wanted: str | None = None) -> Redirection:
    """The first factor was right: a session begins, or the second factor is asked for.

    `wanted` is the page to go on to; without it the one that this address names.
    """
    wanted = wanted or own_path(request.args.get("next"))
    if not second_factor.is_on(user):
        return enter(user, by=by, wanted=wanted)
    # Nothing of the stranger's session goes over into that of the account.
    forget_session()
    session[WAITING] = [user.id, _stamp(user), int(time.time()), by]
    return redirect(url_for("auth.code", next=wanted), 303)


def who_waits() -> tuple[User, str] | None:
    """Who has shown the first factor and how; None where nobody has, too long ago, or the account has changed since."""
    kept = session.get(WAITING)
    if not isinstance(kept, list) or len(kept) != 4:
        return None
    number, stamp, at, by = kept
    user = find_user_by_id(number)
    if user is None or not user.active or stamp != _stamp(user) or not 0 <= time.time() - at < WAIT:
        return None
    return user, by


def enter(user: User, *, by: str, wanted: str | None = None) -> Redirection:
    """Begin a session; `by` is how the person showed who they are."""
    forget_session()
    token = sessions.begin(user, request.user_agent.string, by=by)
    login_user(SignedIn.of(user, token))
    return go_on(wanted)


def go_on(wanted: str | None = None) -> Redirection:
    """To the page that was asked for, else to where this person begins."""
    return redirect(wanted or own_path(request.args.get("next")) or url_for("results.waves"), 303)


def _stamp(user: User) -> str:
    """Another one where the password or the second factor is another."""
    return sha256(f"{user.password_hash}".encode() + (user.totp_secret or b"")).hexdigest()[:16]

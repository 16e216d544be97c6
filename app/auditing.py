"""Who looked at what: every answer that a person or a program with a token gets leaves a line in the audit log.

The line is stored before the answer leaves the house; where it cannot be stored, the answer is not given. It names
the page and what it was about, how the answer ended, and which words the query had. It holds no address of a
machine: who it was is known from the account, and where people sit is nobody's business here.

Respondents' pages are open to all and leave nothing: no line stands for an answer of a citizen or of staff.
"""

from __future__ import annotations

import time
from threading import Lock
from typing import Any

from flask import Flask, Response, current_app, g, request
from flask_login import current_user
from sqlalchemy.orm import Session

from app.extensions import db
from app.route_rights import RIGHT_OF
from app.services import audit

# Words of a query whose values say what was looked at and nothing of who looked.
HARMLESS = {
    *(
        "agency",
        "branch",
        "cursor",
        "domain",
        "factor",
        "format",
        "index",
        "item",
        "kind",
        "lang",
        "language",
    ),
    *("limit", "measure", "node", "number", "on", "page", "state", "under", "version", "wave"),
}
# What stands for a key in an address is not copied.
SECRET = {"token", "secret"}

# These pages ask for themselves again, as long as somebody leaves them open: one line in so many seconds.
RENEWING = {"manage.monitoring": 15 * 60.0}
# How far a job is, asked every second by its own page; the page and its files have lines of their own.
PROGRESS = {"api.get_own_job", "jobs.state"}

_KEPT = "audit_renewing"
_MOST_KEPT = 10_000


class Renewing:
    """When a page that renews itself was last recorded, by person and page; of this process alone."""

    def __init__(self) -> None:
        self._last: dict[tuple[str, str, str], float] = {}
        self._lock = Lock()

    def is_due(self, key: tuple[str, str, str], period: float) -> bool:
        """Whether a line is due again; it then counts as written."""
        now = time.monotonic()
        with self._lock:
            last = self._last.get(key)
            if last is not None and now - last < period:
                return False
            if len(self._last) >= _MOST_KEPT:
                self._last.clear()
            self._last[key] = now
            return True


def init_app(app: Flask) -> None:
    """Record what the addresses of app/route_rights.py answer."""
    app.extensions[_KEPT] = Renewing()
    app.after_request(_record)


def _record(response: Response) -> Response:
    endpoint = request.endpoint or ""
    if endpoint not in RIGHT_OF or endpoint in PROGRESS:
        return response
    actor = _actor()
    if actor is None:
        return response
    subject = "/".join(
        "***" if name in SECRET else str(value) for name, value in (request.view_args or {}).items()
    )
    ok = response.status_code < 300
    if ok and endpoint in RENEWING:
        kept: Renewing = current_app.extensions[_KEPT]
        if not kept.is_due((actor, endpoint, subject), RENEWING[endpoint]):
            return response
    if not response.is_streamed:
        # Its own reading is over; with it the connection goes back before another is taken.
        db.session.rollback()
    with Session(db.engine) as session:
        session.connection(execution_options={"writes": True})
        g.actor = actor
        audit.record(session, endpoint, subject, **_facts(response))
        session.commit()
    return response


def _actor() -> str | None:
    """The account of the token, or of the session; None for who has neither."""
    bearer = g.get("bearer")
    if bearer is not None:
        return bearer.email
    # A program's answer never looks into the session, not even to find that there is none.
    if "bearer" in g:
        return None
    return current_user.email if current_user.is_authenticated else None


def _facts(response: Response) -> dict[str, Any]:
    facts: dict[str, Any] = {"method": request.method, "status": response.status_code}
    words = {name: request.args[name][:64] if name in HARMLESS else "…" for name in list(request.args)[:20]}
    if words:
        facts["query"] = {name[:64]: value for name, value in words.items()}
    if "Content-Disposition" in response.headers and response.content_length is not None:
        facts["bytes"] = response.content_length
    bearer = g.get("bearer")
    if bearer is not None:
        facts["token"] = bearer.token_name
    return facts

"""No session behind a link: what a respondent sends is never read together with a cookie.

Parts of the application that serve people who sign in look at the session with every answer they let pass.
Behind our addresses they find none, so nothing depends on a cookie and no cache is told that it does.
"""

from __future__ import annotations

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface


class NoSessionBehindLinks(SecureCookieSessionInterface):
    """Signed cookies for the office, nothing under `prefixes`."""

    def __init__(self, prefixes: tuple[str, ...]):
        self.prefixes = prefixes

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        """None makes Flask use an empty session that cannot be written. The route is not known yet here."""
        return None if request.path.startswith(self.prefixes) else super().open_session(app, request)


def init_app(app: Flask, prefix: str) -> None:
    """Keep sessions away from the addresses under `prefix` as well."""
    before = app.session_interface
    known = before.prefixes if isinstance(before, NoSessionBehindLinks) else ()
    app.session_interface = NoSessionBehindLinks((*known, prefix))

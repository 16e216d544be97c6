"""Signing in through the house's identity provider: there, and back with a code."""

from __future__ import annotations

import logging

from flask import Response, abort, current_app, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app.auth import providing
from app.auth.entering import go_on, pass_first
from app.auth.forms import SignInForm
from app.auth.returning import own_path
from app.auth.views import blueprint, form_page
from app.services import linking

log = logging.getLogger(__name__)

# Marks a sentence for the catalogue; it is translated where the page is rendered.
_ = str

NOT_THERE = _(
    "The sign-in service does not answer. Try again in a moment, or sign in with your password here."
)
SAID_NO = _("The sign-in service did not let you in. Try again, or ask your administrator.")

# Under this name the session keeps the page that was asked for.
WANTED = "wanted"


@blueprint.get("/sign-in/provider")
def provider() -> Response | Redirection:
    """Lead the browser to the provider."""
    if not providing.name():
        abort(404)
    if current_user.is_authenticated:
        return go_on()
    back = current_app.config["ADDRESS"] + url_for(
        "auth.provider_back", _external=not current_app.config["ADDRESS"]
    )
    try:
        answer = providing.client().authorize_redirect(back)
    except (providing.ProviderUnavailable, *providing.unreachable()) as error:
        return _refused(NOT_THERE, 503, error)
    session[WANTED] = own_path(request.args.get("next")) or ""
    return answer


@blueprint.get("/sign-in/provider/back")
def provider_back() -> Response | Redirection:
    """Whoever comes back with a good code and has an account here is in."""
    if not providing.name():
        abort(404)
    wanted = session.pop(WANTED, "")
    if not (request.args.get("code") or request.args.get("error")):
        return _refused(SAID_NO, 422, ValueError())
    try:
        token = providing.client().authorize_access_token()
    except providing.ProviderUnavailable as error:
        return _refused(NOT_THERE, 503, error)
    except providing.unreachable() as error:
        return _refused(SAID_NO, 422, error)
    claims = token.get("userinfo") or {}
    try:
        user = linking.find_or_link(
            str(claims.get("iss", "")),
            str(claims.get("sub", "")),
            str(claims.get("email", "")),
            verified=claims.get("email_verified") is True,
        )
    except linking.NotLinked as refused:
        return _refused(refused.sentence, 422, refused)
    return pass_first(user, by="provider", wanted=wanted)


def _refused(sentence: str, status: int, error: Exception) -> Response:
    log.warning("The sign-in through the provider failed: %s", type(error).__name__)
    return form_page(SignInForm(formdata=None), sentence, status)

"""The second step of the sign-in: a code from the telephone, or one of the recovery codes."""

from __future__ import annotations

import math

from flask import Response, current_app, g, redirect, request, url_for
from werkzeug.wrappers import Response as Redirection

from app.auth.entering import enter, who_waits
from app.auth.views import blueprint
from app.messages import translations
from app.office_pages import office_page, page_language
from app.services import second_factor
from app.tries import Tries

# Marks a sentence for the catalogue; it is translated where the page is rendered.
_ = str

NOT_RIGHT = _("The code is not right, or was used already. Type the one that the app shows now.")
TOO_MANY = _("There were too many wrong codes. Wait %(minutes)s min, then try again.")

# By account alone: a code has six digits, and only who knows the password can make the account wait.
blueprint.record_once(lambda setup: setup.app.extensions.setdefault("code_tries", Tries()))


@blueprint.get("/sign-in/code")
def code() -> Response | Redirection:
    """Ask for the code; who has not shown the first factor begins there."""
    return _page() if who_waits() else _begin()


@blueprint.post("/sign-in/code")
def code_given() -> Response | Redirection:
    """Begin the session, or say that the code was wrong."""
    waiting = who_waits()
    if waiting is None:
        return _begin()
    user, by = waiting
    g.actor = user.email
    tries, key = current_app.extensions["code_tries"], (str(user.id), "code")
    wait = tries.begin(key)
    if wait:
        minutes = math.ceil(wait / 60)
        response = _page(translations(page_language()).gettext(TOO_MANY) % {"minutes": minutes}, 429)
        response.headers["Retry-After"] = str(wait)
        return response
    if not second_factor.accept(user.id, request.form.get("code", "")):
        second_factor.note_refusal(user.id)
        return _page(translations(page_language()).gettext(NOT_RIGHT), 422)
    tries.forgive(key)
    return enter(user, by=f"{by} and code")


def _begin() -> Redirection:
    return redirect(url_for("auth.sign_in", next=request.args.get("next")), 303)


def _page(problem: str = "", status: int = 200) -> Response:
    return office_page("auth/code.html", status, problem=problem)

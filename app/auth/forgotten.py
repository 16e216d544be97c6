"""A forgotten password: ask for a link by e-mail, and set a new password by it. Invitations end here too."""

from __future__ import annotations

import math

from flask import Response, current_app, request
from flask_login import logout_user
from werkzeug.wrappers import Response as Redirection

from app.auth.entering import pass_first
from app.auth.views import blueprint
from app.messages import translations
from app.models import User
from app.office_pages import office_page, page_language
from app.services import recovering
from app.services.accounts import SHORTEST_PASSWORD, PasswordRefused
from app.services.mail import MailRefused, mail_server
from app.services.post_room import send_later
from app.tries import Tries

# Marks a sentence for the catalogue; it is translated where the page is rendered.
_ = str

NO_ADDRESS = _("Enter your e-mail address.")
NOT_THE_SAME = _("The two passwords differ. Type the same one twice.")
TOO_MANY = _("There were too many requests from here. Wait %(minutes)s min, then try again.")

blueprint.record_once(lambda setup: setup.app.extensions.setdefault("letter_tries", Tries(allowed=10)))


@blueprint.get("/sign-in/forgotten")
def forgotten() -> Response:
    """For which account?"""
    return _ask()


@blueprint.post("/sign-in/forgotten")
def forgotten_sent() -> Response:
    """Send a link where there is such an account; the page is the same where there is none."""
    email = request.form.get("email", "").strip()[:255]
    gettext = translations(page_language()).gettext
    if not email:
        return _ask(gettext(NO_ADDRESS), 422)
    wait = current_app.extensions["letter_tries"].begin(("letter", request.remote_addr or ""))
    if wait:
        response = _ask(gettext(TOO_MANY) % {"minutes": math.ceil(wait / 60)}, 429)
        response.headers["Retry-After"] = str(wait)
        return response
    how = {"language": page_language(), "address": current_app.config["ADDRESS"]}
    if _can_mail():
        # Later, and whether or not there is such an account: the time of the answer says nothing.
        send_later(recovering.ask_reset, email, server=mail_server(), **how)
    return office_page("auth/forgotten_sent.html", can_mail=_can_mail())


@blueprint.get("/sign-in/new-password/<token>")
def new_password(token: str) -> Response:
    """The form behind a link; looking at it uses nothing up, for mail servers look too."""
    try:
        return _set(recovering.holder_of(token))
    except recovering.LinkRefused as refused:
        return _ask(refused.said(page_language()), 410)


@blueprint.post("/sign-in/new-password/<token>")
def new_password_set(token: str) -> Response | Redirection:
    """Set it, and go on to the second factor or in."""
    try:
        user = recovering.holder_of(token)
        password = request.form.get("password", "")
        if password != request.form.get("again", ""):
            return _set(user, translations(page_language()).gettext(NOT_THE_SAME))
        user = recovering.set_password(token, password)
    except recovering.LinkRefused as refused:
        return _ask(refused.said(page_language()), 410)
    except PasswordRefused as refused:
        return _set(user, refused.said(page_language()))
    logout_user()
    return pass_first(user, by="link")


def _can_mail() -> bool:
    """Only under an address that the house has set: one that a browser names could be anybody's."""
    try:
        mail_server()
    except MailRefused:
        return False
    return bool(current_app.config["ADDRESS"])


def _ask(problem: str = "", status: int = 200) -> Response:
    given = request.form.get("email", "")[:255]
    return office_page(
        "auth/forgotten.html",
        status,
        problem=problem,
        email=given if given.isprintable() else "",
        can_mail=_can_mail(),
    )


def _set(user: User, problem: str = "") -> Response:
    return office_page(
        "auth/new_password.html",
        422 if problem else 200,
        holder=user,
        problem=problem,
        least=SHORTEST_PASSWORD,
    )

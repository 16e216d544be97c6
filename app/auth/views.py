"""Sign in and sign out."""

from __future__ import annotations

import math

from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask_login import current_user, logout_user
from flask_wtf.csrf import CSRFError
from werkzeug.wrappers import Response as Redirection

from app.access import open_to_all
from app.auth import providing
from app.auth.entering import go_on, pass_first
from app.auth.forms import SignInForm
from app.errors import error_page
from app.office_pages import forget_session, office_page
from app.queries.users import stored_email
from app.services import accounts, sessions
from app.tries import Key, Tries

# Marks a sentence for the catalogue; it is translated where the page is rendered.
_ = str

# One sentence for all three: it does not tell a stranger who has an account.
NOT_RIGHT = _("The e-mail address or the password is not right. Check both and try again.")
TOO_MANY = _("There were too many tries with this e-mail address. Wait %(minutes)s min, then try again.")
TOO_OLD = _("This page had been open for too long, or your browser keeps no cookies. Please sign in now.")

blueprint = Blueprint("auth", __name__)
blueprint.before_request(open_to_all)
blueprint.record_once(lambda setup: setup.app.extensions.setdefault("sign_in_tries", Tries()))
# Whoever tries many accounts from one place; a whole office may sit behind one address, and mistypes.
blueprint.record_once(lambda setup: setup.app.extensions.setdefault("address_tries", Tries(allowed=100)))


@blueprint.get("/")
def entrance() -> Redirection:
    """Whoever types the bare address is an evaluator: a citizen has a link of her own."""
    return redirect(url_for("results.waves"))


@blueprint.get("/sign-in")
def sign_in() -> Response | Redirection:
    """The form; who is signed in already goes on."""
    return go_on() if current_user.is_authenticated else form_page(SignInForm())


@blueprint.post("/sign-in")
def signed_in() -> Response | Redirection:
    """Begin a session, or say once what was wrong."""
    form = SignInForm()
    if not form.validate():
        return form_page(form, status=422)
    tries, key = _tries(form)
    everywhere, place = current_app.extensions["address_tries"], ("", request.remote_addr or "")
    wait = tries.begin(key) or everywhere.begin(place)
    if wait:
        response = form_page(form, TOO_MANY, status=429, minutes=math.ceil(wait / 60))
        response.headers["Retry-After"] = str(wait)
        return response
    user = accounts.authenticate(form.email.data, form.password.data)
    if user is None:
        return form_page(form, NOT_RIGHT, status=422)
    tries.forgive(key)
    everywhere.take_back(place)
    return pass_first(user, by="password")


@blueprint.post("/sign-out")
def sign_out() -> Redirection:
    """End the session, here and in the database."""
    if current_user.is_authenticated:
        sessions.end(current_user.number, current_user.session)
    logout_user()
    forget_session()
    return redirect(url_for("auth.sign_in"), 303)


@blueprint.errorhandler(CSRFError)
def not_from_here(_error: CSRFError) -> Response | Redirection:
    """The form was not ours, or too old: nothing was done, and the person may begin anew."""
    if request.endpoint != "auth.sign_out":
        return form_page(SignInForm(formdata=None), TOO_OLD, status=400)
    return error_page(400) if current_user.is_authenticated else redirect(url_for("auth.sign_in"), 303)


def form_page(form: SignInForm, problem: str = "", status: int = 200, **facts: int) -> Response:
    """The sign-in with what went wrong, a sentence of the catalogue; `facts` fill its places."""
    return office_page(
        "auth/sign_in.html", status, form=form, problem=problem, facts=facts, provider=providing.name()
    )


def _tries(form: SignInForm) -> tuple[Tries, Key]:
    return current_app.extensions["sign_in_tries"], (
        stored_email(form.email.data)[:255],
        request.remote_addr or "",
    )

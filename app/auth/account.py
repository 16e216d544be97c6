"""One's own account: the password, the second factor, and the browsers in which one is signed in."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from babel.dates import format_datetime
from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app.access import require_right
from app.auth.browsers import browser_name
from app.config import OFFICE_TIME
from app.messages import locale, translations
from app.office_pages import office_page, page_language
from app.queries.users import get_user
from app.role_names import shown_grants
from app.services import accounts, second_factor, sessions

# Marks a sentence for the catalogue; it is translated where the page is rendered.
_ = str

NOT_THE_SAME = _("The two passwords differ. Type the same one twice.")
NOT_RIGHT = _("The code is not right, or was used already. Type the one that the app shows now.")
TOO_MANY = _("There were too many wrong tries. Wait %(minutes)s min, then try again.")

blueprint = Blueprint("account", __name__, url_prefix="/account")
blueprint.before_request(require_right)


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says beside its forms; `part` is the form it belongs to."""

    part: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str = ""


@blueprint.get("/")
def own() -> Response:
    """Everything of one's account on one page."""
    done = request.args.get("done", "")
    return _page(Told(notice=done if done in {"password", "sessions", "off"} else ""))


@blueprint.post("/password")
def change_password() -> Response | Redirection:
    """Another password; every other browser is signed out."""
    gettext = translations(page_language()).gettext
    password = request.form.get("password", "")
    wait = _begin_try()
    if wait:
        return _page(Told("password", {"present": wait}), 429)
    if password != request.form.get("again", ""):
        return _page(Told("password", {"again": gettext(NOT_THE_SAME)}), 422)
    try:
        accounts.change_password(
            current_user.number, request.form.get("present", ""), password, but=current_user.session
        )
    except accounts.PasswordWrong as refused:
        return _page(Told("password", {"present": refused.said(page_language())}), 422)
    except accounts.PasswordRefused as refused:
        return _page(Told("password", {"password": refused.said(page_language())}), 422)
    _forgive_tries()
    return redirect(url_for("account.own", done="password"), 303)


@blueprint.post("/sessions/<int:number>/end")
def end_session(number: int) -> Redirection:
    """Sign one browser out."""
    sessions.end(current_user.number, number)
    return redirect(url_for("account.own", done="sessions"), 303)


@blueprint.post("/sessions/end")
def end_other_sessions() -> Redirection:
    """Sign every other browser out."""
    sessions.end_every(current_user.number, but=current_user.session)
    return redirect(url_for("account.own", done="sessions"), 303)


@blueprint.get("/second-factor")
def second_factor_page() -> Response | Redirection:
    """The picture for the telephone; who has set it up sees the account instead."""
    if second_factor.is_on(get_user(current_user.number)):
        return redirect(url_for("account.own", _anchor="second-factor"), 303)
    return _setting_up()


@blueprint.post("/second-factor")
def set_second_factor() -> Response | Redirection:
    """Take it into use once the first code is right, and show the recovery codes."""
    if second_factor.is_on(get_user(current_user.number)):
        return redirect(url_for("account.own", _anchor="second-factor"), 303)
    wait = _begin_try()
    if wait:
        return _setting_up(wait, 429)
    try:
        codes = second_factor.turn_on(
            current_user.number,
            request.form.get("sealed", "")[:2048],
            request.form.get("code", "")[:64],
            but=current_user.session,
        )
    except second_factor.FactorRefused as refused:
        return _setting_up(refused.said(page_language()), 422)
    _forgive_tries()
    return _recovery_codes(codes)


@blueprint.post("/second-factor/change")
def change_second_factor() -> Response | Redirection:
    """With a code: new recovery codes, or no second factor any more."""
    wait = _begin_try()
    if wait:
        return _page(Told("second-factor", {"code": wait}), 429)
    if not second_factor.accept(current_user.number, request.form.get("code", "")[:64]):
        second_factor.note_refusal(current_user.number)
        return _page(Told("second-factor", {"code": translations(page_language()).gettext(NOT_RIGHT)}), 422)
    _forgive_tries()
    if request.form.get("do") == "off":
        second_factor.turn_off(current_user.number, but=current_user.session)
        return redirect(url_for("account.own", done="off"), 303)
    return _recovery_codes(second_factor.renew_recovery_codes(current_user.number))


def _page(told: Told, status: int = 200) -> Response:
    user = get_user(current_user.number)
    language = page_language()

    def moment(when: datetime) -> str:
        return format_datetime(when, "short", tzinfo=OFFICE_TIME, locale=locale(language))

    return office_page(
        "auth/account.html",
        status,
        user=user,
        roles=[(one.role, one.place) for one in shown_grants(user, language)],
        told=told,
        own_sessions=sessions.list_open(user.id),
        here=current_user.session,
        has_second_factor=second_factor.is_on(user),
        codes_left=len(user.recovery_codes),
        moment=moment,
        browser_name=browser_name,
        least=accounts.SHORTEST_PASSWORD,
    )


def _setting_up(problem: str = "", status: int = 200) -> Response:
    proposal = second_factor.propose(get_user(current_user.number), request.form.get("sealed", "")[:2048])
    return office_page(
        "auth/second_factor.html",
        status,
        proposal=proposal,
        problem=problem,
        required=current_user.must_set_up,
    )


def _recovery_codes(codes: list[str]) -> Response:
    spaced = ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]
    return office_page("auth/recovery_codes.html", codes=spaced)


def _begin_try() -> str:
    """Empty where a password or code may be tried now; else the sentence that says how long to wait.

    A browser that was left open must not be a place to guess from.
    """
    wait = current_app.extensions["code_tries"].begin((str(current_user.number), "account"))
    return translations(page_language()).gettext(TOO_MANY) % {"minutes": math.ceil(wait / 60)} if wait else ""


def _forgive_tries() -> None:
    current_app.extensions["code_tries"].forgive((str(current_user.number), "account"))

"""Keys of the API: what one has, a new one, shown once, and the end of one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from flask import Blueprint, Response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app.access import require_right
from app.config import office_day
from app.figures import show_date
from app.messages import translations
from app.office_pages import office_page, page_language
from app.queries.tokens import list_tokens
from app.services import tokens as service

blueprint = Blueprint("tokens", __name__, url_prefix="/account/tokens")
blueprint.before_request(require_right)

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

WHAT = {
    "read": _("Read what is released, and the agencies, waves and questionnaires"),
    "export": _("Also take away raw answers (exports)"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says beside the list; `text` is a new key, shown now and never again."""

    name: str = ""
    rights: Sequence[str] = ("read",)
    expires_on: str = ""
    errors: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


@blueprint.get("/")
def tokens() -> Response:
    """The keys of one's own account, and the form for another."""
    return _page(Told(expires_on=(service.days()[0] + timedelta(days=90)).isoformat()))


@blueprint.post("/")
def make_token() -> Response:
    """Make a key and show it this once."""
    given = {name: request.form.get(name, "").strip() for name in ("name", "expires_on")}
    rights = request.form.getlist("rights")
    language = page_language()
    try:
        day = date.fromisoformat(given["expires_on"])
    except ValueError:
        day = None
    try:
        made, text = service.issue(current_user.number, given["name"], rights, day)
    except service.TokenRefused as refused:
        errors = {name: fault.said(language) for name, fault in refused.faults.items()}
        return _page(Told(given["name"], rights, given["expires_on"], errors), 422)
    return _page(Told(name=made.name, rights=made.rights, expires_on=given["expires_on"], text=text), 201)


@blueprint.post("/<int(max=2147483647):number>/revoke")
def revoke_token(number: int) -> Redirection:
    """End one of one's own keys, for good."""
    service.revoke(current_user.number, number)
    return redirect(url_for("tokens.tokens"), 303)


def _page(told: Told, status: int = 200) -> Response:
    language = page_language()
    gettext = translations(language).gettext
    offered = [(right, gettext(WHAT[right])) for right in service.RIGHTS if current_user.may(right)]
    first, last = service.days()
    return office_page(
        "tokens/tokens.html",
        status,
        told=told,
        tokens=[(one, service.is_good(one)) for one in list_tokens(current_user.number)],
        offered=offered,
        what={right: gettext(sentence) for right, sentence in WHAT.items()},
        first=first,
        last=last,
        date=lambda day: show_date(day, language),
        last_day=lambda moment: show_date(office_day(moment - timedelta(seconds=1)), language),
        office_day=office_day,
    )

"""Accounts of the house: invite somebody, give and take roles, close, and help who cannot get in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from babel.dates import format_datetime
from flask import Blueprint, Response, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.access import require_right
from app.config import OFFICE_TIME, office_day
from app.messages import languages, locale, translations
from app.models import User
from app.office_pages import office_page, page_language
from app.queries.agencies import get_tree
from app.queries.users import get_user, list_users
from app.rights import RIGHTS_OF_ROLE
from app.role_names import role_names, shown_grants
from app.services import accounts, grants, recovering, second_factor, sessions
from app.services.mail import MailRefused, mail_server
from app.services.spoken import SpokenError

FIELDS = ("email", "name", "role", "agency", "language", "search")

# Marks a sentence for the catalogue; it is translated where the page is rendered.
_ = str

NO_AGENCY = _("No agency has the code %(code)s.")
CHOOSE_ROLE = _("Choose a role.")
NOTICES = {
    "invited": _("The invitation is on its way."),
    "granted": _("The role is given."),
    "revoked": _("The role is taken away, and the account is signed out everywhere."),
    "closed": _("The account is closed, and signed out everywhere."),
    "reopened": _("The account is open again."),
    "sessions": _("The account is signed out everywhere."),
    "factor": _("The second factor is off."),
    "sent": _("The letter with the link is on its way."),
}

blueprint = Blueprint("admin", __name__, url_prefix="/admin/accounts")
blueprint.before_request(require_right)


class Wrong(SpokenError):
    """A field of the form cannot be so."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says beside its forms. `link` is one by which a password is set, shown now and never again."""

    errors: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""
    notice: str = ""
    link: str = ""


@blueprint.get("/")
def people() -> Response:
    """Every account, those that are open first."""
    wanted = _shown(request.args.get("search", "")).strip()[:80]
    language = page_language()
    tree = get_tree(office_day(clock.now()))
    shown = [(one, shown_grants(one, language, tree)) for one in list_users()]
    if wanted:
        shown = [pair for pair in shown if wanted.casefold() in _searched(*pair)]
    return office_page("admin/people.html", people=shown, search=wanted, notice=_notice())


@blueprint.get("/new")
def invite() -> Response:
    """Who is to have an account?"""
    return _invite_page(Told())


@blueprint.post("/new")
def invited() -> Response | Redirection:
    """Make the account and mail the invitation; without a mail server, show the link once."""
    try:
        role, agency = _role_and_agency()
    except Wrong as wrong:
        return _invite_page(Told({str(wrong.facts["field"]): wrong.said(page_language())}), 422)
    given = request.form.get("email", ""), request.form.get("name", "")
    try:
        user = accounts.create_user(*given, None, role=role, agency=agency)
    except (accounts.EmailRefused, accounts.EmailTaken) as refused:
        return _invite_page(Told({"email": refused.said(page_language())}), 422)
    except accounts.NameRefused as refused:
        return _invite_page(Told({"name": refused.said(page_language())}), 422)
    except accounts.GrantRefused as refused:
        return _invite_page(Told({"agency": refused.said(page_language())}), 422)
    return _send(user.id, "welcome", "invited")


@blueprint.get("/<int:number>/")
def person(number: int) -> Response:
    """One account."""
    return _page(get_user(number), Told(notice=_notice()))


@blueprint.post("/<int:number>/roles")
def grant(number: int) -> Response | Redirection:
    """Give a role."""
    user = get_user(number)
    try:
        role, agency = _role_and_agency()
        if role is None:
            raise Wrong(CHOOSE_ROLE, field="role")
        grants.grant(user.id, role, agency)
    except Wrong as wrong:
        return _page(user, Told({str(wrong.facts["field"]): wrong.said(page_language())}), 422)
    except accounts.GrantRefused as refused:
        return _page(user, Told({"agency": refused.said(page_language())}), 422)
    return _done(number, "granted")


@blueprint.post("/<int:number>/roles/<int:role>/revoke")
def revoke(number: int, role: int) -> Response | Redirection:
    """Take a role away."""
    try:
        grants.revoke(number, role)
    except accounts.GrantRefused as refused:
        return _page(get_user(number), Told(problem=refused.said(page_language())), 409)
    return _done(number, "revoked")


@blueprint.post("/<int:number>/close")
def close(number: int) -> Response | Redirection:
    """Nobody signs in with it any more."""
    try:
        grants.close(number)
    except accounts.GrantRefused as refused:
        return _page(get_user(number), Told(problem=refused.said(page_language())), 409)
    return _done(number, "closed")


@blueprint.post("/<int:number>/reopen")
def reopen(number: int) -> Redirection:
    """Open again, with the roles it had."""
    grants.reopen(number)
    return _done(number, "reopened")


@blueprint.post("/<int:number>/sessions/end")
def end_sessions(number: int) -> Redirection:
    """Sign the account out everywhere."""
    user = get_user(number)
    sessions.end_every(user.id, but=current_user.session)
    return _done(number, "sessions")


@blueprint.post("/<int:number>/second-factor/off")
def take_off_factor(number: int) -> Redirection:
    """For somebody who has lost telephone and recovery codes."""
    second_factor.turn_off(get_user(number).id, but=current_user.session)
    return _done(number, "factor")


@blueprint.post("/<int:number>/link")
def send_link(number: int) -> Response | Redirection:
    """Mail a link for a new password; without a mail server, show it once."""
    user = get_user(number)
    return _send(number, "reset" if user.password_hash else "welcome", "sent")


def _send(number: int, purpose: str, done: str) -> Response | Redirection:
    user = get_user(number)
    if not user.active:
        return _page(
            user, Told(problem=translations(page_language()).gettext(_("The account is closed."))), 409
        )
    address = current_app.config["ADDRESS"] or request.url_root.rstrip("/")
    try:
        server = mail_server()
    except MailRefused:
        token = recovering.make_link(number, purpose)
        return _page(get_user(number), Told(link=f"{address}/sign-in/new-password/{token}"))
    wanted = request.form.get("language", "")
    language = wanted if wanted in languages() else page_language()
    try:
        recovering.send_link(number, purpose, language=language, server=server, address=address)
    except MailRefused as refused:
        return _page(get_user(number), Told(problem=refused.said(page_language())), 503)
    return _done(number, done)


def _role_and_agency() -> tuple[str | None, str | None]:
    role, agency = request.form.get("role", ""), request.form.get("agency", "").strip()
    if role and role not in RIGHTS_OF_ROLE:
        raise Wrong(CHOOSE_ROLE, field="role")
    if agency:
        # A list to choose from writes `code – name`.
        agency = agency.split(" ")[0]
        if agency not in get_tree(office_day(clock.now())):
            raise Wrong(NO_AGENCY, field="agency", code=agency[:64])
    return role or None, agency or None


def _searched(user: User, held: list) -> str:
    return " ".join([user.email, user.name, *(f"{one.role} {one.place}" for one in held)]).casefold()


def _notice() -> str:
    done = NOTICES.get(request.args.get("done", ""))
    return translations(page_language()).gettext(done) if done else ""


def _done(number: int, what: str) -> Redirection:
    return redirect(url_for("admin.person", number=number, done=what), 303)


def _choices() -> dict[str, object]:
    language = page_language()
    tree = get_tree(office_day(clock.now()))
    return {
        "role_names": role_names(language),
        "agencies": [(one.code, one.label(language)) for one in tree.agencies],
        "given": {name: _shown(request.form.get(name, "")) for name in FIELDS},
    }


def _shown(text: str) -> str:
    return "".join(sign for sign in text[:255] if sign.isprintable())


def _invite_page(told: Told, status: int = 200) -> Response:
    return office_page("admin/invite.html", status, told=told, **_choices())


def _page(user: User, told: Told, status: int = 200) -> Response:
    language = page_language()

    def moment(when: datetime) -> str:
        return format_datetime(when, "short", tzinfo=OFFICE_TIME, locale=locale(language))

    return office_page(
        "admin/person.html",
        status,
        user=user,
        told=told,
        held=shown_grants(user, language),
        open_sessions=sessions.list_open(user.id),
        has_second_factor=second_factor.is_on(user),
        is_own=user.id == current_user.number,
        moment=moment,
        **_choices(),
    )

"""A staff survey in the office: the list, the invitations, e-mail, the settings that turn one way, the promise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from babel.dates import format_date
from babel.numbers import format_decimal
from flask import Response, make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import office_day
from app.manage.blueprint import blueprint
from app.manage.fields import whole_number
from app.manage.words import language_names
from app.messages import locale, translations
from app.models import Wave
from app.office_pages import office_page, page_language
from app.printing.invitations import invitations_pdf
from app.printing.typesetting import PrintingUnavailable
from app.queries import staff as queries
from app.queries.agencies import get_tree
from app.queries.retention import list_destructions
from app.queries.waves import get_wave, instrument_of
from app.services.mail import mail_server
from app.services.printing.addresses import public_address
from app.services.printing.invitations import make_invitation_pages
from app.services.spoken import SpokenError
from app.services.staff import handing, lists, mailing, promising, settings

# How many lines of faults or notes a page shows, and how many e-mails one press sends.
MOST_SHOWN = 200
MOST_SENT = 200

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_FILE = _("Choose a file, or the list would be empty.")
CHOOSE_HOW = _("Choose how the invitations are handed out.")
NO_PRINTING = _("Pages cannot be printed here, because typst is missing: pip install 'hailong[pdf]'.")
NOT_A_DAY = _("Write the day as in 2027-03-31.")
NOT_A_NUMBER = _("Write the threshold as a whole number.")


class _Wrong(SpokenError):
    """The form was not filled so that anything could be done."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the page says beside its forms; `part` is the form it belongs to."""

    part: str = ""
    problem: str = ""
    notice: str = ""
    lines: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)


@blueprint.url_value_preprocessor
def allow_large_list(endpoint: str | None, _values: object) -> None:
    """A staff list may be larger than any form; only who is signed in may send so much."""
    if endpoint in {"manage.read_staff", "manage.invite_staff"} and current_user.is_authenticated:
        request.max_content_length = 2 * lists.LARGEST_FILE
        request.max_form_memory_size = 2 * lists.LARGEST_FILE


@blueprint.get("/<survey>/<wave>/staff/")
def staff(survey: str, wave: str) -> Response:
    """Everything of a staff survey on one page."""
    return _page(_staff_wave(survey, wave), Told())


@blueprint.post("/<survey>/<wave>/staff/list")
def read_staff(survey: str, wave: str) -> Response:
    """What a list says and what is wrong with it; nothing is stored."""
    found = _staff_wave(survey, wave)
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise _Wrong(NO_FILE)
        content = file.read()
        given = lists.read_staff_list(found, content)
    except SpokenError as refused:
        return _page(found, Told("list", refused.said(page_language())), 422)
    return _preview(found, given, content)


@blueprint.post("/<survey>/<wave>/staff/invitations")
def invite_staff(survey: str, wave: str) -> Response | Redirection:
    """Make the invitations of a list that was looked at, and hand them out at once."""
    found = _staff_wave(survey, wave)
    content = request.form.get("list", "").encode()
    how, language = request.form.get("how", ""), request.form.get("language", "")
    given = None
    try:
        given = lists.read_staff_list(found, content)
        if how not in {"slips", "merge", "email"}:
            raise _Wrong(CHOOSE_HOW)
        return _hand_out(found, given, how, public_address(request.form.get("address", "")), language)
    except SpokenError as refused:
        problem, status = refused.said(page_language()), 422
    except PrintingUnavailable:
        problem, status = translations(page_language()).gettext(NO_PRINTING), 503
    if given is None:
        return _page(found, Told("list", problem), status)
    return _preview(found, given, content, problem, status)


@blueprint.post("/<survey>/<wave>/staff/send")
def send_to_staff(survey: str, wave: str) -> Response:
    """Send some e-mails; how many, where that says nothing of anyone."""
    found = _staff_wave(survey, wave)
    _ = translations(page_language()).gettext
    kind: mailing.Kind = "reminders" if request.form.get("kind") == "reminders" else "invitations"
    try:
        address = public_address(request.form.get("address", ""))
        sent = mailing.send(found, kind, mail_server(), address, most=MOST_SENT)
    except SpokenError as refused:
        return _page(found, Told("mail", refused.said(page_language())), 422)
    if sent.count is None:
        notice = _("The reminders have gone out. Their number is not told: it would say who has answered.")
    else:
        notice = _("E-mails sent: %(count)s.") % {"count": _figure(sent.count)}
    if sent.waiting:
        notice += " " + _("There are more; press again to go on.")
    refused_lines = tuple(
        _("The mail server does not take %(address)s.") % {"address": one} for one in sent.refused
    )
    return _page(found, Told("mail", notice=notice, lines=refused_lines))


@blueprint.post("/<survey>/<wave>/staff/settings")
def set_staff(survey: str, wave: str) -> Response | Redirection:
    """Change what may be changed."""
    found = _staff_wave(survey, wave)
    try:
        threshold = whole_number(request.form, "threshold")
        if threshold is None:
            raise _Wrong(NOT_A_NUMBER)
        chosen = request.form.getlist("crossed")
        # Those that stand keep their place: what comes first survives best where few are alike.
        crossed = [code for code in found.crossed if code in chosen]
        crossed += [code for code in chosen if code not in crossed]
        settings.change(found, threshold=threshold, crossed=crossed, retain_until=_day("retain_until"))
    except SpokenError as refused:
        given = {name: request.form.get(name, "")[:32] for name in ("threshold", "retain_until")}
        return _page(found, Told("settings", refused.said(page_language()), given=given), 422)
    return redirect(url_for("manage.staff", survey=survey, wave=wave, _anchor="settings"), 303)


@blueprint.post("/<survey>/<wave>/staff/promise")
def promise_staff(survey: str, wave: str) -> Response | Redirection:
    """Choose the promise."""
    found = _staff_wave(survey, wave)
    try:
        promising.choose(found, request.form.get("wording", ""), request.form.get("contact", ""))
    except SpokenError as refused:
        given = {"contact": request.form.get("contact", "")[:400]}
        return _page(found, Told("promise", refused.said(page_language()), given=given), 422)
    return redirect(url_for("manage.staff", survey=survey, wave=wave, _anchor="promise"), 303)


def _staff_wave(survey: str, wave: str) -> Wave:
    found = get_wave(survey, wave)
    if not found.anonymous:
        raise NoSuchPage
    return found


def _hand_out(
    wave: Wave, given: lists.StaffList, how: str, address: str, language: str
) -> Response | Redirection:
    def pages(handed: list[handing.Handed]) -> bytes:
        made = make_invitation_pages(wave, handed, address=address, language=language)
        return invitations_pdf(made, office_day(clock.now()))

    if how == "merge":
        handed = handing.make_invitations(wave, given)
        return _download(wave, handing.merge_file(wave, handed, address), "text/csv; charset=utf-8", "csv")
    by_mail = how == "email"
    prints = not by_mail or given.kind == "heads" or any(not one.address for one in given.people)
    if prints:
        # A trial first: codes that could not be printed afterwards would be lost.
        pages([])
    handed = handing.make_invitations(wave, given, by_mail=by_mail)
    printed = [one for one in handed if not (by_mail and one.address)]
    if printed:
        return _download(wave, pages(printed), "application/pdf", "pdf")
    return redirect(url_for("manage.staff", survey=wave.survey.code, wave=wave.code, _anchor="mail"), 303)


def _download(wave: Wave, body: bytes, kind: str, ending: str) -> Response:
    response = make_response(body)
    response.headers["Content-Type"] = kind
    name = f"invitations-{wave.survey.code}-{wave.code}.{ending}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.cache_control.no_store = True
    return response


def _preview(
    wave: Wave, given: lists.StaffList, content: bytes, problem: str = "", status: int | None = None
) -> Response:
    language = page_language()
    tree = get_tree(wave.tree_date)
    return office_page(
        "manage/staff_list.html",
        status or (422 if given.faults else 200),
        wave=wave,
        given=given,
        faults=[one.said(language) for one in given.faults[:MOST_SHOWN]],
        notes=[one.said(language) for one in given.notes[:MOST_SHOWN]],
        more=(max(0, len(given.faults) - MOST_SHOWN), max(0, len(given.notes) - MOST_SHOWN)),
        units=[
            (code, tree.label(code, language), heads, tree.label(given.groups.get(code, code), language))
            for code, heads in sorted(given.heads.items())
        ],
        content=content.decode("utf-8-sig"),
        problem=problem,
        language_names=language_names(wave.languages),
        address=_address(),
        figure=_figure,
    )


def _page(wave: Wave, told: Told, status: int = 200) -> Response:
    language = page_language()
    tree = get_tree(wave.tree_date)
    instrument = instrument_of(wave)
    promise = promising.promise_of(wave)
    return office_page(
        "manage/staff.html",
        status,
        wave=wave,
        told=told,
        answered=queries.is_answered(wave),
        participation=[
            (tree.label(one.agency, language) if one.agency else "", one)
            for one in queries.participation(wave, office_day(clock.now()))
        ],
        crossable=[
            (
                code,
                instrument.item(code).text.get(language) or next(iter(instrument.item(code).text.values())),
            )
            for code in settings.crossable(wave)
        ],
        promise=promise,
        contact=promising.contact_in(promise) if promise else "",
        wordings=promising.wordings(),
        language_names=language_names(wave.languages),
        contacts=queries.count_contacts(wave),
        mailings=mailing.list_mailings(wave),
        destructions=list_destructions(wave),
        kinds=_kinds(language),
        address=_address(),
        figure=_figure,
        day=_in_words(language),
    )


def _kinds(language: str) -> dict[str, str]:
    """What the log calls what was destroyed."""
    _ = translations(language).gettext
    return {
        "responses": _("responses"),
        "comments": _("comments"),
        "contacts": _("addresses"),
        "drafts": _("drafts"),
        "pools": _("files of waiting answers"),
        "snapshot files": _("snapshot files"),
    }


def _in_words(language: str) -> Callable[[date], str]:
    return lambda day: format_date(day, "long", locale=locale(language))


def _figure(count: int) -> str:
    return format_decimal(count, locale=locale(page_language()))


def _address() -> str:
    return request.values.get("address") or request.url_root.rstrip("/")


def _day(name: str) -> date | None:
    text = request.form.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _Wrong(NOT_A_DAY) from None

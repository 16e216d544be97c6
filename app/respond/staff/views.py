"""The addresses of a staff survey: the page, the redeeming of an invitation, and the answers.

The two posts share nothing: no cookie, no session, no log line, no part of their bodies. A token never stands in
an address that is sent: in a link it comes after the `#`, which browsers keep to themselves.
"""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from app.access import open_to_all
from app.answer_sentences import missing_sentence
from app.respond import sessions, words
from app.respond.languages import choose_language, language_of_messages
from app.respond.origin import is_own_origin
from app.respond.pages import FormState, private, refusal
from app.respond.rated import list_rated
from app.respond.receiving import reply
from app.respond.refusals import Refused
from app.respond.shown import show
from app.respond.staff.links import find_staff_link
from app.respond.staff.reading import Unreadable, read_answers, read_redeeming
from app.respond.staff.saying import problem, refused_answers
from app.services.errors import ServiceError
from app.services.responding import AnswersRefused
from app.services.staff import answering, redeeming

blueprint = Blueprint("staff", __name__, url_prefix="/s")
blueprint.before_request(open_to_all)
blueprint.record_once(lambda setup: sessions.init_app(setup.app, f"{setup.url_prefix}/"))

STATUSES = {"stored": 201, "already": 200, "conflict": 409}


@blueprint.get("/<code>")
def opened(code: str) -> Response:
    """The promise, and behind it the form; the same page for everybody of this link."""
    link = find_staff_link(code)
    language = choose_language(request, link.languages)
    rated = list_rated(link.version.instrument, link.tree_date, link.agency_id, language)
    shown = show(link.version, language, rated)
    body = words.render(
        "respond/staff.html",
        language,
        shown=shown,
        # Both layouts of the form fit on this one page: its script needs every item at hand.
        state=FormState(shown, shown.sections, link.languages, "one_page", scripted=True),
        link=link,
        modulus=redeeming.modulus(link.collector_id),
        promise=link.promise(language),
        redeem_url=url_for("staff.redeemed", code=code, lang=language),
        answer_url=url_for("staff.answered", code=code, lang=language),
        missing=lambda control: missing_sentence(control, language),
    )
    # What a person answers must not be found by the next at the same screen.
    return private(body, 200)


@blueprint.post("/<code>/redeem")
def redeemed(code: str) -> Response:
    """A blind signature for an invitation."""
    language = _language()
    try:
        if not is_own_origin(request):
            raise Unreadable("wrong_origin")
        token, blinded = read_redeeming(request.get_data())
        signed = redeeming.redeem(code, token, blinded)
    except (Unreadable, ServiceError) as reason:
        return problem(reason, language)
    return reply({"signature": signed.signature.hex()}, 200)


@blueprint.post("/<code>/answers")
def answered(code: str) -> Response:
    """Answers behind a credential: 201 stored, 200 already here, 409 other answers are."""
    language = _language()
    try:
        if not is_own_origin(request):
            raise Unreadable("wrong_origin")
        sent = read_answers(request.get_data())
        status = answering.answer(code, sent.message, sent.signature, sent.instrument, sent.answers)
    except AnswersRefused as reason:
        return refused_answers(reason, find_staff_link(code), language)
    except (Unreadable, ServiceError) as reason:
        return problem(reason, language)
    return reply({"status": status}, STATUSES[status])


@blueprint.errorhandler(Refused)
def refused(reason: Refused) -> Response:
    """Why the page cannot be shown."""
    return refusal(reason.refusal, language_of_messages(request, None), None)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """A body that no filled form can have."""
    return problem(Unreadable("too_large"), _language())


def _language() -> str:
    return language_of_messages(request, request.args.get("lang"))

"""The addresses of the form: open it, go through it, send it."""

from __future__ import annotations

import logging
from uuid import uuid4

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from app.access import open_to_all
from app.errors import error_page
from app.respond import assets, door, pages, receiving, saving, sessions
from app.respond.answering import Ask, next_step
from app.respond.carrying import unpack
from app.respond.languages import choose_language, language_of_messages
from app.respond.links import find_link, find_open_link
from app.respond.origin import is_own_origin
from app.respond.outcomes import reply_to
from app.respond.posting import parse_id, read_post
from app.respond.receiving import Unreadable
from app.respond.refusals import Refused
from app.services import drafts, responding
from app.services.errors import ServiceError
from app.services.submissions import AnswersRefused, NotStored

log = logging.getLogger(__name__)

blueprint = Blueprint("respond", __name__, url_prefix="/r")
blueprint.before_request(open_to_all)
blueprint.record_once(lambda setup: assets.init_app(setup.app))
blueprint.record_once(lambda setup: sessions.init_app(setup.app, f"{setup.url_prefix}/"))


@blueprint.get("/<code>")
def opened(code: str) -> Response:
    """The empty form; its script makes the id."""
    link = find_open_link(code)
    language = choose_language(request, link.languages)
    if door.asks_slip(link):
        return door.with_slip(link, language, request, scripted=True)
    return pages.empty_form(link, language, scripted=True)


@blueprint.get("/<code>/new")
def begun(code: str) -> Response:
    """Where a browser without script is sent: an address that holds a new id."""
    link = find_open_link(code)
    language = choose_language(request, link.languages)
    carried = door.carried(request)
    if link.collector.mode == "interviewer" and "interviewer" not in carried:
        response = redirect(url_for("respond.ask_interviewer", code=code, lang=language, plain=1))
    else:
        response = redirect(
            url_for("respond.opened_plain", code=code, response_id=uuid4(), lang=language, **carried)
        )
    response.cache_control.no_store = True
    return response


@blueprint.get("/<code>/<response_id>")
def opened_plain(code: str, response_id: str) -> Response:
    """The empty form without script."""
    parse_id(response_id)
    link = find_open_link(code)
    language = choose_language(request, link.languages)
    if door.asks_slip(link):
        return door.with_slip(link, language, request, scripted=False)
    if link.collector.mode == "interviewer":
        return pages.own_form(link, language, scripted=False, **door.carried(request))
    return pages.empty_form(link, language, scripted=False)


@blueprint.post("/<code>")
@blueprint.post("/<code>/<response_id>")
def sent(code: str, response_id: str | None = None) -> Response:
    """One press of a button: another page of the form, or the answers are stored."""
    if not is_own_origin(request):
        raise Refused("wrong_origin")
    link = find_link(code)
    post = read_post(request.form, link, response_id)
    earlier = unpack(pages.signed_for(link, post), post.carried)
    if post.save:
        return saving.put_aside(link, post, earlier)
    step = next_step(post, earlier, link.agencies(post.version))
    if isinstance(step, Ask):
        return pages.form_again(link, post, step, scripted=response_id is None)
    outcome = responding.submit(
        responding.Submission(
            response_id=step.response_id,
            collector_code=link.code,
            instrument_code=post.version.instrument.code,
            instrument_version=post.version.instrument.version,
            language=post.language,
            answers=step.answers,
            started_at=post.started_at,
            submitted_at=post.sent_at,
            slip=post.slip,
            interviewer=post.interviewer,
        ),
        checked=True,
    )
    drafts.forget(step.response_id)
    return pages.thanks(post, reply_to(outcome), outcome.receipt, again=door.next_interview(link, post))


@blueprint.post("/<code>/responses")
def received(code: str) -> Response:
    """A filled form as JSON, from a tablet's queue or any other script."""
    language = None
    try:
        if not is_own_origin(request):
            raise Unreadable("wrong_origin")
        parts = receiving.read_json(request.get_data(cache=False))
        language = parts["language"]
        submission = receiving.submission_of(parts, code)
    except Unreadable as reason:
        spoken = language_of_messages(request, language)
        return receiving.refuse(reason.reason, spoken, reason.part, reason.items)
    except RequestEntityTooLarge:
        return receiving.refuse("too_large", language_of_messages(request, language))
    try:
        return receiving.acknowledge(responding.submit(submission), language)
    except AnswersRefused as reason:
        return receiving.refuse_answers(reason, submission)
    except NotStored:
        log.exception("503: POST /r/<code>/responses: the database did not answer")
        return receiving.refuse("not_stored", language)
    except ServiceError as reason:
        return receiving.refuse_submission(reason, language)


@blueprint.errorhandler(NotStored)
def not_stored(_error: NotStored) -> Response:
    """The database did not answer: the form itself is still in the browser, and can be sent again."""
    log.exception("503: POST /r/<code>: the database did not answer")
    return error_page(503)


@blueprint.errorhandler(Refused)
def refused(reason: Refused) -> Response:
    """Nothing was stored: say why, and what to do."""
    language = language_of_messages(request, _language_of_page())
    return pages.refusal(reason.refusal, language, (request.view_args or {}).get("code"))


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """A body that no filled form can have."""
    return refused(Refused("too_large"))


def _language_of_page() -> str | None:
    try:
        return request.form.get("_language")
    except RequestEntityTooLarge:
        return None

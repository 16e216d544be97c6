"""The addresses of the form: open it, go through it, send it."""

from __future__ import annotations

from uuid import uuid4

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from app.access import open_to_all
from app.respond import assets, pages, sessions
from app.respond.answering import Ask, next_step
from app.respond.carrying import unpack
from app.respond.languages import choose_language, language_of_messages
from app.respond.links import find_link, find_open_link
from app.respond.origin import is_own_origin
from app.respond.outcomes import reply_to
from app.respond.posting import parse_id, read_post
from app.respond.refusals import Refused
from app.services import responding

blueprint = Blueprint("respond", __name__, url_prefix="/r")
blueprint.before_request(open_to_all)
blueprint.record_once(lambda setup: assets.init_app(setup.app))
blueprint.record_once(lambda setup: sessions.init_app(setup.app, f"{setup.url_prefix}/"))


@blueprint.get("/<code>")
def opened(code: str) -> Response:
    """The empty form; its script makes the id."""
    link = find_open_link(code)
    return pages.empty_form(link, choose_language(request, link.languages), scripted=True)


@blueprint.get("/<code>/new")
def begun(code: str) -> Response:
    """Where a browser without script is sent: an address that holds a new id."""
    link = find_open_link(code)
    language = choose_language(request, link.languages)
    response = redirect(url_for("respond.opened_plain", code=code, response_id=uuid4(), lang=language))
    response.cache_control.no_store = True
    return response


@blueprint.get("/<code>/<response_id>")
def opened_plain(code: str, response_id: str) -> Response:
    """The empty form without script."""
    parse_id(response_id)
    link = find_open_link(code)
    return pages.empty_form(link, choose_language(request, link.languages), scripted=False)


@blueprint.post("/<code>")
@blueprint.post("/<code>/<response_id>")
def sent(code: str, response_id: str | None = None) -> Response:
    """One press of a button: another page of the form, or the answers are stored."""
    if not is_own_origin(request):
        raise Refused("wrong_origin")
    link = find_link(code)
    post = read_post(request.form, link, response_id)
    step = next_step(post, unpack(pages.signed_for(link, post), post.carried))
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
        )
    )
    return pages.thanks(post, reply_to(outcome), outcome.receipt)


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

"""What a person sees when something cannot be done: one page per kind, in Vietnamese and English.

The page speaks both, because what went wrong may be that we do not know who is asking. Below 500 the log
gets a warning, else an error with its trace. Log lines name the route, never an address with a response in it.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from html import escape

from flask import Flask, Response, make_response, render_template, request
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.messages import translations
from app.problem_details import for_program, problem
from app.queries.errors import NotFound
from app.services.errors import ServiceError

log = logging.getLogger(__name__)

LANGUAGES = ("vi", "en")

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is wrong, and what to do; English, the catalogue's keys."""

    heading: str
    advice: str


SENTENCES = {
    400: Sentence(
        _("We could not read what was sent"),
        _("Nothing was stored. Open the page again and repeat the step."),
    ),
    403: Sentence(
        _("You may not see this page"),
        _("Sign in with an account that has this right, or ask your office."),
    ),
    404: Sentence(
        _("This page does not exist"),
        _("Check the address, or go back to the page you came from and choose again."),
    ),
    405: Sentence(
        _("This page cannot be used in that way"),
        _("Nothing was stored. Open the page again and use its buttons."),
    ),
    413: Sentence(
        _("This was more than the page can take"),
        _("Nothing was stored. Go back, send less at once, and try again."),
    ),
    415: Sentence(
        _("We cannot read this kind of file"),
        _("Nothing was stored. Send a file of the kind that the page names."),
    ),
    429: Sentence(
        _("That was too many tries in a short time"),
        _("Wait a few minutes, then try again."),
    ),
    500: Sentence(
        _("Something went wrong on our side"),
        _("Wait a moment and try again. If it happens once more, tell the office."),
    ),
    503: Sentence(
        _("The service is busy or being looked after"),
        _("Wait a moment, then try again."),
    ),
}


def init_app(app: Flask) -> None:
    """Give every exception its page; the most general handler comes last."""
    app.register_error_handler(NotFound, _not_found)
    app.register_error_handler(ServiceError, _refused)
    app.register_error_handler(OperationalError, _no_database)
    app.register_error_handler(HTTPException, _known)
    app.register_error_handler(Exception, _unforeseen)


def error_page(status: int) -> Response:
    """The page for this status, or for its hundred where it has none of its own; a program is told without one."""
    if for_program():
        return problem(status)
    shown = status if status in SENTENCES else 400 if status < 500 else 500
    try:
        body = render_template(
            "errors/page.html",
            sentences={language: _translated(shown, language) for language in LANGUAGES},
            language=LANGUAGES[0],
            in_words="",
            _=translations(LANGUAGES[0]).gettext,
        )
    except Exception:
        # Whatever broke may have broken the templates too; this page needs nothing.
        log.exception("The error page could not be rendered.")
        body = plain_page(shown)
    response = make_response(body, status)
    response.headers["Cache-Control"] = "no-store"
    return response


def plain_page(status: int) -> str:
    """The same words without template, catalogue or style."""
    sentence = SENTENCES[status]
    heading, advice = escape(sentence.heading), escape(sentence.advice)
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{heading}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1"></head>'
        f"<body><main><h1>{heading}</h1><p>{advice}</p></main></body></html>\n"
    )


def _translated(status: int, language: str) -> Sentence:
    gettext = translations(language).gettext
    sentence = SENTENCES[status]
    return Sentence(gettext(sentence.heading), gettext(sentence.advice))


def _not_found(error: NotFound) -> Response:
    _warn(404, error)
    return error_page(404)


def _refused(error: ServiceError) -> Response:
    """A use case said no and the page had no better words for it; the reason is in the log."""
    _warn(400, error)
    return error_page(400)


def _known(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if status >= 500:
        log.error("%s: %s %s: %s", status, request.method, _route(), error.description)
    else:
        _warn(status, error)
    response = error_page(status)
    if error.response is None:
        response.headers.extend(
            (name, value)
            for name, value in error.get_headers()
            if name in {"Allow", "Retry-After", "WWW-Authenticate"}
        )
    return response


def _no_database(_error: OperationalError) -> Response:
    log.exception("503: %s %s: the database did not answer", request.method, _route())
    return error_page(503)


def _unforeseen(_error: Exception) -> Response:
    log.exception("500: %s %s", request.method, _route())
    return error_page(500)


def _warn(status: int, error: Exception) -> None:
    log.warning("%s: %s %s: %s", status, request.method, _route(), type(error).__name__)


def _route() -> str:
    return str(request.url_rule or request.path)

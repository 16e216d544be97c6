"""The export page of a wave: `/exports/<survey>/<wave>/`; what is asked for there leads to the page of its job."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from flask_login import current_user
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response as Redirection

from app.access import require_right
from app.exports.asked import (
    DELIMITER_TEXTS,
    FORMAT_TEXTS,
    Filled,
    Wrong,
    answer_options,
    figure_arguments,
    workbook_languages,
)
from app.exports.finding import Offer, bounds, offer
from app.messages import locale, translations
from app.office_pages import office_page, page_language
from app.services import jobs
from app.services.exporting.options import CODEBOOK_FORMATS
from app.services.exporting.work import ANSWERS, FIGURES, WORKBOOKS
from app.services.spoken import SpokenError

blueprint = Blueprint("exports", __name__, url_prefix="/exports")
blueprint.before_request(require_right)


@blueprint.get("/<survey>/<wave>/")
def wave(survey: str, wave: str) -> Response:
    """What can be had of the wave, and in which forms."""
    found = offer(survey, wave)
    return _page(found, Filled.fresh(_first_language(found)))


@blueprint.post("/<survey>/<wave>/")
def ask(survey: str, wave: str) -> Response | Redirection:
    """Ask for one of them; `what` says which form was sent."""
    found = offer(survey, wave)
    what = request.form.get("what", "")
    try:
        kind, arguments = _asked(found, what)
    except Wrong as wrong:
        return _page(found, Filled.of(request.form), 422, wrong)
    arguments |= {"survey": survey, "wave": wave, "about": f"{survey}/{wave}"}
    job = jobs.enqueue(kind, arguments, current_user.number)
    return redirect(url_for("jobs.job", key=job.key), 303)


def _asked(found: Offer, what: str) -> tuple[str, dict[str, Any]]:
    """Kind of job and arguments; not found for what the page does not offer."""
    if what == "answers" and found.wave is not None and found.refused is None:
        options = answer_options(Filled.of(request.form), found.languages)
        return ANSWERS, {"options": options.document(), "tops": bounds("export")}
    if what == "figures" and found.release is not None:
        arguments = figure_arguments(request.form, found.languages)
        return FIGURES, arguments | {"release": found.release.number, "tops": bounds("read")}
    if what == "workbooks" and found.release is not None:
        languages = workbook_languages(request.form, found.book_languages)
        return WORKBOOKS, {
            "release": found.release.number,
            "languages": languages,
            "tops": bounds("read"),
        }
    raise NoSuchPage


def _page(found: Offer, filled: Filled, status: int = 200, wrong: Wrong | None = None) -> Response:
    language = page_language()
    _ = translations(language).gettext
    refused = found.refused
    return office_page(
        "exports/wave.html",
        status,
        offer=found,
        filled=filled,
        chosen=request.form,
        title=found.title.get(language) or next(iter(found.title.values())),
        refused=refused.said(language) if isinstance(refused, SpokenError) else refused,
        formats={code: _(text) for code, text in FORMAT_TEXTS.items()},
        delimiters={code: _(text) for code, text in DELIMITER_TEXTS.items()},
        codebooks=CODEBOOK_FORMATS,
        languages=_named(found.languages, language),
        book_choices={"all": _("All languages"), **_named(found.book_languages, language)},
        first_language=_first_language(found),
        wrong=wrong,
        problem=_(wrong.sentence) if wrong else "",
    )


def _named(codes: tuple[str, ...], language: str) -> dict[str, str]:
    return {code: locale(code).get_display_name(language) or code for code in codes}


def _first_language(found: Offer) -> str:
    """The reader's language where the wave has it, else the wave's first."""
    language = page_language()
    return language if language in found.languages else found.languages[0]

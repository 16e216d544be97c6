"""The scorecard of an agency as PDF, and those of all agencies as long work."""

from __future__ import annotations

from flask import Response, make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import office_day
from app.messages import languages
from app.office_pages import page_language
from app.printing.scorecard import scorecard_pdf
from app.printing.typesetting import PrintingUnavailable
from app.queries.agencies import get_tree
from app.queries.errors import NotFound
from app.queries.releases import get_release
from app.results.sign_off import sign_off_page
from app.results.views import asked_release, blueprint, readable
from app.services.jobs import enqueue
from app.services.printing.all_scorecards import scorecard_name
from app.services.printing.scorecards import make_scorecard

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

UNAVAILABLE = _("Pages cannot be printed here, because typst is missing: pip install 'hailong[pdf]'.")


@blueprint.get("/<survey>/<wave>/agencies/<code>/scorecard.pdf", endpoint="scorecard_pdf")
def print_scorecard(survey: str, wave: str, code: str) -> Response:
    """One or two pages to hang on the wall: `?lang=` chooses the language, `?release=` an earlier release."""
    release, language = asked_release(survey, wave), _language()
    tree = get_tree(release.wave.tree_date)
    reached = tree.covered(readable())
    if code not in tree or (reached is not None and code not in reached):
        raise NotFound("agency", code)
    today = office_day(clock.now())
    card = make_scorecard(release, code, language, address=request.url_root.rstrip("/"), on=today, tree=tree)
    try:
        body = scorecard_pdf(card, release.published_on)
    except PrintingUnavailable:
        return sign_off_page(release, code, 503, problem=UNAVAILABLE)
    response = make_response(body)
    response.content_type = "application/pdf"
    name = scorecard_name(release, code, language)
    response.headers["Content-Disposition"] = f'inline; filename="{name}"'
    response.cache_control.no_store = True
    return response


@blueprint.post("/<survey>/<wave>/scorecards")
def all_scorecards(survey: str, wave: str) -> Redirection:
    """The scorecards of every agency that the person may read, as one zip that a job makes."""
    release, tops = get_release(survey, wave), readable()
    job = enqueue(
        "scorecards",
        {
            "survey": survey,
            "wave": wave,
            "number": release.number,
            "language": _language(),
            "address": request.url_root.rstrip("/"),
            "tops": None if tops is None else sorted(tops),
        },
        current_user.number,
    )
    return redirect(url_for("jobs.job", key=job.key), 303)


def _language() -> str:
    """The language of the paper; without a wish, that of the page. NotFound for one we do not speak."""
    wanted = request.values.get("lang")
    if wanted and wanted not in languages():
        raise NotFound("language", wanted)
    return wanted or page_language()

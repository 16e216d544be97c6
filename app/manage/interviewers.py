"""The interviewers of the office, and how many interviews of a wave each has done."""

from __future__ import annotations

from flask import Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirection

from app.manage.blueprint import blueprint
from app.models import Wave
from app.office_pages import office_page, page_language
from app.queries.collectors import list_collectors
from app.queries.waves import get_wave
from app.services import interviewers as service


@blueprint.get("/<survey>/<wave>/interviewers/")
def interviewers(survey: str, wave: str) -> Response:
    """Who asks, and how often they have."""
    return _page(get_wave(survey, wave))


@blueprint.post("/<survey>/<wave>/interviewers/")
def add_interviewer(survey: str, wave: str) -> Response | Redirection:
    """Put somebody on the list."""
    found = get_wave(survey, wave)
    try:
        service.add(request.form.get("code", ""), request.form.get("name", ""))
    except service.InterviewerRefused as refused:
        return _page(found, refused.said(page_language()))
    return redirect(url_for("manage.interviewers", survey=survey, wave=wave), 303)


@blueprint.post("/<survey>/<wave>/interviewers/<code>")
def set_interviewer(survey: str, wave: str, code: str) -> Response | Redirection:
    """Whether a code is still taken at a link."""
    found = get_wave(survey, wave)
    try:
        service.set_active(code, active=request.form.get("active") == "1")
    except service.InterviewerRefused as refused:
        return _page(found, refused.said(page_language()))
    return redirect(url_for("manage.interviewers", survey=survey, wave=wave), 303)


def _page(wave: Wave, problem: str = "") -> Response:
    return office_page(
        "manage/interviewers.html",
        422 if problem else 200,
        wave=wave,
        links=[one for one in list_collectors(wave) if one.mode == "interviewer"],
        counts=service.count_by_interviewer(wave),
        resting=[one for one in service.list_interviewers() if not one.active],
        given={name: request.form.get(name, "")[:255] for name in ("code", "name")},
        problem=problem,
    )

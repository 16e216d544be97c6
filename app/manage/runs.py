"""Runs of a wave: have one estimated, look at it, release it or reject it, and make a release public.

All of it concerns every agency of a wave, so it is for those who may approve over the whole tree.
"""

from __future__ import annotations

from datetime import date

from babel.numbers import format_decimal
from flask import Response, redirect, request, send_file, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app.figures import show, show_date
from app.manage.blueprint import blueprint
from app.manage.monitoring import Shown
from app.manage.words import language_names
from app.messages import languages as interface_languages
from app.messages import locale, translations
from app.models import EstimationRun, Wave
from app.office_pages import office_page, page_language
from app.queries.errors import NotFound
from app.queries.releases import get_numbered_release, list_wave_releases
from app.queries.responses import count_responses
from app.queries.retention import destroyed_on
from app.queries.runs import find_release_of_run, get_run, list_runs
from app.queries.waves import get_wave
from app.services import approving, estimating, manifests
from app.services.collecting import LONGEST, Asked
from app.services.errors import ServiceError
from app.services.run_results import changes, headlines
from app.services.runs import folder_of
from app.services.spoken import SpokenError

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_DATE = _("Write the publication date, such as 2026-03-31.")
LONELY = ("fail", "adjust", "average", "certainty", "remove")


@blueprint.get("/<survey>/<wave>/runs/")
def runs(survey: str, wave: str) -> Response:
    """What was estimated and released, and the form for the next run."""
    return _list(_wave(survey, wave))


@blueprint.post("/<survey>/<wave>/runs/")
def estimate_wave(survey: str, wave: str) -> Response | Redirection:
    """Have a run estimated; its page follows when the work is done."""
    found = _wave(survey, wave)
    try:
        published_on = date.fromisoformat(request.form.get("published_on", "").strip())
    except ValueError:
        return _list(found, translations(page_language()).gettext(NO_DATE), "published_on")
    lonely = request.form.get("lonely_psu", "fail")
    asked = Asked(
        published_on=published_on,
        languages=tuple(request.form.get("languages", "").split()),
        organisation=request.form.get("organisation", ""),
        lonely_psu=lonely if lonely in LONELY else "fail",
        changes=request.form.get("changes", ""),
        reason=request.form.get("reason", ""),
    )
    try:
        job = estimating.ask_estimate(found, asked, current_user.number)
    except ServiceError as refused:
        return _list(found, _said(refused), "estimate")
    return redirect(url_for("jobs.job", key=job.key), 303)


@blueprint.post("/<survey>/<wave>/runs/late")
def take_late(survey: str, wave: str) -> Response | Redirection:
    """Have the late answers taken into a further snapshot."""
    found = _wave(survey, wave)
    try:
        job = estimating.ask_late(found, current_user.number)
    except ServiceError as refused:
        return _list(found, _said(refused), "late")
    return redirect(url_for("jobs.job", key=job.key), 303)


@blueprint.get("/<survey>/<wave>/runs/<int:number>")
def run(survey: str, wave: str, number: int) -> Response:
    """One run: its headline figures, what it was made of, and what it changes."""
    return _one(_run(survey, wave, number))


@blueprint.post("/<survey>/<wave>/runs/<int:number>")
def decide_run(survey: str, wave: str, number: int) -> Response | Redirection:
    """Release it, or put it aside with the reason."""
    found = _run(survey, wave, number)
    try:
        if request.form.get("decision") == "approve":
            approving.approve(found, current_user.number)
        else:
            approving.reject(found, current_user.number, request.form.get("remark", ""))
    except ServiceError as refused:
        return _one(found, _said(refused))
    return redirect(url_for("manage.run", survey=survey, wave=wave, number=number), 303)


@blueprint.get("/<survey>/<wave>/runs/<int:number>/<path:path>")
def run_file(survey: str, wave: str, number: int, path: str) -> Response:
    """A file of a run, to look at before it is released."""
    found = _run(survey, wave, number)
    try:
        listed = manifests.read(folder_of(found), found.parameters["manifest_sha256"])["files"]
    except manifests.FilesChanged:
        raise NotFound("file", path) from None
    if path not in {one["path"] for one in listed} or not (folder_of(found) / path).is_file():
        raise NotFound("file", path)
    response = send_file(folder_of(found) / path, as_attachment=True, etag=False)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/<survey>/<wave>/releases/<int:number>/public")
def publish_release(survey: str, wave: str, number: int) -> Response | Redirection:
    """Let everybody read a release; who presses the button has confirmed that it cannot be taken back."""
    found = _wave(survey, wave)
    if not request.form.get("sure"):
        sentence = _("Tick that you have understood: what is public cannot be taken back.")
        return _list(found, translations(page_language()).gettext(sentence), f"sure-{number}")
    try:
        approving.publish(get_numbered_release(survey, wave, number))
    except ServiceError as refused:
        return _list(found, _said(refused), "releases")
    return redirect(url_for("manage.runs", survey=survey, wave=wave), 303)


def _wave(survey: str, wave: str) -> Wave:
    found = get_wave(survey, wave)
    if current_user.tops("approve") is not None:
        raise NotFound("wave", f"{survey}/{wave}")
    return found


def _run(survey: str, wave: str, number: int) -> EstimationRun:
    _wave(survey, wave)
    return get_run(survey, wave, number)


def _list(wave: Wave, problem: str = "", place: str = "") -> Response:
    language = page_language()
    releases = list_wave_releases(wave)
    return office_page(
        "manage/runs.html",
        422 if problem else 200,
        wave=wave,
        runs=list_runs(wave),
        releases=releases,
        choices=_language_choices(wave, language),
        late=0 if wave.anonymous else count_responses(wave, "late"),
        destroyed=destroyed_on(wave),
        lonely=_lonely_words(language),
        states=_states(language),
        shown=Shown(language),
        date=lambda day: show_date(day, language),
        typed=request.form if problem else {},
        problem=problem,
        place=place,
        longest=LONGEST,
    )


def _one(run: EstimationRun, problem: str = "") -> Response:
    language = page_language()
    wave = run.wave
    releases = list_wave_releases(wave)
    before = next((one for one in releases if one.number < run.parameters["release"]), None)
    at_hand = run.state != "rejected" and (folder_of(run) / manifests.MANIFEST).is_file()
    return office_page(
        "manage/run.html",
        422 if problem else 200,
        wave=wave,
        run=run,
        release=find_release_of_run(run),
        rows=headlines(run, language) if at_hand else (),
        changes=changes(run, before, language) if at_hand and before else None,
        at_hand=at_hand,
        own=run.made_by_id == current_user.number,
        states=_states(language),
        languages=language_names(run.parameters["languages"]),
        shown=Shown(language),
        show=lambda figure, kind: show(figure, kind, language),
        figure=lambda count: format_decimal(count, locale=locale(language)),
        date=lambda day: show_date(day, language),
        problem=problem,
        typed=request.form if problem else {},
        longest=LONGEST,
    )


def _said(refused: ServiceError) -> str:
    return refused.said(page_language()) if isinstance(refused, SpokenError) else str(refused)


def _language_choices(wave: Wave, language: str) -> list[tuple[str, str]]:
    """Each language alone, then every two of those that the interface speaks, either of them first."""
    codes = list(dict.fromkeys((*wave.languages, *interface_languages())))
    names = language_names(codes)
    both = [one for one in codes if one in interface_languages()]
    words = translations(language).gettext("%(first)s, then %(second)s")
    return [(code, names[code]) for code in codes] + [
        (f"{first} {second}", words % {"first": names[first], "second": names[second]})
        for first in both
        for second in both
        if first != second
    ]


def _states(language: str) -> dict[str, str]:
    gettext = translations(language).gettext
    return {
        "estimated": gettext("waits for approval"),
        "released": gettext("released"),
        "rejected": gettext("rejected"),
    }


def _lonely_words(language: str) -> dict[str, str]:
    gettext = translations(language).gettext
    return {
        "fail": gettext("refuse: name the strata and stop"),
        "adjust": gettext("measure it from the mean of all"),
        "average": gettext("take the average of the other strata"),
        "certainty": gettext("count it as certain: no variance"),
        "remove": gettext("leave it out of the variance"),
    }

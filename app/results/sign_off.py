"""Where the head of an agency signs a release off, and where the improvement plan is written and followed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Response, make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import office_day
from app.messages import translations
from app.models import Release
from app.models.release import LINE_STATES
from app.office_pages import office_page, page_language
from app.queries.agencies import get_tree
from app.queries.errors import NotFound
from app.queries.releases import get_numbered_release
from app.results.plan_shown import sign_off_shown, standing_shown
from app.results.views import asked_release, blueprint, readable
from app.results.wanting import number_of
from app.services import improvement, signing_off
from app.services.improvement import LineGiven, PlanRefused, state_label
from app.services.plan_pages import agency_plan, plans_csv, standing
from app.services.signing_off import Signing

# What each form of the page is called where one of them was refused.
ADD, SIGN = "add", "sign"


@blueprint.get("/<survey>/<wave>/agencies/<code>/sign-off/")
def sign_off(survey: str, wave: str, code: str) -> Response:
    """One agency: its plan, and who signed what."""
    return sign_off_page(asked_release(survey, wave), code)


@blueprint.post("/<survey>/<wave>/agencies/<code>/sign-off/")
def sign(survey: str, wave: str, code: str) -> Response | Redirection:
    """Sign the release that was shown."""

    def work(release: Release, sent: Mapping[str, str]) -> None:
        given = Signing(
            sent.get("name", ""), sent.get("position", ""), sent.get("comment", ""), sent.get("plan", "")
        )
        signing_off.sign_off(release, code, current_user.number, given)

    return _done(survey, wave, code, work, SIGN)


@blueprint.post("/<survey>/<wave>/agencies/<code>/plan/")
def add_line(survey: str, wave: str, code: str) -> Response | Redirection:
    """A new line of the plan."""
    return _done(
        survey, wave, code, lambda release, sent: improvement.add_line(release, code, _given(sent)), ADD
    )


@blueprint.post("/<survey>/<wave>/agencies/<code>/plan/<int(max=2147483647):number>")
def change_line(survey: str, wave: str, code: str, number: int) -> Response | Redirection:
    """Another text, owner, day or item of a line, or how far it is (`do=state`), or away with it (`do=remove`)."""

    def work(release: Release, sent: Mapping[str, str]) -> None:
        was = sent.get("was", "")
        if sent.get("do") == "state":
            improvement.set_state(release, code, number, sent.get("state", ""), was)
        elif sent.get("do") == "remove":
            improvement.remove_line(release, code, number, was)
        else:
            improvement.change_line(release, code, number, _given(sent), was)

    return _done(survey, wave, code, work, f"line-{number}")


@blueprint.post("/<survey>/<wave>/agencies/<code>/plan/earlier")
def take_over_plan(survey: str, wave: str, code: str) -> Response | Redirection:
    """The plan of the newest earlier release of this wave, copied."""
    return _done(survey, wave, code, lambda release, sent: improvement.take_over(release, code), ADD)


@blueprint.get("/<survey>/<wave>/sign-offs/")
def sign_offs(survey: str, wave: str) -> Response:
    """Which agencies have signed, and how far their plans are."""
    release, language = asked_release(survey, wave), page_language()
    page = number_of(request.args.get("page"), "page") or 1
    found = standing(release, language, office_day(clock.now()), readable(), page)
    return office_page(
        "results/sign_offs.html",
        survey=survey,
        wave=wave,
        release=release,
        wave_title=_in(release.wave.title, language),
        found=found,
        lines=standing_shown(found, release, language),
    )


@blueprint.get("/<survey>/<wave>/plans.csv")
def plans(survey: str, wave: str) -> Response:
    """All plans that the person may see, for a spreadsheet."""
    release = asked_release(survey, wave)
    response = make_response(plans_csv(release, page_language(), office_day(clock.now()), readable()))
    response.content_type = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = (
        f'attachment; filename="plans-{survey}-{wave}-{release.number}.csv"'
    )
    response.cache_control.no_store = True
    return response


def sign_off_page(
    release: Release, code: str, status: int = 200, *, problem: str = "", form: str = "", field: str = ""
) -> Response:
    """The page of one agency; `form` and `field` say where something typed was refused, `problem` why.

    NotFound for an agency that the person may not read.
    """
    language, wave = page_language(), release.wave
    plan = agency_plan(release, code, language, office_day(clock.now()), readable())
    return office_page(
        "results/sign_off.html",
        status,
        survey=wave.survey.code,
        wave=wave.code,
        wave_title=_in(wave.title, language),
        number=release.number,
        release_wave_anonymous=wave.anonymous,
        page=sign_off_shown(plan, release, language),
        may_sign=_may_sign(release, code),
        states=[(one, state_label(one, language)) for one in LINE_STATES],
        problem=translations(language).gettext(problem) if problem else "",
        wrong_form=form,
        wrong_field=field,
        typed=request.form if form else {},
    )


def _done(
    survey: str, wave: str, code: str, work: Callable[[Release, Mapping[str, str]], Any], form: str
) -> Response | Redirection:
    """Do it for the release that the page showed, then show the page anew; refused: the page with what was typed."""
    number = number_of(request.form.get("release"), "release")
    if number is None:
        raise NotFound("release", request.form.get("release", ""))
    release = get_numbered_release(survey, wave, number)
    if not _may_sign(release, code):
        raise NotFound("agency", code)
    try:
        work(release, request.form)
    except PlanRefused as refused:
        return sign_off_page(
            release,
            code,
            422,
            problem=refused.said(page_language()),
            form=form,
            field=refused.field,
        )
    return redirect(url_for("results.sign_off", survey=survey, wave=wave, code=code), 303)


def _may_sign(release: Release, code: str) -> bool:
    """Whether the person answers for this agency, or for one above it."""
    if not current_user.may("sign_off"):
        return False
    reached = get_tree(release.wave.tree_date).covered(current_user.tops("sign_off"))
    return reached is None or code in reached


def _given(sent: Mapping[str, str]) -> LineGiven:
    return LineGiven(
        measure=sent.get("measure", ""),
        owner=sent.get("owner", ""),
        due_on=sent.get("due_on", ""),
        state=sent.get("state") or "planned",
        item=sent.get("item", ""),
    )


def _in(titles: Mapping[str, str], language: str) -> str:
    return titles.get(language) or next(iter(titles.values()))

"""Surveys and their waves on paper: a survey is created, a wave is planned, and changed while it is planned."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask import Response, redirect, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import office_day
from app.manage.blueprint import blueprint
from app.manage.fields import Told
from app.manage.wave_form import LEVELS, new_wave, read_titles, read_wave, title_languages, write_wave
from app.manage.wave_words import day_names, kinds_of_wave, layouts
from app.manage.words import language_names
from app.models import InstrumentVersion, Survey, Wave
from app.office_pages import office_page, page_language
from app.queries.waves import get_survey, get_wave, list_instrument_versions, list_surveys
from app.services import fieldwork
from app.services.faults import Fault
from app.services.fieldwork.wave_faults import LEAST_ANONYMOUS
from app.services.spoken import SpokenError


@blueprint.get("/surveys/")
def surveys() -> Response:
    """Every survey with its waves, and the form for another."""
    return _surveys(Told())


@blueprint.post("/surveys/")
def create_survey() -> Response | Redirection:
    """A new survey; its first wave is planned next."""
    given = _typed()
    try:
        made = fieldwork.create_survey(given.get("code", ""), read_titles(given))
    except fieldwork.SettingsRefused as refused:
        return _surveys(_told(given, refused.faults), 422)
    except fieldwork.CodeTaken as taken:
        return _surveys(Told(given, {"code": taken.said(page_language())}), 422)
    return redirect(url_for("manage.new_wave_form", survey=made.code), 303)


@blueprint.get("/surveys/<survey>/plan")
def new_wave_form(survey: str) -> Response:
    """The form for a wave."""
    given = new_wave(list_instrument_versions(), office_day(clock.now()))
    return _page(get_survey(survey), None, Told(given))


@blueprint.post("/surveys/<survey>/plan")
def plan_wave(survey: str) -> Response | Redirection:
    """A planned wave."""
    found = get_survey(survey)
    version, settings, faults = read_wave(request.form, list_instrument_versions())
    code = request.form.get("code", "").strip()
    try:
        if faults or version is None:
            raise fieldwork.SettingsRefused(faults)
        anonymous = request.form.get("anonymous") == "1"
        if anonymous:
            settings["threshold"] = max(settings["threshold"], LEAST_ANONYMOUS)
        made = fieldwork.create_wave(found, code, version, anonymous=anonymous, **settings)
    except fieldwork.SettingsRefused as refused:
        return _page(found, None, _told(request.form, refused.faults), 422)
    except fieldwork.CodeTaken as taken:
        return _page(found, None, Told(request.form, {"code": taken.said(page_language())}), 422)
    return redirect(url_for("manage.wave", survey=found.code, wave=made.code), 303)


@blueprint.get("/<survey>/<wave>/plan")
def wave_plan(survey: str, wave: str) -> Response:
    """The plan of a wave; it can be changed while the wave is planned."""
    found = get_wave(survey, wave)
    return _page(found.survey, found, Told(write_wave(found)))


@blueprint.post("/<survey>/<wave>/plan")
def change_wave(survey: str, wave: str) -> Response | Redirection:
    """Change a planned wave."""
    found = get_wave(survey, wave)
    version, settings, faults = read_wave(request.form, list_instrument_versions())
    try:
        if faults or version is None:
            raise fieldwork.SettingsRefused(faults)
        fieldwork.change_wave(found, version, **settings)
    except fieldwork.SettingsRefused as refused:
        return _page(found.survey, found, _told(request.form, refused.faults), 422)
    except SpokenError as refused:
        return _page(found.survey, found, Told(request.form, {"": refused.said(page_language())}), 409)
    return redirect(url_for("manage.wave", survey=survey, wave=wave), 303)


def _surveys(told: Told, status: int = 200) -> Response:
    return office_page(
        "manage/surveys.html", status, surveys=list_surveys(), told=told, languages=title_languages()
    )


def _page(survey: Survey, wave: Wave | None, told: Told, status: int = 200) -> Response:
    language = page_language()
    versions = list_instrument_versions()
    given = told.given
    return office_page(
        "manage/wave_plan.html",
        status,
        survey=survey,
        wave=wave,
        told=told,
        chosen=given.getlist("languages") if isinstance(given, MultiDict) else [],
        versions=[(_identity(one), _title(one, language)) for one in versions],
        spoken=language_names(_spoken(versions)),
        languages=title_languages(wave.title if wave else None),
        levels=LEVELS,
        kinds=kinds_of_wave(language),
        layouts=layouts(language),
        days=day_names(language),
        fixed=wave is not None and wave.state != "planned",
    )


def _told(given: Mapping[str, str], faults: Iterable[Fault]) -> Told:
    """A title's fault leads to its first field, the hours' to Monday's."""
    first = {"title": f"title_{title_languages()[0]}", "hours": "hours_mon"}
    moved = [Fault(first.get(str(one.place), one.place), one.sentence, one.facts) for one in faults]
    return Told.wrong(given, moved, page_language())


def _typed() -> dict[str, str]:
    return {name: text.strip() for name, text in request.form.items() if name != "csrf_token"}


def _identity(version: InstrumentVersion) -> str:
    return f"{version.code}@{version.version}"


def _title(version: InstrumentVersion, language: str) -> str:
    titles = version.document["title"]
    return f"{titles.get(language) or next(iter(titles.values()))} ({_identity(version)})"


def _spoken(versions: Iterable[InstrumentVersion]) -> list[str]:
    found = {language for one in versions for language in one.document["languages"]}
    return sorted(found, key=lambda code: (code != "vi", code != "en", code))

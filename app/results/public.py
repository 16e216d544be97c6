"""What everybody may read without an account: releases marked public, agency by agency, and their workbooks.

No session and no cookie: the language is that of the address or of the browser, so that a proxy can keep the pages.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, make_response, render_template, request, send_file

from app import messages
from app.access import open_to_all
from app.models import Release
from app.office_pages import languages_offered, page_translations
from app.queries.errors import NotFound
from app.queries.survey_releases import list_public_releases, list_public_waves
from app.results.agency_page import agency_page
from app.results.page import wave_page, waves_page
from app.results.unit_page import unit_page
from app.results.wanting import kept_of, number_of, wanted_of
from app.services.agency_results import agency_card
from app.services.overview import overview
from app.services.release_files import is_signed, signature_path, workbook_path
from app.services.staff.public import public_unit_result

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIGNATURE_TYPE = "application/json"
KEPT_FOR = 300  # seconds; after that a browser asks whether the page is still the same
EVERYWHERE = "*"

blueprint = Blueprint("public", __name__, url_prefix="/public")
blueprint.before_request(open_to_all)


@blueprint.get("/")
def waves() -> Response:
    """The waves that have a public release."""
    return _page("results/waves.html", place="public", waves=waves_page(list_public_waves(), _language()))


@blueprint.get("/<survey>/<wave>/")
def wave(survey: str, wave: str) -> Response:
    """One level of the agencies of a wave; of anonymous staff the tables of the release instead."""
    release, releases = _asked(survey, wave)
    if release.wave.anonymous:
        return _unit(release, survey, wave, EVERYWHERE)
    language = _language()
    seen = overview(release, language, wanted_of(request.args))
    page = wave_page(seen, release, releases, kept_of(request.args), language)
    return _page("results/wave.html", **_around(release, survey, wave), page=page)


@blueprint.get("/<survey>/<wave>/agencies/<code>/")
def agency(survey: str, wave: str, code: str) -> Response:
    """One agency, as in the office but for what only the office may do."""
    release, releases = _asked(survey, wave)
    language, index = _language(), request.args.get("index")
    card = agency_card(release, code, language, index, public=True)
    page = agency_page(card, release, releases, language)
    around = _around(release, survey, wave)
    return _page("results/agency.html", **around, asked_index=index, further=(), page=page)


@blueprint.get("/<survey>/<wave>/units/", defaults={"agency": EVERYWHERE})
@blueprint.get("/<survey>/<wave>/units/<agency>/")
def unit(survey: str, wave: str, agency: str) -> Response:
    """One unit of a staff wave, from the tables of the release and nothing else."""
    release, _releases = _asked(survey, wave)
    return _unit(release, survey, wave, agency)


@blueprint.get("/<survey>/<wave>/workbooks/<stem>.xlsx")
def workbook(survey: str, wave: str, stem: str) -> Response:
    """A workbook of a public release, to keep; `?in=` chooses its language."""
    release = _with_books(survey, wave)
    path = workbook_path(release, stem, request.args.get("in"))
    return _file(path, WORKBOOK_TYPE, f"{survey}-{wave}-{path.name}")


@blueprint.get("/<survey>/<wave>/workbooks/<stem>.xlsx.sig")
def signature(survey: str, wave: str, stem: str) -> Response:
    """The signature of a workbook."""
    release = _with_books(survey, wave)
    path = signature_path(release, stem, request.args.get("in"))
    return _file(path, SIGNATURE_TYPE, f"{survey}-{wave}-{path.name}")


def _asked(survey: str, wave: str) -> tuple[Release, list[Release]]:
    """The newest public release of a wave, or the one that `?release=` names, among all public ones."""
    releases = list_public_releases(survey, wave)
    number = number_of(request.args.get("release"), "release")
    for one in releases:
        if number in (None, one.number):
            return one, releases
    raise NotFound("public release", f"{survey}/{wave}/{number}")


def _with_books(survey: str, wave: str) -> Release:
    """A public release whose workbooks are public too; those of anonymous staff hold what people wrote."""
    release, _releases = _asked(survey, wave)
    if release.wave.anonymous:
        raise NotFound("public workbook of wave", f"{survey}/{wave}")
    return release


def _unit(release: Release, survey: str, wave: str, agency: str) -> Response:
    language = _language()
    result = public_unit_result(release, agency, request.args.get("by"), language)
    title = release.wave.title
    return _page(
        "results/unit.html",
        **_around(release, survey, wave),
        wave_title=title.get(language) or next(iter(title.values())),
        page=unit_page(result, language),
    )


def _around(release: Release, survey: str, wave: str) -> dict[str, Any]:
    return {"place": "public", "survey": survey, "wave": wave, "signed": partial(is_signed, release)}


def _language() -> str:
    """`?lang=`, else the browser's wish, else the house's."""
    offered = languages_offered()
    asked = request.args.get("lang")
    return asked if asked in offered else request.accept_languages.best_match(offered) or offered[0]


def _page(template: str, **context: Any) -> Response:
    """A page that may be kept by anybody, told apart by the reader's languages."""
    language = _language()
    body = render_template(
        template,
        language=language,
        in_words="",
        tools="public_tools",
        translations=page_translations(language),
        _=messages.translations(language).gettext,
        **context,
    )
    return _cached(make_response(body))


def _file(path: Path, kind: str, name: str) -> Response:
    return _cached(send_file(path, kind, as_attachment=True, download_name=name, etag=True, conditional=True))


def _cached(response: Response) -> Response:
    response.cache_control.public = True
    response.cache_control.no_cache = None
    response.cache_control.max_age = KEPT_FOR
    response.vary.add("Accept-Language")
    if not response.direct_passthrough:
        response.add_etag()
    return response.make_conditional(request)

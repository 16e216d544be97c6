"""The addresses of the results: which waves there are, one wave's agencies, one agency, and files to take away."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, make_response, request, send_file
from flask_login import current_user

from app.access import require_right
from app.models import Release
from app.office_pages import office_page, page_language
from app.queries.releases import (
    get_numbered_release,
    get_release,
    list_released_waves,
    list_wave_releases,
)
from app.results.agency_links import agency_links
from app.results.agency_page import agency_page
from app.results.page import wave_page, waves_page
from app.results.wanting import kept_of, number_of, wanted_of
from app.services.agency_results import agency_card
from app.services.overview import overview
from app.services.release_files import is_signed, signature_path, workbook_path
from app.workbooks.copies import csv_copy, ods_copy

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SIGNATURE_TYPE = "application/json"
OPEN_DOCUMENT_TYPE = "application/vnd.oasis.opendocument.spreadsheet"

blueprint = Blueprint("results", __name__, url_prefix="/results")
blueprint.before_request(require_right)


@blueprint.get("/")
def waves() -> Response:
    """The waves that have a release."""
    shown = waves_page(list_released_waves(), page_language())
    return office_page("results/waves.html", place="results", tools="office_tools", waves=shown)


@blueprint.get("/<survey>/<wave>/")
def wave(survey: str, wave: str) -> Response:
    """One level of the agencies of a wave: `?branch=` whose, `?index=` by what, and conditions."""
    release, language = asked_release(survey, wave), page_language()
    seen = overview(release, language, wanted_of(request.args), readable())
    page = wave_page(seen, release, list_wave_releases(release.wave), kept_of(request.args), language)
    return office_page("results/wave.html", **around(release, survey, wave), page=page)


@blueprint.get("/<survey>/<wave>/agencies/<code>/")
def agency(survey: str, wave: str, code: str) -> Response:
    """One agency: `?index=` chooses what stands at its head."""
    release, language, index = asked_release(survey, wave), page_language(), request.args.get("index")
    card = agency_card(release, code, language, index, readable())
    page = agency_page(card, release, list_wave_releases(release.wave), language)
    further = agency_links(release, survey, wave, code, language, page.release.pinned)
    return office_page(
        "results/agency.html", **around(release, survey, wave), asked_index=index, further=further, page=page
    )


@blueprint.get("/<survey>/<wave>/workbooks/<stem>.xlsx")
def workbook(survey: str, wave: str, stem: str) -> Response:
    """A workbook of a release, to keep; `?in=` chooses its language."""
    path = workbook_path(asked_release(survey, wave), stem, request.args.get("in"), readable())
    return kept(path, WORKBOOK_TYPE, f"{survey}-{wave}-{path.name}")


@blueprint.get("/<survey>/<wave>/workbooks/<stem>.xlsx.sig")
def signature(survey: str, wave: str, stem: str) -> Response:
    """The signature of a workbook, under the name by which it is found beside it."""
    path = signature_path(asked_release(survey, wave), stem, request.args.get("in"), readable())
    return kept(path, SIGNATURE_TYPE, f"{survey}-{wave}-{path.name}")


@blueprint.get("/<survey>/<wave>/workbooks/<stem>.ods")
def open_document(survey: str, wave: str, stem: str) -> Response:
    """A copy of a workbook in OpenDocument format."""
    path = workbook_path(asked_release(survey, wave), stem, request.args.get("in"), readable())
    return made(ods_copy(path), OPEN_DOCUMENT_TYPE, f"{survey}-{wave}-{stem}.ods")


@blueprint.get("/<survey>/<wave>/workbooks/<stem>.csv.zip")
def csv(survey: str, wave: str, stem: str) -> Response:
    """The tables of a workbook as CSV; `?bom=0` for programs that want no mark at the beginning."""
    path = workbook_path(asked_release(survey, wave), stem, request.args.get("in"), readable())
    copy = csv_copy(path, bom=request.args.get("bom") != "0")
    return made(copy, "application/zip", f"{survey}-{wave}-{stem}.csv.zip")


def around(release: Release, survey: str, wave: str) -> dict[str, Any]:
    """What the templates of results need beside their page: whose addresses they lead to, and what is signed."""
    return {
        "place": "results",
        "tools": "office_tools",
        "survey": survey,
        "wave": wave,
        "signed": partial(is_signed, release),
    }


def asked_release(survey: str, wave: str) -> Release:
    """The newest release of a wave, or the one that `?release=` names."""
    number = number_of(request.args.get("release"), "release")
    if number is None:
        return get_release(survey, wave)
    return get_numbered_release(survey, wave, number)


def readable() -> frozenset[str] | None:
    """The agencies over whose branches the person may read; None: over all."""
    return current_user.tops("read")


def made(content: bytes, kind: str, name: str) -> Response:
    """What was made on the way out, to be saved under a name."""
    response = make_response(content)
    response.content_type = kind
    response.headers.set("Content-Disposition", "attachment", filename=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def kept(path: Path, kind: str, name: str) -> Response:
    """A file to be saved under a name; nobody between us and the reader keeps it."""
    response = send_file(path, kind, as_attachment=True, download_name=name, etag=False)
    response.headers["Cache-Control"] = "no-store"
    return response

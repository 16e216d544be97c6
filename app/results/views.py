"""The addresses of the results: which waves there are, one wave's agencies, and the workbooks."""

from __future__ import annotations

from flask import Blueprint, Response, request, send_file

from app.access import require_right
from app.office_pages import office_page, page_language
from app.queries.releases import get_release, list_released_waves
from app.results.choosing import Wanted
from app.results.page import wave_page, waves_page
from app.services.overview import overview, workbook_path

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("results", __name__, url_prefix="/results")
blueprint.before_request(require_right)


@blueprint.get("/")
def waves() -> Response:
    """The waves that have a release."""
    return office_page("results/waves.html", waves=waves_page(list_released_waves(), page_language()))


@blueprint.get("/<survey>/<wave>/")
def wave(survey: str, wave: str) -> Response:
    """The agencies of a wave: `?index=` chooses the index, `?branch=` an agency with all below it."""
    release = get_release(survey, wave)
    language = page_language()
    wanted = Wanted(request.args.get("index"), request.args.get("branch"))
    page = wave_page(overview(release, language), release, wanted, language)
    return office_page("results/wave.html", survey=survey, wave=wave, page=page)


@blueprint.get("/<survey>/<wave>/workbooks/<stem>.xlsx")
def workbook(survey: str, wave: str, stem: str) -> Response:
    """A workbook of the wave's newest release, to keep."""
    path = workbook_path(get_release(survey, wave), stem)
    response = send_file(
        path, WORKBOOK_TYPE, as_attachment=True, download_name=f"{survey}-{wave}-{stem}.xlsx", etag=False
    )
    response.headers["Cache-Control"] = "no-store"
    return response

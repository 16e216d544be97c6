"""The addresses of staff results: a unit's page, and the tables of the release one by one."""

from __future__ import annotations

from flask import Response, jsonify, request

from app.office_pages import office_page, page_language
from app.results.unit_page import unit_page
from app.results.views import around, asked_release, blueprint, readable
from app.services.staff.public import seen_unit_result, seen_unit_table

EVERYWHERE = "*"  # all agencies together, as the release's tables call them


@blueprint.get("/<survey>/<wave>/units/", defaults={"agency": EVERYWHERE})
@blueprint.get("/<survey>/<wave>/units/<agency>/")
def unit(survey: str, wave: str, agency: str) -> Response:
    """One unit: `?by=` chooses a profile item of the release's tables."""
    language = page_language()
    release = asked_release(survey, wave)
    result = seen_unit_result(release, agency, request.args.get("by"), language, readable())
    return office_page(
        "results/unit.html",
        **around(release, survey, wave),
        wave_title=release.wave.title.get(language) or next(iter(release.wave.title.values())),
        page=unit_page(result, language),
    )


@blueprint.get("/<survey>/<wave>/units/<agency>/table.json")
def table(survey: str, wave: str, agency: str) -> Response:
    """One table of the release's set: the unit as a whole, or by the profile item of `?by=`; else not found."""
    found = seen_unit_table(asked_release(survey, wave), agency, request.args.get("by") or None, readable())
    response = jsonify(found)
    response.headers["Cache-Control"] = "no-store"
    return response

"""The waves of the office, and one wave with its links."""

from __future__ import annotations

from babel.numbers import format_decimal
from flask import Response

from app.manage.blueprint import blueprint
from app.manage.words import modes
from app.messages import locale
from app.office_pages import office_page, page_language
from app.queries.agencies import get_tree
from app.queries.collectors import list_collectors
from app.queries.responses import count_responses
from app.queries.waves import get_wave, list_waves


@blueprint.get("/")
def waves() -> Response:
    """Every wave, the newest first."""
    return office_page("manage/waves.html", waves=list_waves())


@blueprint.get("/<survey>/<wave>/")
def wave(survey: str, wave: str) -> Response:
    """One wave: its state, its links, and what can be done with them."""
    found = get_wave(survey, wave)
    tree = get_tree(found.tree_date)
    language = page_language()
    return office_page(
        "manage/wave.html",
        wave=found,
        collectors=list_collectors(found),
        names={one.code: one.label(language) for one in tree.agencies},
        modes=modes(language),
        figure=lambda count: format_decimal(count, locale=locale(language)),
        counted=count_responses(found, "counted"),
        late=count_responses(found, "late"),
    )

"""The waves of the office, and one wave with its links."""

from __future__ import annotations

from babel.numbers import format_decimal
from flask import Response

from app.manage.blueprint import blueprint
from app.manage.fields import number_of_page
from app.manage.finding import entered_agencies, entered_collectors, entered_tops, entered_wave
from app.manage.words import modes
from app.messages import locale
from app.models import Wave
from app.office_pages import office_page, page_language
from app.queries.agencies import get_tree
from app.queries.reach import list_waves_reached
from app.queries.releases import count_releases
from app.queries.responses import count_responses

# Links that one page lists.
PER_PAGE = 200


@blueprint.get("/")
def waves() -> Response:
    """Every wave with a link in one's branches, the newest first."""
    return office_page("manage/waves.html", waves=list_waves_reached(entered_tops()))


@blueprint.get("/<survey>/<wave>/")
def wave(survey: str, wave: str) -> Response:
    """One wave: its state, its links, and what can be done with them."""
    found = entered_wave(survey, wave)
    tree = get_tree(found.tree_date)
    language = page_language()
    inside = entered_agencies(found)
    collectors = entered_collectors(found)
    page, pages = number_of_page(len(collectors), PER_PAGE)
    return office_page(
        "manage/wave.html",
        wave=found,
        released=count_releases(found) > 0,
        next_step=_next_step(found),
        collectors=collectors[(page - 1) * PER_PAGE : page * PER_PAGE],
        page=page,
        pages=pages,
        names={one.code: one.label(language) for one in tree.agencies},
        modes=modes(language),
        figure=lambda count: format_decimal(count, locale=locale(language)),
        counted=count_responses(found, "counted", inside),
        late=count_responses(found, "late", inside),
    )


def _next_step(wave: Wave) -> str | None:
    """What the office does next with a wave; None once its answers are frozen."""
    if wave.snapshot_sha256:
        return None
    return {"planned": "open", "open": "close", "closed": "freeze"}[wave.state]

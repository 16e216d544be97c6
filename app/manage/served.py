"""The page where the office takes in how many transactions were served."""

from __future__ import annotations

from babel.numbers import format_decimal
from flask import Response, request
from flask_login import current_user

from app.figures import show_date
from app.manage.blueprint import blueprint
from app.messages import locale, translations
from app.office_pages import office_page, page_language
from app.queries.monitoring import last_served
from app.services import served as service

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_FILE = _("Choose a CSV file.")

# Problems that one page shows; it says how many there are.
MOST_SHOWN = 200


@blueprint.url_value_preprocessor
def allow_large_list(endpoint: str | None, _values: object) -> None:
    """A year of every office is larger than any form; only who is signed in may send so much."""
    if endpoint == "manage.import_served" and current_user.is_authenticated:
        request.max_content_length = service.LARGEST_FILE + 64 * 1024


@blueprint.get("/served")
def served() -> Response:
    """Choose a file, and what there is already."""
    return _page()


@blueprint.post("/served")
def import_served() -> Response:
    """Take it in, or name every problem by its row."""
    file = request.files.get("file")
    language = page_language()
    _ = translations(language).gettext
    if file is None or not file.filename:
        return _page(422, problem=_(NO_FILE))
    try:
        return _page(stored=service.import_served(file.read()))
    except service.ServedUnreadable as refused:
        return _page(422, problem=refused.said(language))
    except service.ServedRefused as refused:
        found = [(one.row, _(one.sentence) % one.facts) for one in refused.problems]
        return _page(422, problem=_("Nothing was stored. Mend the rows named below."), problems=found)


def _page(
    status: int = 200,
    *,
    problem: str = "",
    problems: list[tuple[int, str]] | None = None,
    stored: service.Stored | None = None,
) -> Response:
    language = page_language()
    return office_page(
        "manage/served.html",
        status,
        problem=problem,
        problems=(problems or [])[:MOST_SHOWN],
        n_problems=len(problems or ()),
        stored=stored,
        last=last_served(),
        columns=service.COLUMNS,
        date=lambda day: show_date(day, language),
        figure=lambda count: format_decimal(count, locale=locale(language)),
    )

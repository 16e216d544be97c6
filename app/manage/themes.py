"""Where the office marks open comments with themes."""

from __future__ import annotations

from babel.numbers import format_decimal
from flask import Response, make_response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirection

from app.manage.blueprint import blueprint
from app.manage.fields import whole_number
from app.messages import locale, translations
from app.models import Wave
from app.office_pages import office_page, page_language
from app.queries.comments import count_codings, get_theme, list_themes
from app.queries.errors import NotFound
from app.queries.waves import get_wave, instrument_of
from app.services import themes
from app.services.spoken import SpokenError
from app.services.spreadsheets import LARGEST_FILE
from app.services.theme_files import codings_csv, import_codings
from app.services.themes import Marked

ON_A_PAGE = 20

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_FILE = _("Choose the file with the codings.")


@blueprint.url_value_preprocessor
def allow_large_codings(endpoint: str | None, _values: object) -> None:
    """A file of all comments is larger than any form."""
    if endpoint == "manage.import_codings_file":
        request.max_content_length = LARGEST_FILE + 64 * 1024


@blueprint.get("/<survey>/<wave>/comments/")
def comments(survey: str, wave: str) -> Response:
    """Comments page by page, each with a box per theme; `?show=uncoded` those without one."""
    return _comments(get_wave(survey, wave))


@blueprint.post("/<survey>/<wave>/comments/")
def mark_comments(survey: str, wave: str) -> Response | Redirection:
    """Store what was ticked and unticked on a page of comments."""
    found = get_wave(survey, wave)
    marked = [
        Marked(
            key,
            frozenset(request.form.get(f"was-{key}", "").split()),
            frozenset(request.form.getlist(f"themes-{key}")),
        )
        for key in request.form.getlist("comment")[:ON_A_PAGE]
    ]
    try:
        themes.mark(found, marked)
    except SpokenError as refused:
        return _comments(found, 422, problem=refused.said(page_language()))
    # What was coded leaves the list of the uncoded, so that the next ones stand on the same page.
    show = request.form.get("show") or None
    page = (whole_number(request.form, "page") or 1) + (show is None)
    pages = _pages(found, show == "uncoded")
    return redirect(
        url_for("manage.comments", survey=survey, wave=wave, show=show, page=min(page, pages)), 303
    )


@blueprint.get("/<survey>/<wave>/comments/themes/")
def comment_themes(survey: str, wave: str) -> Response:
    """The themes: new ones, other names, and away with one."""
    return _themes(get_wave(survey, wave))


@blueprint.post("/<survey>/<wave>/comments/themes/")
def add_theme(survey: str, wave: str) -> Response | Redirection:
    """A new theme."""
    found = get_wave(survey, wave)
    try:
        themes.add_theme(found, request.form.get("code", ""), _label())
    except SpokenError as refused:
        return _themes(found, 422, problem=refused.said(page_language()), wrong="new")
    return _back_to_themes(found)


@blueprint.post("/<survey>/<wave>/comments/themes/<code>")
def change_theme(survey: str, wave: str, code: str) -> Response | Redirection:
    """Another name, or away with it (`do=remove`)."""
    found = get_wave(survey, wave)
    get_theme(found, code)
    if request.form.get("do") == "remove":
        themes.remove_theme(found, code)
        return _back_to_themes(found)
    try:
        themes.name_theme(found, code, _label())
    except SpokenError as refused:
        return _themes(found, 422, problem=refused.said(page_language()), wrong=code)
    return _back_to_themes(found)


@blueprint.get("/<survey>/<wave>/comments/codings.csv")
def codings_file(survey: str, wave: str) -> Response:
    """Every comment with its themes, to be marked in a spreadsheet."""
    found = get_wave(survey, wave)
    response = make_response(codings_csv(found, page_language()))
    response.content_type = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="comments-{survey}-{wave}.csv"'
    response.cache_control.no_store = True
    return response


@blueprint.post("/<survey>/<wave>/comments/codings")
def import_codings_file(survey: str, wave: str) -> Response | Redirection:
    """The same file again, with its column of themes filled."""
    found, language = get_wave(survey, wave), page_language()
    file = request.files.get("file")
    if file is None or not file.filename:
        return _themes(found, 422, problem=translations(language).gettext(NO_FILE), wrong="file")
    try:
        count = import_codings(found, file.read())
    except SpokenError as refused:
        return _themes(found, 422, problem=refused.said(language), wrong="file")
    return _themes(found, taken_in=count)


def _comments(wave: Wave, status: int = 200, *, problem: str = "") -> Response:
    language = page_language()
    uncoded = request.values.get("show") == "uncoded"
    page, pages = whole_number(request.values, "page") or 1, _pages(wave, uncoded)
    if page > pages:
        raise NotFound("page", page)
    return office_page(
        "manage/comments.html",
        status,
        wave=wave,
        progress=themes.progress(wave),
        themes=list_themes(wave),
        texts={item.code: item.text for item in instrument_of(wave).items},
        comments=themes.shown_comments(wave, uncoded=uncoded, start=(page - 1) * ON_A_PAGE, most=ON_A_PAGE),
        uncoded=uncoded,
        page=page,
        pages=pages,
        problem=problem,
        # What was ticked before it was refused stays ticked.
        ticked={key: request.form.getlist(f"themes-{key}") for key in request.form.getlist("comment")},
        figure=_figure(language),
    )


def _themes(
    wave: Wave, status: int = 200, *, problem: str = "", wrong: str = "", taken_in: int | None = None
) -> Response:
    language = page_language()
    return office_page(
        "manage/themes.html",
        status,
        wave=wave,
        progress=themes.progress(wave),
        themes=list_themes(wave),
        counts=count_codings(wave),
        problem=problem,
        wrong=wrong,
        taken_in=taken_in,
        typed=request.form if wrong else {},
        figure=_figure(language),
    )


def _pages(wave: Wave, uncoded: bool) -> int:
    found = themes.progress(wave)
    count = found.comments - found.coded if uncoded else found.comments
    return max(1, -(-count // ON_A_PAGE))


def _back_to_themes(wave: Wave) -> Redirection:
    return redirect(url_for("manage.comment_themes", survey=wave.survey.code, wave=wave.code), 303)


def _label() -> dict[str, str]:
    return {language: request.form.get(language, "") for language in themes.LANGUAGES}


def _figure(language: str):
    return lambda count: format_decimal(count, locale=locale(language))

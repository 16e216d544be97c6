"""The list of agencies as a file: out as CSV, and in again after a preview of every change and every problem."""

from __future__ import annotations

from datetime import date

from flask import Response, make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.config import office_day
from app.manage.agency_changes import effect_words
from app.manage.blueprint import blueprint
from app.messages import translations
from app.office_pages import office_page, page_language
from app.services import uploads
from app.services.agencies import AgenciesRefused
from app.services.agencies.changing import NotAsSeen
from app.services.agencies.importing import UPLOAD, import_list, preview_list
from app.services.agencies.listing import WRITTEN, parsed_day, write_agency_list
from app.services.spoken import SpokenError
from app.services.spreadsheets import LARGEST_FILE

# Problems that one page shows; it says how many there are.
MOST_SHOWN = 200

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_FILE = _("Choose a file, or there is nothing to look at.")
NO_DAY = _("Write the day from which it holds, as in 2026-03-31.")
MENDED = _("Nothing was changed. Mend the rows named below and send the file again.")


class _Wrong(SpokenError):
    """The form was not filled so that anything could be done."""


@blueprint.url_value_preprocessor
def allow_large_agency_list(endpoint: str | None, _values: object) -> None:
    """A country's list is larger than any form; only who is signed in may send so much."""
    if endpoint == "manage.send_agency_list" and current_user.is_authenticated:
        request.max_content_length = LARGEST_FILE + 64 * 1024


@blueprint.get("/agencies/list")
def agency_list() -> Response:
    """Choose a file and a day."""
    return _page(on=_today().isoformat())


@blueprint.post("/agencies/list")
def send_agency_list() -> Response | Redirection:
    """Look at a file; where it may be taken in, it is kept until its sender confirms."""
    file = request.files.get("file")
    typed = request.form.get("on", "").strip()[:20]
    language = page_language()
    try:
        on = parsed_day(typed)
        if on is None:
            raise _Wrong(NO_DAY)
        if file is None or not file.filename:
            raise _Wrong(NO_FILE)
        content = file.read()
        preview_list(content, on)
    except SpokenError as refused:
        return _page(422, on=typed, problem=refused.said(language))
    except AgenciesRefused as refused:
        problem = translations(language).gettext(MENDED)
        return _page(422, on=typed, problem=problem, refused=refused, language=language)
    kept = uploads.keep(current_user.number, UPLOAD, file.filename, content)
    return redirect(url_for("manage.look_at_agency_list", key=kept.key, on=on.isoformat()), 303)


@blueprint.get("/agencies/list/<key>")
def look_at_agency_list(key: str) -> Response:
    """What the file would change, before it is confirmed."""
    return _preview(key, _on())


@blueprint.post("/agencies/list/<key>")
def take_in_agency_list(key: str) -> Response | Redirection:
    """Take it in, if it would still change what was shown."""
    language, on = page_language(), _on()
    try:
        kept = uploads.find(current_user.number, UPLOAD, key)
        effect = import_list(kept.content, on, upload=kept, seen=request.form.get("seen", ""))
    except NotAsSeen:
        return _preview(key, on, again=True)
    except SpokenError as refused:
        return _page(409, on=on.isoformat(), problem=refused.said(language))
    except AgenciesRefused as refused:
        problem = translations(language).gettext(MENDED)
        return _page(409, on=on.isoformat(), problem=problem, refused=refused, language=language)
    return _page(on=on.isoformat(), done=effect)


@blueprint.get("/agencies/list.csv")
def agency_list_file() -> Response:
    """The tree of a day as a file that can be taken in again."""
    on = parsed_day(request.args.get("on", "").strip()) or _today()
    response = make_response(write_agency_list(on))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="agencies-{on.isoformat()}.csv"'
    response.cache_control.no_store = True
    return response


def _preview(key: str, on: date, again: bool = False) -> Response:
    language = page_language()
    try:
        kept = uploads.find(current_user.number, UPLOAD, key)
        given, effect = preview_list(kept.content, on)
    except SpokenError as refused:
        return _page(404, on=on.isoformat(), problem=refused.said(language))
    except AgenciesRefused as refused:
        problem = translations(language).gettext(MENDED)
        return _page(409, on=on.isoformat(), problem=problem, refused=refused, language=language)
    return office_page(
        "manage/agency_list_look.html",
        kept=kept,
        given=given,
        on=on,
        again=again,
        counts=effect.counts(),
        **effect_words(effect, language),
    )


def _page(
    status: int = 200,
    *,
    on: str,
    problem: str = "",
    refused: AgenciesRefused | None = None,
    language: str = "",
    done: object = None,
) -> Response:
    problems = refused.problems if refused else ()
    return office_page(
        "manage/agency_list.html",
        status,
        on=on,
        problem=problem,
        problems=[(one.row, one.agency, one.said(language)) for one in problems[:MOST_SHOWN]],
        n_problems=len(problems),
        done=done,
        columns=(*WRITTEN, "name_vi", "name_en"),
        largest=LARGEST_FILE >> 20,
    )


def _on() -> date:
    return parsed_day(request.values.get("on", "").strip()) or _today()


def _today() -> date:
    return office_day(clock.now())

"""Instruments: what there is, a file sent in and checked, two versions side by side, the codebook."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, make_response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app.manage.blueprint import blueprint
from app.manage.words import language_names
from app.messages import translations
from app.office_pages import office_page, page_language
from app.queries.errors import NotFound
from app.queries.waves import find_instrument_version
from app.services import fieldwork, uploads
from app.services.instrument_shelf import LARGEST_FILE, UPLOAD, find_instrument, list_known, write_codebook
from app.services.spoken import SpokenError
from surveys import loading
from surveys.comparing import compare
from surveys.instrument import Instrument
from surveys.problems import InstrumentError

MOST_SHOWN = 300

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_FILE = _("Choose a YAML file with an instrument.")
WRONG = _("The file is no valid instrument. Mend what is named below and send it again.")


@blueprint.url_value_preprocessor
def allow_large_instrument(endpoint: str | None, _values: object) -> None:
    """An instrument may be larger than a filled form; only who is signed in may send so much."""
    if endpoint == "manage.send_instrument" and current_user.is_authenticated:
        request.max_content_length = LARGEST_FILE + 64 * 1024


@blueprint.get("/instruments/")
def instruments() -> Response:
    """Every version there is, and the form for a file."""
    return _list()


@blueprint.post("/instruments/")
def send_instrument() -> Response | Redirection:
    """Check a file; a sound one is kept for its sender until it is registered."""
    file = request.files.get("file")
    _ = translations(page_language()).gettext
    if file is None or not file.filename:
        return _list(422, problem=_(NO_FILE))
    content, name = file.read(), file.filename[:255]
    try:
        loading.loads(content, name)
    except InstrumentError as refused:
        return _list(422, problem=_(WRONG), refused=refused)
    kept = uploads.keep(current_user.number, UPLOAD, name, content)
    return redirect(url_for("manage.instrument_file", key=kept.key), 303)


@blueprint.get("/instruments/files/<key>")
def instrument_file(key: str) -> Response:
    """A file that was sent in: what it holds, and what it changes."""
    try:
        return _look(*_kept(key))
    except SpokenError as refused:
        return _list(404, problem=refused.said(page_language()))


@blueprint.post("/instruments/files/<key>")
def register_file(key: str) -> Response | Redirection:
    """Register it."""
    try:
        kept, instrument = _kept(key)
    except SpokenError as refused:
        return _list(404, problem=refused.said(page_language()))
    try:
        fieldwork.register_instrument(instrument)
    except SpokenError as refused:
        return _look(kept, instrument, refused.said(page_language()), 409)
    return redirect(url_for("manage.instrument", code=instrument.code, version=instrument.version), 303)


@blueprint.get("/instruments/<code>/<int:version>/")
def instrument(code: str, version: int) -> Response:
    """One version: what it holds, and what it changed since the one before."""
    return _page(find_instrument(code, version))


@blueprint.post("/instruments/<code>/<int:version>/")
def register_shipped(code: str, version: int) -> Response | Redirection:
    """Register a version that comes with the platform."""
    found = find_instrument(code, version)
    try:
        fieldwork.register_instrument(found)
    except SpokenError as refused:
        return _page(found, refused.said(page_language()), 409)
    return redirect(url_for("manage.instrument", code=code, version=version), 303)


@blueprint.get("/instruments/<code>/<int:version>/codebook.csv")
def instrument_codebook(code: str, version: int) -> Response:
    """What every code of every column means."""
    response = make_response(write_codebook(find_instrument(code, version)))
    response.headers["Content-Type"] = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="codebook-{code}-{version}.csv"'
    return response


def _kept(key: str) -> tuple[uploads.Kept, Instrument]:
    kept = uploads.find(current_user.number, UPLOAD, key)
    return kept, loading.loads(kept.content, kept.name)


def _list(status: int = 200, *, problem: str = "", refused: InstrumentError | None = None) -> Response:
    problems = refused.problems if refused else ()
    return office_page(
        "manage/instruments.html",
        status,
        known=list_known(),
        problem=problem,
        problems=problems[:MOST_SHOWN],
        n_problems=len(problems),
    )


def _look(kept: uploads.Kept, found: Instrument, problem: str = "", status: int = 200) -> Response:
    return _about(
        found,
        problem,
        status,
        kept=kept,
        preview=url_for("preview.sent_in", key=kept.key),
    )


def _page(found: Instrument, problem: str = "", status: int = 200) -> Response:
    return _about(
        found,
        problem,
        status,
        kept=None,
        preview=url_for("preview.registered", code=found.code, version=found.version),
    )


def _about(found: Instrument, problem: str, status: int, **more: object) -> Response:
    language = page_language()
    others = [one.version for one in list_known() if one.code == found.code and one.version != found.version]
    against = _against(others, found.version)
    differences = compare(find_instrument(found.code, against), found) if against else ()
    return office_page(
        "manage/instrument.html",
        status,
        instrument=found,
        title=_said(found.title, language),
        said=lambda texts: _said(texts, language),
        problem=problem,
        registered=find_instrument_version(found.code, found.version) is not None,
        languages=language_names(found.languages),
        others=others,
        against=against,
        differences=differences[:MOST_SHOWN],
        n_differences=len(differences),
        n_meaning=sum(one.meaning for one in differences),
        words=_words(language),
        **more,
    )


def _against(others: list[int], version: int) -> int | None:
    """The version that is asked for, else the nearest before; None where there is none."""
    typed = request.args.get("against", "")
    if typed:
        if not (typed.isascii() and typed.isdecimal() and len(typed) < 6 and int(typed) in others):
            raise NotFound("version", typed[:20])
        return int(typed)
    return max((one for one in others if one < version), default=None)


def _said(texts: Mapping[str, str], language: str) -> str:
    return texts.get(language) or next(iter(texts.values()))


def _words(language: str) -> dict[str, str]:
    """What happened to a part, and what kind of part it is."""
    _ = translations(language).gettext
    return {
        "added": _("new"),
        "removed": _("gone"),
        "changed": _("different"),
        "moved": _("at another place"),
        "instrument": _("instrument"),
        "section": _("section"),
        "item": _("item"),
        "option": _("option"),
        "index": _("index"),
    }

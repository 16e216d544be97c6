"""The form of an instrument as a citizen sees it, for the survey office: nothing that is sent is stored."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Redirection

from app import clock
from app.access import require_right
from app.answer_sentences import missing_sentence
from app.config import office_day
from app.queries.errors import NotFound
from app.respond import words
from app.respond.pages import FormState, private
from app.respond.rated import list_rated
from app.respond.shown import show
from app.respond.versions import Version
from app.services import uploads
from app.services.instrument_shelf import UPLOAD, find_instrument
from app.services.spoken import SpokenError
from surveys import loading
from surveys.instrument import Instrument

LAYOUTS = ("one_page", "sections")

blueprint = Blueprint("preview", __name__, url_prefix="/office/instruments")
blueprint.before_request(require_right)


@blueprint.get("/<code>/<int:version>/preview")
def registered(code: str, version: int) -> Response:
    """A version that is registered, or comes with the platform."""
    return _page(find_instrument(code, version), {"code": code, "version": version})


@blueprint.post("/<code>/<int:version>/preview")
def registered_sent(code: str, version: int) -> Response | Redirection:
    """What somebody tried out is thrown away."""
    return _sent(find_instrument(code, version), {"code": code, "version": version})


@blueprint.get("/files/<key>/preview")
def sent_in(key: str) -> Response:
    """A file that was sent in and is not registered yet."""
    return _page(_file(key), {"key": key})


@blueprint.post("/files/<key>/preview")
def sent_in_sent(key: str) -> Response | Redirection:
    """What somebody tried out is thrown away."""
    return _sent(_file(key), {"key": key})


def _file(key: str) -> Instrument:
    try:
        kept = uploads.find(current_user.number, UPLOAD, key)
    except SpokenError:
        raise NotFound("file", key) from None
    return loading.loads(kept.content, kept.name)


def _sent(instrument: Instrument, here: dict[str, object]) -> Response | Redirection:
    """A language button leads to the form in that language; anything else to the words that nothing was stored."""
    switch = request.form.get("_switch", "")
    if switch in instrument.languages:
        layout = request.args.get("layout")
        endpoint = (request.endpoint or "").removesuffix("_sent")
        return redirect(url_for(endpoint, lang=switch, layout=layout, **here), 303)
    return _page(instrument, here, sent=True)


def _page(instrument: Instrument, here: dict[str, object], sent: bool = False) -> Response:
    asked = request.args.get("lang", request.form.get("_language", ""))
    language = asked if asked in instrument.languages else instrument.languages[0]
    layout = request.args.get("layout", "")
    layout = layout if layout in LAYOUTS else LAYOUTS[0]
    rated = list_rated(instrument, office_day(clock.now()), -1, language)
    shown = show(Version(loading.sha256(instrument), instrument), language, rated)
    endpoint = (request.endpoint or "").removesuffix("_sent")
    state = FormState(
        shown=shown,
        sections=shown.sections,
        languages=instrument.languages,
        layout=layout,
        scripted=True,
        action=url_for(f"{endpoint}_sent", lang=language, layout=layout, **here),
        plain_url=url_for(endpoint, lang=language, layout=layout, **here),
    )
    others = [(one, url_for(endpoint, lang=language, layout=one, **here)) for one in LAYOUTS if one != layout]
    body = words.render(
        "respond/preview.html",
        language,
        state=state,
        shown=shown,
        place=None,
        missing=lambda control: missing_sentence(control, language),
        sent=sent,
        others=others,
        back=url_for("manage.instrument_file", **here)
        if "key" in here
        else url_for("manage.instrument", **here),
    )
    return private(body, 200)

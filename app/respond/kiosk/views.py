"""The tablet's addresses: the pairing page, the kiosk itself, and what a tablet and the server tell each other."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from flask import Response, current_app, make_response, request, url_for
from werkzeug.exceptions import RequestEntityTooLarge

from app.messages import languages, translations
from app.models import Device
from app.queries import waves
from app.respond import words
from app.respond.kiosk.blueprint import blueprint
from app.respond.kiosk.document import kiosk_document
from app.respond.languages import HOUSE_LANGUAGE, language_of_messages
from app.respond.links import find_link
from app.respond.origin import is_own_origin
from app.respond.pages import refusal
from app.respond.refusals import Refused
from app.services import devices
from app.tries import Tries

# Marks a sentence for the catalogue; it is translated where the reply is made.
_ = str

WRONG_CODE = _("This code is not right, or it is too old. Check it, or ask the office for a new one.")
TOO_MANY = _("There were too many tries. Wait 15 minutes, then ask the office for a new code.")
UNREADABLE = _("We could not read what the tablet sent. Open this page again and repeat the step.")
ELSEWHERE = _("This was sent from another site. Open the page here and repeat the step.")

WRONG_CODES = 10  # per address and 15 minutes: a whole office may share an address, but pairs seldom

blueprint.record_once(lambda setup: setup.app.extensions.setdefault("pairing_tries", Tries(WRONG_CODES)))


class Unheard(Exception):
    """The tablet's request is answered with one sentence (English, the catalogue's key) and this status."""

    def __init__(self, status: int, sentence: str):
        super().__init__(sentence)
        self.status, self.sentence = status, sentence


@blueprint.get("/")
def pairing() -> Response:
    """Where a tablet begins: asks for a code unless the tablet knows its kiosk already and goes there."""
    language = language_of_messages(request, None)
    response = make_response(words.render("respond/kiosk/pairing.html", language, languages=_spoken()))
    response.cache_control.no_cache = True
    response.vary.add("Accept-Language")
    response.add_etag()
    return response.make_conditional(request)


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    """What lets a tablet keep the kiosk on its home screen and open it without the browser's bars."""
    said = {
        "name": "Hailong",
        "short_name": "Hailong",
        "start_url": url_for("kiosk.pairing"),
        "scope": url_for("kiosk.pairing"),
        "display": "fullscreen",
        "background_color": "#f5f6f2",
        "theme_color": "#0c6b63",
        "icons": [{"src": url_for("static", filename="mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    response = _json(said)
    response.content_type = "application/manifest+json"
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/<code>")
def opened(code: str) -> Response:
    """The kiosk of one link: the same document for every tablet, every citizen and every language.

    It opens after the survey has closed as well: answers may wait on the tablet, and only this page sends them.
    Whether anybody is asked, the tablet learns from `seen`.
    """
    link = find_link(code)
    if link.collector.mode != "kiosk":
        raise Refused("unknown_link")
    return kiosk_document(link)


@blueprint.post("/pair")
def pair() -> Response:
    """A code for a token: the one reply that holds it."""
    code = _body().get("code")
    if not isinstance(code, str):
        raise Unheard(400, UNREADABLE)
    tries, key = current_app.extensions["pairing_tries"], ("pairing", request.remote_addr or "")
    if tries.begin(key):
        raise Unheard(429, TOO_MANY)
    try:
        paired = devices.pair(code)
    except devices.NotPaired:
        raise Unheard(422, WRONG_CODE) from None
    tries.forgive(key)
    return _json({"token": paired.token, **_known_to(paired.device)})


@blueprint.post("/seen")
def seen() -> Response:
    """A tablet says how many answers wait on it, and learns whether anything changed."""
    body = _body()
    token, waiting = body.get("token"), body.get("queue")
    # A bool is an int to Python, and no length; more answers than this no tablet has ever held.
    if not isinstance(token, str) or type(waiting) is not int or not 0 <= waiting <= 1_000_000:
        raise Unheard(400, UNREADABLE)
    device = devices.hear_from(token, queue_length=waiting, queue_oldest_at=_moment(body.get("oldest")))
    if device is None:
        return _json({"state": "unknown"})
    return _json(_known_to(device))


@blueprint.errorhandler(Unheard)
def unheard(error: Unheard) -> Response:
    """Nothing was changed; the page of the tablet shows the sentence."""
    language = language_of_messages(request, request.headers.get("X-Language"))
    return _json({"problem": translations(language).gettext(error.sentence)}, error.status)


@blueprint.errorhandler(RequestEntityTooLarge)
def too_large(_error: RequestEntityTooLarge) -> Response:
    """A body that no tablet sends."""
    return unheard(Unheard(413, UNREADABLE))


@blueprint.errorhandler(Refused)
def refused(reason: Refused) -> Response:
    """The link does not open: why, and what to do."""
    return refusal(reason.refusal, language_of_messages(request, None), None)


def _known_to(device: Device) -> dict[str, Any]:
    """What a tablet may know of its device; `open` is whether its survey is."""
    link = device.collector
    is_open = waves.is_open(link.wave, datetime.now(UTC)) and link.state == "open"
    return {
        "state": "revoked" if device.revoked_at else "paired",
        "open": is_open,
        "collector": link.code,
        "name": device.name,
        "language": device.language,
        "idle_seconds": device.idle_seconds,
        "exit_code": device.exit_code_hash,
    }


def _body() -> dict[str, Any]:
    """The JSON object that was sent. Raises Unheard."""
    if not is_own_origin(request):
        raise Unheard(403, ELSEWHERE)
    try:
        body = json.loads(request.get_data())
    except (ValueError, RecursionError):
        raise Unheard(400, UNREADABLE) from None
    if not isinstance(body, dict):
        raise Unheard(400, UNREADABLE)
    return body


def _moment(text: object) -> datetime | None:
    """A time as the tablet's clock gave it; None where it gave none that can be kept."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo and 1970 <= moment.year < 9999 else None


def _spoken() -> tuple[str, ...]:
    return (HOUSE_LANGUAGE, *(each for each in languages() if each != HOUSE_LANGUAGE))


def _json(said: dict[str, Any], status: int = 200) -> Response:
    response = make_response(json.dumps(said, ensure_ascii=False), status)
    response.content_type = "application/json"
    response.cache_control.no_store = True
    return response

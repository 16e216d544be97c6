"""Where anybody sends a workbook and is told what it is. Nothing of it is stored."""

from __future__ import annotations

from threading import Lock

from flask import Blueprint, Response, jsonify, make_response, request
from flask_login import current_user
from werkzeug.exceptions import RequestEntityTooLarge

from app.access import open_to_all
from app.messages import translations
from app.office_pages import office_page, page_language
from app.services import rechecking, signing, verifying
from app.services.errors import ServiceError
from app.services.opened_books import NotAWorkbook
from app.services.signatures import LARGEST
from app.services.spoken import SpokenError
from app.services.verdicts import document
from app.services.verifying import Verdict
from app.verify.shown import ShownVerdict, shown_verdict

MOST_BYTES = 16 * 1024 * 1024  # our largest workbook has a tenth of that

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_FILE = _("Choose a workbook (.xlsx).")
TOO_LARGE = _("The file is larger than any workbook of ours (%(most)s MB).")
BUSY = _("Somebody else's file is being looked at this moment; send yours again.")

# One after the other: to open a strange file takes memory, and nobody may take all of it.
_one_at_a_time = Lock()

blueprint = Blueprint("verify", __name__, url_prefix="/verify")
blueprint.before_request(open_to_all)


@blueprint.url_value_preprocessor
def allow_workbook(endpoint: str | None, _values: object) -> None:
    """A workbook is larger than any form."""
    if endpoint == "verify.look":
        request.max_content_length = MOST_BYTES + 2 * LARGEST


@blueprint.get("/")
def start() -> Response:
    """Choose a workbook, and what the page does with it."""
    return _page()


@blueprint.post("/")
def look() -> Response:
    """What it is, and whether it is unchanged; to a program that asks for JSON, as JSON."""
    try:
        file, signature = request.files.get("file"), request.files.get("signature")
        content = file.read() if file and file.filename else None
        signed = signature.read(LARGEST + 1) if signature and signature.filename else None
    except RequestEntityTooLarge:
        return _refused(413, TOO_LARGE, most=MOST_BYTES // (1024 * 1024))
    if content is None:
        return _refused(422, NO_FILE)
    if not _one_at_a_time.acquire(timeout=10):
        return _refused(503, BUSY)
    try:
        found = rechecking.answered(verifying.verify(content, signed, signing.public_keys(), house=True))
    except (NotAWorkbook, ServiceError) as refused:
        return _refused(422, *_sentence(refused))
    finally:
        _one_at_a_time.release()
    if _wants_json():
        return _no_store(jsonify(document(found, cells=may_see(found))))
    language = page_language()
    return _page(verdict=shown_verdict(found, language, cells=may_see(found)))


@blueprint.get("/keys.json")
def keys() -> Response:
    """Every public key with which releases are or were signed."""
    response = jsonify(signing.published_keys())
    response.cache_control.max_age = 300
    response.cache_control.public = True
    return response


def may_see(found: Verdict) -> bool:
    """Whether what the cells should say may be told: not to strangers, while the release is not public."""
    if found.known is None:
        return False
    return found.known.release.public or (
        current_user.is_authenticated and current_user.may("read") and current_user.tops("read") is None
    )


def _page(status: int = 200, *, problem: str = "", verdict: ShownVerdict | None = None) -> Response:
    return office_page(
        "verify/page.html",
        status,
        problem=problem,
        verdict=verdict,
        megabytes=MOST_BYTES // (1024 * 1024),
        keys=signing.published_keys()["keys"],
    )


def _refused(status: int, sentence: str, **facts: object) -> Response:
    if _wants_json():
        return _no_store(make_response(jsonify(error=sentence % facts if facts else sentence), status))
    said = translations(page_language()).gettext(sentence)
    return _page(status, problem=said % facts if facts else said)


def _sentence(refused: ServiceError) -> tuple[str]:
    return (refused.said(page_language()) if isinstance(refused, SpokenError) else str(refused),)


def _wants_json() -> bool:
    accepted = request.accept_mimetypes
    return accepted.best_match(("text/html", "application/json")) == "application/json"


def _no_store(response: Response) -> Response:
    response.cache_control.no_store = True
    return response

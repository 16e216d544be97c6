"""The page where the office takes in the unsent answers that a tablet exported."""

from __future__ import annotations

from babel.numbers import format_decimal
from flask import Response, request
from flask_login import current_user

from app.manage.blueprint import blueprint
from app.manage.finding import entered_tops
from app.messages import locale, translations
from app.office_pages import office_page, page_language
from app.services import queue_files as service
from app.services.errors import ServiceError
from app.services.submissions import AnswersRefused, NotStored, UnknownCollector, WrongInstrument

# Marks a sentence for the catalogue; it is translated where the page is made.
_ = str

NO_FILE = _("Choose the file that the tablet exported.")
NO_QUEUE = _("This is no file of unsent answers. Export it from the tablet once more; nothing was stored.")
NOT_STORED = _(
    "The database did not answer. Take in the same file again in a moment; no answer is stored twice."
)
REASONS: dict[type[ServiceError], str] = {
    UnknownCollector: _("Its link is not known here."),
    WrongInstrument: _("It belongs to another questionnaire than its link asks."),
    AnswersRefused: _("Its answers do not fit the questionnaire."),
}
OTHER_REASON = _("It is not as a tablet writes it.")


@blueprint.url_value_preprocessor
def allow_large_file(endpoint: str | None, _values: object) -> None:
    """A tablet's file may be larger than any form; only who is signed in may send so much."""
    if endpoint == "manage.take_in_queue" and current_user.is_authenticated:
        request.max_content_length = service.LARGEST_FILE + 64 * 1024


@blueprint.get("/unsent")
def unsent() -> Response:
    """Choose a file."""
    return _page()


@blueprint.post("/unsent")
def take_in_queue() -> Response:
    """Take it in, and say what became of it."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return _page(422, problem=NO_FILE)
    try:
        return _page(taken=service.import_queue(file.read(), entered_tops()))
    except service.QueueFileRefused:
        return _page(422, problem=NO_QUEUE)
    except NotStored:
        return _page(503, problem=NOT_STORED)


def _page(status: int = 200, *, problem: str = "", taken: service.Taken | None = None) -> Response:
    language = page_language()
    gettext = translations(language).gettext
    lost = [
        (one.place, one.response_id, gettext(REASONS.get(type(one.reason), OTHER_REASON)))
        for one in (taken.not_taken if taken else ())
    ]
    return office_page(
        "manage/unsent.html",
        status,
        problem=gettext(problem) if problem else "",
        taken=taken,
        lost=lost,
        figure=lambda count: format_decimal(count, locale=locale(language)),
    )

"""What a staff page is told when something cannot be done: a status, and one sentence in its language."""

from __future__ import annotations

from flask import Response

from app.answer_sentences import sentence
from app.messages import translations
from app.respond.fields import FIELDS
from app.respond.languages import language_of_words
from app.respond.receiving import NO_SUCH_ITEM, reply
from app.respond.staff.links import StaffLink
from app.respond.staff.reading import Unreadable
from app.services.responding import AnswersRefused, UnknownCollector
from app.services.staff.answering import ForeignCredential, WrongForm
from app.services.staff.blind import NotBlinded
from app.services.staff.pool import AnswerTooLong, PoolFull
from app.services.staff.redeeming import InvitationRevoked, InvitationUsed, NotOpen, UnknownInvitation

# Marks a sentence for the catalogue; it is translated where the reply is made.
_ = str

PROBLEMS: dict[str | type[Exception], tuple[int, str]] = {
    "wrong_origin": (403, _("This was sent from another site. Open your invitation here and send it again.")),
    "not_json": (400, _("What was sent cannot be read. Open your invitation again and send it from there.")),
    "too_large": (413, _("This was more than the form can hold. Shorten what you wrote and send it again.")),
    "no_token": (400, _("Type the code of your invitation.")),
    UnknownCollector: (404, _("We do not know this link. Check the address on your invitation.")),
    UnknownInvitation: (404, _("We do not know this code. Check it, or ask the survey office.")),
    InvitationUsed: (
        409,
        _(
            "This invitation was begun in another browser. Go on there: only that browser can send its answers."
        ),
    ),
    InvitationRevoked: (410, _("This invitation was withdrawn. Ask the survey office for another.")),
    NotOpen: (410, _("The survey is not open now. Answers that were begun before can still be sent.")),
    NotBlinded: (400, _("What was sent cannot be read. Open your invitation again and send it from there.")),
    ForeignCredential: (
        403,
        _("These answers do not belong to an invitation of this link. Open your invitation again."),
    ),
    WrongForm: (400, _("These answers belong to another questionnaire. Open your invitation again.")),
    AnswerTooLong: (413, _("Your comments are too long together. Shorten them and send again.")),
    PoolFull: (
        503,
        _("The answers cannot be kept just now. Keep this page open and tell the survey office."),
    ),
}
NOT_FITTING = _("Some answers cannot be kept as they are. Correct those that are named.")


def problem(reason: Exception, language: str) -> Response:
    """The sentence for this reason; an error that is none of ours is raised again."""
    key: str | type[Exception] = reason.reason if isinstance(reason, Unreadable) else type(reason)
    if key not in PROBLEMS:
        raise reason
    status, words = PROBLEMS[key]
    return reply({"problem": translations(language_of_words(language)).gettext(words)}, status)


def refused_answers(reason: AnswersRefused, link: StaffLink, language: str) -> Response:
    """One sentence for each answer that does not fit."""
    instrument = link.version.instrument
    gettext = translations(language_of_words(language)).gettext
    items = {code: gettext(NO_SUCH_ITEM) for code in reason.unknown}
    for one in reason.problems:
        field = FIELDS.get(instrument.item(one.item).type)
        spoken = language if language in instrument.languages else instrument.languages[0]
        items[one.item] = sentence(one, instrument, field.control if field else "textarea", spoken)
    return reply({"problem": gettext(NOT_FITTING), "items": items}, 422)

"""Filled forms as JSON: what tablets and their queues send, and the words that answer them.

`POST /r/<code>/responses` takes `{"id", "instrument", "language", "answers"}` and, where there are, `"started"`,
`"sent"`, `"device"`, `"slip"`, `"interviewer"`. Nobody reads the reply but a script, which may show its sentence.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response

from app.answer_sentences import sentence
from app.messages import translations
from app.queries.waves import find_instrument_version, get_instrument
from app.respond.fields import FIELDS
from app.respond.languages import language_of_words
from app.respond.outcomes import reply_to
from app.respond.posting import parse_id
from app.respond.refusals import Refused
from app.services.devices import token_hash
from app.services.submissions import (
    AnswersRefused,
    MalformedSubmission,
    Outcome,
    Submission,
    UnknownCollector,
    WrongInstrument,
)

# Marks a sentence for the catalogue; it is translated where the reply is made.
_ = str

_NEEDED = ("id", "instrument", "language", "answers")
_KNOWN = frozenset((*_NEEDED, "started", "sent", "device", "slip", "interviewer"))

# Longest text of a part beside the answers.
LONGEST = 256

# Status and sentence by reason.
PROBLEMS: dict[str, tuple[int, str]] = {
    "wrong_origin": (403, _("These answers were sent from another site; send them from the form here.")),
    "not_json": (400, _("What was sent cannot be read as a filled form; send one JSON object.")),
    "too_large": (413, _("This was more than a form can hold; shorten what was written and send again.")),
    "unknown_link": (404, _("We do not know this link; pair the tablet again, or take the present address.")),
    "wrong_instrument": (
        400,
        _("These answers belong to another questionnaire than this link asks; open the form again."),
    ),
    "part": (
        400,
        _("The part “%(part)s” of the form is missing or is not as it must be; open the form again."),
    ),
    "unknown_part": (
        400,
        _("The form carries “%(part)s”, which nobody asked for; leave it out and send again."),
    ),
    "answers": (422, _("Some answers cannot be stored as they are; correct those that are named.")),
    "not_stored": (503, _("The answers could not be stored just now; send the same form again in a moment.")),
}
NOT_AN_ANSWER = _("Give this answer as a text, or as a list of texts.")
NO_SUCH_ITEM = _("No question has this code; leave the answer out.")

# The names of a submission's parts in JSON, where the service calls them otherwise.
_PARTS = {
    "response id": "id",
    "device token": "device",
    "interviewer's code": "interviewer",
    "start time": "started",
    "send time": "sent",
}


class Unreadable(Exception):
    """No submission can be made of what came; `reason` is a key of PROBLEMS, `items` sentences by item code."""

    def __init__(self, reason: str, part: str = "", items: Mapping[str, str] | None = None):
        super().__init__(reason)
        self.reason = reason
        self.part = part
        self.items = items or {}


def read_json(body: bytes) -> dict[str, Any]:
    """The parts of a form, each named right and of the right kind. Raises Unreadable."""
    try:
        parts = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("not_json") from None
    if not isinstance(parts, dict):
        raise Unreadable("not_json")
    for part in parts:
        if part not in _KNOWN:
            raise Unreadable("unknown_part", part[:40])
    for part in _KNOWN - {"answers"}:
        given = parts.get(part)
        if (given is None and part in _NEEDED) or not (given is None or _is_text(given)):
            raise Unreadable("part", part)
    answers = parts.get("answers")
    if not isinstance(answers, dict):
        raise Unreadable("part", "answers")
    if wrong := [item for item, answer in answers.items() if not _is_answer(answer)]:
        raise Unreadable("answers", items=dict.fromkeys(wrong, NOT_AN_ANSWER))
    return parts


def submission_of(parts: Mapping[str, Any], code: str) -> Submission:
    """The submission that these parts make, sent behind this link. Raises Unreadable."""
    instrument, _sign, version = parts["instrument"].rpartition("@")
    if not instrument or not (version.isascii() and version.isdecimal() and len(version) < 9):
        raise Unreadable("part", "instrument")
    try:
        response_id = parse_id(parts["id"])
    except Refused:
        response_id = None
    if response_id is None:
        raise Unreadable("part", "id")
    token = parts.get("device")
    return Submission(
        response_id=response_id,
        collector_code=code,
        instrument_code=instrument,
        instrument_version=int(version),
        language=parts["language"],
        answers=parts["answers"],
        started_at=moment(parts.get("started")),
        submitted_at=moment(parts.get("sent")),
        device_token=token_hash(token) if token else None,
        slip=parts.get("slip") or None,
        interviewer=parts.get("interviewer") or None,
    )


def acknowledge(outcome: Outcome, language: str) -> Response:
    """What became of the form: 201 stored, 200 already here, 409 in conflict or a repeat."""
    message = reply_to(outcome)
    gettext = translations(language_of_words(language)).gettext
    said = {
        "status": outcome.status,
        "receipt": outcome.receipt,
        "counted": outcome.counted,
        "sentence": f"{gettext(message.heading)} {gettext(message.sentence)}",
    }
    return reply(said, message.status)


def refuse(reason: str, language: str, part: str = "", items: Mapping[str, str] | None = None) -> Response:
    """Nothing was stored: one sentence, and one for each item that is wrong."""
    gettext = translations(language_of_words(language)).gettext
    status, words = PROBLEMS[reason]
    said: dict[str, Any] = {"problem": gettext(words) % {"part": part}}
    if items:
        said["items"] = {item: gettext(words) for item, words in items.items()}
    response = reply(said, status)
    if status == 503:
        response.headers["Retry-After"] = "1"
    return response


def refuse_submission(reason: Exception, language: str) -> Response:
    """The same for what the service has against it; another error is raised again."""
    if isinstance(reason, UnknownCollector):
        return refuse("unknown_link", language)
    if isinstance(reason, WrongInstrument):
        return refuse("wrong_instrument", language)
    if isinstance(reason, MalformedSubmission):
        return refuse("part", language, _PARTS.get(reason.part, reason.part))
    raise reason


def refuse_answers(reason: AnswersRefused, submission: Submission) -> Response:
    """One sentence for each answer that does not fit its question, in the language of the form."""
    language = submission.language
    version = find_instrument_version(submission.instrument_code, submission.instrument_version)
    items = dict.fromkeys(reason.unknown, NO_SUCH_ITEM)
    if version is not None:
        instrument = get_instrument(version.id, version.sha256)
        for problem in reason.problems:
            field = FIELDS.get(instrument.item(problem.item).type)
            control = field.control if field else "textarea"
            items[problem.item] = sentence(problem, instrument, control, language)
    return refuse("answers", language, items=items)


def reply(said: Mapping[str, Any], status: int) -> Response:
    """JSON that nobody keeps."""
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    response = Response(body, status, content_type="application/json")
    response.cache_control.no_store = True
    return response


def moment(text: str | None) -> datetime | None:
    """A device's time with its zone; None where it gave none that can be read."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None


def _is_text(given: object) -> bool:
    return isinstance(given, str) and len(given) <= LONGEST and given.isprintable()


def _is_answer(given: object) -> bool:
    if isinstance(given, list):
        return all(isinstance(one, str) for one in given)
    return isinstance(given, str)

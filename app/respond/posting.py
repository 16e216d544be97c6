"""A posted form, read: which keys it may carry, and what each of ours says.

Item codes begin with a letter, so our own keys begin with an underscore and the two never meet.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from werkzeug.datastructures import MultiDict

from app.respond.carrying import Raw
from app.respond.links import Link, find_version
from app.respond.refusals import Refused
from app.respond.versions import Version
from app.services.submissions import LONGEST_CODE
from surveys.instrument import Instrument

_KEYS = frozenset(
    {
        "_at",  # section the reader was in (script, sections as pages)
        "_carried",  # earlier answers, signed (no script, sections as pages)
        "_confirmed",  # items of which the person was told that their answers will be left out
        "_go",  # next | back (no script, sections as pages)
        "_id",  # response id made by the script; without script it stands in the address
        "_interviewer",  # code of the interviewer beside the one who answers
        "_instrument",  # code@version the page was made from
        "_language",  # language the page spoke
        "_save",  # put the answers aside instead of sending them
        "_section",  # the one section this page holds (no script, sections as pages)
        "_sent",  # the device's clock when the form was sent
        "_slip",  # code of the receipt slip that opened the form
        "_started",  # and when it was opened
        "_switch",  # language to go on in: nothing is sent yet
    }
)


@dataclass(frozen=True, slots=True)
class Post:
    """What came with one press of a button.

    `response_id` None: the page was sent before its script ran. `section` None: the page held every section.
    `started_at`, `sent_at` None: the device gave no readable time with a zone.
    """

    version: Version
    response_id: str | None
    raw: Raw
    language: str
    section: str | None
    carried: str
    go: Literal["next", "back"]
    confirmed: frozenset[str]
    switch: str | None
    at: str
    started_at: datetime | None
    sent_at: datetime | None
    slip: str | None
    interviewer: str | None
    save: bool


def read_post(form: MultiDict[str, str], link: Link, in_address: str | None) -> Post:
    """Read the form that was posted to this link; `in_address` is the response id in the page's own address.

    Raises Refused for keys and values that our pages never send: nobody wrote them by mistake.
    """
    ours = {key: form.get(key, "") for key in _KEYS}
    version = find_version(link, ours["_instrument"])
    instrument = version.instrument
    languages = [language for language in link.languages if language in instrument.languages]
    section = ours["_section"] or None
    allowed = _items_of(instrument, section)
    if any(key not in allowed and key not in _KEYS for key in form):
        raise Refused("unknown_part")
    if ours["_language"] not in languages or (ours["_switch"] and ours["_switch"] not in languages):
        raise Refused("unknown_part")
    return Post(
        version=version,
        response_id=parse_id(in_address if in_address is not None else ours["_id"]),
        raw={key: form.getlist(key) for key in form if key in allowed},
        language=ours["_language"],
        section=section,
        carried=ours["_carried"],
        go="back" if ours["_go"] == "back" else "next",
        confirmed=frozenset(ours["_confirmed"].split()),
        switch=ours["_switch"] or None,
        at=ours["_at"],
        started_at=_moment(ours["_started"]),
        sent_at=_moment(ours["_sent"]),
        slip=_code(ours["_slip"]),
        interviewer=_code(ours["_interviewer"]),
        save=bool(ours["_save"]),
    )


def parse_id(text: str) -> str | None:
    """The response id in its one spelling, None where there is none. Raises Refused("not_an_id")."""
    if not text:
        return None
    try:
        parsed = str(UUID(text))
    except ValueError:
        raise Refused("not_an_id") from None
    # UUID() also reads braces, a urn: prefix and missing dashes; our pages write none of these.
    if parsed != text.lower():
        raise Refused("not_an_id")
    return parsed


def _items_of(instrument: Instrument, section: str | None) -> frozenset[str]:
    if section is None:
        return frozenset(item.code for item in instrument.items)
    for each in instrument.sections:
        if each.code == section:
            return frozenset(item.code for item in each.items)
    raise Refused("unknown_part")


def _code(text: str) -> str | None:
    """A code that somebody typed. Raises Refused for what nobody can have typed."""
    if len(text) > LONGEST_CODE or not text.isprintable():
        raise Refused("unknown_part")
    return text.strip() or None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None

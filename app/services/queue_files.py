"""The unsent answers of a tablet, taken in from the file that it exported (static/kiosk/queue_export.js).

Each answer goes the way it would have gone over the network, and is stored once, whether the tablet sends it too,
before or after. An answer that cannot be stored holds up no other: it is named, and stays in the file.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.queries.collectors import find_collector
from app.queries.reach import Tops, within
from app.services import responding
from app.services.errors import ServiceError
from app.services.submissions import NotStored, Submission, UnknownCollector

FORMAT, VERSION = "hailong-queue", 1

# More than a tablet gathers in a year; a filled sheet is about one kilobyte.
LARGEST_FILE = 32 * 1024 * 1024

# Longest text of a part beside the answers.
LONGEST = 256

_HASH = re.compile("[0-9a-f]{64}")
_TEXTS = ("id", "instrument", "language")
_TEXTS_OR_NONE = ("started", "sent", "slip", "interviewer", "device_sha256")


@dataclass(frozen=True, slots=True)
class NotTaken:
    """An answer that was not stored: its place in the file (1 is the first), its id as far as it has one."""

    place: int
    response_id: str
    reason: ServiceError

    def __str__(self) -> str:
        return f"Answer {self.place} ({self.response_id or 'without an id'}): {self.reason}"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a file: how many of its answers were new, known already, or could not be stored.

    `stored` counts those kept apart (late, repeat) too; `already` those whose id was known, with whatever answers.
    """

    stored: int
    already: int
    not_taken: tuple[NotTaken, ...]


class QueueFileRefused(ServiceError):
    """It is no file of a queue; nothing was stored."""

    def __init__(self, reason: str):
        super().__init__(
            f"This is no file of unsent answers ({reason}); export it from the tablet once more."
        )
        self.reason = reason


class UnreadableEntry(ServiceError):
    """One answer of the file is not as the tablet writes it."""

    def __init__(self, part: str):
        super().__init__(f"Its part {part!r} is missing or is not as a tablet writes it; see the file there.")
        self.part = part


def import_queue(content: bytes, tops: Tops = None) -> Taken:
    """Take in a file. Raises QueueFileRefused; NotStored where the database fails: then take it in again.

    With `tops`, only answers to links in the branches of these agencies are taken; any other link is not known.
    """
    counts: Counter[str] = Counter()
    not_taken = []
    for place, entry in enumerate(_entries(content), start=1):
        try:
            sheet = _submission(entry)
            _refuse_elsewhere(sheet.collector_code, tops)
            counts[responding.submit(sheet).status] += 1
        except NotStored:
            raise
        except ServiceError as reason:
            not_taken.append(NotTaken(place, _id_of(entry), reason))
    already = counts["already"] + counts["conflict"]
    return Taken(counts.total() - already, already, tuple(not_taken))


def _refuse_elsewhere(code: str, tops: Tops) -> None:
    if tops is None:
        return
    collector = find_collector(code)
    inside = within(collector.wave, tops) if collector is not None else None
    if collector is None or (inside is not None and collector.agency.code not in inside):
        raise UnknownCollector(code)


def _entries(content: bytes) -> list[Any]:
    if len(content) > LARGEST_FILE:
        raise QueueFileRefused(f"it is larger than {LARGEST_FILE // 1024**2} MB")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise QueueFileRefused("it is not JSON, or was cut off") from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise QueueFileRefused("it does not call itself one")
    if document.get("version") != VERSION:
        raise QueueFileRefused(f"its version is not {VERSION}")
    if not isinstance(document.get("entries"), list):
        raise QueueFileRefused("it has no list of entries")
    return document["entries"]


def _submission(entry: Any) -> Submission:
    collector = _text(entry, "collector")
    sheet = _part(entry, "submission", dict)
    for name in _TEXTS:
        _text(sheet, name)
    for name in _TEXTS_OR_NONE:
        if sheet.get(name) is not None:
            _text(sheet, name)
    if not _HASH.fullmatch(sheet.get("device_sha256") or "0" * 64):
        raise UnreadableEntry("device_sha256")
    instrument, _sign, version = sheet["instrument"].rpartition("@")
    if not (instrument and version.isascii() and version.isdecimal() and len(version) < 9):
        raise UnreadableEntry("instrument")
    return Submission(
        response_id=sheet["id"],
        collector_code=collector,
        instrument_code=instrument,
        instrument_version=int(version),
        language=sheet["language"],
        answers=_answers(sheet),
        started_at=_moment(sheet.get("started")),
        submitted_at=_moment(sheet.get("sent")),
        device_token=sheet.get("device_sha256"),
        slip=sheet.get("slip") or None,
        interviewer=sheet.get("interviewer") or None,
    )


def _answers(sheet: Mapping[str, Any]) -> dict[str, str | list[str]]:
    answers = _part(sheet, "answers", dict)
    for answer in answers.values():
        texts = answer if isinstance(answer, list) else [answer]
        if not all(isinstance(text, str) for text in texts):
            raise UnreadableEntry("answers")
    return answers


def _part(parts: Any, name: str, kind: type) -> Any:
    found = parts.get(name) if isinstance(parts, dict) else None
    if not isinstance(found, kind):
        raise UnreadableEntry(name)
    return found


def _text(parts: Any, name: str) -> str:
    found = _part(parts, name, str)
    if len(found) > LONGEST or not found.isprintable():
        raise UnreadableEntry(name)
    return found


def _id_of(entry: Any) -> str:
    try:
        found = str(entry["submission"]["id"])[:40]
        # It is shown on a page, which cannot hold half a letter.
        return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in found)
    except (TypeError, KeyError):
        return ""


def _moment(text: str | None) -> datetime | None:
    """A device's time with its zone; None where it gave none that can be read."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo else None

"""Whether the audit log is whole: no line changed, none taken out, and its end where an anchor saw it.

The chain finds a change inside the log by itself. Whoever may write to the database's files could cut off its end,
or write all of it anew with hashes that fit; an *anchor*, number and hash of a line noted down elsewhere, finds both.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.services.audit import FIRST, Line, hash_of
from app.services.errors import ServiceError

MOST_FAULTS = 20  # one look at the log names no more

# Marks a sentence for the catalogue; it is translated where it is shown.
_ = str

CHANGED = _("Line %(number)s is not as it was written.")
MISSING = _("The lines from %(first)s to %(last)s are missing.")
BROKEN = _(
    "Line %(number)s does not follow from the line before it: one of the two is not as it was written."
)
CUT = _("The log ends with line %(last)s, but the anchor knows line %(number)s.")
REPLACED = _("Line %(number)s is not the one that the anchor knows.")


class AnchorUnreadable(ServiceError):
    """The file of anchors is not one of ours."""

    def __init__(self, line: int):
        super().__init__(
            f"Line {line} of the anchor file is no anchor; give a file of lines that `hailong audit anchor` printed."
        )


class ExportUnreadable(ServiceError):
    """The exported log is not one of ours."""

    def __init__(self, line: int):
        super().__init__(
            f"Line {line} of the file is no line of an audit log; give a file that `hailong audit export` wrote."
        )


@dataclass(frozen=True, slots=True)
class Anchor:
    """A line of the log as it was seen once: its number, and its hash in lower-case hex."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong: the catalogue's key and its facts; as text the sentence is in English."""

    sentence: str
    facts: dict[str, int]

    def __str__(self) -> str:
        return self.sentence % self.facts


@dataclass(frozen=True, slots=True)
class Checked:
    """What the look at a log found: how many lines, the last one, and at most MOST_FAULTS faults in order."""

    lines: int
    last: Anchor | None
    faults: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.faults


@dataclass(frozen=True, slots=True)
class Exported:
    """A line of the log as `hailong audit export` wrote it."""

    number: int
    at: datetime
    actor: str
    action: str
    subject: str
    facts: str
    previous_hash: str
    hash: str


def check(lines: Iterable[Line], anchors: Iterable[Anchor] = ()) -> Checked:
    """Walk the whole log once, in the order of its numbers from 1; memory does not grow with it."""
    known = {anchor.number: anchor for anchor in anchors}
    met: set[int] = set()
    faults: list[Fault] = []
    count, number, previous = 0, 0, FIRST
    for line in lines:
        if line.number > number + 1:
            faults.append(Fault(MISSING, {"first": number + 1, "last": line.number - 1}))
        elif line.previous_hash != previous:
            faults.append(Fault(BROKEN, {"number": line.number}))
        if hash_of(line) != line.hash:
            faults.append(Fault(CHANGED, {"number": line.number}))
        if line.number in known:
            met.add(line.number)
            if line.hash != known[line.number].hash:
                faults.append(Fault(REPLACED, {"number": line.number}))
        count, number, previous = count + 1, line.number, line.hash
        if len(faults) >= MOST_FAULTS:
            break
    else:
        faults.extend(
            Fault(CUT, {"number": anchor.number, "last": number})
            for anchor in known.values()
            if anchor.number > number
        )
    return Checked(count, Anchor(number, previous) if count else None, tuple(faults[:MOST_FAULTS]))


def written(line: Line) -> str:
    """The line as one line of JSON, with everything that its hash covers."""
    return json.dumps(
        {
            "number": line.number,
            "at": line.at.isoformat(timespec="microseconds"),
            "actor": line.actor,
            "action": line.action,
            "subject": line.subject,
            "facts": line.facts,
            "previous_hash": line.previous_hash,
            "hash": line.hash,
        },
        ensure_ascii=False,
    )


def read_exported(lines: Iterable[str]) -> Iterator[Exported]:
    """The lines of a file that `written` made; raises ExportUnreadable."""
    for place, text in enumerate(lines, 1):
        try:
            found = json.loads(text)
            yield Exported(
                **found | {"at": datetime.fromisoformat(found["at"]), "number": _whole(found["number"])}
            )
        except (ValueError, TypeError, KeyError):
            raise ExportUnreadable(place) from None


def read_anchors(lines: Iterable[str]) -> list[Anchor]:
    """The anchors of a file, one line of JSON each; raises AnchorUnreadable."""
    anchors = []
    for place, text in enumerate(lines, 1):
        if not text.strip():
            continue
        try:
            found = json.loads(text)
            anchors.append(Anchor(_whole(found["number"]), str(found["hash"])))
        except (ValueError, TypeError, KeyError):
            raise AnchorUnreadable(place) from None
    if not anchors:
        raise AnchorUnreadable(1)
    return anchors


def _whole(number: Any) -> int:
    if type(number) is not int or number < 1:
        raise ValueError(number)
    return number

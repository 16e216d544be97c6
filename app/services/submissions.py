"""A filled form on its way in, what became of it, and why it may be refused."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from app.services.errors import ServiceError
from surveys.validation import AnswerProblem

# Longest code of an interviewer or of a slip that anybody could have typed.
LONGEST_CODE = 64


@dataclass(frozen=True, slots=True)
class Submission:
    """One filled form as it arrived.

    `response_id` is a UUID as text. `answers` are item code to option code or text, multi to option codes; they
    are checked here. `mode` None means the collector's own; `received_at` None means now, and is given only by
    an import or a simulation. `device_token` is the hash of the device's token, `slip` the code on a receipt
    slip as it was typed, `interviewer` the code of the one who asked; None where there is none.
    """

    response_id: str
    collector_code: str
    instrument_code: str
    instrument_version: int
    language: str
    answers: Mapping[str, str | Sequence[str]]
    started_at: datetime | None = None
    submitted_at: datetime | None = None
    device_token: str | None = None
    mode: str | None = None
    received_at: datetime | None = None
    slip: str | None = None
    interviewer: str | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a submission.

    `stored`, `already` here, in `conflict` with other answers of its id, or a `repeat`: stored, but apart from
    what counts, because its link asks for a receipt slip and the one it came with was used or is none. `counted`
    tells of the stored response; False means it stays out of the snapshot. The receipt is always that of the
    response id.
    """

    status: Literal["stored", "already", "conflict", "repeat"]
    receipt: str
    counted: bool


class UnknownCollector(ServiceError):
    """No collector has this code."""

    def __init__(self, code: str):
        super().__init__(f"No collector has the code {code}; check the link.")
        self.code = code


class WrongInstrument(ServiceError):
    """The form was not one that this wave asks or has asked."""

    def __init__(self, submission: Submission):
        asked = f"{submission.instrument_code}@{submission.instrument_version}"
        super().__init__(
            f"The wave of collector {submission.collector_code} does not ask {asked}; open its link for the right form."
        )
        self.submission = submission


class MalformedSubmission(ServiceError):
    """Something beside the answers cannot be right; `part` names the field of the submission."""

    def __init__(self, part: str, value: object):
        super().__init__(f"The {part} of the submission cannot be {value!r:.80}; open the form again.")
        self.part = part
        self.value = value


class AnswersRefused(ServiceError):
    """The answers do not fit the instrument. `problems` has one entry per item, `unknown` what is no item."""

    def __init__(self, response_id: str, problems: tuple[AnswerProblem, ...], unknown: tuple[str, ...] = ()):
        faults = [f"{one.item} ({one.code})" for one in problems] + [f"{name} (no item)" for name in unknown]
        shown = ", ".join(faults[:5]) + (f" and {len(faults) - 5} more" if len(faults) > 5 else "")
        super().__init__(f"The answers of response {response_id} cannot be stored: {shown}; correct them.")
        self.response_id = response_id
        self.problems = problems
        self.unknown = unknown


class SubmissionsRefused(ServiceError):
    """Some of many submissions cannot be stored, so none was; `refused` maps their position to the reason."""

    def __init__(self, refused: Mapping[int, ServiceError]):
        super().__init__("\n".join(f"Submission {place + 1}: {reason}" for place, reason in refused.items()))
        self.refused = refused


class NotStored(ServiceError):
    """The database did not take it, or did not say so. Sending the same id again is safe and is what helps."""

    def __init__(self) -> None:
        super().__init__(
            "The database did not answer; nothing is acknowledged. Send the same again in a moment."
        )

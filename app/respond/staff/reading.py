"""What a staff page sends, read: JSON with numbers in hexadecimal digits, and not one part more than is needed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from app.services.staff.blind import MESSAGE_BYTES, MODULUS_BYTES

LONGEST_TOKEN = 64


class Unreadable(Exception):
    """Nothing can be done with what came; `reason` is a key of `saying.PROBLEMS`."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class SentAnswers:
    """A credential and the answers it is for."""

    message: bytes
    signature: bytes
    instrument: str
    answers: dict[str, str | list[str]]


def read_redeeming(body: bytes) -> tuple[str, bytes]:
    """The token and the blinded message. Raises Unreadable."""
    parts = _object(body, {"token", "blinded"})
    token = parts["token"]
    if not isinstance(token, str) or not 0 < len(token) <= LONGEST_TOKEN or not token.isprintable():
        raise Unreadable("no_token")
    return token, _bytes(parts["blinded"], MODULUS_BYTES)


def read_answers(body: bytes) -> SentAnswers:
    """The answers behind a credential. Raises Unreadable."""
    parts = _object(body, {"message", "signature", "instrument", "answers"})
    answers = parts["answers"]
    if not isinstance(parts["instrument"], str) or not isinstance(answers, dict):
        raise Unreadable("not_json")
    for answer in answers.values():
        if not isinstance(answer, str) and not (
            isinstance(answer, list) and all(isinstance(one, str) for one in answer)
        ):
            raise Unreadable("not_json")
    return SentAnswers(
        _bytes(parts["message"], MESSAGE_BYTES),
        _bytes(parts["signature"], MODULUS_BYTES),
        parts["instrument"],
        answers,
    )


def _object(body: bytes, parts: set[str]) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("not_json") from None
    # A part too many could carry what leads from one post to the other.
    if not isinstance(found, dict) or set(found) != parts:
        raise Unreadable("not_json")
    return found


def _bytes(digits: object, length: int) -> bytes:
    if not isinstance(digits, str) or len(digits) != 2 * length:
        raise Unreadable("not_json")
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise Unreadable("not_json") from None

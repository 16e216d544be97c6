"""Refusals for programs: problem details (RFC 9457) instead of a page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, request

ADDRESS = "/api/v1/"  # whoever asks below it is a program
TYPE = "application/problem+json"

# One sentence each: what is wrong, and what to do.
SENTENCES = {
    400: "The request could not be read; build it as the description of the API says.",
    401: "Send a key that is good: Authorization: Bearer hl_…; the account's page of keys makes one.",
    404: "There is nothing at this address that this key may see; check the codes in it.",
    405: "This address does not take this method; the header Allow names those it takes.",
    413: "The request is larger than anything this address takes.",
    415: "The body must be JSON.",
    429: "This key has asked too often; wait as many seconds as Retry-After says.",
    500: "Something went wrong on our side; try again, and tell the office if it happens once more.",
    503: "The service is busy or being looked after; wait a moment and try again.",
}


def for_program() -> bool:
    """Whether a program asks, which can do nothing with a page."""
    return request.path.startswith(ADDRESS)


def problem(
    status: int, detail: str | None = None, errors: Sequence[dict[str, str]] = (), **more: Any
) -> Response:
    """The answer: `detail` is one sentence, `errors` name what is wrong by its place in the request."""
    fallback = SENTENCES[400 if status < 500 else 500]
    found: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or SENTENCES.get(status, fallback),
        **more,
    }
    if errors:
        found["errors"] = list(errors)
    response = Response(json.dumps(found, ensure_ascii=False), status, mimetype=TYPE)
    response.headers["Cache-Control"] = "no-store"
    return response

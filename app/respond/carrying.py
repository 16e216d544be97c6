"""Earlier answers on their way through a form without script: signed in a hidden field, never in a cookie.

The signature binds them to the link, the response and the instrument, so that what one person answered
cannot be carried into another response. They are readable: they go back to the one who gave them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import current_app
from itsdangerous import BadData, URLSafeSerializer

from app.respond.refusals import Refused

Raw = dict[str, list[str]]  # item code to the texts as they were posted


def pack(bound_to: Sequence[str], raw: Mapping[str, Sequence[str]]) -> str:
    """The signed text of these answers; `bound_to` names where alone it will be accepted."""
    return _serializer().dumps([list(bound_to), {code: list(values) for code, values in raw.items()}])


def unpack(bound_to: Sequence[str], text: str) -> Raw:
    """The answers that `pack` signed for the same place; an empty text carries none.

    Raises Refused("tampered") for anything else.
    """
    if not text:
        return {}
    try:
        place, raw = _serializer().loads(text)
    except BadData:
        raise Refused("tampered") from None
    if place != list(bound_to):
        raise Refused("tampered")
    return raw


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="respond: earlier answers")

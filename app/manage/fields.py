"""What the office's forms send, read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import request

from app.queries.errors import NotFound
from app.services.faults import Fault

# Longer than any number that a form of ours asks for; the rest is a mistake, and int() would be slow on it.
MOST_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Told:
    """What a form says: what was typed, and what is wrong with it by field; "" is the form as a whole."""

    given: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def wrong(cls, given: Mapping[str, str], faults: Iterable[Fault], language: str) -> Told:
        """The form with its faults, the first of each field, in the reader's language."""
        errors: dict[str, str] = {}
        for fault in faults:
            place = fault.place if isinstance(fault.place, str) else ""
            errors.setdefault(place if place or "" not in errors else str(fault.place), fault.said(language))
        return cls(given, errors)


def whole_number(sent: Mapping[str, str], name: str) -> int | None:
    """The number under this name, None where it is blank or no whole number from 0 on."""
    text = sent.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None


def number_of_page(count: int, per_page: int) -> tuple[int, int]:
    """The page that is asked for by `?page=`, and how many there are. Raises NotFound for one that is not there."""
    pages = max(1, -(-count // per_page))
    typed = request.args.get("page", "1")
    right = typed.isascii() and typed.isdecimal() and len(typed) <= MOST_DIGITS
    if not right or not 1 <= int(typed) <= pages:
        raise NotFound("page", typed[:20])
    return int(typed), pages

"""What the office's forms send, read."""

from __future__ import annotations

from collections.abc import Mapping

# Longer than any number that a form of ours asks for; the rest is a mistake, and int() would be slow on it.
MOST_DIGITS = 9


def whole_number(sent: Mapping[str, str], name: str) -> int | None:
    """The number under this name, None where it is blank or no whole number from 0 on."""
    text = sent.get(name, "").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS else None

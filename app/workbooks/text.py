"""What may stand in a cell as text."""

from __future__ import annotations

import re
from unicodedata import normalize

from app.workbooks.problems import BadText

MAX_LENGTH = 32_767  # of a cell, in UTF-16 units

# All control characters but the line feed, and what XML cannot carry. A stray one makes a spreadsheet
# program "repair" the whole file.
_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

# A reader who edits such a text would turn it into a formula; see `formats.py`.
FORMULA_SIGNS = ("=", "+", "-", "@")


def clean(text: str, place: str = "", *, one_line: bool = False) -> str:
    """The text in NFC, unchanged otherwise; BadText where a cell could not hold or show it.

    `place` opens the message, where the caller does not put it there. `one_line` also refuses line feeds
    (titles, headers).
    """
    found = _FORBIDDEN.search(text) or (one_line and re.search("\n", text))
    if found:
        raise BadText(
            f"{_opening(place)}the text holds the control character U+{ord(found[0]):04X} at position "
            f"{found.start() + 1}; remove it."
        )
    composed = normalize("NFC", text)
    # Characters outside the basic plane count twice, so only a text past half the limit needs counting.
    if len(composed) > MAX_LENGTH // 2 and (units := len(composed.encode("utf-16-le")) // 2) > MAX_LENGTH:
        raise BadText(
            f"{_opening(place)}the text has {units:,} characters and a cell holds {MAX_LENGTH:,}; shorten it."
        )
    return composed


def _opening(place: str) -> str:
    return f"{place}: " if place else ""

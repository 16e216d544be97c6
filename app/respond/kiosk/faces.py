"""Faces beside the words of a satisfaction scale: decoration, never the answer itself.

The evidence (PRODUCT 6) is that faces without words are read differently by different people, and that one
format must last as long as an indicator. So they stand only where a scale says which options count as
satisfied and its best option is one of them; never at a reversed item, where agreeing is bad.
"""

from __future__ import annotations

from surveys.instrument import Instrument, Item

FACES = 5  # symbols face-1 (worst) to face-5 (best) in static/kiosk/faces.svg
FEWEST_OPTIONS = 3


def faces_of(instrument: Instrument) -> dict[str, dict[str, int]]:
    """For each item that takes faces, the number of the face beside each of its option codes."""
    found = {item.code: _faces(instrument, item) for item in instrument.items}
    return {code: faces for code, faces in found.items() if faces}


def _faces(instrument: Instrument, item: Item) -> dict[str, int]:
    if item.type != "choice" or item.reverse:
        return {}
    valued = sorted(
        (option.value, option.code) for option in instrument.options(item) if option.value is not None
    )
    last = len(valued) - 1
    if last + 1 < FEWEST_OPTIONS or valued[last][1] not in instrument.satisfied(item):
        return {}
    return {code: 1 + round((FACES - 1) * place / last) for place, (_value, code) in enumerate(valued)}

"""Keys for typing in a paper form: the short sign that stands beside each box and is pressed for it."""

from __future__ import annotations

from surveys.instrument import Instrument, Item

LONGEST_KEY = 2


def entry_keys(instrument: Instrument, item: Item) -> dict[str, str]:
    """By option code, the key of each option of this item, in the order shown.

    The key is the code itself where all codes are short or one of them is a number, so that nobody has two
    numbers to choose from; else it is the option's place, counted from 1. No two options share a key.
    """
    codes = [option.code for option in instrument.options(item)]
    short = all(len(code) <= LONGEST_KEY for code in codes)
    if short or any(code.isdecimal() for code in codes):
        lowered = [code.lower() for code in codes]
        return dict(zip(codes, lowered if len(set(lowered)) == len(codes) else codes, strict=True))
    return {code: str(place) for place, code in enumerate(codes, start=1)}

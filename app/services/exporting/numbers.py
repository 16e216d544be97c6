"""Codes as numbers, for SPSS and Stata: which number stands for which code, and which for which missing answer.

A code that is a whole number keeps it, unless another code of the column is none: then the options count from 1.
Missing answers are numbers below -99 in SPSS (one hundred per kind, so that two options of one kind stay apart) and
letters in Stata, both declared as missing to the program.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from app.services.exporting.columns import Column
from surveys.answers import MISSING_KINDS

WHOLE = re.compile(r"0|[1-9]\d{0,3}")
# SPSS declares one range as missing.
LOWEST, HIGHEST = -599, -100
ANSWERED = 0  # in the column that says why another is empty: it is not

# Number of each kind without an option of its own: -100 not_applicable … -500 no_answer.
OF_KIND = {kind: -100 * place for place, kind in enumerate(MISSING_KINDS, start=1)}


@dataclass(frozen=True, slots=True)
class Numbers:
    """The numbers of one column: `valid` by code, `missing` by code of a missing option, `letters` by number."""

    valid: Mapping[str, int]
    missing: Mapping[str, int]
    letters: Mapping[int, str]


def numbers_of(column: Column) -> Numbers:
    """How a column with choices is written as numbers."""
    codes = [choice.code for choice in column.choices if choice.missing is None]
    if column.holds == "reason":
        valid = {code: place for place, code in enumerate(codes, start=1)}
    elif all(WHOLE.fullmatch(code) for code in codes):
        valid = {code: int(code) for code in codes}
    else:
        valid = {code: place for place, code in enumerate(codes, start=1)}
    missing: dict[str, int] = {}
    for choice in column.choices:
        if choice.missing is not None:
            number = OF_KIND[choice.missing]
            while number in missing.values():
                number -= 1
            missing[choice.code] = number
    ordered = [*OF_KIND.values(), *(one for one in missing.values() if one not in OF_KIND.values())]
    letters = {number: chr(ord("a") + place) for place, number in enumerate(ordered[:26])}
    return Numbers(valid, missing, letters)

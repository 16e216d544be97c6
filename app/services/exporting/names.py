"""Names of variables as SPSS and Stata allow them: made from the columns' own, unique, the same in every export."""

from __future__ import annotations

import re
from collections.abc import Iterable

SAV_LONGEST, DTA_LONGEST = 64, 32

SAV_RESERVED = frozenset(["all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"])
# fmt: off
DTA_RESERVED = frozenset(
    (
        "_all", "_b", "_coef", "_cons", "_n", "_rc", "_skip", "aggregate", "array", "boolean", "break",
        "byte", "case", "catch", "class", "colvector", "complex", "const", "continue", "default",
        "delegate", "delete", "do", "double", "else", "eltypedef", "end", "enum", "explicit", "export",
        "external", "float", "for", "friend", "function", "global", "goto", "if", "in", "inline", "int",
        "local", "long", "mata", "matrix", "namespace", "new", "null", "numeric", "operator", "orgtypedef",
        "pointer", "polymorphic", "pragma", "private", "protected", "public", "quad", "real", "return",
        "rowvector", "scalar", "short", "signed", "static", "strl", "string", "struct", "super", "switch",
        "template", "this", "throw", "transmorphic", "try", "typedef", "typename", "union", "unsigned",
        "using", "vector", "version", "virtual", "void", "volatile", "while", "with",
    )
)
# fmt: on


def sav_names(columns: Iterable[str]) -> dict[str, str]:
    """Name in SPSS by column: at most 64 signs; capitals make no difference."""
    return _names(columns, SAV_LONGEST, SAV_RESERVED)


def dta_names(columns: Iterable[str]) -> dict[str, str]:
    """Name in Stata by column: at most 32 signs."""
    return _names(columns, DTA_LONGEST, DTA_RESERVED)


def _names(columns: Iterable[str], longest: int, reserved: frozenset[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    taken: set[str] = set()
    for column in columns:
        plain = re.sub(r"[^A-Za-z0-9_]", "_", column)
        if not plain[0].isalpha():
            plain = f"v_{plain}"
        if plain.lower() in reserved or re.fullmatch(r"str\d+", plain.lower()):
            plain += "_"
        name, number = plain[:longest], 1
        while name.lower() in taken:
            number += 1
            ending = f"_{number}"
            name = plain[: longest - len(ending)] + ending
        taken.add(name.lower())
        found[column] = name
    return found

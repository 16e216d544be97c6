"""How a figure looks to a reader: the one place of rounding, number formats and marks.

Pages ask for the text of a figure, workbooks for the number format of its column; both follow from
`DECIMALS`, so that they cannot disagree on a digit. Nothing here is ever put back into a computation:
differences are taken from the unrounded values before they arrive.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache

from babel.dates import format_date
from babel.numbers import format_decimal

from app.messages import locale, translations
from app.scorecards import ColumnKind, Fact, Figure

# Decimals shown for each kind of column; `text` columns hold no figures.
DECIMALS: dict[ColumnKind, int] = {"count": 0, "percent": 2, "points": 2, "number": 4}

# Vietnamese offices write 05/02/2026 (DOMAIN.md section 8); Babel's own pattern would spell the month out.
DATE_PATTERNS = {"vi": "dd/MM/y"}
DEFAULT_DATE_PATTERN = "d MMMM y"


def rounded(value: float | int, decimals: int) -> Decimal:
    """`value` to so many decimals, halves away from zero as spreadsheets show them; never a negative zero.

    The shortest decimal that means the float is what a reader would type and what a spreadsheet rounds:
    2.675 becomes 2.68 although its binary form lies just below. ValueError for a value that is no number.
    """
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a number that can be shown; give the figure a mark instead.")
    exact = Decimal(value) if isinstance(value, int) else Decimal(repr(float(value)))
    result = exact.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
    return result if result else abs(result)


@cache
def number_format(kind: ColumnKind) -> str:
    """The format code of a column's numbers, for spreadsheets and for Babel; KeyError for `text`.

    The code writes "," for thousands and "." for decimals whatever the language: a spreadsheet shows its
    reader's own separators.
    """
    decimals = DECIMALS[kind]
    return "#,##0" + ("." + "0" * decimals if decimals else "")


def show(figure: Figure, kind: ColumnKind, language: str) -> str:
    """The text of a figure on a page: `83,94`, `36.525`, `[c]`, or `83,94 [u]` where a mark qualifies a value.

    No unit: the column's header carries it.
    """
    if figure.value is None:
        return mark_text(figure.mark)
    text = format_decimal(
        rounded(figure.value, DECIMALS[kind]), format=number_format(kind), locale=locale(language)
    )
    return f"{text} {mark_text(figure.mark)}" if figure.mark else text


def mark_text(mark: str) -> str:
    """The shorthand as it is written: `c` becomes `[c]`."""
    return f"[{mark}]"


def mark_meanings(language: str) -> dict[str, str]:
    """What each mark of a scorecard stands for, in the order in which explanations list them."""
    _ = translations(language).gettext
    return {
        "c": _("suppressed: too few people answered to publish the figure"),
        "x": _("not available: the figure cannot be estimated from these answers"),
        "z": _("not applicable"),
        "u": _("low reliability: use the figure with caution"),
    }


def mark_facts(marks: Iterable[str], language: str) -> tuple[Fact, ...]:
    """The explanations of the given marks for `Scorecard.marks`; ValueError for one outside the closed list."""
    meanings = mark_meanings(language)
    used = set(marks)
    if unknown := used - meanings.keys():
        raise ValueError(f"No meaning is known for the mark {mark_text(min(unknown))}.")
    return tuple(Fact(mark_text(mark), text) for mark, text in meanings.items() if mark in used)


def note_text(number: int, language: str) -> str:
    """The reference to a note, 1-based: `[note 1]`, `[ghi chú 1]`."""
    _ = translations(language).gettext
    return f"[{_('note')} {number}]"


def show_responses(count: int, language: str) -> str:
    """How many people answered, in words: `36.525 phiếu trả lời`, `1 response`."""
    _ = translations(language).gettext
    if count == 1:
        return _("1 response")
    return _("%(count)s responses") % {"count": show(Figure(count), "count", language)}


def show_date(day: date, language: str) -> str:
    """A date as its readers write it: `05/02/2026` in Vietnamese, `5 February 2026` in English."""
    return format_date(day, DATE_PATTERNS.get(language, DEFAULT_DATE_PATTERN), locale=locale(language))

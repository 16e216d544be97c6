"""What a respondent sent, examined: clean answers out, and a code for everything that is wrong.

Nothing here is a sentence: the application says each code in the respondent's language, with the values of
its context.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from surveys.answers import Answer, Answers
from surveys.instrument import Instrument, Item
from surveys.rating import Agencies
from surveys.routing import route

TEXT_LIMIT = 2_000
NUMBER_LIMIT = 10**15
FIRST_YEAR, LAST_YEAR = 1900, 2100

ProblemCode = Literal[
    "required",
    "too_many_values",  # several values for an item that takes one; context `limit` for a multi item
    "not_an_option",
    "exclusive_option",  # a multi option that stands for a missing answer, chosen with others; `option`
    "not_a_number",
    "ambiguous_number",  # 1.000 and 1,000: a thousand or one
    "too_small",  # `limit`
    "too_large",  # `limit`
    "not_a_date",
    "too_long",  # `limit`, `length`
    "not_rateable",  # no agency of the wave's tree date, or one's own where only others are rated
    "type_not_offered",  # no answer of this type can be sent here
]

_NUMBER = re.compile(r"([+-]?)(\d{1,40})(?:[.,](\d{1,15}))?", re.ASCII)
_ISO_DAY = re.compile(r"(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})", re.ASCII)
_WRITTEN_DAY = re.compile(r"(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4})", re.ASCII)


@dataclass(frozen=True, slots=True)
class AnswerProblem:
    """Why an answer can't be taken. `context` holds what a sentence needs, such as the limit."""

    item: str
    code: ProblemCode
    context: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """The outcome of a check.

    `answers` are clean and hold only items that are asked. `dropped` are the items that were answered though
    the routing hides them: while `problems` are open this may still change. `unknown` are the keys sent that
    no item has. A response is fit to store when `unknown` and `problems` are empty.
    """

    answers: Answers
    dropped: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    problems: tuple[AnswerProblem, ...] = ()


Result = tuple[Answer | None, AnswerProblem | None]


def check(
    instrument: Instrument, raw: Mapping[str, Sequence[str]], agencies: Agencies | None = None
) -> Checked:
    """Examines all that was sent; `raw` holds every value of every key that claims to be an item.

    `agencies` are those that a rated_agency item can name; None: such an item cannot be answered here. An item
    that is hidden is not examined, and its answer is dropped. An answer with a problem counts as absent for what
    comes after it.
    """
    answers: Answers = {}
    problems: list[AnswerProblem] = []

    def answer_to(item: Item) -> Answer | None:
        answer, problem = check_item(instrument, item, raw.get(item.code, ()), agencies)
        if problem is not None:
            problems.append(problem)
        elif answer is not None:
            answers[item.code] = answer
        return None if problem else answer

    dropped = tuple(
        item.code
        for item, asked in route(instrument, answer_to)
        if not asked and _given(raw.get(item.code, ()))
    )
    known = {item.code for item in instrument.items}
    unknown = tuple(key for key in raw if key not in known)
    return Checked(answers, dropped, unknown, tuple(problems))


def check_item(
    instrument: Instrument, item: Item, values: Sequence[str], agencies: Agencies | None = None
) -> Result:
    """The clean answer to one item, or what is wrong; (None, None) where it was left out and may be."""
    given = _given(values)
    if not given:
        return None, AnswerProblem(item.code, "required") if item.required else None
    if item.type not in _CHECKS and (item.type != "rated_agency" or agencies is None):
        return None, AnswerProblem(item.code, "type_not_offered")
    if item.type != "multi" and len(given) > 1:
        return None, AnswerProblem(item.code, "too_many_values")
    try:
        if item.type == "rated_agency" and agencies is not None:
            return _rated(agencies, item, given), None
        return _CHECKS[item.type](instrument, item, given), None
    except _Wrong as wrong:
        return None, AnswerProblem(item.code, wrong.code, wrong.context)


def clean(value: str) -> str:
    """NFC text without blanks around it, with plain newlines and no other control character."""
    if value.isprintable():  # holds neither newlines nor control characters: nearly every answer
        return unicodedata.normalize("NFC", value).strip()
    value = value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")
    # A half surrogate (Cs) can come in by JSON and could not be stored as UTF-8.
    kept = (mark for mark in value if mark == "\n" or unicodedata.category(mark) not in ("Cc", "Cs"))
    return unicodedata.normalize("NFC", "".join(kept)).strip()


class _Wrong(Exception):
    def __init__(self, code: ProblemCode, **context: int | str):
        self.code: ProblemCode = code
        self.context = context


def _given(values: Sequence[str]) -> tuple[str, ...]:
    """What is not blank; a single text instead of a list of one is taken as that one."""
    listed = (values,) if isinstance(values, str) else values
    return tuple(value for value in map(clean, listed) if value)


def _choice(instrument: Instrument, item: Item, given: tuple[str, ...]) -> str:
    if not any(option.code == given[0] for option in instrument.options(item)):
        raise _Wrong("not_an_option")
    return given[0]


def _multi(instrument: Instrument, item: Item, given: tuple[str, ...]) -> tuple[str, ...]:
    options = instrument.options(item)
    if not set(given) <= {option.code for option in options}:
        raise _Wrong("not_an_option")
    chosen = [option for option in options if option.code in given]
    alone = [option.code for option in chosen if option.missing is not None]
    if alone and len(chosen) > 1:
        raise _Wrong("exclusive_option", option=alone[0])
    if item.max is not None and len(chosen) > item.max:
        raise _Wrong("too_many_values", limit=int(item.max))
    return tuple(option.code for option in chosen)


def _text(instrument: Instrument, item: Item, given: tuple[str, ...]) -> str:
    limit = TEXT_LIMIT if item.max is None else int(item.max)
    if len(given[0]) > limit:
        raise _Wrong("too_long", limit=limit, length=len(given[0]))
    return given[0]


def _number(instrument: Instrument, item: Item, given: tuple[str, ...]) -> str:
    match = _NUMBER.fullmatch(given[0])
    if match is None:
        raise _Wrong("not_a_number")
    sign, whole, decimals = match[1], match[2], match[3] or ""
    # A dot marks thousands in Vietnamese and a comma in English: three digits behind either say neither.
    if len(decimals) == 3 and len(whole) <= 3 and whole.strip("0"):
        raise _Wrong("ambiguous_number")
    value = Decimal(f"{sign}{whole}.{decimals}")
    most = NUMBER_LIMIT if item.max is None else Decimal(str(item.max))
    if value > most:
        raise _Wrong("too_large", limit=_plain(Decimal(most)))
    if value < -NUMBER_LIMIT:
        raise _Wrong("too_small", limit=_plain(Decimal(-NUMBER_LIMIT)))
    return _plain(value)


def _plain(value: Decimal) -> str:
    """One spelling for one number: a dot, no exponent, no zeros that say nothing."""
    written = f"{value:f}"
    written = written.rstrip("0").rstrip(".") if "." in written else written
    return "0" if written == "-0" else written


def _date(instrument: Instrument, item: Item, given: tuple[str, ...]) -> str:
    match = _ISO_DAY.fullmatch(given[0]) or _WRITTEN_DAY.fullmatch(given[0])
    try:
        if match is None:
            raise ValueError
        day = date(int(match["year"]), int(match["month"]), int(match["day"]))
    except ValueError:
        raise _Wrong("not_a_date") from None
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise _Wrong("not_a_date")
    return day.isoformat()


def _rated(agencies: Agencies, item: Item, given: tuple[str, ...]) -> str:
    if not agencies.may_be_rated(item, given[0]):
        raise _Wrong("not_rateable")
    return given[0]


_CHECKS: Mapping[str, Callable[[Instrument, Item, tuple[str, ...]], Answer]] = {
    "choice": _choice,
    "multi": _multi,
    "text": _text,
    "number": _number,
    "date": _date,
}

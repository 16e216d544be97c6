"""The state of every answer in a file: codes matched with their scales, blanks and strangers counted apart."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from app.services.files import FileRefused, ResponseFile

from .options import ScoringOptions
from .states import NO_ANSWER, NOT_ASKED, NOT_TICKED, TICKED, UNLISTED, Variable

# Beside the column of an item a snapshot may have one that names the missing kind of each blank.
MISSING_COLUMN = "__missing"
_NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{0,15})?")


def answer_states(
    file: ResponseFile, columns: Sequence[Variable], options: ScoringOptions
) -> NDArray[np.intp]:
    """Answer states, shape (variables, rows); raises `FileRefused` for every code that no scale lists."""
    coded = [variable for variable in columns if not variable.is_open]
    histograms = file.histograms([variable.name for variable in coded])
    states: dict[str, dict[str, int]] = {}
    problems: list[str] = []
    for variable in coded:
        states[variable.name], strangers = _matched(variable, histograms[variable.name])
        if options.unknown_codes == "stop":
            problems += [_unknown(file, variable, value, count) for value, count in strangers.items()]
    if problems:
        raise FileRefused("\n".join(problems))
    found = file.positions(states, {variable.name: variable.state(UNLISTED) for variable in coded})
    for variable in columns:
        if variable.is_open:
            blank = variable.state(NO_ANSWER)
            found[variable.name] = np.where(file.filled(variable.name), 0, blank).astype(np.intp)
    for variable in columns:
        _mark_not_asked(file, variable, found[variable.name])
    for group in _groups(columns):
        _spread_missing(group, found)
    return np.stack([found[variable.name] for variable in columns])


def _matched(variable: Variable, values: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """The state of every value in a column that its scale lists or that is blank; the others with their counts.

    In a column that is numeric throughout, `5`, `5.0` and ` 5` are the same code; elsewhere a code is its text.
    """
    codes = {unicodedata.normalize("NFC", code): state for state, code in enumerate(variable.codes)}
    numbers = {_number(code): state for code, state in codes.items()}
    numeric = all(_number(value) is not None for value in values if value.strip())
    states, strangers = {}, {}
    for value, count in values.items():
        state = codes.get(value)
        if state is None and numeric and value.strip():
            state = numbers.get(_number(value))
        if not value.strip():
            states[value] = variable.state(NO_ANSWER)
        elif state is None:
            strangers[value] = count
        else:
            states[value] = state
    return states, strangers


def _number(text: str) -> Decimal | None:
    """The number that a text writes with digits and a dot; None where it is none (so `1e3`, `nan`, `1_0`)."""
    text = text.strip()
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def _unknown(file: ResponseFile, variable: Variable, value: str, count: int) -> str:
    shown = value if len(value) <= 40 else f"{value[:37]}..."
    return (
        f"{file.path}: item {variable.name}: code {shown!r} is not on its scale"
        f" ({count} answer{'s' if count > 1 else ''}, first in {file.place(variable.name, value)});"
        " correct it, or score with --unknown-codes missing to count it as unlisted."
    )


def _mark_not_asked(file: ResponseFile, variable: Variable, states: NDArray[np.intp]) -> None:
    """A blank that the file itself explains as not asked: the respondent's version did not have the item."""
    column = variable.name + MISSING_COLUMN
    if column in file.columns:
        blank = states == variable.state(NO_ANSWER)
        states[blank & (file.labels(column) == NOT_ASKED)] = variable.state(NOT_ASKED)


def _groups(columns: Sequence[Variable]) -> Iterator[list[Variable]]:
    """The variables of each multi item that offers an option for a missing answer."""
    groups: dict[str, list[Variable]] = {}
    for variable in columns:
        if variable.kinds:
            groups.setdefault(variable.item.code, []).append(variable)
    yield from groups.values()


def _spread_missing(group: list[Variable], found: dict[str, NDArray[np.intp]]) -> None:
    """ "Don't know" beside a multi item says that no option was judged: all its columns are missing alike."""
    for variable in group:
        if variable.option is not None and variable.option.missing:
            ticked = found[variable.name] == variable.codes.index(TICKED)
            for one in group:
                judged = found[one.name] < len((TICKED, NOT_TICKED))
                found[one.name][ticked & judged] = one.state(variable.option.missing)

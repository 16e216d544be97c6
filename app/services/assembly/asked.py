"""Which items each row was asked: every branch is evaluated again, whatever the file holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from app.services.files import ResponseFile
from surveys import routing
from surveys.instrument import Instrument

from .states import CONTRADICTION, NO_ANSWER, NOT_ASKED, NOT_TICKED, TICKED, Variable


def steering_items(instrument: Instrument) -> frozenset[str]:
    """Codes of the items that some `show_if` reads."""
    parts = [*instrument.sections, *instrument.items]
    conditions = [part.show_if for part in parts if part.show_if is not None]
    return frozenset(code for condition in conditions for code in routing.parse(condition).items)


def routed(
    file: ResponseFile, instrument: Instrument, columns: Sequence[Variable], answers: NDArray[np.intp]
) -> NDArray[np.intp]:
    """The states after routing: an item that a row was not asked is `not_asked`, an answer to it a contradiction.

    Rows that agree on all steering items are asked the same, so each combination is evaluated once.
    """
    steering = steering_items(instrument)
    places = [k for k, variable in enumerate(columns) if variable.item.code in steering]
    if not places:
        return answers
    texts = {k: np.char.strip(file.text(columns[k].name)) for k in places if columns[k].is_open}
    keys = np.stack([_numbered(texts[k]) if k in texts else answers[k] for k in places], axis=1)
    _, first, combination = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    hidden = np.zeros((len(columns), len(first)), dtype=bool)
    for c, row in enumerate(first):
        given = _given([(columns[k], answers[k, row], texts[k][row] if k in texts else "") for k in places])
        asked = routing.asked(instrument, given)
        hidden[:, c] = [variable.item.code not in asked for variable in columns]
    out = answers.copy()
    for k, variable in enumerate(columns):
        not_asked = hidden[k][combination.reshape(-1)]
        blank = np.isin(answers[k], _blank_states(variable))
        out[k, not_asked & blank] = variable.state(NOT_ASKED)
        out[k, not_asked & ~blank] = variable.state(CONTRADICTION)
    return out


def _numbered(texts: NDArray[np.str_]) -> NDArray[np.intp]:
    return np.unique(texts, return_inverse=True)[1].reshape(-1)


def _blank_states(variable: Variable) -> list[int]:
    """States that say nothing beside an item that was not asked; an option that was not ticked is written 0."""
    states = [variable.state(NO_ANSWER), variable.state(NOT_ASKED)]
    return [*states, variable.codes.index(NOT_TICKED)] if variable.option is not None else states


def _given(steering: Sequence[tuple[Variable, int, str]]) -> dict[str, str | tuple[str, ...]]:
    """The answers of one row to the steering items, as `surveys` takes them."""
    given: dict[str, str | tuple[str, ...]] = {}
    for variable, state, text in steering:
        if state >= len(variable.codes):
            continue
        code = variable.item.code
        if variable.option is None:
            given[code] = text if variable.is_open else variable.codes[state]
        elif variable.codes[state] == TICKED:
            given[code] = (*given.get(code, ()), variable.option.code)
    return given

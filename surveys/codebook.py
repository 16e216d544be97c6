"""The columns under which answers leave the platform, and the cells of one response.

One column per item, but one per option of a multi item (`q2__tv` = 1/0). The snapshot, its hash and every
export stand in this order.
"""

from __future__ import annotations

from dataclasses import dataclass

from surveys.answers import Answers, MissingKind
from surveys.instrument import RESERVED, Instrument, Item, ItemType
from surveys.routing import asked

# The code as stored, or None, and the missing kind, or None where the answer is valid.
Cell = tuple[str | None, MissingKind | None]


@dataclass(frozen=True, slots=True)
class Variable:
    """One column. `option` is the option that it is about (multi items), else None; `options` are the codes
    it may hold, empty where it holds a text, number or date."""

    column: str
    item: str
    type: ItemType
    options: tuple[str, ...] = ()
    option: str | None = None


def column(item: str, option: str) -> str:
    """The name of a multi item's column for one option."""
    return f"{item}{RESERVED}{option}"


def variables(instrument: Instrument) -> tuple[Variable, ...]:
    """Every column, in the order of the instrument."""
    found: list[Variable] = []
    for item in instrument.items:
        codes = tuple(option.code for option in instrument.options(item))
        if item.type == "multi":
            found += (
                Variable(column(item.code, code), item.code, item.type, ("1", "0"), code) for code in codes
            )
        else:
            found.append(Variable(item.code, item.code, item.type, codes))
    return tuple(found)


def cells(instrument: Instrument, answers: Answers) -> dict[str, Cell]:
    """What one response holds in every column, in codebook order.

    An answer that the routing hides keeps its code beside `not_asked`, so that it can be counted as a
    contradiction. ValueError if a code is none of the item's options.
    """
    shown = asked(instrument, answers)
    found: dict[str, Cell] = {}
    for item in instrument.items:
        fill = _multi_cells if item.type == "multi" else _single_cells
        found |= fill(instrument, item, answers, item.code in shown)
    return found


def _single_cells(instrument: Instrument, item: Item, answers: Answers, shown: bool) -> dict[str, Cell]:
    answer = answers.get(item.code)
    if isinstance(answer, tuple):
        raise ValueError(f"Item {item.code} takes one answer and was given {len(answer)}.")
    kind: MissingKind | None = None if answer is not None else "no_answer"
    if answer is not None and item.type == "choice":
        kind = _kinds(instrument, item, (answer,))[0]
    return {item.code: (answer, kind if shown else "not_asked")}


def _multi_cells(instrument: Instrument, item: Item, answers: Answers, shown: bool) -> dict[str, Cell]:
    answer = answers.get(item.code)
    if isinstance(answer, str):
        raise ValueError(f"Item {item.code} takes a tuple of option codes and was given a text.")
    codes = [option.code for option in instrument.options(item)]
    if answer is None:
        empty: Cell = (None, "no_answer" if shown else "not_asked")
        return {column(item.code, code): empty for code in codes}
    # "Don't know" beside nothing else says that no option was judged: all columns are missing alike.
    kind = next((kind for kind in _kinds(instrument, item, answer) if kind), None)
    kind = kind if shown else "not_asked"
    return {column(item.code, code): ("1" if code in answer else "0", kind) for code in codes}


def _kinds(instrument: Instrument, item: Item, codes: tuple[str, ...]) -> list[MissingKind | None]:
    missing = {option.code: option.missing for option in instrument.options(item)}
    if strangers := [code for code in codes if code not in missing]:
        raise ValueError(f"Item {item.code} has no option {', '.join(strangers)}.")
    return [missing[code] for code in codes]

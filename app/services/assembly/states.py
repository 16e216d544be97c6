"""Answer states: what can stand in one column of responses, numbered for `scoring` and named for people."""

from __future__ import annotations

from dataclasses import dataclass

from surveys import codebook
from surveys.instrument import Instrument, Item, Option

# States that every column has after its options. The first two are missing kinds; a contradiction is an answer
# to a hidden item, kept raw and not scored; unlisted is a code that the scale does not have.
NO_ANSWER, NOT_ASKED, CONTRADICTION, UNLISTED = "no_answer", "not_asked", "contradiction", "unlisted"
SPECIAL = (NO_ANSWER, NOT_ASKED, CONTRADICTION, UNLISTED)
ANSWERED = "answered"
TICKED, NOT_TICKED = "1", "0"


@dataclass(frozen=True, slots=True)
class Variable:
    """One column of responses and its answer states: `states` are codes, then missing kinds, then SPECIAL.

    A multi item has one variable per option, with the codes 1 and 0 and the missing kinds that its options can
    stand for. An open item has the one code `answered`: its texts are not scored. `options` stand beside the
    codes of a choice item; `option` is the one that a variable of a multi item is about.
    """

    name: str
    item: Item
    codes: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    options: tuple[Option, ...] = ()
    option: Option | None = None

    @property
    def states(self) -> tuple[str, ...]:
        return (*self.codes, *self.kinds, *SPECIAL)

    @property
    def n_states(self) -> int:
        return len(self.codes) + len(self.kinds) + len(SPECIAL)

    @property
    def is_open(self) -> bool:
        """Whether it holds texts, numbers or dates instead of codes."""
        return not self.options and self.option is None

    def state(self, name: str) -> int:
        """Position of a missing kind or special state, which may be spelled like an option's code."""
        return len(self.codes) + (*self.kinds, *SPECIAL).index(name)

    def missing_kind(self, state: int) -> str | None:
        """The missing kind (or contradiction, unlisted) that a state stands for; None for an answer."""
        if state >= len(self.codes):
            return self.states[state]
        return self.options[state].missing if self.options else None


def variables(instrument: Instrument) -> tuple[Variable, ...]:
    """Every column of the instrument, in codebook order."""
    found = []
    for column in codebook.variables(instrument):
        item = instrument.item(column.item)
        options = instrument.options(item)
        if column.option is not None:
            option = next(option for option in options if option.code == column.option)
            kinds = tuple(dict.fromkeys(one.missing for one in options if one.missing))
            found.append(Variable(column.column, item, (TICKED, NOT_TICKED), kinds, option=option))
        elif options:
            found.append(
                Variable(column.column, item, tuple(option.code for option in options), options=options)
            )
        else:
            found.append(Variable(column.column, item, (ANSWERED,)))
    return tuple(found)
